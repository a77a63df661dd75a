"""A campaign that was not drawn at random, described: like compared with like, before and after."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kehu.effects.checks import drift, events, placebo_date, sensitivity
from kehu.effects.panel import check_periods, panel
from kehu.effects.trial import Trial, groups
from kehu.lifecycle._purchases import moment_of
from kehu.lifecycle.survival import check_level
from kehu.warnings import FewEventsWarning, NotComparableWarning, UnmatchedWarning, warn

_ENOUGH_MATCHED = 0.8
_FEWEST = 20
DESCRIBED, CANNOT_TELL = "described", "cannot tell"


@dataclass(frozen=True)
class MatchedDifference:
    """How those addressed changed against others like them. Described, not caused.

    Attributes
    ----------
    estimate, low, high : float
        Difference in differences: how much more those addressed bought in all periods after the start, a
        customer, than others like them, beyond the difference there was just before.
    verdict : {"described", "cannot tell"}
        "cannot tell" if the groups drifted apart already before the start, or a date without a campaign
        gives a difference as well.
    events : pandas.DataFrame
        By ``period`` (0 is the first from the start): ``difference`` between the groups against the mean of
        the periods held out, ``low``, ``high``, ``window`` ("matched", "held out", "after").
    checks : pandas.DataFrame
        ``check`` ("drift before": slope of the differences in the periods held out; "placebo date"),
        ``estimate``, ``low``, ``high``, ``passed``; where one could not be made, why in ``reason``.
    balance : pandas.DataFrame
        ``feature``, and the difference of the groups in standard deviations, ``before_matching`` and
        ``after_matching``.
    sensitivity : pandas.DataFrame
        ``choice``, ``estimate``, ``low``, ``high`` of other ways: unmatched, coarser and finer matching,
        without the difference before, and under drifts as large as half, once and twice the largest seen.
    naive, naive_low, naive_high : float
        Plain difference of the groups after the start: selection and effect in one.
    n_treated, n_matched, n_control, n_unseen : int
        Customers addressed with a past; of them with others like them; the others; and addressed without an
        order early enough to be matched.
    start : pandas.Timestamp
        First day of the campaign.
    measure : {"amount", "purchases"}
        What was compared.
    period_days : int
        Length of a period.
    confidence_level : float
        Of all limits, but those of the checks, which share the error between them.
    words : str
        "described".
    """

    estimate: float
    low: float
    high: float
    verdict: str
    events: pd.DataFrame = field(repr=False)
    checks: pd.DataFrame = field(repr=False)
    balance: pd.DataFrame = field(repr=False)
    sensitivity: pd.DataFrame = field(repr=False)
    naive: float
    naive_low: float = field(repr=False)
    naive_high: float = field(repr=False)
    n_treated: int
    n_matched: int
    n_control: int
    n_unseen: int
    start: pd.Timestamp
    measure: str
    period_days: int = field(repr=False)
    confidence_level: float = field(repr=False)
    words: str = DESCRIBED


def matched_difference(
    orders: Any,
    addressed: Any,
    *,
    start: Any,
    controls: Any = None,
    match: int = 12,
    held_out: int = 4,
    after: int = 8,
    period_days: int = 7,
    measure: str = "amount",
    bins: int = 5,
    placebo: bool = True,
    confidence_level: float = 0.95,
    n_boot: int = 400,
    random_state: int | np.random.Generator | None = 0,
    customer: str = "customer_id",
    moment: str = "ordered_at",
    amount: str = "amount",
) -> MatchedDifference:
    r"""Describe how customers changed after a campaign that was not drawn at random.

    Campaigns go to good customers, who would buy more anyway. So each customer addressed is compared with
    others who bought alike in the ``match`` periods; the periods ``held_out`` between these and the start
    show whether the groups then still run side by side; and what they differ by there is taken off. What is
    left describes those addressed. It is an effect only if nothing else set them apart: no calculation can
    tell. Everyone addressed counts, never those who redeemed.

    Parameters
    ----------
    orders : dataframe
        Order lines as `kehu.orders.clean` gives them.
    addressed : list, Series or table with ``customer_id``
        Everyone who was addressed.
    start : date
        First day of the campaign.
    controls : list, Series or table with ``customer_id``, optional
        Whom to compare with; all others when not given. Leave out those whom another campaign addressed.
    match, held_out, after : int
        Periods by which customers are matched, that are held out, and from the start on.
    period_days : int
        Days of a period.
    measure : {"amount", "purchases"}
        Money, or days with an order.
    bins : int
        Classes of the sum before; the other features have up to three and two.
    placebo : bool
        Whether to pretend that the campaign began ``after`` periods earlier, when there was none.
    confidence_level : float
        Of the limits.
    n_boot : int
        Times that customers are resampled, at least 50.
    random_state : int or numpy.random.Generator, optional
        Seed of the resampling.
    customer, moment, amount : str
        Columns of the orders.

    Returns
    -------
    MatchedDifference

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, the orders do not cover the periods, nobody addressed
        or nobody else has a past or is alike, someone is both addressed and control, or ``addressed`` is a
        table of redemptions.

    Warns
    -----
    NotComparableWarning
        If the verdict is "cannot tell".
    UnmatchedWarning
        If more than a fifth of those addressed are like nobody else.
    FewEventsWarning
        If either group has fewer than twenty customers.

    Notes
    -----
    Customers take part who had ordered before the periods held out, whatever they did later. They are put in
    cells [1]_ by the sum, the number of active periods and the share of these in the later half. With
    :math:`D_t` the mean difference within cells, weighted by those addressed, the estimate is
    :math:`\sum_{t \ge 0} (D_t - \bar D_{\text{held out}})` [2]_. Matching and taking differences
    with one and the same past would count chance twice (those who were lucky fall back); the periods held out
    prevent that. Limits are percentiles over resampled customers, cells fixed.

    The checks share the error: each uses limits at half of it. The placebo date is a strict one: if the list
    of those addressed was drawn up by what they bought in the periods that it looks at, it fails, though the
    estimate may be sound. The drifts of ``sensitivity`` widen the limits by M times the largest departure
    from the mean in the periods held out [3]_. A check that is passed is no proof; one that is failed is a
    warning not to be overruled.

    References
    ----------
    .. [1] S. M. Iacus, G. King, G. Porro, "Causal inference without balance checking: coarsened exact
       matching", Political Analysis 20, 2012.
    .. [2] J. J. Heckman, H. Ichimura, P. E. Todd, "Matching as an econometric evaluation estimator", Review
       of Economic Studies 64, 1997.
    .. [3] A. Rambachan, J. Roth, "A more credible approach to parallel trends", Review of Economic Studies
       90, 2023.

    Examples
    --------
    >>> import kehu
    >>> shop = kehu.simulate.simulated_campaign(800, assignment="best", random_state=1)
    >>> drawn = shop.customers.loc[shop.customers["addressed"], "customer_id"]
    >>> found = matched_difference(shop.orders, drawn, start=shop.start, n_boot=50)
    >>> found.verdict, found.naive > found.estimate
    ('described', True)
    """
    for name, value, least in (
        ("match", match, 2),
        ("held_out", held_out, 3),
        ("after", after, 1),
        ("period_days", period_days, 1),
        ("bins", bins, 1),
        ("n_boot", n_boot, 50),
    ):
        check_periods(value, name, least)
    check_level(confidence_level)
    rng = np.random.default_rng(random_state)
    window = (match, held_out, after)
    names = (customer, moment, amount)
    found = panel(orders, start, match + held_out, after, period_days, measure, names)
    sides = groups(found, addressed, controls, held_out)
    trial = Trial.of(found, sides, window, bins)
    matched = int(trial.matched)
    if matched < _ENOUGH_MATCHED * trial.n_treated:
        warn(
            f"{trial.n_treated - matched:,} of {trial.n_treated:,} addressed are like no other customer and "
            "were left out; take fewer bins, or say of whom this speaks",
            UnmatchedWarning,
        )
    if min(matched, trial.n_control) < _FEWEST:
        warn(f"only {matched} addressed and {trial.n_control} others were compared", FewEventsWarning)
    draws = trial.resampled(n_boot, rng)
    tails = (1 - confidence_level) / 2
    checks = [drift(trial, draws, tails / 2)]
    if placebo:
        checks.append(
            placebo_date(
                orders, start, names, measure, window, period_days, bins, sides, n_boot, rng, tails / 2
            )
        )
    checks = pd.DataFrame(checks)
    verdict = CANNOT_TELL if (checks["passed"] == False).any() else DESCRIBED  # noqa: E712
    if verdict == CANNOT_TELL:
        failed = " and ".join(checks.loc[checks["passed"] == False, "check"])  # noqa: E712
        warn(
            f"the groups differ where no campaign can have made them ({failed}): no effect can be told",
            NotComparableWarning,
        )
    low, high = np.quantile(draws.effects(window), [tails, 1 - tails])
    naive_low, naive_high = np.quantile(draws.naive, [tails, 1 - tails])
    return MatchedDifference(
        estimate=trial.effect,
        low=float(low),
        high=float(high),
        verdict=verdict,
        events=events(trial, draws, tails),
        checks=checks,
        balance=trial.cells.balance(trial.features, trial.treated),
        sensitivity=sensitivity(found, sides, window, bins, n_boot, rng, trial, draws, tails),
        naive=trial.naive(),
        naive_low=float(naive_low),
        naive_high=float(naive_high),
        n_treated=trial.n_treated,
        n_matched=matched,
        n_control=trial.n_control,
        n_unseen=sides.n_unseen,
        start=moment_of(found.start),
        measure=measure,
        period_days=period_days,
        confidence_level=confidence_level,
    )
