"""Who is prospective, new, existing, lapsing or lost; how many over time, and who moves where.

One of the source documents (slides on customer groups, chapter 5) calls existing who "bought several times
or has not bought for long", and lost who made "no purchase for a time": the two overlap.
Here time since the last purchase decides first, however often a customer bought, so that each has one stage:

=========== ===============================================================================================
prospective known from a table of contacts, no purchase yet
lost        last purchase more than ``lost`` days ago
lapsing     else, last purchase more than ``lapsing`` days ago
new         else, first purchase at most ``new`` days ago
existing    else: bought before and not overdue, be it once or many times
=========== ===============================================================================================
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.lifecycle._purchases import NEVER, Purchases, day_of, last_day, moment_of, moments_of, read
from kehu.lifecycle.gaps import StageRule
from kehu.lifecycle.gaps import rule as read_rule
from kehu.lifecycle.shares import wilson
from kehu.warnings import NoRecentOrdersWarning, warn

STAGES = ("prospective", "new", "existing", "lapsing", "lost")
ABSENT = "absent"
PROSPECTIVE, _NEW, _EXISTING, _LAPSING, LOST = range(5)
_MOST_DATES = 10_000
_FORTNIGHT = 14


def stages(
    orders: Any,
    *,
    as_of: Any = None,
    rule: StageRule | None = None,
    contacts: Any = None,
    customer: str = "customer_id",
    moment: str = "ordered_at",
) -> pd.DataFrame:
    """Give each customer a life-cycle stage.

    Parameters
    ----------
    orders : dataframe
        Order lines as `kehu.orders.clean` gives them.
    as_of : date, optional
        Day for which stages are given; that of the last order when not given.
    rule : StageRule, optional
        The borders; read from the orders up to ``as_of`` by `kehu.lifecycle.rule` when not given.
    contacts : dataframe, optional
        People known to the shop: ``customer_id`` and, if known, ``contacted_at``. Those who have not bought
        are prospective.
    customer, moment : str
        Columns with the customer and the time of the order.

    Returns
    -------
    pandas.DataFrame
        Index ``customer_id``; ``stage`` (ordered category), ``n_purchases`` (days with an order),
        ``first_order``, ``last_order``, ``days_since_first``, ``days_since_last`` (missing if none).
        Customers whose first order is later are not in it, unless they are contacts.

    Raises
    ------
    KeyError, TypeError, ValueError
        If a table lacks a column or holds something else, a customer or date is missing, there are no rows,
        or ``as_of`` lies before the first order.

    Warns
    -----
    FutureOrdersWarning
        If orders lie after ``as_of``.
    NoRecentOrdersWarning
        If nobody is left who is not lapsing or lost, as the orders end long before ``as_of``.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "a", "b", "c"], "ordered_at": pd.to_datetime(
    ...     ["2017-06-01", "2017-11-11", "2017-11-20", "2017-01-05"])})
    >>> people = pd.DataFrame({"customer_id": ["b", "d"]})
    >>> stages(lines, as_of="2017-11-30", rule=StageRule(30, 60, 120), contacts=people)["stage"].to_dict()
    {'a': 'existing', 'b': 'new', 'c': 'lost', 'd': 'prospective'}
    """
    purchases = read(orders, customer, moment)
    until = last_day(purchases, as_of, silent=False)
    rule = rule_or_read(rule, purchases, until)
    if until - purchases.high > rule.lapsing:
        warn(
            f"the last order is of {moment_of(purchases.high):%Y-%m-%d}, {until - purchases.high:,} days "
            "before as_of, so everyone is lapsing or lost; have the orders ended, or the data?",
            NoRecentOrdersWarning,
        )
    people = People.of(purchases, contacts)
    code, counts, first, last = people.at(until, rule)
    here = code >= 0
    since = [np.where(day[here] == NEVER, np.nan, until - day[here]) for day in (first, last)]
    return pd.DataFrame(
        {
            "stage": pd.Categorical.from_codes(code[here], STAGES, ordered=True),
            "n_purchases": counts[here],
            "first_order": moments_of(first[here]),
            "last_order": moments_of(last[here]),
            "days_since_first": since[0],
            "days_since_last": since[1],
        },
        index=pd.Index(people.names[here], name="customer_id"),
    )


def stage_sizes(
    orders: Any,
    *,
    dates: Sequence[Any] | None = None,
    rule: StageRule | None = None,
    contacts: Any = None,
    customer: str = "customer_id",
    moment: str = "ordered_at",
) -> pd.DataFrame:
    """Count the customers in each stage at several dates, by one rule.

    Parameters
    ----------
    orders : dataframe
        Order lines as `kehu.orders.clean` gives them.
    dates : sequence of dates, optional
        When not given, the ends of the months from the first order on, and the last order: in place of the
        last end of a month that lies less than a fortnight before.
    rule : StageRule, optional
        Read from the orders up to the last date when not given.
    contacts, customer, moment
        As in `stages`.

    Returns
    -------
    pandas.DataFrame
        ``date``, ``stage``, ``customers``, ``share`` of the customers known at that date, ``settled``: False
        while the orders do not reach back as far as the border ``lost``, so that nobody, or not everybody
        who is, can be seen to be lost, and customers of long ago seem new.

    Raises
    ------
    KeyError, TypeError, ValueError
        As `stages`, for each date.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "b"],
    ...                       "ordered_at": pd.to_datetime(["2017-01-10", "2017-03-05"])})
    >>> table = stage_sizes(lines, dates=["2017-01-31", "2017-03-31"], rule=StageRule(30, 40, 60))
    >>> table[table["customers"] > 0][["date", "stage", "customers"]]
            date stage  customers
    1 2017-01-31   new          1
    6 2017-03-31   new          1
    9 2017-03-31  lost          1
    """
    purchases = read(orders, customer, moment)
    days = _days(purchases, dates)
    rule = rule_or_read(rule, purchases, int(days.max()))
    people = People.of(purchases, contacts)
    counts = np.array([people.sizes(int(day), rule) for day in days])
    known = counts.sum(axis=1, keepdims=True)
    return pd.DataFrame(
        {
            "date": np.repeat(moments_of(days), len(STAGES)),
            "stage": pd.Categorical.from_codes(
                np.tile(np.arange(len(STAGES)), len(days)), STAGES, ordered=True
            ),
            "customers": counts.ravel(),
            "share": (counts / np.maximum(known, 1)).ravel(),
            "settled": np.repeat(days - purchases.low >= rule.lost, len(STAGES)),
        }
    )


def transitions(
    orders: Any,
    *,
    start: Any,
    end: Any = None,
    rule: StageRule | None = None,
    contacts: Any = None,
    confidence_level: float = 0.95,
    customer: str = "customer_id",
    moment: str = "ordered_at",
) -> pd.DataFrame:
    """Count who moved from which stage to which between two dates.

    Parameters
    ----------
    orders : dataframe
        Order lines as `kehu.orders.clean` gives them.
    start, end : date
        The two dates; ``end`` is the day of the last order when not given.
    rule : StageRule, optional
        Read from the orders up to ``start`` when not given, so that what came later has no part in it.
    contacts, customer, moment
        As in `stages`.
    confidence_level : float
        Of the limits of the shares.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``from_stage`` ("absent": not known at ``start``), ``to_stage``, ``customers``,
        ``share`` of those in ``from_stage``, and Wilson's limits ``low``, ``high``; missing where nobody was.

    Raises
    ------
    ValueError
        If ``end`` is not after ``start``; and as `stages`.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "b", "a"],
    ...                       "ordered_at": pd.to_datetime(["2017-01-10", "2017-01-20", "2017-03-05"])})
    >>> moves = transitions(lines, start="2017-01-31", end="2017-03-31", rule=StageRule(30, 40, 60))
    >>> moves[moves["customers"] > 0][["from_stage", "to_stage", "customers", "share"]]
       from_stage  to_stage  customers  share
    12        new  existing          1    0.5
    14        new      lost          1    0.5
    """
    purchases = read(orders, customer, moment)
    begin, until = two_days(purchases, start, end)
    rule = rule_or_read(rule, purchases, begin)
    people = People.of(purchases, contacts)
    before, after = people.at(begin, rule)[0], people.at(until, rule)[0]
    known = after >= 0
    n = len(STAGES)
    # Code -1 (absent) becomes the first row.
    counts = np.bincount((before[known] + 1) * n + after[known], minlength=(n + 1) * n)
    total = np.repeat(counts.reshape(n + 1, n).sum(axis=1), n)
    rows = (ABSENT, *STAGES)
    return pd.DataFrame(
        {
            "from_stage": pd.Categorical.from_codes(np.repeat(np.arange(n + 1), n), rows, ordered=True),
            "to_stage": pd.Categorical.from_codes(np.tile(np.arange(n), n + 1), STAGES, ordered=True),
            "customers": counts,
            **wilson(counts, total, confidence_level, "share", "low", "high"),
        }
    )


class People:
    """Customers and contacts, and their stage on any day."""

    def __init__(self, purchases: Purchases, names: pd.Index, contacted: np.ndarray) -> None:
        self.purchases, self.names, self.contacted = purchases, names, contacted

    @classmethod
    def of(cls, purchases: Purchases, contacts: Any) -> "People":
        """Customers of the orders and, if given, the contacts, which are checked."""
        if contacts is None:
            return cls(purchases, purchases.customers, np.full(len(purchases.customers), NEVER, np.int64))
        data = frames.select(
            contacts,
            {"customer_id": "customer_id"},
            optional={"contacted_at": "contacted_at"},
            what="contacts",
        )
        if data.empty:
            raise ValueError("contacts has no rows; leave it out if the shop knows nobody but its customers")
        coded = frames.labels(data["customer_id"], "customer_id of contacts")
        codes, people = frames.used(coded)
        if (codes < 0).any():
            raise ValueError(f"customer_id of contacts is missing in row {int((codes < 0).argmax())}")
        if len(people) and people.dtype.kind != purchases.customers.dtype.kind:
            raise TypeError(
                "customer_id is text in one table and a number in the other (orders "
                f"{purchases.customers[0]}, contacts {people[0]}); make them one with .astype(str)"
            )
        since = np.full(len(codes), -NEVER, np.int64)
        if "contacted_at" in data:
            moments = frames.times(data["contacted_at"], "contacted_at")
            if np.isnat(moments).any():
                raise ValueError(f"contacted_at is missing in row {int(np.isnat(moments).argmax())}")
            since = moments.astype("datetime64[D]").view(np.int64)
        names = purchases.customers.append(people[~people.isin(purchases.customers)])
        contacted = np.full(len(names), NEVER, np.int64)
        np.minimum.at(contacted, names.get_indexer(people)[codes], since)
        return cls(purchases, names, contacted)

    def at(self, day: int, rule: StageRule) -> tuple[np.ndarray, ...]:
        """Stage (-1: not known yet), number of purchase days, first and last of them."""
        found = self.purchases.until(day)
        missing = len(self.names) - len(found[0])
        counts, first, last = (
            np.append(column, np.full(missing, empty))
            for column, empty in zip(found, (0, NEVER, NEVER), strict=True)
        )
        since = day - last
        code = np.select(
            [counts == 0, since > rule.lost, since > rule.lapsing, day - first <= rule.new],
            [np.where(self.contacted <= day, PROSPECTIVE, -1), LOST, _LAPSING, _NEW],
            _EXISTING,
        )
        return code, counts, first, last

    def sizes(self, day: int, rule: StageRule) -> np.ndarray:
        """Number of customers by stage."""
        code = self.at(day, rule)[0]
        return np.bincount(code[code >= 0], minlength=len(STAGES))


def rule_or_read(rule: StageRule | None, purchases: Purchases, until: int) -> StageRule:
    """Check the rule given, or read it from what was known on a day."""
    if rule is None:
        seen = purchases.day <= until
        # Only what was known on that day; without a copy where that is everything.
        known = (
            purchases
            if seen.all()
            else Purchases(
                purchases.customers, purchases.customer[seen], purchases.day[seen], purchases.low, until
            )
        )
        return read_rule(known, as_of=moment_of(until), n_boot=0)
    if not isinstance(rule, StageRule):
        raise TypeError(f"rule must be a StageRule, as kehu.lifecycle.rule gives, got {type(rule).__name__}")
    return rule


def _days(purchases: Purchases, dates: Sequence[Any] | None) -> np.ndarray:
    if dates is None:
        ends = pd.date_range(moment_of(purchases.low), moment_of(purchases.high), freq="ME")
        days = [day for end in ends if (day := day_of(end, "dates")) <= purchases.high - _FORTNIGHT]
        days.append(purchases.high)
        return np.unique(np.array(days, dtype=np.int64))
    if isinstance(dates, str) or not np.iterable(dates):
        raise TypeError(f"dates must be several dates, got {dates!r}; for one date use kehu.lifecycle.stages")
    days = [last_day(purchases, date, "dates", later=False) for date in dates]
    if not 0 < len(days) <= _MOST_DATES:
        raise ValueError(f"dates must be 1 to {_MOST_DATES:,} dates, got {len(days):,}")
    return np.unique(np.array(days, dtype=np.int64))


def two_days(purchases: Purchases, start: Any, end: Any) -> tuple[int, int]:
    """Check and order the days between which customers are followed."""
    begin = last_day(purchases, start, "start", later=False)
    until = last_day(purchases, end, "end", later=False)
    if begin >= until:
        raise ValueError(
            f"start ({moment_of(begin):%Y-%m-%d}) must lie before end ({moment_of(until):%Y-%m-%d})"
        )
    return begin, until
