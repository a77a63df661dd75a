"""How much of the explained variance each driver accounts for: LMG shares and Johnson's relative weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kehu.frames import closest
from kehu.satisfaction.drivers import ALL, judge, regression_answers
from kehu.surveys.answers import check_level, check_whole
from kehu.surveys.results import Shown

METHODS = ("auto", "lmg", "johnson")
_MOST_LMG = 15
# Beyond this the subsets of the drivers are too many even for a sweep each.
_TOO_MANY_LMG = 22


@dataclass(frozen=True, repr=False)
class RelativeImportance(Shown, table="importance"):
    """Explained variance divided among the drivers.

    Attributes
    ----------
    importance : pandas.DataFrame
        One row a driver: ``driver``, ``importance`` (part of R²) with ``low`` and ``high``, ``share`` (of R²)
        with ``share_low`` and ``share_high``, ``rank`` (1 is first) with ``rank_low`` and ``rank_high``.
    r_squared, r_squared_low, r_squared_high : float
        Explained variance with all drivers; the sum of ``importance``.
    p_value : float
        F test of all drivers together.
    method : str
        "lmg" or "johnson".
    n, n_dropped : int
        Respondents used, and left out because an answer was missing.
    missing : pandas.Series
        Missing answers by column.
    outcome : str
        As called.
    draws : pandas.DataFrame
        Importance of each driver in each bootstrap sample.
    confidence_level : float
        Of the limits.
    """

    importance: pd.DataFrame
    r_squared: float
    r_squared_low: float
    r_squared_high: float
    p_value: float
    method: str
    n: int
    n_dropped: int
    missing: pd.Series
    outcome: str
    draws: pd.DataFrame
    confidence_level: float


def relative_importance(
    data: Any,
    *,
    outcome: str,
    drivers: Sequence[str],
    method: str = "auto",
    n_boot: int = 1000,
    confidence_level: float = 0.95,
    random_state: int | np.random.Generator | None = None,
) -> RelativeImportance:
    r"""Divide the explained variance of an outcome among its drivers.

    Drivers that go together share what they explain, so the parts depend on which drivers were asked about.
    Importance is association, not effect, and never negative: where the drivers explain nothing, chance
    alone makes it positive (see ``p_value``).

    Parameters
    ----------
    data : dataframe
        One row a respondent, from any dataframe library.
    outcome : str
        Column with the outcome.
    drivers : sequence of str
        Columns with the drivers.
    method : {"auto", "lmg", "johnson"}
        LMG, Johnson's relative weights, or LMG up to 15 drivers and Johnson's weights beyond.
    n_boot : int
        Bootstrap samples of whole respondents for the limits (percentiles).
    confidence_level : float
        Of the limits.
    random_state : int, numpy.random.Generator or None
        Seed of the bootstrap.

    Returns
    -------
    RelativeImportance

    Raises
    ------
    KeyError, TypeError, ValueError
        As `driver_regression`; or if ``method`` is unknown, or "lmg" is asked for of more than 22 drivers.

    Warns
    -----
    DroppedRowsWarning
        If rows with a missing answer were left out.
    NoRelationWarning
        If the drivers together explain no more than chance would (p > 0.05).
    PerfectFitWarning
        If the drivers make up the outcome without any error.

    Notes
    -----
    LMG [1]_ is the gain in R² from adding a driver, averaged over all orders of adding:

    .. math:: LMG_j = \sum_{S \not\ni j} \frac{|S|!\,(p-1-|S|)!}{p!} \left(R^2(S \cup j) - R^2(S)\right)

    All :math:`2^p` values of R² come from sweeping the correlation matrix, without refitting. Johnson's
    weights [2]_ are :math:`\Lambda^{\circ 2} (\Lambda^{-1} r)^{\circ 2}` with :math:`\Lambda = R_{xx}^{1/2}`.
    Both sum to R². The percentile limits cover well from some hundred respondents on; as no part is ever
    negative, those of a driver that accounts for nothing at all stay just above 0.

    References
    ----------
    .. [1] R. Lindeman, P. Merenda, R. Gold, Introduction to Bivariate and Multivariate Analysis, 1980;
       U. Grömping, Journal of Statistical Software 17(1), 2006.
    .. [2] J. Johnson, Multivariate Behavioral Research 35, 2000.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.integers(1, 6, (200, 2)), columns=["speed", "care"])
    >>> answers["satisfaction"] = answers["speed"] + 0.5 * answers["care"] + rng.normal(0, 1, 200)
    >>> found = relative_importance(
    ...     answers, outcome="satisfaction", drivers=["speed", "care"], n_boot=200, random_state=1)
    >>> found.importance[["driver", "importance", "share", "rank"]].round(2)
      driver  importance  share  rank
    0  speed        0.61   0.82     1
    1   care        0.13   0.18     2
    """
    level = check_level(confidence_level)
    check_whole(n_boot, "n_boot", 2)
    if method not in METHODS:
        raise ValueError(f"method={method!r} is not known; {closest(method, METHODS)}")
    answers = regression_answers(data, outcome, drivers)
    p = len(answers.names) - 1
    method = suited(method, p)
    divide = lmg_shares if method == "lmg" else johnson_weights
    z = (answers.numbers - answers.numbers.mean(axis=0)) / answers.numbers.std(axis=0)
    parts = divide(z.T @ z / answers.n)
    _, covariances = resampled(z, n_boot, np.random.default_rng(random_state))
    draws = divide(correlations_of(covariances))
    r_squared = float(parts.sum())
    p_value = chance(r_squared, p, answers.n)
    judge(p_value, outcome, exact=r_squared > ALL)
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(draws.sum(axis=1), tails)
    return RelativeImportance(
        importance=_table(answers.names[:-1], parts, draws, tails),
        r_squared=r_squared,
        r_squared_low=float(low),
        r_squared_high=float(high),
        p_value=p_value,
        method=method,
        n=answers.n,
        n_dropped=answers.n_dropped,
        missing=answers.missing,
        outcome=outcome,
        draws=pd.DataFrame(draws, columns=answers.names[:-1]),
        confidence_level=level,
    )


def suited(method: str, p: int) -> str:
    """Name of the method that divides among so many drivers; refuse LMG where it would take too long."""
    if method == "auto":
        return "lmg" if p <= _MOST_LMG else "johnson"
    if method == "lmg" and p > _TOO_MANY_LMG:
        raise ValueError(
            f"LMG of {p} drivers would take {2**p:,} regressions; use 'johnson', or {_TOO_MANY_LMG} drivers "
            "at most"
        )
    return method


def chance(r_squared: float, p: int, n: int) -> float:
    """P-value of the F test that p drivers explain nothing."""
    f = r_squared / p / max((1 - r_squared) / (n - p - 1), 1e-300)
    return float(stats.f.sf(f, p, n - p - 1))


def lmg_shares(correlations: np.ndarray) -> np.ndarray:
    """LMG share of each driver in one or many correlation matrices, the outcome last."""
    from kehu._kernels import importance

    many = np.ascontiguousarray(correlations.reshape(-1, *correlations.shape[-2:]), dtype=np.float64)
    p = many.shape[1] - 1
    # Weight of a set of k other drivers; a set with all of them has none.
    weight = [factorial(k) * factorial(p - 1 - k) / factorial(p) for k in range(p)] + [0.0]
    inside = np.array([0.0, *(weight[k - 1] + weight[k] for k in range(1, p + 1))])
    shares = np.empty((len(many), p))
    importance.lmg(many, inside, np.array(weight), shares)
    # Rounding must not make a part negative.
    return np.maximum(shares, 0).reshape(*correlations.shape[:-2], p)


def johnson_weights(correlations: np.ndarray) -> np.ndarray:
    """Johnson's relative weight of each driver in one or many correlation matrices, the outcome last."""
    roots, axes = np.linalg.eigh(correlations[..., :-1, :-1])
    axes_t = np.swapaxes(axes, -1, -2)
    size = np.sqrt(np.maximum(roots, 0))[..., None, :]
    inverse = np.divide(1, size, out=np.zeros_like(size), where=size > 1e-6)
    weights = (axes * inverse) @ axes_t @ correlations[..., :-1, -1:]
    return ((((axes * size) @ axes_t) ** 2) @ weights**2)[..., 0]


def resampled(z: np.ndarray, n_boot: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Means and covariance matrices of respondents drawn anew, with replacement."""
    n, k = z.shape
    means, covariances = np.empty((n_boot, k)), np.empty((n_boot, k, k))
    for draw in range(n_boot):
        times = np.bincount(rng.integers(n, size=n), minlength=n).astype(np.float64)
        weighted = z * times[:, None]
        means[draw] = weighted.sum(axis=0) / n
        covariances[draw] = weighted.T @ z / n - np.outer(means[draw], means[draw])
    return means, covariances


def correlations_of(covariances: np.ndarray) -> np.ndarray:
    """Correlation matrices; a column without variance correlates with nothing."""
    spread = np.sqrt(np.maximum(np.diagonal(covariances, axis1=-2, axis2=-1), 0))
    scale = np.divide(1, spread, out=np.zeros_like(spread), where=spread > 1e-9)
    return covariances * scale[..., :, None] * scale[..., None, :]


def _table(drivers: list[str], parts: np.ndarray, draws: np.ndarray, tails: list[float]) -> pd.DataFrame:
    whole = np.maximum(draws.sum(axis=1, keepdims=True), 1e-300)
    low, high = np.quantile(draws, tails, axis=0)
    share_low, share_high = np.quantile(draws / whole, tails, axis=0)
    ranks = stats.rankdata(-draws, axis=1, method="min")
    rank_low, rank_high = np.quantile(ranks, tails, axis=0, method="nearest").astype(int)
    return pd.DataFrame(
        {
            "driver": drivers,
            "importance": parts,
            "low": low,
            "high": high,
            "share": parts / max(parts.sum(), 1e-300),
            "share_low": share_low,
            "share_high": share_high,
            "rank": stats.rankdata(-parts, method="min").astype(int),
            "rank_low": rank_low,
            "rank_high": rank_high,
        }
    )
