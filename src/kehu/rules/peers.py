"""mlxtend's algorithms under our roof, to teach and to compare: the same sets, another way."""

import numpy as np

from kehu import _kernels
from kehu.baskets import Baskets

_DENSE_CELLS = 50_000_000


def mine_with(
    algorithm: str, baskets: Baskets, codes: np.ndarray, min_count: int, longest: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Let mlxtend find all frequent sets of some items, the most frequent item first.

    Gives items (as codes), parents and counts of a tree, in the same order as our own search.
    """
    from mlxtend import frequent_patterns

    if not len(codes):
        return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int32)
    table = baskets.to_onehot(sparse=baskets.n_baskets * baskets.n_items > _DENSE_CELLS)
    table = table.iloc[:, codes].set_axis(range(len(codes)), axis="columns")
    # Half a basket below the threshold, so that rounding cannot matter.
    found = getattr(frequent_patterns, algorithm)(
        table, min_support=(min_count - 0.5) / baskets.n_baskets, max_len=min(longest, len(codes))
    )
    counts = np.rint(found["support"].to_numpy() * baskets.n_baskets).astype(np.int32)
    paths = [sorted(one, reverse=True) for one in found["itemsets"]]
    order = sorted(range(len(paths)), key=lambda row: (len(paths[row]), paths[row]))
    ptr = np.concatenate([[0], np.cumsum([len(paths[row]) for row in order])]).astype(np.int64)
    ranks = np.array([rank for row in order for rank in paths[row]], np.int32)
    item, parent, rows = _kernels.itemsets.lookup.plant(ranks, ptr)
    count = np.zeros(len(item), np.int32)
    count[rows] = counts[order]
    return codes[item], parent, count
