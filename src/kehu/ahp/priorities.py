"""Priorities of complete matrices, many at once: arrays of shape (…, n, n) in, (…, n) out.

All work on logarithms of judgements, and on matrices brought near to ones by the geometric means of their
rows, so that extreme judgements neither overflow nor slow the search for the eigenvector.
"""

import numpy as np

_SQUARINGS = 64
_SETTLED = 1e-15


def eigenvector(logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest eigenvalue and its vector, by squaring the matrix until its columns agree."""
    middle = logs.mean(axis=-1)
    near = np.exp(logs - middle[..., :, None] + middle[..., None, :])
    power = near / near.max(axis=(-2, -1), keepdims=True)
    vector = _shares(power.sum(axis=-1))
    for _ in range(_SQUARINGS):
        power = power @ power
        power /= power.max(axis=(-2, -1), keepdims=True)
        before, vector = vector, _shares(power.sum(axis=-1))
        if np.abs(vector - before).max() <= _SETTLED:
            break
    # A step of the matrix itself clears away what squaring has rounded.
    vector = _shares(_times(near, vector))
    largest = _times(near, vector).sum(axis=-1)
    lifted = np.log(vector) + middle
    return largest, _shares(np.exp(lifted - lifted.max(axis=-1, keepdims=True)))


def geometric_mean(logs: np.ndarray) -> np.ndarray:
    """Geometric means of the rows, as shares."""
    middle = logs.mean(axis=-1)
    return _shares(np.exp(middle - middle.max(axis=-1, keepdims=True)))


def normalised_columns(logs: np.ndarray) -> np.ndarray:
    """Means of the rows after each column was divided by its sum."""
    columns = np.exp(logs - logs.max(axis=-2, keepdims=True))
    return (columns / columns.sum(axis=-2, keepdims=True)).mean(axis=-1)


def weights(logs: np.ndarray, method: str) -> np.ndarray:
    """Weights by one of the three methods."""
    if method == "eigenvector":
        return eigenvector(logs)[1]
    return geometric_mean(logs) if method == "geometric_mean" else normalised_columns(logs)


def _times(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return (matrix @ vector[..., None])[..., 0]


def _shares(values: np.ndarray) -> np.ndarray:
    return values / values.sum(axis=-1, keepdims=True)
