"""The days on which each customer bought, coded once for all life-cycle measures."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu._kernels import baskets as grouping
from kehu._kernels import cohorts as kernels
from kehu.orders import dates
from kehu.orders.ends import warn_of_an_early_end
from kehu.warnings import FutureOrdersWarning, warn

EPOCH = np.datetime64("1970-01-01", "D")
NEVER = kernels.NEVER


@dataclass(frozen=True)
class Purchases:
    """Order lines as codes: customer and day of each, and where the days begin and end."""

    customers: pd.Index
    customer: np.ndarray
    day: np.ndarray
    low: int
    high: int

    @cached_property
    def by_customer(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the days of each customer begin, and the days, each once, in ascending order."""
        indptr, days = grouping.group(self.customer, self.day, len(self.customers))
        indptr, _, _ = grouping.tidy(indptr, days)
        return indptr, days[: indptr[-1]]

    @cached_property
    def owner(self) -> np.ndarray:
        """Position of the customer of each day in `by_customer`."""
        return np.repeat(np.arange(len(self.customers)), np.diff(self.by_customer[0]))

    def until(self, day: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Number of purchase days of each customer up to a day, the first and the last (NEVER if none)."""
        indptr, days = self.by_customer
        counts = np.bincount(self.owner[days <= day], minlength=len(self.customers))
        bought = counts > 0
        first, last = (np.full(len(self.customers), NEVER, np.int64) for _ in range(2))
        first[bought] = days[indptr[:-1][bought]]
        last[bought] = days[(indptr[:-1] + counts - 1)[bought]]
        return counts, first, last


def read(orders: Any, customer: str = "customer_id", moment: str = "ordered_at") -> Purchases:
    """Check and code the two columns of an order table that the life cycle needs."""
    if isinstance(orders, Purchases):
        return orders
    data = frames.select(orders, {"customer_id": customer, "ordered_at": moment}, what="orders")
    if data.empty:
        raise ValueError("orders has no rows; there is no customer to follow")
    codes, customers = frames.used(frames.labels(data["customer_id"], customer))
    moments = frames.times(dates.parse(data["ordered_at"], name=moment), moment).view(np.int64)
    days, low, high, lacking = kernels.days(codes, moments)
    if lacking >= 0:
        what = customer if codes[lacking] < 0 else moment
        raise ValueError(f"{what} is missing in row {lacking}; clean the orders first (kehu.orders.clean)")
    return Purchases(customers, codes, days, low, high)


def day_of(date: Any, name: str) -> int:
    """Whole day since 1970 of a date."""
    if isinstance(date, int | float | np.number) and not isinstance(date, bool):
        raise TypeError(f"{name} must be a date such as '2017-12-31', got {date!r}")
    try:
        moment = pd.Timestamp(date)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be a date such as '2017-12-31', got {date!r}") from error
    if pd.isna(moment):
        raise ValueError(f"{name} must be a date such as '2017-12-31', got {date!r}")
    return int((moment.tz_localize(None).to_datetime64().astype("datetime64[D]") - EPOCH).astype(np.int64))


def moment_of(day: int) -> pd.Timestamp:
    """Timestamp of a day since 1970."""
    return pd.Timestamp(EPOCH + day)


def moments_of(days: np.ndarray) -> np.ndarray:
    """Dates of days since 1970; NaT for NEVER."""
    days = np.asarray(days, dtype=np.int64)
    moments = (EPOCH + days.astype("timedelta64[D]")).astype("datetime64[us]")
    moments[days == NEVER] = np.datetime64("NaT")
    return moments


def last_day(
    purchases: Purchases, as_of: Any, name: str = "as_of", *, later: bool = True, silent: bool = True
) -> int:
    """Day up to which orders count: that of the last order, or the one asked for, which is checked.

    Warns of ``later`` orders, which are left out, and of a ``silent`` time before the day.
    """
    if as_of is None:
        return purchases.high
    day = day_of(as_of, name)
    if day < purchases.low:
        raise ValueError(
            f"{name}={str(as_of)!r} lies before the first order ({moment_of(purchases.low):%Y-%m-%d}); "
            "nobody was a customer then"
        )
    if day < purchases.high and later:
        n_later = int((purchases.day > day).sum())
        warn(
            f"{n_later:,} order lines lie after {name} ({moment_of(day):%Y-%m-%d}) and are left out; the "
            f"last is of {moment_of(purchases.high):%Y-%m-%d}",
            FutureOrdersWarning,
        )
    if silent:
        warn_of_an_early_end(purchases.low, purchases.high, day, len(purchases.day), name)
    return day
