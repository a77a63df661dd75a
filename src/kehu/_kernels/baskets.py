"""Kernels for sparse baskets: group and tidy lines, take rows, find items."""

import numpy as np
from numba import njit, types

# Baskets hand out read-only arrays; a signature that says so accepts writable ones too.
_CODES = types.Array(types.int32, 1, "C", readonly=True)
_POSITIONS = types.Array(types.int64, 1, "C", readonly=True)
_FLAGS = types.Array(types.boolean, 1, "C", readonly=True)
_CSR = types.Tuple((types.int64[::1], types.int32[::1]))


@njit(_CSR(_CODES, _CODES, types.int64), cache=True)
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
    return indptr[:-1].copy(), indices


@njit(types.void(types.int32[::1], types.int64, types.int64), cache=True, nogil=True)
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


@njit(types.Tuple((types.int64[::1], types.int64, types.int64))(_POSITIONS, types.int32[::1]), cache=True)
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


@njit(_CSR(_POSITIONS, _CODES, _POSITIONS), cache=True)
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


@njit(types.int64[::1](_CODES, types.int64), cache=True)
def count(indices, n_items):
    """Count how often each item occurs."""
    counts = np.zeros(n_items, np.int64)
    for item in indices:
        counts[item] += 1
    return counts


@njit(types.int64[::1](_POSITIONS, _CODES, _FLAGS), cache=True)
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
