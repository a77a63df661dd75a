"""The kernel that leaves out sets which lie within other sets of a list."""

import numpy as np
from numba import types

from kehu._kernels._compile import I32, I64, INT, entry
from kehu._kernels.itemsets.growth import steps


@entry(types.boolean[::1](I64, I32, INT))
def maximal(ptr, items, n_items):
    """Tell which sets lie within no other: largest sets first, against those kept that share an item."""
    n = len(ptr) - 1
    keep = np.empty(n, np.bool_)
    longest = 0
    for row in range(n):
        keep[row] = False
        longest = max(longest, ptr[row + 1] - ptr[row])
    # Chains of the kept sets that hold an item: places in ``items``, from ``head`` on along ``after``.
    head, length, after = steps(n_items, -1, 0), steps(n_items, 0, 0), steps(len(items), -1, 0)
    owner, members = np.empty(len(items), np.int32), np.zeros(n_items, np.bool_)
    starts = np.zeros(longest + 2, np.int64)
    for row in range(n):
        starts[longest - (ptr[row + 1] - ptr[row]) + 1] += 1
    for k in range(longest + 1):
        starts[k + 1] += starts[k]
    by_size = np.empty(n, np.int32)
    for row in range(n):
        slot = longest - (ptr[row + 1] - ptr[row])
        by_size[starts[slot]] = row
        starts[slot] += 1
    for row in by_size:
        rarest = items[ptr[row]]
        for q in range(ptr[row], ptr[row + 1]):
            members[items[q]] = True
            if length[items[q]] < length[rarest]:
                rarest = items[q]
        size, within, here = ptr[row + 1] - ptr[row], False, head[rarest]
        while here >= 0 and not within:
            other = owner[here]
            shared = 0
            for q in range(ptr[other], ptr[other + 1]):
                shared += members[items[q]]
            within = shared == size
            here = after[here]
        for q in range(ptr[row], ptr[row + 1]):
            members[items[q]] = False
            if not within:
                after[q], owner[q] = head[items[q]], row
                head[items[q]] = q
                length[items[q]] += 1
        keep[row] = not within
    return keep
