"""What goes with satisfaction: regression of an outcome on its drivers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kehu.frames import closest
from kehu.satisfaction._limits import holm
from kehu.satisfaction._linear import LeastSquares, held_out, variance_inflation
from kehu.satisfaction._ordered import CutWise, OrderedLogit
from kehu.surveys.answers import (
    Answers,
    check_level,
    check_whole,
    complete,
    listed,
    refuse_collinear,
    refuse_constant,
)
from kehu.warnings import NoRelationWarning, NotIdentifiedWarning, SparseCutsWarning, warn

MODELS = ("ols", "ordered")
_MOST_CATEGORIES = 20
_CASES_A_DRIVER = 10
_CHANCE = 0.05


@dataclass(frozen=True)
class DriverRegression:
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
        Test of all drivers together: F with robust errors, or the likelihood-ratio χ².
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
        False if the drivers tell categories apart without error, so that coefficients have no limit.
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
    intercepts: pd.DataFrame = field(repr=False)
    r_squared: float
    r_squared_adjusted: float
    r_squared_holdout: float
    statistic: float
    p_value: float
    residuals: pd.DataFrame = field(repr=False)
    checks: pd.DataFrame = field(repr=False)
    correlations: pd.DataFrame = field(repr=False)
    n: int
    n_dropped: int
    missing: pd.Series = field(repr=False)
    model: str
    outcome: str
    confidence_level: float
    marginal_effects: pd.DataFrame | None = field(default=None, repr=False)
    proportional_odds: pd.DataFrame | None = field(default=None, repr=False)
    cutwise: pd.DataFrame | None = field(default=None, repr=False)
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
        Column with the outcome.
    drivers : sequence of str
        Columns with the drivers.
    model : {"ols", "ordered"}
        Least squares, or an ordered logit, which treats the outcome as ranks only (up to 20 categories).
    confidence_level : float
        Of the limits.
    folds : int
        Parts into which respondents are cut for the hold-out R².
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
    SparseCutsWarning
        Ordered model: if a cut has fewer than 10 cases a driver on a side, so that proportional odds are
        not tested.
    NotIdentifiedWarning
        Ordered model: if a coefficient runs off.

    Notes
    -----
    Least squares: :math:`\hat\beta = (X'X)^{-1}X'y` with the covariance
    :math:`(X'X)^{-1} X'\mathrm{diag}(e_i^2/(1-h_i)^2) X (X'X)^{-1}` (HC3 [1]_) and limits from Student's t.
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
    if model not in MODELS:
        raise ValueError(f"model={model!r} is not known; {closest(model, MODELS)}")
    answers = regression_answers(data, outcome, drivers, ranked=model == "ordered")
    if check_whole(folds, "folds", 2) > answers.n:
        raise ValueError(f"folds must not exceed the {answers.n} respondents, got {folds}")
    fold = np.random.default_rng(random_state).permutation(np.arange(answers.n) % folds)
    fit = _ols if model == "ols" else _ordered
    found = fit(answers, level, fold)
    if found.p_value > _CHANCE:
        warn(
            f"the drivers together explain no more of {outcome} than chance would (p = {found.p_value:.2g})",
            NoRelationWarning,
        )
    return found


def regression_answers(data: Any, outcome: str, drivers: Sequence[str], *, ranked: bool = False) -> Answers:
    """Check outcome and drivers of a regression; the outcome is the last column."""
    drivers = listed(drivers, "drivers")
    if outcome in drivers:
        raise ValueError(f"the outcome {outcome!r} stands among the drivers; leave it out of them")
    if ranked:
        data = _ranks(data, outcome)
    answers = complete(data, [*drivers, outcome], what="data")
    x, y = answers.numbers[:, :-1], answers.numbers[:, -1]
    if y.min() == y.max():
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


def _ranks(data: Any, outcome: str) -> Any:
    """Ordered categories of a pandas outcome as their ranks from 1."""
    if isinstance(data, pd.DataFrame) and list(data.columns).count(outcome) == 1:
        column = data[outcome]
        if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
            codes = pd.Series(column.cat.codes, index=data.index)
            return data.assign(**{outcome: (codes + 1.0).mask(codes < 0)})
    return data


def _ols(answers: Answers, level: float, fold: np.ndarray) -> DriverRegression:
    x, y = answers.numbers[:, :-1], answers.numbers[:, -1]
    fit = LeastSquares.of(x, y)
    errors = np.sqrt(np.diag(fit.covariance))
    half = stats.t.ppf((1 + level) / 2, fit.df) * errors
    statistic = _ratio(fit.beta, errors)
    p_value = 2 * stats.t.sf(np.abs(statistic), fit.df)
    scale = x.std(axis=0, ddof=1) / y.std(ddof=1)
    together = fit.wald()
    return DriverRegression(
        coefficients=_coefficients(
            answers.names[:-1], x, fit.beta[1:], errors[1:], half[1:], statistic[1:], p_value[1:], scale
        ),
        intercepts=_intercepts(["intercept"], fit.beta[:1], errors[:1], half[:1]),
        r_squared=fit.r_squared,
        r_squared_adjusted=1 - (1 - fit.r_squared) * (answers.n - 1) / fit.df,
        r_squared_holdout=held_out(x, y, fold),
        statistic=together[0],
        p_value=together[1],
        residuals=fit.diagnostics(answers.rows),
        checks=fit.checks(),
        model="ols",
        **_context(answers, level),
    )


def _ordered(answers: Answers, level: float, fold: np.ndarray) -> DriverRegression:
    x, drivers = answers.numbers[:, :-1], answers.names[:-1]
    categories, y = np.unique(answers.numbers[:, -1], return_inverse=True)
    if len(categories) > _MOST_CATEGORIES:
        raise ValueError(
            f"the outcome {answers.names[-1]!r} has {len(categories)} different answers; an ordered model "
            f"takes up to {_MOST_CATEGORIES}: cut it into classes, or use model='ols'"
        )
    fit = OrderedLogit.of(x, y, len(categories))
    if not fit.identified:
        warn(
            f"the drivers tell categories of {answers.names[-1]} apart without error, so coefficients have "
            "no limit; join categories or take fewer drivers",
            NotIdentifiedWarning,
        )
    n_cuts, p = len(categories) - 1, len(drivers)
    z = stats.norm.ppf((1 + level) / 2)
    errors = np.sqrt(np.maximum(np.diag(fit.covariance), 0))
    cut_errors, errors = errors[:n_cuts], errors[n_cuts:]
    statistic = _ratio(fit.beta, errors)
    shares = np.bincount(y) / answers.n
    null = float((answers.n * shares * np.log(shares)).sum())
    ratio = 2 * (fit.log_likelihood - null)
    names = [f"{category:g}" for category in categories]
    cuts = [f"{low}|{high}" for low, high in pairwise(names)]
    odds = _proportional_odds(x, y, drivers, cuts)
    return DriverRegression(
        coefficients=_coefficients(
            drivers, x, fit.beta, errors, z * errors, statistic, 2 * stats.norm.sf(np.abs(statistic)),
            x.std(axis=0, ddof=1),
        ),
        intercepts=_intercepts(cuts, fit.cuts, cut_errors, z * cut_errors),
        r_squared=1 - fit.log_likelihood / null,
        r_squared_adjusted=1 - (fit.log_likelihood - p) / null,
        r_squared_holdout=_ordered_held_out(x, y, len(categories), fold),
        statistic=ratio,
        p_value=float(stats.chi2.sf(ratio, p)),
        residuals=_ordered_residuals(fit, answers, y, categories),
        checks=_ordered_checks(fit, x, y, odds["proportional_odds"]),
        marginal_effects=_marginal_effects(fit, x, drivers, categories, z),
        identified=fit.identified,
        model="ordered",
        **odds,
        **_context(answers, level),
    )  # fmt: skip


def _ratio(value: np.ndarray, error: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(error > 0, value / error, np.where(value == 0, 0.0, np.copysign(np.inf, value)))


def _coefficients(
    drivers: list[str],
    x: np.ndarray,
    beta: np.ndarray,
    errors: np.ndarray,
    half: np.ndarray,
    statistic: np.ndarray,
    p_value: np.ndarray,
    scale: np.ndarray,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "driver": drivers,
            "coefficient": beta,
            "standard_error": errors,
            "low": beta - half,
            "high": beta + half,
            "statistic": statistic,
            "p_value": p_value,
            "p_adjusted": holm(p_value),
            "standardised": beta * scale,
            "standardised_low": (beta - half) * scale,
            "standardised_high": (beta + half) * scale,
            "vif": variance_inflation(x),
        }
    )


def _intercepts(terms: list[str], values: np.ndarray, errors: np.ndarray, half: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "term": terms,
            "coefficient": values,
            "standard_error": errors,
            "low": values - half,
            "high": values + half,
        }
    )


def _context(answers: Answers, level: float) -> dict[str, Any]:
    frame = answers.frame()
    return {
        "correlations": frame.corr(),
        "n": answers.n,
        "n_dropped": answers.n_dropped,
        "missing": answers.missing,
        "outcome": answers.names[-1],
        "confidence_level": level,
    }


def _marginal_effects(
    fit: OrderedLogit, x: np.ndarray, drivers: list[str], categories: np.ndarray, z: float
) -> pd.DataFrame:
    effects, errors = fit.marginal_effects(x)
    return pd.DataFrame(
        {
            "driver": np.repeat(drivers, len(categories)),
            "category": np.tile(categories, len(drivers)),
            "effect": effects.ravel(),
            "standard_error": errors.ravel(),
            "low": (effects - z * errors).ravel(),
            "high": (effects + z * errors).ravel(),
        }
    )


def _ordered_residuals(
    fit: OrderedLogit, answers: Answers, y: np.ndarray, categories: np.ndarray
) -> pd.DataFrame:
    chances = fit.probabilities(answers.numbers[:, :-1])
    everyone = np.arange(answers.n)
    upto = np.cumsum(chances, axis=1)[everyone, y]
    residual = (upto - chances[everyone, y]) - (1 - upto)
    # Share that a respondent has in the information, and the one-step change of the estimate without him.
    leverage = np.einsum("ij,jk,ik->i", fit.scores, fit.covariance, fit.scores)
    influence = leverage / fit.scores.shape[1]
    return pd.DataFrame(
        {
            "row": answers.rows,
            "observed": answers.numbers[:, -1],
            "fitted": chances @ categories,
            "residual": residual,
            "studentised": residual / residual.std(),
            "leverage": leverage,
            "influence": influence,
            "influential": influence > 4 / answers.n,
        }
    )


def _ordered_checks(fit: OrderedLogit, x: np.ndarray, y: np.ndarray, odds: pd.DataFrame) -> pd.DataFrame:
    """Proportional odds over all drivers, and whether the square of the index would add something."""
    index = x @ fit.beta
    bent = OrderedLogit.of(np.column_stack([x, (index - index.mean()) ** 2]), y, len(fit.cuts) + 1)
    ratio = 2 * max(bent.log_likelihood - fit.log_likelihood, 0.0)
    rows = [
        ("proportional odds (Brant)", odds["statistic"].iloc[0], odds["p_value"].iloc[0]),
        ("straight lines (squared index)", ratio, stats.chi2.sf(ratio, 1)),
    ]
    return pd.DataFrame(rows, columns=["check", "statistic", "p_value"])


def _ordered_held_out(x: np.ndarray, y: np.ndarray, n_categories: int, fold: np.ndarray) -> float:
    """McFadden's R² of answers not seen; NaN if a category is too rare to be in every part left."""
    value = null = 0.0
    for part in np.unique(fold):
        seen = fold != part
        counts = np.bincount(y[seen], minlength=n_categories)
        if not counts.all() or (x[seen].std(axis=0) == 0).any():
            return float("nan")
        fit = OrderedLogit.of(x[seen], y[seen], n_categories)
        chances = fit.probabilities(x[~seen])[np.arange((~seen).sum()), y[~seen]]
        value += np.log(np.maximum(chances, 1e-300)).sum()
        null += np.log(counts / seen.sum())[y[~seen]].sum()
    return float(1 - value / null)


def _proportional_odds(x: np.ndarray, y: np.ndarray, drivers: list[str], cuts: list[str]) -> dict[str, Any]:
    """Brant's test where every cut has cases enough, and what each cut alone gives."""
    p, n = len(drivers), len(y)
    below = np.cumsum(np.bincount(y))[:-1]
    rare = np.minimum(below, n - below) < _CASES_A_DRIVER * p
    sparse = [cut for cut, few in zip(cuts, rare, strict=True) if few]
    split = CutWise.of(x, y, len(cuts) + 1)
    testable = len(cuts) > 1 and not sparse and not np.isnan(split.beta).any()
    if sparse and len(cuts) > 1:
        warn(
            f"cuts {', '.join(sparse)} have fewer than {_CASES_A_DRIVER} cases a driver on one side, so "
            "proportional odds are not tested; join rare categories",
            SparseCutsWarning,
        )
    rows = []
    for name, chosen in [("all", list(range(p))), *((name, [j]) for j, name in enumerate(drivers))]:
        tested = split.test(chosen) if testable else (np.nan, (len(cuts) - 1) * len(chosen), np.nan)
        rows.append((name, *tested))
    cutwise = pd.DataFrame(
        {
            "driver": np.repeat(drivers, len(cuts)),
            "cut": np.tile(cuts, p),
            "coefficient": split.beta.T.ravel(),
            "standard_error": split.errors.T.ravel(),
            "cases_below": np.tile(below, p),
            "cases_above": np.tile(n - below, p),
        }
    )
    return {
        "proportional_odds": pd.DataFrame(rows, columns=["driver", "statistic", "df", "p_value"]),
        "cutwise": cutwise,
        "sparse_cuts": sparse,
    }
