"""Kernels that make baskets ready for mining: frequent items only, the most frequent first."""

import numpy as np
from numba import types

from kehu._kernels._compile import CODES, I32, I64, INT, POSITIONS, entry
from kehu._kernels.baskets import sort


@entry(types.Tuple((I64, I32, INT, INT))(POSITIONS, CODES, I32, INT))
def recode(indptr, indices, rank, shortest):
    """Keep the items with a rank, sorted by it, and the baskets that hold so many of them at least.

    Gives arrays with some room at the end, and how many baskets and items are kept.
    """
    kept = 0
    for item in indices:
        kept += rank[item] >= 0
    items = np.empty(kept + 1, np.int32)
    ptr = np.empty(len(indptr), np.int64)
    ptr[0] = 0
    n, end = 0, 0
    for row in range(len(indptr) - 1):
        start = end
        for here in range(indptr[row], indptr[row + 1]):
            r = rank[indices[here]]
            if r >= 0:
                items[end] = r
                end += 1
        if end - start < shortest:
            end = start
        else:
            sort(items, start, end)
            n += 1
            ptr[n] = end
    return ptr, items, n, end
