"""The miner of closed itemsets and of generators: one set, or few, for each set of baskets that occurs.

A set is closed if every further item costs it baskets, and a generator if it loses none of its items
without winning baskets. Both are found depth first. Going from rare items to frequent ones, the closed set
of some baskets is met before any other set of these baskets that would lead on to it; going from frequent
to rare, the subsets of a set are met before it. Hence one table of what was met before prunes both.
"""

import numpy as np
from numba import types

from kehu._kernels._compile import I32, I64, INT, entry, inner
from kehu._kernels.itemsets.constants import DONE, HALTED, TOO_MANY
from kehu._kernels.itemsets.expansion import index, project
from kehu._kernels.itemsets.growth import cut, deeper, grown, grown_wide, steps
from kehu._kernels.itemsets.seen import known, remember, roomier

# Columns of the stack: where the parts of each level begin in the shared arrays, and how far it is done.
_BASKET, _ITEM, _OCC, _START, _NAME, _NODE, _SIZE, _NEXT = range(8)


@inner(types.void(I32, I64, I32, I64, I32, INT, INT, INT, I32, I64))
def _tally(items, ptr, weight, keys, occ, lo, hi, g, counts, sums):
    """Add up the weights and the keys of the baskets with ``g``, for each item before it."""
    for o in range(lo, hi):
        t = occ[o]
        here = ptr[t]
        while items[here] < g:
            counts[items[here]] += weight[t]
            sums[items[here]] += keys[t]
            here += 1


@inner(types.void(I32, INT, I32, I32, INT))
def _mark(members, node, item, parent, value):
    """Mark the items of a node."""
    while node >= 0:
        members[item[node]] = value
        node = parent[node]


@entry(
    types.Tuple((I32, I32, I32, I32, I32, INT))(
        I64, I32, I64, I32, I64, types.boolean, INT, INT, types.boolean[::1]
    )
)
def mine_distinct(root_ptr, root_items, root_keys, root_counts, root_sums, closed, min_count, limit, halt):
    """Find the closed sets, or the generators.

    The root holds the baskets as ranks, their keys, and for each item the number of its baskets and the sum
    of their keys. Gives the tree (item, parent, count), its nodes that are sets looked for, whether each
    of these has no frequent extension by a more frequent item, and how mining ended.
    """
    n_items = len(root_counts)
    root_weight = steps(len(root_ptr) - 1, 1, 0)
    root_occ, root_start = np.empty(len(root_items), np.int32), np.empty(n_items + 2, np.int64)
    index(root_items, root_ptr, 0, len(root_ptr) - 1, n_items, root_start, 0, root_occ, 0)
    own_items, own_occ = np.empty(1 << 14, np.int32), np.empty(1 << 14, np.int32)
    own_ptr, own_weight = np.empty(1 << 12, np.int64), np.empty(1 << 12, np.int32)
    own_keys, own_start = np.empty(1 << 12, np.int64), np.empty(1 << 10, np.int64)
    # What each item of each level is called, its count and the sum of its keys; the root first.
    names, support, sums = steps(n_items, 0, 1), cut(root_counts, n_items), grown_wide(root_sums, n_items + 1)
    found, marks = np.empty(n_items, np.int32), np.zeros(n_items, np.int32)
    members, counts, totals = (
        np.zeros(n_items, np.int32),
        np.zeros(n_items, np.int32),
        np.zeros(n_items, np.int64),
    )
    keys, slots = np.empty(1 << 12, np.int64), steps(1 << 12, -1, 0)
    item, parent, count = (
        np.empty(1 << 12, np.int32),
        np.empty(1 << 12, np.int32),
        np.empty(1 << 12, np.int32),
    )
    rows, leaf = np.empty(1 << 12, np.int32), np.empty(1 << 12, np.int32)
    stack = np.zeros((16, 8), np.int64)
    stack[0, _NODE], stack[0, _SIZE], stack[0, _NEXT] = -1, n_items, (n_items - 1 if closed else 0)
    stack[1, _NAME] = n_items
    end, n_rows, level, status = 0, 0, 0, DONE
    while level >= 0:
        here = stack[level]
        g = here[_NEXT]
        if g < 0 or g >= here[_SIZE]:
            level -= 1
            continue
        here[_NEXT] += -1 if closed else 1
        if halt[0] or n_rows > limit:
            status = HALTED if halt[0] else TOO_MANY
            break
        total, key = support[here[_NAME] + g], sums[here[_NAME] + g]
        _mark(members, here[_NODE], item, parent, 1)
        members[names[here[_NAME] + g]] = 1
        size = 1
        node = here[_NODE]
        while node >= 0:
            size += 1
            node = parent[node]
        met = known(key, total, members, size, closed, keys, slots, item, parent, count)
        _mark(members, here[_NODE], item, parent, 0)
        members[names[here[_NAME] + g]] = 0
        if met:
            continue
        if level == 0:
            items, ptr, weight, basket_keys, occ = root_items, root_ptr, root_weight, root_keys, root_occ
            lo, hi = root_start[g], root_start[g + 1]
        else:
            items, ptr, weight, basket_keys, occ = own_items, own_ptr, own_weight, own_keys, own_occ
            lo, hi = own_start[here[_START] + g], own_start[here[_START] + g + 1]
        _tally(items, ptr, weight, basket_keys, occ, lo, hi, g, counts, totals)
        item, parent, count = grown(item, end + g + 1), grown(parent, end + g + 1), grown(count, end + g + 1)
        item[end], parent[end], count[end] = names[here[_NAME] + g], here[_NODE], total
        end += 1
        below = level + 1
        if below + 1 == len(stack):
            stack = deeper(stack)
            here = stack[level]
        base, n, entries = stack[below, _NAME], 0, 0
        names, support, sums = grown(names, base + g), grown(support, base + g), grown_wide(sums, base + g)
        for x in range(g):
            if closed and counts[x] == total:
                item[end], parent[end], count[end] = names[here[_NAME] + x], end - 1, total
                end += 1
            elif min_count <= counts[x] < total:
                found[n] = x
                names[base + n], support[base + n], sums[base + n] = (
                    names[here[_NAME] + x],
                    counts[x],
                    totals[x],
                )
                entries += counts[x]
                n += 1
            counts[x], totals[x] = 0, 0
        rows, leaf = grown(rows, n_rows + 1), grown(leaf, n_rows + 1)
        rows[n_rows], leaf[n_rows] = end - 1, n == 0
        n_rows += 1
        if 2 * n_rows > len(slots):
            keys, slots = roomier(keys, slots)
        remember(key, end - 1, keys, slots)
        if n == 0:
            continue
        to = stack[below]
        begin, most = to[_BASKET], to[_BASKET] + hi - lo
        own_items = grown(own_items, to[_ITEM] + entries)
        own_ptr, own_keys = grown_wide(own_ptr, most + 1), grown_wide(own_keys, most)
        own_weight = grown(own_weight, most)
        last_item, last = project(
            items, ptr, weight, basket_keys, occ, lo, hi, g, found, n, marks,
            own_items, own_ptr, own_weight, own_keys, to[_ITEM], begin,
        )  # fmt: skip
        own_occ = grown(own_occ, to[_OCC] + last_item - to[_ITEM])
        own_start = grown_wide(own_start, to[_START] + n + 2)
        index(own_items, own_ptr, begin, last, n, own_start, to[_START], own_occ, to[_OCC])
        to[_NODE], to[_SIZE], to[_NEXT] = end - 1, n, (n - 1 if closed else 0)
        after = stack[below + 1]
        after[_BASKET], after[_ITEM] = last + 1, last_item
        after[_OCC], after[_START] = to[_OCC] + last_item - to[_ITEM], to[_START] + n + 2
        after[_NAME] = base + n
        level = below
    return cut(item, end), cut(parent, end), cut(count, end), cut(rows, n_rows), cut(leaf, n_rows), status
