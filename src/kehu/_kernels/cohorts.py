"""Kernels for cohorts: when customers bought for the first and second time, and in which periods they did."""

import numpy as np
from numba import types

from kehu._kernels._compile import CODES, I64, INT, POSITIONS, entry

_DAY = 86_400_000_000  # microseconds
NEVER = 2**31 - 1
_I32 = types.int32[::1]


@entry(types.Tuple((_I32, types.int64, types.int64, types.int64))(CODES, POSITIONS))
def days(customer, moment):
    """Days since 1970 of moments in microseconds, first and last day, and the first row without one."""
    out = np.empty(len(moment), np.int32)
    low, high, lacking = NEVER, -NEVER, -1
    for row in range(len(moment)):
        if lacking < 0 and (customer[row] < 0 or moment[row] == np.iinfo(np.int64).min):
            lacking = row
        day = moment[row] // _DAY
        out[row] = day
        low, high = min(low, day), max(high, day)
    return out, low, high, lacking


@entry(types.void(CODES, INT, INT, INT, I64))
def count_groups(customer, bits, start, stop, counts):
    """Count lines by group of 2 ** ``bits`` customers."""
    for row in range(start, stop):
        counts[customer[row] >> bits] += 1


@entry(types.void(CODES, CODES, INT, INT, INT, I64, I64))
def bring_together(customer, day, bits, start, stop, places, words):
    """Write customer and day as one word to the places of the customer's group.

    What is noted of a group then stays in the processor's cache.
    """
    for row in range(start, stop):
        place = places[customer[row] >> bits]
        places[customer[row] >> bits] = place + 1
        words[place] = np.int64(customer[row]) << 32 | (np.int64(day[row]) - np.iinfo(np.int32).min)


@entry(types.void(POSITIONS, INT, INT, CODES, INT, INT, INT, I64))
def follow(words, low, until, slot, size, begin, end, state):
    """Note for customers ``begin`` to ``end`` the first and second day up to a day, and periods with a day.

    ``slot`` gives the period of each day from ``low`` on. ``state`` has ``size`` numbers a customer, side by
    side as they are needed together: first day, second day, and words with a bit a period.
    """
    for place in range(begin * size, end * size, size):
        state[place] = NEVER
        state[place + 1] = NEVER
        for word in range(place + 2, place + size):
            state[word] = 0
    for word in words:
        now = (word & 0xFFFFFFFF) + np.iinfo(np.int32).min
        if now > until:
            continue
        place = (word >> 32) * size
        if now < state[place]:
            state[place + 1] = state[place]
            state[place] = now
        elif now < state[place + 1] and now > state[place]:
            state[place + 1] = now
        if size > 2:
            period = np.int64(slot[now - low])
            state[place + 2 + (period >> 6)] |= np.int64(1) << (period & 63)


@entry(types.void(POSITIONS, types.int64, types.int64, CODES, types.int64, I64, I64))
def tally(state, size, low, slot, n, active, second):
    """Count customers by first period and periods since: who bought, and who did so on the second day.

    Both results are squares of ``n`` periods by ``n``, row by row.
    """
    for place in range(0, len(state), size):
        if state[place] == NEVER:
            continue
        start = slot[state[place] - low]
        if state[place + 1] < NEVER:
            second[start * n + slot[state[place + 1] - low] - start] += 1
        for period in range(start, n):
            if state[place + 2 + (period >> 6)] >> (period & 63) & 1:
                active[start * n + period - start] += 1


def warm() -> None:
    """Call each kernel once, so that it is compiled and cached."""
    codes, moments, state = np.zeros(1, np.int32), np.zeros(1, np.int64), np.zeros(3, np.int64)
    day, low, high, _ = days(codes, moments)
    words, counts = np.zeros(1, np.int64), np.zeros(1, np.int64)
    count_groups(codes, 0, 0, 1, counts)
    bring_together(codes, day, 0, 0, 1, np.zeros(1, np.int64), words)
    follow(words, low, high, codes, 3, 0, 1, state)
    tally(state, 3, low, codes, 1, np.zeros(1, np.int64), np.zeros(1, np.int64))
