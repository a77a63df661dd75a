"""Several weightings of the same criteria: combined, compared, and what becomes of the order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kehu.evaluation import ranking, scaling

_SUMMARY = ("best", "worst", "changes")
WAYS = ("linear", "multiplicative")
RANKINGS: dict[str, Callable[..., pd.DataFrame]] = {
    "topsis": ranking.topsis,
    "weighted_sum": ranking.weighted_sum,
}


@dataclass(frozen=True)
class WeightComparison:
    """Weightings side by side.

    Attributes
    ----------
    weights : pandas.DataFrame
        Criteria by weightings.
    ranks : pandas.DataFrame
        The same as ranks of the criteria.
    pairs : pandas.DataFrame
        Each two weightings: ``spearman`` and ``kendall`` correlation of the order of criteria, and
        ``distance``, the share of weight that would have to move (half the sum of absolute differences).
    concordance : float
        Kendall's W of all: 1 if all put the criteria in the same order.
    alternatives : pandas.DataFrame or None
        Alternatives by weightings: their ranks; with ``best``, ``worst`` and ``changes``.
    """

    weights: pd.DataFrame
    ranks: pd.DataFrame
    pairs: pd.DataFrame
    concordance: float
    alternatives: pd.DataFrame | None


def combine(
    first: pd.Series | Mapping[str, float],
    second: pd.Series | Mapping[str, float],
    *,
    how: str = "linear",
    share: float = 0.5,
) -> pd.Series:
    r"""Combine two weightings, such as judged and measured ones.

    Parameters
    ----------
    first, second : Series or dict
        Weights by criterion.
    how : {"linear", "multiplicative"}
        :math:`\alpha u_j + (1 - \alpha) v_j`, or :math:`\propto u_j^\alpha v_j^{1 - \alpha}`, by which a
        criterion needs weight in both.
    share : float
        :math:`\alpha`, the share of the first. With 0.5 the multiplicative way takes the square root of
        the usual product :math:`u_j v_j`.

    Returns
    -------
    pandas.Series
        Weights that add up to 1.

    Examples
    --------
    >>> combine({"speed": 0.8, "care": 0.2}, {"speed": 0.4, "care": 0.6}, share=0.25).round(2).to_dict()
    {'speed': 0.5, 'care': 0.5}
    """
    if how not in WAYS:
        raise ValueError(f"how={how!r} is not known; take 'linear' or 'multiplicative'")
    if not 0 <= share <= 1:
        raise ValueError(f"share={share!r} must lie between 0 and 1")
    criteria = pd.Index(scaling.by_criterion(first).index, name="criterion")
    u, v = scaling.weights_of(first, criteria), scaling.weights_of(second, criteria)
    together = share * u + (1 - share) * v if how == "linear" else u**share * v ** (1 - share)
    if not together.sum():
        raise ValueError("no criterion has weight in both weightings; combine them linearly")
    return together / together.sum()


def sweep(
    table: pd.DataFrame,
    first: pd.Series | Mapping[str, float],
    second: pd.Series | Mapping[str, float],
    *,
    costs: Sequence[str] = (),
    how: str = "linear",
    rank_by: str = "topsis",
    steps: int = 21,
) -> pd.DataFrame:
    """Ranks of the alternatives while the share of the first weighting goes from 0 to 1.

    Parameters
    ----------
    table, costs
        As in `topsis`.
    first, second, how
        As in `combine`.
    rank_by : {"topsis", "weighted_sum"}
        How alternatives are ranked.
    steps : int
        Number of shares.

    Returns
    -------
    pandas.DataFrame
        ``share``, ``alternative``, ``score``, ``rank``.

    Examples
    --------
    >>> shops = pd.DataFrame({"speed": [3, 1], "care": [1, 3]}, index=["A", "B"])
    >>> found = sweep(shops, {"speed": 0.9, "care": 0.1}, {"speed": 0.2, "care": 0.8}, steps=3)
    >>> found[found["rank"] == 1]["alternative"].tolist()
    ['B', 'A', 'A']
    """
    if steps < 2:
        raise ValueError(f"steps={steps!r} must be at least 2")
    ranked = _ranking(rank_by)
    parts = []
    for share in np.linspace(0, 1, steps):
        found = ranked(table, combine(first, second, how=how, share=share), costs=costs)
        parts.append(found.iloc[:, :2].set_axis(["score", "rank"], axis=1).reset_index().assign(share=share))
    return pd.concat(parts, ignore_index=True)[["share", "alternative", "score", "rank"]]


def compare_weights(
    weightings: Mapping[str, pd.Series | Mapping[str, float]],
    table: pd.DataFrame | None = None,
    *,
    costs: Sequence[str] = (),
    rank_by: str = "topsis",
) -> WeightComparison:
    """Compare weightings of the same criteria, and the order of alternatives under each.

    Parameters
    ----------
    weightings : dict
        From names such as "judged", "regression", "entropy" to weights by criterion. They answer different
        questions: what people say matters, what goes with satisfaction, where alternatives differ.
    table, costs
        Alternatives, as in `topsis`; optional.
    rank_by : {"topsis", "weighted_sum"}
        How alternatives are ranked.

    Returns
    -------
    WeightComparison

    Raises
    ------
    ValueError
        If there are fewer than two weightings, they are about different criteria, or one is named like a
        column of the result.

    References
    ----------
    M. G. Kendall, B. Babington Smith, "The problem of m rankings", Annals of Mathematical Statistics 10,
    1939.

    Examples
    --------
    >>> judged = {"speed": 0.6, "care": 0.3, "price": 0.1}
    >>> measured = {"speed": 0.1, "care": 0.3, "price": 0.6}
    >>> found = compare_weights({"judged": judged, "entropy": measured})
    >>> found.pairs.round(2).to_dict("records")
    [{'first': 'judged', 'second': 'entropy', 'spearman': -1.0, 'kendall': -1.0, 'distance': 0.5}]
    """
    if not isinstance(weightings, Mapping) or len(weightings) < 2:
        raise ValueError(f"give at least two weightings by name, got {_number(weightings)}")
    criteria, columns = None, {}
    for name, weights in weightings.items():
        if name in _SUMMARY:
            raise ValueError(f"a weighting cannot be named {name!r}, as a column of the result is; rename it")
        try:
            if criteria is None:
                criteria = pd.Index(scaling.by_criterion(weights).index, name="criterion")
            columns[name] = scaling.weights_of(weights, criteria)
        except (TypeError, ValueError) as error:
            raise type(error)(f"weighting {name!r}: {error}") from None
    found = pd.DataFrame(columns, index=criteria)
    ranks = found.round(12).rank(ascending=False)
    pairs = [
        {
            "first": one,
            "second": other,
            "spearman": _correlation(stats.spearmanr, found[one], found[other]),
            "kendall": _correlation(stats.kendalltau, found[one], found[other]),
            "distance": float((found[one] - found[other]).abs().sum() / 2),
        }
        for one, other in combinations(found.columns, 2)
    ]
    alternatives = None if table is None else _alternatives(table, found, costs, _ranking(rank_by))
    return WeightComparison(found, ranks, pd.DataFrame(pairs), _concordance(ranks), alternatives)


def _alternatives(
    table: pd.DataFrame, weights: pd.DataFrame, costs: Sequence[str], ranked: Callable[..., pd.DataFrame]
) -> pd.DataFrame:
    places = pd.DataFrame({name: ranked(table, weights[name], costs=costs)["rank"] for name in weights})
    best, worst = places.min(axis=1), places.max(axis=1)
    found = places.assign(**dict(zip(_SUMMARY, (best, worst, worst - best), strict=True)))
    return found.loc[table.index].rename_axis("alternative")


def _concordance(ranks: pd.DataFrame) -> float:
    """Kendall's W, corrected for ties; NaN if nobody distinguishes any criteria."""
    n, m = ranks.shape
    total = ranks.sum(axis=1)
    ties = sum(((counts := column.value_counts()) ** 3 - counts).sum() for _, column in ranks.items())
    most = m**2 * (n**3 - n) - m * ties
    return float(12 * ((total - total.mean()) ** 2).sum() / most) if most > 0 else float("nan")


def _correlation(measure: Callable[..., Any], first: pd.Series, second: pd.Series) -> float:
    """Rank correlation; NaN where a weighting does not distinguish the criteria."""
    one, other = first.round(12), second.round(12)
    if one.nunique() < 2 or other.nunique() < 2:
        return float("nan")
    return float(measure(one, other).statistic)


def _ranking(rank_by: str) -> Callable[..., pd.DataFrame]:
    if rank_by not in RANKINGS:
        raise ValueError(f"rank_by={rank_by!r} is not known; take {' or '.join(map(repr, RANKINGS))}")
    return RANKINGS[rank_by]


def _number(weightings: Any) -> str:
    return f"{len(weightings)}" if isinstance(weightings, Mapping) else type(weightings).__name__
