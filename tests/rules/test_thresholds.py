import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu import Baskets
from kehu.rules import association_rules, count_by_threshold, frequent_itemsets
from tests.rules.brute import shops

SHARES = st.lists(st.sampled_from([0.05, 0.1, 0.2, 0.3, 0.5, 1.0]), min_size=1, max_size=3)


@settings(max_examples=15)
@given(shops(most_items=6), SHARES, SHARES, st.sampled_from([None, 1, 2]))
def test_as_mined_one_by_one(lists, supports, confidences, most):
    baskets = Baskets.from_lists(lists)
    found = count_by_threshold(baskets, min_support=supports, min_confidence=confidences, max_consequent=most)
    expected = [
        (
            least,
            sure,
            len(
                association_rules(
                    frequent_itemsets(baskets, min_support=least),
                    min_confidence=sure,
                    measures=[],
                    max_consequent=most,
                )
            ),
        )
        for least in supports
        for sure in confidences
    ]
    assert list(found.itertuples(index=False, name=None)) == expected


def test_any_lists_of_thresholds():
    baskets = Baskets.from_lists([["a", "b"], ["a"]])
    plain = count_by_threshold(baskets, min_support=[0.5, 1], min_confidence=[0.5])
    for make in (np.array, pd.Series, tuple):
        again = count_by_threshold(baskets, min_support=make([0.5, 1]), min_confidence=make([0.5]))
        assert again["rules"].tolist() == plain["rules"].tolist() == [2, 0]


@pytest.mark.parametrize(
    ("supports", "confidences", "error", "message"),
    [
        (0.5, [0.5], ValueError, r"min_support must be a list of thresholds, got 0\.5"),
        ([], [0.5], ValueError, "min_support must be a list of thresholds"),
        ([0.5], 0.5, ValueError, "min_confidence must be a list of thresholds"),
        ([0.5, 2], [0.5], ValueError, "min_support must be above 0 and at most 1"),
        ([0.5, 0], [0.5], ValueError, "min_support must be above 0 and at most 1"),
        ([0.5], [0.5, 1.5], ValueError, "min_confidence must be from 0 to 1"),
        ([0.5, "1%"], [0.5], TypeError, "min_support must be a number"),
        ([0.5], ["high"], TypeError, "min_confidence must be a number"),
    ],
)
def test_bad_thresholds(supports, confidences, error, message):
    with pytest.raises(error, match=message):
        count_by_threshold(Baskets.from_lists([["a", "b"]]), min_support=supports, min_confidence=confidences)
    with pytest.raises(TypeError, match=r"baskets must be kehu\.Baskets, got list"):
        count_by_threshold([["a"]], min_support=[0.5], min_confidence=[0.5])
