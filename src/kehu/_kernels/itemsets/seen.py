"""Kernels for a table of sets met before, found again by the sum of the keys of their baskets.

Two sets that stand in the same baskets have the same sum. The reverse holds only almost surely; so every
match is proved by comparing items, and the answer is exact.
"""

import numpy as np
from numba import types

from kehu._kernels._compile import I32, I64, INT, entry, inner
from kehu._kernels.itemsets.growth import steps


@entry(I64(INT))
def keys_of_baskets(n):
    """Give each basket a key with all bits stirred (SplitMix64)."""
    keys = np.empty(n, np.int64)
    for t in range(n):
        z = np.uint64(t + 1) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        keys[t] = np.int64(z ^ (z >> np.uint64(31)))
    return keys


@inner(types.boolean(INT, INT, I32, INT, types.boolean, I64, I32, I32, I32, I32))
def known(key, n, members, size, larger, keys, slots, item, parent, count):
    """Tell whether a set of the same baskets is known that holds the members, or lies within them.

    ``members`` marks the items of the set asked for, ``size`` of them; ``larger`` asks for supersets.
    """
    mask = len(slots) - 1
    here = key & mask
    while slots[here] >= 0:
        node = slots[here]
        if keys[here] == key and count[node] == n:
            inside, length = 0, 0
            while node >= 0:
                inside += members[item[node]]
                length += 1
                node = parent[node]
            if (larger and inside == size) or (not larger and inside == length):
                return True
        here = (here + 1) & mask
    return False


@inner(types.void(INT, INT, I64, I32))
def remember(key, node, keys, slots):
    """Enter a set; there must be room."""
    mask = len(slots) - 1
    here = key & mask
    while slots[here] >= 0:
        here = (here + 1) & mask
    slots[here] = node
    keys[here] = key


@inner(types.Tuple((I64, I32))(I64, I32))
def roomier(keys, slots):
    """Copy the table into one of twice the size."""
    new_keys, new_slots = np.empty(2 * len(keys), np.int64), steps(2 * len(slots), -1, 0)
    for here in range(len(slots)):
        if slots[here] >= 0:
            remember(keys[here], slots[here], new_keys, new_slots)
    return new_keys, new_slots


@entry(I64(I64, I32, I64, INT))
def sums_of_keys(ptr, items, keys, n_items):
    """Add up, for each item, the keys of its baskets."""
    sums = np.zeros(n_items, np.int64)
    for row in range(len(ptr) - 1):
        for here in range(ptr[row], ptr[row + 1]):
            sums[items[here]] += keys[row]
    return sums
