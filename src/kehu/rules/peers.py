"""mlxtend's algorithms under our roof, to teach and to compare: the same sets, another way."""

import numpy as np

from kehu._kernels.itemsets import lookup
from kehu.baskets import Baskets

_DENSE_CELLS = 50_000_000


def mine_with(
    algorithm: str, baskets: Baskets, min_count: int, max_len: int | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Let mlxtend find all frequent sets: items, parents and counts of a tree."""
    from mlxtend import frequent_patterns

    frequent = np.flatnonzero(baskets.item_counts() >= min_count)
    if not len(frequent):
        return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int32)
    table = baskets.to_onehot(sparse=baskets.n_baskets * baskets.n_items > _DENSE_CELLS)
    table = table.iloc[:, frequent].set_axis(range(len(frequent)), axis="columns")
    # Half a basket below the threshold, so that rounding cannot matter.
    found = getattr(frequent_patterns, algorithm)(
        table, min_support=(min_count - 0.5) / baskets.n_baskets, max_len=max_len
    )
    sets = [np.sort(frequent[list(one)]) for one in found["itemsets"]]
    ptr = np.concatenate([[0], np.cumsum([len(one) for one in sets])]).astype(np.int64)
    item, parent, rows = lookup.plant(np.concatenate(sets).astype(np.int32), ptr)
    count = np.zeros(len(item), np.int32)
    count[rows] = np.rint(found["support"].to_numpy() * baskets.n_baskets)
    return item, parent, count
