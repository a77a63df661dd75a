"""Kernels that split itemsets into rules, and find the more general rules of each."""

import numpy as np
from numba import types

from kehu._kernels._compile import CODES, I32, I64, INT, POSITIONS, entry, inner
from kehu._kernels.itemsets.constants import MOST_ITEMS
from kehu._kernels.itemsets.growth import cut, grown, grown_wide, steps
from kehu._kernels.itemsets.lookup import find, key_of

_FLAGS = types.Array(types.boolean, 1, "C", readonly=True)
_F64 = types.Array(types.float64, 1, "C", readonly=True)


@inner(types.Tuple((INT, INT))(POSITIONS, CODES, INT, _FLAGS, _FLAGS, I32))
def _free(ptr, items, row, may_lead, may_follow, free):
    """Tell which items of a set may stand on either side, and the mask of those that must follow.

    The mask is -1 if some item may stand on neither.
    """
    n, fixed = 0, 0
    for place in range(ptr[row + 1] - ptr[row]):
        item = items[ptr[row] + place]
        if may_lead[item] and may_follow[item]:
            free[n] = place
            n += 1
        elif may_follow[item]:
            fixed |= 1 << place
        elif not may_lead[item]:
            return n, -1
    return n, fixed


@inner(INT(INT))
def _bits(mask):
    n = 0
    while mask:
        mask &= mask - 1
        n += 1
    return n


@inner(types.Tuple((INT, INT))(I32, INT, INT, INT, types.boolean, I32, INT))
def _next(chosen, depth, n, most, prune, free, mask):
    """Step to the next choice of free items, depth first; depth -1 ends. Pruning skips what extends this."""
    if not prune and depth < most:
        after = chosen[depth - 1] + 1 if depth else 0
        if after < n:
            chosen[depth] = after
            return depth + 1, mask | (1 << free[after])
    while depth:
        depth -= 1
        mask ^= 1 << free[chosen[depth]]
        chosen[depth] += 1
        if chosen[depth] < n:
            return depth + 1, mask | (1 << free[chosen[depth]])
    return -1, mask


@entry(types.Tuple((I64, I32))(POSITIONS, CODES, _FLAGS, _FLAGS, INT, INT))
def sides(ptr, items, may_lead, may_follow, most, limit):
    """Write all antecedents and consequents of the rules of some sets, one after the other.

    Stops soon after there are more than ``limit`` of them.
    """
    out, out_ptr = np.empty(1 << 12, np.int32), np.zeros(1 << 10, np.int64)
    free, chosen = np.empty(MOST_ITEMS + 2, np.int32), np.empty(MOST_ITEMS + 2, np.int32)
    n_out, end = 0, 0
    for row in range(len(ptr) - 1):
        size = ptr[row + 1] - ptr[row]
        whole = (1 << size) - 1
        n, fixed = _free(ptr, items, row, may_lead, may_follow, free)
        depth, mask = 0 if fixed >= 0 and _bits(fixed) <= most else -1, fixed
        while depth >= 0 and n_out <= limit:
            if 0 < mask < whole:
                out, out_ptr = grown(out, end + size), grown_wide(out_ptr, n_out + 3)
                for side in (mask, whole ^ mask):
                    for place in range(size):
                        if (side >> place) & 1:
                            out[end] = items[ptr[row] + place]
                            end += 1
                    n_out += 1
                    out_ptr[n_out] = end
            depth, mask = _next(chosen, depth, n, most - _bits(fixed), False, free, mask)
    return out_ptr[: n_out + 1].copy(), cut(out, end)


@entry(
    types.Tuple((I32, I32, I32))(
        POSITIONS, CODES, CODES, CODES, I64, I32, CODES, CODES, _FLAGS, _FLAGS, INT, types.float64, INT
    )
)
def split(
    ptr, items, rows, count, signatures, slots, item, parent,
    may_lead, may_follow, most, min_confidence, limit,
):  # fmt: skip
    """Find the rules of the sets: nodes of antecedents, consequents and whole sets.

    Every subset must be a node. Growing the consequent never raises the confidence, so what fails is not
    grown. Stops soon after there are more than ``limit`` rules.
    """
    lead, follow = np.empty(1 << 12, np.int32), np.empty(1 << 12, np.int32)
    both = np.empty(1 << 12, np.int32)
    free, chosen = np.empty(MOST_ITEMS + 2, np.int32), np.empty(MOST_ITEMS + 2, np.int32)
    n_rules = 0
    for row in range(len(ptr) - 1):
        size = ptr[row + 1] - ptr[row]
        if size < 2:
            continue
        whole = (1 << size) - 1
        n, fixed = _free(ptr, items, row, may_lead, may_follow, free)
        if fixed < 0 or fixed == whole or _bits(fixed) > most:
            continue
        node, total = rows[row], count[rows[row]]
        depth, mask = 0, fixed
        while depth >= 0 and n_rules <= limit:
            enough = mask != whole
            if mask and enough:
                signature = 0
                for place in range(size):
                    if (mask >> place) & 1:
                        signature += key_of(items[ptr[row] + place])
                start, stop = ptr[row], ptr[row + 1]
                rest = signatures[node] - signature
                a = find(rest, items, start, stop, whole ^ mask, signatures, slots, item, parent)
                enough = total / count[a] >= min_confidence
                if enough:
                    lead, follow = grown(lead, n_rules + 1), grown(follow, n_rules + 1)
                    both = grown(both, n_rules + 1)
                    lead[n_rules] = a
                    follow[n_rules] = find(
                        signature, items, start, stop, mask, signatures, slots, item, parent
                    )
                    both[n_rules] = node
                    n_rules += 1
            depth, mask = _next(chosen, depth, n, most - _bits(fixed), not enough, free, mask)
    return cut(lead, n_rules), cut(follow, n_rules), cut(both, n_rules)


@inner(types.boolean(POSITIONS, CODES, INT, INT, INT))
def _is_part(ptr, items, other, start, mask):
    """Tell whether a rule's antecedent is the masked part of another one; both rise."""
    here, place = ptr[other], start
    while mask:
        if mask & 1:
            if here == ptr[other + 1] or items[here] != items[place]:
                return False
            here += 1
        mask >>= 1
        place += 1
    return here == ptr[other + 1]


@inner(types.float64(POSITIONS, CODES, INT, I64, I32, I32, INT, _F64, types.float64))
def _best_of_subsets(ptr, items, rule, signatures, slots, consequent, whole, value, best):
    """Look every part of the antecedent up, among the rules of its consequent."""
    start, stop = ptr[rule], ptr[rule + 1]
    last = len(slots) - 1
    for mask in range(whole):
        signature = key_of(-2 - consequent[rule])
        for place in range(stop - start):
            if (mask >> place) & 1:
                signature += key_of(items[start + place])
        here = signature & last
        while slots[here] >= 0:
            other = np.int64(slots[here])
            if (
                signatures[other] == signature
                and value[other] > best
                and consequent[other] == consequent[rule]
                and _is_part(ptr, items, other, start, mask)
            ):
                best = value[other]
            here = (here + 1) & last
    return best


@inner(types.float64(POSITIONS, CODES, INT, CODES, INT, INT, types.boolean[::1], _F64, types.float64))
def _best_of_group(ptr, items, rule, group, first, last, members, value, best):
    """Go through the rules of the same consequent."""
    for q in range(ptr[rule], ptr[rule + 1]):
        members[items[q]] = True
    for g in range(first, last):
        other = group[g]
        inside = value[other] > best and ptr[other + 1] - ptr[other] < ptr[rule + 1] - ptr[rule]
        q = ptr[other]
        while inside and q < ptr[other + 1]:
            inside = members[items[q]]
            q += 1
        if inside:
            best = value[other]
    for q in range(ptr[rule], ptr[rule + 1]):
        members[items[q]] = False
    return best


@entry(types.float64[::1](POSITIONS, CODES, I32, POSITIONS, CODES, _F64, types.float64))
def best_general(ptr, items, consequent, group_ptr, group, value, none):
    """Find the largest value among the rules with the same consequent and a part of the antecedent.

    The rules of consequent c are ``group[group_ptr[c]:group_ptr[c + 1]]``. Where there is no such rule
    stands ``none``.
    """
    n = len(value)
    best, signatures = np.empty(n, np.float64), np.empty(n, np.int64)
    length, n_items = 16, 1
    while length < 2 * n:
        length *= 2
    slots = steps(length, -1, 0)
    for rule in range(n):
        signature = key_of(-2 - consequent[rule])
        for q in range(ptr[rule], ptr[rule + 1]):
            signature += key_of(items[q])
            n_items = max(n_items, items[q] + 1)
        signatures[rule] = signature
        here = signature & (length - 1)
        while slots[here] >= 0:
            here = (here + 1) & (length - 1)
        slots[here] = rule
    members = np.zeros(n_items, np.bool_)
    for rule in range(n):
        first, last = group_ptr[consequent[rule]], group_ptr[consequent[rule] + 1]
        size = ptr[rule + 1] - ptr[rule]
        if size < 30 and (1 << size) <= last - first:
            best[rule] = _best_of_subsets(
                ptr, items, rule, signatures, slots, consequent, (1 << size) - 1, value, none
            )
        else:
            best[rule] = _best_of_group(ptr, items, rule, group, first, last, members, value, none)
    return best


def warm() -> None:
    """Importing has compiled the kernels already."""
