"""A loyalty score from repurchase, satisfaction and willingness to recommend; scores by life-cycle stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kehu import frames
from kehu.satisfaction._limits import mean_limits
from kehu.surveys.answers import check_level, complete, listed
from kehu.surveys.results import Shown

INDICATORS = ("repurchase", "satisfaction", "recommendation")


@dataclass(frozen=True, repr=False)
class Loyalty(Shown, table="indicators"):
    """Loyalty of each customer, from 0 to 100.

    Attributes
    ----------
    scores : pandas.DataFrame
        One row a customer: ``row`` (position in the input), the three indicators from 0 to 100, ``loyalty``.
    indicators : pandas.DataFrame
        ``indicator``, ``weight``, ``mean``, ``low``, ``high``, ``correlation`` with the score and ``share``
        of the score's variance (covariance with the weighted indicator), which need not be the weight: an
        indicator that hardly varies tells nobody apart.
    mean, low, high : float
        Mean score and its limits.
    n, n_dropped : int
        Customers used, and left out because an answer was missing.
    confidence_level : float
        Of the limits.
    """

    scores: pd.DataFrame
    indicators: pd.DataFrame
    mean: float
    low: float
    high: float
    n: int
    n_dropped: int
    confidence_level: float


def loyalty_score(
    data: Any,
    *,
    repurchase: str = "repurchase",
    satisfaction: str = "satisfaction",
    recommendation: str = "recommendation",
    scales: Mapping[str, tuple[float, float]],
    weights: Mapping[str, float] | None = None,
    confidence_level: float = 0.95,
) -> Loyalty:
    r"""Score loyalty from the three indicators of D4's loyalty model.

    That they are put on one scale and averaged is this project's own operationalisation: D4 names the
    indicators, not how to join them.

    Parameters
    ----------
    data : dataframe
        One row a customer.
    repurchase, satisfaction, recommendation : str
        Columns: repeat-purchase rate or intention, satisfaction, willingness to recommend.
    scales : mapping of str to pair of numbers
        Ends of the scale of each indicator ("repurchase", "satisfaction", "recommendation"), such as
        ``(0, 1)`` for a rate. They are not taken from the data, so that scores can be compared.
    weights : mapping of str to float, optional
        Weight of each indicator, sum 1; a third each when not given.
    confidence_level : float
        Of the limits.

    Returns
    -------
    Loyalty

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing, holds text or values outside its scale, or scales or weights do not fit.

    Warns
    -----
    DroppedRowsWarning
        If rows with a missing answer were left out.

    Notes
    -----
    :math:`L = \sum_i w_i \cdot 100 (x_i - low_i) / (high_i - low_i)`.

    Examples
    --------
    >>> customers = pd.DataFrame({"repurchase": [0.5, 1.0], "satisfaction": [4, 5],
    ...                           "recommendation": [8, 10]})
    >>> found = loyalty_score(customers, scales={"repurchase": (0, 1), "satisfaction": (1, 5),
    ...                                          "recommendation": (0, 10)})
    >>> found.scores["loyalty"].round(1).tolist()
    [68.3, 100.0]
    """
    level = check_level(confidence_level)
    ends = np.array([_scale(scales, name) for name in INDICATORS])
    share = _checked_weights(weights)
    columns = listed([repurchase, satisfaction, recommendation], "repurchase, satisfaction, recommendation")
    answers = complete(data, columns)
    wrong = np.argwhere((answers.numbers < ends[:, 0]) | (answers.numbers > ends[:, 1]))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(
            f"{columns[column]} has {answers.numbers[row, column]:g} in row {answers.rows[row]}, which is "
            f"not on its scale {tuple(ends[column].tolist())}"
        )
    points = 100 * (answers.numbers - ends[:, 0]) / (ends[:, 1] - ends[:, 0])
    score = points @ share
    mean, low, high = mean_limits(points, level)
    whole, whole_low, whole_high = (float(end) for end in mean_limits(score, level))
    spread = score - score.mean()
    with_score = (points - mean).T @ spread / len(score)
    variance, own = spread @ spread / len(score), points.std(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = with_score / (own * np.sqrt(variance))
        part = share * with_score / variance
    return Loyalty(
        scores=pd.DataFrame(
            {"row": answers.rows, **dict(zip(INDICATORS, points.T, strict=True)), "loyalty": score}
        ),
        indicators=pd.DataFrame(
            {
                "indicator": INDICATORS,
                "weight": share,
                "mean": mean,
                "low": low,
                "high": high,
                "correlation": correlation,
                "share": part,
            }
        ),
        mean=whole,
        low=whole_low,
        high=whole_high,
        n=answers.n,
        n_dropped=answers.n_dropped,
        confidence_level=level,
    )


def by_stage(
    data: Any, *, stage: str = "stage", score: str = "satisfaction", confidence_level: float = 0.95
) -> pd.DataFrame:
    """Mean satisfaction, or another score, in each stage of the life cycle.

    Parameters
    ----------
    data : dataframe
        One row a customer: the table of `kehu.lifecycle.stages` joined with the survey's answers. Who did
        not answer is missing and left out; those who do answer are rarely like those who do not.
    stage, score : str
        Columns.
    confidence_level : float
        Of the limits.

    Returns
    -------
    pandas.DataFrame
        ``stage``, ``customers``, ``answers``, ``response`` (their share), ``mean``, ``low``, ``high``
        (Student's limits; missing of fewer than two answers).

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing, the score is text or a stage is missing.

    Examples
    --------
    >>> customers = pd.DataFrame({"stage": ["new", "new", "lost", "lost"], "satisfaction": [5, 4, 2, None]})
    >>> by_stage(customers)[["stage", "customers", "answers", "mean"]]
      stage  customers  answers  mean
    0   new          2        2   4.5
    1  lost          2        1   2.0
    """
    level = check_level(confidence_level)
    frame = frames.select(data, {"stage": stage, "score": score})
    group = frames.labels(frame["stage"], stage)
    if (group.codes < 0).any():
        raise ValueError(f"{stage} is missing in row {int((group.codes < 0).argmax())}")
    values = frames.numbers(frame["score"], score)
    if np.isinf(values).any():
        raise ValueError(f"{score} must hold finite numbers, got {values[np.isinf(values)][0]}")
    told, k = ~np.isnan(values), len(group.categories)
    customers = np.bincount(group.codes, minlength=k)
    codes, values = group.codes[told], values[told]
    n = np.bincount(codes, minlength=k)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(codes, values, minlength=k) / n
        squares = np.bincount(codes, (values - mean[codes]) ** 2, minlength=k)
        error = np.where(n > 1, np.sqrt(squares / (n - 1) / n), np.nan)
    half = stats.t.ppf((1 + level) / 2, np.maximum(n - 1, 1)) * error
    table = pd.DataFrame(
        {
            "stage": group.categories,
            "customers": customers,
            "answers": n,
            "response": n / np.maximum(customers, 1),
            "mean": mean,
            "low": mean - half,
            "high": mean + half,
        }
    )
    return table[customers > 0].reset_index(drop=True)


def _scale(scales: Any, name: str) -> tuple[float, float]:
    if not isinstance(scales, Mapping) or name not in scales:
        raise ValueError(f"scales must name the scale of {', '.join(INDICATORS)}, got {scales!r}")
    try:
        low, high = (float(end) for end in scales[name])
    except (TypeError, ValueError):
        raise TypeError(f"scales[{name!r}] must be a pair of numbers, got {scales[name]!r}") from None
    if not (np.isfinite([low, high]).all() and low < high):
        raise ValueError(f"scales[{name!r}] must rise, got {scales[name]!r}")
    return low, high


def _checked_weights(weights: Mapping[str, float] | None) -> np.ndarray:
    if weights is None:
        return np.full(3, 1 / 3)
    if not isinstance(weights, Mapping) or set(weights) != set(INDICATORS):
        raise ValueError(f"weights must name {', '.join(INDICATORS)}, got {weights!r}")
    try:
        found = np.array([float(weights[name]) for name in INDICATORS])
    except (TypeError, ValueError):
        raise TypeError(f"weights must be numbers, got {weights!r}") from None
    if not (found >= 0).all() or abs(found.sum() - 1) > 1e-6:
        raise ValueError(f"weights must be 0 or more and sum to 1, got {weights!r}")
    return found
