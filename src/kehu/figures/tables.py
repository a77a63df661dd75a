"""Save a table for reports: CSV, Excel, LaTeX and Word, in both languages."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from kehu._files import staged
from kehu.figures import cells, excel, latex, record, word
from kehu.figures.words import LANGUAGES, heading
from kehu.frames import closest

_ENDINGS = ("csv", "xlsx", "tex", "docx")
MOST_ROWS, MOST_COLUMNS = 1000, 30


def save_table(
    table: Any,
    stem: str,
    *,
    caption: Mapping[str, str],
    notes: Mapping[str, str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    formats: Mapping[str, str] | None = None,
    translations: Mapping[str, str] | None = None,
    folder: str | Path | None = None,
) -> record.Saved:
    """Save a table in English and Chinese as CSV, Excel, LaTeX and Word.

    All files appear together or, if anything goes wrong, none does. Column headings come from the
    catalogue. CSV and Excel hold the full numbers, LaTeX and Word rounded ones between three rules.

    Parameters
    ----------
    table : dataframe
        What the report shall show, at most 1,000 rows. An index with a name becomes a column.
    stem : str
        Name of the files without ending; digits in front name the notebook (``"01_ledger"``).
    caption, notes : {"en": str, "zh": str}
        Caption above and, if wanted, notes below the table.
    parameters : mapping, optional
        What the table was made with, for the record.
    formats : mapping of str to str, optional
        Column → Python format (``".2f"``, ``",d"``, ``".1%"``) where the choice made is not wanted: whole
        numbers in full, shares (columns named ``share`` or ``…_share``) as per cent, else three digits.
    translations : mapping of str to str, optional
        English → Chinese for headings and cells that are not in the catalogue.
    folder : path, optional
        Where to write; the project's ``figures`` when not given.

    Returns
    -------
    Saved
        ``.folder`` and ``.files``: ``stem.csv``, ``stem.xlsx``, ``stem.tex``, ``stem.docx``, the same as
        ``stem.zh.…``, and ``stem.json``. The same table gives the same bytes.

    Raises
    ------
    TypeError, ValueError, KeyError
        If an argument is not what it should be, the table has no cells, or too many for a report.
    OSError
        If the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> sizes = pd.DataFrame({"size": [1, 2], "baskets": [70, 30], "share": [0.7, 0.3]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_table(sizes, "01_sizes", caption={"en": "Sizes", "zh": "规模"}, folder=folder)
    saved 01_sizes: .csv, .xlsx, .tex, .docx, .zh.csv, .zh.xlsx, .zh.tex, .zh.docx, .json
    """
    folder = record.place(folder)
    record.check_stem(stem, "table", folder)
    caption = record.check_caption(caption)
    notes = None if notes is None else record.check_caption(notes, "notes")
    translations = record.check_translations(translations)
    frame = _check_size(cells.as_frame(table, "table"))
    chosen = _formats(frame, formats)
    sidecar = record.entry("table", stem, caption, parameters)
    sheets = {}
    for language in LANGUAGES:
        headings = [heading(name, language, translations) for name in frame]
        texts = cells.written(frame, chosen, language, translations)
        sheets[language] = cells.Sheet(
            stem=stem,
            language=language,
            caption=caption[language],
            notes=notes[language] if notes else None,
            data=_values(frame, texts, chosen).set_axis(headings, axis=1),
            texts=texts.set_axis(headings, axis=1),
            formats=tuple(chosen.get(name) for name in frame),
            parameters=sidecar["parameters"],
        )
    writers = {"csv": _csv, "xlsx": excel.write, "tex": latex.write, "docx": word.write}
    with staged(folder) as stage:
        for language, ending, name in record.names(stem, _ENDINGS):
            (stage / name).write_bytes(writers[ending](sheets[language]))
        fingerprint = hashlib.sha256((stage / f"{stem}.csv").read_bytes()).hexdigest()
        sidecar |= {"notes": notes, "data": {"file": f"{stem}.csv", "sha256": fingerprint}}
        record.write(stage / f"{stem}.json", sidecar)
    return record.Saved(folder, (*(name for _, _, name in record.names(stem, _ENDINGS)), f"{stem}.json"))


def _check_size(frame: pd.DataFrame) -> pd.DataFrame:
    rows, columns = frame.shape
    if not rows or not columns:
        raise ValueError(f"table has {rows} rows and {columns} columns; there is nothing to save")
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise ValueError(
            f"table has {rows:,} rows and {columns} columns; a table in a report has at most {MOST_ROWS:,} "
            f"and {MOST_COLUMNS}. Choose from it, for instance table.head(50), or write all of it with "
            "table.to_parquet or table.to_csv"
        )
    return frame


def _formats(frame: pd.DataFrame, wanted: Mapping[str, str] | None) -> dict[str, str]:
    """Number format of every column that holds numbers."""
    for name, form in (wanted or {}).items():
        if name not in frame:
            raise KeyError(f"formats names a column {name!r} that table has not; {closest(name, frame)}")
        try:
            f"{1:{form}}"
        except (ValueError, TypeError):
            raise ValueError(f"format {form!r} of {name!r} is no number format such as '.2f'") from None
    shares = cells.percentages(frame)
    found = {name: cells.number_format(frame[name], share=name in shares) for name in frame}
    return {name: form for name, form in found.items() if form} | dict(wanted or {})


def _values(frame: pd.DataFrame, texts: pd.DataFrame, formats: Mapping[str, str]) -> pd.DataFrame:
    """Numbers and times as they are, everything else written out; missing stays missing."""
    kept = {}
    for name in frame:
        typed = name in formats or pd.api.types.is_datetime64_any_dtype(frame[name].dtype)
        kept[name] = frame[name].array if typed else texts[name].mask(texts[name] == cells.MISSING)
    return pd.DataFrame(kept)


def _csv(sheet: cells.Sheet) -> bytes:
    return cells.csv_bytes(sheet.data)
