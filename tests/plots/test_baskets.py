import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu import plots
from kehu.plots.baskets import _median


def test_the_most_frequent_items_stand_on_top():
    frequency = pd.DataFrame({"item": list("abcde"), "support": [0.1, 0.5, 0.2, 0.4, 0.3]})
    ax = plots.item_frequency(frequency, top=3)
    assert [bar.get_width() for bar in ax.patches] == [0.5, 0.4, 0.3]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b", "d", "e"]
    low, high = ax.get_ylim()
    assert low > high


def test_names_from_the_data_are_never_translated_nor_read_as_mathematics():
    frequency = pd.DataFrame({"item": ["Orders", "$x_1$"], "support": [0.2, 0.1]})
    ax = plots.item_frequency(frequency, language="zh")
    ax.figure.draw_without_rendering()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Orders", r"\$x_1\$"]


@pytest.mark.parametrize("top", [0, -1, 2.5, "all"])
def test_top_must_be_a_number_of_items(top):
    with pytest.raises(ValueError, match="top must be a whole number from 1"):
        plots.item_frequency(pd.DataFrame({"item": ["a"], "support": [0.2]}), top=top)


def sizes(baskets):
    return pd.DataFrame({"size": list(baskets), "baskets": list(baskets.values())})


def test_larger_baskets_share_the_last_bar_and_no_basket_is_lost():
    ax = plots.basket_size(sizes({5: 10, 1: 60, 2: 25, 9: 5}), largest=4)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx([0.6, 0.25, 0.15])
    assert ax.get_xticklabels()[-1].get_text() == "≥5"


def test_99_per_cent_of_baskets_have_a_bar_of_their_own():
    ax = plots.basket_size(sizes({1: 500, 2: 300, 3: 192, 10: 5, 80: 3}))
    assert [bar.get_height() for bar in ax.patches] == pytest.approx([0.5, 0.3, 0.192, 0.008])
    ax = plots.basket_size(sizes({1: 50, 2: 30, 3: 20}))
    assert len(ax.patches) == 3


@settings(deadline=None)
@given(st.dictionaries(st.integers(1, 50), st.integers(1, 30), min_size=1, max_size=8))
def test_the_median_is_that_of_the_baskets(counts):
    each = np.repeat(list(counts), list(counts.values()))
    size = np.array(sorted(counts))
    share = np.array([counts[n] for n in size]) / sum(counts.values())
    assert _median(size, share) == np.median(each)


@pytest.mark.parametrize("wrong", [{1.5: 2}, {1: -1, 2: 2}, {1: 0}])
def test_sizes_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match="whole numbers of items and at least one basket"):
        plots.basket_size(sizes(wrong))
