"""Customers' histories as the models take them: checked once, and condensed to what a likelihood needs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu._kernels import clv as kernels
from kehu.warnings import UnobservedCustomersWarning, warn

# Times that are whole in these parts of the unit (days, or days counted in weeks) share tables of logarithms.
GRIDS = (1, 7)
_WHOLE = 1e-7
_MOST_LEVELS = 1_000_000
_LARGEST = 2.0**53


@dataclass(frozen=True)
class Histories:
    """Purchase histories, one a customer.

    Attributes
    ----------
    x : numpy.ndarray of float64
        Repeat orders.
    t : numpy.ndarray of float64
        Age at the last order.
    T : numpy.ndarray of float64
        Age now.
    weights : numpy.ndarray of float64
        Customers with this history; empty where each stands for one.
    index : pandas.Index
        Who they are.
    """

    x: np.ndarray
    t: np.ndarray
    T: np.ndarray
    weights: np.ndarray
    index: pd.Index

    @property
    def n(self) -> float:
        """Number of customers."""
        return float(self.weights.sum()) if len(self.weights) else float(len(self.x))

    def at(self, rows: Any) -> "Histories":
        """Some of them."""
        weights = self.weights[rows] if len(self.weights) else self.weights
        return Histories(self.x[rows], self.t[rows], self.T[rows], weights, self.index[:0])

    def weighted(self, weights: np.ndarray) -> "Histories":
        """The same histories, standing for other numbers of customers."""
        rows = np.flatnonzero(weights)
        return Histories(self.x[rows], self.t[rows], self.T[rows], weights[rows], self.index[:0])


def index_of(summary: Any, n: int) -> pd.Index:
    """Labels of the customers: a pandas frame's index, else the column ``customer_id``, else numbers."""
    if isinstance(summary, pd.DataFrame):
        return summary.index
    if "customer_id" in frames.names(summary, "summary"):
        chosen = frames.select(summary, {"customer_id": "customer_id"}, what="summary")["customer_id"]
        return pd.Index(chosen.astype(chosen.cat.categories.dtype) if hasattr(chosen, "cat") else chosen)
    return pd.RangeIndex(n)


def columns(summary: Any, wanted: dict[str, str]) -> dict[str, np.ndarray]:
    """Finite numbers of the columns of a customer summary; others are refused."""
    taken = frames.select(summary, wanted, what="summary")
    if taken.empty:
        raise ValueError("summary has no rows; there are no customers")
    # Columns of one block of a frame are not contiguous, as the kernels need them.
    found = {new: np.ascontiguousarray(frames.numbers(taken[new], old)) for new, old in wanted.items()}
    for new, old in wanted.items():
        if not (found[new].min() > -np.inf and found[new].max() < np.inf):
            refuse(~np.isfinite(found[new]), found[new], old, "must hold finite numbers", "leave them out")
    return found


def refuse(wrong: np.ndarray, values: np.ndarray, name: str, rule: str, advice: str) -> None:
    """Raise if any value is wrong, quoting the first."""
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"{name} {rule}, got {values[row]:g} in row {row} ({int(wrong.sum()):,} such rows); {advice}"
        )


def histories(
    summary: Any, *, frequency: str, recency: str, T: str, weights: Any = None, fitting: bool = False
) -> Histories:
    """Take the purchase histories out of a customer summary and refuse what cannot be one."""
    found = columns(summary, {"x": frequency, "t": recency, "T": T})
    x, t, age = found["x"], found["t"], found["T"]
    wrong, new = kernels.look_through(x, t, age)
    if wrong:
        _say_what_is_wrong(x, t, age, frequency, recency, T)
    given = given_weights(weights, summary, len(x))
    if fitting:
        _check_observed(new, len(x), given, T)
    return Histories(x, t, age, given, index_of(summary, len(x)))


def _say_what_is_wrong(
    x: np.ndarray, t: np.ndarray, age: np.ndarray, frequency: str, recency: str, T: str
) -> None:
    """Refuse the first kind of history that cannot be; ages may differ in the last digits."""
    refuse(x < 0, x, frequency, "must not be negative", "it counts the orders after the first")
    refuse(x != np.floor(x), x, frequency, "must be whole", "it counts the orders after the first")
    refuse(x > _LARGEST, x, frequency, "is too large", "it counts the orders after the first")
    refuse(age < 0, age, T, "must not be negative", "it is the time since the first order")
    refuse(t < 0, t, recency, "must not be negative", "it is the age at the last order, 0 if there is one")
    late = t > age * (1 + 1e-12)
    if late.any():
        row = int(np.argmax(late))
        raise ValueError(
            f"{recency} must not exceed {T}, got {t[row]:g} and {age[row]:g} in row {row} "
            f"({int(late.sum()):,} such rows); {recency} is the age at the last order, not the time since"
        )
    refuse(
        (x == 0) & (t > 0), t, recency, "must be 0 where there is no repeat order", f"see also {frequency}"
    )
    refuse(
        (x > 0) & (t <= 0), x, frequency, "must be 0 where the last order is the first",
        "merge orders of the same moment (same day) into one",
    )  # fmt: skip


def given_weights(weights: Any, summary: Any, n: int) -> np.ndarray:
    """Check how many customers each row stands for; empty where it is one."""
    if weights is None:
        return np.empty(0)
    name = weights if isinstance(weights, str) else "weights"
    if isinstance(weights, str):
        found = columns(summary, {"weights": weights})["weights"]
    else:
        found = frames.numbers(pd.Series(np.asarray(weights)), "weights")
    if len(found) != n:
        raise ValueError(f"weights has {len(found):,} values for {n:,} rows; give one a row")
    refuse(
        ~(np.isfinite(found) & (found >= 0)), found, name, "must not be negative or missing", "0 leaves out"
    )
    if not found.any():
        raise ValueError(f"{name} is 0 everywhere; there are no customers")
    return found


def _check_observed(new: int, rows: int, weights: np.ndarray, name: str) -> None:
    n = weights.sum() if len(weights) else rows
    if n < 2:
        raise ValueError(f"summary has {n:g} customer; a model needs several to tell how they differ")
    if new == rows:
        raise ValueError(f"{name} is 0 everywhere; nobody was observed for any time after the first order")
    if new:
        warn(
            f"{new:,} customers have {name} = 0: they came on the last day and say nothing about "
            f"repeat orders; leave them out with summary[summary[{name!r}] > 0]",
            UnobservedCustomersWarning,
        )


@dataclass(frozen=True)
class Condensed:
    """What a likelihood needs: repeat buyers in codes, one-time buyers counted by age.

    Attributes
    ----------
    n : float
        Number of customers.
    levels, counts : numpy.ndarray of float64
        Numbers of repeat orders that occur, and customers with each.
    times : numpy.ndarray of float64
        Times that may occur.
    once_T, once : numpy.ndarray
        Ages of the one-time buyers (codes into ``times``), and how many have each.
    x, t, T : numpy.ndarray of int32
        Codes of the repeat buyers, into ``levels`` and ``times``.
    weights : numpy.ndarray of float64
        Customers each repeat buyer stands for; empty for one each.
    """

    n: float
    levels: np.ndarray
    counts: np.ndarray
    times: np.ndarray
    once_T: np.ndarray
    once: np.ndarray
    x: np.ndarray
    t: np.ndarray
    T: np.ndarray
    weights: np.ndarray

    def with_once(self) -> "Condensed":
        """The one-time buyers as rows too, for models in which they may be lost already."""
        code = np.full(len(self.once), np.searchsorted(self.levels, 0.0), dtype=np.int32)
        first = np.full(len(self.once), np.searchsorted(self.times, 0.0), dtype=np.int32)
        weights = self.weights if len(self.weights) else np.ones(len(self.x))
        return Condensed(
            self.n, self.levels, self.counts, self.times, self.once_T[:0], self.once[:0],
            np.concatenate([code, self.x]), np.concatenate([first, self.t]),
            np.concatenate([self.once_T, self.T]), np.concatenate([self.once, weights]),
        )  # fmt: skip


def condense(found: Histories) -> Condensed:
    """Count one-time buyers by age and code the others."""
    weights = found.weights if len(found.weights) else None
    levels, x = _coded(found.x)
    times, t, T = _timed(found.t, found.T)
    counts = np.bincount(x, weights, minlength=len(levels)).astype(np.float64)
    again = found.x > 0
    rows, once = np.flatnonzero(again), np.flatnonzero(~again)
    ages = np.bincount(T[once], None if weights is None else weights[once])
    codes = np.flatnonzero(ages)
    chosen = np.empty(0) if weights is None else weights[rows]
    return Condensed(
        found.n, levels, counts, times, codes.astype(np.int32), ages[codes].astype(np.float64),
        x[rows], t[rows], T[rows], chosen,
    )  # fmt: skip


def _coded(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Levels that occur, rising, and for each value the place of its own."""
    largest = values.max()
    if largest >= _MOST_LEVELS:
        levels, codes = np.unique(values, return_inverse=True)
        return levels, codes.astype(np.int32)
    whole = values.astype(np.int32)
    present = np.flatnonzero(np.bincount(whole))
    place = np.zeros(int(largest) + 1, dtype=np.int32)
    place[present] = np.arange(len(present))
    return present.astype(np.float64), place[whole]


def _timed(t: np.ndarray, T: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times that occur or may, rising from 0, and the places of ``t`` and ``T`` among them."""
    codes = np.empty((2, len(T)), np.int32)
    for parts in GRIDS:
        n = T.max() * parts + 1
        small = n <= max(10_000, len(T))
        if small and all(
            kernels.whole(v, parts, _WHOLE * parts, c) for v, c in zip((T, t), codes, strict=True)
        ):
            return np.arange(round(n)) / parts, codes[1], codes[0]
    times, codes = np.unique(np.concatenate([[0.0], t, T]), return_inverse=True)
    codes = codes.astype(np.int32)
    return times, codes[1 : 1 + len(t)], codes[1 + len(t) :]
