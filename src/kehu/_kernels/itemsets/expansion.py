"""Kernels that look one item further: which items go with a set, and the baskets seen from there.

A *database* is a list of weighted baskets in four arrays: basket ``t`` holds
``items[ptr[t]:ptr[t + 1]]``, rising, and stands for ``weight[t]`` baskets; the baskets that hold item ``g``
are ``occ[lo:hi]``. Only the items before ``g`` in a basket can extend a set that ends with ``g``.
"""

import numpy as np
from numba import types

from kehu._kernels._compile import I32, I64, INT, inner

_RELATED = types.int32[:, ::1]


@inner(INT(I32, I64, I32, I32, INT, INT, INT, I32))
def tally(items, ptr, weight, occ, lo, hi, g, counts):
    """Add to ``counts`` how many baskets with ``g`` hold each item before it; give the entries read."""
    entries = 0
    for o in range(lo, hi):
        t = occ[o]
        w = weight[t]
        here = ptr[t]
        while items[here] < g:
            counts[items[here]] += w
            here += 1
        entries += here - ptr[t]
    return entries


@inner(INT(I32, INT, INT, INT, I32, I32))
def frequent(counts, start, length, min_count, found, support):
    """Collect the items that are frequent enough, in rising order."""
    n = 0
    for x in range(length):
        if counts[start + x] >= min_count:
            found[n] = x
            support[n] = counts[start + x]
            n += 1
    return n


@inner(types.boolean(_RELATED, INT, INT))
def _related(ancestors, one, other):
    for level in range(ancestors.shape[1]):
        if ancestors[one, level] == other or ancestors[other, level] == one:
            return True
    return False


@inner(INT(I32, I32, INT, I32, INT, INT, _RELATED))
def without_relatives(found, support, n, names, base, item, ancestors):
    """Leave out the ancestors and descendants of an item."""
    kept = 0
    for j in range(n):
        if not _related(ancestors, names[base + found[j]], item):
            found[kept] = found[j]
            support[kept] = support[j]
            kept += 1
    return kept


@inner(types.void(I32, I64, I32, I32, INT, INT, INT, I32, INT, I32, I32))
def superset_sums(items, ptr, weight, occ, lo, hi, g, found, n, marks, sums):
    """Count the baskets that hold ``g`` and each of the 2^n sets of the items found, by bit mask."""
    size = 1 << n
    for mask in range(size):
        sums[mask] = 0
    for j in range(n):
        marks[found[j]] = 1 << j
    for o in range(lo, hi):
        t = occ[o]
        mask = 0
        here = ptr[t]
        while items[here] < g:
            mask |= marks[items[here]]
            here += 1
        sums[mask] += weight[t]
    for j in range(n):
        marks[found[j]] = 0
        bit = 1 << j
        for block in range(0, size, 2 * bit):
            for mask in range(block, block + bit):
                sums[mask] += sums[mask + bit]


@inner(types.boolean(I32, INT, INT, INT))
def _same(items, one, other, length):
    k = 0
    while k < length and items[one + k] == items[other + k]:
        k += 1
    return k == length


@inner(
    types.Tuple((INT, INT))(
        I32, I64, I32, I64, I32, INT, INT, INT, I32, INT, I32, I32, I64, I32, I64, INT, INT
    )
)
def project(
    items, ptr, weight, keys, occ, lo, hi, g, found, n, marks,
    to_items, to_ptr, to_weight, to_keys, first_item, first_basket,
):  # fmt: skip
    """Write the baskets with ``g``, cut down to the items found (renumbered from 0); give both ends.

    Baskets with fewer than two of them are left out; equal neighbours become one, of added weights and
    keys. ``keys`` may be empty.
    """
    for j in range(n):
        marks[found[j]] = j + 1
    keyed = len(keys) > 0
    end, basket = first_item, first_basket
    to_ptr[basket] = end
    for o in range(lo, hi):
        t = occ[o]
        start = end
        here = ptr[t]
        while items[here] < g:
            mark = marks[items[here]]
            if mark:
                to_items[end] = mark - 1
                end += 1
            here += 1
        length = end - start
        if length < 2:
            end = start
            continue
        if (
            basket > first_basket
            and start - to_ptr[basket - 1] == length
            and _same(to_items, to_ptr[basket - 1], start, length)
        ):
            end = start
            basket -= 1
        else:
            to_weight[basket] = 0
            if keyed:
                to_keys[basket] = 0
        to_weight[basket] += weight[t]
        if keyed:
            to_keys[basket] += keys[t]
        basket += 1
        to_ptr[basket] = end
    for j in range(n):
        marks[found[j]] = 0
    return end, basket


@inner(types.void(I32, I64, I32, INT, INT, I32, INT))
def meetings(items, ptr, weight, first, last, counts, base):
    """Add up how often two items meet: items ``x < y`` at ``base + y (y - 1) / 2 + x``."""
    for t in range(first, last):
        w = weight[t]
        for here in range(ptr[t] + 1, ptr[t + 1]):
            y = np.int64(items[here])
            row = base + y * (y - 1) // 2
            for there in range(ptr[t], here):
                counts[row + items[there]] += w


@inner(types.void(I32, I64, INT, INT, INT, I64, INT, I32, INT))
def index(items, ptr, first, last, n, starts, base, occ, first_occ):
    """List the baskets of each item: those of ``j`` at ``occ[starts[base + j]:starts[base + j + 1]]``."""
    for j in range(n + 2):
        starts[base + j] = 0
    for q in range(ptr[first], ptr[last]):
        starts[base + items[q] + 2] += 1
    starts[base + 1] = first_occ
    for j in range(n):
        starts[base + j + 2] += starts[base + j + 1]
    for t in range(first, last):
        for q in range(ptr[t], ptr[t + 1]):
            slot = base + items[q] + 1
            occ[starts[slot]] = t
            starts[slot] += 1
    starts[base] = first_occ
