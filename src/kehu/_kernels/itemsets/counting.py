"""The kernel that counts given sets: each node of a tree in the baskets of the node above it."""

import numpy as np

from kehu._kernels._compile import CODES, I32, I64, INT, entry, inner
from kehu._kernels.itemsets.expansion import index
from kehu._kernels.itemsets.growth import grown


@inner(INT(I32, INT, INT, INT))
def _has(items, start, stop, wanted):
    """Look an item up in a sorted basket."""
    while stop - start > 1:
        middle = (start + stop) // 2
        if items[middle] <= wanted:
            start = middle
        else:
            stop = middle
    return stop > start and items[start] == wanted


@entry(I32(I64, I32, INT, CODES, CODES))
def count_nodes(ptr, items, n_items, item, parent):
    """Count the baskets that hold each node's set."""
    starts, occ = np.empty(n_items + 2, np.int64), np.empty(len(items), np.int32)
    index(items, ptr, 0, len(ptr) - 1, n_items, starts, 0, occ, 0)
    n = len(item)
    child, sibling, count = np.empty(n + 1, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    for node in range(n + 1):
        child[node] = -1
    # The children of the root hang at the end.
    for node in range(n - 1, -1, -1):
        above = parent[node] if parent[node] >= 0 else n
        sibling[node] = child[above]
        child[above] = node
    lists = np.empty(1 << 14, np.int32)
    first, last = np.zeros(n_items + 2, np.int64), np.zeros(n_items + 2, np.int64)
    depth, node = 0, child[n]
    while node >= 0:
        if depth == 0:
            lo, end = starts[item[node]], starts[item[node] + 1] - starts[item[node]]
            lists = grown(lists, end)
            for o in range(end):
                lists[o] = occ[lo + o]
            first[0] = 0
        else:
            lo, hi = first[depth - 1], last[depth - 1]
            end = hi
            lists = grown(lists, end + hi - lo)
            for o in range(lo, hi):
                t = lists[o]
                if _has(items, ptr[t], ptr[t + 1], item[node]):
                    lists[end] = t
                    end += 1
            first[depth] = hi
        last[depth] = end
        count[node] = end - first[depth]
        if child[node] >= 0:
            node = child[node]
            depth += 1
            continue
        while node >= 0 and sibling[node] < 0:
            node = parent[node]
            depth -= 1
        if node >= 0:
            node = sibling[node]
    return count
