"""Order lines brought together by customer, so that summing them up reads memory in order, on all cores."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kehu import _kernels
from kehu._cores import at_once, shares_of

_BITS = 13  # groups of 8192 customers: what is counted of them fits into the cache


class Lines(NamedTuple):
    """Order lines as arrays; ``moment`` in microseconds, customers from ``base`` to before ``base + n``."""

    customer: np.ndarray
    base: int
    n: int
    moment: np.ndarray
    amount: np.ndarray


@dataclass(frozen=True)
class Survey:
    """What one look at all lines tells.

    Attributes
    ----------
    low, high : int
        First and last moment.
    nobody, odd, negative : int
        Lines without customer, without finite amount, with a negative amount.
    counts : numpy.ndarray of int64
        Lines of each group of customers, a row for each core's share of the lines.
    bits : int
        A group has so many customers, as a power of 2.
    """

    low: int
    high: int
    nobody: int
    odd: int
    negative: int
    counts: np.ndarray
    bits: int


class Summed(NamedTuple):
    """Customers, numbered from the base, and columns as `kehu._kernels.customers` orders them."""

    customers: np.ndarray
    whole: np.ndarray
    real: np.ndarray


def survey(lines: Lines, *, by_day: bool, bits: int = _BITS) -> Survey:
    """Look at all lines once, counting them by groups of 2 ** ``bits`` customers.

    Lines that are to be sorted by day need a list of all days for each group: where there are many days the
    groups are made larger, so that going through the lists takes no longer than going through the lines.
    """
    shares = shares_of(len(lines.moment))
    counts = np.zeros((len(shares), ((lines.n - 1) >> bits) + 1), np.int64)
    arrays = lines.customer, lines.moment, lines.amount, lines.base, bits
    found = at_once(lambda part: _kernels.customers.survey(*arrays, *shares[part], counts[part]), len(shares))
    low, high, *numbers = zip(*found, strict=True)
    seen = Survey(min(low), max(high), *map(sum, numbers), counts, bits)
    days = (seen.high - seen.low) // _kernels.customers.DAY + 1
    if by_day and counts.shape[1] > 1 and counts.shape[1] * days > 4 * len(lines.moment):
        return survey(lines, by_day=True, bits=bits + 4)
    return seen


def sum_up(
    lines: Lines, seen: Survey, *, by_day: bool, end: int, split: int | None, until: int, unit: float
) -> Summed:
    """Sum up what each customer bought before ``until``; what was bought from ``split`` on, apart.

    ``end`` is the moment up to which ages count. With ``by_day`` all moments are midnights.
    """
    step = _kernels.customers.DAY if by_day else 1
    low = seen.low // step * step
    until = min((until - low) // step, (seen.high - low) // step + 1)
    sides, split = (1, until) if split is None else (2, min((split - low) // step, until))
    time_bits = int((seen.high - low) // step).bit_length()
    starts, words = _together(lines, seen, by_day, low, time_bits)
    amounts, n_groups = words.view(np.float64), len(starts) - 1
    n_group = min(1 << seen.bits, lines.n)
    present = np.zeros(n_groups, np.int64)
    # Groups are shared out so that each core has as many lines.
    n_parts = seen.counts.shape[0]
    bounds = np.searchsorted(starts, len(lines.moment) * np.arange(n_parts + 1) // n_parts)
    bounds[0], bounds[-1] = 0, n_groups
    parts = [(int(bounds[part]), int(bounds[part + 1])) for part in range(n_parts)]

    def count(part: int) -> None:
        marks = np.zeros(n_group, np.uint8)
        _kernels.customers.count_present(words, starts, *parts[part], time_bits, split, marks, present)

    at_once(count, n_parts)
    places = np.concatenate([[0], np.cumsum(present)])
    customers = np.empty(places[-1], np.int64)
    whole, real = np.empty((sides + 1, places[-1]), np.int64), np.empty((3 + 2 * sides, places[-1]))

    def write(part: int) -> None:
        begin, stop = parts[part]
        largest = int(np.diff(starts[begin : stop + 1]).max(initial=0)) if by_day else 0
        by_time = np.empty(2 * largest, np.int64)
        days = np.empty(until + 1 if by_day else 0, np.int64)
        rows = np.empty((n_group * sides, _kernels.customers.WIDTH), np.int64)
        _kernels.customers.sum_up(
            words, amounts, starts, begin, stop, seen.bits, time_bits, by_day, split, until, sides,
            float(end - low), float(unit), by_time, by_time.view(np.float64), days, rows,
            rows.view(np.float64), places[begin], customers, whole, real,
        )  # fmt: skip

    at_once(write, n_parts)
    return Summed(customers, whole, real)


def _together(
    lines: Lines, seen: Survey, by_day: bool, low: int, time_bits: int
) -> tuple[np.ndarray, np.ndarray]:
    """Where the lines of each group start, and the lines: each two words."""
    starts = np.concatenate([[0], np.cumsum(seen.counts.sum(axis=0))])
    # Within a group the lines of the first core's share come first, so that lines keep their order.
    places = starts[:-1] + np.cumsum(seen.counts, axis=0) - seen.counts
    words = np.empty(2 * len(lines.moment), np.int64)
    amounts, shares = words.view(np.float64), shares_of(len(lines.moment))
    arrays = lines.customer, lines.moment, lines.amount, lines.base, seen.bits, time_bits, low, by_day

    def bring(part: int) -> None:
        _kernels.customers.bring_together(*arrays, *shares[part], places[part], words, amounts)

    at_once(bring, len(shares))
    return starts, words
