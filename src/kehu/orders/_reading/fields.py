"""The text in the cells of files: labels, and numbers as shops write them."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kehu.orders.dateformats import MISSING, is_missing
from kehu.warnings import MissingWordWarning, warn

__all__ = ["code", "labels", "numbers", "numbers_or_labels"]

_SIGNS = "¥|￥|\\$|€|£|RMB|CNY"
_PLAIN = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_GROUPED = r"\d{1,3}(?:,\d{3})+(?:\.\d*)?"
_MONEY = rf"(?:[+-]?(?:{_SIGNS})?|(?:{_SIGNS})[+-])\s*(?:\d+\.?\d*|\.\d+|{_GROUPED})\s*元?"
# What shows that a comma groups thousands: a decimal point, two commas, or a currency that is written so.
_POINT_DECIMAL = r"[¥￥$£元]|RMB|CNY|,\d{3}[,.]|^\D*\d+\.(?:\d{1,2}|\d{4,})\D*$"
_EXACT = r"^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$"


Coded = tuple[np.ndarray, pa.Array]


def code(column: pa.ChunkedArray) -> Coded:
    """Code a column of text.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of dictionary or string
        The texts.

    Returns
    -------
    codes : numpy.ndarray of int32
        For each row the place of its text among the different texts; -1 where missing.
    texts : pyarrow.Array of string
        The different texts, in order of first appearance.
    """
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    column = column.unify_dictionaries()
    if not column.num_chunks:
        return np.empty(0, dtype=np.int32), pa.array([], type=column.type.value_type)
    codes = np.empty(len(column), dtype=np.int32)
    start = 0
    for chunk in column.chunks:
        codes[start : start + len(chunk)] = _places(chunk)
        start += len(chunk)
    return codes, column.chunk(0).dictionary


def labels(coded: Coded, name: str) -> pd.Categorical:
    """Labels from text, kept exactly but for the wrapping that protects numbers from spreadsheets.

    Parameters
    ----------
    coded : tuple
        What `code` gives.
    name : str
        Name of the column, for messages.

    Returns
    -------
    pandas.Categorical
        Categories in order of first appearance. Empty text is missing; ``="0123"`` and ``0123<tab>`` are
        the label 0123.

    Raises
    ------
    ValueError
        If a spreadsheet has rounded an identifier (1.23457E+17).

    Warns
    -----
    MissingWordWarning
        If a word such as NULL stands among the labels.
    """
    codes, texts = coded
    plain = _unwrapped(texts)
    if plain is not texts or pc.index(plain, "").as_py() >= 0:
        again = pc.if_else(pc.equal(plain, ""), None, plain).dictionary_encode()
        codes, plain = _take(_places(again), codes), again.dictionary
    if name in ("customer_id", "order_id"):
        _refuse_rounded(plain, name)
    _warn_of_words(codes, plain, name)
    return pd.Categorical.from_codes(codes, categories=pd.Index(plain.to_pandas(), dtype="str"))


def _places(coded: pa.DictionaryArray) -> np.ndarray:
    return coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)


def _take(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Values by code, the last appended for -1."""
    absent = np.nan if values.dtype.kind == "f" else -1
    return np.append(values, np.array([absent], dtype=values.dtype))[codes]


def _unwrapped(texts: pa.Array) -> pa.Array:
    wrapped = pc.or_(pc.starts_with(texts, '="'), pc.match_substring(texts, "\t"))
    if not pc.any(wrapped).as_py():
        return texts
    return pc.replace_substring_regex(pc.utf8_trim(texts, "\t"), r'^="(.*)"$', r"\1")


def _refuse_rounded(texts: pa.Array, name: str) -> None:
    suspects = texts.filter(pc.match_substring(texts, "E+"))
    rounded = suspects.filter(pc.match_substring_regex(suspects, r"^\d(?:\.\d+)?E\+\d+$"))
    if len(rounded):
        raise ValueError(
            f"{name} holds {rounded[0].as_py()!r}: a spreadsheet has rounded a number and lost its digits; "
            "export the file anew and do not save it from the spreadsheet, or format the column as text"
        )


def _warn_of_words(codes: np.ndarray, texts: pa.Array, name: str) -> None:
    found = np.flatnonzero(pc.is_in(texts, pa.array(MISSING, type=texts.type)).to_numpy(zero_copy_only=False))
    if len(found):
        words = [texts[int(place)].as_py() for place in found]
        warn(
            f"{name} holds {words[0]!r} in {int(np.isin(codes, found).sum()):,} rows, read as a label like "
            f"others; if it is none: orders[{name!r}] = orders[{name!r}].cat.remove_categories({words})",
            MissingWordWarning,
        )


def numbers(column: pa.ChunkedArray, name: str, where: Callable[[int], str]) -> np.ndarray:
    """Numbers from text: plain (1234.5), or as money (¥1,234.50).

    A comma groups thousands, and only where that is beyond doubt: 12,50 is refused, and so is 1,234 where
    no other value shows whether the comma is a decimal one.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of string or double
        The texts, or numbers already.
    name : str
        Name of the column, for messages.
    where : function of int
        Says in a message where a row is.

    Returns
    -------
    numpy.ndarray of float64
        The numbers; NaN where missing (empty, or a word such as NULL).

    Raises
    ------
    ValueError
        If a text is no number, or may be two.
    """
    values = column.to_numpy() if pa.types.is_floating(column.type) else _from_text(column, name, where)
    endless = np.isinf(values)
    if endless.any():
        raise ValueError(f"{name} must hold numbers, got an infinite one ({where(int(np.argmax(endless)))})")
    return values


def _from_text(column: pa.ChunkedArray, name: str, where: Callable[[int], str]) -> np.ndarray:
    codes, texts = code(column)
    texts = pc.utf8_trim_whitespace(_unwrapped(texts))
    texts = pc.if_else(is_missing(texts), None, texts)
    plain = pc.match_substring_regex(texts, f"^{_PLAIN}$")
    if not pc.all(plain).as_py():
        money = pc.match_substring_regex(texts, f"^{_MONEY}$")
        wrong = _flags(pc.invert(pc.or_(plain, money)))
        if wrong.any():
            raise ValueError(_no_number(codes, texts, wrong, name, where))
        _refuse_doubtful_commas(codes, texts, name, where)
        texts = pc.replace_substring_regex(texts, rf"[\s,元]|{_SIGNS}", "")
        texts = pc.replace_substring_regex(texts, r"^\+", "")
    return _take(pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False), codes)


def _flags(values: pa.Array) -> np.ndarray:
    return pc.fill_null(values, False).to_numpy(zero_copy_only=False)


def _no_number(
    codes: np.ndarray, texts: pa.Array, wrong: np.ndarray, name: str, where: Callable[[int], str]
) -> str:
    rows = np.flatnonzero(np.append(wrong, False)[codes])
    first = texts[int(codes[rows[0]])].as_py()
    commas = _flags(pc.match_substring_regex(texts, r"^[^\d,]*[\d.]*\d,(?:\d{1,2}|\d{4,})\D*$"))
    advice = (
        "write a point before the decimals, not a comma"
        if (commas & wrong).any()
        else "write numbers such as 1234.5 or ¥1,234.50"
    )
    return (
        f"{name} must hold numbers, got {first!r} ({where(int(rows[0]))}; {len(rows):,} such rows); {advice}"
    )


def _refuse_doubtful_commas(
    codes: np.ndarray, texts: pa.Array, name: str, where: Callable[[int], str]
) -> None:
    commas = _flags(pc.match_substring(texts, ","))
    if commas.any() and not _flags(pc.match_substring_regex(texts, _POINT_DECIMAL)).any():
        row = int(np.flatnonzero(np.append(commas, False)[codes])[0])
        value = texts[int(codes[row])].as_py()
        raise ValueError(
            f"{name} is ambiguous: {value!r} ({where(row)}) may be {value.replace(',', '')} or "
            f"{value.replace(',', '.')}, and no other value decides; write numbers without commas"
        )


def numbers_or_labels(coded: Coded, name: str) -> np.ndarray | pd.Categorical:
    """A further column: numbers if all its text is that of plain numbers (no 007), else labels."""
    codes, texts = coded
    missing = is_missing(texts)
    known = texts.filter(pc.invert(missing))
    if not len(known) or not pc.all(pc.match_substring_regex(known, _EXACT)).as_py():
        return labels(coded, name)
    values = pc.cast(pc.if_else(missing, None, texts), pa.float64())
    plain = _take(values.to_numpy(zero_copy_only=False), codes)
    whole = not np.isnan(plain).any() and not pc.any(pc.match_substring(known, ".")).as_py()
    return plain.astype(np.int64) if whole else plain
