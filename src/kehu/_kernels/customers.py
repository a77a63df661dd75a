"""Kernels that tally orders by customer, and draw customers again for intervals."""

import numpy as np
from numba import float64, int64, types, uint64, void

from kehu._kernels._compile import CODES, I32, I64, POSITIONS, entry

# Columns of a dataframe are often read-only.
_AMOUNTS = types.Array(float64, 1, "C", readonly=True)
_ROWS = float64[:, ::1]

# All that is counted of a customer stands in one row, so that an order costs one access to memory.
FIRST, LAST, EVENTS, TOTAL, FIRST_AMOUNT, WIDTH = 0, 1, 2, 3, 4, 5

DAY = 86_400_000_000  # microseconds
_MULTIPLIER = np.uint64(0x2545F4914F6CDD1D)


@entry(types.Tuple((I64, I32, float64[::1]))(CODES, POSITIONS, _AMOUNTS, int64, int64))
def by_day(customer, moment, amount, first_day, n_days):
    """Sort lines by day, by counting: where each day starts, and customers and amounts in that order.

    Moments are in microseconds; lines of other days are left out. The list of starts has one place to spare.
    """
    starts = np.zeros(n_days + 2, np.int64)
    for line in range(len(moment)):
        here = moment[line] // DAY - first_day
        if 0 <= here < n_days:
            starts[here + 2] += 1
    for here in range(n_days):
        starts[here + 2] += starts[here + 1]
    kept = starts[n_days + 1]
    customers = np.empty(kept, np.int32)
    amounts = np.empty(kept, np.float64)
    for line in range(len(moment)):
        here = moment[line] // DAY - first_day
        if 0 <= here < n_days:
            # The slot one ahead counts up from the start of its day to the start of the next.
            place = starts[here + 1]
            customers[place] = customer[line]
            amounts[place] = amount[line]
            starts[here + 1] = place + 1
    return starts, customers, amounts


@entry(_ROWS(POSITIONS, CODES, _AMOUNTS, int64, int64, int64))
def tally(starts, customer, amount, begin, end, n_customers):
    """Tally each customer's lines of the keys from ``begin`` to before ``end``.

    Lines come sorted by key, those of a key standing from ``starts[key]`` on. The key is the day, or the
    number of the order in time: lines of a customer with the same key are one order.
    """
    rows = np.zeros((n_customers, WIDTH), np.float64)
    for key in range(begin, end):
        for line in range(starts[key], starts[key + 1]):
            one = customer[line]
            if rows[one, EVENTS] == 0.0:
                rows[one, FIRST] = key
                rows[one, LAST] = key
                rows[one, EVENTS] = 1.0
            elif rows[one, LAST] != key:
                rows[one, LAST] = key
                rows[one, EVENTS] += 1.0
            rows[one, TOTAL] += amount[line]
            if rows[one, FIRST] == key:
                rows[one, FIRST_AMOUNT] += amount[line]
    return rows


@entry(void(CODES, _AMOUNTS, _AMOUNTS, uint64, float64[:, :, ::1]))
def resample(group, first, second, seed, sums):
    """Draw the customers again, with replacement: in each draw, per group, their number and two sums."""
    state = seed | np.uint64(1)
    n = len(group)
    for draw in range(sums.shape[0]):
        for _ in range(n):
            state ^= state >> np.uint64(12)
            state ^= state << np.uint64(25)
            state ^= state >> np.uint64(27)
            chance = np.float64((state * _MULTIPLIER) >> np.uint64(11)) / 9007199254740992.0
            one = np.int64(chance * n)
            sums[draw, group[one], 0] += 1.0
            sums[draw, group[one], 1] += first[one]
            sums[draw, group[one], 2] += second[one]


def warm() -> None:
    """Call each kernel once, so that it is compiled and cached."""
    one, amounts = np.zeros(1, np.int32), np.ones(1)
    starts, customers, amounts = by_day(one, np.zeros(1, np.int64), amounts, 0, 1)
    tally(starts, customers, amounts, 0, 1, 1)
    resample(one, amounts, amounts, 1, np.zeros((1, 1, 3)))
