"""How far items that are to measure one thing agree: Cronbach's alpha and McDonald's omega."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kehu import frames
from kehu.surveys.answers import Answers, check_level, check_whole, complete, listed, refuse_constant
from kehu.surveys.results import Shown
from kehu.warnings import ReversedItemWarning, warn

_MOST_SWEEPS = 500


@dataclass(frozen=True, repr=False)
class Reliability(Shown, table="items"):
    """Reliability of the sum or mean of some items.

    Attributes
    ----------
    alpha, alpha_low, alpha_high : float
        Cronbach's alpha.
    omega, omega_low, omega_high : float
        McDonald's omega; NaN of two items, whose loadings two answers cannot tell.
    items : pandas.DataFrame
        One row an item: ``item``, ``mean``, ``sd``, ``item_rest`` (correlation with the sum of the others),
        ``alpha_without`` (of the others), ``loading`` (on the common factor).
    against : list of str
        Items that go against the others.
    n, n_dropped : int
        Respondents used, and left out because an answer was missing.
    missing : pandas.Series
        Missing answers by item.
    confidence_level : float
        Of the limits.
    """

    alpha: float
    alpha_low: float
    alpha_high: float
    omega: float
    omega_low: float
    omega_high: float
    items: pd.DataFrame
    against: list[str]
    n: int
    n_dropped: int
    missing: pd.Series
    confidence_level: float


def reliability(
    data: Any,
    *,
    items: Sequence[str] | None = None,
    confidence_level: float = 0.95,
    n_boot: int = 1000,
    random_state: int | np.random.Generator | None = None,
) -> Reliability:
    r"""Measure how far items agree that are to measure one thing.

    Parameters
    ----------
    data : dataframe
        One row a respondent; reversed items turned round (`Survey.scored` does so).
    items : sequence of str, optional
        Columns; all when not given.
    confidence_level : float
        Of the limits.
    n_boot : int
        Bootstrap samples for the limits of omega (percentiles).
    random_state : int, numpy.random.Generator or None
        Seed of the bootstrap.

    Returns
    -------
    Reliability

    Raises
    ------
    KeyError, TypeError, ValueError
        If an item is missing, holds text or is constant, there are fewer than two, or no more rows than
        items.

    Warns
    -----
    DroppedRowsWarning
        If rows with a missing answer were left out.
    ReversedItemWarning
        If an item goes against the others.

    Notes
    -----
    :math:`\alpha = \frac{k}{k-1}\left(1 - \sum_i s_i^2 / s_{sum}^2\right)` [1]_, with limits from
    :math:`(1-\alpha)/(1-\hat\alpha) \sim F_{n-1,(n-1)(k-1)}` [2]_.
    :math:`\omega = (\sum_i\lambda_i)^2 / \left((\sum_i\lambda_i)^2 + \sum_i\psi_i\right)` [3]_ with the
    loadings of one common factor that leaves the least squares between items (minres), in the items' units.

    References
    ----------
    .. [1] L. Cronbach, Psychometrika 16, 1951.
    .. [2] L. Feldt, Psychometrika 30, 1965.
    .. [3] R. McDonald, Test Theory, 1999.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(200, 1)) + rng.normal(size=(200, 4)), columns=list("abcd"))
    >>> found = reliability(answers, n_boot=100, random_state=1)
    >>> round(found.alpha, 2), round(found.omega, 2)
    (0.78, 0.78)
    """
    level = check_level(confidence_level)
    check_whole(n_boot, "n_boot", 2)
    answers = scale_answers(data, items, least=2)
    covariance = np.cov(answers.numbers.T)
    n, k = answers.numbers.shape
    alpha = float(_alpha(covariance))
    ends = stats.f.ppf([(1 + level) / 2, (1 - level) / 2], n - 1, (n - 1) * (k - 1))
    low, high = 1 - (1 - alpha) * ends
    omega, omega_low, omega_high = _omega_limits(answers, covariance, level, n_boot, random_state)
    table = _items(answers, covariance)
    against = table.loc[table["item_rest"] < 0, "item"].tolist()
    if against:
        warn(
            f"items {', '.join(map(str, against))} go against the others; turn round items in which "
            "agreement is bad before asking how they agree",
            ReversedItemWarning,
        )
    return Reliability(
        alpha=alpha,
        alpha_low=float(low),
        alpha_high=float(high),
        omega=omega,
        omega_low=omega_low,
        omega_high=omega_high,
        items=table,
        against=against,
        n=n,
        n_dropped=answers.n_dropped,
        missing=answers.missing,
        confidence_level=level,
    )


def scale_answers(data: Any, items: Sequence[str] | None, *, least: int) -> Answers:
    """Whole rows of the items of a scale; refuse constant items and too few rows."""
    names = listed(frames.names(data) if items is None else items, "items", least=least)
    answers = complete(data, names, yes_no=True)
    refuse_constant(answers.numbers, names, "item")
    if answers.n <= len(names):
        raise ValueError(
            f"{len(names)} items need {len(names) + 1} or more rows without gaps, got {answers.n}; take "
            "fewer items"
        )
    return answers


def one_factor(correlations: np.ndarray) -> np.ndarray:
    """Loadings on one factor with the least squares between items, of one or many correlation matrices.

    Each loading in turn is set to its best value given the others, until none changes.
    """
    many = correlations.reshape(-1, *correlations.shape[-2:])
    k = many.shape[-1]
    roots, axes = np.linalg.eigh(many)
    loadings = axes[..., -1] * np.sqrt(np.maximum(roots[..., -1:], 1e-12))
    loadings = loadings * np.where(loadings.sum(axis=-1, keepdims=True) < 0, -1, 1)
    for _ in range(_MOST_SWEEPS):
        before = loadings.copy()
        for item in range(k):
            others = np.delete(np.arange(k), item)
            rest = loadings[:, others]
            size = np.maximum((rest**2).sum(axis=1), 1e-12)
            loadings[:, item] = np.clip((many[:, item, others] * rest).sum(axis=1) / size, -1, 1)
        if np.abs(loadings - before).max() < 1e-9:
            break
    return loadings.reshape(*correlations.shape[:-1])


def _alpha(covariance: np.ndarray) -> np.ndarray:
    k = covariance.shape[-1]
    # Items that cancel out have a sum without variance: alpha is minus infinity.
    with np.errstate(divide="ignore"):
        return k / (k - 1) * (1 - np.trace(covariance, axis1=-2, axis2=-1) / covariance.sum(axis=(-2, -1)))


def _omega(covariance: np.ndarray) -> np.ndarray:
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    spread = np.sqrt(np.maximum(variance, 1e-300))
    loadings = one_factor(covariance / spread[..., :, None] / spread[..., None, :])
    common = (loadings * spread).sum(axis=-1) ** 2
    return common / (common + ((1 - loadings**2) * variance).sum(axis=-1))


def _omega_limits(
    answers: Answers, covariance: np.ndarray, level: float, n_boot: int, random_state: Any
) -> tuple[float, float, float]:
    n, k = answers.numbers.shape
    if k < 3:
        return float("nan"), float("nan"), float("nan")
    rng, centred = np.random.default_rng(random_state), answers.numbers - answers.numbers.mean(axis=0)
    draws = np.empty((n_boot, k, k))
    for draw in range(n_boot):
        draws[draw] = np.cov(centred[rng.integers(n, size=n)].T)
    low, high = np.quantile(_omega(draws), [(1 - level) / 2, (1 + level) / 2])
    return float(_omega(covariance)), float(low), float(high)


def _items(answers: Answers, covariance: np.ndarray) -> pd.DataFrame:
    k = len(covariance)
    spread = np.sqrt(np.diag(covariance))
    with_rest = covariance.sum(axis=0) - np.diag(covariance)
    rest = covariance.sum() - 2 * covariance.sum(axis=0) + np.diag(covariance)
    without = [np.delete(np.delete(covariance, item, 0), item, 1) for item in range(k)]
    return pd.DataFrame(
        {
            "item": answers.names,
            "mean": answers.numbers.mean(axis=0),
            "sd": spread,
            "item_rest": with_rest / spread / np.sqrt(np.maximum(rest, 1e-300)),
            "alpha_without": [float(_alpha(part)) if k > 2 else np.nan for part in without],
            "loading": one_factor(covariance / np.outer(spread, spread)) if k > 2 else np.nan,
        }
    )
