"""Alternatives rated by the criteria of a hierarchy, and what their order depends on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.ahp.hierarchy import Hierarchy
from kehu.ahp.matrix import PairwiseMatrix

SCALES = ("share", "best")


@dataclass(frozen=True)
class Rating:
    """Alternatives in order.

    Attributes
    ----------
    scores : pandas.DataFrame
        Index the alternatives, best first; ``score`` and ``rank`` (ties share the better rank).
    contributions : pandas.DataFrame
        Alternatives by criteria; the rows add up to the scores.
    scaled : pandas.DataFrame
        The ratings as they enter the score.
    weights : pandas.Series
        Weights of the criteria.
    """

    scores: pd.DataFrame
    contributions: pd.DataFrame
    scaled: pd.DataFrame
    weights: pd.Series


@dataclass(frozen=True)
class Sensitivity:
    """What becomes of the order if the weight of one criterion changes.

    Attributes
    ----------
    criterion : str
        The criterion whose local weight is swept; the others of its parent keep their proportions.
    current : float
        Its local weight as it is.
    table : pandas.DataFrame
        ``weight``, ``alternative``, ``score``, ``rank``.
    changes : pandas.DataFrame
        ``weight`` at which two alternatives change places, exactly; ``first`` (ahead below that weight),
        ``second``, and ``rank``, the place for which they change. In order of distance from the current
        weight.
    """

    criterion: str
    current: float
    table: pd.DataFrame
    changes: pd.DataFrame


def rate(
    hierarchy: Hierarchy,
    ratings: pd.DataFrame | Mapping[str, Any],
    *,
    costs: Sequence[str] = (),
    scale: str = "share",
    method: str = "eigenvector",
) -> Rating:
    r"""Score alternatives by the global weights of the criteria.

    Parameters
    ----------
    hierarchy : Hierarchy
        The criteria.
    ratings : pandas.DataFrame or dict
        Index the alternatives, a column a criterion that is not divided: numbers above 0, of which more is
        better. In a dictionary a criterion may also have a `PairwiseMatrix` of the alternatives.
    costs : sequence of str
        Criteria of which less is better, such as a complaint rate; they count by their reciprocals.
    scale : {"share", "best"}
        ``"share"``: ratings are divided by their sum (distributive mode); ``"best"``: by the largest (ideal
        mode), so that an alternative that is added cannot turn the order of the others by copying one.
    method : str
        How weights are found; see `PairwiseMatrix.weights`.

    Returns
    -------
    Rating

    Raises
    ------
    ValueError
        If a criterion or a rating is missing, or a rating is not above 0.

    References
    ----------
    T. L. Saaty, The Analytic Hierarchy Process, 1980; on the modes: P. T. Harker, L. G. Vargas, "The theory
    of ratio scale estimation", Management Science 33, 1987.

    Examples
    --------
    >>> service = Hierarchy("service", {"judgements": "3", "criteria": ["speed", "complaints"]})
    >>> shops = pd.DataFrame({"speed": [2, 1], "complaints": [0.02, 0.01]}, index=["A", "B"])
    >>> rate(service, shops, costs=["complaints"]).scores["score"].round(3).to_dict()
    {'A': 0.583, 'B': 0.417}
    """
    if scale not in SCALES:
        raise ValueError(f"scale={scale!r} is not known; take 'share' or 'best'")
    weights = settled(hierarchy, method).leaves()
    scaled = _scaled(_table(ratings, list(weights.index)), list(weights.index), costs, scale)
    contributions = scaled * weights
    return Rating(_ranked(contributions.sum(axis=1)), contributions, scaled, weights)


def sensitivity(
    hierarchy: Hierarchy,
    criterion: str,
    ratings: pd.DataFrame | Mapping[str, Any],
    *,
    costs: Sequence[str] = (),
    scale: str = "share",
    method: str = "eigenvector",
    steps: int = 101,
) -> Sensitivity:
    """Sweep the local weight of one criterion from 0 to 1.

    Parameters
    ----------
    hierarchy : Hierarchy
        The criteria.
    criterion : str
        Any criterion, divided or not.
    ratings, costs, scale, method
        As in `rate`.
    steps : int
        Weights in the table.

    Returns
    -------
    Sensitivity

    Notes
    -----
    Scores are straight lines in the weight, so where they cross is computed, not searched.

    Examples
    --------
    >>> service = Hierarchy("service", {"judgements": "3", "criteria": ["speed", "care"]})
    >>> shops = pd.DataFrame({"speed": [3, 1], "care": [1, 3]}, index=["A", "B"])
    >>> sensitivity(service, "speed", shops).changes.round(3).to_dict("records")
    [{'weight': 0.5, 'first': 'B', 'second': 'A', 'rank': 1}]
    """
    hierarchy = settled(hierarchy, method)
    parent = hierarchy.parent(criterion)
    if len(hierarchy.node(parent).children) == 1:
        raise ValueError(f"{criterion!r} is the only criterion of {parent!r}; its weight is always 1")
    if steps < 2:
        raise ValueError(f"steps={steps!r} must be at least 2")
    scaled = rate(hierarchy, ratings, costs=costs, scale=scale).scaled
    current = float(hierarchy.local(parent)[criterion])
    ends = np.stack([scaled @ _moved(hierarchy, criterion, end) for end in (0.0, 1.0)])
    grid = np.linspace(0, 1, steps)
    scores = ends[0] + grid[:, None] * (ends[1] - ends[0])
    names = scaled.index
    table = pd.DataFrame(
        {
            "weight": np.repeat(grid, len(names)),
            "alternative": np.tile(names, steps),
            "score": scores.ravel(),
            "rank": ranks(scores).ravel(),
        }
    )
    return Sensitivity(criterion, current, table, _crossings(ends, names, current))


def settled(hierarchy: Hierarchy, method: str) -> Hierarchy:
    """A hierarchy of which the weights are found."""
    if not isinstance(hierarchy, Hierarchy):
        raise TypeError(f"hierarchy must be a kehu.ahp.Hierarchy, got {type(hierarchy).__name__}")
    return hierarchy.settled(method)


def _moved(hierarchy: Hierarchy, criterion: str, weight: float) -> pd.Series:
    """Weights of the leaves with another local weight of one criterion."""
    parent = hierarchy.parent(criterion)
    local = hierarchy.local(parent)
    others = local.drop(criterion)
    # Criteria without any weight have no proportions to keep.
    shares = others / others.sum() if others.sum() > 0 else others + 1 / len(others)
    given = dict(shares * (1 - weight)) | {criterion: weight}
    return hierarchy.with_weights(parent, given).leaves()


def _crossings(ends: np.ndarray, names: pd.Index, current: float) -> pd.DataFrame:
    rows = []
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            start, end = ends[0, i] - ends[0, j], ends[1, i] - ends[1, j]
            if start * end >= 0:
                continue
            weight = start / (start - end)
            there = ends[0] + weight * (ends[1] - ends[0])
            ahead = (i, j) if start > 0 else (j, i)
            rank = 1 + int((np.delete(there, [i, j]) > there[i]).sum())
            rows.append((weight, names[ahead[0]], names[ahead[1]], rank))
    table = pd.DataFrame(rows, columns=["weight", "first", "second", "rank"])
    order = (table["weight"].astype(float) - current).abs().argsort(kind="stable")
    return table.iloc[order].reset_index(drop=True)


def _table(ratings: Any, leaves: list[str]) -> pd.DataFrame:
    """Ratings as numbers, a column a leaf, in the order of the leaves."""
    if isinstance(ratings, Mapping):
        judged = {name: one.weights() for name, one in ratings.items() if isinstance(one, PairwiseMatrix)}
        ratings = pd.DataFrame({**ratings, **judged})
    if not isinstance(ratings, pd.DataFrame):
        raise TypeError(
            f"ratings must be a pandas DataFrame or a dictionary, got {type(ratings).__module__}."
            f"{type(ratings).__name__}"
        )
    for leaf in leaves:
        if leaf not in ratings.columns:
            raise ValueError(f"ratings lacks the criterion {leaf!r}; {frames.closest(leaf, ratings.columns)}")
        if list(ratings.columns).count(leaf) > 1:
            raise ValueError(f"ratings has the criterion {leaf!r} twice; keep one of the columns")
    if ratings.empty:
        raise ValueError("ratings has no rows; give at least one alternative")
    twice = ratings.index[ratings.index.duplicated()]
    if len(twice):
        raise ValueError(f"the alternative {twice[0]!r} is there twice")
    return ratings[leaves].rename_axis("alternative")


def _scaled(table: pd.DataFrame, leaves: list[str], costs: Sequence[str], scale: str) -> pd.DataFrame:
    for cost in [costs] if isinstance(costs, str) else costs:
        if cost not in leaves:
            raise ValueError(f"costs names {cost!r}, which is no criterion; {frames.closest(cost, leaves)}")
    columns = {}
    for leaf in leaves:
        values = frames.numbers(table[leaf], leaf)
        wrong = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
        if len(wrong):
            name, value = table.index[wrong[0]], values[wrong[0]]
            what = "has no rating" if np.isnan(value) else f"is rated {value:g}"
            raise ValueError(f"{name!r} {what} by {leaf!r}; ratings are numbers above 0")
        lifted = 1 / values if leaf in costs else values
        columns[leaf] = lifted / (lifted.sum() if scale == "share" else lifted.max())
    return pd.DataFrame(columns, index=table.index)


def _ranked(scores: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame({"score": scores, "rank": ranks(scores.to_numpy()[None])[0]}, index=scores.index)
    return table.sort_values("rank", kind="stable")


def ranks(scores: np.ndarray) -> np.ndarray:
    """Rank 1 for the highest score of a row; what differs by rounding alone is a tie."""
    rounded = scores.round(12)
    return 1 + (rounded[:, None, :] > rounded[:, :, None]).sum(axis=2)
