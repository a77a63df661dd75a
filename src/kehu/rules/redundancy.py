"""Rules that say no more than a more general rule says."""

from typing import Any

import numpy as np
import pandas as pd

from kehu import _kernels, frames
from kehu.rules.counting import sides_of


def is_redundant(rules: pd.DataFrame) -> pd.Series:
    """Tell which rules are redundant: a more general rule of the frame is as confident, or more so.

    A rule is more general if it has the same consequent and only some of the items of the antecedent [1]_.
    Only rules of the frame count, as in arules: a general rule that was filtered away makes none redundant.

    Parameters
    ----------
    rules : pandas.DataFrame
        ``antecedents``, ``consequents`` and ``confidence``.

    Returns
    -------
    pandas.Series of bool
        With the index of the rules.

    Raises
    ------
    KeyError
        If a column is missing.
    TypeError, ValueError
        If a side of a rule is no set, or missing.

    References
    ----------
    .. [1] R. J. Bayardo, R. Agrawal, D. Gunopulos, "Constraint-based rule mining in large, dense
       databases", Data Mining and Knowledge Discovery 4, 2000.

    Examples
    --------
    >>> rules = pd.DataFrame({
    ...     "antecedents": [{"tea"}, {"tea", "cup"}], "consequents": [{"milk"}, {"milk"}],
    ...     "confidence": [0.6, 0.6],
    ... })
    >>> is_redundant(rules).tolist()
    [False, True]
    """
    confidence = frames.numbers(
        frames.select(rules, {"confidence": "confidence"}, what="rules")["confidence"], "confidence"
    )
    general = best_general(rules, confidence, none=-1.0)
    index = rules.index if isinstance(rules, pd.DataFrame) else pd.RangeIndex(len(general))
    return pd.Series(general >= confidence, index=index, name="redundant", dtype=bool)


def best_general(rules: Any, values: np.ndarray, none: float = 0.0) -> np.ndarray:
    """Find, for each rule, the largest value among the more general rules of the frame.

    Parameters
    ----------
    rules : dataframe
        ``antecedents`` and ``consequents``.
    values : numpy.ndarray of float
        One value a rule, not negative.
    none : float
        What to give where no rule is more general.

    Returns
    -------
    numpy.ndarray of float
    """
    tree, lead, follow, _ = sides_of(rules)
    ptr, items = tree.unpack(lead)
    consequent = pd.factorize(follow)[0].astype(np.int32)
    order = np.argsort(consequent, kind="stable").astype(np.int32)
    group_ptr = np.concatenate([[0], np.cumsum(np.bincount(consequent, minlength=0))]).astype(np.int64)
    return _kernels.rules.best_general(
        ptr, items, consequent, group_ptr, order, np.asarray(values, np.float64), none
    )
