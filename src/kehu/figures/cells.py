"""The cells of a table: any dataframe in, values plain for machines or written out for readers."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.figures.words import say, translate

MISSING = "–"
# Columns whose values are words of the catalogue.
_VOCABULARY = ("step", "reason")
# Columns in which what is less than the last decimal is written <0.001.
_PROBABILITIES = ("p_value", "p_adjusted")
# What neither XML nor a terminal can show.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Sheet:
    """A table in one language, as each format needs it.

    Attributes
    ----------
    stem, language, caption, notes
        Name, language, caption and the lines below the table.
    data : pandas.DataFrame
        The values, under the headings of the language.
    texts : pandas.DataFrame
        The same cells written out.
    formats : tuple of (str or None)
        Format of the numbers of each column; None for text.
    parameters : dict
        What the table was made with.
    """

    stem: str
    language: str
    caption: str
    notes: str | None
    data: pd.DataFrame
    texts: pd.DataFrame
    formats: tuple[str | None, ...]
    parameters: dict[str, Any]


def as_frame(data: Any, what: str) -> pd.DataFrame:
    """Any dataframe as pandas, with an index that says something moved among the columns."""
    if isinstance(data, pd.Series):
        data = data.to_frame(data.name if data.name is not None else "value")
    if isinstance(data, pd.DataFrame):
        says_nothing = isinstance(data.index, pd.RangeIndex) and data.index.name is None
        frame = data.copy() if says_nothing else data.reset_index()
    else:
        columns = getattr(data, "columns", None)
        listed = getattr(data, "column_names", columns)  # pyarrow's columns are the data themselves
        frame = frames.select(data, {name: name for name in listed} if listed is not None else {}, what=what)
    frame.columns = [" ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in frame]
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise ValueError(f"{what} has several columns named {twice[0]!r}; name them apart")
    return frame


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """CSV that spreadsheets open in any language: UTF-8 with its mark, sets as {a, b}."""
    sets = {name: frame[name].map(_braced) for name in frame if _is_text(frame[name])}
    return ("\ufeff" + frame.assign(**sets).to_csv(index=False, lineterminator="\n")).encode()


def percentages(frame: pd.DataFrame) -> list[str]:
    """Columns that hold shares, by their name."""
    return [name for name in frame if f"_{name}".endswith("_share") and _is_number(frame[name])]


def number_format(column: pd.Series, *, share: bool) -> str | None:
    """Format for the numbers of a column; None if it holds something else.

    Examples
    --------
    >>> number_format(pd.Series([12345, 3]), share=False), number_format(pd.Series([2017]), share=False)
    (',d', 'd')
    >>> number_format(pd.Series([0.01234, 0.9]), share=False), number_format(pd.Series([1.5]), share=False)
    ('.3f', '.2f')
    """
    if not _is_number(column):
        return None
    if share:
        return ".1%"
    if column.name in _PROBABILITIES:
        return ".3f"
    values = np.abs(frames.numbers(column))
    values = values[np.isfinite(values)]
    largest = values.max(initial=0.0)
    comma = "," if largest >= 10_000 and not str(column.name).endswith("id") else ""
    if pd.api.types.is_integer_dtype(column.dtype) or bool((values == np.round(values)).all()):
        return f"{comma}d"
    if largest > 1:
        return f"{comma}.2f"
    magnitude = math.floor(math.log10(np.median(values[values > 0])))
    return f".{max(3, 1 - magnitude)}f" if magnitude >= -4 else ".3g"


def written(
    frame: pd.DataFrame, formats: Mapping[str, str], language: str, translations: Mapping[str, str]
) -> pd.DataFrame:
    """Write every cell for a reader; missing ones as a dash."""
    columns = {name: _written(frame[name], formats.get(name), language, translations) for name in frame}
    return pd.DataFrame(columns, dtype=object)


def _written(
    column: pd.Series, form: str | None, language: str, translations: Mapping[str, str]
) -> list[str]:
    if form:
        whole = pd.api.types.is_integer_dtype(column.dtype)
        texts = [_number(value, form) for value in (column if whole else frames.numbers(column))]
        if column.name in _PROBABILITIES:
            return ["<0.001" if text == "0.000" else text for text in texts]
        return texts
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        whole_days = bool((column.dropna() == column.dropna().dt.normalize()).all())
        shape = "%Y-%m-%d" if whole_days else "%Y-%m-%d %H:%M"
        return [MISSING if value is pd.NaT else value.strftime(shape) for value in column]
    if pd.api.types.is_bool_dtype(column.dtype):
        answers = {True: say("table.yes", language), False: say("table.no", language), pd.NA: MISSING}
        return [answers[value] for value in column.astype(object)]
    texts = [_text(value) for value in column]
    if column.name in _VOCABULARY:
        return [translate(text, language, translations) for text in texts]
    return [translations.get(text, text) for text in texts] if language == "zh" else texts


def _text(value: object) -> str:
    value = _braced(value)
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return MISSING
    return _CONTROL.sub("\ufffd", str(value))


def _number(value: float, form: str) -> str:
    if pd.isna(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{round(value):{form}}" if form.endswith("d") else f"{value:{form}}"
    return text.replace("-", "−")


def _braced(value: object) -> object:
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(map(str, value))) + "}"
    return value


def _is_text(column: pd.Series) -> bool:
    return column.dtype.kind == "O"


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
