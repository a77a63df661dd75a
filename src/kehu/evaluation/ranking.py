"""Alternatives in order: TOPSIS and the weighted sum."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from kehu.evaluation import scaling


def topsis(
    table: pd.DataFrame, weights: pd.Series | Mapping[str, float], *, costs: Sequence[str] = ()
) -> pd.DataFrame:
    r"""Rank alternatives by their distance from the best and the worst values (TOPSIS).

    Parameters
    ----------
    table : pandas.DataFrame
        Alternatives by criteria, numbers.
    weights : Series or dict
        By criterion; made to add up to 1.
    costs : sequence of str
        Criteria of which less is better.

    Returns
    -------
    pandas.DataFrame
        Best first; ``closeness`` from 0 to 1, ``rank``, and the distances ``to_best`` and ``to_worst``.

    Raises
    ------
    ValueError
        If a value is missing, a criterion is 0 throughout, weights do not fit, or all alternatives are alike.

    Notes
    -----
    :math:`v_{ij} = w_j x_{ij} / \sqrt{\sum_i x_{ij}^2}`; closeness :math:`d^- / (d^+ + d^-)` with Euclidean
    distances to the worst and best values of each criterion. The order of two alternatives can turn when a
    third is added or taken away.

    References
    ----------
    C.-L. Hwang, K. Yoon, Multiple Attribute Decision Making, Springer 1981.

    Examples
    --------
    >>> shops = pd.DataFrame({"speed": [3, 1, 2], "complaints": [2, 1, 3]}, index=["A", "B", "C"])
    >>> topsis(shops, {"speed": 0.5, "complaints": 0.5}, costs=["complaints"])["closeness"].round(3).to_dict()
    {'A': 0.691, 'B': 0.5, 'C': 0.309}
    """
    values, is_cost = scaling.checked(table, costs)
    shares = scaling.weights_of(weights, values.columns)
    largest = values.abs().max()
    for name in values.columns[(largest == 0).to_numpy()]:
        raise ValueError(f"{name!r} is 0 throughout; drop it")
    values = values / largest  # so that squares of any units neither vanish nor overflow
    placed = (values / np.sqrt((values**2).sum()) * shares).to_numpy() * np.where(is_cost, -1, 1)
    to_best = np.sqrt(((placed - placed.max(axis=0)) ** 2).sum(axis=1))
    to_worst = np.sqrt(((placed - placed.min(axis=0)) ** 2).sum(axis=1))
    if not (to_best + to_worst).all():
        raise ValueError("all alternatives are alike where weights are above 0; there is nothing to rank")
    found = {"closeness": to_worst / (to_best + to_worst), "to_best": to_best, "to_worst": to_worst}
    return _in_order(pd.DataFrame(found, index=values.index), "closeness")


def weighted_sum(
    table: pd.DataFrame, weights: pd.Series | Mapping[str, float], *, costs: Sequence[str] = ()
) -> pd.DataFrame:
    """Rank alternatives by the weighted sum of their values, each from 0 (worst) to 1 (best).

    Parameters
    ----------
    table, weights, costs
        As in `topsis`.

    Returns
    -------
    pandas.DataFrame
        Best first; ``score`` from 0 to 1 and ``rank``.

    Examples
    --------
    >>> shops = pd.DataFrame({"speed": [3, 1, 2], "complaints": [2, 1, 3]}, index=["A", "B", "C"])
    >>> weighted_sum(shops, {"speed": 3, "complaints": 1}, costs=["complaints"])["score"].to_dict()
    {'A': 0.875, 'C': 0.375, 'B': 0.25}
    """
    values, is_cost = scaling.checked(table, costs)
    shares = scaling.weights_of(weights, values.columns)
    scaled = scaling.ranged(values, is_cost)
    if not scaled.loc[:, shares > 0].any(axis=None):
        raise ValueError("all alternatives are alike where weights are above 0; there is nothing to rank")
    score = (scaled * shares).sum(axis=1)
    return _in_order(score.to_frame("score"), "score")


def _in_order(found: pd.DataFrame, by: str) -> pd.DataFrame:
    # What differs by rounding alone is a tie, and shares the better rank.
    found.insert(1, "rank", found[by].round(12).rank(method="min", ascending=False).astype(int))
    return found.sort_values("rank", kind="stable").rename_axis("alternative")
