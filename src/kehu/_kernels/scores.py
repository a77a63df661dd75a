"""Kernels that rank customers and put them into bins."""

import numpy as np
from numba import boolean, float64, int64, types, void

from kehu._kernels._compile import I64, entry

_VALUES = types.Array(float64, 1, "C", readonly=True)
_BYTES = types.Array(types.uint8, 1, "C", readonly=True)

# Numbers whose first 16 bits (sign, exponent, four more) are the same lie in one drawer.
DRAWERS = 65_536


@entry(void(_VALUES, I64))
def fill_drawers(values, counts):
    """Count the values of each drawer; drawers are in the order of their values."""
    bits = values.view(np.int64)
    for row in range(len(values)):
        # Of negative numbers the larger one has the smaller bits.
        ordered = bits[row] ^ (bits[row] >> 63 & np.iinfo(np.int64).max)
        counts[(ordered >> 48) + DRAWERS // 2] += 1


@entry(int64(_VALUES, _BYTES, float64[::1]))
def empty_drawers(values, opened, out):
    """Take out the values of the drawers that are opened; give their number."""
    bits = values.view(np.int64)
    n = 0
    for row in range(len(values)):
        ordered = bits[row] ^ (bits[row] >> 63 & np.iinfo(np.int64).max)
        if opened[(ordered >> 48) + DRAWERS // 2]:
            out[n] = values[row]
            n += 1
    return n


@entry(void(_VALUES, _VALUES, boolean, boolean, types.int8[::1]))
def score(values, cuts, below, reverse, scores):
    """Score values by rising cut points; ``below``: a value at a cut point is below."""
    for row in range(len(values)):
        bin_ = 0
        for cut in cuts:
            bin_ += values[row] > cut if below else values[row] >= cut
        scores[row] = len(cuts) + 1 - bin_ if reverse else bin_ + 1


def warm() -> None:
    """Call each kernel once, so that it is compiled and cached."""
    one, counts = np.ones(1), np.zeros(DRAWERS, np.int64)
    fill_drawers(one, counts)
    empty_drawers(one, np.ones(DRAWERS, np.uint8), one.copy())
    score(one, one, True, True, np.zeros(1, np.int8))
