import gzip
import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlxtend.frequent_patterns import fpgrowth

import kehu
from kehu import Baskets
from kehu.rules import frequent_itemsets, itemsets
from kehu.rules.itemsets import fewest
from tests.rules.brute import KINDS, frequent, of_kind, sets_of, shops

LISTS = [["milk", "tea"], ["milk", "tea"], ["tea"], ["salt"], []]


@pytest.fixture(scope="module")
def groceries(shared_data):
    lines = kehu.datasets.load("groceries", path=shared_data / "groceries_arules.parquet")
    return Baskets.from_orders(lines)


def mined(lists, least, **how):
    baskets = Baskets.from_lists(lists)
    return frequent_itemsets(baskets, min_support=min(1, least / len(baskets)), progress=False, **how)


# Published values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("support", "numbers"), [(0.01, (333, 333, 243, 333)), (0.001, (13_492, 13_464, 7_794, 13_464))]
)
def test_groceries_as_arules(groceries, support, numbers):
    """Published with R arules 1.7.6; PyFIM agrees."""
    assert (groceries.n_baskets, groceries.n_items) == (9835, 169)
    assert "cream cheese " in groceries.labels
    for kind, number in zip(KINDS, numbers, strict=True):
        assert len(frequent_itemsets(groceries, min_support=support, kind=kind)) == number


def test_pasquier_1999(shared_data):
    """Five baskets of Pasquier et al. 1999, count at least 2: 15 frequent, 5 closed, 1 maximal."""
    lines = (shared_data / "contextPasquier99.txt").read_text(encoding="utf-8").splitlines()
    baskets = Baskets.from_lists([line.split() for line in lines])
    found = {kind: len(frequent_itemsets(baskets, min_support=2 / 5, kind=kind)) for kind in KINDS[:3]}
    assert found == {"all": 15, "closed": 5, "maximal": 1}


# Against other ways ------------------------------------------------------------------------------------


def as_mlxtend(baskets, least):
    """Half a basket below the threshold, as mlxtend compares rounded shares."""
    table = baskets.to_onehot(sparse=baskets.n_items > 1000)
    found = fpgrowth(table, min_support=(least - 0.5) / len(baskets), use_colnames=True)
    return dict(zip(found["itemsets"], found["support"], strict=True))


def test_groceries_as_mlxtend(groceries):
    found = frequent_itemsets(groceries, min_support=20 / 9835)
    expected = as_mlxtend(groceries, 20)
    assert dict(zip(found["itemsets"], found["support"], strict=True)) == expected
    assert len(expected) > 3000


def test_complete_journey_as_mlxtend():
    orders = kehu.datasets.load("complete_journey")
    baskets = Baskets.from_orders(orders, item="category", missing="drop")
    baskets = baskets[:20_000]
    found = frequent_itemsets(baskets, min_support=0.005)
    expected = as_mlxtend(baskets, fewest(0.005, len(baskets)))
    assert dict(zip(found["itemsets"], found["support"], strict=True)) == expected
    assert len(expected) > 500


def test_belgian_retail_kinds(shared_data):
    """88,162 real baskets of 16,470 items: the quick way to each kind and the direct one."""
    with gzip.open(shared_data / "retail.dat.gz", "rt") as lines:
        baskets = Baskets.from_lists([line.split() for line in lines])
    for kind in KINDS[1:]:
        by_all = frequent_itemsets(baskets, min_support=0.001, kind=kind)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(itemsets, "_ALL_FIRST", 1)
            direct = frequent_itemsets(baskets, min_support=0.001, kind=kind)
        assert sets_of(direct) == sets_of(by_all)
        assert len(by_all) > 1000


@settings(max_examples=40)
@given(shops(most_items=10), st.data())
def test_every_kind_as_defined(lists, data):
    least = data.draw(st.integers(1, max(1, len(lists) // 2)))
    found = frequent(lists, least)
    for kind in KINDS:
        expected = of_kind(found, kind)
        assert sets_of(mined(lists, least, kind=kind)) == expected
        longest = data.draw(st.integers(1, 4))
        short = {one: count for one, count in expected.items() if len(one) <= longest}
        assert sets_of(mined(lists, least, kind=kind, max_len=longest)) == short
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(itemsets, "_ALL_FIRST", 1)
            assert sets_of(mined(lists, least, kind=kind)) == expected
            assert sets_of(mined(lists, least, kind=kind, max_len=longest)) == short


@settings(max_examples=25)
@given(shops(most_items=7, most_baskets=20), st.data())
def test_as_mlxtend_and_by_its_algorithms(lists, data):
    baskets = Baskets.from_lists(lists)
    least = data.draw(st.integers(1, max(1, len(lists) // 2)))
    if baskets.n_items:
        found = sets_of(mined(lists, least))
        expected = as_mlxtend(baskets, least)
        assert found == {one: round(share * len(lists)) for one, share in expected.items()}
    how = {
        "kind": data.draw(st.sampled_from(KINDS)),
        "max_len": data.draw(st.sampled_from([None, 1, 2, 3])),
        "top_k": data.draw(st.sampled_from([None, 1, 4, 30])),
        "must_contain": data.draw(st.sampled_from([[], baskets.labels[:1], baskets.labels[-2:]])),
    }
    ours = mined(lists, least, **how)
    for algorithm in ("fpgrowth", "apriori"):
        pd.testing.assert_frame_equal(mined(lists, least, algorithm=algorithm, **how), ours)


# Constraints -------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(shops(), st.data())
def test_must_contain(lists, data):
    least = data.draw(st.integers(1, max(1, min(3, len(lists)))))
    items = sorted(set().union(*lists))
    held = data.draw(st.lists(st.sampled_from(items), max_size=4)) if items else []
    longest = data.draw(st.sampled_from([None, 1, 2, 3]))
    found = frequent(lists, least)
    for kind in KINDS:
        expected = {
            one: count
            for one, count in of_kind(found, kind).items()
            if one >= set(held) and (longest is None or len(one) <= longest)
        }
        assert sets_of(mined(lists, least, kind=kind, must_contain=held, max_len=longest)) == expected


@settings(max_examples=40)
@given(shops(), st.integers(1, 60), st.sampled_from(KINDS), st.integers(1, 3))
def test_top_k_is_the_top_of_all(lists, top_k, kind, least):
    everything = mined(lists, least, kind=kind)
    pd.testing.assert_frame_equal(mined(lists, least, kind=kind, top_k=top_k), everything.head(top_k))


@pytest.mark.parametrize("kind", KINDS)
def test_threads_change_nothing(groceries, kind):
    one = frequent_itemsets(groceries, min_support=0.002, kind=kind, n_jobs=1)
    for n_jobs in (2, 8):
        pd.testing.assert_frame_equal(
            frequent_itemsets(groceries, min_support=0.002, kind=kind, n_jobs=n_jobs), one
        )


@settings(max_examples=30)
@given(shops(), st.sampled_from(KINDS), st.randoms(use_true_random=False))
def test_order_of_items_and_baskets_changes_nothing(lists, kind, rng):
    expected = sets_of(mined(lists, 2, kind=kind))
    shuffled = [rng.sample(one, len(one)) for one in lists]
    rng.shuffle(shuffled)
    assert sets_of(mined(shuffled, 2, kind=kind)) == expected
    table = Baskets.from_lists(lists).to_onehot()
    if table.shape[1]:
        columns = rng.sample(list(table), table.shape[1])
        other_way = Baskets.from_onehot(table[columns])
        again = frequent_itemsets(other_way, min_support=min(1, 2 / len(lists)), kind=kind)
        assert sets_of(again) == expected


@settings(max_examples=30)
@given(shops(most_items=7))
def test_smaller_sets_are_more_frequent(lists):
    found = sets_of(mined(lists, 1))
    for one, count in found.items():
        assert all(found[one - {item}] >= count for item in one if len(one) > 1)
    assert set(sets_of(mined(lists, 1, kind="closed"))) >= set(sets_of(mined(lists, 1, kind="maximal")))


def test_order_of_rows():
    found = mined([["b", "a"], ["a", "b"], ["c", "a"], ["d"]], 1)
    assert found["itemsets"].tolist() == [
        *map(frozenset, ("a", "b", "ab", "c", "d", "ac")),
    ]
    assert found["count"].tolist() == [3, 2, 2, 1, 1, 1]
    assert found["size"].tolist() == [1, 1, 2, 1, 1, 2]
    assert found["support"].tolist() == [0.75, 0.5, 0.5, 0.25, 0.25, 0.25]
    assert list(found) == ["support", "itemsets", "count", "size"]


# Thresholds --------------------------------------------------------------------------------------------


@given(st.floats(1e-6, 1), st.integers(1, 10**7))
def test_fewest_is_the_first_share_that_is_enough(min_support, n):
    count = fewest(min_support, n)
    assert 1 <= count <= n
    assert count / n >= min_support
    assert count == 1 or (count - 1) / n < min_support


@pytest.mark.parametrize("n", [3, 7, 10, 49, 100, 9835, 1_000_003])
def test_awkward_shares(n):
    """A share written as count / n means that count, however floats round it."""
    for count in {1, 2, n // 3, n - 1, n}:
        assert fewest(count / n, n) == count
    for percent in range(1, 101):
        exact = -(-Fraction(percent, 100) * n // 1)
        assert abs(fewest(percent / 100, n) - exact) <= (Fraction(percent, 100) * n % 1 == 0)


def test_seven_of_a_hundred():
    lists = [["tea"]] * 7 + [["milk"]] * 93
    assert len(frequent_itemsets(Baskets.from_lists(lists), min_support=0.07)) == 2
    assert len(frequent_itemsets(Baskets.from_lists(lists), min_support=np.float32(0.08))) == 1


# Odd shops ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("algorithm", ["eclat", "apriori"])
def test_nothing_to_find(kind, algorithm):
    for how in ({}, {"top_k": 3}, {"max_len": 1}):
        for lists in ([[]], [[], []], [["a"], ["b"], ["c"]]):
            found = frequent_itemsets(
                Baskets.from_lists(lists), min_support=0.5, kind=kind, algorithm=algorithm, **how
            )
            assert len(found) == 0
            assert found.dtypes.astype(str).tolist() == ["float64", "itemset", "int64", "int64"]


def test_one_basket():
    assert sets_of(mined([["a", "b"]], 1)) == {frozenset("a"): 1, frozenset("b"): 1, frozenset("ab"): 1}
    assert sets_of(mined([["a", "b"]], 1, kind="closed")) == {frozenset("ab"): 1}
    assert sets_of(mined([["a", "b"]], 1, kind="maximal")) == {frozenset("ab"): 1}
    assert sets_of(mined([["a", "b"]], 1, kind="generators")) == {frozenset("a"): 1, frozenset("b"): 1}


def test_every_item_in_every_basket():
    lists = [list("abcdefghijklmnop")] * 50
    assert len(mined(lists, 50)) == 2**16 - 1
    assert sets_of(mined(lists, 1, kind="closed")) == {frozenset("abcdefghijklmnop"): 50}
    assert sets_of(mined(lists, 1, kind="maximal")) == {frozenset("abcdefghijklmnop"): 50}
    assert len(mined(lists, 1, kind="generators")) == 16


def test_baskets_of_ten_thousand_items():
    baskets = Baskets.from_lists([range(10_000), range(1000, 11_000)])
    found = {
        kind: frequent_itemsets(baskets, min_support=0.5, kind=kind, progress=False) for kind in KINDS[1:]
    }
    assert found["closed"]["size"].tolist() == [9000, 10_000, 10_000]
    assert found["maximal"]["size"].tolist() == [10_000, 10_000]
    assert len(found["generators"]) == 11_000


def test_labels_are_numbers():
    found = frequent_itemsets(Baskets.from_lists([[3, 7], [7]]), min_support=0.5, must_contain=[3])
    assert found["itemsets"].tolist() == [{3}, {3, 7}]


def test_items_that_occur_nowhere():
    part = Baskets.from_lists(LISTS)[[0, 1]]
    assert set(sets_of(frequent_itemsets(part, min_support=1e-9))) == {
        frozenset(["milk"]),
        frozenset(["tea"]),
        frozenset(["milk", "tea"]),
    }
    assert len(frequent_itemsets(part, min_support=0.5, must_contain=["salt"])) == 0


# Bad input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, 1.5, -1, float("nan"), float("inf"), -0.0, 2])
def test_support_out_of_range(value):
    with pytest.raises(ValueError, match="min_support must be above 0 and at most 1"):
        frequent_itemsets(Baskets.from_lists(LISTS), min_support=value)


@pytest.mark.parametrize("value", ["1%", True, None, [0.1], "0.1", 1j])
def test_support_is_no_number(value):
    with pytest.raises(TypeError, match="min_support must be a number above 0 and at most 1"):
        frequent_itemsets(Baskets.from_lists(LISTS), min_support=value)


def test_a_count_is_no_share():
    with pytest.raises(ValueError, match="got 99; for a count of baskets divide it by 5"):
        frequent_itemsets(Baskets.from_lists(LISTS), min_support=99)


@pytest.mark.parametrize("baskets", [LISTS, pd.DataFrame({"tea": [True]}), None, "milk", []])
def test_no_baskets(baskets):
    with pytest.raises(TypeError, match=r"baskets must be kehu.Baskets, got \w+; make them with"):
        frequent_itemsets(baskets, min_support=0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "close"}, "no kind 'close'; did you mean 'closed'"),
        ({"kind": None}, "no kind None"),
        ({"algorithm": "fp-growth"}, "no algorithm 'fp-growth'; did you mean 'fpgrowth'"),
        ({"max_len": 0}, "max_len must be a whole number from 1, or None, got 0"),
        ({"max_len": 2.5}, "max_len must be a whole number"),
        ({"max_len": True}, "max_len must be a whole number"),
        ({"top_k": 0}, "top_k must be a whole number from 1, or None, got 0"),
        ({"top_k": "all"}, "top_k must be a whole number"),
        ({"max_sets": 0}, "max_sets must be a whole number from 1 to"),
        ({"max_sets": 10**12}, "max_sets must be a whole number from 1 to"),
        ({"n_jobs": 0}, "n_jobs must be a number of threads from 1, or -1"),
        ({"n_jobs": -2}, "n_jobs must be a number of threads from 1, or -1"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        frequent_itemsets(Baskets.from_lists(LISTS), min_support=0.5, **arguments)


def test_bad_items():
    baskets = Baskets.from_lists(LISTS)
    with pytest.raises(KeyError, match="no item 'mlik'; did you mean 'milk'"):
        frequent_itemsets(baskets, min_support=0.5, must_contain=["tea", "mlik"])
    with pytest.raises(TypeError, match=r"must_contain must be a list of items, got 'milk'.*\['milk'\]"):
        frequent_itemsets(baskets, min_support=0.5, must_contain="milk")
    with pytest.raises(TypeError, match="must_contain must be a list of items, got 3"):
        frequent_itemsets(baskets, min_support=0.5, must_contain=3)


def test_no_warnings_and_the_baskets_stay():
    baskets = Baskets.from_lists(LISTS)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in KINDS:
            frequent_itemsets(baskets, min_support=0.2, kind=kind)
    assert baskets.to_lists() == [sorted(one) for one in LISTS]
