"""Goepel's index of consensus."""

from dataclasses import dataclass
from typing import Any

import numpy as np

# Quarters of the range above a half.
BANDS = ((0.5, "very low"), (0.625, "low"), (0.75, "moderate"), (0.875, "high"), (np.inf, "very high"))
HIGH = 0.75
_SCALE_END = 9
_CAMP = 0.25  # of the group, at least
_TIMES = 2  # as important


@dataclass(frozen=True)
class Consensus:
    """How much the priorities of a group overlap.

    Attributes
    ----------
    index : float
        From 0, each sees another criterion as the one that matters, to 1, all say the same.
    band : str
        The index in a word: very low (below 0.5), low (to 0.625), moderate (to 0.75), high (to 0.875), very
        high.
    alpha, beta, gamma : float
        Shannon entropies: mean of the individual priorities, between individuals, of the group's priorities.
    n_raters : int
        Members of the group.
    opposed : tuple of pairs
        Criteria about which there are two camps: to at least a quarter of the group the first is twice as
        important as the second or more, to at least a quarter half as important or less. The most even
        camps first. An index can be high all the same, if the camps agree about everything else.
    """

    index: float
    band: str
    alpha: float
    beta: float
    gamma: float
    n_raters: int
    opposed: tuple[tuple[Any, Any], ...] = ()


def measure(found: np.ndarray, share: np.ndarray, labels: tuple[Any, ...]) -> Consensus:
    """Consensus of weights, shape (raters, criteria), with the share of each rater."""
    alpha, gamma = float(share @ _entropy(found)), float(_entropy(share @ found))
    n = found.shape[1]
    lowest = np.exp(_entropy(np.r_[_SCALE_END, np.ones(n - 1)] / (_SCALE_END + n - 1))) / n
    index = (np.exp(alpha - gamma) - lowest) / (1 - lowest) if n > 1 else 1.0
    index = float(np.clip(index, 0, 1))
    band = next(word for end, word in BANDS if index < end)
    return Consensus(index, band, alpha, gamma - alpha, gamma, len(found), _opposed(found, share, labels))


def _opposed(found: np.ndarray, share: np.ndarray, labels: tuple[Any, ...]) -> tuple[tuple[Any, Any], ...]:
    """Pairs about which there are two camps, the most even ones first."""
    n = len(labels)
    above = np.zeros((n, n))
    for place in range(n):
        above[place] = share @ (found[:, [place]] >= (_TIMES - 1e-9) * found)
    smaller = np.triu(np.minimum(above, above.T), 1)
    rows, columns = np.nonzero(smaller >= _CAMP)
    order = np.argsort(-smaller[rows, columns], kind="stable")
    return tuple((labels[i], labels[j]) for i, j in zip(rows[order], columns[order], strict=True))


def _entropy(shares: np.ndarray) -> np.ndarray:
    return -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=-1)
