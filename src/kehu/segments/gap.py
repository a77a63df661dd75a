"""The gap statistic: how much tighter segments are than those of customers without any."""

from collections.abc import Sequence

import numpy as np
from scipy import special, stats
from scipy.spatial.distance import pdist

from kehu.segments.clustering import cluster_again

# A feature of so few different values is rounded to these in reference clouds.
_LUMPY = 0.05
_SHIFTS = (0.01, 0.1, 0.5, 1.0, 3.0, 10.0)


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
    """Reference customers of a single cloud, as skewed, lumpy and correlated as the real ones.

    Each feature is brought near to a normal distribution by a shifted Box-Cox transformation, customers are
    drawn from the multivariate normal distribution with the correlations found, and taken back.
    """

    def __init__(self, values: np.ndarray) -> None:
        self._n = len(values)
        self._margins = [_Margin(column) for column in values.T]
        scores = np.stack([margin.scores for margin in self._margins], axis=1)
        # Correlations as a whole must stay those of a distribution, also where features depend on others.
        roots, axes = np.linalg.eigh(np.atleast_2d(np.corrcoef(scores, rowvar=False)))
        self._root = axes * np.sqrt(np.maximum(roots, 0))

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """As many customers as there were."""
        normal = rng.standard_normal((self._n, len(self._margins))) @ self._root.T
        return np.stack([margin.undo(z) for margin, z in zip(self._margins, normal.T, strict=True)], axis=1)


class _Margin:
    """One feature of a cloud."""

    def __init__(self, values: np.ndarray) -> None:
        self._sign = -1.0 if stats.skew(values) < 0 else 1.0
        flipped = self._sign * values
        self._low, spread = flipped.min(), np.ptp(flipped)
        typical = np.median(flipped - self._low) or spread
        found = []
        for shift in _SHIFTS:
            positive = flipped - self._low + shift * typical
            power = float(np.clip(stats.boxcox_normmax(positive, brack=(-1, 1), method="mle"), -3, 3))
            found.append((stats.boxcox_llf(power, positive), power, shift * typical))
        _, self._power, self._shift = max(found)
        scores = special.boxcox(flipped - self._low + self._shift, self._power)
        self._mean, self._deviation = scores.mean(), scores.std()
        self.scores = (scores - self._mean) / self._deviation
        self._most = self._low + 2 * spread
        distinct = np.unique(values)
        self._grid = distinct if len(distinct) <= max(20, _LUMPY * len(values)) else None

    def undo(self, scores: np.ndarray) -> np.ndarray:
        """Standard normal numbers as values of the feature."""
        with np.errstate(invalid="ignore", over="ignore"):
            raw = special.inv_boxcox(self._mean + self._deviation * scores, self._power)
        # Beyond the limit of the transformation lies what is too small or too large for it.
        beyond = np.where(self._power > 0, 0.0, np.inf)
        raw = np.where(np.isfinite(raw), raw, beyond) - self._shift + self._low
        values = self._sign * np.clip(raw, self._low - self._shift, self._most)
        if self._grid is None:
            return values
        borders = (self._grid[1:] + self._grid[:-1]) / 2
        return self._grid[np.searchsorted(borders, values)]


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
