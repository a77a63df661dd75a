"""Rules within strata of baskets: against convolutions, the null shop and a shop of mixed sizes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, hypergeom

from kehu import Baskets, simulate
from kehu.rules import association_rules, frequent_itemsets, is_significant, significance, within_strata

RULE = pd.DataFrame({"antecedents": [{"tea"}], "consequents": [{"milk"}]})


def all_pairs(baskets):
    sets = frequent_itemsets(baskets, min_support=0.002, max_len=2)
    return association_rules(sets, min_confidence=0, max_consequent=1, measures=[])


def shop(tables):
    """Baskets with given 2 × 2 tables (both, tea alone, milk alone, neither), and their strata."""
    kinds = (["tea", "milk"], ["tea"], ["milk"], [])
    lists = [kind for table in tables for kind, n in zip(kinds, table, strict=True) for _ in range(n)]
    strata = [stratum for stratum, table in enumerate(tables) for _ in range(sum(table))]
    return Baskets.from_lists(lists), strata


cells = st.tuples(*[st.integers(0, 6)] * 4).filter(lambda table: sum(table) > 0)


@given(st.lists(cells, min_size=1, max_size=3))
def test_against_convolution(tables):
    if not any(table[0] + table[1] for table in tables) and not any(table[2] for table in tables):
        return
    baskets, strata = shop(tables)
    exact = np.ones(1)
    for n11, n10, n01, n00 in tables:
        n = n11 + n10 + n01 + n00
        exact = np.convolve(exact, hypergeom(n, n11 + n10, n11 + n01).pmf(np.arange(n + 1)))
    found = within_strata(RULE, strata, baskets=baskets).loc[0]
    met = sum(table[0] for table in tables)
    expected = sum((t[0] + t[1]) * (t[0] + t[2]) / sum(t) for t in tables)
    assert found["n11"] == met
    assert found["expected"] == pytest.approx(expected)
    assert found["p_value"] >= exact[met:].sum() - 1e-12


def test_the_bound_is_close():
    # Two strata of 5,000 baskets with rare items, p about 4e-10: the bound may cost a factor of 2.5.
    tables = [(12, 88, 88, 4812), (9, 41, 191, 4759)]
    baskets, strata = shop(tables)
    exact = np.ones(1)
    for n11, n10, n01, n00 in tables:
        law = hypergeom(n11 + n10 + n01 + n00, n11 + n10, n11 + n01)
        exact = np.convolve(exact, law.pmf(np.arange(60)))
    found = within_strata(RULE, strata, baskets=baskets)["p_value"][0]
    assert exact[21:].sum() <= found < 2.5 * exact[21:].sum()


def test_one_stratum_is_lift():
    baskets = simulate.planted_baskets(2000, n_items=40, mean_size=5, random_state=1).baskets
    rules = association_rules(frequent_itemsets(baskets, min_support=0.01), min_confidence=0)
    found = within_strata(rules, np.zeros(2000, int))
    assert found["lift_within"].to_numpy() == pytest.approx(rules["lift"].to_numpy())


def test_null_shop_and_planted_shop():
    alarms = 0
    for seed in range(20):
        null = simulate.independent_baskets(2000, n_items=60, mean_size=6, random_state=seed)
        alarms += is_significant(all_pairs(null), strata=null.sizes()).any()
    assert binomtest(int(alarms), 20, 0.05, alternative="greater").pvalue > 0.001
    planted = simulate.planted_baskets(4000, n_groups=5, n_items=60, mean_size=6, random_state=1)
    rules = all_pairs(planted.baskets)
    kept = rules[is_significant(rules, strata=planted.baskets.sizes())]
    true = [planted.is_true(a, c) for a, c in zip(kept["antecedents"], kept["consequents"], strict=True)]
    groups = planted.truth["items"]
    found = [
        any(a | c <= group for a, c in zip(kept["antecedents"], kept["consequents"], strict=True))
        for group in groups
    ]
    assert sum(found) == 5
    assert np.mean(true) > 0.9


def test_mixed_sizes_are_no_rules():
    # Two kinds of customers who differ in nothing but how much they buy; within each, items are independent.
    small = simulate.independent_baskets(3000, n_items=60, mean_size=3, random_state=1)
    large = simulate.independent_baskets(3000, n_items=60, mean_size=12, random_state=2)
    mixed = Baskets.from_lists([*small.to_lists(), *large.to_lists()])
    rules = all_pairs(mixed)
    assert is_significant(rules).mean() > 0.5
    assert not is_significant(rules, strata=np.repeat([0, 1], 3000)).any()
    assert not is_significant(rules, strata=mixed.sizes()).any()


def test_said_and_stored():
    baskets = Baskets.from_lists([["tea", "milk"], ["tea"], ["milk"], ["salt"]] * 5)
    rules = association_rules(frequent_itemsets(baskets, min_support=0.1), min_confidence=0)
    result = significance(rules, strata=baskets.sizes())
    assert result.test == "strata"
    assert "within strata of baskets" in repr(result)
    assert within_strata(rules.iloc[:0], baskets.sizes()).empty


@pytest.mark.parametrize(
    ("strata", "message"),
    [
        ([1, 2], "one value a basket, got 2 for 4"),
        ([1, 2, None, 1], "basket 2 is missing"),
    ],
)
def test_refused(strata, message):
    baskets = Baskets.from_lists([["tea", "milk"], ["tea"], ["milk"], ["salt"]])
    with pytest.raises(ValueError, match=message):
        within_strata(RULE, strata, baskets=baskets)


def test_too_many_strata():
    baskets = Baskets.from_lists([["tea", "milk"]] * 1001)
    with pytest.raises(ValueError, match="1,001 strata"):
        within_strata(RULE, range(1001), baskets=baskets)


def test_unknown_baskets():
    with pytest.raises(ValueError, match="do not know their baskets"):
        within_strata(RULE, [1])
