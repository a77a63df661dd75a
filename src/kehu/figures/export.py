"""Save a figure for reports: both languages, several formats, the plotted numbers, and what they are."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from kehu._files import staged
from kehu.figures import cells, layout, record
from kehu.figures.look import FONTS, WIDTHS, check_width
from kehu.figures.switch import at_size, in_language
from kehu.figures.words import LANGUAGES
from kehu.warnings import LayoutWarning, warn

_FORMATS = ("png", "pdf", "svg")
_DOTS_PER_INCH = 300

# Text stays text in PDF (fonttype 42, for both settings: the PDF writer asks for the one of PostScript too,
# and writes the font twice otherwise). SVG gets outlines, as a reader rarely has the Chinese font.
_SETTINGS = {
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "kehu",
    "savefig.bbox": None,
    "savefig.facecolor": "auto",
    "savefig.transparent": False,
    "axes.unicode_minus": True,
    "font.sans-serif": list(FONTS),
}


def save(
    fig: Figure,
    stem: str,
    *,
    caption: Mapping[str, str],
    data: Any = None,
    width: str = "single",
    parameters: Mapping[str, Any] | None = None,
    translations: Mapping[str, str] | None = None,
    folder: str | Path | None = None,
) -> record.Saved:
    """Save a figure in English and Chinese, ready for a report.

    All files appear together or, if anything goes wrong, none does. The figure itself stays as it is.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        Any figure. Its texts that are in the catalogue are drawn in either language.
    stem : str
        Name of the files without ending; digits in front name the notebook (``"01_weekly_rhythm"``).
    caption : {"en": str, "zh": str}
        Caption in both languages.
    data : dataframe, optional
        The numbers that were plotted.
    width : {"single", "double", "slide"}
        89 mm, 183 mm, or a slide of 254 mm by 143 mm with larger text.
    parameters : mapping, optional
        What the figure was made with, for the record.
    translations : mapping of str to str, optional
        English → Chinese for texts that are not in the catalogue, such as a title of your own.
    folder : path, optional
        Where to write; the project's ``figures`` when not given.

    Returns
    -------
    Saved
        ``.folder`` and ``.files``: ``stem.png`` (300 dots an inch), ``stem.pdf``, ``stem.svg``, the same as
        ``stem.zh.…``, ``stem.csv`` (the data) and ``stem.json`` (captions, parameters, fingerprint of the
        data, versions). The same figure gives the same bytes.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it should be, or a character has no glyph in any font.
    OSError
        If the folder cannot be written.

    Warns
    -----
    LayoutWarning
        If labels overlap or are cut off.

    Examples
    --------
    >>> import matplotlib.pyplot as plt, tempfile
    >>> fig, ax = plt.subplots(layout="constrained")
    >>> _ = ax.plot([3, 5, 4]), ax.set_ylabel("Orders")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(fig, "00_first", caption={"en": "Orders", "zh": "订单"}, folder=folder)
    saved 00_first: .png, .pdf, .svg, .zh.png, .zh.pdf, .zh.svg, .json
    >>> plt.close(fig)
    """
    if not isinstance(fig, Figure):
        raise TypeError(f"fig must be a Matplotlib figure (of axes, ax.figure), got {type(fig).__name__}")
    check_width(width)
    folder = record.place(folder)
    record.check_stem(stem, "figure", folder)
    caption = record.check_caption(caption)
    translations = record.check_translations(translations)
    sidecar = record.entry("figure", stem, caption, parameters)
    table = None if data is None else cells.csv_bytes(cells.as_frame(data, "data"))
    with staged(folder) as stage:
        height, faults = _draw_all(fig, stem, stage, width, caption, translations)
        if table is not None:
            (stage / f"{stem}.csv").write_bytes(table)
            sidecar["data"] = {"file": f"{stem}.csv", "sha256": hashlib.sha256(table).hexdigest()}
        sidecar |= {"width": width, "width_mm": WIDTHS[width], "height_mm": round(height, 1)}
        record.write(stage / f"{stem}.json", sidecar)
    if faults:
        warn(
            f"{stem}: {'; '.join(faults)}. Make the figure within kehu.figures.style(), or with "
            "layout='constrained', give it more room or shorten the labels",
            LayoutWarning,
        )
    files = [name for _, _, name in record.names(stem, _FORMATS)]
    return record.Saved(folder, (*files, *([f"{stem}.csv"] if table is not None else []), f"{stem}.json"))


def _draw_all(
    fig: Figure,
    stem: str,
    stage: Path,
    width: str,
    caption: dict[str, str],
    translations: dict[str, str],
) -> tuple[float, list[str]]:
    """Write the pictures; return the height in mm and what is wrong with the layout."""
    faults = []
    with mpl.rc_context(_SETTINGS), at_size(fig, width) as height:
        for language in LANGUAGES:
            with in_language(fig, language, translations), layout.settled(fig):
                faults += [f"{fault} ({language})" for fault in layout.check_layout(fig)]
                _refuse_missing_glyphs(fig, language)
                for spoken, ending, name in record.names(stem, _FORMATS):
                    if spoken == language:
                        metadata = _metadata(ending, caption[language])
                        fig.savefig(stage / name, dpi=_DOTS_PER_INCH, metadata=metadata)
    return height, faults


def _refuse_missing_glyphs(fig: Figure, language: str) -> None:
    missing = layout.missing_glyphs(fig)
    if missing:
        shown = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in missing)
        raise ValueError(
            f"no font has {shown}, for instance in {next(iter(missing.values()))!r} ({language}); write the "
            "text without them before plotting"
        )


def _metadata(ending: str, caption: str) -> dict[str, str | None]:
    """Say what the file is but not when it was made."""
    dates = {"png": {}, "pdf": {"CreationDate": None}, "svg": {"Date": None}}
    return {"Title": caption} | dates[ending]
