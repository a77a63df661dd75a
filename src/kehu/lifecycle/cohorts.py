"""Customers followed by the period of their first purchase, and the time to their second one."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu._cores import at_once, shares_of
from kehu._kernels import cohorts as kernels
from kehu.lifecycle._purchases import NEVER, Purchases, last_day, moment_of, read
from kehu.lifecycle.shares import wilson
from kehu.lifecycle.survival import KaplanMeier, kaplan_meier
from kehu.orders import dates
from kehu.warnings import FewEventsWarning, warn

FREQUENCIES = ("W", "M", "Q", "Y")
_MOST_PERIODS = 3000
_FEWEST = 5
_BITS = 13  # groups of 8192 customers: what is noted of them fits into the cache
_SPARSE = 4  # numbers of customers up to so many times the rows are taken as they are


@dataclass(frozen=True)
class Cohorts:
    """How many customers of each first period buy again, and when.

    Attributes
    ----------
    sizes : pandas.Series
        Customers whose first purchase fell in the period (index: its first day).
    active : pandas.DataFrame
        Of them, how many bought in the period itself (column 0) and 1, 2, … periods later; NaN where that
        lies after the end of the data.
    repurchased : pandas.DataFrame
        Of them, how many had bought on a second day by the end of that period.
    freq : str
        ``"W"``, ``"M"``, ``"Q"`` or ``"Y"``.
    cut : bool
        Whether the last period was seen in part only, so that the last cell of each row is too low.
    confidence_level : float
        Of the limits in `table`.
    """

    sizes: pd.Series = field(repr=False)
    active: pd.DataFrame = field(repr=False)
    repurchased: pd.DataFrame = field(repr=False)
    freq: str
    cut: bool
    confidence_level: float = 0.95

    @property
    def retention(self) -> pd.DataFrame:
        """Share of each cohort that bought in the period."""
        return self.active.div(self.sizes.where(self.sizes > 0), axis=0)

    @property
    def repurchase(self) -> pd.DataFrame:
        """Share of each cohort that had bought on a second day by the end of the period."""
        return self.repurchased.div(self.sizes.where(self.sizes > 0), axis=0)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a cohort and period since: counts, shares with Wilson's limits, and ``complete``."""
        n = len(self.sizes)
        rows, columns = np.nonzero(~np.isnan(self.active.to_numpy()))
        size = self.sizes.to_numpy()[rows]
        active, again = (frame.to_numpy()[rows, columns] for frame in (self.active, self.repurchased))
        level = self.confidence_level
        return pd.DataFrame(
            {
                "cohort": self.sizes.index[rows],
                "since": columns,
                "customers": size,
                "active": active.astype(np.int64),
                **wilson(active, size, level, "retention_rate", "retention_low", "retention_high"),
                "repurchased": again.astype(np.int64),
                **wilson(again, size, level, "repurchase_rate", "repurchase_low", "repurchase_high"),
                "complete": ~(self.cut & (rows + columns == n - 1)),
            }
        )


def cohorts(
    orders: Any,
    *,
    freq: str = "M",
    as_of: Any = None,
    confidence_level: float = 0.95,
    customer: str = "customer_id",
    moment: str = "ordered_at",
) -> Cohorts:
    """Follow customers by the period of their first purchase.

    The first purchase in the data need not be the customer's first ever: early cohorts hold old customers.

    Parameters
    ----------
    orders : dataframe
        Order lines as `kehu.orders.clean` gives them.
    freq : {"M", "W", "Q", "Y"}
        Calendar months, weeks (from Monday), quarters or years.
    as_of : date, optional
        Day up to which orders count; the day of the last order when not given.
    confidence_level : float
        Of the limits in the result's ``table``.
    customer, moment : str
        Columns with the customer and the time of the order.

    Returns
    -------
    Cohorts

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, a customer or date is missing, there are no rows,
        ``freq`` is another, or ``as_of`` lies before the first order.

    Warns
    -----
    FutureOrdersWarning
        If orders lie after ``as_of``: they are left out.
    NoRecentOrdersWarning
        If orders end long before ``as_of``, though they came often.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "a", "b"],
    ...                       "ordered_at": pd.to_datetime(["2017-01-10", "2017-03-11", "2017-02-05"])})
    >>> cohorts(lines, as_of="2017-03-31").retention.to_numpy()
    array([[ 1.,  0.,  1.],
           [ 1.,  0., nan],
           [nan, nan, nan]])
    """
    if freq not in FREQUENCIES:
        raise ValueError(f"freq={freq!r} is not known; {frames.closest(freq, FREQUENCIES)}")
    purchases = _read(orders, customer, moment)
    until = last_day(purchases, as_of)
    periods, slot = _slots(purchases.low, max(until, purchases.high), until, freq)
    n = len(periods)
    size = 2 + -(-n // 64)
    state = _followed(purchases, until, slot, size)
    shares = shares_of(len(purchases.customers))
    counts = np.zeros((len(shares), 2, n * n), np.int64)

    def tally(part: int) -> None:
        begin, end = shares[part]
        kernels.tally(state[begin * size : end * size], size, purchases.low, slot, n, *counts[part])

    at_once(tally, len(shares))
    active, second = counts.sum(axis=0).reshape(2, n, n)
    past = np.add.outer(np.arange(n), np.arange(n)) < n
    index = pd.DatetimeIndex(periods.start_time, name="cohort").as_unit("us")

    def frame(cells: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(np.where(past, cells, np.nan), index, pd.RangeIndex(n, name="since"))

    return Cohorts(
        sizes=pd.Series(active[:, 0].copy(), index, name="customers"),
        active=frame(active),
        repurchased=frame(second.cumsum(axis=1)),
        freq=freq,
        cut=bool(periods[-1].end_time.normalize() > moment_of(until)),
        confidence_level=confidence_level,
    )


def second_purchase(
    orders: Any,
    *,
    as_of: Any = None,
    interval: str = "log-log",
    confidence_level: float = 0.95,
    customer: str = "customer_id",
    moment: str = "ordered_at",
) -> KaplanMeier:
    """Estimate how long it takes until customers buy on a second day, by Kaplan and Meier.

    Who has not come back by ``as_of`` counts as waiting at least so long.

    Parameters
    ----------
    orders : dataframe
        Order lines as `kehu.orders.clean` gives them.
    as_of : date, optional
        Day up to which orders count; the day of the last order when not given.
    interval, confidence_level
        As in `kaplan_meier`.
    customer, moment : str
        Columns with the customer and the time of the order.

    Returns
    -------
    KaplanMeier
        Of the days from the first purchase to the second; each customer counts once.

    Raises
    ------
    KeyError, TypeError, ValueError
        As `kehu.lifecycle.gaps` and `kaplan_meier`.

    Warns
    -----
    FutureOrdersWarning
        If orders lie after ``as_of``: they are left out.
    NoRecentOrdersWarning
        If orders end long before ``as_of``, though they came often.
    FewEventsWarning
        If fewer than five customers came back.

    Examples
    --------
    >>> days = pd.Series(pd.date_range("2017-01-01", periods=60, freq="D"))
    >>> lines = pd.DataFrame({"customer_id": [day % 30 for day in range(60)], "ordered_at": days})
    >>> second_purchase(lines).quantile(0.5)
    30.0
    """
    purchases = _read(orders, customer, moment)
    until = last_day(purchases, as_of)
    first, second = _followed(purchases, until, np.zeros(0, np.int32), 2).reshape(-1, 2).T
    bought = first < NEVER
    first, second = first[bought], second[bought]
    closed = second < NEVER
    days = np.where(closed, second, until) - first
    if 0 < closed.sum() < _FEWEST:  # of none at all kaplan_meier warns
        warn(f"only {closed.sum()} of {len(days):,} customers bought on a second day", FewEventsWarning)
    return kaplan_meier(days, closed, interval=interval, confidence_level=confidence_level, unit="day")


def _read(orders: Any, customer: str, moment: str) -> Purchases:
    """As `read`, but customers numbered closely keep their numbers: who never bought does not matter here."""
    if isinstance(orders, Purchases):
        return orders
    data = frames.select(orders, {"customer_id": customer, "ordered_at": moment}, what="orders")
    numbers, times = data["customer_id"], data["ordered_at"]
    if not len(data) or not isinstance(numbers.dtype, np.dtype) or numbers.dtype.kind != "i":
        return read(orders, customer, moment)
    numbers = numbers.to_numpy()
    low, high = int(numbers.min()), int(numbers.max())
    if high - low > min(_SPARSE * len(numbers), 2**31 - 2):
        return read(orders, customer, moment)
    codes = np.empty(len(numbers), np.int32)
    np.subtract(numbers, low, out=codes, dtype=np.int64, casting="unsafe")
    if not pd.api.types.is_datetime64_any_dtype(times.dtype):
        times = dates.parse(times, name=moment)
    moments = np.ascontiguousarray(frames.times(times, moment)).view(np.int64)
    shares = shares_of(len(codes))
    found = at_once(
        lambda part: kernels.days(*(a[slice(*shares[part])] for a in (codes, moments))), len(shares)
    )
    days, first, last, lacking = zip(*found, strict=True)
    if max(lacking) >= 0:
        return read(orders, customer, moment)  # which says what is missing
    days = days[0] if len(days) == 1 else np.concatenate(days)
    return Purchases(pd.RangeIndex(low, high + 1), codes, days, min(first), max(last))


def _followed(purchases: Purchases, until: int, slot: np.ndarray, size: int) -> np.ndarray:
    n, customer, day = len(purchases.customers), purchases.customer, purchases.day
    shares = shares_of(len(day))
    counts = np.zeros((len(shares), (n >> _BITS) + 1), np.int64)
    at_once(lambda part: kernels.count_groups(customer, _BITS, *shares[part], counts[part]), len(shares))
    starts = np.concatenate([[0], np.cumsum(counts.sum(axis=0))])
    places = starts[:-1] + np.cumsum(counts, axis=0) - counts
    words, state = np.empty(len(day), np.int64), np.empty(n * size, np.int64)
    at_once(
        lambda part: kernels.bring_together(customer, day, _BITS, *shares[part], places[part], words),
        len(shares),
    )
    # Each core follows whole groups, about as many lines as the others.
    groups = np.searchsorted(starts, [begin for begin, _ in shares] + [len(day)])
    groups[0], groups[-1] = 0, len(starts) - 1

    def follow(part: int) -> None:
        begin, end = int(groups[part]), int(groups[part + 1])
        customers = min(begin << _BITS, n), min(end << _BITS, n)
        lines = words[starts[begin] : starts[end]]
        kernels.follow(lines, purchases.low, until, slot, size, *customers, state)

    at_once(follow, len(shares))
    return state


def _slots(low: int, high: int, until: int, freq: str) -> tuple[pd.PeriodIndex, np.ndarray]:
    """Periods from the first order to ``until``, and the period of each day from ``low`` on."""
    periods = pd.period_range(moment_of(low), moment_of(until), freq=freq)
    if len(periods) > _MOST_PERIODS:
        raise ValueError(
            f"from {moment_of(low):%Y-%m-%d} to {moment_of(until):%Y-%m-%d} there are {len(periods):,} "
            f"periods, more than {_MOST_PERIODS:,}; is a date wrong, or take a longer freq"
        )
    starts = (periods.start_time - pd.Timestamp("1970-01-01")).days.to_numpy()
    slot = np.searchsorted(starts, np.arange(low, high + 1), side="right") - 1
    return periods, slot.astype(np.int32)
