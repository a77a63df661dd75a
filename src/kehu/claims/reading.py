"""Reading the documents' figures, each row checked."""

import csv
import math
import os
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pandas as pd

from kehu import frames
from kehu._files import data_folder
from kehu.claims.ranges import rounding
from kehu.claims.units import UNITS

__all__ = ["STATUSES", "checked", "read"]

STATUSES = ("stated", "blank", "contradictory", "garbled")
_TEXTS = ("key", "document", "section", "item", "item_zh", "unit", "period", "status")
_STATEMENTS = ("statement", "statement_zh")
_NUMBERS = ("value", "low", "high")
_COLUMNS = [*_TEXTS[:5], "value", "rounding", "low", "high", "word", *_TEXTS[5:], *_STATEMENTS]


def read(path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Read the figures and dated statements of the source documents.

    Parameters
    ----------
    path : path-like, optional
        A file of the same layout; by default the project's ``data/claims.csv``.

    Returns
    -------
    pandas.DataFrame
        One row a quantity: ``key``, ``document``, ``section``, ``item``, ``item_zh``, ``value`` (NaN where
        there is none), ``rounding`` (half a unit of the last digit written, 0 for what is counted), ``low``,
        ``high`` (only where the statement gives a range or a bound), ``word`` (where the unit is ``"word"``),
        ``unit``, ``period``, ``status`` (stated, blank, contradictory or garbled), ``statement`` and
        ``statement_zh`` (what the document says, in our words).

    Raises
    ------
    KeyError
        If a column is missing.
    ValueError
        If a key and item stand there twice, a status or unit is unknown, a figure cannot be read, a stated
        one is missing or a blank one is there; the message quotes the line and what it holds.

    Examples
    --------
    >>> import kehu
    >>> kehu.claims.read().query("key == 'D3.m1'")[["item", "value", "rounding", "unit"]]
                                 item  value  rounding           unit
    57            online retail sales   9.08     0.005  trillion yuan
    58  growth of online retail sales  23.90     0.050              %
    """
    path = data_folder() / "claims.csv" if path is None else Path(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.DictReader(file)
        _need(lines.fieldnames or [], (*_TEXTS, *_STATEMENTS, *_NUMBERS), path.name)
        rows = [(where := f"{path.name}, line {lines.line_num}", _parsed(row, where)) for row in lines]
    return _table(rows)


def checked(claims: Any) -> pd.DataFrame:
    """Check a table of figures that may have been changed since it was read."""
    needed = [name for name in _COLUMNS if name != "rounding"]
    _need(frames.names(claims, "claims"), needed, "claims")
    table = frames.select(
        claims, {name: name for name in needed}, optional={"rounding": "rounding"}, what="claims"
    )
    for name in (*_NUMBERS, "rounding"):
        table[name] = frames.numbers(table[name], name) if name in table else math.nan
    for name in (*_TEXTS, *_STATEMENTS, "word"):
        table[name] = table[name].astype(object).where(table[name].notna(), "")
    return _table((f"claims, row {row}", values) for row, values in enumerate(table.to_dict("records")))


def _need(found: Iterable[str], wanted: Iterable[str], what: str) -> None:
    found = list(found)
    for name in wanted:
        if name not in found:
            raise KeyError(f"{what} has no column {name!r}; {frames.closest(name, found)}")


def _parsed(row: Mapping[str, str | None], where: str) -> dict[str, Any]:
    """A line of the file: numbers as they are written, so that their digits can be counted."""
    if None in row:
        raise ValueError(
            f"{where} has more cells than the header; put text with commas in quotes: {row[None]}"
        )
    texts = {name: (value or "").strip() for name, value in row.items()}
    word = texts["value"] if texts["unit"] == "word" else ""
    return {**texts, "word": word, **({"value": ""} if word else {})}


def _table(rows: Iterable[tuple[str, dict[str, Any]]]) -> pd.DataFrame:
    seen: dict[tuple[str, str], str] = {}
    done = []
    for where, row in rows:
        done.append(_row(row, where))
        name = (row["key"], row["item"])
        if name in seen:
            raise ValueError(f"{where}: {row['key']} {row['item']!r} stands in {seen[name]} already")
        seen[name] = where
    return pd.DataFrame(done, columns=_COLUMNS)


def _row(row: dict[str, Any], where: str) -> dict[str, Any]:
    where = f"{where} ({row['key']} {row['item']!r})"
    if row["unit"] not in UNITS:
        raise ValueError(f"{where}: {row['unit']!r} is no unit; {frames.closest(row['unit'], UNITS)}")
    if row["status"] not in STATUSES:
        raise ValueError(
            f"{where}: {row['status']!r} is no status; {frames.closest(row['status'], STATUSES)}"
        )
    written = {name: _number(row[name], name, where) for name in _NUMBERS}
    numbers = {name: math.nan if text is None else float(text) for name, text in written.items()}
    _consistent(row, numbers, where)
    half = row.get("rounding", math.nan)
    if math.isnan(half) and written["value"] is not None:
        half = rounding(written["value"], row["unit"])
    return {**row, **numbers, "rounding": half}


def _number(value: Any, name: str, where: str) -> str | None:
    """The digits of a number, None if there is none."""
    if value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    text = str(value).removesuffix(".0") if isinstance(value, float) else value
    try:
        if Decimal(text).is_finite():
            return text
    except InvalidOperation:
        pass
    raise ValueError(
        f"{where}: {name} is {value!r}; write a plain number such as 9.08, the unit in its column"
    )


def _consistent(row: Mapping[str, Any], numbers: Mapping[str, float], where: str) -> None:
    value, low, high = (numbers[name] for name in _NUMBERS)
    given = bool(row["word"]) or not all(math.isnan(number) for number in (value, low, high))
    if row["status"] == "blank" and given:
        held = row["word"] or next(f"{number:g}" for number in (value, low, high) if not math.isnan(number))
        raise ValueError(
            f"{where}: the status is 'blank', but there is a value: {held!r}; a blank stays blank"
        )
    if row["status"] in ("stated", "contradictory") and not given:
        raise ValueError(
            f"{where}: the status is {row['status']!r}, but there is no value; "
            "write the figure or the status 'blank'"
        )
    if low > high or value < low or value > high:
        raise ValueError(f"{where}: low={low:g}, value={value:g}, high={high:g} are not in order")
