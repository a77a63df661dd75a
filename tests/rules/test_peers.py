import numpy as np
import pytest

from kehu import Baskets
from kehu.rules import frequent_itemsets, mining, peers
from kehu.rules.tree import Tree
from tests.rules.brute import frequent

LISTS = [["a", "b", "c"]] * 3 + [["a", "c"]] * 2 + [["b", "d"], []]


@pytest.mark.parametrize("algorithm", ["fpgrowth", "apriori"])
@pytest.mark.parametrize("dense_cells", [0, 10**9])
def test_tree_as_our_own(algorithm, dense_cells, monkeypatch):
    """The same nodes in the same order, from full and from sparse tables."""
    monkeypatch.setattr(peers, "_DENSE_CELLS", dense_cells)
    baskets = Baskets.from_lists(LISTS)
    ranked = mining.rank(baskets, 2)
    ours = mining.mine(ranked, 2)
    theirs = peers.mine_with(algorithm, baskets, ranked.codes, 2, 99)
    sets = [
        list(zip(tree.decode(np.arange(len(tree.item), dtype=np.int32)), tree.count.tolist(), strict=True))
        for tree in (Tree(*found, baskets.labels, True) for found in (ours, theirs))
    ]
    assert dict(sets[1]) == dict(sets[0]) == frequent(LISTS, 2)
    for size in (1, 2, 3):
        assert [one for one in sets[1] if len(one[0]) == size] == [
            one for one in sets[0] if len(one[0]) == size
        ]


@pytest.mark.parametrize("algorithm", ["fpgrowth", "apriori"])
def test_labels_that_are_numbers(algorithm):
    baskets = Baskets.from_lists([[5, 7], [7], [5, 7, 9]])
    found = frequent_itemsets(baskets, min_support=2 / 3, algorithm=algorithm)
    assert found["itemsets"].tolist() == [{7}, {5}, {5, 7}]
