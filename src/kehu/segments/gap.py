"""The gap statistic: how much tighter segments are than those of customers without any."""

from collections.abc import Sequence

import numpy as np
from scipy import optimize, special, stats
from scipy.spatial.distance import pdist

from kehu.segments.clustering import cluster_again

# A feature of so few different values is rounded to these in reference clouds.
_LUMPY, _FEW = 0.05, 20
# Modes tried, and rounds in which the copula is brought to the correlations wanted.
_MODES, _CALIBRATIONS = 50, 2


def dispersion(values: np.ndarray, labels: np.ndarray, power: int) -> float:
    """Half the sum over segments of the mean distance of a customer to all of the segment.

    ``W = 1/2 sum_r 1/n_r sum_{i<j in r} d_ij^power``, as in Tibshirani, Walther and Hastie (2001) for
    power 2 (up to the factor) and as R's clusGap has it.
    """
    found = 0.0
    for label in np.unique(labels):
        inside = values[labels == label]
        if power == 2:
            found += ((inside - inside.mean(axis=0)) ** 2).sum()
        elif len(inside) > 1:
            found += pdist(inside).sum() / len(inside)
    return 0.5 * found


def log_dispersions(
    values: np.ndarray, ks: Sequence[int], method: str, power: int, rng: np.random.Generator
) -> np.ndarray:
    """Cluster anew into each number of segments; the logarithms of the dispersions."""
    labels = (cluster_again(values, k, method, rng) if k > 1 else np.zeros(len(values), int) for k in ks)
    return np.log([max(dispersion(values, found, power), 1e-300) for found in labels])


class Uniform:
    """Reference customers spread evenly over the ranges of the features or of the principal components."""

    def __init__(self, values: np.ndarray, principal: bool) -> None:
        self._middle = values.mean(axis=0)
        self._axes = np.eye(values.shape[1])
        if principal:
            self._axes = np.linalg.svd(values - self._middle, full_matrices=False)[2]
        turned = (values - self._middle) @ self._axes.T
        self._low, self._high, self._n = turned.min(axis=0), turned.max(axis=0), len(values)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """As many customers as there were."""
        return rng.uniform(self._low, self._high, (self._n, len(self._low))) @ self._axes + self._middle


class Cloud:
    """Reference customers of a single cloud, as skewed, bounded, lumpy and correlated as the real ones.

    Each feature follows the unimodal distribution nearest to its own, and the features hang together by a
    Gaussian copula with the correlations of their normal scores. Whatever has several heaps, in one feature
    or in the space of all, is lost.
    """

    def __init__(self, values: np.ndarray, rng: np.random.Generator) -> None:
        self._n = len(values)
        self._margins = [_Unimodal(column) for column in values.T]
        wanted = correlations = _score_correlations(values)
        self._root = _root(correlations)
        # Lumps weaken correlations, so that those of the copula must be somewhat stronger.
        for _ in range(_CALIBRATIONS):
            correlations = correlations + wanted - _score_correlations(self.draw(rng, 4 * self._n))
            self._root = _root(correlations)

    def draw(self, rng: np.random.Generator, n: int | None = None) -> np.ndarray:
        """As many customers as there were, or ``n``."""
        normal = rng.standard_normal((n or self._n, len(self._margins))) @ self._root.T
        ranks = special.ndtr(normal).T
        return np.stack([margin.at(u) for margin, u in zip(self._margins, ranks, strict=True)], axis=1)


def _score_correlations(values: np.ndarray) -> np.ndarray:
    """Correlations of the normal scores of the ranks."""
    scores = special.ndtri((stats.rankdata(values, axis=0) - 0.5) / len(values))
    return np.atleast_2d(np.corrcoef(scores, rowvar=False))


def _root(correlations: np.ndarray) -> np.ndarray:
    """Square root of the nearest matrix that can be one of correlations, or almost."""
    roots, axes = np.linalg.eigh(correlations)
    root = axes * np.sqrt(np.maximum(roots, 0))
    return root / np.sqrt((root**2).sum(axis=1, keepdims=True))


class _Unimodal:
    """The unimodal distribution nearest to that of some values (in the largest distance of the two).

    Its density rises up to a mode and falls from there on: the slopes of the greatest convex minorant and
    the least concave majorant of the empirical distribution, as in Hartigan's dip. The mode may be a lump.
    """

    def __init__(self, values: np.ndarray) -> None:
        self._values, counts = np.unique(values, return_counts=True)
        self._lumpy = len(self._values) <= max(_FEW, _LUMPY * len(values))
        observed = np.cumsum(counts) / len(values)
        places = np.unique(np.linspace(0, len(self._values) - 1, _MODES).astype(int))
        places = np.union1d(places, np.argsort(-counts)[:_FEW])
        distances = [np.abs(self._fitted(observed, place) - observed).max() for place in places]
        mode = int(places[int(np.argmin(distances))])
        self._shares, self._points = self._fitted(observed, mode), self._values
        if mode == 0:
            # The lump at the lower end, if it is one.
            self._shares = np.append(0.0, self._shares)
            self._points = np.append(self._values[0], self._values)

    def _fitted(self, observed: np.ndarray, mode: int) -> np.ndarray:
        """Cumulative shares at the values when the mode is at one of them."""
        width = np.diff(self._values)
        start = observed[0] if mode == 0 else 0.0
        slope = np.diff(np.append(start, observed[1:])) / width
        parts = [
            optimize.isotonic_regression(part, weights=weight, increasing=rising).x
            for part, weight, rising in (
                (slope[:mode], width[:mode], True),
                (slope[mode:], width[mode:], False),
            )
            if len(part)
        ]
        return np.append(start, start + np.cumsum(np.concatenate(parts) * width))

    def at(self, ranks: np.ndarray) -> np.ndarray:
        """Values at these shares of the distribution."""
        found = np.interp(ranks, self._shares, self._points)
        if not self._lumpy:
            return found
        # The share of a value lies between it and the one before.
        places = np.searchsorted(self._values, found - 1e-9 * np.ptp(self._values))
        return self._values[np.minimum(places, len(self._values) - 1)]


def reference_dispersions(
    reference: Uniform | Cloud,
    ks: Sequence[int],
    method: str,
    power: int,
    n: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Log dispersions of ``n`` sets of reference customers, one row a set."""
    return np.array([log_dispersions(reference.draw(rng), ks, method, power, rng) for _ in range(n)])


def gaps(observed: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gap for each number of segments and its standard error, simulation error included."""
    error = expected.std(axis=0) * np.sqrt(1 + 1 / len(expected))
    return expected.mean(axis=0) - observed, error


def first_large(gap: np.ndarray, error: np.ndarray) -> int:
    """Place of the smallest number of segments with Gap(k) >= Gap(k + 1) - s(k + 1)."""
    enough = np.flatnonzero(gap[:-1] >= gap[1:] - error[1:])
    return int(enough[0]) if len(enough) else len(gap) - 1


def homogeneity(observed: np.ndarray, expected: np.ndarray) -> float:
    """P-value: how often a single cloud seems to be as clustered as the customers are.

    Dispersions count in relation to that of one segment. The largest deviation over all numbers of
    segments, in standard deviations, is compared with those of the reference clouds among themselves
    (a parametric bootstrap, Hennig and Lin 2015), so that trying many numbers is allowed for.
    """
    drop = np.vstack([observed, expected])[:, 1:] - np.append(observed[0], expected[:, 0])[:, None]
    deviation = drop.std(axis=0)
    scores = (drop.mean(axis=0) - drop) / np.where(deviation > 0, deviation, 1)
    most = scores.max(axis=1)
    return float((1 + (most[1:] >= most[0]).sum()) / len(most))
