"""Fuzzy comprehensive evaluation: grades by degrees of membership."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.ahp import Hierarchy
from kehu.evaluation import scaling
from kehu.warnings import UnclearGradeWarning, warn

OPERATORS = ("weighted_mean", "max_min", "max_product")
_CLEAR = 0.05


@dataclass(frozen=True)
class GradeEvaluation:
    """A whole, graded.

    Attributes
    ----------
    membership : pandas.Series
        How far the whole belongs to each grade.
    grade : str
        The grade with the largest membership.
    margin : float
        By how much it is ahead of the next one.
    score : float or None
        Mean of the values of the grades, by membership; None where grades have no values.
    levels : pandas.DataFrame
        Criteria, and divisions of a hierarchy up to the goal, by grades; with ``weight`` (global) and
        ``level`` (0 the goal of a hierarchy, 1 what it is divided into, and so on).
    operator : str
        How memberships were put together.
    """

    membership: pd.Series
    grade: str
    margin: float
    score: float | None
    levels: pd.DataFrame
    operator: str


def membership_of_ratings(ratings: Any, grades: Sequence[Any]) -> pd.DataFrame:
    """Membership as the share of raters who gave each grade.

    Parameters
    ----------
    ratings : dataframe
        Raters by criteria; each cell a grade. Missing ones are left out of their criterion.
    grades : sequence
        The grades from best to worst, or from worst to best.

    Returns
    -------
    pandas.DataFrame
        Criteria by grades; rows add up to 1.

    Raises
    ------
    ValueError
        If there is a grade that is not in the list, or a criterion that nobody rated.

    Examples
    --------
    >>> answers = pd.DataFrame({"speed": ["good", "good", "poor", "fair"], "care": ["fair"] * 4})
    >>> membership_of_ratings(answers, ["good", "fair", "poor"]).loc["speed"].to_dict()
    {'good': 0.5, 'fair': 0.25, 'poor': 0.25}
    """
    grades = _grades(grades)
    columns = frames.names(ratings, "ratings")
    if not columns:
        raise ValueError("ratings has no columns; it needs one for each criterion")
    ratings, rows = frames.select(ratings, {name: name for name in columns}, what="ratings"), {}
    for name in columns:
        given = ratings[name].dropna().astype(object)
        unknown = given[~given.isin(grades)]
        if len(unknown):
            first = unknown.iloc[0]
            raise ValueError(f"{name!r} holds {first!r}, which is no grade; {frames.closest(first, grades)}")
        if given.empty:
            raise ValueError(f"nobody rated {name!r}; leave it out")
        rows[name] = given.value_counts(normalize=True).reindex(grades, fill_value=0.0).to_numpy(dtype=float)
    return pd.DataFrame(rows, index=grades).T.rename_axis("criterion")


def membership_of_values(values: Mapping[str, float] | pd.Series, points: pd.DataFrame) -> pd.DataFrame:
    """Membership of measured values by triangles between typical points.

    Parameters
    ----------
    values : Series or dict
        A number for each criterion.
    points : pandas.DataFrame
        Criteria by grades: the value that is typical of each grade, going up or down along the grades. A
        value between two points belongs to both, in proportion to its nearness; beyond the ends, to the end.

    Returns
    -------
    pandas.DataFrame
        Criteria by grades; rows add up to 1.

    Examples
    --------
    >>> points = pd.DataFrame({"good": [1.0], "fair": [3.0], "poor": [6.0]}, index=["days"])
    >>> membership_of_values({"days": 2.5}, points).loc["days"].to_dict()
    {'good': 0.25, 'fair': 0.75, 'poor': 0.0}
    """
    if not isinstance(points, pd.DataFrame):
        raise TypeError(f"points must be a pandas DataFrame, criteria by grades, got {scaling.kind(points)}")
    values = pd.Series(values, dtype=object) if isinstance(values, Mapping) else values
    if not isinstance(values, pd.Series):
        raise TypeError(f"values must be a pandas Series or a dictionary, got {scaling.kind(values)}")
    _grades(points.columns)
    for index in (points.index, values.index):
        _each_once(index)
    values = pd.Series(frames.numbers(values, "values"), index=values.index)
    points = points.apply(lambda column: frames.numbers(column, f"points of {column.name!r}"))
    rows = {}
    for name in points.index:
        if name not in values.index:
            raise ValueError(f"values lack {name!r}; {frames.closest(name, values.index)}")
        typical, value = points.loc[name].to_numpy(), float(values[name])
        steps = np.diff(typical)
        if not np.isfinite([*typical, value]).all() or not ((steps > 0).all() or (steps < 0).all()):
            raise ValueError(
                f"{name!r}: value {value:g} and points {typical.tolist()}; points must go up or down"
            )
        order = slice(None) if typical[0] < typical[-1] else slice(None, None, -1)
        rows[name] = [
            np.interp(value, typical[order], np.eye(len(typical))[k][order]) for k in range(len(typical))
        ]
    return pd.DataFrame(rows, index=points.columns).T.rename_axis("criterion")


def fuzzy_evaluation(
    membership: pd.DataFrame,
    weights: pd.Series | Mapping[str, float] | Hierarchy,
    *,
    values: Sequence[float] | None = None,
    operator: str = "weighted_mean",
) -> GradeEvaluation:
    r"""Grade a whole by the memberships of its criteria (fuzzy comprehensive evaluation, 模糊综合评价).

    Parameters
    ----------
    membership : pandas.DataFrame
        Criteria by grades, rows that add up to 1; see `membership_of_ratings` and `membership_of_values`.
    weights : Series, dict or kehu.ahp.Hierarchy
        Weights of the criteria; with a hierarchy each division is evaluated, up to the goal.
    values : sequence of float, optional
        A number for each grade, such as 95, 85, 75, for a score.
    operator : {"weighted_mean", "max_min", "max_product"}
        ``"weighted_mean"`` :math:`b_k = \sum_j w_j r_{jk}`, which uses all; ``"max_min"``
        :math:`\max_j \min(w_j, r_{jk})` (Zadeh) and ``"max_product"`` :math:`\max_j w_j r_{jk}`, in which one
        criterion decides; results are made to add up to 1.

    Returns
    -------
    GradeEvaluation

    Raises
    ------
    ValueError
        If rows do not add up to 1, weights do not fit, or values do not go with the grades.

    Warns
    -----
    UnclearGradeWarning
        If the two largest memberships differ by less than 0.05: the grade says little, look at all.

    References
    ----------
    L. A. Zadeh, "Fuzzy sets", Information and Control 8, 1965; 汪培庄 1983, 模糊集合论及其应用.

    Examples
    --------
    >>> grades = {"good": [0.5, 0.1], "fair": [0.3, 0.3], "poor": [0.2, 0.6]}
    >>> membership = pd.DataFrame(grades, index=["speed", "care"])
    >>> found = fuzzy_evaluation(membership, {"speed": 0.7, "care": 0.3}, values=[90, 70, 50])
    >>> found.grade, round(found.score, 1), found.membership.round(2).tolist()
    ('good', 71.2, [0.38, 0.3, 0.32])
    """
    if operator not in OPERATORS:
        raise ValueError(f"operator={operator!r} is not known; take one of {', '.join(map(repr, OPERATORS))}")
    table = _membership(membership)
    worth = None if values is None else frames.numbers(pd.Series(values), "values")
    if worth is not None and (len(worth) != len(table.columns) or not np.isfinite(worth).all()):
        raise ValueError(f"values must be {len(table.columns)} numbers, one for each grade, got {values!r}")
    if isinstance(weights, Hierarchy):
        levels = _by_levels(table, weights, operator)
        whole = levels.loc[weights.goal, table.columns].to_numpy(dtype=float)
    else:
        shares = scaling.weights_of(weights, table.index)
        whole = _together(shares.to_numpy(), table.to_numpy(), operator)
        levels = table.assign(weight=shares, level=1)
    found = pd.Series(whole, index=table.columns, name="membership")
    ordered = np.sort(whole)[::-1]
    margin = float(ordered[0] - ordered[1]) if len(whole) > 1 else 1.0
    if margin < _CLEAR:
        first, second = found.nlargest(2).index
        warn(
            f"{first!r} and {second!r} fit about equally well ({ordered[0]:.3f}, {ordered[1]:.3f})",
            UnclearGradeWarning,
        )
    score = None if worth is None else float(whole @ worth)
    return GradeEvaluation(found, found.idxmax(), margin, score, levels, operator)


def _by_levels(table: pd.DataFrame, hierarchy: Hierarchy, operator: str) -> pd.DataFrame:
    """Memberships of the leaves, then of each division, from below up to the goal."""
    hierarchy = hierarchy.settled()
    below = hierarchy.weights().set_index("criterion")[["weight", "level"]]
    leaves = hierarchy.leaves()
    scaling.weights_of(leaves, table.index)
    rows = {name: table.loc[name].to_numpy() for name in leaves.index}
    for name in reversed(list(hierarchy.nodes)):
        local = hierarchy.local(name)
        rows[name] = _together(local.to_numpy(), np.stack([rows[child] for child in local.index]), operator)
    order = [hierarchy.goal, *below.index]
    found = pd.DataFrame([rows[name] for name in order], index=order, columns=table.columns)
    found = found.assign(weight=[1.0, *below["weight"]], level=[0, *below["level"]])
    return found.rename_axis("criterion")


def _together(weights: np.ndarray, table: np.ndarray, operator: str) -> np.ndarray:
    if operator == "weighted_mean":
        return weights @ table
    parts = np.minimum(weights[:, None], table) if operator == "max_min" else weights[:, None] * table
    return parts.max(axis=0) / parts.max(axis=0).sum()


def _membership(membership: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(membership, pd.DataFrame):
        raise TypeError(
            f"membership must be a pandas DataFrame, criteria by grades, got {scaling.kind(membership)}"
        )
    taken = {"weight", "level"}.intersection(_grades(membership.columns))
    if taken:
        raise ValueError(f"a grade cannot be named {taken.pop()!r}, as a column of the result is; rename it")
    _each_once(membership.index)
    if membership.empty:
        raise ValueError("membership has no rows; give at least one criterion")
    values = np.column_stack([frames.numbers(membership[name], str(name)) for name in membership.columns])
    wrong = np.flatnonzero(~((values >= 0).all(axis=1) & (np.abs(values.sum(axis=1) - 1) < 1e-6)))
    if len(wrong):
        raise ValueError(
            f"memberships of {membership.index[wrong[0]]!r} are {values[wrong[0]].tolist()}; "
            "they must be numbers from 0 on that add up to 1"
        )
    return pd.DataFrame(values, index=membership.index, columns=membership.columns)


def _each_once(criteria: pd.Index) -> None:
    if criteria.has_duplicates:
        raise ValueError(f"the criterion {criteria[criteria.duplicated()][0]!r} is there twice")


def _grades(grades: Sequence[Any]) -> list[Any]:
    found = list(grades)
    if not found or len(set(found)) < len(found):
        raise ValueError(f"grades must be different names, at least one, got {found}")
    return found
