import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu import Baskets
from kehu.rules import association_rules, frequent_itemsets, itemsets, significance, with_ancestors
from kehu.rules.family import searched
from tests.rules.brute import frequent, shops, splits


def plainly(lists, least, *, longest=99, most=99, lead=None, follow=None, held=(), related=()):
    """Every set of frequent items whose parts (those that keep the items held) are frequent, split."""
    found = {one for one in frequent(lists, least) if not any(pair <= one for pair in related)}
    singles = sorted(set().union(*(one for one in found if len(one) == 1)) | set(held))
    held = frozenset(held)
    level = [held] if held else [frozenset({item}) for item in singles]
    total = 0
    while level:
        for one in level:
            for a, c in splits(one) if 2 <= len(one) <= longest else ():
                total += (lead is None or a <= lead) and (follow is None or c <= follow) and len(c) <= most
        seen = found | ({held} if len(held) > 1 and level == [held] else set())
        tried = {one | {item} for one in level for item in singles if item not in one and one in seen}
        level = [
            one
            for one in tried
            if not any(pair <= one for pair in related)
            and all(one - {item} in found for item in one - held if len(one) > 1)
        ]
    return total


@settings(max_examples=60)
@given(shops(most_items=7, most_baskets=25), st.data())
def test_counted_as_defined(lists, data):
    baskets = Baskets.from_lists(lists)
    items = baskets.labels.tolist()
    least = data.draw(st.integers(1, 4))
    if least > len(lists):
        return
    longest = data.draw(st.sampled_from([None, 1, 2, 3, 4]))
    most = data.draw(st.sampled_from([None, 1, 2]))
    lead, follow = (data.draw(st.none() | st.sets(st.sampled_from(items))) if items else None for _ in "ac")
    kind = data.draw(st.sampled_from(["all", "closed", "maximal", "generators"]))
    sets = frequent_itemsets(baskets, min_support=least / len(lists), max_len=longest, kind=kind)
    rules = association_rules(
        sets, min_confidence=0.5, antecedent=lead, consequent=follow, max_consequent=most, measures=[]
    )
    expected = plainly(lists, least, longest=longest or 99, most=most or 99, lead=lead, follow=follow)
    assert searched(rules) == expected
    assert searched(rules.iloc[1:]) == expected


@settings(max_examples=40)
@given(shops(most_items=7, most_baskets=25), st.data())
def test_with_items_that_every_set_holds(lists, data):
    """What was looked at beside the items held does not depend on the kind of sets asked for."""
    baskets = Baskets.from_lists(lists)
    items = baskets.labels.tolist()
    if not items:
        return
    held = data.draw(st.sets(st.sampled_from(items), min_size=1, max_size=2))
    longest = data.draw(st.sampled_from([None, 1, 2, 3]))
    least = min(2, len(lists))
    counts = {
        kind: searched(
            association_rules(
                frequent_itemsets(
                    baskets,
                    min_support=least / len(lists),
                    kind=kind,
                    max_len=longest,
                    must_contain=sorted(held),
                ),
                min_confidence=0,
                measures=[],
            )
        )
        for kind in ("all", "closed", "generators")
    }
    assert len(set(counts.values())) == 1
    if frozenset(held) in frequent(lists, least):
        assert counts["all"] == plainly(lists, least, longest=longest or 99, held=held)


@settings(max_examples=30)
@given(shops(most_items=6, most_baskets=20))
def test_with_a_taxonomy(lists):
    taxonomy = {"a": "X", "b": "X", "c": "Y", "X": "Z"}
    wide = with_ancestors(Baskets.from_lists(lists), taxonomy)
    related = [frozenset(pair) for pair in (("a", "X"), ("b", "X"), ("c", "Y"), "XZ", "aZ", "bZ")]
    if not set(wide.labels) & {"X", "Y"}:
        return
    sets = frequent_itemsets(wide, min_support=min(1, 2 / len(lists)), ancestors=taxonomy)
    rules = association_rules(sets, min_confidence=0.3, measures=[])
    assert searched(rules) == plainly(wide.to_lists(), min(2, len(lists)), related=related)


def test_top_k_was_searched_down_to_a_threshold():
    lists = [["a", "b", "c"]] * 8 + [["a", "b", "d"]] * 2 + [["e"]]
    sets = frequent_itemsets(Baskets.from_lists(lists), min_support=0.01, top_k=4)
    rules = association_rules(sets, min_confidence=0, measures=[])
    assert searched(rules) <= plainly(lists, 1)
    assert searched(rules) >= len(rules)


def test_pairs_of_a_shop_by_hand():
    """Three frequent items, all pairs looked at, no triple possible: six rules."""
    baskets = Baskets.from_lists([["a", "b"]] * 3 + [["b", "c"]] * 3 + [["d"]])
    rules = association_rules(frequent_itemsets(baskets, min_support=0.4), min_confidence=0.9)
    assert searched(rules) == 6
    assert significance(rules).family_size == 6


def test_frames_that_do_not_know():
    baskets = Baskets.from_lists([["a", "b"]] * 3 + [["c"]])
    sets = frequent_itemsets(baskets, min_support=0.5)
    rules = association_rules(sets, min_confidence=0.5)
    elsewhere = association_rules(sets.astype({"itemsets": object}), min_confidence=0.5, baskets=baskets)
    by_hand = pd.DataFrame({"antecedents": [{"a"}], "consequents": [{"b"}]})
    two = pd.concat([rules, association_rules(sets, min_confidence=0.9)])
    for frame in (elsewhere, by_hand, two):
        with pytest.raises(ValueError, match="do not know what was searched"):
            searched(frame)


def test_too_much_to_count(monkeypatch):
    baskets = Baskets.from_lists([list("abcdefgh")] * 3)
    monkeypatch.setattr(itemsets, "_ALL_FIRST", 10)
    sets = frequent_itemsets(baskets, min_support=0.5, kind="maximal")
    rules = association_rules(sets, min_confidence=0.5, max_consequent=1)
    with pytest.raises(ValueError, match="too much to count"):
        searched(rules)
