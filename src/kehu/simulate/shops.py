"""Shops of known service, complaints with a known shift; and the null cases."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from kehu.simulate.baskets import check_count

# D3's index system (7.1): kind of measurement, typical value, spread between shops on the kind's own scale
# (points, logits, logarithms), share of a shop's customers who come into it. Minus: less is better.
INDICATORS: dict[str, tuple[str, float, float, float]] = {
    "product quality": ("rating", 3.9, 0.25, 0.2),
    "delivery speed": ("rating", 3.8, 0.3, 0.2),
    "after-sales service": ("rating", 3.5, 0.3, 0.2),
    "website interface": ("rating", 3.9, 0.2, 0.2),
    "order processing": ("share", 0.85, 0.5, 1.0),
    "enquiry response": ("share", 0.7, 0.5, 0.4),
    "problem resolution": ("time", 20.0, -0.3, 0.05),
    "complaint rate": ("share", 0.03, -0.5, 1.0),
    "retention rate": ("share", 0.35, 0.3, 1.0),
    "recommendation rate": ("share", 0.5, 0.3, 0.2),
    "staff skill": ("rating", 3.7, 0.25, 0.05),
    "information system": ("rating", 3.6, 0.3, 0.05),
    "resource allocation": ("rating", 3.5, 0.25, 0.05),
}
COSTS = ("problem resolution", "complaint rate")
GRADES = ("very good", "good", "fair", "poor")
_GRADE_BORDERS = (1.2, 0.0, -1.2)
_RATING_SD, _TIME_SD = 0.9, 0.8


@dataclass(frozen=True)
class ServiceShops:
    """Simulated shops, what was measured in them and what is true.

    Attributes
    ----------
    indicators : pandas.DataFrame
        Shops by indicators, as measured from samples: mean ratings from 1 to 5, shares, hours.
    truth : pandas.DataFrame
        The same without the luck of the sample.
    levels : pandas.DataFrame
        Shops by indicators, how good they truly are in standard deviations; large is good, costs included.
    ratings : pandas.DataFrame
        ``shop`` and a column an indicator: grades that customers gave.
    costs : tuple of str
        Indicators of which less is better.
    parameters : dict
        What they were drawn with.
    """

    indicators: pd.DataFrame
    truth: pd.DataFrame
    levels: pd.DataFrame
    ratings: pd.DataFrame
    costs: tuple[str, ...]
    parameters: dict[str, Any]


@dataclass(frozen=True)
class ComplaintCases:
    """Simulated orders with complaints.

    Attributes
    ----------
    cases : pandas.DataFrame
        One row an order: ``ordered_at`` (a day) and ``complaint`` (true or false).
    truth : pandas.DataFrame
        ``period`` (Monday) and ``rate``, the true complaint rate of the week.
    change : pandas.Timestamp or None
        First day of the new rate; None if it never changes.
    parameters : dict
        What they were drawn with.
    """

    cases: pd.DataFrame
    truth: pd.DataFrame
    change: pd.Timestamp | None
    parameters: dict[str, Any]


def service_shops(
    n_shops: int = 8,
    *,
    n_customers: int = 2000,
    differences: float = 1.0,
    correlation: float = 0.3,
    n_raters: int = 60,
    random_state: int | np.random.Generator | None = None,
) -> ServiceShops:
    r"""Draw shops whose service is known, and measure it by the thirteen indicators of D3 (7.1).

    A shop is better by :math:`z_{ij} = d (\sqrt{c}\, t_i + \sqrt{1 - c}\, e_{ij})` standard deviations than
    the typical one, with :math:`t_i` its general level and all terms standard normal. From it follow the true
    mean rating, share or time, and from these what a sample of the shop's customers shows: a mean of ratings,
    a binomial share, a mean of log-normal hours.

    Parameters
    ----------
    n_shops : int
        Shops.
    n_customers : int
        Customers of a shop; of some indicators only a part comes into the sample.
    differences : float
        :math:`d`; with 0 all shops are equal, see `equal_shops`.
    correlation : float
        :math:`c`, of any two indicators, from 0 to 1.
    n_raters : int
        Customers of each shop who grade each indicator, by :math:`z` and their own standard normal taste.
    random_state : int, numpy.random.Generator or None
        Seed.

    Returns
    -------
    ServiceShops

    Raises
    ------
    TypeError, ValueError
        If a number is too small or outside its range.

    Examples
    --------
    >>> shops = service_shops(2, random_state=1)
    >>> shops.truth["complaint rate"].round(3).to_dict()
    {'Shop A': 0.024, 'Shop B': 0.014}
    """
    check_count(n_shops, "n_shops", 2)
    if n_shops > 26:
        raise ValueError(f"n_shops must be 26 at most, as letters name them, got {n_shops}")
    check_count(n_customers, "n_customers", 100)
    check_count(n_raters, "n_raters", 1)
    check_number(differences, "differences", 0, np.inf)
    check_number(correlation, "correlation", 0, 1)
    rng = np.random.default_rng(random_state)
    names = pd.Index([f"Shop {chr(ord('A') + place)}" for place in range(n_shops)], name="shop")
    common, own = rng.standard_normal((n_shops, 1)), rng.standard_normal((n_shops, len(INDICATORS)))
    z = differences * (np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own)
    truth, measured = {}, {}
    for place, (name, (kind, typical, spread, share)) in enumerate(INDICATORS.items()):
        truth[name], measured[name] = _measure(kind, typical, spread * z[:, place], share * n_customers, rng)
    taste = z[:, None, :] + rng.standard_normal((n_shops, n_raters, len(INDICATORS)))
    given = sum((taste < border).astype(int) for border in _GRADE_BORDERS)
    grades = np.array(GRADES, dtype=object)[given].reshape(-1, len(INDICATORS))
    ratings = pd.DataFrame(grades, columns=list(INDICATORS))
    ratings.insert(0, "shop", np.repeat(names.to_numpy(), n_raters))
    given_parameters = {"n_customers": n_customers, "differences": differences, "correlation": correlation}
    return ServiceShops(
        indicators=pd.DataFrame(measured, index=names),
        truth=pd.DataFrame(truth, index=names),
        levels=pd.DataFrame(z, index=names, columns=list(INDICATORS)),
        ratings=ratings,
        costs=COSTS,
        parameters=given_parameters | {"n_shops": n_shops, "n_raters": n_raters},
    )


def equal_shops(n_shops: int = 8, **options: Any) -> ServiceShops:
    """Draw shops that are all equal: the null case of a ranking, in which only samples differ.

    Parameters
    ----------
    n_shops : int
        Shops.
    **options
        As for `service_shops`, without ``differences``.

    Returns
    -------
    ServiceShops

    Examples
    --------
    >>> equal_shops(3, random_state=1).truth["complaint rate"].tolist()
    [0.03, 0.03, 0.03]
    """
    return service_shops(n_shops, **options, differences=0.0)


def complaint_cases(
    n_weeks: int = 78,
    *,
    orders_a_week: float = 800,
    rate: float = 0.03,
    change: int | None = 52,
    factor: float = 1.5,
    wobble: float = 0.0,
    start: Any = "2023-01-02",
    random_state: int | np.random.Generator | None = None,
) -> ComplaintCases:
    r"""Draw orders and whether there was a complaint; the rate changes at a known week, or never does.

    Parameters
    ----------
    n_weeks : int
        Weeks.
    orders_a_week : float
        Mean number of orders (Poisson).
    rate : float
        Complaint rate before the change.
    change : int or None
        Weeks before the change; None for the null case, a rate that never changes.
    factor : float
        By how much the rate is multiplied from then on.
    wobble : float
        Standard deviation of the logarithm of the rate from week to week, about its mean: what makes real
        counts scatter more than chance alone would (overdispersion).
    start : date
        The first Monday.
    random_state : int, numpy.random.Generator or None
        Seed.

    Returns
    -------
    ComplaintCases

    Raises
    ------
    TypeError, ValueError
        If a number is outside its range, or the start is no Monday.

    Examples
    --------
    >>> shop = complaint_cases(4, change=2, factor=2.0, random_state=1)
    >>> shop.truth["rate"].tolist(), str(shop.change.date())
    ([0.03, 0.03, 0.06, 0.06], '2023-01-16')
    """
    check_count(n_weeks, "n_weeks", 2)
    check_number(orders_a_week, "orders_a_week", 1, np.inf)
    check_number(wobble, "wobble", 0, np.inf)
    check_number(factor, "factor", 0, np.inf)
    if change is not None:
        check_count(change, "change", 1)
        if change >= n_weeks:
            raise ValueError(f"change={change} must lie before the last of {n_weeks} weeks")
    if not 0 < rate < 1 or rate * factor >= 1:
        raise ValueError(f"rate={rate!r} and rate times factor={factor!r} must lie between 0 and 1")
    first = pd.Timestamp(start)
    if first.weekday():
        raise ValueError(f"start={start!r} is a {first.day_name()}; weeks begin on Monday")
    rng = np.random.default_rng(random_state)
    weeks = np.arange(n_weeks)
    level = np.where(weeks < (n_weeks if change is None else change), rate, rate * factor)
    # The mean of the wobble is 1, so that it widens the scatter and does not move the rate.
    drawn = np.minimum(level * np.exp(wobble * rng.standard_normal(n_weeks) - wobble**2 / 2), 1.0)
    n = rng.poisson(orders_a_week, n_weeks)
    week = np.repeat(weeks, n)
    days = first + pd.to_timedelta(7 * week + rng.integers(7, size=len(week)), unit="D")
    cases = pd.DataFrame({"ordered_at": days, "complaint": rng.random(len(week)) < drawn[week]})
    periods = first + pd.to_timedelta(7 * weeks, unit="D")
    return ComplaintCases(
        cases=cases.sort_values("ordered_at", kind="stable", ignore_index=True),
        truth=pd.DataFrame({"period": periods, "rate": drawn}),
        change=None if change is None else periods[change],
        parameters={"orders_a_week": orders_a_week, "rate": rate, "factor": factor, "wobble": wobble},
    )


def _measure(
    kind: str, typical: float, shift: np.ndarray, sample: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """True and measured values of one indicator in all shops."""
    n = max(int(sample), 1)
    if kind == "rating":
        true = np.clip(typical + shift, 1, 5)
        return true, np.clip(true + _RATING_SD / np.sqrt(n) * rng.standard_normal(len(true)), 1, 5)
    if kind == "share":
        true = expit(logit(typical) + shift)
        return true, rng.binomial(n, true) / n
    true = typical * np.exp(shift)
    hours = np.exp(_TIME_SD * rng.standard_normal((len(true), n)) - _TIME_SD**2 / 2)
    return true, true * hours.mean(axis=1)


def check_number(value: Any, name: str, low: float, high: float) -> None:
    """Refuse what is no number from ``low`` to ``high``."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not low <= value <= high or not np.isfinite(value):
        raise ValueError(f"{name} must be a finite number from {low:g} to {high:g}, got {value!r}")
