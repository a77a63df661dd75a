"""The 2×2 table of a rule: in how many baskets are both sides, one of them, neither."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from kehu import _kernels, frames

_COUNTS = ("n11", "n10", "n01", "n00")
# Products of two counts must fit into 64 bits.
_MOST_BASKETS = 3_000_000_000


@dataclass(frozen=True, eq=False)
class Table:
    """The 2×2 tables of many rules.

    Attributes
    ----------
    n11, n10, n01, n00 : numpy.ndarray of int64
        Baskets with both sides, the antecedent alone, the consequent alone, neither.
    """

    n11: np.ndarray
    n10: np.ndarray
    n01: np.ndarray
    n00: np.ndarray

    @classmethod
    def of(cls, rules: Any) -> Self:
        """Take the counts out of a frame of rules, of any library.

        Raises
        ------
        KeyError
            If a count is missing.
        ValueError
            If a count is negative or not whole, or a rule has no baskets or more than three billion.
        TypeError
            If ``rules`` is no dataframe, or a count is no number.
        """
        columns = frames.select(rules, {name: name for name in _COUNTS}, what="rules")
        table = cls(*(_whole(columns[name], name) for name in _COUNTS))
        if len(table.n) and table.n.min() < 1:
            raise ValueError(f"rule {int(table.n.argmin())} has no baskets: its four counts are 0")
        if len(table.n) and table.n.max() > _MOST_BASKETS:
            raise ValueError(
                f"a rule has {int(table.n.max()):,} baskets; at most {_MOST_BASKETS:,} are possible"
            )
        return table

    def index_of(self, rules: Any) -> pd.Index:
        """Return the index of a pandas frame of these rules; for another library number the rows."""
        return rules.index if isinstance(rules, pd.DataFrame) else pd.RangeIndex(len(self.n))

    @cached_property
    def a(self) -> np.ndarray:
        """Baskets with the antecedent."""
        return self.n11 + self.n10

    @cached_property
    def c(self) -> np.ndarray:
        """Baskets with the consequent."""
        return self.n11 + self.n01

    @cached_property
    def not_a(self) -> np.ndarray:
        """Baskets without the antecedent."""
        return self.n01 + self.n00

    @cached_property
    def not_c(self) -> np.ndarray:
        """Baskets without the consequent."""
        return self.n10 + self.n00

    @cached_property
    def n(self) -> np.ndarray:
        """All baskets."""
        return self.a + self.not_a

    @cached_property
    def d(self) -> np.ndarray:
        """``n11 n00 - n10 n01``, exactly."""
        return self.n11 * self.n00 - self.n10 * self.n01

    @cached_property
    def tails(self) -> tuple[np.ndarray, np.ndarray]:
        """P(X < n11) and P(X >= n11) where only the margins are given."""
        return _kernels.hypergeometric.tails(self.n11, self.n10, self.n01, self.n00)


def _whole(values: pd.Series, name: str) -> np.ndarray:
    """Check that a column counts something."""
    if values.dtype == np.int64:
        counts = values.to_numpy()
    else:
        numbers = frames.numbers(values, name)
        odd = np.flatnonzero(~(np.isfinite(numbers) & (numbers == np.floor(numbers))))
        if len(odd):
            raise ValueError(f"{name} must be whole numbers, got {values.iloc[odd[0]]} in row {odd[0]}")
        counts = numbers.astype(np.int64)
    if len(counts) and counts.min() < 0:
        row = int(counts.argmin())
        raise ValueError(f"{name} must not be negative, got {counts[row]} in row {row}")
    return np.ascontiguousarray(counts)
