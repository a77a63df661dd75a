"""One row a customer: how often, how recently, for how long and for how much they bought."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kehu import frames
from kehu.orders import dates
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
    lines = _lines(orders, same_day)
    asked = {"unit": unit, "as_of": _shown(end), "same_day": same_day}
    asked["calibration_end"] = None if split is None else _shown(split)
    begin = int(lines.moment.min())
    for name, moment in (("as_of", end), ("calibration_end", split)):
        if moment is not None and moment // _DAY < begin // _DAY:
            raise ValueError(f"{name}={_shown(moment)} lies before the first order, of {_shown(begin)}")
    sort = _days if same_day == "merge" else _moments
    sorted_lines = sort(lines, end, split)
    _warn_of(lines, sorted_lines.kept_until, end)
    return _summary(sorted_lines, lines.customers, UNITS[unit], asked)


class _Lines(NamedTuple):
    """Checked order lines as arrays; ``moment`` in microseconds."""

    customer: np.ndarray
    customers: pd.Index
    moment: np.ndarray
    amount: np.ndarray
    order: np.ndarray | None


class _Sorted(NamedTuple):
    """Lines sorted by key (a day or an order), where each key starts, and what the keys mean."""

    starts: np.ndarray
    customer: np.ndarray
    amount: np.ndarray
    key_times: Any  # from keys to microseconds
    end: int  # microseconds
    split: int | None
    split_key: int | None  # first key after the calibration period
    kept_until: int  # first microsecond that is left out


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


def _lines(orders: Any, same_day: str) -> _Lines:
    """Check the columns and code the customers."""
    needed = ["customer_id", "ordered_at", "amount", *(["order_id"] if same_day == "keep" else [])]
    table = frames.select(orders, {name: name for name in needed}, what="orders")
    if table.empty:
        raise ValueError("orders has no rows; there are no customers to sum up")
    amount = frames.numbers(table["amount"], "amount")
    moment = frames.times(dates.parse(table["ordered_at"], name="ordered_at"), "ordered_at").view(np.int64)
    customer, customers = _coded(table["customer_id"], "customer_id")
    order = _coded(table["order_id"], "order_id")[0] if same_day == "keep" else None
    gaps = {"customer": customer < 0, "date": moment == _NAT, "finite amount": ~np.isfinite(amount)}
    if order is not None:
        gaps["order number"] = order < 0
    for what, missing in gaps.items():
        if missing.any():
            raise ValueError(
                f"{missing.sum():,} of {len(table):,} order lines have no {what}, the first in row "
                f"{int(np.argmax(missing))}; kehu.orders.clean takes such lines out and lists them"
            )
    return _Lines(customer, customers, moment, amount, order)


def _coded(values: pd.Series, name: str) -> tuple[np.ndarray, pd.Index]:
    """Codes that point into the labels; whole numbers that lie close together need no hashing."""
    whole = isinstance(values.dtype, np.dtype) and values.dtype.kind in "iu" and len(values)
    if whole:
        low, high = int(values.min()), int(values.max())
        if high - low < 4 * len(values) + 1000 and high - low < 2**31 - 1:
            found = values.to_numpy()
            codes = found.astype(np.int32) if low == 0 else (found - low).astype(np.int32)
            return codes, pd.RangeIndex(low, high + 1)
    labels = frames.labels(values, name)
    codes, categories = labels.codes.astype(np.int32, copy=False), labels.categories
    if whole:
        order = np.argsort(categories.to_numpy())
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        return rank[codes], categories[order]
    return codes, categories


def _days(lines: _Lines, end: int, split: int | None) -> _Sorted:
    """Lines by calendar day, up to the last one."""
    from kehu._kernels import customers as kernels

    first, last = int(lines.moment.min()) // _DAY, end // _DAY
    until = (min(last, int(lines.moment.max()) // _DAY) + 1) - first
    starts, customer, amount = kernels.by_day(lines.customer, lines.moment, lines.amount, first, until)
    split_day = None if split is None else split // _DAY
    return _Sorted(
        starts=starts[:-1],
        customer=customer,
        amount=amount,
        key_times=lambda keys: (keys + first) * _DAY,
        end=last * _DAY,
        split=None if split is None else split_day * _DAY,
        split_key=None if split is None else min(split_day + 1 - first, until),
        kept_until=(last + 1) * _DAY,
    )


def _moments(lines: _Lines, end: int, split: int | None) -> _Sorted:
    """Orders in time, each at its first line."""
    timed = bool((lines.moment % _DAY != 0).any())
    # A date alone means all of that day; where orders have dates alone, they are compared as they stand.
    end, split = (
        moment + _DAY if timed and moment is not None and moment % _DAY == 0 else moment
        for moment in (end, split)
    )
    kept = np.flatnonzero(lines.moment <= end)
    pair = lines.order[kept].astype(np.int64) * len(lines.customers) + lines.customer[kept]
    order, pairs = pd.factorize(pair)
    moment = np.full(len(pairs), np.iinfo(np.int64).max)
    np.minimum.at(moment, order, lines.moment[kept])
    amount = np.bincount(order, weights=lines.amount[kept], minlength=len(pairs))
    in_time = np.argsort(moment, kind="stable")
    moment = moment[in_time]
    return _Sorted(
        starts=np.arange(len(pairs) + 1),
        customer=(pairs % len(lines.customers)).astype(np.int32)[in_time],
        amount=amount[in_time],
        key_times=lambda keys: moment[keys],
        end=end,
        split=split,
        split_key=None if split is None else int(np.searchsorted(moment, split, side="right")),
        kept_until=end + 1,
    )


def _warn_of(lines: _Lines, until: int, end: int) -> None:
    later = lines.moment >= until
    if later.any():
        warn(
            f"{later.sum():,} of {len(later):,} order lines, worth {lines.amount[later].sum():,.2f}, lie "
            f"after as_of={_shown(end)} and are left out; the last is of {_shown(int(lines.moment.max()))}",
            FutureOrdersWarning,
        )
    negative = (lines.amount < 0) & ~later
    if negative.any():
        warn(
            f"{negative.sum():,} order lines have negative amounts, "
            f"{lines.amount[negative].sum():,.2f} in all; "
            "returns that were not matched to their sales count as orders; use kehu.orders.clean first",
            UnmatchedReturnsWarning,
        )


def _summary(lines: _Sorted, customers: pd.Index, unit: float, asked: dict[str, Any]) -> pd.DataFrame:
    from kehu._kernels import customers as kernels

    arrays, n_keys = lines[:3], len(lines.starts) - 1
    last_key = n_keys if lines.split_key is None else lines.split_key
    rows = kernels.tally(*arrays, 0, last_key, len(customers))
    there = np.flatnonzero(rows[:, kernels.EVENTS])
    if len(there) < len(customers):
        rows = rows[there]
    first, last = (lines.key_times(rows[:, name].astype(np.int64)) for name in (kernels.FIRST, kernels.LAST))
    n_orders = rows[:, kernels.EVENTS].astype(np.int64)
    total, frequency = rows[:, kernels.TOTAL], n_orders - 1
    end = lines.end if lines.split is None else lines.split
    columns = {
        "frequency": frequency,
        "recency": (last - first) / unit,
        "T": (end - first) / unit,
        "monetary_value": _mean(total - rows[:, kernels.FIRST_AMOUNT], frequency),
        "days_since_last": (end - last) / _DAY,
        "n_orders": n_orders,
        "total": total.copy(),
    }
    if lines.split is not None:
        later = kernels.tally(*arrays, last_key, n_keys, len(customers))[there]
        frequency = later[:, kernels.EVENTS].astype(np.int64)
        columns |= {
            "frequency_holdout": frequency,
            "duration_holdout": np.full(len(there), (lines.end - lines.split) / unit),
            "monetary_value_holdout": _mean(later[:, kernels.TOTAL], frequency),
            "total_holdout": later[:, kernels.TOTAL].copy(),
        }
    if not columns["T"].any():
        warn(
            f"all {len(there):,} customers first ordered at the very end ({_shown(end)}), T = 0: nobody had "
            "time to come back; look back from a later day",
            NoExposureWarning,
        )
    found = customers if len(there) == len(customers) else customers[there]
    summary = pd.DataFrame(columns, index=pd.Index(found, name="customer_id"), copy=False)
    summary.attrs = asked
    return summary


def _mean(amount: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Mean amount, 0 where there is nothing to average."""
    return np.where(number > 0, amount / np.maximum(number, 1), 0.0)
