"""Sets and rules counted in baskets, their own or others."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from kehu import _kernels, frames
from kehu.baskets import Baskets
from kehu.rules.column import ItemsetArray
from kehu.rules.mining import recode
from kehu.rules.tree import EMPTY, Tree


def count_sets(tree: Tree, baskets: Baskets) -> np.ndarray:
    """Count the baskets that hold each node's set; items that the baskets do not know are in none."""
    used = np.unique(tree.item)
    if not len(used):
        return np.zeros(0, np.int32)
    place = baskets.labels.get_indexer(tree.labels[used])
    held = np.where(place >= 0, baskets.item_counts()[place], 0) if baskets.n_items else np.zeros(len(used))
    # The rarest item comes first, so that few baskets are left to look into.
    number = np.empty(len(used), np.int32)
    number[np.argsort(held, kind="stable")] = np.arange(len(used), dtype=np.int32)
    rank = np.full(baskets.n_items, -1, np.int32)
    rank[place[place >= 0]] = number[place >= 0]
    ptr, items = recode(baskets, rank, 1)
    nodes = np.arange(len(tree.item), dtype=np.int32)
    wanted_ptr, wanted = _kernels.itemsets.trees.unpack(
        number[np.searchsorted(used, tree.item)], tree.parent, nodes
    )
    item, parent, rows = _kernels.itemsets.lookup.plant(wanted, wanted_ptr)
    return _kernels.itemsets.counting.count_nodes(ptr, items, len(used), item, parent)[rows]


def sides_of(rules: Any) -> tuple[Tree, np.ndarray, np.ndarray, Any]:
    """Take out both sides of rules: a tree, the nodes of the sides, and what is known of the search."""
    columns = frames.select(rules, {"antecedents": "antecedents", "consequents": "consequents"}, what="rules")
    lead, follow = columns["antecedents"].array, columns["consequents"].array
    for name, side in (("antecedents", lead), ("consequents", follow)):
        check_sets(side, name)
    if isinstance(lead, ItemsetArray) and isinstance(follow, ItemsetArray) and lead.tree is follow.tree:
        return lead.tree, lead.rows, follow.rows, lead.origin
    tree, rows = Tree.of([*lead, *follow])
    return tree, rows[: len(lead)], rows[len(lead) :], None


def check_sets(column: Any, name: str) -> None:
    """Refuse what is no set of items."""
    missing = np.flatnonzero(pd.isna(column))
    if len(missing):
        raise ValueError(f"{name} has no set in row {missing[0]} ({len(missing):,} such rows); drop them")
    for row, one in enumerate(() if isinstance(column, ItemsetArray) else column):
        if isinstance(one, str) or not isinstance(one, Collection):
            raise TypeError(f"{name} must hold sets of items, got {one!r} in row {row}")


def baskets_of(rules: pd.DataFrame) -> Baskets:
    """Give the baskets that rules were found in.

    Raises
    ------
    ValueError
        If the frame does not know: it does not come from `association_rules`, or was put together.
    """
    origin = sides_of(rules)[3]
    if origin is None:
        raise ValueError(
            "these rules do not know their baskets: they do not come from kehu.rules.association_rules, or "
            "were put together from several; pass the baskets"
        )
    return origin.baskets


def recount(rules: pd.DataFrame, baskets: Baskets) -> pd.DataFrame:
    """Count rules in other baskets.

    Parameters
    ----------
    rules : pandas.DataFrame
        ``antecedents`` and ``consequents``.
    baskets : Baskets
        Items that do not occur there are in no basket.

    Returns
    -------
    pandas.DataFrame of int64
        ``n11``, ``n10``, ``n01``, ``n00``, with the index of the rules.

    Raises
    ------
    TypeError
        If ``baskets`` are no Baskets, or a side of a rule is no set.
    KeyError
        If a column is missing.
    ValueError
        If a side of a rule is missing.

    Examples
    --------
    >>> baskets = Baskets.from_lists([["milk", "tea"], ["milk"], ["salt"]])
    >>> recount(pd.DataFrame({"antecedents": [{"milk"}], "consequents": [{"tea"}]}), baskets)
       n11  n10  n01  n00
    0    1    1    0    1
    """
    if not isinstance(baskets, Baskets):
        raise TypeError(f"baskets must be kehu.Baskets, got {type(baskets).__name__}")
    tree, lead, follow, _ = sides_of(rules)
    index = rules.index if isinstance(rules, pd.DataFrame) else pd.RangeIndex(len(lead))
    (a_ptr, a_items), (c_ptr, c_items) = tree.unpack(lead), tree.unpack(follow)
    both_ptr = a_ptr + c_ptr
    owner = np.concatenate(
        [np.repeat(np.arange(len(lead)), np.diff(a_ptr)), np.repeat(np.arange(len(lead)), np.diff(c_ptr))]
    )
    items = np.concatenate([a_items, c_items])
    both = items[np.lexsort((items, owner))]
    ptr = np.concatenate([a_ptr, a_ptr[-1] + c_ptr[1:], a_ptr[-1] + c_ptr[-1] + both_ptr[1:]])
    planted, nodes = Tree.planted(ptr, np.concatenate([a_items, c_items, both]), tree.labels)
    # The last count is for the sets of no items, which every basket holds.
    counts = np.append(count_sets(planted, baskets), baskets.n_baskets).astype(np.int64)
    counts = counts[np.where(nodes == EMPTY, len(planted.item), nodes)]
    n_a, n_c, n11 = counts.reshape(3, -1) if len(lead) else (counts, counts, counts)
    return pd.DataFrame(
        {"n11": n11, "n10": n_a - n11, "n01": n_c - n11, "n00": baskets.n_baskets - n_a - n_c + n11},
        index=index,
    )
