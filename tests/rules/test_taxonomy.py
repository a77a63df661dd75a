import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu import Baskets
from kehu.rules import association_rules, frequent_itemsets, with_ancestors
from tests.rules.brute import frequent, sets_of, shops

TAXONOMY = {"green tea": "tea", "black tea": "tea", "tea": "drinks", "milk": "dairy"}
LISTS = [["green tea", "milk"], ["black tea", "salt"], [], ["green tea"]]


def chain(item, taxonomy):
    found = []
    while taxonomy.get(item, item) != item:
        item = taxonomy[item]
        found.append(item)
    return found


def test_groups_of_every_level():
    wide = with_ancestors(Baskets.from_lists(LISTS), TAXONOMY)
    assert wide.to_lists() == [
        ["dairy", "drinks", "green tea", "milk", "tea"],
        ["black tea", "drinks", "salt", "tea"],
        [],
        ["drinks", "green tea", "tea"],
    ]


@settings(max_examples=80)
@given(shops(most_items=7, most_baskets=20), st.data())
def test_no_set_holds_an_item_and_its_group(lists, data):
    """Random chains of up to four levels; groups may be items that are bought themselves."""
    groups = "bdfUVWX"
    order = "abcdefgUVWX"
    taxonomy = {
        item: data.draw(st.sampled_from([group for group in groups if order.index(group) > place]))
        for place, item in enumerate(order[:-1])
        if data.draw(st.booleans())
    }
    baskets = Baskets.from_lists(lists)
    wide = with_ancestors(baskets, taxonomy)
    expected = [sorted(set(one).union(*(chain(item, taxonomy) for item in one))) for one in lists]
    assert wide.to_lists() == expected
    if not any(set(chain(item, taxonomy)) & set(wide.labels) for item in wide.labels):
        return
    least = min(2, len(lists))
    found = {
        one: count
        for one, count in frequent(expected, least).items()
        if not any(set(chain(item, taxonomy)) & one for item in one)
    }
    how = {"min_support": least / len(lists), "ancestors": taxonomy}
    assert sets_of(frequent_itemsets(wide, **how)) == found
    held = data.draw(st.lists(st.sampled_from(wide.labels.tolist()), min_size=1, max_size=2))
    holding = {one: count for one, count in found.items() if one >= set(held)}
    assert sets_of(frequent_itemsets(wide, must_contain=held, **how)) == holding
    short = {one: count for one, count in found.items() if len(one) <= 2}
    assert sets_of(frequent_itemsets(wide, max_len=2, **how)) == short
    rules = association_rules(frequent_itemsets(wide, **how), min_confidence=0, measures=[])
    for a, c in zip(rules["antecedents"], rules["consequents"], strict=True):
        assert not any(set(chain(item, taxonomy)) & (a | c) for item in a | c)


def test_a_taxonomy_in_any_shape():
    baskets = Baskets.from_lists(LISTS)
    expected = with_ancestors(baskets, TAXONOMY)
    table = pd.DataFrame({"child": TAXONOMY.keys(), "parent": TAXONOMY.values()})
    for taxonomy in (pd.Series(TAXONOMY), table, pl.from_pandas(table)):
        assert with_ancestors(baskets, taxonomy) == expected
        sets = frequent_itemsets(expected, min_support=0.25, ancestors=taxonomy)
        assert sets_of(sets) == sets_of(frequent_itemsets(expected, min_support=0.25, ancestors=TAXONOMY))


def test_own_parent_and_no_parent_are_the_top():
    baskets = Baskets.from_lists([["a"], ["b"]])
    assert with_ancestors(baskets, {"a": "A", "A": "A", "b": None}).to_lists() == [["A", "a"], ["b"]]
    assert with_ancestors(baskets, {}).to_lists() == [["a"], ["b"]]
    assert with_ancestors(baskets, {"z": "Z"}).to_lists() == [["a"], ["b"]]


def test_numbers_and_names_of_baskets():
    lines = pd.DataFrame({"order_id": [7, 7, 9], "product": [1, 2, 2]})
    wide = with_ancestors(Baskets.from_orders(lines), {1: 50, 50: 60})
    assert wide.to_lists() == [[1, 2, 50, 60], [2]]
    assert wide.basket_ids.tolist() == [7, 9]
    with pytest.raises(TypeError, match="of one type, got the item 1 and the group 'tea'"):
        with_ancestors(Baskets.from_orders(lines), {1: "tea"})


def test_only_empty_baskets():
    assert with_ancestors(Baskets.from_lists([[], []]), TAXONOMY).to_lists() == [[], []]


def test_bad_taxonomies():
    baskets = Baskets.from_lists(LISTS)
    with pytest.raises(ValueError, match="circle: milk → dairy → food → milk"):
        with_ancestors(baskets, {"milk": "dairy", "dairy": "food", "food": "milk"})
    with pytest.raises(ValueError, match="circle: milk → dairy → food → dairy"):
        with_ancestors(baskets, {"milk": "dairy", "dairy": "food", "food": "dairy"})
    twice = pd.DataFrame({"item": ["milk", "milk"], "group": ["dairy", "drinks"]})
    with pytest.raises(ValueError, match="gives 'milk' two parents, 'dairy' and 'drinks'"):
        with_ancestors(baskets, twice)
    with pytest.raises(ValueError, match="two columns"):
        with_ancestors(baskets, twice.assign(level=1))
    with pytest.raises(TypeError, match=r"baskets must be kehu\.Baskets, got list"):
        with_ancestors(LISTS, TAXONOMY)


def test_ancestors_that_are_not_in_the_baskets():
    with pytest.raises(ValueError, match="make them with with_ancestors"):
        frequent_itemsets(Baskets.from_lists(LISTS), min_support=0.2, ancestors=TAXONOMY)
    wide = with_ancestors(Baskets.from_lists(LISTS), TAXONOMY)
    for other in ({"kind": "closed"}, {"algorithm": "fpgrowth"}):
        with pytest.raises(ValueError, match='ancestors go with kind="all" and algorithm="eclat" only'):
            frequent_itemsets(wide, min_support=0.2, ancestors=TAXONOMY, **other)
