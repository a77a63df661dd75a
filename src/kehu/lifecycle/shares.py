"""Shares with Wilson's limits."""

import numpy as np
from scipy.special import ndtri

from kehu.lifecycle.survival import check_level


def wilson(
    counts: np.ndarray, total: np.ndarray, confidence_level: float, share: str, low: str, high: str
) -> dict[str, np.ndarray]:
    """Share of each count in its total, with Wilson's score limits; NaN where the total is 0."""
    check_level(confidence_level)
    z = float(ndtri(0.5 + confidence_level / 2))
    n = np.where(np.asarray(total) > 0, total, np.nan)
    p = counts / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    # At 0 and 1 one limit is the share itself, but for rounding.
    return {share: p, low: np.where(p == 0, p, centre - half), high: np.where(p == 1, p, centre + half)}
