"""The estimator of Kaplan and Meier: how long something takes when some are still waiting."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from kehu import frames
from kehu.warnings import FewEventsWarning, warn

INTERVALS = ("log-log", "greenwood")


@dataclass(frozen=True)
class KaplanMeier:
    """Share of those for whom an event has not happened yet, by time.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a time at which something happened or somebody left: ``time``, ``at_risk`` (just before),
        ``events``, ``censored``, ``survival``, ``standard_error`` (Greenwood), ``low``, ``high``.
    interval : {"log-log", "greenwood"}
        How the limits were found.
    confidence_level : float
        How often such limits hold the true value, at one time.
    unit : str
        Unit of the times, such as ``"day"``; empty where it is not known.
    """

    table: pd.DataFrame = field(repr=False)
    interval: str
    confidence_level: float
    unit: str = ""

    def survival_at(self, time: float) -> float:
        """Share still without the event after ``time``; NaN beyond the last time seen.

        Examples
        --------
        >>> round(kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 1]).survival_at(2), 3)
        0.6
        """
        times, survival = self.table["time"].to_numpy(), self.table["survival"].to_numpy()
        place = np.searchsorted(times, time, side="right")
        if place == len(times) and time > times[-1] and survival[-1] > 0:
            return float("nan")
        return float(survival[place - 1]) if place else 1.0

    def quantile(self, share: float) -> float:
        """First time by which the event has happened to ``share`` of all; NaN if it was never reached.

        Examples
        --------
        >>> kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 1]).quantile(0.5)
        3.0
        """
        return quantile(self.table["time"].to_numpy(), 1 - self.table["survival"].to_numpy(), share)


def quantile(times: np.ndarray, happened: np.ndarray, share: float) -> float:
    """First time at which the rising curve ``happened`` reaches ``share``; NaN if it does not."""
    # Shares are products of fractions: a half may come out as 0.4999999.
    place = int(np.searchsorted(happened, share - 1e-12))
    return float(times[place]) if place < len(times) else float("nan")


def kaplan_meier(
    durations: Any,
    observed: Any = None,
    *,
    weights: Any = None,
    interval: str = "log-log",
    confidence_level: float = 0.95,
    unit: str = "",
) -> KaplanMeier:
    r"""Estimate how many are still without an event, by time, when some were not followed to the end.

    Parameters
    ----------
    durations : array-like
        Time until the event, or until we stopped looking; from 0 on.
    observed : array-like of bool, optional
        Whether the event was seen; all of them when not given.
    weights : array-like, optional
        Weight of each, from 0 on. With weights the standard error uses weighted counts, which is right for
        counts of equal observations only.
    interval : {"log-log", "greenwood"}
        Limits on the scale :math:`\log(-\log S)`, which stay within 0 and 1, or :math:`S \pm z\,s`, cut
        there.
    confidence_level : float
        Between 0 and 1.
    unit : str
        Unit of the durations, for charts.

    Returns
    -------
    KaplanMeier

    Raises
    ------
    ValueError, TypeError
        If the lengths differ, a duration is missing, negative or infinite, or ``observed`` is not yes or no.

    Warns
    -----
    FewEventsWarning
        If no event was seen.

    Notes
    -----
    With :math:`d_i` events at time :math:`t_i` among :math:`n_i` at risk [1]_ [2]_:

    .. math:: S(t) = \prod_{t_i \le t} (1 - d_i / n_i), \qquad
              s^2(t) = S(t)^2 \sum_{t_i \le t} \frac{d_i}{n_i (n_i - d_i)}

    References
    ----------
    .. [1] E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", Journal of the
       American Statistical Association 53, 1958.
    .. [2] M. Greenwood, "The natural duration of cancer", Reports on Public Health and Medical Subjects 33,
       1926.

    Examples
    --------
    >>> curve = kaplan_meier([9, 13, 13, 18, 23, 28], [1, 1, 0, 1, 1, 0])
    >>> curve.table["survival"].round(3).tolist()
    [0.833, 0.667, 0.444, 0.222, 0.222]
    """
    if interval not in INTERVALS:
        raise ValueError(f"interval={interval!r} is not known; {frames.closest(interval, INTERVALS)}")
    check_level(confidence_level)
    time, event, weight = _checked(durations, observed, weights)
    if not event.any():
        warn(f"none of {len(event):,} events was seen; survival stays at 1", FewEventsWarning)
    times, place = np.unique(time, return_inverse=True)
    events = np.bincount(place, weight * event, len(times))
    censored = np.bincount(place, weight * ~event, len(times))
    at_risk = np.cumsum((events + censored)[::-1])[::-1]
    survival = product_limit(events, at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(events > 0, events / (at_risk * (at_risk - events)), 0.0)
        spread = survival * np.sqrt(np.cumsum(hazard))
    error = np.where(survival > 0, spread, 0.0)
    low, high = _limits(survival, error, interval, confidence_level)
    table = pd.DataFrame(
        {
            "time": times,
            "at_risk": _whole(at_risk, weights),
            "events": _whole(events, weights),
            "censored": _whole(censored, weights),
            "survival": survival,
            "standard_error": error,
            "low": low,
            "high": high,
        }
    )
    return KaplanMeier(table, interval, confidence_level, unit)


def product_limit(events: np.ndarray, at_risk: np.ndarray) -> np.ndarray:
    """Product of the shares that stay; last axis is time. Rounding never makes it negative."""
    stay = 1 - np.divide(events, at_risk, out=np.zeros_like(at_risk, dtype=np.float64), where=at_risk > 0)
    stay[stay < 1e-12] = 0.0
    return np.cumprod(stay, axis=-1)


def check_level(confidence_level: float) -> None:
    """Refuse a confidence level that is no share."""
    if not isinstance(confidence_level, float | int) or not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level must lie between 0 and 1, got {confidence_level!r}")


def _whole(counts: np.ndarray, weights: Any) -> np.ndarray:
    return counts if weights is not None else counts.round().astype(np.int64)


def _checked(durations: Any, observed: Any, weights: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    time = frames.numbers(pd.Series(durations), "durations")
    event = np.ones(len(time), bool) if observed is None else np.asarray(observed)
    weight = np.ones(len(time)) if weights is None else frames.numbers(pd.Series(weights), "weights")
    if not len(time):
        raise ValueError("durations is empty; there is nothing to estimate")
    if not len(time) == len(event) == len(weight):
        raise ValueError(
            f"durations, observed and weights must be equally long, got {len(time):,}, {len(event):,} and "
            f"{len(weight):,}"
        )
    for name, column in (("durations", time), ("weights", weight)):
        wrong = np.flatnonzero(~(np.isfinite(column) & (column >= 0)))
        if len(wrong):
            raise ValueError(f"{name} must be finite and not negative, got {column[wrong[0]]} at {wrong[0]}")
    if event.dtype != bool:
        if event.dtype.kind not in "iuf" or not np.isin(event, (0, 1)).all():
            raise ValueError(f"observed must hold True and False (or 1 and 0), got {event.tolist()[:5]}")
        event = event.astype(bool)
    return time, event, weight


def _limits(
    survival: np.ndarray, error: np.ndarray, interval: str, level: float
) -> tuple[np.ndarray, np.ndarray]:
    z = float(ndtri(0.5 + level / 2))
    if interval == "greenwood":
        return np.maximum(survival - z * error, 0.0), np.minimum(survival + z * error, 1.0)
    inside = (survival > 0) & (survival < 1)
    safe = np.where(inside, survival, 0.5)
    shift = np.exp(z * np.where(inside, error, 0.0) / (safe * np.abs(np.log(safe))))
    low, high = safe**shift, safe ** (1 / shift)
    # At 1 and at 0 the scale ends: no width can be given there.
    low = np.where(inside, low, np.where(survival == 1, 1.0, np.nan))
    high = np.where(inside, high, np.where(survival == 1, 1.0, np.nan))
    return low, high
