"""Stability of segments: whether they come back when customers are drawn anew."""

import numpy as np

from kehu.segments.clustering import cluster_again

# Hennig (2007): from .75 a valid, stable segment; below .6 not to be trusted.
VALID, DOUBTFUL = 0.75, 0.6


def jaccard_stability(
    values: np.ndarray, labels: np.ndarray, k: int, method: str, n: int, rng: np.random.Generator
) -> np.ndarray:
    """Mean Jaccard similarity of each segment to its like in ``n`` bootstrap samples.

    A sample is clustered anew (each customer drawn counts once), and for each original segment, as far as
    it was drawn, the most similar new one is sought: customers in both / customers in either.
    """
    found = np.full((n, k), np.nan)
    for turn in range(n):
        drawn = np.unique(rng.integers(len(values), size=len(values)))
        if len(np.unique(values[drawn], axis=0)) < k:
            found[turn] = 0.0
            continue
        new = cluster_again(values[drawn], k, method, rng)
        found[turn] = best_jaccard(labels[drawn], new, k)
    seen = ~np.isnan(found)
    return np.where(seen, found, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)


def best_jaccard(old: np.ndarray, new: np.ndarray, k: int) -> np.ndarray:
    """For each old segment the largest Jaccard similarity to a new one; NaN if none of it is there."""
    both = np.bincount(old * k + new, minlength=k * k).reshape(k, k).astype(float)
    size_old, size_new = both.sum(axis=1), both.sum(axis=0)
    either = size_old[:, None] + size_new[None, :] - both
    best = (both / np.maximum(either, 1)).max(axis=1)
    return np.where(size_old > 0, best, np.nan)


def verdict(jaccard: np.ndarray) -> np.ndarray:
    """What Hennig's limits say of each segment."""
    return np.select([jaccard >= VALID, jaccard >= DOUBTFUL], ["valid", "doubtful"], "not to be trusted")
