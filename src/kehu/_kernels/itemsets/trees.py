"""Kernels that read prefix trees of itemsets: their sets, their sizes, their order.

A tree is three arrays: the item a node adds, the node it adds it to (-1: none), and the count.
"""

import numpy as np
from numba import types

from kehu._kernels._compile import CODES, I32, I64, INT, entry
from kehu._kernels.baskets import sort


@entry(types.Tuple((I64, I32))(CODES, CODES, CODES))
def unpack(item, parent, rows):
    """Write the items of some nodes one set after the other, rising."""
    ptr = np.zeros(len(rows) + 1, np.int64)
    for row in range(len(rows)):
        node, size = rows[row], 0
        while node >= 0:
            size += 1
            node = parent[node]
        ptr[row + 1] = ptr[row] + size
    items = np.empty(ptr[-1], np.int32)
    for row in range(len(rows)):
        node, end = rows[row], ptr[row]
        while node >= 0:
            items[end] = item[node]
            end += 1
            node = parent[node]
        sort(items, ptr[row], end)
    return ptr, items


@entry(I32(CODES))
def sizes(parent):
    """Count the items of each node's set."""
    found = np.empty(len(parent), np.int32)
    for node in range(len(parent)):
        found[node] = 1 if parent[node] < 0 else found[parent[node]] + 1
    return found


@entry(I32(CODES, CODES, INT))
def falling(rows, value, most):
    """Sort rows by falling value (0 to ``most``), by counting; rows of equal value keep their order."""
    starts = np.zeros(most + 2, np.int64)
    for row in rows:
        starts[most - value[row] + 1] += 1
    for k in range(most):
        starts[k + 1] += starts[k]
    out = np.empty(len(rows), np.int32)
    for row in rows:
        slot = most - value[row]
        out[starts[slot]] = row
        starts[slot] += 1
    return out
