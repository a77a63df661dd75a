"""Service cases, one row each, summed up by period: shares, counts and means."""

from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.orders import dates

FREQUENCIES = ("D", "W", "M", "Q")


def rates(cases: Any, *, event: str, time: str = "ordered_at", freq: str = "W") -> pd.DataFrame:
    """Share of cases with an event, such as a complaint, by period.

    Parameters
    ----------
    cases : dataframe
        One row a case, such as an order.
    event : str
        Column that is true (or 1) where it happened.
    time : str
        Column with the date of the case.
    freq : {"D", "W", "M", "Q"}
        Days, weeks (from Monday), months, quarters.

    Returns
    -------
    pandas.DataFrame
        ``period`` (its first day), ``count``, ``n`` and ``value`` (count by n). A period without cases has
        ``n`` 0 and no value.

    Examples
    --------
    >>> cases = pd.DataFrame({"ordered_at": ["2024-01-01", "2024-01-02", "2024-01-09"], "late": [1, 0, 0]})
    >>> rates(cases, event="late")["value"].tolist()
    [0.5, 0.0]
    """
    table = frames.select(cases, {"event": event, "time": time}, what="cases")
    happened = table["event"]
    if pd.api.types.is_bool_dtype(happened.dtype):
        happened = happened.astype("Float64")
    happened = frames.numbers(happened, event)
    wrong = np.flatnonzero(~np.isin(happened, (0, 1)))
    if len(wrong):
        first = wrong[0]
        raise ValueError(f"{event!r} is {happened[first]:g} in row {first}; it must be true or false, 1 or 0")
    found = _by_period(table["time"], happened, time, freq).rename(columns={"total": "count"})
    return found.assign(value=found["count"] / found["n"].where(found["n"] > 0))


def means(cases: Any, *, value: str, time: str = "ordered_at", freq: str = "W") -> pd.DataFrame:
    """Mean of a measured value, such as days to delivery, by period.

    Parameters
    ----------
    cases : dataframe
        One row a case.
    value : str
        Column with numbers; rows without one are left out.
    time, freq
        As in `rates`.

    Returns
    -------
    pandas.DataFrame
        ``period``, ``n`` and ``value``, the mean.

    Examples
    --------
    >>> cases = pd.DataFrame({"ordered_at": ["2024-01-01", "2024-01-02", "2024-01-09"], "days": [2, 4, 3]})
    >>> means(cases, value="days")["value"].tolist()
    [3.0, 3.0]
    """
    table = frames.select(cases, {"value": value, "time": time}, what="cases")
    measured = frames.numbers(table["value"], value)
    if np.isinf(measured).any():
        raise ValueError(f"{value!r} is infinite in row {int(np.isinf(measured).argmax())}")
    found = _by_period(table["time"], measured, time, freq)
    return found.assign(value=found["total"] / found["n"].where(found["n"] > 0))[["period", "n", "value"]]


def _by_period(times: pd.Series, values: np.ndarray, name: str, freq: str) -> pd.DataFrame:
    if freq not in FREQUENCIES:
        raise ValueError(f"freq={freq!r} is not known; take 'D' days, 'W' weeks, 'M' months or 'Q' quarters")
    if not len(times):
        raise ValueError("cases has no rows")
    moments = pd.Series(frames.times(dates.parse(times, name=name), name))
    if moments.isna().any():
        raise ValueError(f"{moments.isna().sum():,} cases have no {name!r}; take them out first")
    there = ~np.isnan(values)
    if not there.any():
        raise ValueError("no case has a value")
    start = moments[there].dt.to_period(freq)
    groups = pd.DataFrame({"period": start, "value": values[there]}).groupby("period")["value"]
    every = pd.period_range(start.min(), start.max(), freq=freq)
    found = groups.agg(total="sum", n="count").reindex(every, fill_value=0)
    return found.rename_axis("period").reset_index().assign(period=lambda one: one["period"].dt.start_time)
