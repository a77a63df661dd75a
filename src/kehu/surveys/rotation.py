"""Rotations that make factors easy to name."""

import numpy as np

ROTATIONS = ("varimax", "promax", "none")
_MOST_STEPS = 1000
_POWER = 4


def rotated(loadings: np.ndarray, rotation: str) -> tuple[np.ndarray, np.ndarray]:
    """Rotate loadings; the loadings by falling variance with positive sums, and the factors' correlations."""
    k = loadings.shape[1]
    between = np.eye(k)
    turned = loadings
    if rotation != "none" and k > 1:
        size = np.sqrt(np.maximum((loadings**2).sum(axis=1, keepdims=True), 1e-12))
        normal = loadings / size
        turned = normal @ varimax(normal)
        if rotation == "promax":
            turned, between = _promax(turned)
        turned = turned * size
    order = np.argsort(-((turned @ between) * turned).sum(axis=0), kind="stable")
    sign = np.where(turned.sum(axis=0) < 0, -1, 1)
    turned, between = turned * sign, between * np.outer(sign, sign)
    return turned[:, order], between[np.ix_(order, order)]


def varimax(loadings: np.ndarray) -> np.ndarray:
    """Orthogonal matrix that makes the squared loadings vary most within factors."""
    k = loadings.shape[1]
    turn, before = np.eye(k), 0.0
    for _ in range(_MOST_STEPS):
        turned = loadings @ turn
        slope = loadings.T @ (turned**3 - turned * (turned**2).mean(axis=0))
        left, size, right = np.linalg.svd(slope)
        turn, now = left @ right, size.sum()
        if now < before * (1 + 1e-12):
            break
        before = now
    return turn


def _promax(turned: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Oblique rotation towards the fourth powers of the loadings, and the factors' correlations."""
    target = turned * np.abs(turned) ** (_POWER - 1)
    mixing = np.linalg.lstsq(turned, target)[0]
    mixing = mixing * np.sqrt(np.diag(np.linalg.inv(mixing.T @ mixing)))
    inverse = np.linalg.inv(mixing)
    return turned @ mixing, inverse @ inverse.T
