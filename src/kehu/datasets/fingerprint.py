"""Is it the table that the registry describes? Rows, distinct and missing values, sums, first and last."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

_MEASURES: dict[str, Callable[[pd.Series], Any]] = {
    "distinct": lambda column: column.nunique(),
    "missing": lambda column: int(column.isna().sum()),
    "sum": lambda column: column.sum(),
    "first": lambda column: column.min(),
    "last": lambda column: column.max(),
    "values": lambda column: sorted(column.unique()),
}

_NAMES = {
    "en": {
        "rows": "rows",
        "distinct": "distinct values of {}",
        "missing": "missing values of {}",
        "sum": "sum of {}",
        "first": "first {}",
        "last": "last {}",
        "values": "values of {}",
    },
    "zh": {
        "rows": "行数",
        "distinct": "{} 的不同值",
        "missing": "{} 的缺失值",
        "sum": "{} 之和",
        "first": "最早的 {}",
        "last": "最晚的 {}",
        "values": "{} 的取值",
    },
}


def differences(frame: pd.DataFrame, expected: Mapping[str, Any]) -> list[str]:
    """Compare a table with its fingerprint, as far as its columns go.

    Returns
    -------
    list of str
        One phrase for each measure that differs, with what was expected and what was found.
    """
    found = []
    for measure, name, value in _single(expected):
        if name is not None and name not in frame:
            continue
        actual = len(frame) if name is None else _MEASURES[measure](frame[name])
        if not _agree(measure, actual, value):
            what = _NAMES["en"][measure].format(name)
            found.append(f"{what}: expected {show(value)}, found {show(actual)}")
    return found


def _single(expected: Mapping[str, Any]) -> Iterator[tuple[str, str | None, Any]]:
    """Measure, column (None for the number of rows) and value, one after the other."""
    for measure, values in expected.items():
        if measure == "rows":
            yield measure, None, values
        else:
            yield from ((measure, name, value) for name, value in values.items())


def _agree(measure: str, actual: Any, expected: Any) -> bool:
    if measure == "values":
        return set(actual) <= set(expected)
    if measure == "sum":
        return math.isclose(actual, expected, rel_tol=1e-9)
    return bool(actual == expected)


def describe(expected: Mapping[str, Any], language: str) -> list[str]:
    """Put a fingerprint into words, one phrase a measure."""
    names = _NAMES[language]
    return [f"{names[measure].format(name)} {show(value)}" for measure, name, value in _single(expected)]


def show(value: Any) -> str:
    """Write a count, a sum, a time or a list of labels for people."""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, int | float) or hasattr(value, "dtype"):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return str(value)
