"""Test whether a rule has the same confidence in two sets of baskets, also if the rule was chosen by it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from kehu import _kernels

__all__ = ["p_values", "possible"]


def p_values(
    counts: Sequence[pd.DataFrame], shown: Sequence[np.ndarray] | None = None, least: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Test whether rules have the same confidence in two sets of baskets.

    Parameters
    ----------
    counts : (pandas.DataFrame, pandas.DataFrame)
        Columns ``n11`` and ``n10``: the same rules counted in both.
    shown : (numpy.ndarray of bool, numpy.ndarray of bool), optional
        Which rules each set of rules holds; each rule is in one at least. None: they were not chosen.
    least : float
        Least probability, above 0, with which a rule is taken to be shown by chance.

    Returns
    -------
    p_value, p_chosen : numpy.ndarray
        Of Fisher's exact test, two-sided, and of the same test given that the rule is shown; see
        `kehu.rules.comparison.compare_rules`.
    """
    holding = [(count["n11"] + count["n10"]).to_numpy() for count in counts]
    x, both = counts[0]["n11"].to_numpy(), (counts[0]["n11"] + counts[1]["n11"]).to_numpy()
    split = _Split(both, holding[0], holding[0] + holding[1])
    low, high = split.as_unlikely_as(x)
    p_value = np.minimum(split.at_most(low) + split.at_least(high), 1)
    if shown is None:
        return p_value, p_value
    # A rule is shown if X is at least `top` (in the first set) or at most `bottom` (in the second).
    top = _threshold(counts[0], shown[0])
    bottom = both - _threshold(counts[1], shown[1])
    gap = bottom < top - 1
    chance = split.at_most(bottom) + split.at_least(top)
    extreme = (
        split.at_most(np.minimum(low, bottom))
        + split.at_least(np.maximum(high, top))
        + np.where(low >= top, split.at_most(low) - split.at_most(top - 1), 0)
        + np.where(high <= bottom, split.at_least(high) - split.at_least(bottom + 1), 0)
    )
    return p_value, np.where(gap, np.minimum(extreme / np.maximum(chance, least), 1), p_value)


def possible(rules: pd.DataFrame, n_items: int) -> float:
    """Count the rules that could be made with as many items on each side as some rule has.

    Parameters
    ----------
    rules : pandas.DataFrame
        Columns ``antecedents`` and ``consequents``.
    n_items : int
        Number of items there are.

    Returns
    -------
    float
    """
    shapes = set(zip(rules["antecedents"].map(len), rules["consequents"].map(len), strict=True))
    return sum(special.binom(n_items, a) * special.binom(n_items - a, c) for a, c in shapes)


@dataclass(frozen=True, eq=False)
class _Split:
    """How the baskets with A and C fall on two sets: X, those in the first, is hypergeometric.

    Arrays of int64: ``k`` baskets with A and C in all, ``n`` with A in the first set, ``m`` with A in all.
    """

    k: np.ndarray
    n: np.ndarray
    m: np.ndarray

    def at_most(self, x: np.ndarray) -> np.ndarray:
        """P(X <= x)."""
        return self._tails(x + 1)[0]

    def at_least(self, x: np.ndarray) -> np.ndarray:
        """P(X >= x)."""
        return self._tails(x)[1]

    def _tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return _kernels.hypergeometric.tails(x, self.n - x, self.k - x, self.m - self.n - self.k + x)

    def as_unlikely_as(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Limits (low, high): what is at most low or at least high is no more probable than x."""
        mode = (self.n + 1) * (self.k + 1) // (self.m + 2)
        swapped = x > mode
        # Seen from the other set, an upper tail is a lower one.
        mirror = _Split(self.k, np.where(swapped, self.m - self.n, self.n), self.m)
        near = np.where(swapped, self.k - x, x)
        far = mirror._beyond_mode(near)
        return np.where(swapped, self.k - far, near), np.where(swapped, x, far)

    def _beyond_mode(self, x: np.ndarray) -> np.ndarray:
        """Smallest value above x that is no more probable than x, where x is not above the mode."""
        mode = (self.n + 1) * (self.k + 1) // (self.m + 2)
        # A little room, as values just as probable differ by rounding.
        limit = self._log(x) + 1e-7
        low, high = mode, np.minimum(self.n, self.k) + 1
        while (high - low > 1).any():
            middle = (low + high) // 2
            found = self._log(middle) <= limit
            low, high = np.where(found, low, middle), np.where(found, middle, high)
        return np.where(self._log(mode) <= limit, x + 1, high)

    def _log(self, x: np.ndarray) -> np.ndarray:
        """Log of P(X = x), but for a constant."""
        cells = (x, self.k - x, self.n - x, self.m - self.n - self.k + x)
        return -sum(special.gammaln(cell + 1.0) for cell in cells)


def _threshold(count: pd.DataFrame, shown: np.ndarray) -> np.ndarray:
    """Smallest n11 with which each rule would be shown, judged by the least that is shown."""
    n11, holding = count["n11"].to_numpy(), (count["n11"] + count["n10"]).to_numpy()
    if not shown.any():
        return holding + 1
    share = (n11[shown] / np.maximum(holding[shown], 1)).min()
    return np.maximum(n11[shown].min(), np.ceil(share * holding * (1 - 1e-12)).astype(np.int64))
