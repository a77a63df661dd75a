import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlxtend import frequent_patterns

import kehu
from kehu import Baskets
from kehu.rules import association_rules, frequent_itemsets, is_redundant, is_significant, recommend, recount
from kehu.rules.intervals import intervals
from kehu.rules.measures import measures
from kehu.warnings import GivenFamilyWarning
from tests.rules.brute import KINDS, four, rules_of, sets_of, shops, splits

LISTS = [["milk", "tea"], ["milk", "tea"], ["tea"], ["salt"], []]
COUNTS = ["n11", "n10", "n01", "n00"]


@pytest.fixture(scope="module")
def groceries(shared_data):
    lines = kehu.datasets.load("groceries", path=shared_data / "groceries_arules.parquet")
    return Baskets.from_orders(lines)


@pytest.fixture(scope="module")
def thousandth(groceries):
    return frequent_itemsets(groceries, min_support=0.001)


# Published values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("support", "confidence", "rules", "redundant", "bonferroni"),
    [(0.001, 0.8, 410, 18, 377), (0.01, 0.5, 15, 0, 15)],
)
def test_groceries_as_arules(groceries, support, confidence, rules, redundant, bonferroni):
    """Published with R arules 1.7.6, for rules with one item as consequent."""
    sets = frequent_itemsets(groceries, min_support=support)
    found = association_rules(sets, min_confidence=confidence, max_consequent=1)
    assert len(found) == rules
    assert is_redundant(found).sum() == redundant
    assert is_significant(found, alpha=0.01, adjust="none").sum() == rules
    with pytest.warns(GivenFamilyWarning):
        kept = is_significant(found, alpha=0.01, adjust="bonferroni", family="given")
    assert kept.sum() == bonferroni


def test_the_measures_of_a_rule_as_arules(thousandth):
    """{Instant food products, soda} → {hamburger meat}, published with R arules 1.7.6."""
    published = {
        "chiSquared": 212.0251,
        "fishersExactTest": 6.1164447e-14,
        "oddsRatio": 51.706122,
        "phi": 0.14682718,
        "hyperLift": 4,
        "conviction": 2.6240395,
        "improvement": 0.63157895,
        "lift": 18.99565,
    }
    found = association_rules(thousandth, min_confidence=0.5, max_consequent=1, measures=list(published))
    asked = (frozenset({"Instant food products", "soda"}), frozenset({"hamburger meat"}))
    ((_, rule),) = (
        row for row in found.iterrows() if (row[1]["antecedents"], row[1]["consequents"]) == asked
    )
    assert rule[["n11", "n01", "n10", "n00"]].tolist() == [12, 315, 7, 9501]
    assert rule["support"] == pytest.approx(0.001220132, abs=5e-10)
    assert rule["confidence"] == pytest.approx(0.6315789, abs=5e-8)
    for name, value in published.items():
        assert rule[name] == pytest.approx(value, rel=5e-7), name


# Against other ways ------------------------------------------------------------------------------------


def test_groceries_as_mlxtend(groceries):
    """No rule has a confidence of exactly 0.3513: mlxtend compares quotients of rounded shares."""
    sets = frequent_itemsets(groceries, min_support=0.003)
    ours = association_rules(sets, min_confidence=0.3513)
    theirs = frequent_patterns.association_rules(sets, metric="confidence", min_threshold=0.3513)
    assert len(ours) > 300
    assert not np.isclose(ours["confidence"], 0.3513, atol=1e-9).any()
    shared = list(theirs)
    assert set(shared) <= set(ours)
    sides = ["antecedents", "consequents"]
    tables = [
        frame.assign(key=[f"{sorted(a)} {sorted(c)}" for a, c in frame[sides].to_numpy()])
        .sort_values("key")
        .reset_index(drop=True)
        for frame in (ours, theirs)
    ]
    assert tables[0]["key"].tolist() == tables[1]["key"].tolist()
    for name in shared:
        if name not in sides:
            np.testing.assert_allclose(tables[0][name], tables[1][name], rtol=1e-9, atol=1e-12, err_msg=name)


def sides(items, data):
    return data.draw(st.none() | st.lists(st.sampled_from(items), unique=True)) if items else None


@settings(max_examples=80)
@given(shops(most_items=7, most_baskets=25), st.data())
def test_rules_as_defined(lists, data):
    baskets = Baskets.from_lists(lists)
    items = baskets.labels.tolist()
    sets = frequent_itemsets(
        baskets,
        min_support=min(1, data.draw(st.integers(1, 4)) / len(lists)),
        kind=data.draw(st.sampled_from(KINDS)),
        max_len=data.draw(st.sampled_from([None, 3])),
        must_contain=data.draw(st.sampled_from([[], items[:1]])),
    )
    antecedent, consequent = sides(items, data), sides(items, data)
    most = data.draw(st.sampled_from([None, 1, 2]))
    confidence = data.draw(st.sampled_from([0, 0.3, 0.5, 2 / 3, 0.8, 1]))
    found = association_rules(
        sets,
        min_confidence=confidence,
        measures=[],
        antecedent=antecedent,
        consequent=consequent,
        max_consequent=most,
    )
    expected = {}
    for one in sets_of(sets):
        for a, c in splits(one):
            n11, n10, n01, n00 = four(a, c, lists)
            if (
                (most is None or len(c) <= most)
                and (antecedent is None or a <= set(antecedent))
                and (consequent is None or c <= set(consequent))
                and n11 / (n11 + n10) >= confidence
            ):
                expected[a, c] = (n11, n10, n01, n00)
    assert rules_of(found) == expected
    n = len(lists)
    np.testing.assert_allclose(found["antecedent support"], (found["n11"] + found["n10"]) / n)
    np.testing.assert_allclose(found["consequent support"], (found["n11"] + found["n01"]) / n)
    np.testing.assert_allclose(found["support"], found["n11"] / n)
    order = list(zip(-found["confidence"], -found["n11"], strict=True))
    assert order == sorted(order)


@settings(max_examples=40)
@given(shops(most_items=7, most_baskets=25), st.data())
def test_sets_that_went_through_hands(lists, data):
    """Filtered, cut, put together, pickled, in other columns: the same counts, no KeyError."""
    baskets = Baskets.from_lists(lists)
    sets = frequent_itemsets(
        baskets, min_support=min(1, 2 / len(lists)), kind=data.draw(st.sampled_from(KINDS))
    )
    expected = rules_of(association_rules(sets, min_confidence=0.4, measures=[]))
    again = pickle.loads(pickle.dumps(sets))
    assert rules_of(association_rules(again, min_confidence=0.4, measures=[])) == expected
    halves = [sets[sets["size"] % 2 == 0], sets[sets["size"] % 2 == 1]]
    parts = [rules_of(association_rules(half, min_confidence=0.4, measures=[])) for half in halves]
    assert parts[0] | parts[1] == expected
    together = pd.concat(halves, ignore_index=True)
    assert rules_of(association_rules(together, min_confidence=0.4, measures=[])) == expected
    top = rules_of(association_rules(sets.head(5), min_confidence=0.4, measures=[]))
    assert top.items() <= expected.items()
    plain = sets.astype({"itemsets": object})[["support", "itemsets"]]
    elsewhere = association_rules(plain, min_confidence=0.4, measures=[], baskets=baskets)
    assert rules_of(elsewhere) == expected


def test_sets_mined_elsewhere(groceries, thousandth):
    table = groceries.to_onehot()
    sets = frequent_patterns.fpgrowth(table, min_support=0.00995, use_colnames=True)
    with pytest.raises(ValueError, match=r"their baskets are not known; pass baskets="):
        association_rules(sets, min_confidence=0.5)
    found = association_rules(sets, min_confidence=0.5, baskets=groceries)
    own = association_rules(frequent_itemsets(groceries, min_support=0.00995), min_confidence=0.5)
    assert rules_of(found) == rules_of(own)
    with pytest.raises(ValueError, match=r"is stated to have support .* but .* mined from other baskets"):
        association_rules(sets, min_confidence=0.5, baskets=groceries[:5000])
    with pytest.raises(ValueError, match="come from other baskets than those given; leave baskets out"):
        association_rules(thousandth, min_confidence=0.5, baskets=groceries[:5000])


def test_unknown_items_of_sets_mined_elsewhere():
    sets = pd.DataFrame({"support": [0.2], "itemsets": [frozenset({"mlik", "tea"})]})
    with pytest.raises(KeyError, match="the baskets have no item 'mlik'; did you mean 'milk'"):
        association_rules(sets, min_confidence=0.5, baskets=Baskets.from_lists(LISTS))


def test_an_empty_set_mined_elsewhere():
    sets = pd.DataFrame({"support": [1.0, 0.4], "itemsets": [frozenset(), frozenset({"milk", "tea"})]})
    found = association_rules(sets, min_confidence=0.5, measures=[], baskets=Baskets.from_lists(LISTS))
    assert set(rules_of(found).values()) == {(2, 0, 1, 2), (2, 1, 0, 2)}
    sets.loc[0, "support"] = 0.9
    with pytest.raises(ValueError, match=r"the set \{\} is stated to have support 0.9, but 1 of the baskets"):
        association_rules(sets, min_confidence=0.5, baskets=Baskets.from_lists(LISTS))


def test_missing_and_wrong_sets():
    baskets = Baskets.from_lists(LISTS)
    sets = frequent_itemsets(baskets, min_support=0.2)
    with pytest.raises(ValueError, match=r"itemsets has no set in row 4 \(2 such rows\); drop them"):
        association_rules(sets.reindex(range(6)), min_confidence=0.5)
    texts = pd.DataFrame({"support": [0.4], "itemsets": ["milk"]})
    with pytest.raises(TypeError, match="itemsets must hold sets of items, got 'milk' in row 0"):
        association_rules(texts, min_confidence=0.5, baskets=baskets)
    with pytest.raises(KeyError, match="no column 'itemsets'"):
        association_rules(sets.drop(columns="itemsets"), min_confidence=0.5)
    with pytest.raises(TypeError):
        association_rules([{"milk"}], min_confidence=0.5)


# Arguments ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), 50])
def test_confidence_out_of_range(value):
    sets = frequent_itemsets(Baskets.from_lists(LISTS), min_support=0.2)
    with pytest.raises(ValueError, match="min_confidence must be from 0 to 1"):
        association_rules(sets, min_confidence=value)


@pytest.mark.parametrize("value", ["50%", None, True, [0.5]])
def test_confidence_is_no_number(value):
    sets = frequent_itemsets(Baskets.from_lists(LISTS), min_support=0.2)
    with pytest.raises(TypeError, match="min_confidence must be a number from 0 to 1"):
        association_rules(sets, min_confidence=value)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"measures": ["lfit"]}, KeyError, "no measure 'lfit'; did you mean 'lift'"),
        ({"measures": "lift"}, TypeError, "measures must be a list of names"),
        ({"antecedent": "milk"}, TypeError, r"antecedent must be a list of items, got 'milk'.*\['milk'\]"),
        ({"consequent": 5}, TypeError, "consequent must be a list of items"),
        ({"consequent": ["mlik"]}, KeyError, "no item 'mlik'; did you mean 'milk'"),
        ({"max_consequent": 0}, ValueError, "max_consequent must be a whole number from 1, or None, got 0"),
        ({"max_consequent": 1.5}, ValueError, "max_consequent must be a whole number"),
    ],
)
def test_bad_arguments(arguments, error, message):
    sets = frequent_itemsets(Baskets.from_lists(LISTS), min_support=0.2)
    with pytest.raises(error, match=message):
        association_rules(sets, min_confidence=0.5, **arguments)


def test_only_measures_asked_for():
    sets = frequent_itemsets(Baskets.from_lists(LISTS), min_support=0.2)
    found = association_rules(sets, min_confidence=0, measures=[])
    base = ["antecedents", "consequents", "antecedent support", "consequent support", "support", "confidence"]
    assert list(found) == [*base, *COUNTS]
    found = association_rules(sets, min_confidence=0, measures=("phi", "lift"))
    assert list(found) == [*base, "phi", "lift", *COUNTS]


def test_no_rules_stay_empty_everywhere():
    baskets = Baskets.from_lists([["a"], ["b"]])
    for sets in (
        frequent_itemsets(baskets, min_support=1),
        frequent_itemsets(baskets, min_support=0.5),
        frequent_itemsets(Baskets.from_lists([[]]), min_support=1, kind="closed"),
    ):
        rules = association_rules(sets, min_confidence=0.5)
        assert len(rules) == 0
        assert rules["n11"].dtype == np.int64
        assert is_redundant(rules).tolist() == []
        assert is_significant(rules).tolist() == []
        assert list(recount(rules, baskets)) == COUNTS
        assert len(recommend(rules, ["a"])) == 0
        assert len(measures(rules, ["lift", "improvement", "boost"])) == 0
        assert len(intervals(rules)) == 0


def test_sets_of_many_items():
    """A set of 62 items splits by its consequent; more than that are refused."""
    baskets = Baskets.from_lists([range(62)] * 2 + [range(5)])
    sets = frequent_itemsets(baskets, min_support=0.6, kind="maximal")
    found = association_rules(sets, min_confidence=0.9, max_consequent=1, measures=[])
    assert len(found) == 62
    assert sorted(found["n01"].tolist()) == [0] * 57 + [1] * 5
    sets = frequent_itemsets(Baskets.from_lists([range(63)] * 2), min_support=1, kind="closed")
    with pytest.raises(ValueError, match=r"a set has 63 items.*at most 62: leave longer ones out"):
        association_rules(sets, min_confidence=0.9, max_consequent=1)


def test_too_many_rules(monkeypatch):
    baskets = Baskets.from_lists([range(30)] * 2)
    sets = frequent_itemsets(baskets, min_support=1, kind="maximal")
    monkeypatch.setattr("kehu.rules.association._MOST_SIDES", 1000)
    monkeypatch.setattr("kehu.rules.association._MOST_RULES", 1000)
    with pytest.raises(ValueError, match="more than 1,000 sides of rules to count; set max_consequent=1"):
        association_rules(sets, min_confidence=0.9)
    sets = frequent_itemsets(Baskets.from_lists([range(10)]), min_support=1)
    with pytest.raises(ValueError, match=r"more than 1,000 rules at min_confidence=0\.9; raise it"):
        association_rules(sets, min_confidence=0.9)
