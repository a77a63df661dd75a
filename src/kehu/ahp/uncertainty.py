"""How far weights and ranks may move if judgements are a little off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu.ahp import alternatives, missing, priorities
from kehu.ahp.hierarchy import Hierarchy


@dataclass(frozen=True)
class Ranges:
    """Weights, and ranks where alternatives were rated, under judgements that are a little off.

    Attributes
    ----------
    weights : pandas.DataFrame
        Index the criteria that are not divided; ``weight`` (of the judgements as made), ``low``, ``high``
        (percentiles of the draws) and ``share_first``, how often it had the largest weight.
    ranks : pandas.DataFrame or None
        Alternatives by rank: the share of draws in which they had it.
    step, level, n_draws : float, float, int
        How far judgements were moved, the share of draws between ``low`` and ``high``, and how many there
        were.
    """

    weights: pd.DataFrame
    ranks: pd.DataFrame | None
    step: float
    level: float
    n_draws: int


def ranges(
    hierarchy: Hierarchy,
    ratings: pd.DataFrame | Mapping[str, Any] | None = None,
    *,
    costs: Sequence[str] = (),
    scale: str = "share",
    method: str = "eigenvector",
    step: float = 0.5,
    level: float = 0.95,
    n_draws: int = 2000,
    random_state: int = 0,
) -> Ranges:
    """Draw judgements around those that were made, and see what becomes of weights and ranks.

    Parameters
    ----------
    hierarchy : Hierarchy
        The criteria.
    ratings, costs, scale
        Alternatives, as in `rate`; without them only weights are shown.
    method : {"eigenvector", "geometric_mean", "normalised_columns"}
        How weights are found; see `PairwiseMatrix.weights`.
    step : float
        Each judgement is moved by up to so much on Saaty's scale, either way, evenly: with 0.5 a 3 is drawn
        from 2.5 to 3.5, a 1/3 from 1/3.5 to 1/2.5.
    level : float
        Share of the draws between ``low`` and ``high``.
    n_draws : int
        Number of draws.
    random_state : int
        Seed.

    Returns
    -------
    Ranges

    Notes
    -----
    The ranges say how much depends on half a step of the scale. They are no intervals of confidence: how sure
    a person is of a judgement, no matrix tells. Given weights stay as they are.

    Examples
    --------
    >>> service = Hierarchy("service", {"judgements": "3 5 | 2", "criteria": ["speed", "care", "price"]})
    >>> ranges(service).weights.round(2).loc["speed"].to_dict()
    {'weight': 0.65, 'low': 0.62, 'high': 0.67, 'share_first': 1.0}
    """
    for name, value, fits in (
        ("step", step, step > 0),
        ("level", level, 0 < level < 1),
        ("n_draws", n_draws, n_draws >= 1),
    ):
        if not fits:
            raise ValueError(
                f"{name}={value!r} is not possible; step and n_draws lie above 0, level in (0, 1)"
            )
    known = alternatives.settled(hierarchy, method)
    weights = known.leaves()
    scaled = None
    if ratings is not None:
        scaled = alternatives.rate(known, ratings, costs=costs, scale=scale).scaled
    drawn = _draws(hierarchy, weights.index, method, step, n_draws, np.random.default_rng(random_state))
    ends = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    first = drawn >= drawn.max(axis=1, keepdims=True) - 1e-12
    table = {"weight": weights, "low": ends[0], "high": ends[1], "share_first": first.mean(axis=0)}
    ranks = None if scaled is None else _shares_of_ranks(drawn @ scaled.to_numpy().T, scaled.index)
    return Ranges(pd.DataFrame(table, index=weights.index), ranks, step, level, n_draws)


def _draws(
    hierarchy: Hierarchy, leaves: pd.Index, method: str, step: float, n_draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Weights of the leaves, a row a draw."""
    above = {hierarchy.goal: np.ones(n_draws)}
    for name, node in hierarchy.nodes.items():
        if node.judgements is None:
            local = np.broadcast_to(node.given, (n_draws, len(node.children)))
        else:
            logs = _drawn(node.judgements._logs, node.judgements._known, step, n_draws, rng)
            local = priorities.weights(logs, "eigenvector" if method == "harker" else method)
        above |= {child: above[name] * local[:, place] for place, child in enumerate(node.children)}
    return np.column_stack([above[leaf] for leaf in leaves])


def _drawn(
    logs: np.ndarray, known: np.ndarray, step: float, n_draws: int, rng: np.random.Generator
) -> np.ndarray:
    rows, columns = np.nonzero(np.triu(known, 1))
    judged = logs[rows, columns]
    place = np.sign(judged) * np.expm1(np.abs(judged)) + rng.uniform(-step, step, (n_draws, len(rows)))
    moved = np.sign(place) * np.log1p(np.abs(place))
    drawn = np.zeros((n_draws, *logs.shape))
    drawn[:, rows, columns], drawn[:, columns, rows] = moved, -moved
    if not (known | np.eye(len(logs), dtype=bool)).all():
        drawn = np.stack([missing.complete(one, known) for one in drawn])
    return drawn


def _shares_of_ranks(scores: np.ndarray, names: pd.Index) -> pd.DataFrame:
    ranks = alternatives.ranks(scores)
    table = {rank: (ranks == rank).mean(axis=0) for rank in range(1, len(names) + 1)}
    return pd.DataFrame(table, index=names).rename_axis(columns="rank")
