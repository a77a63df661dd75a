"""The miner of all frequent itemsets: depth first, from databases that shrink at every step.

Items are numbered by rank, the most frequent 0. A set is reached by its rarest item first, so its databases
are small. Every database counts the meetings of its items in one sweep; only an item with two or more
frequent partners gets a database of its own, and where few partners are left, all their sets are counted at
once by bit masks.

The sets come out as a prefix tree in three arrays: the item that a node adds, the node it adds it to (-1:
none), and the count. Along a path ranks fall; a parent stands before its children. Sets of one size stand
in the order of their paths, whichever way they were counted.
"""

import numpy as np
from numba import types

from kehu._kernels._compile import I32, I64, INT, entry, inner
from kehu._kernels.itemsets.constants import DONE, HALTED, TOO_MANY
from kehu._kernels.itemsets.expansion import (
    frequent,
    index,
    meetings,
    project,
    superset_sums,
    tally,
    without_relatives,
)
from kehu._kernels.itemsets.growth import cut, deeper, grown, grown_wide, steps
from kehu._kernels.itemsets.root import databases, meetings_of, reach, room

# Twelve items have 4,096 sets: their counts fit the nearest cache.
_MASK_ITEMS = 12
# A table of the meetings of 4,096 items takes 32 MiB.
MOST_PAIRS = 4096 * 4095 // 2
# So many entries of databases are held at a time, or half as many as the baskets have.
_ENTRIES_AT_ONCE = 1 << 20

# Columns of the stack: where the parts of each level begin in the shared arrays, and how far it is done.
_BASKET, _ITEM, _OCC, _START, _PAIRS, _NAME, _NODE, _SIZE, _NEXT, _TABLE = range(10)
_COLUMNS = 10


@inner(types.float64(INT, INT))
def _sets_of(n, longest):
    """Count the sets of one to ``longest`` of n items."""
    total, ways = 0.0, 1.0
    for k in range(1, min(n, longest) + 1):
        ways *= (n - k + 1) / k
        total += ways
        if total > 1e18:
            break
    return total


@inner(types.boolean(I64, I32, INT, INT, INT, INT, INT))
def _bursts(ptr, weight, first, last, min_count, longest, limit):
    """Tell whether a basket that is frequent by itself has more sets than allowed."""
    for t in range(first, last):
        if weight[t] >= min_count and _sets_of(ptr[t + 1] - ptr[t], longest) > limit:
            return True
    return False


@inner(INT(I32, INT, INT, INT, INT, I32, INT, I32, I32, I32, INT, I32))
def _write_masks(sums, n, min_count, longest, base, names, first, item, parent, count, end, nodes):
    """Append the frequent sets of two or more items; the parent of a mask lacks its lowest bit."""
    for mask in range(1, 1 << n):
        if sums[mask] < min_count:
            continue
        rest = mask & (mask - 1)
        low, size = 0, 1
        while not (mask >> low) & 1:
            low += 1
        bits = rest
        while bits:
            bits &= bits - 1
            size += 1
        if size == 1:
            nodes[mask] = base + low
        elif size <= longest:
            item[end] = names[first + low]
            parent[end] = nodes[rest]
            count[end] = sums[mask]
            nodes[mask] = end
            end += 1
    return end


@entry(
    types.Tuple((I32, I32, I32, INT))(
        I64, I32, INT, INT, I32, types.int32[:, ::1], INT, INT, INT, types.boolean[::1]
    )
)
def mine(all_ptr, all_items, first, stop, root_counts, ancestors, min_count, longest, limit, halt):
    """Find the sets whose rarest item has a rank from first to stop.

    ``all_items`` are the ranks in each basket, rising; ``root_counts`` the baskets of each item. Gives the
    tree, and whether mining was DONE, found TOO_MANY sets or was HALTED.
    """
    root_pairs = meetings_of(all_ptr, all_items, first, stop)
    entries_of, basket_of = room(root_pairs, first, stop, min_count)
    # The databases of some items at a time, and up to which item.
    root_items, root_ptr, root_last = np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64)
    root_weight, root_occ = np.empty(0, np.int32), np.empty(0, np.int32)
    start_of, ready = first, first
    at_once = max(_ENTRIES_AT_ONCE, len(all_items) // 2)
    root_names = steps(stop, 0, 1)
    found, support = np.empty(stop, np.int32), np.empty(stop, np.int32)
    marks, counts = np.zeros(stop, np.int32), np.zeros(stop, np.int32)
    sums, nodes = np.empty(1 << _MASK_ITEMS, np.int32), np.empty(1 << _MASK_ITEMS, np.int32)
    own_items, own_ptr, own_weight = (
        np.empty(1 << 14, np.int32),
        np.empty(1 << 12, np.int64),
        np.empty(1 << 12, np.int32),
    )
    own_occ, own_start = np.empty(1 << 14, np.int32), np.empty(1 << 10, np.int64)
    own_pairs, own_names = np.empty(1 << 12, np.int32), np.empty(1 << 10, np.int32)
    stack = np.zeros((16, _COLUMNS), np.int64)
    stack[0, _TABLE] = 1
    stack[0, _PAIRS] = -(first * (first - 1) // 2)
    item, parent, count = (
        np.empty(1 << 12, np.int32),
        np.empty(1 << 12, np.int32),
        np.empty(1 << 12, np.int32),
    )
    no_keys = np.empty(0, np.int64)
    end = 0
    for top in range(first, stop):
        if top == ready:
            start_of, ready = top, first + reach(entries_of, top - first, at_once, stop - first)
            root_items, root_ptr, root_last = databases(
                all_ptr, all_items, first, top, ready, root_pairs, min_count, entries_of, basket_of
            )
            if len(root_ptr) > len(root_occ):
                root_weight, root_occ = steps(len(root_ptr), 1, 0), steps(len(root_ptr), 0, 1)
        item, parent, count = grown(item, end + 1), grown(parent, end + 1), grown(count, end + 1)
        item[end], parent[end], count[end] = top, -1, root_counts[top]
        level, g, node = 0, top, end
        end += 1
        while True:
            here = stack[level]
            if level == 0:
                items, ptr, weight, occ = root_items, root_ptr, root_weight, root_occ
                pairs, names = root_pairs, root_names
                lo = basket_of[g - first] - basket_of[start_of - first]
                hi = root_last[g - start_of]
            else:
                items, ptr, weight, occ = own_items, own_ptr, own_weight, own_occ
                pairs, names = own_pairs, own_names
                lo, hi = own_start[here[_START] + g], own_start[here[_START] + g + 1]
            n = 0
            if level + 2 <= longest:
                if here[_TABLE]:
                    n = frequent(pairs, here[_PAIRS] + g * (g - 1) // 2, g, min_count, found, support)
                else:
                    tally(items, ptr, weight, occ, lo, hi, g, counts)
                    n = frequent(counts, 0, g, min_count, found, support)
                    for x in range(g):
                        counts[x] = 0
                if ancestors.shape[1]:
                    n = without_relatives(
                        found, support, n, names, here[_NAME], names[here[_NAME] + g], ancestors
                    )
            base, entries = end, 0
            item, parent, count = grown(item, end + n), grown(parent, end + n), grown(count, end + n)
            for j in range(n):
                item[end] = names[here[_NAME] + found[j]]
                parent[end] = node
                count[end] = support[j]
                entries += support[j]
                end += 1
            if end > limit:
                return item, parent, count, TOO_MANY
            if n < 2 or level + 3 > longest:
                pass
            elif not ancestors.shape[1] and n <= _MASK_ITEMS and (n << n) <= 4 * entries + 64:
                superset_sums(items, ptr, weight, occ, lo, hi, g, found, n, marks, sums)
                enough = end + (1 << n)
                item, parent, count = grown(item, enough), grown(parent, enough), grown(count, enough)
                end = _write_masks(
                    sums, n, min_count, longest - level - 1, base, item, base, item, parent, count, end, nodes
                )
            else:
                level += 1
                if level + 1 == len(stack):
                    stack = deeper(stack)
                here = stack[level]
                begin, most = here[_BASKET], here[_BASKET] + hi - lo
                own_items = grown(own_items, here[_ITEM] + entries)
                own_ptr, own_weight = grown_wide(own_ptr, most + 1), grown(own_weight, most)
                last_item, last = project(
                    items, ptr, weight, no_keys, occ, lo, hi, g, found, n, marks,
                    own_items, own_ptr, own_weight, no_keys, here[_ITEM], begin,
                )  # fmt: skip
                if not ancestors.shape[1] and _bursts(
                    own_ptr, own_weight, begin, last, min_count, longest - level, limit
                ):
                    return item, parent, count, TOO_MANY
                own_occ = grown(own_occ, here[_OCC] + last_item - here[_ITEM])
                own_start = grown_wide(own_start, here[_START] + n + 2)
                index(own_items, own_ptr, begin, last, n, own_start, here[_START], own_occ, here[_OCC])
                own_names = grown(own_names, here[_NAME] + n)
                for j in range(n):
                    own_names[here[_NAME] + j] = item[base + j]
                table = n * (n - 1) // 2
                here[_TABLE] = table <= MOST_PAIRS
                if table <= MOST_PAIRS:
                    own_pairs = grown(own_pairs, here[_PAIRS] + table)
                    for k in range(here[_PAIRS], here[_PAIRS] + table):
                        own_pairs[k] = 0
                    meetings(own_items, own_ptr, own_weight, begin, last, own_pairs, here[_PAIRS])
                here[_NODE], here[_SIZE], here[_NEXT] = base, n, 1
                stack[level + 1, _BASKET] = last + 1
                stack[level + 1, _ITEM] = last_item
                stack[level + 1, _OCC] = here[_OCC] + last_item - here[_ITEM]
                stack[level + 1, _START] = here[_START] + n + 2
                stack[level + 1, _PAIRS] = here[_PAIRS] + here[_TABLE] * table
                stack[level + 1, _NAME] = here[_NAME] + n
            if halt[0]:
                return item, parent, count, HALTED
            while level > 0 and stack[level, _NEXT] >= stack[level, _SIZE]:
                level -= 1
            if level == 0:
                break
            g = stack[level, _NEXT]
            stack[level, _NEXT] = g + 1
            node = stack[level, _NODE] + g
    return cut(item, end), cut(parent, end), cut(count, end), DONE
