from itertools import combinations
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.quiver import Quiver

from kehu import plots
from kehu.figures import layout, switch
from kehu.figures.ticks import width
from kehu.figures.words import catalogue
from kehu.plots import rule_matrix
from kehu.plots._rules import Colours, areas, joined, round_numbers
from kehu.rules.measures import MEASURES


def frame(rows, **columns):
    """Rules from (antecedent, consequent, support, confidence, lift), items as letters."""
    names = ["antecedents", "consequents", "support", "confidence", "lift"]
    rules = pd.DataFrame(rows, columns=names)
    for side in names[:2]:
        rules[side] = [frozenset(items) for items in rules[side]]
    rules["antecedent support"] = rules["support"] / rules["confidence"]
    rules["consequent support"] = rules["confidence"] / rules["lift"]
    return rules.assign(**columns)


RULES = frame(
    [
        ("a", "b", 0.10, 0.5, 2.0),
        ("b", "a", 0.10, 0.4, 2.0),
        ("c", "b", 0.02, 0.2, 0.8),
        ("ac", "b", 0.01, 0.9, 3.6),
        ("d", "a", 0.20, 0.8, 4.0),
    ]
)


def texts(labels):
    return [label.get_text().strip() for label in labels]


def points(ax):
    return [found for found in ax.collections if type(found) is PathCollection]


# Names of sets


@given(st.sets(st.text("abc 商品", min_size=1, max_size=30), min_size=1, max_size=8), st.integers(30, 60))
def test_the_name_of_a_set_fits_and_counts_what_it_leaves_out(items, longest):
    name = joined(items, longest)
    assert width(name) <= longest
    shown, _, rest = name.partition(" (+")
    assert len(shown.split(" + ")) + int(rest.rstrip(")") or 0) == len(items)
    assert name == joined(sorted(items, reverse=True), longest)


def test_only_long_names_of_a_set_are_cut():
    assert joined({"tea", "EXTRAORDINARILY LONG NAME"}, 24) == "EXTRAORDINARILY... + tea"
    assert joined({"milk", "tea"}, 11) == "milk + tea"


# Itemsets


def test_the_most_frequent_itemsets_stand_on_top():
    sets = pd.DataFrame(
        {"support": [0.9, 0.1, 0.3, 0.2], "itemsets": [{"a"}, {"a", "b"}, ("b", "c"), frozenset("abc")]}
    )
    ax = plots.itemsets_by_support(sets, top=2)
    assert [bar.get_width() for bar in ax.patches] == [0.3, 0.2]
    assert texts(ax.get_yticklabels()) == ["b + c", "a + b + c"]
    ax = plots.itemsets_by_support(sets, min_size=3)
    assert [bar.get_width() for bar in ax.patches] == [0.2]


def test_sets_of_the_size_wanted_must_be_there():
    sets = pd.DataFrame({"support": [0.9], "itemsets": [{"a"}]})
    with pytest.raises(ValueError, match="sets has none of 2 items or more; lower min_size"):
        plots.itemsets_by_support(sets)


@pytest.mark.parametrize("wrong", ["tea", 7, None, frozenset()])
def test_what_is_no_set_of_items_is_refused(wrong):
    sets = pd.DataFrame({"support": [0.5, 0.5], "itemsets": pd.Series([{"a"}, wrong], dtype=object)})
    with pytest.raises(TypeError, match=r"itemsets must hold sets of items, .* in row 1"):
        plots.itemsets_by_support(sets)


@pytest.mark.parametrize("wrong", [-0.1, 1.5])
def test_a_support_beyond_its_limits_is_refused(wrong):
    with pytest.raises(ValueError, match="support must lie between 0 and 1"):
        plots.rules_scatter(RULES.assign(support=wrong))


@pytest.mark.parametrize("wrong", [0, -1, 2.5, "all", True])
def test_numbers_of_things_to_show_must_be_whole(wrong):
    sets = pd.DataFrame({"support": [0.5], "itemsets": [{"a", "b"}]})
    for draw in (
        lambda: plots.itemsets_by_support(sets, top=wrong),
        lambda: plots.itemsets_by_support(sets, min_size=wrong),
        lambda: plots.rules_matrix(RULES, top=wrong),
        lambda: plots.rules_matrix(RULES, consequents=wrong),
        lambda: plots.rules_network(RULES, top=wrong),
    ):
        with pytest.raises(ValueError, match="must be a whole number from 1"):
            draw()
    assert plt.get_fignums() == []


# Scatter


def test_every_rule_is_a_point_and_the_largest_values_lie_on_top():
    ax = plots.rules_scatter(RULES)
    grey, coloured = points(ax)
    assert len(grey.get_offsets()) == 0
    order = [2, 0, 1, 3, 4]
    assert coloured.get_offsets().tolist() == RULES.loc[order, ["support", "confidence"]].to_numpy().tolist()
    brightness = coloured.get_facecolor()[:, :3].sum(axis=1)
    assert (np.diff(brightness) <= 0).all()
    assert brightness[0] > brightness[-1]
    assert ax.get_legend() is None


def test_rules_that_are_not_significant_are_hollow_and_counted():
    yes = pd.Series([True, True, False, False, True])
    ax = plots.rules_scatter(RULES, significant=yes)
    grey, coloured = points(ax)
    assert sorted(grey.get_offsets()[:, 1]) == [0.2, 0.9]
    assert len(grey.get_facecolor()) == 0
    assert sorted(coloured.get_offsets()[:, 1]) == [0.4, 0.5, 0.8]
    assert texts(ax.get_legend().get_texts()) == ["Significant: 3", "Not significant: 2"]
    assert texts(plots.rules_scatter(RULES, significant=yes, language="zh").get_legend().get_texts()) == [
        "显著：3",
        "不显著：2",
    ]


@pytest.mark.parametrize(
    ("marks", "error", "message"),
    [
        ([True], ValueError, "one mark for each of the 5 rules, got 1"),
        ([1, 0, 1, 0, 1], TypeError, "must hold True and False, got int"),
        (pd.Series([True] * 5, index=range(1, 6)), ValueError, "another index than rules"),
    ],
)
def test_marks_that_do_not_fit_the_rules_are_refused(marks, error, message):
    with pytest.raises(error, match=message):
        plots.rules_scatter(RULES, significant=marks)


def test_marks_follow_rules_that_were_selected():
    some = RULES[RULES["lift"] > 1]
    ax = plots.rules_scatter(some, significant=some["lift"] > 3)
    assert texts(ax.get_legend().get_texts()) == ["Significant: 2", "Not significant: 2"]


def test_a_colour_must_be_a_measure_of_the_rules():
    with pytest.raises(KeyError, match="rules has no column 'lifft'; did you mean 'lift'"):
        plots.rules_scatter(RULES, colour="lifft")
    with pytest.raises(ValueError, match="conviction is missing for all rules"):
        plots.rules_scatter(RULES.assign(conviction=np.nan), colour="conviction")


def test_infinite_values_get_the_colour_of_the_end_and_missing_ones_are_grey():
    scale = Colours(np.array([1.0, 2.0, np.inf, np.nan]))
    low, high, infinite, missing = scale.of(np.array([1.0, 2.0, np.inf, np.nan]))
    assert infinite.tolist() == high.tolist() != low.tolist()
    assert missing[0] == missing[1] == missing[2]
    ax = plots.rules_scatter(RULES.assign(lift=[np.inf, np.nan, 1, 2, 3]))
    assert len(points(ax)[1].get_offsets()) == 5


def test_many_points_are_kept_as_a_picture():
    many = pd.concat([RULES] * 400)
    assert all(found.get_rasterized() for found in points(plots.rules_scatter(many)))
    assert not any(found.get_rasterized() for found in points(plots.rules_scatter(many[:1999])))


def test_supports_that_span_much_have_a_logarithmic_axis():
    assert plots.rules_scatter(RULES).get_xscale() == "log"
    assert plots.rules_scatter(RULES[:2]).get_xscale() == "linear"
    assert plots.rules_scatter(RULES.assign(support=[0, 0.1, 0.2, 0.3, 0.4])).get_xscale() == "linear"


@given(st.floats(-8, 2), st.floats(0.3, 8))
def test_a_logarithmic_scale_always_has_some_round_numbers(low, decades):
    low, high = 10**low, 10 ** (low + decades)
    found = round_numbers(low, high, lambda found: len(found) <= 7)
    assert 1 <= len(found) <= 7
    assert found == sorted(found)
    assert all(low * 0.999 <= value <= high * 1.001 for value in found)


def test_areas_are_proportional_to_support():
    assert areas(np.array([0.1, 0.2, 0.4]), 0.4, 80).tolist() == [20, 40, 80]


# Matrix


def test_balloons_hold_the_medians_of_their_rules():
    ax = plots.rules_matrix(RULES)
    assert texts(ax.get_xticklabels()) == ["a", "b"]
    assert texts(ax.get_yticklabels()) == ["d", "a + c", "a", "b", "c"]
    (balloons,) = points(ax)
    found = {tuple(place) for place in balloons.get_offsets().tolist()}
    assert found == {(0, 0), (1, 1), (1, 2), (0, 3), (1, 4)}
    assert balloons.get_sizes().max() / np.median(balloons.get_sizes()) == pytest.approx(0.2 / 0.1)


@pytest.mark.parametrize("limit", [1500, 2])
def test_antecedents_with_the_same_consequents_form_a_group(monkeypatch, limit):
    monkeypatch.setattr(rule_matrix, "_MOST_IN_A_TREE", limit)
    rows = [((f"x{i}", "tea"), ("milk",), 0.1 + i / 100, 0.5, 2.0 + i / 4) for i in range(3)]
    rows += [((f"y{i}",), ("bread",), 0.1, 0.5, 3.0) for i in range(5)]
    ax = plots.rules_matrix(frame(rows), top=2)
    ax.figure.draw_without_rendering()
    assert texts(ax.get_yticklabels()) == ["y0 (+4)", "tea (+3)"]
    assert texts(ax.get_xticklabels()) == ["bread", "milk"]
    (balloons,) = points(ax)
    assert sorted(balloons.get_offsets().tolist()) == [[0, 0], [1, 1]]
    bread, milk = (balloons.get_sizes()[balloons.get_offsets()[:, 0] == place][0] for place in (0, 1))
    assert milk / bread == pytest.approx(0.11 / 0.1)
    assert ax.get_ylabel() == "Antecedents (+n other items)"


def test_the_matrix_says_how_many_consequents_there_are():
    rows = [((name,), (other,), 0.1, 0.5, 2.0) for name, other in combinations("abcdef", 2)]
    ax = plots.rules_matrix(frame(rows), consequents=2)
    assert ax.get_xlabel() == "Consequents: 2 with the most rules, of 5"
    assert sorted(texts(ax.get_xticklabels())) == ["e", "f"]
    assert plots.rules_matrix(frame(rows)).get_xlabel() == "Consequents"


# Network


def test_items_are_joined_by_arrows_from_antecedent_to_consequent():
    ax = plots.rules_network(RULES)
    place = {text.get_text().strip(): text.xy for text in ax.texts}
    assert sorted(place) == ["a", "b", "c", "d"]
    assert ax.get_xlabel() == "5 of 5 rules, highest first"
    dots, items = points(ax)
    assert len(dots.get_offsets()) == 1
    (dot,) = dots.get_offsets().tolist()
    (lines,) = (found for found in ax.collections if isinstance(found, LineCollection))
    ends = {(tuple(line[0].round(6)), tuple(line[-1].round(6))) for line in lines.get_segments()}
    names = {tuple(np.round(at, 6)): name for name, at in place.items()} | {tuple(np.round(dot, 6)): "dot"}
    assert {(names[start], names[end]) for start, end in ends} == {
        *(("d", "a"), ("a", "b"), ("b", "a"), ("c", "b")),
        *(("a", "dot"), ("c", "dot"), ("dot", "b")),
    }
    (heads,) = (found for found in ax.collections if isinstance(found, Quiver))
    ways = {tuple(way) for way in np.round(np.column_stack([heads.U, heads.V]), 6)}
    for start, end in (("d", "a"), ("a", "b"), ("b", "a"), ("c", "b")):
        way = np.subtract(place[end], place[start])
        assert tuple(np.round(way / np.linalg.norm(way), 6)) in ways
    assert len(heads.U) == 5
    assert len(items.get_offsets()) == 4


def test_both_directions_of_a_pair_are_drawn_apart():
    ax = plots.rules_network(RULES[:2])
    (lines,) = (found for found in ax.collections if isinstance(found, LineCollection))
    there, back = (line[12] for line in lines.get_segments())
    assert np.linalg.norm(there - back) > 5


def test_the_area_of_an_item_is_its_support():
    ax = plots.rules_network(RULES)
    _, items = points(ax)
    names = {tuple(np.round(text.xy, 6)): text.get_text().strip() for text in ax.texts}
    area = {
        names[tuple(place.round(6))]: size
        for place, size in zip(items.get_offsets(), items.get_sizes(), strict=True)
    }
    assert area["d"] / area["a"] == pytest.approx(0.25 / 0.2)
    assert area["c"] / area["a"] == pytest.approx(0.1 / 0.2)


def test_only_the_strongest_rules_are_shown():
    ax = plots.rules_network(RULES, top=2)
    assert sorted(texts(ax.texts)) == ["a", "b", "c", "d"]
    assert ax.get_xlabel() == "2 of 5 rules, highest first"
    assert sorted(texts(plots.rules_network(RULES, top=1).texts)) == ["a", "d"]


def test_rules_without_room_for_their_names_are_left_out_and_that_is_said():
    rows = [
        ((f"ITEM NUMBER {i:02}",), (f"ITEM NUMBER {i + 1:02}",), 0.1, 0.5, 1 + i / 100) for i in range(90)
    ]
    ax = plots.rules_network(frame(rows), top=90)
    shown = len(points(ax)[1].get_offsets()) - 1
    assert 8 <= shown < 90
    assert ax.get_xlabel() == f"{shown} of 90 rules, highest first"
    assert "ITEM NUMBER 90" in texts(ax.texts)
    assert layout.check_layout(ax.figure) == []


def test_a_network_is_the_same_whenever_and_in_whatever_language_it_is_drawn():
    first, again, chinese = (plots.rules_network(RULES, language=name) for name in ("en", "en", "zh"))
    assert chinese.get_xlabel() == "规则 5 条（从高到低，共 5 条）"
    for ax in (again, chinese):
        for one, other in zip(first.texts, ax.texts, strict=True):
            assert one.xy == other.xy


def test_items_that_bear_a_word_of_ours_are_not_translated():
    ax = plots.rules_network(frame([(("Orders",), ("1.2M",), 0.1, 0.5, 2.0)]))
    with switch.in_language(ax.figure, "zh"):
        assert texts(ax.texts) == ["Orders", "1.2M"]


# Numbers of rules


def test_each_minimum_confidence_has_a_line():
    counts = pd.DataFrame(
        {
            "min_support": [0.1, 0.01, 0.01, 0.1],
            "min_confidence": [0.5, 0.5, 0.2, 0.2],
            "rules": [2, 40, 300, 9],
            "significant": [1, 20, 30, 8],
        }
    )
    ax = plots.rules_by_threshold(counts)
    assert [line.get_ydata().tolist() for line in ax.lines] == [[300, 9], [30, 8], [40, 2], [20, 1]]
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--", "-", "--"]
    assert ax.lines[0].get_color().tolist() == ax.lines[1].get_color().tolist()
    assert texts(ax.get_legend().get_texts()) == ["20%", "50%", "Significant ones"]
    assert ax.get_legend().get_title().get_text() == "Minimum confidence"
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert plots.rules_by_threshold(counts.assign(rules=0)).get_ylim()[0] == 0


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"min_support": 0.1}, "min_support=0.1, min_confidence=0.5 more than once"),
        ({"min_support": [0.0, 0.1]}, "min_support above 0 and no negative numbers"),
        ({"rules": [-1, 1]}, "min_support above 0 and no negative numbers"),
        ({"min_confidence": [50, 60]}, "min_confidence must lie between 0 and 1, got 50 in row 0"),
    ],
)
def test_impossible_thresholds_are_refused(columns, message):
    counts = pd.DataFrame({"min_support": [0.1, 0.2], "min_confidence": 0.5, "rules": 3})
    with pytest.raises(ValueError, match=message):
        plots.rules_by_threshold(counts.assign(**columns))


# Two periods


def compared(**columns):
    table = pd.DataFrame(
        {
            "status": ["kept", "new", "gone", "kept"],
            "changed": [True, False, True, False],
            "confidence_2016": [0.5, 0.1, 0.6, 0.7],
            "confidence_2017": [0.9, 0.4, 0.1, 0.7],
            "lift_2016": [5.0, 1.0, 6.0, 80.0],
            "lift_2017": [9.0, 4.0, 1.0, 7.0],
        }
    )
    return SimpleNamespace(table=table.assign(**columns), names=("2016", "2017"))


def test_each_rule_is_a_point_of_its_status():
    ax = plots.rules_compared(compared())
    found = [group.get_offsets().tolist() for group in points(ax)]
    kept, new, gone = found[:2], found[2:4], found[4:]
    assert kept == [[[0.7, 0.7]], [[0.5, 0.9]]]
    assert new == [[[0.1, 0.4]], []]
    assert gone == [[], [[0.6, 0.1]]]
    legend = ["Kept: 2", "New: 1", "Gone: 1", "Changed beyond chance: 2"]
    assert texts(ax.get_legend().get_texts()) == legend
    assert ax.get_xlabel() == "Confidence of rules in 2016"
    assert ax.get_ylabel() == "Confidence of rules in 2017"
    assert ax.get_xlim() == ax.get_ylim()


def test_lifts_that_span_much_have_logarithmic_axes():
    ax = plots.rules_compared(compared(), measure="lift")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.get_xlim() == ax.get_ylim()


def test_rules_without_a_value_in_one_are_counted():
    missing = compared(confidence_2017=[0.9, np.nan, 0.1, 0.7])
    ax = plots.rules_compared(missing)
    assert texts(ax.get_legend().get_texts())[-1] == "Without a value in one: 1"
    assert sum(len(group.get_offsets()) for group in points(ax)) == 3
    with pytest.raises(ValueError, match="no rule has a confidence in both 2016 and 2017"):
        plots.rules_compared(compared(confidence_2017=np.nan))


def test_what_is_no_comparison_is_refused():
    with pytest.raises(TypeError, match=r"must come from kehu.rules.compare_rules; DataFrame has no table"):
        plots.rules_compared(RULES)
    with pytest.raises(ValueError, match="measure='confidense' is not known; did you mean 'confidence'"):
        plots.rules_compared(compared(), measure="confidense")
    with pytest.raises(ValueError, match="must be one of kept, new, gone, got 'lost'"):
        plots.rules_compared(compared(status="lost"))
    with pytest.raises(KeyError, match=r"comparison.table has no column 'support_2016'"):
        plots.rules_compared(compared(), measure="support")
    empty = SimpleNamespace(table=compared().table[:0], names=("2016", "2017"))
    with pytest.raises(ValueError, match=r"comparison.table has no rows; there is nothing to plot"):
        plots.rules_compared(empty)
    assert plt.get_fignums() == []


# All


def test_points_grow_with_the_text_of_a_slide():
    for plot in (plots.rules_scatter, plots.rules_matrix, plots.rules_network):
        small, large = (points(plot(RULES, width=width)) for width in ("single", "slide"))
        assert large[-1].get_sizes().max() > 2 * small[-1].get_sizes().max()


@pytest.mark.parametrize(
    ("plot", "columns"),
    [
        (plots.itemsets_by_support, ["itemsets", "support"]),
        (plots.rules_scatter, ["support", "confidence", "lift"]),
        (plots.rules_matrix, ["antecedents", "consequents", "support", "lift"]),
        (plots.rules_network, ["antecedents", "consequents", "antecedent support", "lift"]),
        (plots.rules_by_threshold, ["min_support", "min_confidence", "rules"]),
    ],
)
def test_rules_without_rows_or_columns_are_refused(plot, columns):
    everything = pd.DataFrame(columns=[*RULES, "itemsets", "min_support", "min_confidence", "rules"])
    with pytest.raises(ValueError, match="no rows; there is nothing to plot"):
        plot(everything)
    for column in columns:
        with pytest.raises(KeyError, match=f"no column '{column}'"):
            plot(everything.drop(columns=column))
    with pytest.raises(TypeError, match="must be a dataframe"):
        plot([1, 2, 3])
    assert plt.get_fignums() == []


def test_every_measure_of_rules_has_a_heading_in_both_languages():
    """Holds the catalogue and kehu.rules.measures together."""
    assert [name for name in MEASURES if name not in catalogue()] == []


def test_within_strata_draws_each_rule_once():
    data = RULES.assign(lift_within=[0.8, 1.2, 2, 3, 4])
    ax = plots.rules_within_strata(data, significant=[False, True, True, True, False])
    drawn = np.concatenate([found.get_offsets() for found in points(ax)])
    wanted = data[["lift", "lift_within"]].to_numpy()
    assert sorted(map(tuple, drawn)) == sorted(map(tuple, wanted))
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_within_strata_refuses_what_no_logarithm_has():
    with pytest.raises(ValueError, match="lift_within must be positive, got 0"):
        plots.rules_within_strata(RULES.assign(lift_within=[0, 1, 1, 1, 1]))
    with pytest.raises(KeyError, match="lift_within"):
        plots.rules_within_strata(RULES)
