"""What to improve first: importance against performance, and claims about what customers are content with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kehu.frames import closest
from kehu.satisfaction._limits import holm, mean_limits, student, wilson
from kehu.satisfaction.drivers import ALL, judge, regression_answers
from kehu.satisfaction.importance import (
    chance,
    correlations_of,
    johnson_weights,
    lmg_shares,
    resampled,
    suited,
)
from kehu.surveys.answers import check_level, check_whole, complete, listed
from kehu.surveys.results import Shown

IMPORTANCE = ("auto", "lmg", "johnson", "standardised")
BORDERS = ("means", "scale")
QUADRANTS = ("concentrate here", "keep up", "low priority", "possible overkill")


@dataclass(frozen=True, repr=False)
class ImportancePerformance(Shown, table="table"):
    """Importance and performance of each driver.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a driver: ``driver``, ``importance``, ``importance_low``, ``importance_high``,
        ``performance``, ``performance_low``, ``performance_high``, ``quadrant`` and ``certainty``, the share
        of bootstrap samples in which the driver lies in that quadrant.
    importance_border, performance_border : float
        Where the quadrants meet.
    importance_kind : str
        "lmg", "johnson", "standardised" or "given".
    n, n_dropped : int
        Respondents used, and left out because an answer was missing.
    confidence_level : float
        Of the limits.
    """

    table: pd.DataFrame
    importance_border: float
    performance_border: float
    importance_kind: str
    n: int
    n_dropped: int
    confidence_level: float
    borders: str = field(default="means", repr=False)


def importance_performance(
    data: Any,
    *,
    outcome: str,
    drivers: Sequence[str],
    importance: str | Mapping[str, float] = "auto",
    borders: str = "means",
    scale: tuple[float, float] | None = None,
    n_boot: int = 1000,
    confidence_level: float = 0.95,
    random_state: int | np.random.Generator | None = None,
) -> ImportancePerformance:
    """Place drivers by how much they count and how well they are rated.

    Parameters
    ----------
    data : dataframe
        One row a respondent.
    outcome : str
        Column with the satisfaction that importance refers to.
    drivers : sequence of str
        Columns with ratings on one scale.
    importance : {"auto", "lmg", "johnson", "standardised"} or mapping of str to float
        Part of the explained variance (as `relative_importance` divides it), standardised regression
        coefficient, or weights of your own for each driver (stated, or of an analytic hierarchy process),
        which then have no limits.
    borders : {"means", "scale"}
        Quadrants meet at the mean importance and the mean performance, so that there always is something
        below; or at the mean importance and the middle of ``scale``.
    scale : pair of numbers, optional
        Ends of the rating scale.
    n_boot : int
        Bootstrap samples of whole respondents for the limits (percentiles) and ``certainty``.
    confidence_level : float
        Of the limits.
    random_state : int, numpy.random.Generator or None
        Seed of the bootstrap.

    Returns
    -------
    ImportancePerformance

    Raises
    ------
    KeyError, TypeError, ValueError
        As `driver_regression`; or if weights do not fit the drivers, ``borders="scale"`` comes without
        scale, or answers lie outside it.

    Warns
    -----
    DroppedRowsWarning
        If rows with a missing answer were left out.
    NoRelationWarning, PerfectFitWarning
        If the drivers together explain no more than chance would (p > 0.05), or everything; not with weights
        of your own.

    Notes
    -----
    Performance is the mean rating. Quadrants: *concentrate here* (counts much, rated low), *keep up* (much,
    high), *low priority* (little, low), *possible overkill* (little, high); a driver on a border counts as
    high.

    References
    ----------
    J. Martilla, J. James, "Importance-performance analysis", Journal of Marketing 41, 1977.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame({"speed": rng.integers(1, 4, 200), "care": rng.integers(3, 6, 200)})
    >>> answers["satisfaction"] = answers["speed"] + 0.2 * answers["care"] + rng.normal(0, 0.5, 200)
    >>> found = importance_performance(
    ...     answers, outcome="satisfaction", drivers=["speed", "care"], random_state=1)
    >>> found.table[["driver", "quadrant", "certainty"]]
      driver           quadrant  certainty
    0  speed   concentrate here        1.0
    1   care  possible overkill        1.0
    """
    level = check_level(confidence_level)
    check_whole(n_boot, "n_boot", 2)
    if borders not in BORDERS:
        raise ValueError(f"borders={borders!r} is not known; {closest(borders, BORDERS)}")
    given = isinstance(importance, Mapping)
    if not given and importance not in IMPORTANCE:
        raise ValueError(f"importance={importance!r} is not known; {closest(importance, IMPORTANCE)}")
    if borders == "scale" and scale is None:
        raise ValueError("borders='scale' needs the scale, such as scale=(1, 5)")
    answers = regression_answers(data, outcome, drivers)
    drivers = answers.names[:-1]
    ratings = answers.numbers[:, :-1]
    if scale is not None:
        _on_scale(ratings, drivers, scale)
    if not given:
        importance = suited(importance, len(drivers))
    z = answers.numbers - answers.numbers.mean(axis=0)
    means, covariances = resampled(z, n_boot, np.random.default_rng(random_state))
    weigh = _weights(importance, drivers)
    observed = z.T @ z / answers.n
    part, draws = weigh(observed), weigh(covariances)
    if not given:
        r_squared = float(johnson_weights(correlations_of(observed)).sum())
        judge(chance(r_squared, len(drivers), answers.n), outcome, exact=r_squared > ALL)
    rating = ratings.mean(axis=0)
    rated = means[:, :-1] + rating
    middle = None if borders == "means" else sum(scale) / 2
    quadrant, where = _quadrants(part, rating, middle), _quadrants(draws, rated, middle)
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(draws, tails, axis=0)
    rating, rated_low, rated_high = mean_limits(ratings, level)
    nothing = np.full(len(drivers), np.nan)
    table = pd.DataFrame(
        {
            "driver": drivers,
            "importance": part,
            "importance_low": nothing if given else low,
            "importance_high": nothing if given else high,
            "performance": rating,
            "performance_low": rated_low,
            "performance_high": rated_high,
            "quadrant": np.array(QUADRANTS)[quadrant],
            "certainty": (where == quadrant).mean(axis=0),
        }
    )
    return ImportancePerformance(
        table=table,
        importance_border=float(part.mean()),
        performance_border=float(rating.mean() if middle is None else middle),
        importance_kind="given" if given else importance,
        n=answers.n,
        n_dropped=answers.n_dropped,
        confidence_level=level,
        borders=borders,
    )


def level_claims(
    data: Any,
    *,
    satisfied: Sequence[str] = (),
    dissatisfied: Sequence[str] = (),
    scale: tuple[float, float] = (1, 5),
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Test claims that customers are content with some things and not with others.

    Such as D3's (3.2.3): content with product quality, delivery speed and after-sales service, not content
    with personalisation and care.

    Parameters
    ----------
    data : dataframe
        One row a respondent.
    satisfied, dissatisfied : sequence of str
        Columns with ratings on one scale, of which one and the other is claimed.
    scale : pair of numbers
        Ends of the scale; its middle is the border.
    confidence_level : float
        Of the limits; 1 less it is the level of the tests.

    Returns
    -------
    pandas.DataFrame
        ``item``, ``claim`` ("satisfied" or "dissatisfied"), ``mean``, ``low``, ``high``, ``share_satisfied``
        (above the middle) with ``share_low`` and ``share_high``, ``p_value`` against the middle,
        ``p_adjusted`` (Holm, over all claims) and ``verdict``: "supported", "contradicted", or "open" where
        the mean cannot be told from the middle.

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds text, is in both lists, or answers lie outside the scale, or there
        are fewer than two rows.

    Warns
    -----
    DroppedRowsWarning
        If rows with a missing answer were left out.

    Notes
    -----
    Student's two-sided test of each mean against the middle of the scale (the sign test where all answers
    are the same, as there is no spread to judge by), shares with Wilson's limits.

    Examples
    --------
    >>> answers = pd.DataFrame({"quality": [5, 4, 4, 5, 4, 4], "care": [2, 4, 3, 2, 3, 4]})
    >>> level_claims(answers, satisfied=["quality"], dissatisfied=["care"])[["item", "mean", "verdict"]]
          item      mean    verdict
    0  quality  4.333333  supported
    1     care  3.000000       open
    """
    level = check_level(confidence_level)
    claims = {"satisfied": listed(satisfied, "satisfied", least=0)}
    claims["dissatisfied"] = listed(dissatisfied, "dissatisfied", least=0)
    items = listed([*claims["satisfied"], *claims["dissatisfied"]], "satisfied and dissatisfied")
    answers = complete(data, items)
    if answers.n < 2:
        raise ValueError("a claim needs two or more rows without gaps, got 1")
    _on_scale(answers.numbers, items, scale)
    middle = sum(scale) / 2
    mean, low, high = mean_limits(answers.numbers, level)
    off = mean - middle
    p_value = student(answers.numbers - middle)[1]
    p_adjusted = holm(p_value)
    above = (answers.numbers > middle).sum(axis=0)
    share_low, share_high = wilson(above, np.full(len(items), answers.n), level)
    as_claimed = np.where(np.arange(len(items)) < len(claims["satisfied"]), off > 0, off < 0)
    sure = p_adjusted <= 1 - level
    return pd.DataFrame(
        {
            "item": items,
            "claim": [claim for claim, names in claims.items() for _ in names],
            "mean": mean,
            "low": low,
            "high": high,
            "share_satisfied": above / answers.n,
            "share_low": share_low,
            "share_high": share_high,
            "p_value": p_value,
            "p_adjusted": p_adjusted,
            "verdict": np.select([sure & as_claimed, sure], ["supported", "contradicted"], "open"),
        }
    )


def _on_scale(values: np.ndarray, names: Sequence[str], scale: Any) -> None:
    """Refuse answers outside the scale."""
    try:
        low, high = (float(end) for end in scale)
    except (TypeError, ValueError):
        raise TypeError(f"scale must be a pair of numbers such as (1, 5), got {scale!r}") from None
    if not low < high:
        raise ValueError(f"scale must rise, got {scale!r}")
    wrong = np.argwhere((values < low) | (values > high))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(f"{names[column]} has {values[row, column]:g}, which is not on the scale {scale!r}")


def _weights(importance: str | Mapping[str, float], drivers: list[str]) -> Any:
    """Function that gives the importance of each driver from covariance matrices, the outcome last."""
    if isinstance(importance, Mapping):
        if set(importance) != set(drivers):
            raise ValueError(f"importance must name the drivers {drivers}, got {list(importance)}")
        weights = np.array([float(importance[name]) for name in drivers])
        if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
            raise ValueError(f"importance must be weights of 0 and more, not all 0, got {dict(importance)}")
        return lambda covariances: np.broadcast_to(weights, (*covariances.shape[:-2], len(weights)))
    if importance == "standardised":
        return lambda covariances: _standardised(correlations_of(covariances))
    divide = lmg_shares if importance == "lmg" else johnson_weights
    return lambda covariances: divide(correlations_of(covariances))


def _standardised(r: np.ndarray) -> np.ndarray:
    return (np.linalg.pinv(r[..., :-1, :-1], hermitian=True) @ r[..., :-1, -1:])[..., 0]


def _quadrants(part: np.ndarray, rating: np.ndarray, middle: float | None) -> np.ndarray:
    """Number of the quadrant of each driver, in the order of `QUADRANTS`."""
    border = rating.mean(axis=-1, keepdims=True) if middle is None else middle
    # Rounding must not decide where a driver lies that is on the border.
    counts = part >= part.mean(axis=-1, keepdims=True) - 1e-12
    good = rating >= border - 1e-12
    return 2 * ~counts + good
