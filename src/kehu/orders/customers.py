"""One row a customer: how often, how recently, for how long and for how much they bought."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kehu import _kernels, frames
from kehu.orders import _by_customer as by_customer
from kehu.orders import dates
from kehu.orders.ends import warn_of_an_early_end
from kehu.warnings import FutureOrdersWarning, NoExposureWarning, UnmatchedReturnsWarning, warn

_DAY = 86_400_000_000  # microseconds
# A month and a year are a twelfth and the whole of 365.25 days.
UNITS = {"h": _DAY // 24, "D": _DAY, "W": 7 * _DAY, "M": 365.25 / 12 * _DAY, "Y": 365.25 * _DAY}
_UNIT_WORDS = "'h' hours, 'D' days, 'W' weeks, 'M' months of 30.4375 days, 'Y' years of 365.25 days"
_SAME_DAY = ("merge", "keep")
_NAT = np.iinfo(np.int64).min


def customer_summary(
    orders: Any,
    *,
    as_of: Any,
    unit: str = "D",
    same_day: str = "merge",
    calibration_end: Any = None,
) -> pd.DataFrame:
    r"""Sum up order lines to one row a customer, as models of lifetime value and RFM scores need it.

    Ages are counted from the customer's own first order. Mind the two meanings of recency: ``recency`` is the
    age at the last order, as in models of lifetime value (large is good); ``days_since_last`` is the time
    since the last order, as in RFM (small is good).

    Parameters
    ----------
    orders : dataframe
        Order lines with ``customer_id``, ``ordered_at`` and ``amount``, and ``order_id`` where same-day
        orders are kept apart; pandas, polars, pyarrow or DuckDB. Dates may be text.
    as_of : date, time or text
        The day on which to look back. It belongs to what is looked at. Never today by default, as the same
        data must give the same numbers tomorrow.
    unit : {"h", "D", "W", "M", "Y"}
        Unit of ``recency``, ``T`` and ``duration_holdout``: hours, days, weeks, months of 30.4375 days, years
        of 365.25 days. ``days_since_last`` is in days always.
    same_day : {"merge", "keep"}
        ``"merge"``: all that a customer buys on one calendar day is one order, and ages are counted from day
        to day. ``"keep"``: orders are those of ``order_id``, at their first moment, and ages count the time
        of day; ``as_of`` without a time of day is then the end of that day, if orders have times of day. An
        order number that several customers share is one order for each; orders of the same moment come in
        the order of their lines.
    calibration_end : date, time or text, optional
        Last day of the calibration period. The columns are then as of this day, and what came later, up to
        ``as_of``, is in columns of its own. Who first ordered later is left out.

    Returns
    -------
    pandas.DataFrame
        Index ``customer_id``: whole numbers ascending, text in order of first appearance (categories in
        their order). With :math:`t_1 \le \dots \le t_n` the orders of a customer, worth
        :math:`m_1, \dots, m_n`, and :math:`t_e` the end:

        ====================== ====================================================================
        frequency              repeat orders, :math:`n - 1`
        recency                age at the last order, :math:`t_n - t_1`, in ``unit``
        T                      age at the end, :math:`t_e - t_1`, in ``unit``
        monetary_value         mean of the repeat orders, :math:`(m_2 + \dots + m_n)/(n - 1)`; 0 if none
        days_since_last        :math:`t_e - t_n`, in days
        n_orders               all orders, :math:`n`
        total                  amount of all orders
        frequency_holdout      orders after the calibration period (with ``calibration_end``)
        duration_holdout       length of that time, in ``unit``
        monetary_value_holdout mean amount of those orders; 0 if none
        total_holdout          amount of those orders
        ====================== ====================================================================

        Orders of amount 0 count as orders. ``attrs`` holds ``unit``, ``as_of``, ``same_day`` and
        ``calibration_end`` as text.

    Raises
    ------
    KeyError
        If a column is missing.
    TypeError
        If a column does not hold what it should, or ``as_of`` is no date.
    ValueError
        If there are no rows, a customer, date or amount is missing, ``as_of`` or ``calibration_end`` lies
        before the first order or they come in the wrong order, or ``unit`` or ``same_day`` is unknown.

    Warns
    -----
    FutureOrdersWarning
        If orders lie after ``as_of``: they are left out.
    UnmatchedReturnsWarning
        If amounts are negative: they lower the amounts, and a day or an order of returns alone counts as an
        order. `kehu.orders.clean` matches returns to sales.
    NoRecentOrdersWarning
        If orders end long before ``as_of``, though they came often.
    NoExposureWarning
        If all customers first ordered at the very end, so that nobody had time to come back.

    References
    ----------
    Fader, Hardie & Lee 2005, "Counting your customers" the easy way, Marketing Science 24, 275-284.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["Li", "Li", "Wu", "Li"], "amount": [20.0, 5.0, 8.0, 10.0],
    ...                       "ordered_at": ["2017-11-01", "2017-11-01", "2017-11-11", "2017-11-15"]})
    >>> summary = customer_summary(lines, as_of="2017-11-29", unit="W")
    >>> summary[["frequency", "recency", "T", "monetary_value", "days_since_last"]]
                 frequency  recency         T  monetary_value  days_since_last
    customer_id
    Li                   1      2.0  4.000000            10.0             14.0
    Wu                   0      0.0  2.571429             0.0             18.0
    """
    for name, choice, options in (("unit", unit, UNITS), ("same_day", same_day, _SAME_DAY)):
        if not isinstance(choice, str) or choice not in options:
            words = _UNIT_WORDS if name == "unit" else "'merge' or 'keep'"
            raise ValueError(f"{name}={choice!r} is not known; take {words}")
    end = _moment(as_of, "as_of")
    split = None if calibration_end is None else _moment(calibration_end, "calibration_end")
    if split is not None and split >= end:
        raise ValueError(f"calibration_end={_shown(split)} must lie before as_of={_shown(end)}")
    taken = _taken(orders, same_day)
    lines, seen = taken.lines, _surveyed(taken, same_day)
    asked = {"unit": unit, "as_of": _shown(end), "same_day": same_day}
    asked["calibration_end"] = None if split is None else _shown(split)
    for name, moment in (("as_of", end), ("calibration_end", split)):
        if moment is not None and moment // _DAY < seen.low // _DAY:
            raise ValueError(f"{name}={_shown(moment)} lies before the first order, of {_shown(seen.low)}")
    if same_day == "merge":
        end, split = (None if moment is None else moment // _DAY * _DAY for moment in (end, split))
        until, later = end + _DAY, None if split is None else split + _DAY
    else:
        # A date alone means all of that day; where orders have dates alone, they are compared as they stand.
        date = any(moment is not None and moment % _DAY == 0 for moment in (end, split))
        timed = date and _kernels.customers.timed(lines.moment)
        end, split = (
            moment + _DAY if timed and moment is not None and moment % _DAY == 0 else moment
            for moment in (end, split)
        )
        until, later = end + 1, None if split is None else split + 1
    _warn_of(lines, seen, until, end)
    first, last, now = (moment // _DAY for moment in (seen.low, seen.high, until - 1))
    warn_of_an_early_end(first, last, now, len(lines.moment))
    if taken.orders is not None:
        lines = _orders(taken, until)
        if lines is not taken.lines:
            seen = by_customer.survey(lines, by_day=False)
    ages_until = end if split is None else split
    summed = by_customer.sum_up(
        lines, seen, by_day=same_day == "merge", end=ages_until, split=later, until=until, unit=UNITS[unit]
    )
    columns = _columns(summed, None if split is None else (end - split) / UNITS[unit])
    if not columns["T"].any():
        warn(
            f"all {len(summed.customers):,} customers first ordered at the very end ({_shown(ages_until)}), "
            "T = 0: nobody had time to come back; look back from a later day",
            NoExposureWarning,
        )
    return _framed(columns, summed.customers, taken.customers, asked)


class _Taken(NamedTuple):
    """Order lines as arrays, whose they are, and the order of each line where orders are kept apart."""

    lines: by_customer.Lines
    customers: pd.Index
    orders: tuple[np.ndarray, int, int] | None


def _moment(value: Any, name: str) -> int:
    """A date as microseconds since 1970."""
    if value is None or isinstance(value, bool | float):
        raise TypeError(f"{name} must be a date such as '2017-12-31', got {value!r}")
    try:
        parsed = frames.times(dates.parse(pd.Series([value]), name=name), name)[0]
    except ValueError as error:
        raise ValueError(f"{name}={value!r} is no date; write it as '2017-12-31' ({error})") from None
    if np.isnat(parsed):
        raise ValueError(f"{name} must be a date such as '2017-12-31', got {value!r}")
    return int(parsed.astype(np.int64))


def _shown(moment: int) -> str:
    return str(np.datetime64(moment, "us")).replace("T00:00:00.000000", "")


def _taken(orders: Any, same_day: str) -> _Taken:
    """Take the columns and code customers and orders."""
    needed = ["customer_id", "ordered_at", "amount", *(["order_id"] if same_day == "keep" else [])]
    table = frames.select(orders, {name: name for name in needed}, what="orders")
    if table.empty:
        raise ValueError("orders has no rows; there are no customers to sum up")
    amount = np.ascontiguousarray(frames.numbers(table["amount"], "amount"))
    moment = _moments(table["ordered_at"])
    customer, base, customers = _coded(table["customer_id"], "customer_id")
    lines = by_customer.Lines(customer, base, len(customers), moment, amount)
    if same_day == "merge":
        return _Taken(lines, customers, None)
    order, first, numbers = _coded(table["order_id"], "order_id")
    return _Taken(lines, customers, (order.astype(np.int64, copy=False), first, len(numbers)))


def _moments(values: pd.Series) -> np.ndarray:
    """Microseconds since 1970; times are taken as they are, text is parsed."""
    known = getattr(values.dtype, "kind", "") == "M"
    values = values if known else dates.parse(values, name="ordered_at")
    return np.ascontiguousarray(frames.times(values, "ordered_at")).view(np.int64)


def _coded(values: pd.Series, name: str) -> tuple[np.ndarray, int, pd.Index]:
    """Codes from a base on, and the labels they stand for; whole numbers close together are their own."""
    whole = isinstance(values.dtype, np.dtype) and values.dtype.kind in "iu" and len(values)
    if whole:
        found = np.ascontiguousarray(values.to_numpy())
        low, high = int(found.min()), int(found.max())
        if high - low < 4 * len(values) + 1000 and high < 2**63:
            kind = np.int32 if found.dtype == np.int32 else np.int64
            return found.astype(kind, copy=False), low, pd.RangeIndex(low, high + 1)
    labels = frames.labels(values, name)
    codes, categories = labels.codes.astype(np.int32, copy=False), labels.categories
    if whole:
        order = np.argsort(categories.to_numpy())
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        return rank[codes], 0, categories[order]
    return codes, 0, categories


def _surveyed(taken: _Taken, same_day: str) -> by_customer.Survey:
    """Look at all lines once and refuse those that lack something."""
    lines = taken.lines
    seen = by_customer.survey(lines, by_day=same_day == "merge")
    order, first = taken.orders[:2] if taken.orders else (np.zeros(1), 0)
    if seen.nobody or seen.odd or seen.low == _NAT or order.min() < first:
        gaps = {
            "customer": lines.customer < lines.base,
            "date": lines.moment == _NAT,
            "finite amount": ~np.isfinite(lines.amount),
            "order number": order < first,
        }
        what, missing = next((what, missing) for what, missing in gaps.items() if missing.any())
        raise ValueError(
            f"{missing.sum():,} of {len(lines.moment):,} order lines have no {what}, the first in row "
            f"{int(np.argmax(missing))}; kehu.orders.clean takes such lines out and lists them"
        )
    return seen


def _orders(taken: _Taken, until: int) -> by_customer.Lines:
    """Put the lines of each order together, at its first moment; an order of one line is that line."""
    lines, (order, first, n) = taken.lines, taken.orders
    if n >= len(order) and _kernels.customers.all_differ(order, first, np.zeros(n, np.uint8)):
        return lines
    customer = lines.customer.astype(np.int64, copy=False)

    def gathered(order: np.ndarray, first: int, n: int) -> tuple[int, tuple[np.ndarray, ...]]:
        number, size = np.full(n, -1), min(n, len(order))
        into = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
        arrays = order, customer, lines.moment, lines.amount
        return _kernels.customers.gather(*arrays, first, until, number, *into), into

    found, into = gathered(order, first, n)
    if found < 0:
        # Customers share an order number: it is an order of each.
        pair, pairs = pd.factorize((order - first) * lines.n + (customer - lines.base))
        found, into = gathered(pair, 0, len(pairs))
    return by_customer.Lines(into[0][:found], lines.base, lines.n, into[1][:found], into[2][:found])


def _warn_of(lines: by_customer.Lines, seen: by_customer.Survey, until: int, end: int) -> None:
    later = lines.moment >= until if seen.high >= until else np.zeros(1, bool)
    if seen.high >= until:
        warn(
            f"{later.sum():,} of {len(later):,} order lines, worth {lines.amount[later].sum():,.2f}, lie "
            f"after as_of={_shown(end)} and are left out; the last is of {_shown(seen.high)}",
            FutureOrdersWarning,
        )
    negative = (lines.amount < 0) & ~later if seen.negative else later
    if seen.negative and negative.any():
        warn(
            f"{negative.sum():,} order lines have negative amounts, "
            f"{lines.amount[negative].sum():,.2f} in all; "
            "returns that were not matched to their sales count as orders; use kehu.orders.clean first",
            UnmatchedReturnsWarning,
        )


def _columns(summed: by_customer.Summed, holdout: float | None) -> dict[str, np.ndarray]:
    kernels, whole, real = _kernels.customers, summed.whole, summed.real
    columns = {
        "frequency": whole[kernels.FREQUENCY],
        "recency": real[kernels.RECENCY],
        "T": real[kernels.AGE],
        "monetary_value": real[kernels.MEAN],
        "days_since_last": real[kernels.SINCE],
        "n_orders": whole[kernels.N_ORDERS],
        "total": real[kernels.SUM],
    }
    if holdout is None:
        return columns
    return columns | {
        "frequency_holdout": whole[kernels.LATER],
        "duration_holdout": np.full(len(summed.customers), holdout),
        "monetary_value_holdout": real[kernels.LATER_MEAN],
        "total_holdout": real[kernels.LATER_SUM],
    }


def _framed(
    columns: dict[str, np.ndarray], found: np.ndarray, customers: pd.Index, asked: dict[str, Any]
) -> pd.DataFrame:
    if len(found) < len(customers):
        ranged = isinstance(customers, pd.RangeIndex)
        customers = pd.Index(found + customers.start) if ranged else customers[found]
    summary = pd.DataFrame(columns, index=pd.Index(customers, name="customer_id"), copy=False)
    summary.attrs = asked
    return summary
