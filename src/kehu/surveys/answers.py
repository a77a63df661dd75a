"""Answers as numbers, checked: what every analysis of a survey asks of its table before it starts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.warnings import DroppedRowsWarning, warn

# Share of a column's variance that must be left when the others are taken off it.
_LEAST_LEFT = 1e-9
# Answers that differ by less than this share of their size differ by rounding only.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Answers:
    """The rows of a table in which nothing is missing.

    Attributes
    ----------
    names : list of str
        Columns.
    numbers : numpy.ndarray
        One row a respondent, one column a question.
    rows : numpy.ndarray of int
        Position of each row in the table that came in.
    n_dropped : int
        Rows left out because an answer was missing.
    missing : pandas.Series
        For each column the number of missing answers in the table that came in.
    """

    names: list[str]
    numbers: np.ndarray
    rows: np.ndarray
    n_dropped: int
    missing: pd.Series

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.numbers)

    def frame(self) -> pd.DataFrame:
        """The answers as a table."""
        return pd.DataFrame(self.numbers, columns=self.names)


def complete(data: Any, columns: Sequence[str], *, what: str = "data", yes_no: bool = False) -> Answers:
    """Take the rows without gaps of the columns named; say so if some are left out.

    Parameters
    ----------
    data : dataframe
        One row a respondent.
    columns : sequence of str
        Columns with numbers.
    what : str
        What the table is, for messages.
    yes_no : bool
        Whether true and false may stand for 1 and 0; on a rating scale they would be wrong answers.

    Returns
    -------
    Answers

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing, stands there twice, or holds text or infinite numbers, or if no row is whole.

    Warns
    -----
    DroppedRowsWarning
        If rows were left out because an answer is missing.

    Examples
    --------
    >>> complete(pd.DataFrame({"speed": [5, 4], "care": [3, 2]}), ["speed", "care"]).numbers
    array([[5., 3.],
           [4., 2.]])
    """
    values = numeric(data, columns, what=what, yes_no=yes_no)
    whole = ~np.isnan(values).any(axis=1)
    missing = pd.Series(np.isnan(values).sum(axis=0), index=list(columns), name="missing")
    dropped = int((~whole).sum())
    if not whole.any():
        raise ValueError(f"{what} has no row with answers to all of {list(columns)}; {_counts(missing)}")
    if dropped:
        warn(
            f"{dropped:,} of {len(values):,} rows were left out because an answer is missing "
            f"({_counts(missing)})",
            DroppedRowsWarning,
        )
    return Answers(list(columns), values[whole], np.flatnonzero(whole), dropped, missing)


def numeric(data: Any, columns: Sequence[str], *, what: str = "data", yes_no: bool = False) -> np.ndarray:
    """Columns as numbers, gaps as NaN; text and infinite numbers are refused."""
    frame = frames.select(data, {name: name for name in columns}, what=what)
    values = np.column_stack([_numbers(frame[name], str(name), yes_no) for name in columns])
    wrong = np.argwhere(np.isinf(values))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(
            f"{columns[column]} must hold finite numbers, got {values[row, column]} in row {row}"
        )
    if not len(values):
        raise ValueError(f"{what} has no rows")
    return values


def listed(columns: Any, name: str, *, least: int = 1) -> list[str]:
    """Check a list of columns: no lone text, none named twice, not too few."""
    if isinstance(columns, str) or not isinstance(columns, Iterable):
        hint = f"; write [{columns!r}]" if isinstance(columns, str) else ""
        raise TypeError(f"{name} must be a list of columns, got {columns!r}{hint}")
    columns = list(columns)
    twice = pd.Index(columns)[pd.Index(columns).duplicated()] if columns else ()
    if len(twice):
        raise ValueError(f"{name} has {twice[0]!r} more than once")
    if len(columns) < least:
        raise ValueError(f"{name} must name {least} or more columns, got {columns!r}")
    return columns


def check_level(confidence_level: Any) -> float:
    """Refuse what is no confidence level."""
    if not isinstance(confidence_level, float | np.floating) or not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level must be between 0 and 1, got {confidence_level!r}; such as 0.95")
    return float(confidence_level)


def check_whole(value: Any, name: str, least: int) -> int:
    """Refuse what is no whole number from ``least`` on."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} must be a whole number from {least}, got {value!r}")
    return int(value)


def check_column(column: Any, name: str) -> None:
    """Refuse what is no single column name."""
    if column is None or isinstance(column, list | set | dict | np.ndarray | pd.Series | pd.Index):
        raise TypeError(f"{name} must name one column, got {column!r}")


def check_pairs(pairs: Any, name: str, shape: str) -> list[str]:
    """Refuse what does not map names to pairs of columns; the columns, pair by pair."""
    if not isinstance(pairs, Mapping) or not pairs:
        raise TypeError(f"{name} must map names to pairs {shape}, got {pairs!r}")
    for key, pair in pairs.items():
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise ValueError(f"{name}[{key!r}] must be {shape}, got {pair!r}")
    return listed([column for pair in pairs.values() for column in pair], name)


def constant(values: np.ndarray) -> np.ndarray:
    """Columns in which all answers are the same, but for rounding."""
    return np.ptp(values, axis=0) <= _ROUNDING * np.abs(values).max(axis=0)


def refuse_constant(values: np.ndarray, names: Sequence[str], kind: str) -> None:
    """Refuse a column in which everybody gave the same answer."""
    same = np.flatnonzero(constant(values))
    if len(same):
        column = same[0]
        raise ValueError(
            f"{kind} {names[column]!r} is constant: all {len(values):,} answers are {values[0, column]:g}; "
            "leave it out"
        )


def refuse_collinear(values: np.ndarray, names: Sequence[str], kind: str) -> None:
    """Refuse a column that the ones before it make up exactly."""
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    for column in range(1, z.shape[1]):
        before = z[:, :column]
        weights = np.linalg.lstsq(before, z[:, column], rcond=None)[0]
        left = z[:, column] - before @ weights
        if left @ left < _LEAST_LEFT * len(z):
            makers = [repr(names[place]) for place in np.flatnonzero(np.abs(weights) > 1e-6)]
            raise ValueError(
                f"{kind} {names[column]!r} is perfectly collinear with {', '.join(makers)}; leave one of "
                "them out"
            )


def _numbers(values: pd.Series, name: str, yes_no: bool) -> np.ndarray:
    if pd.api.types.infer_dtype(values, skipna=True) != "boolean":
        return frames.numbers(values, name)
    if not yes_no:
        raise TypeError(f"{name} must hold numbers, got true and false; give the numbers they stand for")
    return values.astype("boolean").to_numpy(dtype=np.float64, na_value=np.nan)


def _counts(missing: pd.Series) -> str:
    gaps = missing[missing > 0].sort_values(ascending=False, kind="stable")
    shown = ", ".join(f"{name}: {count:,}" for name, count in gaps.head(5).items())
    return f"missing answers: {shown}" + (", …" if len(gaps) > 5 else "")
