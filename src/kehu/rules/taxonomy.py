"""Items and the groups they belong to: rules across the levels of a taxonomy."""

from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.baskets import Baskets
from kehu.baskets.sources import read_taxonomy


def with_ancestors(baskets: Baskets, taxonomy: Any) -> Baskets:
    """Add to each basket the groups that its items belong to, at every level.

    Rules can then speak of products and of groups at once, such as "green tea → dairy" [1]_. Mine with
    ``frequent_itemsets(…, ancestors=taxonomy)``, or every item goes with its own group.

    Parameters
    ----------
    baskets : Baskets
    taxonomy : mapping, pandas.Series or dataframe of two columns
        Child → parent, for items and for groups alike, so that several levels make a chain. What has no
        parent (or is its own) is at the top.

    Returns
    -------
    Baskets
        The same baskets with more items, sorted by label.

    Raises
    ------
    ValueError
        If something has two parents, or is its own ancestor by a detour.
    TypeError
        If items and groups are of different types, such as numbers and text.

    References
    ----------
    .. [1] R. Srikant, R. Agrawal, "Mining generalized association rules", VLDB 1995.

    Examples
    --------
    >>> baskets = Baskets.from_lists([["green tea", "milk"], ["black tea"]])
    >>> taxonomy = {"green tea": "tea", "black tea": "tea", "tea": "drinks", "milk": "dairy"}
    >>> with_ancestors(baskets, taxonomy).to_lists()
    [['dairy', 'drinks', 'green tea', 'milk', 'tea'], ['black tea', 'drinks', 'tea']]
    """
    if not isinstance(baskets, Baskets):
        raise TypeError(f"baskets must be kehu.Baskets, got {type(baskets).__name__}")
    parent_of = _parents(taxonomy)
    known = baskets.labels.tolist()
    chains = [[label, *_chain(label, parent_of)] for label in known]
    flat = [one for chain in chains for one in chain]
    own = set(known)
    groups = [one for one in dict.fromkeys(flat) if one not in own]
    for one in groups:
        if isinstance(one, str) != isinstance(known[0], str):
            raise TypeError(
                f"items and groups must be of one type, got the item {known[0]!r} and the group {one!r}; "
                "write both as text"
            )
    labels = baskets.labels.append(pd.Index(groups)) if groups else baskets.labels
    labels = labels.sort_values()
    flat = labels.get_indexer(pd.Index(flat)) if flat else np.empty(0, np.int64)
    lengths = np.array([len(chain) for chain in chains], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    # Each entry becomes its item and the groups of that item.
    repeats = lengths[baskets.indices]
    total = int(repeats.sum())
    offset = np.arange(total) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    indices = flat[np.repeat(starts[baskets.indices], repeats) + offset]
    indptr = np.concatenate([[0], np.cumsum(repeats)])[baskets.indptr]
    wider = Baskets.from_csr((indptr, indices), labels, duplicates="merge")
    return Baskets(wider.indptr, wider.indices, wider.labels, baskets.basket_ids)


def codes(taxonomy: Any, baskets: Baskets) -> np.ndarray:
    """Code the ancestors of each item: one row an item, -1 where there are fewer."""
    if taxonomy is None:
        return np.empty((baskets.n_items, 0), np.int32)
    parent_of = _parents(taxonomy)
    chains = [_chain(label, parent_of) for label in baskets.labels.tolist()]
    code_of = {label: code for code, label in enumerate(baskets.labels.tolist())}
    found = np.full((baskets.n_items, max(map(len, chains), default=0)), -1, np.int32)
    for row, chain in enumerate(chains):
        found[row, : len(chain)] = [code_of.get(one, -1) for one in chain]
    if baskets.n_items and not (found >= 0).any():
        raise ValueError(
            "no ancestor of any item is an item of the baskets; make them with "
            "with_ancestors(baskets, taxonomy) of the same taxonomy"
        )
    return found


def _parents(taxonomy: Any) -> dict:
    children, parents = read_taxonomy(taxonomy)
    parents = frames.labels(parents, "parents in the taxonomy")
    known: dict = {}
    for child, code in zip(children.tolist(), parents.codes.tolist(), strict=True):
        if code < 0:
            continue
        parent = parents.categories[code]
        if known.setdefault(child, parent) != parent:
            raise ValueError(f"the taxonomy gives {child!r} two parents, {known[child]!r} and {parent!r}")
    return known


def _chain(label: object, parent_of: dict) -> list:
    """Climb from an item to the top."""
    chain, here = [], label
    while here in parent_of and parent_of[here] != here:
        here = parent_of[here]
        if here == label or here in chain:
            raise ValueError(f"the taxonomy runs in a circle: {' → '.join(map(str, [label, *chain, here]))}")
        chain.append(here)
    return chain
