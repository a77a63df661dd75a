"""Uniquenesses of items whose common factors fit their correlations best, and the loadings that follow."""

import numpy as np
from scipy import optimize

# Below this share of its variance nothing unique is left of an item.
LEAST_UNIQUE = 0.005
_MOST_STEPS = 2000


def misfit(unique: np.ndarray, r: np.ndarray, n_factors: int) -> tuple[float, np.ndarray]:
    """Discrepancy of maximum likelihood at given uniquenesses, and its slope."""
    scale = 1 / np.sqrt(unique)
    roots = np.linalg.eigvalsh(r * np.outer(scale, scale))[: len(r) - n_factors]
    value = float((roots - np.log(roots) - 1).sum())
    loadings = loadings_at(r, unique, n_factors, weighted=True)
    slope = (np.diag(loadings @ loadings.T) + unique - np.diag(r)) / unique**2
    return value, slope


def loadings_at(r: np.ndarray, unique: np.ndarray, n_factors: int, *, weighted: bool) -> np.ndarray:
    """Loadings at given uniquenesses, from the largest eigenvalues."""
    if weighted:
        scale = np.sqrt(unique)
        roots, axes = np.linalg.eigh(r / np.outer(scale, scale))
        kept = slice(None, -n_factors - 1, -1)
        return scale[:, None] * axes[:, kept] * np.sqrt(np.maximum(roots[kept] - 1, 0))
    roots, axes = np.linalg.eigh(r - np.diag(unique))
    kept = slice(None, -n_factors - 1, -1)
    return axes[:, kept] * np.sqrt(np.maximum(roots[kept], 0))


def _start(r: np.ndarray, n_factors: int) -> np.ndarray:
    return np.clip((1 - n_factors / (2 * len(r))) / np.diag(np.linalg.inv(r)), LEAST_UNIQUE, 1)


def likelihood(r: np.ndarray, n_factors: int) -> tuple[np.ndarray, bool]:
    """Uniquenesses by maximum likelihood, and whether the search ended."""
    found = optimize.minimize(
        misfit,
        _start(r, n_factors),
        (r, n_factors),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LEAST_UNIQUE, 1)] * len(r),
        options={"maxiter": _MOST_STEPS, "ftol": 1e-15, "gtol": 1e-9},
    )
    # A search that can get no lower has ended, though its message may be that it stopped.
    return found.x, bool(found.success or found.status == 2)


def principal_axes(r: np.ndarray, n_factors: int) -> tuple[np.ndarray, bool]:
    """Uniquenesses by iterated principal axes, and whether they settled."""
    unique = _start(r, n_factors)
    for _ in range(_MOST_STEPS):
        loadings = loadings_at(r, unique, n_factors, weighted=False)
        after = np.clip(1 - (loadings**2).sum(axis=1), LEAST_UNIQUE, 1)
        if np.abs(after - unique).max() < 1e-9:
            return after, True
        unique = after
    return unique, bool(np.abs(after - unique).max() < 1e-5)
