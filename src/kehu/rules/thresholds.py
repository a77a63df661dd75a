"""How many rules there are at which thresholds."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kehu.baskets import Baskets
from kehu.rules.association import association_rules, check_confidence
from kehu.rules.itemsets import fewest, frequent_itemsets


def count_by_threshold(
    baskets: Baskets,
    *,
    min_support: Sequence[float],
    min_confidence: Sequence[float],
    max_consequent: int | None = 1,
) -> pd.DataFrame:
    """Count the rules at several thresholds; the sets are mined once.

    Parameters
    ----------
    baskets : Baskets
    min_support, min_confidence : sequence of float
        Every pair of the two is counted.
    max_consequent : int or None
        Most items in a consequent; None: any number.

    Returns
    -------
    pandas.DataFrame
        ``min_support``, ``min_confidence`` and ``rules``, in the order given.

    Raises
    ------
    TypeError, ValueError
        If there is no threshold, or one is no number or out of range.
    TooManyItemsetsError
        As `frequent_itemsets` at the lowest support.

    Examples
    --------
    >>> baskets = Baskets.from_lists([["milk", "tea"], ["milk", "tea"], ["tea"], ["salt"]])
    >>> count_by_threshold(baskets, min_support=[0.5, 0.6], min_confidence=[0.5, 0.9])
       min_support  min_confidence  rules
    0          0.5             0.5      2
    1          0.5             0.9      1
    2          0.6             0.5      0
    3          0.6             0.9      0
    """
    for name, values in (("min_support", min_support), ("min_confidence", min_confidence)):
        if np.ndim(values) != 1 or not len(values):
            raise ValueError(f"{name} must be a list of thresholds, got {values!r}")
    for value in min_support:
        fewest(value, baskets.n_baskets if isinstance(baskets, Baskets) else 1)
    for value in min_confidence:
        check_confidence(value)
    sets = frequent_itemsets(baskets, min_support=min(min_support))
    rules = association_rules(
        sets, min_confidence=min(min_confidence), measures=[], max_consequent=max_consequent
    )
    support, confidence = rules["support"].to_numpy(), rules["confidence"].to_numpy()
    return pd.DataFrame(
        [
            (least, sure, int(((support >= least) & (confidence >= sure)).sum()))
            for least in min_support
            for sure in min_confidence
        ],
        columns=["min_support", "min_confidence", "rules"],
    )
