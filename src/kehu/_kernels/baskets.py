"""Kernels for sparse baskets: group and tidy lines, take rows, find items."""

import numpy as np
from numba import types

from kehu._kernels._compile import CODES, I32, I64, INT, POSITIONS, entry, inner

_FLAGS = types.Array(types.boolean, 1, "C", readonly=True)
_CSR = types.Tuple((I64, I32))


@entry(_CSR(CODES, CODES, INT))
def group(rows, items, n_rows):
    """Gather the items of each row by counting; repeats stay."""
    indptr = np.zeros(n_rows + 2, np.int64)
    for row in rows:
        indptr[row + 2] += 1
    for row in range(n_rows):
        indptr[row + 2] += indptr[row + 1]
    indices = np.empty(len(items), np.int32)
    for line in range(len(items)):
        # The slot one ahead counts up from the start of its row to the start of the next.
        slot = rows[line] + 1
        indices[indptr[slot]] = items[line]
        indptr[slot] += 1
    starts = np.empty(n_rows + 1, np.int64)
    for row in range(n_rows + 1):
        starts[row] = indptr[row]
    return starts, indices


@inner(types.void(I32, INT, INT))
def sort(indices, start, stop):
    """Sort a part by Shell's method: rows are short, and numba's own sort takes seconds to compile."""
    gap = 1
    while 3 * gap + 1 < stop - start:
        gap = 3 * gap + 1
    while gap > 0:
        for here in range(start + gap, stop):
            item = indices[here]
            there = here
            while there >= start + gap and indices[there - gap] > item:
                indices[there] = indices[there - gap]
                there -= gap
            indices[there] = item
        gap //= 3


@entry(types.Tuple((I64, INT, INT))(POSITIONS, I32))
def tidy(indptr, indices):
    """Sort each row and keep each item once, in place; give the new indptr and the first repeat."""
    kept = np.zeros(len(indptr), np.int64)
    end, repeated_in, repeated = 0, -1, -1
    for row in range(len(indptr) - 1):
        start, stop = indptr[row], indptr[row + 1]
        sort(indices, start, stop)
        for here in range(start, stop):
            item = indices[here]
            if here == start or item != indices[end - 1]:
                indices[end] = item
                end += 1
            elif repeated < 0:
                repeated_in, repeated = row, item
        kept[row + 1] = end
    return kept, repeated_in, repeated


@entry(_CSR(POSITIONS, CODES, POSITIONS))
def take(indptr, indices, rows):
    """Copy some rows, in the order asked for."""
    taken = np.zeros(len(rows) + 1, np.int64)
    for new in range(len(rows)):
        taken[new + 1] = taken[new] + indptr[rows[new] + 1] - indptr[rows[new]]
    out = np.empty(taken[-1], np.int32)
    for new in range(len(rows)):
        shift = indptr[rows[new]] - taken[new]
        for here in range(taken[new], taken[new + 1]):
            out[here] = indices[here + shift]
    return taken, out


@entry(I64(CODES, INT))
def count(indices, n_items):
    """Count how often each item occurs."""
    counts = np.zeros(n_items, np.int64)
    for item in indices:
        counts[item] += 1
    return counts


@entry(I64(POSITIONS, CODES, _FLAGS))
def hits(indptr, indices, wanted):
    """Count, in each row, the items that are wanted."""
    found = np.zeros(len(indptr) - 1, np.int64)
    for row in range(len(found)):
        for here in range(indptr[row], indptr[row + 1]):
            found[row] += wanted[indices[here]]
    return found


def warm() -> None:
    """Call each kernel once, so that it is compiled and cached."""
    codes = np.zeros(2, np.int32)
    indptr, indices = group(codes, codes, 1)
    indptr, _, _ = tidy(indptr, indices)
    take(indptr, indices, np.zeros(1, np.int64))
    hits(indptr, indices, np.ones(1, np.bool_))
    count(indices, 1)
