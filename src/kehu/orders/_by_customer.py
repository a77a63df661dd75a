"""Order lines brought together by customer, so that summing them up reads memory in order, on all cores."""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from kehu import _kernels
from kehu._cores import at_once, shares_of

_AT_ONCE = 16_000_000  # lines brought together at once: a quarter of a gigabyte
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
    starts = np.concatenate([[0], np.cumsum(seen.counts.sum(axis=0))])
    turns = _turns(starts)
    words = np.empty(2 * max(int(starts[last] - starts[first]) for first, last in turns), np.int64)
    # Room for all; what nobody fills stays untouched and takes no memory.
    customers = np.empty(lines.n, np.int64)
    whole, real = np.empty((sides + 1, lines.n), np.int64), np.empty((3 + 2 * sides, lines.n))
    n_group = min(1 << seen.bits, lines.n)

    def turn(first: int, last: int, filled: int) -> int:
        _bring_together(lines, seen, by_day, low, time_bits, starts, (first, last), words)
        here = starts - starts[first]
        parts = _parts(here, first, last, len(seen.counts))
        present = np.zeros(len(starts) - 1, np.int64)

        def count(part: int) -> None:
            marks = np.zeros(n_group, np.uint8)
            _kernels.customers.count_present(words, here, *parts[part], time_bits, split, marks, present)

        at_once(count, len(parts))
        places = filled + np.concatenate([[0], np.cumsum(present)])

        def write(part: int) -> None:
            begin, stop = parts[part]
            largest = int(np.diff(here[begin : stop + 1]).max(initial=0)) if by_day else 0
            by_time = np.empty(2 * largest, np.int64)
            days = np.empty(until + 1 if by_day else 0, np.int64)
            rows = np.empty((n_group * sides, _kernels.customers.WIDTH), np.int64)
            _kernels.customers.sum_up(
                words, words.view(np.float64), here, begin, stop, seen.bits, time_bits, by_day, split, until,
                sides, float(end - low), float(unit), by_time, by_time.view(np.float64), days, rows,
                rows.view(np.float64), places[begin], customers, whole, real,
            )  # fmt: skip

        at_once(write, len(parts))
        return int(places[-1])

    filled = 0
    for first, last in turns:
        filled = turn(first, last, filled)
    return Summed(customers[:filled], whole[:, :filled], real[:, :filled])


def _turns(starts: np.ndarray) -> list[tuple[int, int]]:
    """Groups that are worked on in turn, as many as fit into the memory that is used again for each turn."""
    bounds = [0]
    while bounds[-1] < len(starts) - 1:
        fitting = int(np.searchsorted(starts, starts[bounds[-1]] + _AT_ONCE, side="right")) - 1
        bounds.append(max(fitting, bounds[-1] + 1))
    return list(pairwise(bounds))


def _parts(starts: np.ndarray, first: int, last: int, n: int) -> list[tuple[int, int]]:
    """Groups for each core, so that each has as many lines."""
    bounds = np.searchsorted(starts, starts[last] * np.arange(n + 1) // n)
    bounds[0], bounds[-1] = first, last
    return [(int(begin), int(stop)) for begin, stop in pairwise(np.clip(bounds, first, last))]


def _bring_together(
    lines: Lines,
    seen: Survey,
    by_day: bool,
    low: int,
    time_bits: int,
    starts: np.ndarray,
    groups: tuple[int, int],
    words: np.ndarray,
) -> None:
    """Write the lines of some groups side by side, each as two words."""
    # Within a group the lines of the first core's share come first, so that lines keep their order.
    places = starts[:-1] - starts[groups[0]] + np.cumsum(seen.counts, axis=0) - seen.counts
    amounts, shares = words.view(np.float64), shares_of(len(lines.moment))
    arrays = lines.customer, lines.moment, lines.amount, lines.base, seen.bits, time_bits, low, by_day

    def bring(part: int) -> None:
        _kernels.customers.bring_together(*arrays, *groups, *shares[part], places[part], words, amounts)

    at_once(bring, len(shares))
