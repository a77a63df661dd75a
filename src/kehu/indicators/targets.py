"""Targets met or missed, and what changed after a change."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from kehu import frames

BETTER = ("lower", "higher")


@dataclass(frozen=True)
class Change:
    """An indicator before and after a date.

    Attributes
    ----------
    before, after : float
        Means of the two parts.
    difference, low, high : float
        After less before, and the limits of 95 %.
    p_value : float
        Against no change.
    n_before, n_after : int
        Periods.
    words : str
        "after", never "because": other things change with time, too.
    """

    before: float
    after: float
    difference: float
    low: float
    high: float
    p_value: float
    n_before: int
    n_after: int
    words: str = "after"


def against_target(
    table: pd.DataFrame, *, target: float, better: str = "lower", level: float = 0.95
) -> pd.DataFrame:
    """Whether each period's share meets a target, for certain, or cannot be told.

    Parameters
    ----------
    table : pandas.DataFrame
        ``period``, ``count``, ``n``; see `rates`.
    target : float
        Share that is aimed at, between 0 and 1.
    better : {"lower", "higher"}
        Which side of the target is good.
    level : float
        Of the intervals (Wilson's).

    Returns
    -------
    pandas.DataFrame
        ``period``, ``value``, ``low``, ``high`` and ``verdict``: ``"met"`` or ``"missed"`` if the whole
        interval lies on that side, else ``"cannot tell"``.

    Raises
    ------
    ValueError
        If the target is no share, or counts exceed n.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22, 1927.

    Examples
    --------
    >>> weeks = pd.DataFrame({"period": [1, 2, 3], "count": [2, 20, 60], "n": [400, 400, 400]})
    >>> against_target(weeks, target=0.05)["verdict"].tolist()
    ['met', 'cannot tell', 'missed']
    """
    if better not in BETTER:
        raise ValueError(f"better={better!r} is not known; take 'lower' or 'higher'")
    if not 0 <= target <= 1:
        raise ValueError(f"target={target!r} must be a share between 0 and 1; write 0.05 for 5 %")
    if not 0 < level < 1:
        raise ValueError(f"level={level!r} must lie between 0 and 1")
    data = frames.select(table, {name: name for name in ("period", "count", "n")}, what="table")
    counts, n = (frames.numbers(data[name], name) for name in ("count", "n"))
    wrong = np.flatnonzero(~((counts >= 0) & (counts <= n)))
    if len(wrong):
        raise ValueError(f"row {wrong[0]} has {counts[wrong[0]]:g} events among {n[wrong[0]]:g} cases")
    there = n > 0
    low, high = np.full((2, len(n)), np.nan)
    low[there], high[there] = proportion_confint(counts[there], n[there], alpha=1 - level, method="wilson")
    good, bad = (high <= target, low > target) if better == "lower" else (low >= target, high < target)
    verdict = np.where(good, "met", np.where(bad, "missed", "cannot tell"))
    value = np.divide(counts, n, out=np.full(len(n), np.nan), where=there)
    return pd.DataFrame(
        {"period": data["period"], "value": value, "low": low, "high": high, "verdict": verdict}
    )


def before_after(table: pd.DataFrame, *, change: Any) -> Change:
    r"""Compare an indicator before and after a date, by the scatter of its periods.

    Parameters
    ----------
    table : pandas.DataFrame
        ``period``, ``value`` and ``n``; see `rates` and `means`.
    change : period
        First period of the second part.

    Returns
    -------
    Change

    Raises
    ------
    ValueError
        If a part has fewer than two periods with cases, or nothing varies.

    Notes
    -----
    Welch's comparison of the means of periods, each weighted by its number of cases. The scatter is that of
    the periods, not of the cases, so that overdispersion is allowed for; that neighbouring periods resemble
    each other is not. A difference after a change need not be its effect.

    Examples
    --------
    >>> share = [0.09, 0.1, 0.11, 0.1] * 5 + [0.05, 0.04, 0.06, 0.05] * 5
    >>> found = before_after(pd.DataFrame({"period": range(40), "value": share, "n": 100}), change=20)
    >>> round(found.difference, 3), round(found.low, 3), round(found.high, 3)
    (-0.05, -0.055, -0.045)
    """
    data = frames.select(table, {name: name for name in ("period", "value", "n")}, what="table")
    data = data.assign(value=frames.numbers(data["value"], "value"), n=frames.numbers(data["n"], "n"))
    wrong = ~(np.isfinite(data["n"]) & (data["n"] >= 0) & (np.isfinite(data["value"]) | (data["n"] == 0)))
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"row {row} has the value {data['value'][row]:g} of {data['n'][row]:g} cases; each period needs "
            "a number of both, no value only where n is 0"
        )
    data = data[data["n"] > 0]
    try:
        if pd.api.types.is_datetime64_any_dtype(data["period"].dtype):
            change = pd.Timestamp(change)
        later = (data["period"] >= change).to_numpy()
    except (TypeError, ValueError):
        raise TypeError(
            f"change={change!r} cannot be compared with periods such as {_example(data['period'])}"
        ) from None
    if min(later.sum(), (~later).sum()) < 2:
        raise ValueError(
            f"change={change!r} leaves {(~later).sum()} periods before and {later.sum()} after; each needs 2"
        )
    parts = [_mean(data[chosen]) for chosen in (~later, later)]
    (before, var_before, n_before), (after, var_after, n_after) = parts
    difference, variance = after - before, var_before + var_after
    if all(np.ptp(data["value"][chosen]) == 0 for chosen in (~later, later)):
        raise ValueError("the indicator does not vary within the two parts; there is no scatter to judge by")
    freedom = variance**2 / (var_before**2 / (n_before - 1) + var_after**2 / (n_after - 1))
    error = np.sqrt(variance)
    half = stats.t.ppf(0.975, freedom) * error
    p_value = 2 * stats.t.sf(abs(difference) / error, freedom)
    ends = float(difference - half), float(difference + half)
    return Change(before, after, float(difference), *ends, float(p_value), n_before, n_after)


def _example(periods: pd.Series) -> str:
    return repr(periods.tolist()[0]) if len(periods) else "none"


def _mean(part: pd.DataFrame) -> tuple[float, float, int]:
    """Weighted mean of periods, its variance, and their number."""
    share = (part["n"] / part["n"].sum()).to_numpy()
    values = part["value"].to_numpy()
    mean = float(share @ values)
    n = len(part)
    return mean, float(n / (n - 1) * (share**2 @ (values - mean) ** 2)), n
