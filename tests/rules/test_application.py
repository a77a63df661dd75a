"""Recommendations follow the rules, and never offer what is in the basket."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kehu
from kehu.rules.application import recommend, supporting_baskets
from kehu.rules.association import association_rules
from kehu.rules.itemsets import frequent_itemsets

COLUMNS = ["item", "confidence", "lift", "support", "antecedents", "rule"]


def frame(*rows, **columns):
    """Make rules of (antecedents, consequents, confidence, lift)."""
    return pd.DataFrame(
        {
            "antecedents": pd.Series([frozenset(row[0]) for row in rows], dtype=object),
            "consequents": pd.Series([frozenset(row[1]) for row in rows], dtype=object),
            "support": np.linspace(0.1, 0.2, len(rows)),
            "confidence": np.array([row[2] for row in rows], dtype=float),
            "lift": np.array([row[3] for row in rows], dtype=float),
            **columns,
        }
    )


RULES = frame(
    (["tea"], ["milk"], 0.5, 2.0),
    (["tea"], ["sugar", "milk"], 0.7, 1.0),
    (["tea", "cake"], ["sugar"], 0.7, 3.0),
    (["rice"], ["salt"], 0.9, 9.0),
)


def test_best_rule_of_each_new_item():
    offers = recommend(RULES, ["tea", "cake"])
    assert offers.columns.tolist() == COLUMNS
    assert offers["item"].tolist() == ["sugar", "milk"]
    assert offers["rule"].tolist() == [2, 1]
    assert offers["confidence"].tolist() == [0.7, 0.7]
    assert offers["lift"].tolist() == [3.0, 1.0]
    assert offers["support"].tolist() == RULES["support"][[2, 1]].tolist()
    assert offers["antecedents"].tolist() == [{"tea", "cake"}, {"tea"}]


def test_what_is_in_the_basket_is_not_offered():
    assert recommend(RULES, {"tea", "sugar"})["item"].tolist() == ["milk"]
    assert recommend(RULES, ("tea", "sugar", "milk")).empty


def test_order_by_another_measure_and_number_of_items():
    offers = recommend(RULES, np.array(["tea", "rice"]), by="lift")
    assert offers["item"].tolist() == ["salt", "milk", "sugar"]
    assert offers["rule"].tolist() == [3, 0, 1]
    assert offers.columns.tolist() == ["item", "lift", "confidence", "support", "antecedents", "rule"]
    assert recommend(RULES, ["tea", "rice"], n=1)["item"].tolist() == ["salt"]
    extra = RULES.assign(conviction=[np.inf, 1.0, 1.0, np.nan])
    assert recommend(extra, ["tea", "rice"], by="conviction")["item"].tolist() == ["milk", "sugar", "salt"]


def test_ties():
    tied = frame(
        (["a"], ["x"], 0.5, 1.0),
        (["a", "b"], ["x"], 0.5, 1.0),
        (["a", "c"], ["x"], 0.5, 1.0),
        (["a", "b"], ["w"], 0.5, 1.0),
        (["a"], ["v"], 0.5, 1.5),
    )
    for seed in range(5):
        mixed = tied.sample(frac=1, random_state=seed)
        offers = recommend(mixed, ["a", "b", "c"])
        assert offers["item"].tolist() == ["v", "w", "x"]
        assert offers["rule"].tolist() == [4, 3, 1]


def test_no_rule_applies():
    for rules in (RULES, RULES.iloc[:0], frame()):
        for basket in (["unknown"], []):
            offers = recommend(rules, basket)
            assert offers.empty
            assert offers.columns.tolist() == COLUMNS
            assert offers["confidence"].dtype == np.float64


def test_unknown_items_do_no_harm():
    assert recommend(RULES, ["tea", "cake", "unknown", 7]).equals(recommend(RULES, ["tea", "cake"]))


def test_lift_is_computed_where_it_is_missing():
    bare = RULES.drop(columns="lift").assign(**{"consequent support": 0.25})
    assert recommend(bare, ["rice"], by="lift")["lift"].tolist() == [pytest.approx(3.6)]


def test_whole_numbers_as_labels():
    rules = frame(([1], [10], 0.5, 1.0), ([1], [9], 0.5, 1.0))
    assert recommend(rules, [1])["item"].tolist() == [9, 10]
    assert recommend(rules, np.array([1]))["item"].tolist() == [9, 10]


ITEM = st.sampled_from("abcdef")
RULE = st.tuples(
    st.sets(ITEM, max_size=3), st.sets(ITEM, min_size=1, max_size=2), st.sampled_from([0.2, 0.5, 0.9])
)


@settings(deadline=None, max_examples=60)
@given(st.lists(RULE, max_size=12), st.sets(ITEM))
def test_same_as_going_through_all_items(rows, basket):
    offers = recommend(frame(*((a, c, p, 1.0) for a, c, p in rows)), basket, n=9)
    best = {
        item: max(p for a, c, p in rows if a <= basket and item in c)
        for item in "abcdef"
        if item not in basket and any(a <= basket and item in c for a, c, _ in rows)
    }
    assert dict(zip(offers["item"], offers["confidence"], strict=True)) == best
    assert offers["confidence"].is_monotonic_decreasing
    for offer in offers.itertuples():
        antecedent, consequent, confidence = rows[offer.rule]
        assert offer.antecedents == antecedent <= basket
        assert offer.item in consequent
        assert offer.confidence == confidence


def test_quick_for_many_rules():
    rng = np.random.default_rng(1)
    items = rng.integers(500, size=(100_000, 3)).tolist()
    rules = frame(*(([a, b], [c], 0.5, 1.0) for a, b, c in items))
    start = time.perf_counter()
    assert len(recommend(rules, range(40))) == 5
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"basket": "tea"}, TypeError, r"for one write \['tea'\]"),
        ({"basket": 5}, TypeError, "basket must be a list of labels, got 5"),
        ({"n": 0}, ValueError, "n must be at least 1, got 0"),
        ({"n": 2.5}, TypeError, "whole number, got 2.5"),
        ({"n": True}, TypeError, "whole number, got True"),
        ({"by": "lifft"}, KeyError, "did you mean 'lift'"),
        ({"by": "antecedents"}, TypeError, "by must name a numeric column, got 'antecedents'"),
        ({"rules": RULES.drop(columns="confidence")}, KeyError, "rules has no column 'confidence'"),
        ({"rules": RULES.drop(columns="lift")}, KeyError, "no column 'consequent support'"),
        ({"rules": [1]}, TypeError, "rules must be a dataframe"),
        ({"rules": RULES.assign(antecedents="frozenset({'tea'})")}, TypeError, "antecedents must hold sets"),
    ],
)
def test_bad_input_to_recommend(arguments, error, message):
    arguments = {"rules": RULES, "basket": ["tea"], **arguments}
    with pytest.raises(error, match=message):
        recommend(arguments.pop("rules"), arguments.pop("basket"), **arguments)


@pytest.fixture(scope="module")
def found():
    """A shop and its rules, as the package finds them."""
    shop = kehu.simulate.planted_baskets(
        3000, n_groups=2, group_size=3, strength=0.1, keep=0.9, n_items=30, mean_size=2, random_state=6
    )
    rules = association_rules(frequent_itemsets(shop.baskets, min_support=0.02), min_confidence=0.3)
    return shop, rules


def test_planted_items_are_recommended(found):
    shop, rules = found
    for group in shop.truth["items"]:
        first, second, third = sorted(group)
        offers = recommend(rules, [first, second], by="lift")
        assert offers.loc[0, "item"] == third
        assert offers.loc[0, "antecedents"] <= group
        assert rules.loc[offers.loc[0, "rule"], "lift"] == offers.loc[0, "lift"]


def test_as_many_baskets_as_counted(found):
    shop, rules = found
    for _, rule in rules.sample(20, random_state=1).iterrows():
        assert supporting_baskets(rule, shop.baskets).sum() == rule["n11"]
        assert supporting_baskets(rule, shop.baskets, kind="exception").sum() == rule["n10"]


# Baskets behind a rule ----------------------------------------------------------------------------------

BASKETS = kehu.Baskets.from_lists([["tea", "milk", "sugar"], ["tea", "milk"], ["tea"], ["milk", "sugar"], []])


def test_baskets_for_and_against_a_rule():
    rule = (["tea"], ["milk", "sugar"])
    assert supporting_baskets(rule, BASKETS).tolist() == [True, False, False, False, False]
    assert supporting_baskets(rule, BASKETS, kind="exception").tolist() == [False, True, True, False, False]


def test_a_row_of_rules_will_do():
    rules = frame((["tea"], ["milk"], 0.5, 1.0), (["tea", "milk"], ["sugar"], 0.5, 1.0))
    for rule in (
        rules.loc[1],
        rules.loc[1].to_dict(),
        [rules.loc[1, "antecedents"], rules.loc[1, "consequents"]],
    ):
        assert np.flatnonzero(supporting_baskets(rule, BASKETS)).tolist() == [0]
        assert np.flatnonzero(supporting_baskets(rule, BASKETS, kind="exception")).tolist() == [1]


@pytest.mark.parametrize(
    ("rule", "arguments", "error", "message"),
    [
        ((["tea"], ["milc"]), {}, KeyError, "did you mean 'milk'"),
        ((["tee"], ["milk"]), {}, KeyError, "no item 'tee'"),
        (("tea", ["milk"]), {}, TypeError, r"for one write \['tea'\]"),
        ((["tea"], ["milk"]), {"kind": "suport"}, ValueError, "did you mean 'support'"),
        ("tea", {}, TypeError, "must be a row of a rules frame"),
        (RULES, {}, TypeError, "got DataFrame"),
        (pd.Series({"antecedent": {"tea"}}), {}, KeyError, "has no 'antecedents'; did you mean 'antecedent'"),
        ((["tea"], ["milk"]), {"baskets": [["tea"]]}, TypeError, "must be kehu.Baskets, got list"),
    ],
)
def test_bad_input_to_supporting_baskets(rule, arguments, error, message):
    with pytest.raises(error, match=message):
        supporting_baskets(rule, **{"baskets": BASKETS, **arguments})
