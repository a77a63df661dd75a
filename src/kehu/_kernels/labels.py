"""Kernel for coded labels."""

import numpy as np
from numba import njit, types

# Codes of a dataframe are often read-only; a signature that says so accepts writable ones too.
_CODES = types.Array(types.int32, 1, "C", readonly=True)


@njit(types.Tuple((types.int32[::1], types.int64[::1]))(_CODES, types.int64), cache=True)
def number(codes, n_labels):
    """Number the labels that occur in the order of their first appearance; -1 (missing) stays."""
    numbers = np.full(n_labels, -1, np.int32)
    present = np.empty(n_labels, np.int64)
    found = 0
    out = np.empty(len(codes), np.int32)
    for row in range(len(codes)):
        label = codes[row]
        if label >= 0 and numbers[label] < 0:
            numbers[label] = found
            present[found] = label
            found += 1
        out[row] = numbers[label] if label >= 0 else -1
    return out, present[:found].copy()


def warm() -> None:
    """Call the kernel once, so that it is compiled and cached."""
    number(np.zeros(1, np.int32), 1)
