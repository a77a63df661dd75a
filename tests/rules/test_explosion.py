import re
import time

import numpy as np
import pandas as pd
import pytest

from kehu import Baskets
from kehu.rules import TooManyItemsetsError, explosion, frequent_itemsets, mining
from tests.rules.brute import KINDS


def dense():
    rng = np.random.default_rng(0)
    return Baskets.from_onehot(pd.DataFrame(rng.random((300, 60)) < 0.7))


def refusal(baskets, **how):
    start = time.perf_counter()
    with pytest.raises(TooManyItemsetsError) as caught:
        frequent_itemsets(baskets, progress=False, **how)
    return str(caught.value), time.perf_counter() - start


def test_dense_baskets():
    """60 items that stand in 7 of 10 baskets: billions of sets. The advice is good to the last set."""
    text, seconds = refusal(dense(), min_support=0.01, max_sets=1_000_000)
    assert text.startswith(
        "more than max_sets=1,000,000 frequent itemsets at min_support=0.01 (3 of 300 baskets); about "
    )
    assert seconds < 60
    share, number = re.search(r"raise min_support: ([\d.]+) gives ([\d,]+) sets", text).groups()
    found = frequent_itemsets(dense(), min_support=float(share))
    assert len(found) == int(number.replace(",", ""))
    longest = int(re.search(r"max_len=(\d+)", text).group(1))
    assert len(frequent_itemsets(dense(), min_support=0.01, max_len=longest)) < 1_000_000


def test_two_baskets_of_ten_thousand_items():
    """Even pairs are too many here, so no length is advised, and no number of sets would do."""
    baskets = Baskets.from_lists([range(10_000), range(10_000)])
    text, seconds = refusal(baskets, min_support=1)
    assert seconds < 60
    assert 'ask for kind="closed" or kind="maximal"' in text
    assert "max_len" not in text
    assert "raise max_sets" not in text
    text, _ = refusal(baskets, min_support=1, max_len=2)
    assert "about 5e+07 sets" in text


@pytest.mark.parametrize("kind", KINDS)
def test_small_limits(kind):
    lists = [[*"abcdefgh"], [*"abcd"], [*"efgh"], [*"aceg"], [*"bdfh"]]
    baskets = Baskets.from_lists(lists)
    number = len(frequent_itemsets(baskets, min_support=0.2, kind=kind))
    assert len(frequent_itemsets(baskets, min_support=0.2, kind=kind, max_sets=255)) == number
    text, _ = refusal(baskets, min_support=0.2, kind=kind, max_sets=3)
    assert text.startswith("more than max_sets=3 ")
    assert isinstance(TooManyItemsetsError(text), ValueError)


def test_exactly_the_limit():
    baskets = Baskets.from_lists([[*"abcdef"]] * 4)
    for n_jobs in (1, 2):
        assert len(frequent_itemsets(baskets, min_support=1, max_sets=63, n_jobs=n_jobs)) == 63
        with pytest.raises(TooManyItemsetsError):
            frequent_itemsets(baskets, min_support=1, max_sets=62, n_jobs=n_jobs)


def test_with_items_that_every_set_holds():
    text, _ = refusal(dense(), min_support=0.01, must_contain=[0, 1], max_sets=100_000)
    longest = int(re.search(r"max_len=(\d+)", text).group(1))
    assert longest == 5


def test_estimate_of_a_shop_that_can_be_counted():
    rng = np.random.default_rng(3)
    baskets = Baskets.from_onehot(pd.DataFrame(rng.random((400, 15)) < 0.35))
    found = frequent_itemsets(baskets, min_support=0.02)
    sizes = explosion.estimate(mining.rank(baskets, 8), 8)
    exact = found["size"].value_counts()
    assert sizes[0] == exact[1]
    for size in (2, 3):
        assert sizes[size - 1] == pytest.approx(exact[size], rel=0.25)
    assert sizes.sum() == pytest.approx(len(found), rel=0.5)
    assert sizes.shape == (explosion._DEEPEST,)
