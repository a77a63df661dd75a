"""Shops with a campaign of which the effect is known: drawn at random, or sent to the good customers only.

With ``effect=0`` such a shop is the null shop of campaigns: whatever a comparison finds there is selection or
chance.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import rankdata

from kehu.frames import closest
from kehu.simulate.baskets import check_count

ASSIGNMENTS = ("random", "best")
_SPREAD = 1.2  # shape of the gamma distribution of purchase rates
_STEEP = 5.0  # how sharply good customers are preferred
_LOOKED_AT = 12  # weeks of spending by which the good ones are chosen


@dataclass(frozen=True)
class SimulatedCampaign:
    """A simulated shop with one campaign, and what the campaign did.

    Attributes
    ----------
    orders : pandas.DataFrame
        ``customer_id``, ``order_id``, ``ordered_at``, ``amount``; one row an order.
    customers : pandas.DataFrame
        ``customer_id``, ``addressed``, and the truth: ``weekly_rate`` of orders and ``gain``, the amount that
        the campaign brings from this customer on average, if addressed, in the weeks after the start.
    start : pandas.Timestamp
        First day of the campaign.
    weeks_before, weeks_after : int
        Full weeks of data before and from the start.
    gain : float
        Mean ``gain`` of those addressed: what an estimate should find.
    """

    orders: pd.DataFrame = field(repr=False)
    customers: pd.DataFrame = field(repr=False)
    start: pd.Timestamp
    weeks_before: int
    weeks_after: int
    gain: float


def simulated_campaign(
    n_customers: int = 2000,
    *,
    effect: float = 0.3,
    assignment: str = "random",
    share: float = 0.5,
    weeks_before: int = 40,
    weeks_after: int = 8,
    list_weeks: int = 4,
    weekly_rate: float = 0.5,
    order_value: float = 30.0,
    random_state: int | np.random.Generator | None = None,
) -> SimulatedCampaign:
    r"""Simulate a shop and a campaign that raises how often those addressed buy.

    Customer :math:`i` orders at random (Poisson) at a rate :math:`\lambda_i s_t` a week: :math:`\lambda_i` is
    gamma distributed, the season :math:`s_t` common to all. Values of orders are log-normal around a mean of
    his own. From the start, those addressed order :math:`1 + e` times as often, with :math:`e` the effect.

    Parameters
    ----------
    n_customers : int
        Number of customers.
    effect : float
        Relative rise of the rate of orders; 0 gives the null shop of campaigns, in which there is nothing to
        find.
    assignment : {"random", "best"}
        Who is addressed: drawn at random; or rather those who spent most in the twelve weeks before the list
        was drawn up, so that addressed and others differ from the outset.
    share : float
        Share of customers addressed: exactly with "random", about so with "best".
    weeks_before, weeks_after : int
        Weeks of data before and from the start.
    list_weeks : int
        Weeks between the drawing up of the list and the start ("best" only).
    weekly_rate, order_value : float
        Mean orders a customer and week, and mean value of an order.
    random_state : int or numpy.random.Generator, optional
        Seed.

    Returns
    -------
    SimulatedCampaign

    Raises
    ------
    ValueError, TypeError
        If a number is out of its range, ``assignment`` is another, or there are too few weeks before the
        list.

    Examples
    --------
    >>> shop = simulated_campaign(500, effect=0.0, random_state=1)
    >>> shop.gain, int(shop.customers["addressed"].sum())
    (0.0, 250)
    """
    _check(n_customers, effect, assignment, share, weeks_before, weeks_after, list_weeks)
    if not (0 < weekly_rate < np.inf and 0 < order_value < np.inf):
        raise ValueError(
            f"weekly_rate and order_value must be positive, got {weekly_rate!r} and {order_value!r}"
        )
    rng = np.random.default_rng(random_state)
    rate = rng.gamma(_SPREAD, weekly_rate / _SPREAD, n_customers)
    value = order_value * np.exp(rng.normal(-0.125, 0.5, n_customers))
    weeks = weeks_before + weeks_after
    season = 1 + 0.25 * np.sin(2 * np.pi * (np.arange(weeks) + rng.uniform(0, 52)) / 26)
    counts = rng.poisson(rate[:, None] * season)
    spent = counts[:, : weeks_before - list_weeks][:, -_LOOKED_AT:].sum(axis=1) * value
    addressed = _addressed(spent, assignment, share, rng)
    later = np.arange(weeks) >= weeks_before
    counts = counts + rng.poisson(np.outer(rate * addressed * max(effect, 0.0), season * later))
    if effect < 0:
        lost = rng.binomial(counts, -effect)
        counts = np.where(np.outer(addressed, later), counts - lost, counts)
    gain = rate * value * season[later].sum() * effect
    start = pd.Timestamp("2017-01-02") + pd.Timedelta(weeks=weeks_before)
    return SimulatedCampaign(
        orders=_orders(counts, value, rng),
        customers=pd.DataFrame(
            {
                "customer_id": np.arange(n_customers),
                "addressed": addressed,
                "weekly_rate": rate,
                "gain": gain,
            }
        ),
        start=start,
        weeks_before=weeks_before,
        weeks_after=weeks_after,
        gain=float(gain[addressed].mean()),
    )


def _addressed(spent: np.ndarray, assignment: str, share: float, rng: np.random.Generator) -> np.ndarray:
    n = len(spent)
    chosen = np.zeros(n, bool)
    if assignment == "random":
        chosen[rng.permutation(n)[: min(max(round(share * n), 1), n - 1)]] = True
        return chosen
    rank = rankdata(spent) / n
    chosen = rng.random(n) < expit(_STEEP * (rank - (1 - share)))
    # Neither group may be empty.
    chosen[np.argmax(rank)], chosen[np.argmin(rank)] = True, False
    return chosen


def _orders(counts: np.ndarray, value: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """One row an order, at a random minute of its week, in the order of time."""
    customer, week = np.nonzero(counts)
    times = counts[customer, week]
    customer, week = np.repeat(customer, times), np.repeat(week, times)
    minute = week * 10_080 + rng.integers(10_080, size=len(week))
    order = np.argsort(minute, kind="stable")
    customer, minute = customer[order], minute[order]
    amount = value[customer] * np.exp(rng.normal(-0.08, 0.4, len(customer)))
    return pd.DataFrame(
        {
            "customer_id": customer,
            "order_id": np.arange(len(customer)),
            "ordered_at": np.datetime64("2017-01-02", "us") + minute.astype("timedelta64[m]"),
            "amount": amount.round(2),
        }
    )


def _check(
    n_customers: int,
    effect: float,
    assignment: str,
    share: float,
    weeks_before: int,
    weeks_after: int,
    list_weeks: int,
) -> None:
    check_count(n_customers, "n_customers", 2)
    check_count(weeks_after, "weeks_after", 1)
    check_count(list_weeks, "list_weeks", 0)
    check_count(weeks_before, "weeks_before", 1)
    if assignment not in ASSIGNMENTS:
        raise ValueError(f"assignment={assignment!r} is not known; {closest(assignment, ASSIGNMENTS)}")
    if weeks_before <= list_weeks:
        raise ValueError(
            f"weeks_before must exceed list_weeks ({list_weeks}), got {weeks_before}: the list needs a past"
        )
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, got {share!r}")
    if not -1 < effect < np.inf:
        raise ValueError(f"effect must exceed -1 (0.3 means 30 % more orders), got {effect!r}")
