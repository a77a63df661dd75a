"""Charts of weights: what they show is what the result says."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import PathPatch, Rectangle

from kehu import ahp, evaluation, plots
from kehu.figures import layout
from kehu.figures.ticks import width
from kehu.plots._weights import row_wise, spread
from kehu.plots.hierarchy import wrap
from kehu.plots.weights import judgement
from kehu.warnings import OpposedCampsWarning, UnclearGradeWarning

JUDGED = ahp.PairwiseMatrix(
    [[1, 3, None, 4], [None, 1, 2, 1 / 2], [None, None, 1, 1 / 7], [None, None, None, 1]],
    labels=["speed", "care", "price", "range"],
)
SERVICE = ahp.Hierarchy(
    "service",
    {
        "weights": [0.6, 0.4],
        "criteria": {
            "outcome": {"weights": [0.75, 0.25], "criteria": ["complaints", "loyalty"]},
            "care": None,
        },
    },
)
SHOPS = pd.DataFrame(
    {"speed": [3.0, 1.0, 2.0], "care": [1.0, 3.0, 1.5], "price": [2.0, 2.0, 4.0]}, index=["A", "B", "C"]
)
WEIGHTINGS = {
    "judged": {"speed": 0.6, "care": 0.3, "price": 0.1},
    "entropy": {"speed": 0.1, "care": 0.3, "price": 0.6},
}


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def labels(axis):
    plt.gcf().canvas.draw()
    return [label.get_text() for label in axis.get_ticklabels()]


def test_judgements_stand_in_their_cells_and_missing_ones_are_empty():
    ax = plots.judgement_matrix(JUDGED)
    written = {text.get_position(): text.get_text() for text in ax.texts}
    expected = [
        ["1", "3", "", "4"],
        ["1/3", "1", "2", "1/2"],
        ["", "1/2", "1", "1/7"],
        ["1/4", "2", "7", "1"],
    ]
    assert written == {(x, y): expected[y][x] for x in range(4) for y in range(4)}
    cells = ax.collections[0].get_array().reshape(4, 4)
    assert np.argwhere(cells.mask).tolist() == [[0, 2], [2, 0]]
    np.testing.assert_allclose(cells.data[1, 2], np.log(2))


def test_names_do_not_overlap_where_there_are_several_axes():
    names = ["satisfaction", "process time", "outcomes", "capability"]
    judged = ahp.PairwiseMatrix(JUDGED.table.set_axis(names).set_axis(names, axis=1))
    alone = plots.judgement_matrix(judged, width="double")
    assert labels(alone.xaxis) == names
    fig, axes = plt.subplots(1, 2, figsize=(7.2, 3.4), layout="constrained")
    for ax in axes:
        plots.judgement_matrix(judged, ax=ax)
    assert labels(axes[0].xaxis) == ["1", "2", "3", "4"]
    assert layout.check_layout(fig) == []


def test_camps_are_seen_and_not_warned_of_again():
    camps = [text for text in ("4 8 4 | 2 1 | 1/2", "4 4 8 | 1 2 | 2") for _ in range(2)]
    group = ahp.Group([ahp.PairwiseMatrix.from_upper(text) for text in camps])
    with pytest.warns(OpposedCampsWarning):
        index = group.consensus().index
    assert legend(plots.group_disagreement(group))[-1] == f"Consensus {index:.2g}"


def test_colours_of_a_judgement_and_its_reciprocal_mirror_each_other():
    ax = plots.judgement_matrix(JUDGED)
    mesh = ax.collections[0]
    assert mesh.norm(0.0) == 0.5
    assert mesh.norm(np.log(3)) + mesh.norm(-np.log(3)) == pytest.approx(1)
    red, _, blue = np.array(mesh.to_rgba([np.log(5), -np.log(5)]))[:, :3].T
    assert blue[0] > red[0]
    assert red[1] > blue[1]


@pytest.mark.parametrize("worst", [0, 1, 2])
def test_the_worst_judgements_are_framed_on_both_sides(worst):
    ax = plots.judgement_matrix(JUDGED, worst=worst)
    framed = {tuple(np.round(np.add(patch.get_xy(), 0.47)).astype(int)) for patch in ax.patches}
    names = list(JUDGED.labels)
    pairs = JUDGED.worst_judgements()[["first", "second"]][:worst].to_numpy()
    places = [(names.index(one), names.index(other)) for one, other in pairs]
    assert framed == {*places, *(pair[::-1] for pair in places)}
    assert ("Fits the others least" in legend(ax)) == (worst > 0)
    assert f"Consistency ratio {round(JUDGED.consistency().cr, 3):g} (limit 0.1)" in legend(ax)


def test_consistent_judgements_have_no_worst():
    consistent = ahp.PairwiseMatrix.from_upper("2 4 | 2")
    assert not plots.judgement_matrix(consistent, worst=3).patches


def test_a_large_matrix_has_colours_with_a_scale_instead_of_numbers():
    weights = np.geomspace(9, 1, 15)
    large = ahp.PairwiseMatrix(np.outer(weights, 1 / weights))
    ax = plots.judgement_matrix(large)
    assert not ax.texts
    (bar,) = (other for other in ax.figure.axes if other is not ax)
    assert [text.get_text() for text in bar.get_yticklabels()] == ["1/9", "1/5", "1/3", "1", "3", "5", "9"]
    assert len(plots.judgement_matrix(large, width="double").texts) == 225


@given(st.floats(1 / 50, 50))
def test_a_written_judgement_is_the_judgement(value):
    above, _, below = judgement(value).partition("/")
    assert float(above) / float(below or 1) == pytest.approx(value, rel=0.006)


def test_tree_names_all_criteria_with_global_weights_and_lines_as_thick():
    ax = plots.weight_tree(SERVICE)
    texts = [text.get_text().strip() for text in ax.texts]
    assert texts == [
        "service",
        "outcome",
        "0.600",
        "0.450",
        "complaints",
        "0.150",
        "loyalty",
        "0.400",
        "care",
    ]
    branches = [patch for patch in ax.patches if isinstance(patch, PathPatch)]
    assert sorted(legend(ax)) == ["Line width: weight"]
    thick = sorted(branch.get_linewidth() for branch in branches)
    np.testing.assert_allclose(np.diff(thick), 5.5 * np.diff([0.15, 0.4, 0.45, 0.6]), atol=1e-9)
    # Each branch ends where a line begins, and goal, parents and children hang together.
    starts = {branch.get_path().vertices[0, 1] for branch in branches}
    ends = {branch.get_path().vertices[-1, 1] for branch in branches}
    assert ends == {0.0, 1.0, 2.0, 0.5}
    assert starts == {0.5, 1.25}


def test_tree_tells_the_largest_consistency_ratio():
    tree = ahp.Hierarchy(
        "goal",
        {
            "judgements": "3 5 | 2",
            "criteria": {"a": {"judgements": "2 3 | 2", "criteria": list("xyz")}, "b": None, "c": None},
        },
    )
    ratio = tree.consistency()["cr"].max()
    assert legend(plots.weight_tree(tree))[1] == f"Largest consistency ratio {round(ratio, 3):g} (limit 0.1)"


@given(st.text("ab 中文", max_size=40), st.integers(6, 20), st.integers(1, 4))
def test_wrapped_names_have_at_most_so_many_lines_and_lose_nothing_that_fits(text, longest, lines):
    found = wrap(text, longest, lines)
    assert len(found) <= lines
    assert all(width(line) <= longest for line in found)
    if not any(line.endswith(("...", "…")) for line in found):
        assert "".join(found).replace(" ", "") == text.replace(" ", "")


def test_ranges_stand_in_order_of_weight():
    found = ahp.ranges(SERVICE.with_judgements("outcome", "3"), n_draws=100)
    table = found.weights.sort_values("weight", ascending=False, kind="stable")
    ax = plots.weight_ranges(found)
    spans, dots = ax.collections
    np.testing.assert_allclose([line[:, 0] for line in spans.get_segments()], table[["low", "high"]])
    np.testing.assert_allclose(dots.get_offsets()[:, 0], table["weight"])
    assert labels(ax.yaxis) == table.index.tolist()
    assert legend(ax) == ["Weight", "Range if judgements move by up to 0.5"]


def test_weights_without_limits_are_dots_alone():
    group = ahp.Group([ahp.PairwiseMatrix.from_upper(text) for text in ("3", "1")])
    ax = plots.weight_ranges(group.aggregate_priorities())
    assert legend(ax) == ["Weight"]
    np.testing.assert_allclose(ax.collections[1].get_offsets()[:, 0], [0.625, 0.375])


def test_sensitivity_draws_scores_and_marks_where_the_order_changes():
    tree = ahp.Hierarchy("goal", {"weights": WEIGHTINGS["judged"], "criteria": list(SHOPS)})
    found = ahp.sensitivity(tree, "speed", SHOPS)
    ax = plots.weight_sensitivity(found)
    drawn = {tuple(line.get_ydata().round(9)) for line in ax.lines if len(line.get_xdata()) == 101}
    scores = found.table.pivot_table(index="weight", columns="alternative", values="score")
    assert drawn == {tuple(scores[name].round(9)) for name in SHOPS.index}
    first, others = found.changes[found.changes["rank"] == 1], found.changes[found.changes["rank"] > 1]
    marked = [points.get_offsets()[:, 0].tolist() for points in ax.collections]
    assert marked == [part["weight"].tolist() for part in (first, others) if len(part)]
    assert legend(ax)[:2] == ["Current weight 0.6", f"The best changes at {first['weight'].iloc[0]:.3g}"]
    # Marks lie on the lines of both alternatives that change places.
    for points, part in zip(ax.collections, (first, others), strict=False):
        for (x, y), one, other in zip(points.get_offsets(), part["first"], part["second"], strict=True):
            assert [np.interp(x, scores.index, scores[name]) for name in (one, other)] == pytest.approx(
                [y, y]
            )


def test_only_the_top_alternatives_are_named_and_those_best_somewhere_among_them():
    tree = ahp.Hierarchy("goal", {"weights": [0.99, 0.01], "criteria": ["speed", "care"]})
    shops = pd.DataFrame({"speed": [9, 8, 7, 1], "care": [1, 1, 1, 9]}, index=list("ABCD"))
    ax = plots.weight_sensitivity(ahp.sensitivity(tree, "speed", shops), top=2)
    assert sorted(text.get_text().strip() for text in ax.texts) == ["A", "D"]


def test_compared_weights_have_a_marker_each():
    found = evaluation.compare_weights(WEIGHTINGS)
    ax = plots.weights_compared(found)
    order = labels(ax.yaxis)
    assert found.weights.mean(axis=1)[order].is_monotonic_decreasing
    for points, name in zip(ax.collections[1:], WEIGHTINGS, strict=True):
        np.testing.assert_allclose(points.get_offsets()[:, 0], found.weights.loc[order, name])
    assert [text.strip() for text in legend(ax)] == list(WEIGHTINGS)
    assert ax.get_xlabel() == f"Weight\nKendall's W {found.concordance:.2g}"
    # Equal weights are not drawn one on the other.
    where = order.index("care")
    assert len({points.get_offsets()[where, 1] for points in ax.collections[1:]}) == 2


def test_ranks_are_joined_and_those_that_move_are_coloured():
    found = evaluation.compare_weights(WEIGHTINGS, SHOPS)
    ax = plots.rank_changes(found)
    lines = [line for line in ax.lines if line.get_marker() != "None"]
    order = found.alternatives.sort_values("entropy", kind="stable")
    assert [line.get_ydata().tolist() for line in lines] == order[list(WEIGHTINGS)].to_numpy().tolist()
    assert [text.get_text().strip() for text in ax.texts] == order.index.tolist()
    grey = [line.get_color() == "#B0B0B0" for line in lines]
    assert grey == (order["changes"] == 0).tolist()
    assert labels(ax.xaxis) == list(WEIGHTINGS)


def test_memberships_add_up_in_the_bars_of_the_whole_and_its_criteria():
    membership = pd.DataFrame({"good": [0.5, 0.1], "poor": [0.5, 0.9]}, index=["speed", "care"])
    found = evaluation.fuzzy_evaluation(membership, {"speed": 0.2, "care": 0.8}, values=[90, 40])
    ax = plots.grade_membership(found)
    bars = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_fill()]
    widths = np.array([bar.get_width() for bar in bars]).reshape(2, 3)
    np.testing.assert_allclose(widths, [[0.18, 0.5, 0.1], [0.82, 0.5, 0.9]])
    np.testing.assert_allclose([bar.get_x() for bar in bars[3:]], widths[0])
    (frame,) = (patch for patch in ax.patches if not patch.get_fill())
    assert (frame.get_x(), frame.get_width()) == pytest.approx((0.18, 0.82))
    assert labels(ax.yaxis) == ["Whole", "speed", "care"]
    assert ax.get_xlabel() == "Membership\nScore of the whole 49"
    assert labels(ax.child_axes[0].yaxis) == ["1.000", "0.200", "0.800"]


def test_a_graded_hierarchy_begins_with_its_goal():
    leaves = ["complaints", "loyalty", "care"]
    membership = pd.DataFrame({"good": [0.7, 0.5, 0.9], "poor": [0.3, 0.5, 0.1]}, index=leaves)
    ax = plots.grade_membership(evaluation.fuzzy_evaluation(membership, SERVICE))
    assert labels(ax.yaxis) == ["service", "outcome", "complaints", "loyalty", "care"]
    assert labels(ax.child_axes[0].yaxis) == ["1.000", "0.600", "0.450", "0.150", "0.400"]
    # Parts of a part have lower bars.
    heights = [bar.get_height() for bar in ax.containers[0]]
    assert heights[0] == heights[1] == heights[4] > heights[2] == heights[3]


def test_one_criterion_alone_is_not_taken_for_the_goal():
    membership = pd.DataFrame({"good": [0.5], "poor": [0.5]}, index=["care"])
    with pytest.warns(UnclearGradeWarning):
        found = evaluation.fuzzy_evaluation(membership, {"care": 1.0})
    assert labels(plots.grade_membership(found).yaxis) == ["Whole", "care"]


def test_each_rater_and_the_average_are_shown():
    names = ["speed", "care", "price"]
    rng = np.random.default_rng(1)
    group = ahp.Group(
        [ahp.PairwiseMatrix.from_upper(list(np.exp(rng.normal(0.5, 0.3, 3))), labels=names) for _ in range(6)]
    )
    mean = group.aggregate_priorities().sort_values("weight", ascending=False)
    ax = plots.group_disagreement(group)
    raters, spans, average = ax.collections
    found = raters.get_offsets()
    weights = group.weights()[mean.index].to_numpy()
    np.testing.assert_allclose(found[:, 0].reshape(6, 3), weights)
    np.testing.assert_array_equal(np.round(found[:, 1].reshape(6, 3)), np.tile([0, 1, 2], (6, 1)))
    np.testing.assert_allclose([line[:, 0] for line in spans.get_segments()], mean[["low", "high"]])
    np.testing.assert_allclose(average.get_offsets()[:, 0], mean["weight"])
    consensus = group.consensus().index
    assert legend(ax) == ["One rater", "Average of 6 raters with 95% interval", f"Consensus {consensus:.2g}"]


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=12), st.floats(0.01, 20))
def test_names_are_spread_in_order_and_no_farther_than_needed(places, gap):
    places = np.array(places)
    found = spread(places, gap)
    order = np.argsort(places, kind="stable")
    assert (np.diff(found[order]) >= gap - 1e-9).all()
    if (np.diff(places[order]) >= gap).all():
        np.testing.assert_allclose(found, places, atol=1e-9)
    assert found.mean() == pytest.approx(places.mean(), abs=1e-9)


def test_a_legend_reads_by_rows():
    # A legend of three columns is filled a b | c | d by Matplotlib, and is to read a c d, then b.
    assert row_wise(["a", "c", "d", "b"], 3) == ["a", "b", "c", "d"]


COMPARED = evaluation.compare_weights(WEIGHTINGS)
TABLE = pd.DataFrame({"weight": [0.3], "low": [0.2], "high": [0.4]})


@pytest.mark.parametrize(
    ("plot", "result", "options", "error", "message"),
    [
        (plots.judgement_matrix, TABLE, {}, TypeError, "must be a kehu.ahp.PairwiseMatrix, got DataFrame"),
        (plots.judgement_matrix, JUDGED, {"worst": -1}, ValueError, "whole number from 0, got -1"),
        (plots.judgement_matrix, JUDGED, {"worst": True}, ValueError, "whole number from 0, got True"),
        (plots.weight_tree, {"goal": 1}, {}, TypeError, "must be a kehu.ahp.Hierarchy, got dict"),
        (plots.weight_tree, SERVICE, {"method": "best"}, ValueError, "method='best' is not known"),
        (plots.weight_ranges, SERVICE, {}, TypeError, "from kehu.ahp.ranges, or be a table, got Hierarchy"),
        (plots.weight_ranges, TABLE[:0], {}, ValueError, "no rows; there is nothing to plot"),
        (plots.weight_ranges, TABLE.drop(columns="low"), {}, KeyError, "no column 'low'"),
        (plots.weight_ranges, TABLE.assign(weight=-0.1), {}, ValueError, "weights from 0 on, got -0.1"),
        (
            plots.weight_ranges,
            TABLE.assign(low=0.5),
            {},
            ValueError,
            "low 0.5 is above high 0.4",
        ),
        (plots.weight_sensitivity, TABLE, {}, TypeError, "must come from kehu.ahp.sensitivity"),
        (plots.weights_compared, TABLE, {}, TypeError, "must come from kehu.evaluation.compare_weights"),
        (plots.rank_changes, TABLE, {}, TypeError, "must come from kehu.evaluation.compare_weights"),
        (plots.rank_changes, COMPARED, {}, ValueError, "comparison has no alternatives"),
        (plots.grade_membership, TABLE, {}, TypeError, "must come from kehu.evaluation.fuzzy_evaluation"),
        (plots.group_disagreement, JUDGED, {}, TypeError, "must be a kehu.ahp.Group, got PairwiseMatrix"),
        (
            plots.weights_compared,
            evaluation.compare_weights({str(n): WEIGHTINGS["judged"] for n in range(6)}),
            {},
            ValueError,
            "up to 5 weightings can be told apart, got 6",
        ),
        (
            plots.rank_changes,
            evaluation.compare_weights(WEIGHTINGS, SHOPS),
            {"top": 7},
            ValueError,
            "top=7 is more than the 6",
        ),
    ],
)
def test_wrong_results_are_refused(plot, result, options, error, message):
    with pytest.raises(error, match=message):
        plot(result, **options)
    assert plt.get_fignums() == []
