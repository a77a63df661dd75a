"""Kernels for the first step: the baskets as seen from each item of a range of ranks.

Each sweep reads the baskets in their order once, however many items the range holds.
"""

import numpy as np
from numba import types

from kehu._kernels._compile import I32, I64, INT, inner


@inner(I32(I64, I32, INT, INT))
def meetings_of(ptr, items, first, stop):
    """Count how often items ``x < y`` meet, for y from first to stop: at ``y (y - 1) / 2 + x - shift``."""
    shift = first * (first - 1) // 2
    counts = np.zeros(stop * (stop - 1) // 2 - shift, np.int32)
    for row in range(len(ptr) - 1):
        here = ptr[row + 1] - 1
        while here > ptr[row] and items[here] >= first:
            y = np.int64(items[here])
            if y < stop:
                base = y * (y - 1) // 2 - shift
                for there in range(ptr[row], here):
                    counts[base + items[there]] += 1
            here -= 1
    return counts


@inner(types.Tuple((I64, I64))(I32, INT, INT, INT))
def room(counts, first, stop, min_count):
    """Bound the entries and the baskets that the database of each item can have, added up."""
    entries = np.zeros(stop - first + 1, np.int64)
    baskets = np.zeros(stop - first + 1, np.int64)
    here = 0
    for y in range(first, stop):
        partners, met = 0, 0
        for _ in range(y):
            if counts[here] >= min_count:
                partners += 1
                met += counts[here]
            here += 1
        if partners < 2:
            met = 0
        # Each basket holds two partners at least, and ends with y itself.
        entries[y - first + 1] = entries[y - first] + met + met // 2
        baskets[y - first + 1] = baskets[y - first] + met // 2
    return entries, baskets


@inner(INT(I64, INT, INT, INT))
def reach(entries, first, most, stop):
    """Tell up to which item databases of at most so many entries go, one item at least."""
    end = first + 1
    while end < stop and entries[end + 1] - entries[first] <= most:
        end += 1
    return end


@inner(types.Tuple((I32, I64, I64))(I64, I32, INT, INT, INT, I32, INT, I64, I64))
def databases(ptr, items, origin, first, stop, counts, min_count, entries, baskets):
    """Write, for each item from first to stop, the baskets that hold it and two partners or more.

    A basket is its partners and the item itself. ``counts``, ``entries`` and ``baskets`` begin with the item
    ``origin``. Gives also where the baskets of each item end in ``ptr``.
    """
    shift = origin * (origin - 1) // 2
    first_entry, first_basket = entries[first - origin], baskets[first - origin]
    out = np.empty(entries[stop - origin] - first_entry + 1, np.int32)
    out_ptr = np.empty(baskets[stop - origin] - first_basket + 1, np.int64)
    last, end = np.empty(stop - first, np.int64), np.empty(stop - first, np.int64)
    for k in range(stop - first):
        last[k] = baskets[first - origin + k] - first_basket
        end[k] = entries[first - origin + k] - first_entry
    rows = len(ptr) - 1 if len(out) > 1 else 0
    for row in range(rows):
        here = ptr[row + 1] - 1
        while here > ptr[row] + 1 and items[here] >= first:
            y = np.int64(items[here])
            if y < stop and entries[y - origin + 1] > entries[y - origin]:
                base = y * (y - 1) // 2 - shift
                begin = end[y - first]
                now = begin
                for there in range(ptr[row], here):
                    x = items[there]
                    if counts[base + x] >= min_count:
                        out[now] = x
                        now += 1
                if now - begin > 1:
                    out[now] = y
                    end[y - first] = now + 1
                    out_ptr[last[y - first]] = begin
                    last[y - first] += 1
            here -= 1
    return out, out_ptr, last
