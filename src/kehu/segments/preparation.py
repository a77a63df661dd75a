"""From a table of features to the numbers that are clustered: checks, logarithms, one scale for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.frames import closest
from kehu.segments.features import CustomerFeatures

# Skewness from which a feature that is nowhere negative is taken in logarithms.
SKEWED = 1.0
_WORDS = ("skewed", "all", "none")
# Beyond these, sums of squares leave the range of numbers.
_SMALLEST, _LARGEST = 1e-100, 1e100


@dataclass(frozen=True)
class Preparation:
    """What was done to features before they were clustered, so that it can be undone.

    Attributes
    ----------
    features : list of str
        The columns, in order.
    log1p : list of str
        Those taken as log(1 + x).
    center, scale : numpy.ndarray
        Subtracted from each feature after the logarithm, and then divided by; 0 and 1 where nothing was
        scaled.
    """

    features: list[str]
    log1p: list[str]
    center: np.ndarray
    scale: np.ndarray

    def apply(self, table: pd.DataFrame) -> np.ndarray:
        """Prepare customers, in original units, as those were that this was made from."""
        values = table[self.features].to_numpy(np.float64, copy=True)
        for place in self._logarithmic():
            low = values[:, place].min(initial=0.0)
            if low < 0:
                raise ValueError(
                    f"feature {self.features[place]!r} is taken in logarithms and must not be negative, "
                    f"got {low:g}; leave it out of log1p"
                )
            values[:, place] = np.log1p(values[:, place])
        return (values - self.center) / self.scale

    def undo(self, values: np.ndarray) -> np.ndarray:
        """Bring prepared numbers back to original units."""
        values = values * self.scale + self.center
        for place in self._logarithmic():
            values[:, place] = np.expm1(values[:, place])
        return values

    def _logarithmic(self) -> list[int]:
        return [self.features.index(name) for name in self.log1p]


def feature_table(features: Any, wanted: Sequence[str] | None = None) -> pd.DataFrame:
    """Check features: a table of finite numbers, one row a customer (``wanted`` columns only)."""
    if isinstance(features, CustomerFeatures):
        features = features.table
    if isinstance(features, list) and features and isinstance(features[0], list | tuple | np.ndarray):
        features = np.asarray(features)
    if isinstance(features, np.ndarray):
        features = _named(features)
    names = list(wanted or frames.names(features, "features"))
    data = frames.select(features, {name: name for name in names}, what="features")
    if not names:
        raise ValueError("features has no columns; there is nothing to cluster")
    if data.empty:
        raise ValueError("features has no rows; there are no customers to cluster")
    table = pd.DataFrame({name: _finite(data[name], str(name)) for name in names})
    if isinstance(features, pd.DataFrame):
        table.index = features.index
    return table


def _named(values: np.ndarray) -> pd.DataFrame:
    if values.ndim != 2:
        raise ValueError(f"features must be a table, one row a customer, got an array of {values.ndim} axes")
    if np.iscomplexobj(values):
        raise ValueError(f"Complex data not supported: features must be real numbers, got {values.dtype}")
    return pd.DataFrame(values, columns=[f"feature {place}" for place in range(1, values.shape[1] + 1)])


def _finite(column: pd.Series, name: str) -> np.ndarray:
    if pd.api.types.is_bool_dtype(column.dtype) and not column.isna().any():
        column = column.astype(np.float64)
    values = frames.numbers(column, f"feature {name!r}")
    wrong = np.flatnonzero(~np.isfinite(values))
    if len(wrong):
        what = "missing (NaN)" if np.isnan(values[wrong[0]]) else "infinite"
        raise ValueError(
            f"feature {name!r} is {what} for {len(wrong):,} of {len(values):,} customers (first in row "
            f"{wrong[0]}); fill these in or leave the customers or the feature out"
        )
    largest = np.abs(values).max(initial=0)
    if largest and not _SMALLEST < largest < _LARGEST:
        raise ValueError(f"feature {name!r} goes up to {largest:g}, which cannot be squared; use other units")
    return values


def prepare(table: pd.DataFrame, log1p: str | Sequence[str], scale: bool) -> Preparation:
    """Find out how to prepare features: which in logarithms, and their centres and scales."""
    if not isinstance(scale, bool | np.bool_):
        raise TypeError(f"scale must be True or False, got {scale!r}")
    flat = np.flatnonzero(_constant(table.to_numpy()))
    if len(flat):
        name = table.columns[flat[0]]
        raise ValueError(
            f"feature {name!r} is constant ({table[name].iloc[0]:g} for all customers) and cannot tell them "
            f"apart; leave it out"
        )
    logged = _logged(table, log1p)
    plain = Preparation(list(table), logged, np.zeros(table.shape[1]), np.ones(table.shape[1]))
    values = plain.apply(table)
    if not scale:
        return plain
    return Preparation(plain.features, logged, values.mean(axis=0), values.std(axis=0))


def _constant(values: np.ndarray) -> np.ndarray:
    """Whether each feature is the same for all, but for rounding."""
    return np.ptp(values, axis=0) <= 1e-12 * np.abs(values).max(axis=0)


def _skewness(values: np.ndarray) -> np.ndarray:
    apart = (values - values.mean(axis=0)) / values.std(axis=0)
    return (apart**3).mean(axis=0)


def _logged(table: pd.DataFrame, log1p: str | Sequence[str]) -> list[str]:
    if isinstance(log1p, str):
        if log1p not in _WORDS:
            raise ValueError(
                f"log1p must be one of these words or a list of features, got {log1p!r}; "
                f"{closest(log1p, _WORDS)}"
            )
        if log1p != "skewed":
            return list(table) if log1p == "all" else []
        skewness = _skewness(table.to_numpy())
        return [
            name
            for name, skew in zip(table, skewness, strict=True)
            if skew > SKEWED and table[name].min() >= 0
        ]
    for name in log1p:
        if name not in table:
            raise KeyError(f"features has no column {name!r} (in log1p); {closest(name, table)}")
    return [name for name in table if name in set(log1p)]
