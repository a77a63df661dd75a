"""How many rules a search looked at: the family over which p-values are adjusted."""

from functools import lru_cache
from math import comb

import numpy as np
import pandas as pd

from kehu import _kernels
from kehu._kernels.itemsets.constants import MOST_ITEMS
from kehu.rules.counting import sides_of
from kehu.rules.explosion import TooManyItemsetsError
from kehu.rules.itemsets import find_all
from kehu.rules.search import RuleSearch, Search
from kehu.rules.tree import Tree


def searched(rules: pd.DataFrame) -> int:
    """Count the candidate rules that a search looked at to find these rules.

    A candidate is any split, within the limits asked for, of a set whose parts are all frequent, whether the
    set itself proved frequent or not: to find the frequent pairs, all pairs of frequent items are looked at.
    Confidence plays no part, as it is looked at afterwards.

    Parameters
    ----------
    rules : pandas.DataFrame
        From `association_rules`; rows may have been left out since.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the frame does not know how its rules were found, or there are too many to count.
    """
    origin = sides_of(rules)[3]
    if not isinstance(origin, RuleSearch) or origin.sets is None:
        raise ValueError(
            "these rules do not know what was searched: their itemsets do not come from "
            "kehu.rules.frequent_itemsets, or they were put together from several frames; test them in "
            'other baskets (on=…), or over themselves (family="given")'
        )
    return _count(origin)


# What was counted once is needed again: for the p-values, then for the comparison of two periods.
@lru_cache(maxsize=8)
def _count(asked: RuleSearch) -> int:
    search = asked.sets
    tree = asked.tree if asked.tree.whole and not search.must_contain else _everything(search)
    held = np.zeros(asked.baskets.n_items, np.bool_)
    held[list(search.must_contain)] = True
    longest = search.max_len or MOST_ITEMS
    most = longest if asked.max_consequent is None else asked.max_consequent
    total = _kernels.itemsets.candidates.joined(
        tree.item, tree.parent, *tree.index, asked.may_lead, asked.may_follow, held, most, longest
    )
    if longest < 2:
        return 0
    return round(total) + (_beside(asked, most, longest) if search.must_contain else _pairs(asked))


def _everything(search: Search) -> Tree:
    """Give the tree of all frequent sets."""
    try:
        return find_all(search)
    except TooManyItemsetsError as error:
        raise ValueError(
            "all that was searched is too much to count, as far more sets are frequent than were asked for; "
            'test the rules in other baskets (on=…), or over themselves (family="given")'
        ) from error


def _pairs(asked: RuleSearch) -> int:
    """Count the rules of all pairs of frequent items, less those of an item and its group."""
    frequent = asked.baskets.item_counts() >= asked.sets.min_count
    lead, follow = asked.may_lead, asked.may_follow
    leads, follows = (frequent & lead & ~follow).sum(), (frequent & follow & ~lead).sum()
    both = (frequent & lead & follow).sum()
    total = both * (both - 1) + both * (leads + follows) + leads * follows
    ancestors = asked.sets.ancestors
    item, level = np.nonzero(ancestors >= 0)
    group = ancestors[item, level]
    known = frequent[item] & frequent[group]
    item, group = item[known], group[known]
    related = (lead[item] & follow[group]).sum() + (lead[group] & follow[item]).sum()
    return int(total - related)


def _beside(asked: RuleSearch, most: int, longest: int) -> int:
    """Count the rules of the items that every set holds, alone and with each other frequent item."""
    lead, follow = asked.may_lead, asked.may_follow
    kinds = np.array([lead & ~follow, follow & ~lead, lead & follow, ~lead & ~follow])
    base = kinds[:, list(asked.sets.must_contain)].sum(axis=1)
    others = asked.baskets.item_counts() >= asked.sets.min_count
    others[list(asked.sets.must_contain)] = False
    if base.sum() > longest:
        return 0
    total = _splits(base, most)
    if base.sum() == longest:
        return total
    for kind, number in enumerate((kinds & others).sum(axis=1)):
        total += int(number) * _splits(base + np.eye(4, dtype=int)[kind], most)
    return total


def _splits(kinds: np.ndarray, most: int) -> int:
    """Count the rules of a set: its items may stand left only, right only, on both sides, nowhere."""
    leads, follows, both, nowhere = map(int, kinds)
    if nowhere:
        return 0
    return sum(comb(both, j) for j in range(both + 1) if 1 <= follows + j <= most and leads + both - j >= 1)
