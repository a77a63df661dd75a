"""Kernels for 2x2 tables with fixed margins: tails and quantiles of the hypergeometric distribution.

A table with margins a (draws), c (successes) and n (all) has n11 = k with a probability of which Stirling's
formula takes out all large terms, as C. Loader ("Fast and accurate computation of binomial probabilities",
2000) does for the binomial: what is left are the four cells' deviations from what is expected, and these
are all D / n, D = n k - a c being a whole number. So nothing cancels, however large n is.
"""

import math

import numpy as np
from numba import njit, types

_COUNTS = types.Array(types.int64, 1, "C", readonly=True)
_TABLES = (_COUNTS, _COUNTS, _COUNTS, _COUNTS)
_SETTINGS = {"cache": True, "error_model": "numpy"}

# What Stirling's formula leaves of log m!, exactly for small m; from 32 on four terms of the series do.
_REST = np.array(
    [0.0]
    + [
        math.log(math.factorial(m)) - m * math.log(m) + m - 0.5 * math.log(2 * math.pi * m)
        for m in range(1, 32)
    ]
)


@njit(types.float64(types.int64), **_SETTINGS)
def _rest(m):
    if m < 32:
        return _REST[m]
    inverse = 1.0 / m
    square = inverse * inverse
    return inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)))


@njit(types.float64(types.int64, types.float64, types.float64), **_SETTINGS)
def _deviance(cell, expected, off):
    """``cell * log(cell / expected) - off`` where ``off = cell - expected``, also where that nearly is 0."""
    if cell == 0:
        return expected
    if abs(off) > 0.1 * (cell + expected):
        return cell * math.log(cell / expected) - off
    ratio = off / (cell + expected)
    total, power, k = off * ratio, 2 * cell * ratio, 3
    while True:
        power *= ratio * ratio
        longer = total + power / k
        if longer == total:
            return total
        total = longer
        k += 2


@njit(types.float64(types.int64, types.int64, types.int64, types.int64), **_SETTINGS)
def _probability(k, a, c, n):
    """P(X = k)."""
    b, d = n - a, n - c
    k10, k01, k00 = a - k, c - k, d - a + k
    off = (n * k - a * c) / n
    log = _rest(a) + _rest(b) + _rest(c) + _rest(d) - _rest(n)
    log -= _rest(k) + _rest(k10) + _rest(k01) + _rest(k00)
    log -= _deviance(k, a * c / n, off) + _deviance(k00, b * d / n, off)
    log -= _deviance(k10, a * d / n, -off) + _deviance(k01, b * c / n, -off)
    # Stirling's root of 2 pi m is 1 where m = 0.
    none = 0.5 / math.pi
    scale = max(a, none) * max(b, none) * max(c, none) * max(d, none) * none / n
    scale /= max(k, none) * max(k10, none) * max(k01, none) * max(k00, none)
    return math.exp(log) * math.sqrt(scale)


@njit(types.float64(types.int64, types.int64, types.int64, types.int64), **_SETTINGS)
def _outward(k, a, c, n):
    """P(X >= k), summed from k up; k must not be below the mean, or it would take long."""
    term = _probability(k, a, c, n)
    total = term
    left, right, up, beyond = float(a - k), float(c - k), k + 1.0, n - a - c + k + 1.0
    while left > 0 and right > 0:
        ratio = left * right / (up * beyond)
        term *= ratio
        total += term
        # Ratios only fall, so a geometric series bounds what is still to come.
        if term * ratio <= 1e-17 * total * (1 - ratio):
            break
        left -= 1.0
        right -= 1.0
        up += 1.0
        beyond += 1.0
    return total


@njit(types.UniTuple(types.float64, 2)(types.int64, types.int64, types.int64, types.int64), **_SETTINGS)
def _both(k, a, c, n):
    """P(X < k) and P(X >= k); the one that is the tail is summed."""
    if k <= max(0, a + c - n):
        return 0.0, 1.0
    if k > min(a, c):
        return 1.0, 0.0
    if n * k > a * c:
        upper = min(1.0, _outward(k, a, c, n))
        return 1 - upper, upper
    # Counting the draws that are no successes turns the lower tail into an upper one.
    lower = min(1.0, _outward(a - k + 1, a, n - c, n))
    return lower, 1 - lower


@njit(types.UniTuple(types.float64[::1], 2)(*_TABLES), **_SETTINGS)
def tails(n11, n10, n01, n00):
    """P(X < n11) and P(X >= n11) for each table."""
    lower, upper = np.empty(len(n11)), np.empty(len(n11))
    for row in range(len(n11)):
        a, c = n11[row] + n10[row], n11[row] + n01[row]
        lower[row], upper[row] = _both(n11[row], a, c, a + n01[row] + n00[row])
    return lower, upper


@njit(types.int64[::1](*_TABLES, types.float64), **_SETTINGS)
def quantile(n11, n10, n01, n00, level):
    """Smallest k with P(X <= k) >= level, for each table."""
    out = np.empty(len(n11), np.int64)
    # As in R, a probability that rounding alone keeps below the level counts as reaching it.
    beyond = 1 - level * (1 - 2e-13)
    for row in range(len(n11)):
        a, c = n11[row] + n10[row], n11[row] + n01[row]
        n = a + n01[row] + n00[row]
        low, high = max(0, a + c - n), min(a, c)
        mean = a * (c / n)
        spread = math.sqrt(mean * (1 - a / n) * (1 - c / n) * n / max(n - 1, 1))
        # Start where little is left, mostly a step or two too far, and come back term by term.
        k = min(max(low, int(mean + 2.33 * spread) + 2), high)
        above = _both(k + 1, a, c, n)[1]
        while above > beyond:
            k = min(k + 1 + int(spread / 4), high)
            above = _both(k + 1, a, c, n)[1]
        while k > low:
            above += _probability(k, a, c, n)
            if above > beyond:
                break
            k -= 1
        out[row] = k
    return out


def warm() -> None:
    """Call each kernel once, so that it is compiled and cached."""
    one = np.ones(1, np.int64)
    tails(one, one, one, one)
    quantile(one, one, one, one, 0.99)
