"""Kernels for sparse baskets: group order lines, sort and merge, take rows, find items."""

import numpy as np
from numba import njit, types

# Baskets hand out read-only arrays; a signature that says so accepts writable ones too.
_CODES = types.Array(types.int32, 1, "C", readonly=True)
_POSITIONS = types.Array(types.int64, 1, "C", readonly=True)
_FLAGS = types.Array(types.boolean, 1, "C", readonly=True)
_CSR = types.Tuple((types.int64[::1], types.int32[::1]))


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


@njit(types.void(_POSITIONS, types.int32[::1]), cache=True)
def sort_rows(indptr, indices):
    """Sort the items of each row in place."""
    # Shell's sort: rows are short, and numba's own sort takes seconds to compile.
    for row in range(len(indptr) - 1):
        start, stop = indptr[row], indptr[row + 1]
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


@njit(types.int64(_POSITIONS, _CODES), cache=True)
def first_repeat(indptr, indices):
    """Find the first row, of sorted rows, that holds an item twice; -1 if there is none."""
    for row in range(len(indptr) - 1):
        for here in range(indptr[row] + 1, indptr[row + 1]):
            if indices[here] == indices[here - 1]:
                return row
    return -1


@njit(_CSR(_POSITIONS, types.int32[::1]), cache=True)
def merge_repeats(indptr, indices):
    """Keep each item of a sorted row once; overwrites ``indices``."""
    merged = np.zeros(len(indptr), np.int64)
    end = 0
    for row in range(len(indptr) - 1):
        start = end
        for here in range(indptr[row], indptr[row + 1]):
            item = indices[here]
            if end == start or indices[end - 1] != item:
                indices[end] = item
                end += 1
        merged[row + 1] = end
    return merged, indices[:end].copy()


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
    codes, _ = number(np.zeros(2, np.int32), 1)
    indptr, indices = group(codes, codes, 1)
    sort_rows(indptr, indices)
    first_repeat(indptr, indices)
    indptr, indices = merge_repeats(indptr, indices)
    take(indptr, indices, np.zeros(1, np.int64))
    hits(indptr, indices, np.ones(1, np.bool_))
    count(indices, 1)
