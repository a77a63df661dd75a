"""What each customer bought in each period before and after a date."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.lifecycle._purchases import day_of, moment_of, read

MEASURES = ("amount", "purchases")
_TELL_CHOICE = ("redemption_date", "redeemed", "coupon_upc")


@dataclass(frozen=True)
class Panel:
    """Amount or purchase days of each customer by period; column ``origin`` begins at the start."""

    customers: pd.Index
    cells: np.ndarray
    first: np.ndarray
    start: int
    origin: int
    days: int

    def begins(self, period: int) -> int:
        """First day of a period counted from the start."""
        return self.start + period * self.days


def panel(
    orders: Any, start: Any, before: int, after: int, days: int, measure: str, names: tuple[str, str, str]
) -> Panel:
    """Count ``before`` periods up to the start and ``after`` from it; the data must cover them."""
    if measure not in MEASURES:
        raise ValueError(f"measure={measure!r} is not known; {frames.closest(measure, MEASURES)}")
    customer, moment, amount = names
    purchases = read(orders, customer, moment)
    begin = day_of(start, "start")
    low, high = begin - before * days, begin + after * days - 1
    if low < purchases.low or high > purchases.high:
        raise ValueError(
            f"{before} periods of {days} days before {moment_of(begin):%Y-%m-%d} and {after} from it on need "
            f"orders from {moment_of(low):%Y-%m-%d} to {moment_of(high):%Y-%m-%d}; there are some from "
            f"{moment_of(purchases.low):%Y-%m-%d} to {moment_of(purchases.high):%Y-%m-%d}; take fewer periods"
        )
    n, width = len(purchases.customers), before + after
    if measure == "amount":
        paid = frames.numbers(frames.select(orders, {"amount": amount}, what="orders")["amount"], amount)
        who, day = purchases.customer, purchases.day
        if not np.isfinite(paid).all():
            row = int(np.flatnonzero(~np.isfinite(paid))[0])
            raise ValueError(f"{amount} is missing in row {row}; clean the orders first (kehu.orders.clean)")
    else:
        who, day = purchases.owner, purchases.by_customer[1]
        paid = np.ones(len(day))
    inside = (day >= low) & (day <= high)
    cell = who[inside].astype(np.int64) * width + (day[inside].astype(np.int64) - low) // days
    cells = np.bincount(cell, paid[inside], minlength=n * width).reshape(n, width)
    first = purchases.by_customer[1][purchases.by_customer[0][:-1]].astype(np.int64)
    return Panel(purchases.customers, cells, first, begin, before, days)


def members(people: Any, customers: pd.Index, what: str) -> np.ndarray:
    """Positions among the customers of the orders; -1 for people who are not among them."""
    if isinstance(people, pd.DataFrame):
        refuse_choice(people, what)
        people = frames.select(people, {"customer_id": "customer_id"}, what=what)["customer_id"]
    elif isinstance(people, str) or not isinstance(people, Iterable):
        raise TypeError(f"{what} must be a list of customers or a table with customer_id, got {people!r}")
    codes, names = frames.used(frames.labels(pd.Series(people), what))
    if (codes < 0).any():
        raise ValueError(f"{what} has a missing customer at {int((codes < 0).argmax())}")
    if not len(names):
        raise ValueError(f"{what} is empty; there is nobody to compare")
    if names.dtype.kind != customers.dtype.kind:
        raise TypeError(
            f"customers are text in one table and numbers in the other (orders {customers[0]}, {what} "
            f"{names[0]}); make them one with .astype(str)"
        )
    return customers.get_indexer(names)


def refuse_choice(table: pd.DataFrame, what: str) -> None:
    """Refuse a table of those who redeemed: they chose to, and would have bought anyway."""
    for name in _TELL_CHOICE:
        if name in table:
            raise ValueError(
                f"{what} has a column {name!r}: whoever redeems a coupon has decided to buy, so "
                "that comparing them shows who they are, not what the campaign did; give "
                "everyone who was addressed"
            )


def outcomes(
    orders: Any,
    customers: pd.DataFrame,
    *,
    start: Any,
    before: int,
    after: int,
    measure: str = "amount",
    customer: str = "customer_id",
    moment: str = "ordered_at",
    amount: str = "amount",
) -> pd.DataFrame:
    """Add to a table of customers what each bought before and after a date.

    Parameters
    ----------
    orders : dataframe
        Order lines as `kehu.orders.clean` gives them.
    customers : pandas.DataFrame
        One row a customer, with ``customer_id``; those without orders get zeros.
    start : date
        First day of the campaign.
    before, after : int
        Days to count before the start and from it on.
    measure : {"amount", "purchases"}
        Money, or days with an order.
    customer, moment, amount : str
        Columns of the orders.

    Returns
    -------
    pandas.DataFrame
        The customers with two more columns, ``before`` and ``outcome``.

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, a customer is named twice, or the orders do not cover
        the days.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "a", "b"], "amount": [5.0, 7.0, 9.0],
    ...                       "ordered_at": pd.to_datetime(["2017-01-01", "2017-01-20", "2017-01-30"])})
    >>> people = pd.DataFrame({"customer_id": ["a", "b", "c"], "addressed": [True, False, True]})
    >>> outcomes(lines, people, start="2017-01-15", before=14, after=14)
      customer_id  addressed  before  outcome
    0           a       True     5.0      7.0
    1           b      False     0.0      0.0
    2           c       True     0.0      0.0
    """
    for name, value in (("before", before), ("after", after)):
        check_periods(value, name)
    names = frames.select(customers, {"customer_id": "customer_id"}, what="customers")["customer_id"]
    if names.duplicated().any():
        raise ValueError(f"customers has two rows for {names[names.duplicated()].iloc[0]!r}; keep one")
    found = panel(orders, start, before, after, 1, measure, (customer, moment, amount))
    place = members(names, found.customers, "customers")
    sums = [found.cells[:, :before].sum(axis=1), found.cells[:, before:].sum(axis=1)]
    columns = {
        name: np.where(place >= 0, column[place], 0.0)
        for name, column in zip(("before", "outcome"), sums, strict=True)
    }
    return customers.assign(**columns)


def check_periods(value: object, name: str, least: int = 1) -> None:
    """Refuse what is no number of periods."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} must be a whole number from {least}, got {value!r}")
