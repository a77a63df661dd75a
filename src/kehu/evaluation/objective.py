"""Weights that the data give by themselves: entropy and CRITIC."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kehu.evaluation import scaling

SCALES = ("share", "range")


def entropy_weights(table: pd.DataFrame, *, costs: Sequence[str] = (), scale: str = "share") -> pd.DataFrame:
    r"""Weights by how unevenly a criterion is spread over the alternatives.

    Parameters
    ----------
    table : pandas.DataFrame
        Alternatives by criteria, numbers.
    costs : sequence of str
        Criteria of which less is better.
    scale : {"share", "range"}
        ``"share"``: the numbers as they are, from 0 on, costs by their reciprocals. ``"range"``: from 0 for
        the worst to 1 for the best alternative. They give other weights, as entropy depends on where zero is;
        data are never shifted unasked.

    Returns
    -------
    pandas.DataFrame
        Index the criteria; ``weight``, ``entropy`` (1 if all alternatives are alike) and ``divergence``.

    Raises
    ------
    ValueError
        If a value is missing, negative (with ``"share"``), or no criterion varies.

    Warns
    -----
    ConstantCriterionWarning
        If a criterion is the same for all alternatives.

    Notes
    -----
    With shares :math:`p_{ij} = x_{ij} / \sum_i x_{ij}`: :math:`e_j = -\sum_i p_{ij} \ln p_{ij} / \ln n`,
    :math:`w_j = (1 - e_j) / \sum_k (1 - e_k)`. The weight says where alternatives differ, not what matters to
    anybody; the alternatives are all there are, so there is no interval.

    References
    ----------
    C.-L. Hwang, K. Yoon, Multiple Attribute Decision Making, Springer 1981, after C. E. Shannon 1948.

    Examples
    --------
    >>> shops = pd.DataFrame({"speed": [1, 1, 2], "care": [1, 5, 9]}, index=["A", "B", "C"])
    >>> entropy_weights(shops)["weight"].round(3).to_dict()
    {'speed': 0.194, 'care': 0.806}
    """
    if scale not in SCALES:
        raise ValueError(f"scale={scale!r} is not known; take 'share' or 'range'")
    values, is_cost = scaling.checked(table, costs)
    varies = scaling.warn_of_constants(values)
    shares = scaling.positive(values, is_cost) if scale == "share" else scaling.ranged(values, is_cost)
    shares = shares / shares.sum().where(varies, 1)
    logs = np.log(shares.where(shares > 0, 1))
    entropy = (-(shares * logs).sum() / np.log(len(values))).where(varies, 1.0)
    divergence = (1 - entropy).clip(lower=0)
    found = {"weight": divergence / divergence.sum(), "entropy": entropy, "divergence": divergence}
    return pd.DataFrame(found).rename_axis("criterion")


def critic_weights(table: pd.DataFrame, *, costs: Sequence[str] = ()) -> pd.DataFrame:
    r"""Weights by how much a criterion varies and how little it repeats the others (CRITIC).

    Parameters
    ----------
    table : pandas.DataFrame
        Alternatives by criteria, numbers; at least three alternatives.
    costs : sequence of str
        Criteria of which less is better.

    Returns
    -------
    pandas.DataFrame
        Index the criteria; ``weight``, ``sd`` (of values between 0 and 1) and ``conflict``.

    Raises
    ------
    ValueError
        If a value is missing, or no criterion varies.

    Warns
    -----
    ConstantCriterionWarning
        If a criterion is the same for all alternatives.

    Notes
    -----
    With values from 0 (worst) to 1 (best): :math:`w_j \propto \sigma_j \sum_k (1 - r_{jk})`. If all criteria
    are perfectly correlated, none adds anything, and the weights follow :math:`\sigma_j` alone.

    References
    ----------
    D. Diakoulaki, G. Mavrotas, L. Papayannakis, "Determining objective weights in multiple criteria problems:
    the CRITIC method", Computers & Operations Research 22, 1995.

    Examples
    --------
    >>> shops = pd.DataFrame({"speed": [1, 2, 3], "sent": [10, 20, 30], "care": [1, 9, 1]})
    >>> critic_weights(shops)["weight"].round(3).to_dict()
    {'speed': 0.232, 'sent': 0.232, 'care': 0.536}
    """
    values, is_cost = scaling.checked(table, costs, at_least=3)
    varies = scaling.warn_of_constants(values)
    scaled = scaling.ranged(values, is_cost)
    spread = scaled.std(ddof=1)
    conflict = pd.Series(0.0, index=values.columns)
    names = values.columns[varies]
    conflict[names] = (1 - np.corrcoef(scaled[names].to_numpy().T).reshape(len(names), -1)).sum(axis=1)
    content = spread * conflict
    if content.sum() < 1e-12:
        content = spread
    found = {"weight": content / content.sum(), "sd": spread, "conflict": conflict}
    return pd.DataFrame(found).rename_axis("criterion")
