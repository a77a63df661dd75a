"""Models held against what customers did later."""

from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.clv.histories import columns, refuse
from kehu.clv.transactions import TransactionModel
from kehu.orders import dates
from kehu.orders.customers import UNITS
from kehu.orders.ends import warn_of_an_early_end

_Z = 1.959964


def holdout_by_frequency(
    model: TransactionModel,
    summary: Any,
    *,
    last: int = 7,
    frequency_holdout: str = "frequency_holdout",
    duration_holdout: str = "duration_holdout",
) -> pd.DataFrame:
    """Orders in the hold-out period, actual and expected, by the number of repeat orders before it.

    Parameters
    ----------
    model : BetaGeoNBD, ModifiedBetaGeoNBD or ParetoNBD
        Fitted to the calibration period.
    summary : dataframe
        Customers at the end of the calibration period, with what they did later, as
        `kehu.orders.customer_summary` gives them with ``calibration_end``.
    last : int
        Customers with this many repeat orders or more are one group.
    frequency_holdout, duration_holdout : str
        Columns: orders in the hold-out period, and its length in the unit of the summary.

    Returns
    -------
    pandas.DataFrame
        One row a group: ``frequency``, ``group`` ("0", "1", …, "7+"), ``customers``, ``actual`` and
        ``expected`` mean number of orders, and ``actual_low`` and ``actual_high``, within which the mean of
        the group lies in 95 % of cases, if customers behave alike (missing for a single customer).

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, or ``last`` is not a whole number from 1.

    Examples
    --------
    >>> import kehu
    >>> from kehu.clv import BetaGeoNBD
    >>> orders = kehu.datasets.load("cdnow", "sample")
    >>> summary = kehu.orders.customer_summary(
    ...     orders, as_of="1998-06-30", calibration_end="1997-09-30", unit="W")
    >>> table = holdout_by_frequency(BetaGeoNBD().fit(summary), summary, last=3)
    >>> table[["group", "customers", "actual", "expected"]].round(2)
      group  customers  actual  expected
    0     0       1411    0.24      0.23
    1     1        439    0.70      0.52
    2     2        214    1.39      1.04
    3    3+        293    3.22      3.01
    """
    if isinstance(last, bool) or not isinstance(last, int | np.integer) or last < 1:
        raise ValueError(f"last must be a whole number from 1, got {last!r}")
    for name in (frequency_holdout, duration_holdout):
        if name not in frames.names(summary, "summary"):
            raise KeyError(
                f"summary has no column {name!r} of a hold-out period; make it with "
                "kehu.orders.customer_summary(orders, as_of=…, calibration_end=…)"
            )
    frequency = model._columns["frequency"] if hasattr(model, "_columns") else "frequency"
    wanted = {"frequency": frequency, "later": frequency_holdout, "duration": duration_holdout}
    found = columns(summary, wanted)
    refuse(found["later"] < 0, found["later"], frequency_holdout, "must not be negative", "it counts orders")
    expected = model.expected_purchases(summary, found["duration"]).to_numpy()
    group = np.minimum(found["frequency"], last).astype(np.int64)
    data = pd.DataFrame({"frequency": group, "actual": found["later"], "expected": expected})
    grouped = data.groupby("frequency")
    table = grouped.agg(
        customers=("actual", "size"), actual=("actual", "mean"), expected=("expected", "mean")
    )
    half = _Z * grouped["actual"].std() / np.sqrt(table["customers"])
    table["actual_low"] = (table["actual"] - half).clip(lower=0)
    table["actual_high"] = table["actual"] + half
    table = table.reset_index()
    table.insert(1, "group", [f"{value}+" if value == last else str(value) for value in table["frequency"]])
    return table


def tracking(
    model: TransactionModel,
    orders: Any,
    *,
    calibration_end: Any,
    as_of: Any,
    unit: str | None = None,
    days: int = 7,
) -> pd.DataFrame:
    """Repeat orders of all customers over time, actual and expected.

    Customers are those who first ordered by the end of the calibration period. What is expected of them
    needs the date of their first order only.

    Parameters
    ----------
    model : BetaGeoNBD, ModifiedBetaGeoNBD or ParetoNBD
        Fitted to the calibration period.
    orders : dataframe
        Order lines with ``customer_id`` and ``ordered_at``; orders of one day count as one.
    calibration_end, as_of : date or text
        Last day of the calibration period, and last day to look at.
    unit : {"h", "D", "W", "M", "Y"}, optional
        Unit the model counts time in; not needed where its summary said it.
    days : int
        Length of a step in days.

    Returns
    -------
    pandas.DataFrame
        One row a step: ``period`` (its last day), ``actual`` and ``expected`` repeat orders in it,
        ``cumulative_actual``, ``cumulative_expected``, ``holdout`` (whether it ends after the calibration
        period).

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing, a date is none or comes too early, or the unit is unknown.

    Warns
    -----
    NoRecentOrdersWarning
        If the orders end long before ``as_of``, by more than a tenth of the time looked at.

    References
    ----------
    Fader, Hardie & Lee 2005, Marketing Science 24(2), figures 3 and 4.

    Examples
    --------
    >>> import kehu
    >>> from kehu.clv import BetaGeoNBD
    >>> orders = kehu.datasets.load("cdnow", "sample")
    >>> summary = kehu.orders.customer_summary(
    ...     orders, as_of="1998-06-30", calibration_end="1997-09-30", unit="W")
    >>> table = tracking(BetaGeoNBD().fit(summary), orders, calibration_end="1997-09-30", as_of="1998-06-30")
    >>> table[["cumulative_actual", "cumulative_expected"]].iloc[-1].round().tolist()
    [4339.0, 4161.0]
    """
    if isinstance(days, bool) or not isinstance(days, int | np.integer) or days < 1:
        raise ValueError(f"days must be a whole number from 1, got {days!r}")
    per_unit = UNITS[_unit(model, unit)] / UNITS["D"]
    split, end = _day(calibration_end, "calibration_end"), _day(as_of, "as_of")
    lines = frames.select(orders, {"customer_id": "customer_id", "ordered_at": "ordered_at"}, what="orders")
    code = frames.labels(lines["customer_id"], "customer_id").codes.astype(np.int64)
    moment = frames.times(dates.parse(lines["ordered_at"], name="ordered_at"), "ordered_at")
    day = moment.astype("datetime64[D]")
    kept = (code >= 0) & ~np.isnat(day) & (day <= end)
    visits = pd.DataFrame({"customer": code[kept], "day": day[kept].astype(np.int64)}).drop_duplicates()
    first = visits.groupby("customer")["day"].transform("min")
    visits, first = visits[first <= split.astype(np.int64)], first[first <= split.astype(np.int64)]
    if visits.empty or end <= split:
        raise ValueError(
            f"there must be orders by calibration_end ({split}), and as_of ({end}) must be later"
        )
    start = int(first.min())
    last = int(day[kept].max().astype(np.int64))
    warn_of_an_early_end(start, last, int(end.astype(np.int64)), len(visits))
    n = -(-(int(end.astype(np.int64)) - start) // days)
    ends = np.minimum(start + days * np.arange(1, n + 1), int(end.astype(np.int64)))
    again = np.sort(visits["day"][visits["day"] > first].to_numpy())
    born = np.bincount(first[visits["day"] == first].to_numpy() - start)
    grown = model.expected_purchases_new(np.arange(ends[-1] - start + 1) / per_unit)
    actual = np.searchsorted(again, ends, side="right")
    expected = np.convolve(born, grown)[ends - start]
    table = {
        "period": ends.astype("datetime64[D]").astype("datetime64[us]"),
        "actual": np.diff(actual, prepend=0),
        "expected": np.diff(expected, prepend=0.0),
        "cumulative_actual": actual,
        "cumulative_expected": expected,
        "holdout": ends > split.astype(np.int64),
    }
    return pd.DataFrame(table)


def _unit(model: TransactionModel, unit: str | None) -> str:
    known = getattr(model, "unit_", None)
    chosen = known if unit is None else unit
    if chosen is None:
        raise ValueError(
            "unit is not known: the summary did not say it; give the one the model counts time in"
        )
    if chosen not in UNITS:
        raise ValueError(f"unit {chosen!r} is not known; {frames.closest(chosen, UNITS)}")
    if known and chosen != known:
        raise ValueError(f"unit is {chosen!r}, but the model counts time in {known!r}")
    return chosen


def _day(value: Any, name: str) -> np.datetime64:
    try:
        moment = pd.Timestamp(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be a date such as '1997-09-30', got {value!r}") from error
    if moment is pd.NaT:
        raise ValueError(f"{name} must be a date such as '1997-09-30', got {value!r}")
    return np.datetime64(moment, "D")
