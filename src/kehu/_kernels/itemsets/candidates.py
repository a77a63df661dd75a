"""The kernel that counts what a search looked at: sets whose every part is frequent, found or not."""

import numpy as np
from numba import types

from kehu._kernels._compile import CODES, I32, I64, INT, entry, inner
from kehu._kernels.itemsets.growth import steps
from kehu._kernels.itemsets.lookup import find, key_of

_FLAGS = types.Array(types.boolean, 1, "C", readonly=True)


@inner(types.float64(INT, INT, INT, INT))
def splits(leads, follows, both, most):
    """Count the rules of a set, by how many items may stand where: left only, right only, on both sides."""
    total, ways = 0.0, 1.0
    for j in range(both + 1):
        if 1 <= follows + j <= most and leads + both - j >= 1:
            total += ways
        ways *= (both - j) / (j + 1)
    return total


@entry(types.float64(CODES, CODES, I64, I32, _FLAGS, _FLAGS, _FLAGS, INT, INT))
def joined(item, parent, signatures, slots, may_lead, may_follow, held, most, longest):
    """Count the rules of all candidates that join two frequent sets of two items or more.

    Two sets are joined if they differ in their last items alone, and the candidate counts if all its parts
    that keep the ``held`` items are frequent. Pairs of single items are not counted here.
    """
    n = len(item)
    child, sibling = steps(n, -1, 0), steps(n, -1, 0)
    for node in range(n - 1, -1, -1):
        if parent[node] >= 0:
            sibling[node] = child[parent[node]]
            child[parent[node]] = node
    members = np.empty(66, np.int32)
    total = 0.0
    for node in range(n):
        if child[node] < 0 or sibling[child[node]] < 0:
            continue
        size, up = 0, np.int64(node)
        while up >= 0:
            members[size] = item[up]
            size += 1
            up = parent[up]
        if size + 2 > longest:
            continue
        whole = (1 << (size + 2)) - 1
        first = np.int64(child[node])
        while first >= 0:
            second = np.int64(sibling[first])
            while second >= 0:
                members[size], members[size + 1] = item[first], item[second]
                signature = signatures[first] + key_of(item[second])
                possible = True
                place = 0
                while possible and place < size:
                    if not held[members[place]]:
                        rest = signature - key_of(members[place])
                        part = whole ^ (1 << place)
                        node_of_part = find(rest, members, 0, size + 2, part, signatures, slots, item, parent)
                        possible = node_of_part >= 0
                    place += 1
                if possible:
                    leads, follows, both, nowhere = 0, 0, 0, 0
                    for place in range(size + 2):
                        lead, follow = may_lead[members[place]], may_follow[members[place]]
                        leads += lead and not follow
                        follows += follow and not lead
                        both += lead and follow
                        nowhere += not lead and not follow
                    if nowhere == 0:
                        total += splits(leads, follows, both, most)
                second = np.int64(sibling[second])
            first = np.int64(sibling[first])
    return total
