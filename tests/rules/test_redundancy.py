import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu import Baskets
from kehu.rules import association_rules, frequent_itemsets, is_redundant
from kehu.rules.redundancy import best_general
from tests.rules.brute import shops

SETS = st.frozensets(st.integers(0, 7), max_size=6)


def plainly(rules, values, none):
    rows = list(zip(rules["antecedents"], rules["consequents"], values, strict=True))
    return [
        max((value for other, same, value in rows if same == c and other < a), default=none)
        for a, c, _ in rows
    ]


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(SETS, st.sampled_from([frozenset("x"), frozenset("y"), frozenset("xy")])), max_size=80
    ),
    st.randoms(use_true_random=False),
)
def test_best_general_as_defined(pairs, rng):
    """Rules by hand: antecedents of none to six items, also twice, in groups small and large."""
    rules = pd.DataFrame(pairs, columns=["antecedents", "consequents"], dtype=object)
    values = np.array([rng.choice([0, 0.2, 0.5, 0.7, 1]) for _ in pairs], float)
    for none in (0.0, -1.0):
        assert best_general(rules, values, none).tolist() == plainly(rules, values, none)
    expected = [general >= own for general, own in zip(plainly(rules, values, -1), values, strict=True)]
    assert is_redundant(rules.assign(confidence=values)).tolist() == expected


@settings(max_examples=30)
@given(shops(most_items=6, most_baskets=20))
def test_rules_of_a_search(lists):
    sets = frequent_itemsets(Baskets.from_lists(lists), min_support=min(1, 2 / len(lists)))
    rules = association_rules(sets, min_confidence=0.2, measures=[])
    values = rules["confidence"].to_numpy()
    expected = plainly(rules, values, -1)
    assert best_general(rules, values, -1.0).tolist() == expected
    some = rules[rules["n11"] % 2 == 0]
    values = some["confidence"].to_numpy()
    assert best_general(some, values).tolist() == plainly(some, values, 0)


def test_long_antecedents():
    """More than 30 items: the rules of the consequent are gone through, not the parts."""
    long = frozenset(range(40))
    rules = pd.DataFrame(
        {
            "antecedents": [long, long - {3}, long - {4}, frozenset(range(50, 90))],
            "consequents": [frozenset({99})] * 4,
            "confidence": [0.5, 0.4, 0.6, 0.1],
        }
    )
    assert best_general(rules, rules["confidence"].to_numpy()).tolist() == [0.6, 0, 0, 0]
    assert is_redundant(rules).tolist() == [True, False, False, False]


def test_index_stays():
    rules = pd.DataFrame(
        {"antecedents": [{"a"}, {"a", "b"}], "consequents": [{"c"}] * 2, "confidence": [0.5, 0.5]},
        index=["general", "special"],
    )
    found = is_redundant(rules)
    assert found.to_dict() == {"general": False, "special": True}
    assert found.dtype == bool


def test_bad_rules():
    rules = pd.DataFrame({"antecedents": [{"a"}], "consequents": [{"c"}], "confidence": [0.5]})
    with pytest.raises(KeyError, match="no column 'confidence'"):
        is_redundant(rules.drop(columns="confidence"))
    with pytest.raises(KeyError, match="no column 'antecedents'"):
        is_redundant(rules.drop(columns="antecedents"))
    with pytest.raises(TypeError, match="antecedents must hold sets of items, got 'a' in row 0"):
        is_redundant(rules.assign(antecedents="a"))
    with pytest.raises(ValueError, match="consequents has no set in row 0"):
        is_redundant(rules.assign(consequents=pd.Series([None], dtype=object)))
