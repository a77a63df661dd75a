"""Shares of the explained variance over all orders of the drivers, from correlation matrices."""

import numpy as np
from numba import types

from kehu._kernels._compile import entry

# Variance left of a driver, as a share, below which it adds nothing but rounding.
_NOTHING_LEFT = 1e-10
_F64 = types.float64[::1]
_CUBE = types.Array(types.float64, 3, "C", readonly=True)


@entry(types.void(_CUBE, _F64, _F64, types.float64[:, ::1]))
def lmg(correlations, inside, outside, shares):
    """Share of each driver in each of many correlation matrices, the outcome last.

    The subsets of the drivers are walked through depth first; adding a driver sweeps it out of the
    variables after it, so that each subset costs a few multiplications. A driver's share is the sum of the
    explained variances of all subsets with it, each times ``inside`` at its size, less the sum over all
    subsets times ``outside``.
    """
    p = correlations.shape[1] - 1
    left = np.empty((p + 1, p + 1, p + 1))
    following = np.empty(p + 1, np.int64)
    added = np.empty(p + 1, np.int64)
    below = np.empty(p + 1)
    for sample in range(len(correlations)):
        for row in range(p + 1):
            for column in range(p + 1):
                left[0, row, column] = correlations[sample, row, column]
        for driver in range(p):
            shares[sample, driver] = 0.0
        total, depth = 0.0, np.int64(0)
        following[0] = 0
        below[0] = 0.0
        while True:
            driver = following[depth]
            if driver == p:
                if depth == 0:
                    break
                shares[sample, added[depth]] += below[depth]
                below[depth - 1] += below[depth]
                depth -= 1
                continue
            following[depth] += 1
            pivot = left[depth, driver, driver]
            for row in range(driver + 1, p + 1):
                step = left[depth, driver, row] / pivot if pivot > _NOTHING_LEFT else 0.0
                for column in range(row, p + 1):
                    swept = left[depth, row, column] - step * left[depth, driver, column]
                    left[depth + 1, row, column] = swept
            depth += 1
            explained = correlations[sample, p, p] - left[depth, p, p]
            added[depth] = driver
            following[depth] = driver + 1
            below[depth] = inside[depth] * explained
            total += outside[depth] * explained
        for driver in range(p):
            shares[sample, driver] -= total


def warm() -> None:
    """Call the kernel once, so that it is compiled and cached."""
    lmg(np.ones((1, 2, 2)), np.ones(2), np.zeros(2), np.empty((1, 1)))
