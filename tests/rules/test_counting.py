import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu import Baskets
from kehu.rules import association_rules, frequent_itemsets, recount
from kehu.rules.counting import baskets_of
from tests.rules.brute import four, rules_of, shops

COLUMNS = ["n11", "n10", "n01", "n00"]


@settings(max_examples=40)
@given(shops(most_items=6, most_baskets=20), shops(most_items=8, most_baskets=20))
def test_rules_in_other_baskets(lists, others):
    sets = frequent_itemsets(Baskets.from_lists(lists), min_support=min(1, 2 / len(lists)))
    rules = association_rules(sets, min_confidence=0.2, measures=[])
    found = recount(rules, Baskets.from_lists(others))
    expected = [four(a, c, others) for a, c in rules_of(rules)]
    assert list(map(tuple, found.to_numpy().tolist())) == expected
    again = recount(rules, Baskets.from_lists(lists))
    pd.testing.assert_frame_equal(again, rules[COLUMNS])


SIDE = st.frozensets(st.sampled_from("abcdxyz"), max_size=4)


@settings(max_examples=40)
@given(st.lists(st.tuples(SIDE, SIDE), max_size=20), shops(most_items=5, most_baskets=20))
def test_any_rules(pairs, lists):
    """Rules by hand, with unknown items, sides that overlap, and sides of no items."""
    rules = pd.DataFrame(pairs, columns=["antecedents", "consequents"], dtype=object)
    found = recount(rules, Baskets.from_lists(lists))
    assert list(map(tuple, found.to_numpy().tolist())) == [four(a, c, lists) for a, c in pairs]
    assert found.dtypes.tolist() == [np.int64] * 4


def test_index_and_other_shapes():
    baskets = Baskets.from_lists([["a", "b"], ["a"], []])
    rules = pd.DataFrame({"antecedents": [["a"]], "consequents": [("b",)]}, index=["first"])
    assert recount(rules, baskets).loc["first"].tolist() == [1, 1, 0, 1]
    lists = pl.DataFrame({"antecedents": [["a"]], "consequents": [["b"]]})
    assert recount(lists, baskets).to_numpy().tolist() == [[1, 1, 0, 1]]
    nothing = recount(rules, Baskets.from_lists([[]]))
    assert nothing.to_numpy().tolist() == [[0, 0, 0, 1]]


def test_bad_rules():
    baskets = Baskets.from_lists([["a", "b"]])
    rules = pd.DataFrame({"antecedents": [{"a"}, None], "consequents": [{"b"}] * 2})
    with pytest.raises(ValueError, match=r"antecedents has no set in row 1 \(1 such rows\); drop them"):
        recount(rules, baskets)
    with pytest.raises(TypeError, match="antecedents must hold sets of items, got 'a' in row 0"):
        recount(rules.assign(antecedents="a"), baskets)
    with pytest.raises(TypeError, match=r"antecedents must hold sets of items, got .*3.* in row 0"):
        recount(rules.assign(antecedents=3), baskets)
    with pytest.raises(TypeError, match=r"baskets must be kehu\.Baskets, got list"):
        recount(rules, [["a"]])
    with pytest.raises(KeyError, match="no column 'consequents'"):
        recount(rules[["antecedents"]], baskets)


def test_where_rules_come_from():
    baskets = Baskets.from_lists([["a", "b"]])
    rules = association_rules(frequent_itemsets(baskets, min_support=1), min_confidence=0)
    assert baskets_of(rules.iloc[:1]) is baskets
    with pytest.raises(ValueError, match="do not know their baskets"):
        baskets_of(rules.astype({"antecedents": object}))
