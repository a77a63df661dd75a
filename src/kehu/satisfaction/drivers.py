"""What goes with satisfaction: regression of an outcome on its drivers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.frames import closest
from kehu.satisfaction._report import ols, ordered
from kehu.surveys.answers import (
    Answers,
    check_column,
    check_level,
    check_whole,
    complete,
    constant,
    listed,
    refuse_collinear,
    refuse_constant,
)
from kehu.surveys.results import Shown
from kehu.warnings import NoRelationWarning, PerfectFitWarning, warn

MODELS = ("ols", "ordered")
_CHANCE = 0.05
# An R² from which nothing but rounding is left.
ALL = 1 - 1e-12


@dataclass(frozen=True, repr=False)
class DriverRegression(Shown, table="coefficients"):
    """An outcome regressed on its drivers.

    Attributes
    ----------
    coefficients : pandas.DataFrame
        One row a driver: ``driver``, ``coefficient``, ``standard_error``, ``low``, ``high``, ``statistic``
        (t or z), ``p_value``, ``p_adjusted`` (Holm, over the drivers), ``standardised`` with
        ``standardised_low`` and ``standardised_high``, ``vif``.
    intercepts : pandas.DataFrame
        ``term``, ``coefficient``, ``standard_error``, ``low``, ``high``: the intercept, or with
        ``model="ordered"`` the cuts between categories.
    r_squared : float
        Share of the variance explained; with ``model="ordered"`` McFadden's 1 − log L / log L₀.
    r_squared_adjusted : float
        For the number of drivers; McFadden's less the number of drivers / log L₀.
    r_squared_holdout : float
        The same of answers that were predicted without being seen; below 0 if the drivers mislead.
    statistic, p_value : float
        Test of all drivers together: F with robust errors (missing where an error is), or the
        likelihood-ratio χ².
    residuals : pandas.DataFrame
        One row a respondent: ``row`` (position in the input), ``observed``, ``fitted``, ``residual``,
        ``studentised``, ``leverage``, ``influence`` (Cook's distance; with ``model="ordered"`` its
        one-step likeness), ``influential`` (influence beyond 4/n).
    checks : pandas.DataFrame
        ``check``, ``statistic``, ``p_value``: of the assumptions.
    correlations : pandas.DataFrame
        Of the drivers and the outcome (last).
    marginal_effects : pandas.DataFrame or None
        Ordered model: ``driver``, ``category``, ``effect``, ``standard_error``, ``low``, ``high``: mean
        change of the chance of a category with one unit more.
    proportional_odds : pandas.DataFrame or None
        Ordered model: ``driver`` (the first row "all"), ``statistic``, ``df``, ``p_value``; missing where
        `sparse_cuts` forbid the test.
    cutwise : pandas.DataFrame or None
        Ordered model: ``driver``, ``cut``, ``coefficient``, ``standard_error``, ``cases_below``,
        ``cases_above``: what a separate logit of each cut gives, as size of the deviation.
    sparse_cuts : list of str
        Cuts with fewer than 10 cases a driver on one side.
    identified : bool
        False if a single respondent decides a coefficient, or if with ``model="ordered"`` the drivers tell
        categories apart without error, so that coefficients have no limit.
    n, n_dropped : int
        Respondents used, and left out because an answer was missing.
    missing : pandas.Series
        Missing answers by column.
    model, outcome : str
        As called.
    confidence_level : float
        Of the limits.
    """

    coefficients: pd.DataFrame
    intercepts: pd.DataFrame
    r_squared: float
    r_squared_adjusted: float
    r_squared_holdout: float
    statistic: float
    p_value: float
    residuals: pd.DataFrame
    checks: pd.DataFrame
    correlations: pd.DataFrame
    n: int
    n_dropped: int
    missing: pd.Series
    model: str
    outcome: str
    confidence_level: float
    marginal_effects: pd.DataFrame | None = None
    proportional_odds: pd.DataFrame | None = None
    cutwise: pd.DataFrame | None = None
    sparse_cuts: list[str] = field(default_factory=list)
    identified: bool = True


def driver_regression(
    data: Any,
    *,
    outcome: str,
    drivers: Sequence[str],
    model: str = "ols",
    confidence_level: float = 0.95,
    folds: int = 10,
    random_state: int | np.random.Generator | None = 0,
) -> DriverRegression:
    r"""Regress satisfaction, or another outcome, on what may drive it.

    The coefficients are associations in answers given at one time by the same people, not effects. Rates of
    complaint, retention and recommendation are outcomes, not drivers.

    Parameters
    ----------
    data : dataframe
        One row a respondent, from any dataframe library.
    outcome : str
        Column with the outcome: numbers, true and false (1 and 0), or with ``model="ordered"`` ordered
        categories.
    drivers : sequence of str
        Columns with the drivers: numbers, or true and false.
    model : {"ols", "ordered"}
        Least squares, or an ordered logit, which treats the outcome as ranks only (up to 20 categories).
    confidence_level : float
        Of the limits.
    folds : int
        Parts into which respondents are cut for the hold-out R²; at most one each.
    random_state : int, numpy.random.Generator or None
        Draws the parts.

    Returns
    -------
    DriverRegression

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing, holds text or is constant, the outcome is among the drivers or has one
        category, there are no more rows than coefficients, drivers are perfectly collinear, or the outcome
        of an ordered model has too many categories.

    Warns
    -----
    DroppedRowsWarning
        If rows with a missing answer were left out.
    NoRelationWarning
        If the drivers together explain no more than chance would (p > 0.05).
    PerfectFitWarning
        If the drivers make up the outcome without any error.
    SparseCutsWarning
        Ordered model: if a cut has fewer than 10 cases a driver on a side, so that proportional odds are
        not tested.
    NotIdentifiedWarning
        If a single respondent decides a coefficient, whose error is then missing; ordered model: if a
        coefficient runs off.

    Notes
    -----
    Least squares: :math:`\hat\beta = (X'X)^{-1}X'y` with the covariance
    :math:`(X'X)^{-1} X'\mathrm{diag}(e_i^2/(1-h_i)^2) X (X'X)^{-1}` (HC3 [1]_) and limits from Student's t.
    All drivers together: :math:`F = \hat\beta'V^{-1}\hat\beta/p`, its p-value from Hotelling's T² with
    :math:`\nu = n-p-1`, :math:`F(\nu-p+1)/\nu \sim F(p, \nu-p+1)`, as V is estimated.
    Standardised: :math:`\hat\beta_j s_j / s_y`, its limits scaled alike.
    Ordered logit [2]_: :math:`P(Y \le k) = 1/(1 + e^{-(\theta_k - x'\beta)})`, errors from the curvature;
    standardised: :math:`\hat\beta_j s_j`. Proportional odds by the test of Brant [3]_; residuals are
    :math:`P(Y < y) - P(Y > y)` [4]_.

    References
    ----------
    .. [1] J. MacKinnon, H. White, Journal of Econometrics 29, 1985.
    .. [2] P. McCullagh, Journal of the Royal Statistical Society B 42, 1980.
    .. [3] R. Brant, Biometrics 46, 1990.
    .. [4] C. Li, B. Shepherd, Biometrika 99, 2012.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.integers(1, 6, (200, 2)), columns=["speed", "care"])
    >>> answers["satisfaction"] = 1 + 0.5 * answers["speed"] + rng.normal(0, 0.5, 200)
    >>> found = driver_regression(answers, outcome="satisfaction", drivers=["speed", "care"])
    >>> found.coefficients[["driver", "coefficient", "p_value"]].round(2)
      driver  coefficient  p_value
    0  speed         0.48     0.00
    1   care        -0.02     0.48
    """
    level = check_level(confidence_level)
    check_whole(folds, "folds", 2)
    if model not in MODELS:
        raise ValueError(f"model={model!r} is not known; {closest(model, MODELS)}")
    words = ordered_words(data, outcome) if model == "ordered" else None
    answers = regression_answers(data, outcome, drivers, words=words)
    fold = np.random.default_rng(random_state).permutation(np.arange(answers.n) % folds)
    report = ols(answers, level, fold) if model == "ols" else ordered(answers, level, fold, words)
    found = DriverRegression(model=model, **report)
    judge(found.p_value, outcome, exact=found.identified and found.r_squared > ALL)
    return found


def regression_answers(
    data: Any, outcome: str, drivers: Sequence[str], *, words: list[Any] | None = None
) -> Answers:
    """Check outcome and drivers of a regression; the outcome is the last column, as ranks if in words."""
    check_column(outcome, "outcome")
    drivers = listed(drivers, "drivers")
    if outcome in drivers:
        raise ValueError(f"the outcome {outcome!r} stands among the drivers; leave it out of them")
    columns = [*drivers, outcome]
    if words is not None:
        data = frames.select(data, {name: name for name in columns})
        codes = data[outcome].cat.codes
        data[outcome] = (codes + 1.0).mask(codes < 0)
    answers = complete(data, columns, yes_no=True)
    x, y = answers.numbers[:, :-1], answers.numbers[:, -1]
    if constant(answers.numbers)[-1]:
        raise ValueError(
            f"the outcome {outcome!r} has one category only: all {answers.n:,} answers are {y[0]:g}; there "
            "is nothing to explain"
        )
    refuse_constant(x, drivers, "driver")
    if answers.n <= len(drivers) + 1:
        raise ValueError(
            f"{len(drivers)} drivers need {len(drivers) + 2} or more rows without gaps, got {answers.n}; "
            "take fewer drivers"
        )
    refuse_collinear(x, drivers, "driver")
    return answers


def ordered_words(data: Any, outcome: str) -> list[Any] | None:
    """Categories of an outcome that holds ordered ones; None if it holds numbers."""
    check_column(outcome, "outcome")
    kind = frames.select(data, {outcome: outcome})[outcome].dtype
    ranked = isinstance(kind, pd.CategoricalDtype) and kind.ordered
    return list(kind.categories) if ranked else None


def judge(p_value: float, outcome: str, *, exact: bool) -> None:
    """Warn where drivers explain nothing, or everything."""
    if p_value > _CHANCE:
        warn(
            f"the drivers together explain no more of {outcome} than chance would (p = {p_value:.2g}), so "
            "that their order means nothing",
            NoRelationWarning,
        )
    elif exact:
        warn(
            f"the drivers make up {outcome} exactly, so that there is no error to judge by; was it worked "
            "out from them, or are the rows too few?",
            PerfectFitWarning,
        )
