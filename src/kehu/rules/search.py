"""What was searched for, kept with what was found."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kehu import _kernels
from kehu.baskets import Baskets
from kehu.rules.column import ItemsetArray
from kehu.rules.tree import Tree


@dataclass(frozen=True, eq=False)
class Search:
    """What `frequent_itemsets` was asked for.

    Attributes
    ----------
    baskets : Baskets
    min_count : int
        Fewest baskets a set must stand in.
    max_len : int or None
    must_contain : tuple of int
        Codes of items that every set holds.
    ancestors : numpy.ndarray of int32, shape (n_items, depth)
        Codes of the groups each item belongs to, -1 where there are fewer; no columns without a taxonomy.
    """

    baskets: Baskets
    min_count: int
    max_len: int | None
    must_contain: tuple[int, ...]
    ancestors: np.ndarray


@dataclass(frozen=True, eq=False)
class RuleSearch:
    """What `association_rules` was asked for.

    Attributes
    ----------
    sets : Search or None
        The search for itemsets; None where they were found elsewhere.
    tree : Tree
        What that search found.
    baskets : Baskets
    may_lead, may_follow : numpy.ndarray of bool, shape (n_items,)
        Which items an antecedent and a consequent may hold.
    max_consequent : int or None
    """

    sets: Search | None
    tree: Tree
    baskets: Baskets
    may_lead: np.ndarray
    may_follow: np.ndarray
    max_consequent: int | None


def ordered(tree: Tree, rows: np.ndarray) -> np.ndarray:
    """Sort nodes: most frequent first, then fewer items, then as mined."""
    if not len(rows):
        return rows
    most = int(tree.sizes.max())
    by_size = _kernels.itemsets.trees.falling(rows, np.subtract(most, tree.sizes, dtype=np.int32), most)
    return _kernels.itemsets.trees.falling(by_size, tree.count, int(tree.count.max()))


def frame(tree: Tree, rows: np.ndarray, search: Search) -> pd.DataFrame:
    """Make the table of itemsets."""
    rows = ordered(tree, rows)
    count = tree.count[rows].astype(np.int64)
    return pd.DataFrame(
        {
            "support": count / search.baskets.n_baskets,
            "itemsets": ItemsetArray(tree, rows, search),
            "count": count,
            "size": tree.sizes[rows].astype(np.int64),
        }
    )
