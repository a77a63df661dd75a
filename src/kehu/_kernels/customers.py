"""Kernels that sum up orders by customer, and draw customers again for intervals.

Reading and writing at random places of a large table takes most of the time there is. So lines are first
brought together by groups of customers so small that what is counted of them stays in the processor's cache.
A line is then two words side by side: customer within the group and time, packed into one, and the amount.
Arrays of whole words come with a second view of the same memory as amounts.
"""

import numpy as np
from numba import boolean, float64, int64, types, uint64, void

from kehu._kernels._compile import CODES, I64, POSITIONS, entry, inner

# Columns of a dataframe are often read-only.
_AMOUNTS = types.Array(float64, 1, "C", readonly=True)
_F64 = float64[::1]
_TABLE = int64[:, ::1]

# What is counted of a customer; the last two are amounts.
FIRST, LAST, EVENTS, TOTAL, FIRST_AMOUNT, WIDTH = 0, 1, 2, 3, 4, 5
# Columns that are whole numbers, and those that are not; the last of each only with a hold-out.
FREQUENCY, N_ORDERS, LATER = 0, 1, 2
RECENCY, AGE, MEAN, SINCE, SUM, LATER_MEAN, LATER_SUM = 0, 1, 2, 3, 4, 5, 6

DAY = 86_400_000_000  # microseconds
_MULTIPLIER = np.uint64(0x2545F4914F6CDD1D)


def _of_customers(result, *others):
    """Signatures for customers in codes and in whole numbers as they are."""
    return [result(customer, *others) for customer in (CODES, POSITIONS)]


@entry(
    _of_customers(
        types.Tuple((int64, int64, int64, int64, int64)),
        POSITIONS, _AMOUNTS, int64, int64, int64, int64, I64,
    )
)  # fmt: skip
def survey(customer, moment, amount, base, bits, start, stop, counts):
    """Count lines by group of customers, and look whether all are as they should be.

    Gives the first and last moment, and the numbers of lines without customer, without finite amount and with
    a negative one. Customers count from ``base``; a group has 2 ** ``bits`` of them.
    """
    low, high = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    nobody = odd = negative = 0
    for line in range(start, stop):
        one = np.int64(customer[line]) - base
        if one < 0:
            nobody += 1
        else:
            counts[one >> bits] += 1
        low, high = min(low, moment[line]), max(high, moment[line])
        odd += not abs(amount[line]) < np.inf
        negative += amount[line] < 0.0
    return low, high, nobody, odd, negative


@entry(
    _of_customers(
        void, POSITIONS, _AMOUNTS, int64, int64, int64, int64, boolean, int64, int64, int64, int64, I64, I64,
        _F64,
    )
)  # fmt: skip
def bring_together(
    customer, moment, amount, base, bits, time_bits, low, by_day, begin, end, start, stop, places, words,
    amounts,
):  # fmt: skip
    """Write lines of groups ``begin`` to ``end`` to the places of their group.

    Time is that since ``low``, in days or microseconds.
    """
    mask = (int64(1) << bits) - 1
    for line in range(start, stop):
        one = np.int64(customer[line]) - base
        group = one >> bits
        if group < begin or group >= end:
            continue
        time = moment[line] - low
        if by_day:
            time = np.int64(np.uint64(time) // np.uint64(DAY))
        place = places[group]
        places[group] = place + 1
        words[2 * place] = (one & mask) << time_bits | time
        amounts[2 * place + 1] = amount[line]


@entry(void(POSITIONS, POSITIONS, int64, int64, int64, int64, types.uint8[::1], I64))
def count_present(words, starts, begin, end, time_bits, until, seen, present):
    """Count the customers of each group who ordered before ``until``."""
    mask = (int64(1) << time_bits) - 1
    for group in range(begin, end):
        seen[:] = 0
        found = 0
        for line in range(starts[group], starts[group + 1]):
            one = words[2 * line] >> time_bits
            found += (words[2 * line] & mask < until) & (seen[one] == 0)
            seen[one] |= words[2 * line] & mask < until
        present[group] = found


@inner(int64(POSITIONS, _AMOUNTS, int64, int64, int64, int64, I64, I64, _F64))
def _sort_by_day(words, amounts, start, stop, mask, until, places, out, out_amounts):
    """Sort the lines of a group by day, by counting, without those from ``until`` on; give their number."""
    places[:] = 0
    for line in range(start, stop):
        day = words[2 * line] & mask
        if day < until:
            places[day + 1] += 1
    for day in range(until):
        places[day + 1] += places[day]
    for line in range(start, stop):
        day = words[2 * line] & mask
        if day < until:
            place = places[day]
            out[2 * place] = words[2 * line]
            out_amounts[2 * place + 1] = amounts[2 * line + 1]
            places[day] = place + 1
    return places[until - 1] if until > 0 else 0


@inner(void(POSITIONS, _AMOUNTS, int64, int64, int64, int64, _TABLE, float64[:, ::1]))
def _tally_days(words, amounts, n, time_bits, split, sides, rows, sums):
    """Tally lines that are sorted by day: those of a customer on the same day are one order."""
    mask = (int64(1) << time_bits) - 1
    for line in range(n):
        day = words[2 * line] & mask
        one = (words[2 * line] >> time_bits) * sides + (day >= split)
        amount = amounts[2 * line + 1]
        if rows[one, EVENTS] == 0:
            rows[one, FIRST] = day
            rows[one, LAST] = day
            rows[one, EVENTS] = 1
        elif rows[one, LAST] != day:
            rows[one, LAST] = day
            rows[one, EVENTS] += 1
        sums[one, TOTAL] += amount
        if rows[one, FIRST] == day:
            sums[one, FIRST_AMOUNT] += amount


@inner(void(POSITIONS, _AMOUNTS, int64, int64, int64, int64, int64, int64, _TABLE, float64[:, ::1]))
def _tally_orders(words, amounts, start, stop, time_bits, split, until, sides, rows, sums):
    """Tally lines that are each an order, in any order; of the same moment the one before comes first."""
    mask = (int64(1) << time_bits) - 1
    for line in range(start, stop):
        time = words[2 * line] & mask
        if time >= until:
            continue
        one = (words[2 * line] >> time_bits) * sides + (time >= split)
        amount = amounts[2 * line + 1]
        if rows[one, EVENTS] == 0 or time < rows[one, FIRST]:
            rows[one, FIRST] = time
            sums[one, FIRST_AMOUNT] = amount
        rows[one, LAST] = max(rows[one, LAST], time)
        rows[one, EVENTS] += 1
        sums[one, TOTAL] += amount


@entry(
    void(
        POSITIONS, _AMOUNTS, POSITIONS, int64, int64, int64, int64, boolean, int64, int64, int64, float64,
        float64, I64, _F64, I64, _TABLE, float64[:, ::1], int64, I64, _TABLE, float64[:, ::1],
    )
)  # fmt: skip
def sum_up(
    words, amounts, starts, begin, end, bits, time_bits, by_day, split, until, sides, age, unit,
    sorted_words, sorted_amounts, places, rows, sums, place, customers, whole, real,
):  # fmt: skip
    """Write the columns of the customers of some groups, from ``place`` on.

    Times from ``split`` on are in the hold-out, if there are two ``sides``; those from ``until`` on are left
    out. ``age`` is the time of the end.
    """
    step = np.float64(DAY) if by_day else 1.0
    for group in range(begin, end):
        rows[:] = 0
        start, stop = starts[group], starts[group + 1]
        if by_day:
            mask = (int64(1) << time_bits) - 1
            n = _sort_by_day(words, amounts, start, stop, mask, until, places, sorted_words, sorted_amounts)
            _tally_days(sorted_words, sorted_amounts, n, time_bits, split, sides, rows, sums)
        else:
            _tally_orders(words, amounts, start, stop, time_bits, split, until, sides, rows, sums)
        for one in range(0, len(rows), sides):
            n = rows[one, EVENTS]
            if n == 0:
                continue
            customers[place] = (group << bits) + one // sides
            whole[FREQUENCY, place], whole[N_ORDERS, place] = n - 1, n
            real[RECENCY, place] = (rows[one, LAST] - rows[one, FIRST]) * step / unit
            real[AGE, place] = (age - rows[one, FIRST] * step) / unit
            repeated = sums[one, TOTAL] - sums[one, FIRST_AMOUNT]
            real[MEAN, place] = repeated / (n - 1) if n > 1 else 0.0
            real[SINCE, place] = (age - rows[one, LAST] * step) / DAY
            real[SUM, place] = sums[one, TOTAL]
            if sides == 2:
                later, total = rows[one + 1, EVENTS], sums[one + 1, TOTAL]
                whole[LATER, place] = later
                real[LATER_MEAN, place] = total / later if later > 0 else 0.0
                real[LATER_SUM, place] = total
            place += 1


@entry(boolean(POSITIONS))
def timed(moment):
    """Whether any moment is not midnight."""
    line = 0
    while line < len(moment) and moment[line] % DAY == 0:
        line += 1
    return line < len(moment)


@entry(boolean(POSITIONS, int64, types.uint8[::1]))
def all_differ(order, base, seen):
    """Whether no two lines are of the same order."""
    for line in range(len(order)):
        if seen[order[line] - base]:
            return False
        seen[order[line] - base] = 1
    return True


@entry(int64(POSITIONS, POSITIONS, POSITIONS, _AMOUNTS, int64, int64, I64, I64, I64, _F64))
def gather(order, customer, moment, amount, base, until, number, owners, moments, amounts):
    """Put the lines of each order together, at the first moment; give the number of orders.

    Orders come as they first appear; lines from ``until`` on are left out. It is -1 if customers share one.
    """
    n = 0
    for line in range(len(order)):
        if moment[line] >= until:
            continue
        one = number[order[line] - base]
        if one < 0:
            one = number[order[line] - base] = n
            owners[n], moments[n], amounts[n] = customer[line], moment[line], amount[line]
            n += 1
        elif owners[one] != customer[line]:
            return -1
        else:
            moments[one] = min(moments[one], moment[line])
            amounts[one] += amount[line]
    return n


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
    none, codes, amounts = np.zeros(1, np.int64), np.zeros(1, np.int32), np.ones(1)
    words, rows, sums = np.zeros(2, np.int64), np.zeros((1, WIDTH), np.int64), np.zeros((1, WIDTH))
    seen, starts = np.zeros(1, np.uint8), np.array([0, 1])
    whole, real = np.zeros((3, 1), np.int64), np.zeros((7, 1))
    for customer in (none, codes):
        survey(customer, none, amounts, 0, 0, 0, 1, none.copy())
        arrays = none.copy(), words, words.view(float)
        bring_together(customer, none, amounts, 0, 0, 1, 0, True, 0, 1, 0, 1, *arrays)
    count_present(words, starts, 0, 1, 1, 1, seen, none.copy())
    sum_up(
        words, words.view(float), starts, 0, 1, 0, 1, True, 1, 1, 1, 1.0, 1.0,
        words.copy(), np.zeros(2), np.zeros(2, np.int64), rows, sums, 0, none.copy(), whole, real,
    )  # fmt: skip
    timed(none)
    all_differ(none, 0, seen)
    gather(none, none, none, amounts, 0, 1, np.full(1, -1), none.copy(), none.copy(), np.zeros(1))
    resample(codes, amounts, amounts, 1, np.zeros((1, 1, 3)))
