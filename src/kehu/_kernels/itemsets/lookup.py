"""Kernels that build prefix trees, find sets in them, and tell which sets are closed or maximal.

A set is found by its signature, the sum of its items' keys; a match is proved by comparing items.
"""

import numpy as np
from numba import types

from kehu._kernels._compile import CODES, I32, I64, INT, entry, inner
from kehu._kernels.itemsets.growth import cut, grown, steps

_FLAGS = types.boolean[::1]


@inner(INT(INT))
def key_of(item):
    """Give an item a key with all bits stirred (SplitMix64)."""
    z = np.uint64(item + 1) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.int64(z ^ (z >> np.uint64(31)))


@entry(types.Tuple((I64, I32))(CODES, CODES))
def index(item, parent):
    """Make the table in which sets are found: signatures of nodes, and slots that hold nodes."""
    signatures = np.empty(len(item), np.int64)
    length = 16
    while length < 2 * len(item):
        length *= 2
    slots = steps(length, -1, 0)
    for node in range(len(item)):
        signature = key_of(item[node])
        if parent[node] >= 0:
            signature += signatures[parent[node]]
        signatures[node] = signature
        here = signature & (length - 1)
        while slots[here] >= 0:
            here = (here + 1) & (length - 1)
        slots[here] = node
    return signatures, slots


@inner(types.boolean(INT, CODES, INT, INT, INT, CODES, CODES))
def _holds(node, items, start, stop, mask, item, parent):
    """Tell whether a node's set is exactly the masked part of ``items[start:stop]``."""
    while node >= 0:
        place = start
        while place < stop and items[place] != item[node]:
            place += 1
        if place == stop or not (mask >> (place - start)) & 1:
            return False
        mask ^= 1 << (place - start)
        node = parent[node]
    return mask == 0


@inner(INT(INT, CODES, INT, INT, INT, I64, I32, CODES, CODES))
def find(signature, items, start, stop, mask, signatures, slots, item, parent):
    """Find the node of the masked part of ``items[start:stop]`` (bit j: item j); -1 if there is none."""
    last = len(slots) - 1
    here = signature & last
    while slots[here] >= 0:
        node = np.int64(slots[here])
        if signatures[node] == signature and _holds(node, items, start, stop, mask, item, parent):
            return node
        here = (here + 1) & last
    return -1


@entry(types.Tuple((_FLAGS, _FLAGS, _FLAGS))(CODES, CODES, CODES, I64, I32))
def kinds(item, parent, count, signatures, slots):
    """Tell which nodes of a tree of all frequent sets are closed, maximal, generators."""
    n = len(item)
    closed, maximal, generator = np.empty(n, np.bool_), np.empty(n, np.bool_), np.empty(n, np.bool_)
    for node in range(n):
        closed[node] = maximal[node] = generator[node] = True
    items = np.empty(64, np.int32)
    for node in range(n):
        size, up = 0, np.int64(node)
        while up >= 0:
            items[size] = item[up]
            size += 1
            up = parent[up]
        if size == 1:
            continue
        whole = (1 << size) - 1
        for j in range(size):
            rest = find(
                signatures[node] - key_of(items[j]),
                items,
                0,
                size,
                whole ^ (1 << j),
                signatures,
                slots,
                item,
                parent,
            )
            maximal[rest] = False
            if count[rest] == count[node]:
                closed[rest] = False
                generator[node] = False
    return closed, maximal, generator


@entry(types.Tuple((I32, I32, I32))(CODES, types.Array(types.int64, 1, "C", readonly=True)))
def plant(items, ptr):
    """Build a tree of sets given one after the other, each rising; give it and the node of each set.

    Every set's beginnings become nodes as well.
    """
    item, parent = np.empty(1 << 10, np.int32), np.empty(1 << 10, np.int32)
    signatures = np.empty(1 << 10, np.int64)
    slots = steps(1 << 12, -1, 0)
    rows = np.empty(len(ptr) - 1, np.int32)
    end = 0
    for row in range(len(ptr) - 1):
        node, signature = -1, 0
        for place in range(ptr[row], ptr[row + 1]):
            signature += key_of(items[place])
            here = signature & (len(slots) - 1)
            while slots[here] >= 0:
                there = slots[here]
                if signatures[there] == signature and parent[there] == node and item[there] == items[place]:
                    break
                here = (here + 1) & (len(slots) - 1)
            if slots[here] >= 0:
                node = slots[here]
                continue
            if end == len(item):
                item, parent = grown(item, 2 * end), grown(parent, 2 * end)
                wider = np.empty(2 * end, np.int64)
                for k in range(end):
                    wider[k] = signatures[k]
                signatures = wider
                slots = steps(8 * end, -1, 0)
                for k in range(end):
                    here = signatures[k] & (len(slots) - 1)
                    while slots[here] >= 0:
                        here = (here + 1) & (len(slots) - 1)
                    slots[here] = k
                here = signature & (len(slots) - 1)
                while slots[here] >= 0:
                    here = (here + 1) & (len(slots) - 1)
            item[end], parent[end], signatures[end] = items[place], node, signature
            slots[here] = end
            node = end
            end += 1
        rows[row] = node
    return cut(item, end), cut(parent, end), rows
