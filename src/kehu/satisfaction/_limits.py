"""Limits of shares and means, and p-values adjusted for their number."""

import numpy as np
from scipy import stats

from kehu.surveys.answers import constant


def holm(p_value: np.ndarray) -> np.ndarray:
    """P-values adjusted over all of them (Holm 1979)."""
    order = np.argsort(p_value)
    stepped = np.maximum.accumulate(p_value[order] * np.arange(len(order), 0, -1))
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted


def wilson(count: np.ndarray, n: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits of a share (Wilson 1927); NaN where nobody was asked."""
    count, n = np.asarray(count, float), np.asarray(n, float)
    z2 = stats.norm.ppf((1 + level) / 2) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (count + z2 / 2) / (n + z2)
        half = np.sqrt(z2 * (count * (n - count) / n + z2 / 4)) / (n + z2)
        half = np.where(n > 0, half, np.nan)
    return middle - half, middle + half


def mean_limits(values: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean of each column with Student's limits; NaN of a single row."""
    n = len(values)
    mean = values.mean(axis=0)
    if n < 2:
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    half = stats.t.ppf((1 + level) / 2, n - 1) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return mean, mean - half, mean + half


def student(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Test that the mean of each column is 0: Student's t and its p-value.

    Where all values are the same there is no spread to judge by: t is infinite, and p is that of the sign
    test, 2 / 2ⁿ.
    """
    n, mean = len(values), values.mean(axis=0)
    same = constant(values)
    error = np.where(same, 0.0, values.std(axis=0, ddof=1)) / np.sqrt(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(mean == 0, 0.0, mean / error)
    p_value = np.where(same & (mean != 0), 2.0 ** (1 - n), 2 * stats.t.sf(np.abs(statistic), n - 1))
    return statistic, p_value
