"""Charts of surveys and satisfaction: what they show is what the result says."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.patches import Rectangle

from kehu import plots, satisfaction, simulate, surveys
from kehu.figures.look import BLUE, VERMILLION
from kehu.figures.switch import in_language
from kehu.plots._layered import depths, on_grid
from kehu.plots._points import spread_names
from kehu.warnings import NoRelationWarning

DRIVERS = {"care": 0.0, "speed": 5.0, "price": 2.0}
ANSWERS = simulate.service_survey(900, drivers=DRIVERS, random_state=4).answers
NULL = simulate.null_survey(120, drivers=list(DRIVERS), random_state=4).answers
OLS = satisfaction.driver_regression(ANSWERS, outcome="satisfaction_score", drivers=list(DRIVERS))
ORDERED = satisfaction.driver_regression(
    ANSWERS, outcome="satisfaction", drivers=list(DRIVERS), model="ordered"
)


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def labels(axis):
    axis.get_figure().canvas.draw()
    return [label.get_text().strip() for label in axis.get_ticklabels()]


def beside(ax):
    """Texts at the right of the rows."""
    return labels(ax.child_axes[0].yaxis)


def dots(ax):
    """Points of the chart: their places, and whether they are filled."""
    found = [one for one in ax.collections if isinstance(one, PathCollection)]
    places = np.vstack([one.get_offsets() for one in found])
    white = mpl.colors.to_rgba("white")
    filled = []
    for one in found:
        faces = np.broadcast_to(one.get_facecolor(), (len(one.get_offsets()), 4))
        filled += [not np.allclose(face, white) for face in faces]
    return places, np.array(filled)


def spans(collection):
    return np.array([segment[:, 0] for segment in collection.get_segments()])


def test_coefficients_stand_by_size_with_their_limits():
    ax = plots.coefficient_forest(OLS)
    table = OLS.coefficients.sort_values("coefficient", ascending=False)
    assert labels(ax.yaxis) == table["driver"].tolist() == ["speed", "price", "care"]
    places, filled = dots(ax)
    np.testing.assert_allclose(places, np.column_stack([table["coefficient"], range(3)]))
    np.testing.assert_allclose(spans(ax.collections[0]), table[["low", "high"]])
    assert filled.tolist() == (table["p_adjusted"] <= 0.05).tolist() == [True, True, False]
    assert legend(ax) == ["0 ruled out (Holm)", "0 not ruled out", "Limits (95%)"]
    low, high = ax.get_xlim()
    assert low < table["low"].min() < 0 < table["high"].max() < high


def test_several_models_stand_side_by_side_driver_by_driver():
    few = satisfaction.driver_regression(ANSWERS, outcome="satisfaction_score", drivers=["speed"])
    ax = plots.coefficient_forest({"all": OLS, "one": few}, standardised=True)
    places, _ = dots(ax)
    both = OLS.coefficients.set_index("driver")["standardised"]
    np.testing.assert_allclose(places[:3, 0], both[["speed", "price", "care"]])
    np.testing.assert_allclose(places[3, 0], few.coefficients["standardised"])
    assert places[3, 1] - places[0, 1] == pytest.approx(0.38)
    assert {"all", "one", "0 ruled out (Holm)", "0 not ruled out"} <= {text.strip() for text in legend(ax)}
    assert ax.get_xlabel() == "Standardised coefficient"


@pytest.mark.parametrize("standardised", [False, True])
def test_cuts_of_an_ordered_model_stand_beside_its_coefficients(standardised):
    ax = plots.coefficient_forest(ORDERED, cuts=True, standardised=standardised)
    places, _ = dots(ax)
    split = ORDERED.cutwise.pivot_table(index="driver", columns="cut", values="coefficient", dropna=False)
    spread = ANSWERS[list(DRIVERS)].std() if standardised else pd.Series(1.0, list(DRIVERS))
    order = ORDERED.coefficients.sort_values("coefficient", ascending=False)["driver"].tolist()
    for place, cut in enumerate(split, start=1):
        expected = (split[cut] * spread)[order]
        np.testing.assert_allclose(places[3 * place : 3 * place + 3, 0], expected, rtol=1e-6)
    assert {f"Cut {cut} alone" for cut in split} <= set(legend(ax))
    # Within a row the cuts run from the top down.
    assert (np.diff(places[::3, 1]) > 0).all()


def test_true_coefficients_are_marked_in_the_row_of_their_driver():
    ax = plots.coefficient_forest(OLS, truth={**DRIVERS, "price": 40.0})
    marked = [one.get_segments() for one in ax.collections if "Line" in type(one).__name__][-1]
    middles = np.array([segment.mean(axis=0) for segment in marked])
    np.testing.assert_allclose(middles, [[5, 0], [40, 1], [0, 2]])
    assert "True value (simulated)" in legend(ax)
    assert ax.get_xlim()[1] > 40
    with pytest.raises(ValueError, match="finite number for 'price'"):
        plots.coefficient_forest(OLS, truth={"care": 0.0, "speed": 5.0})


def test_limits_that_run_off_do_not_hide_the_others():
    wild = OLS.coefficients.assign(high=lambda data: data["high"].where(data["driver"] != "care", 1e6))
    changed = {**vars(OLS), "coefficients": wild}
    ax = plots.coefficient_forest(satisfaction.DriverRegression(**changed))
    assert ax.get_xlim()[1] < 5 * OLS.coefficients["coefficient"].max()


def test_models_that_do_not_go_together_are_refused():
    with pytest.raises(ValueError, match="ols and ordered models have different units"):
        plots.coefficient_forest({"a": OLS, "b": ORDERED})
    with pytest.raises(ValueError, match="the model has no cuts"):
        plots.coefficient_forest(OLS, cuts=True)
    with pytest.raises(ValueError, match="cuts are drawn of one model, got 2"):
        plots.coefficient_forest({"a": ORDERED, "b": ORDERED}, cuts=True)
    with pytest.raises(ValueError, match="one to 5 regressions can be drawn together, got 6"):
        plots.coefficient_forest(dict.fromkeys("abcdef", OLS))
    with pytest.raises(TypeError, match=r"must come from kehu.satisfaction.driver_regression.* got list"):
        plots.coefficient_forest([OLS])


def importance(answers):
    columns = {"outcome": "satisfaction_score", "drivers": list(DRIVERS)}
    return satisfaction.relative_importance(answers, **columns, n_boot=60, random_state=1)


def test_the_most_important_driver_stands_first_with_limits_and_ranks():
    found = importance(ANSWERS)
    ax = plots.importance_intervals(found)
    table = found.importance.sort_values("rank")
    assert labels(ax.yaxis) == table["driver"].tolist()
    places, filled = dots(ax)
    np.testing.assert_allclose(places[:, 0], table["share"])
    np.testing.assert_allclose(spans(ax.collections[0]), table[["share_low", "share_high"]])
    assert filled.all()
    assert beside(ax)[0] == "1"
    low, high = table[["rank_low", "rank_high"]].iloc[-1]
    assert beside(ax)[-1] == (f"{low}–{high}" if low < high else f"{low}")
    assert any(text.startswith(f"Variance explained: {100 * found.r_squared:.1f}% (") for text in legend(ax))


def test_importance_that_is_no_more_than_chance_is_hollow_and_says_so():
    with pytest.warns(NoRelationWarning):
        found = importance(NULL)
    ax = plots.importance_intervals(found)
    assert not dots(ax)[1].any()
    assert legend(ax)[0] == "Together no more than chance"


def ranked(**options):
    columns = {"outcome": "satisfaction_score", "drivers": list(DRIVERS), "n_boot": 60, "random_state": 1}
    return satisfaction.importance_performance(ANSWERS, **columns, **options)


def test_drivers_lie_in_the_quadrant_that_the_table_says():
    found = ranked()
    ax = plots.importance_performance_map(found)
    places, filled = dots(ax)
    np.testing.assert_allclose(places, found.table[["performance", "importance"]])
    assert filled.tolist() == (found.table["certainty"] >= 0.95).tolist()
    words = [text.get_text() for text in ax.texts[:4]]
    corners = dict(zip(words, [text.get_position() for text in ax.texts[:4]], strict=True))
    across, along = (ax.transAxes + ax.transData.inverted()).transform(list(corners.values())).T
    for word, x, y in zip(corners, across, along, strict=True):
        inside = found.table["quadrant"] == word.lower()
        if inside.any():
            here = found.table[inside]
            assert ((here["performance"] >= found.performance_border) == (x > found.performance_border)).all()
            assert ((here["importance"] >= found.importance_border) == (y > found.importance_border)).all()
    lines = [line.get_xdata()[0] for line in ax.lines if list(line.get_ydata()) == [0, 1]]
    assert lines == [found.performance_border]


def test_given_weights_have_no_limits_and_their_own_name():
    found = ranked(importance={"care": 0.5, "speed": 0.3, "price": 0.2}, borders="scale", scale=(1, 5))
    ax = plots.importance_performance_map(found, intervals=True)
    level = [line for line in ax.lines if line.get_color() == "#B9D3E6"]
    assert len(level) == 3
    assert all(np.ptp(line.get_ydata()) == 0 for line in level)
    np.testing.assert_allclose(
        [line.get_xdata() for line in level], found.table[["performance_low", "performance_high"]]
    )
    assert ax.get_ylabel() == "Importance (given weight)"
    assert len(plots.importance_performance_map(ranked(), intervals=True).lines) >= 6 + 2


def test_many_points_are_numbered_in_the_order_of_the_list():
    names = [f"driver {i}" for i in range(13)]
    answers = simulate.service_survey(200, drivers=dict.fromkeys(names, 2.0), random_state=1).answers
    found = satisfaction.importance_performance(
        answers, outcome="satisfaction_score", drivers=names, importance="johnson", n_boot=20, random_state=1
    )
    ax = plots.importance_performance_map(found)
    assert [text.get_text().strip() for text in ax.texts[4:]] == [str(n) for n in range(1, 14)]
    listed = [text.strip() for text in legend(ax)]
    assert {f"{n} {name}" for n, name in enumerate(names, start=1)} <= set(listed)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12))
def test_names_said_not_to_overlap_do_not(seed, n):
    rng = np.random.default_rng(seed)
    place = rng.uniform(10, [390, 290], (n, 2))
    sizes = np.column_stack([rng.uniform(20, 120, n), np.full(n, 12.0)])
    corner = np.array([[0.0, 280.0, 80.0, 300.0]])
    room = np.array([0.0, 0.0, 400.0, 300.0])
    centres, sound = spread_names(place, sizes, room, corner, np.empty((0, 4)), 1.0)
    if not sound:
        assert n > 4
        return
    low, high = centres - sizes / 2, centres + sizes / 2
    assert (low >= 0).all()
    assert (high <= room[2:]).all()
    boxes = [*zip(low, high, strict=True), (corner[0, :2], corner[0, 2:])]
    for this, (a, b) in enumerate(boxes):
        for c, d in boxes[:this]:
            assert (b <= c).any() or (d <= a).any()


GAPS = satisfaction.expectation_gaps(
    pd.DataFrame({"a": [5, 4, 5, 4, 5], "b": [3, 3, 4, 2, 3], "c": [3, 4, 2, 3, 3], "d": [3, 3, 4, 3, 2]}),
    pairs={"level": ("c", "d"), "short": ("a", "b")},
)


def test_gaps_run_from_what_was_expected_to_what_was_perceived():
    ax = plots.expectation_gap(GAPS)
    table = GAPS.table.iloc[::-1]
    assert labels(ax.yaxis) == ["short", "level"]
    joined, limits, rings, felt = ax.collections
    np.testing.assert_allclose(spans(joined), table[["expectation", "perception"]])
    np.testing.assert_allclose(rings.get_offsets()[:, 0], table["expectation"])
    np.testing.assert_allclose(felt.get_offsets()[:, 0], table["perception"])
    np.testing.assert_allclose(
        spans(limits) - table[["expectation"]].to_numpy(), table[["low", "high"]], atol=1e-12
    )
    assert beside(ax) == ["−1.60", "0.00"]
    assert any(text.startswith("Average gap: −0.8 (") for text in legend(ax))


def test_a_bar_reaches_the_ring_where_the_gap_may_be_chance():
    limits = spans(plots.expectation_gap(GAPS).collections[1])
    expected = GAPS.table["expectation"].to_numpy()[::-1]
    reaches = (limits[:, 0] <= expected) & (expected <= limits[:, 1])
    assert reaches.tolist() == (GAPS.table["p_value"].to_numpy()[::-1] > 0.05).tolist() == [False, True]


TABLE = pd.DataFrame(
    {
        "quick": [5, 4, 1, 3, 5],
        "late": [1, 2, 4, 1, np.nan],
        "kind": [4, 4, 2, 3, 3],
        "cheap": [1, 1, 1, 2, 5],
    }
)
SURVEY = surveys.read(
    TABLE, blocks={"delivery": ["quick", "late"], "care": ["kind", "cheap"]}, scale=(1, 5), reverse=["late"]
)


def bars(ax):
    """Left ends and widths of bars by row."""
    found = {}
    for bar in ax.patches:
        if isinstance(bar, Rectangle):
            found.setdefault(round(bar.get_y() + bar.get_height() / 2), []).append(
                (bar.get_x(), bar.get_width())
            )
    return found


def test_bars_of_answers_lie_around_the_middle_of_the_scale():
    ax = plots.likert(SURVEY)
    rows = bars(ax)
    # Rows 0 and 3 name the blocks.
    assert sorted(rows) == [1, 2, 4, 5]
    for row, item in zip((1, 2, 4, 5), TABLE, strict=True):
        answers = 6 - TABLE[item] if item == "late" else TABLE[item]
        share = answers.value_counts(normalize=True).reindex(range(1, 6), fill_value=0)
        starts, widths = np.array(rows[row]).T
        np.testing.assert_allclose(widths, share)
        assert starts[2] == pytest.approx(-share[3] / 2)
        np.testing.assert_allclose(starts[1:], (starts + widths)[:-1], atol=1e-12)
    texts = [text.get_text().strip() for text in ax.texts]
    assert texts == ["20%", "60%", "25%", "75%", "20%", "40%", "80%", "20%", "delivery", "care"]
    assert labels(ax.yaxis) == ["quick", "late *", "kind", "cheap"]
    assert beside(ax) == ["", "3.60", "4.00", "", "3.20", "2.00"]
    assert ax.get_xlabel().splitlines() == [
        "Share of answers",
        "Answers an item: 4 to 5",
        "* Turned round: a high answer is good",
    ]


def test_one_block_has_no_headings_and_an_even_scale_no_middle():
    survey = surveys.read(TABLE[["kind"]], blocks={"care": ["kind"]}, scale=(1, 4))
    ax = plots.likert(survey, answers=["never", "rarely", "often", "always"])
    starts, widths = np.array(bars(ax)[0]).T
    np.testing.assert_allclose(widths, [0, 0.2, 0.4, 0.4])
    assert starts[2] == pytest.approx(0)
    assert [text.get_text() for text in ax.texts] == ["20%", "80%"]
    assert sorted(text.strip() for text in legend(ax)) == ["always", "never", "often", "rarely"]
    assert list(bars(plots.likert(SURVEY, block="care"))) == [0, 1]


def test_surveys_that_cannot_be_drawn_are_refused():
    def read(scale, table=TABLE[["kind", "cheap"]]):
        return surveys.read(table, blocks={"a": ["kind"], "b": ["cheap"]}, scale=scale)

    with pytest.raises(ValueError, match=r"scales that differ, \(1, 5\) and \(0, 10\)"):
        plots.likert(read({"a": (1, 5), "b": (0, 10)}))
    with pytest.raises(ValueError, match=r"up to 11 whole numbers can be drawn, got \(0, 100\)"):
        plots.likert(read((0, 100)))
    with pytest.raises(ValueError, match=r"outside the scale \(1, 4\)"):
        plots.likert(read((1, 4)))
    with pytest.raises(ValueError, match="answers must be whole"):
        plots.likert(read((1, 5), TABLE[["kind", "cheap"]] / 2 + 1))
    with pytest.raises(ValueError, match="must name the 5 answers 1 to 5"):
        plots.likert(SURVEY, answers=["no", "yes"])
    with pytest.raises(KeyError, match="no block 'cares'; did you mean 'care'"):
        plots.likert(SURVEY, block="cares")
    with pytest.raises(TypeError, match=r"must come from kehu\.surveys\.read, got DataFrame"):
        plots.likert(TABLE)


RECOMMEND = pd.DataFrame(
    {"recommend": [10, 9, 9, 8, 7, 3, 10, 6, 9, 8] * 4, "channel": (["app"] * 3 + ["web"]) * 10}
)


def test_bands_and_scores_of_the_whole_and_of_groups():
    found = satisfaction.net_promoter_score(RECOMMEND, by="channel")
    ax = plots.net_promoter(found)
    groups = found.groups.sort_values("score", ascending=False)
    rows = bars(ax)
    for row, shares in enumerate(
        [found.bands["share"].to_numpy(), *groups[["detractors", "passives", "promoters"]].to_numpy()]
    ):
        starts, widths = np.array(rows[row]).T
        np.testing.assert_allclose(widths, shares)
        np.testing.assert_allclose(starts, np.cumsum(shares) - shares, atol=1e-12)
    named = [f"{name} ({n})" for name, n in zip(groups["group"], groups["n"], strict=True)]
    assert labels(ax.yaxis) == named
    assert [label.get_text() for label in ax.get_yticklabels(which="minor")] == ["Whole (40)"]
    assert beside(ax)[0] == f"30 [{round(found.low)}, {round(found.high)}]".replace("-", "−")


def test_scores_lie_on_their_own_part_of_the_axis():
    found = satisfaction.net_promoter_score(RECOMMEND, by="channel")
    ax = plots.net_promoter(found)
    texts, ticks = labels(ax.xaxis), ax.xaxis.get_majorticklocs()
    assert texts[:3] == ["0%", "50%\nShare", "100%"]
    assert sum("Score" in text for text in texts) == 1
    scores = [float(text.split("\n")[0].replace("−", "-")) for text in texts[3:]]
    scale = np.polyfit(ticks[3:], scores, 1)
    places, _ = dots(ax)
    groups = found.groups.sort_values("score", ascending=False)
    np.testing.assert_allclose(np.polyval(scale, places[:, 0]), [found.score, *groups["score"]], atol=1e-6)
    limits = np.polyval(scale, spans(ax.collections[0]))
    np.testing.assert_allclose(
        limits, [(found.low, found.high), *groups[["low", "high"]].to_numpy()], atol=1e-6
    )
    zero = next(line for line in ax.lines if line.get_zorder() == 0.5)
    assert np.polyval(scale, zero.get_xdata()[0]) == pytest.approx(0, abs=1e-6)
    assert scores[0] <= limits.min()
    assert scores[-1] >= limits.max()


INDEX = ["image", "expectation", "quality", "value", "satisfaction", "complaints", "loyalty"]
INDEX_PATHS = [
    *[("image", "expectation"), ("image", "satisfaction"), ("image", "loyalty")],
    *[("expectation", "quality"), ("expectation", "value"), ("expectation", "satisfaction")],
    *[("quality", "value"), ("quality", "satisfaction"), ("value", "satisfaction")],
    *[("satisfaction", "complaints"), ("satisfaction", "loyalty"), ("complaints", "loyalty")],
]


def fitted(n=250, **values):
    paths = {pair: values.get("_".join(pair), 0.22) for pair in INDEX_PATHS}
    shop = simulate.latent_survey(
        n, paths=paths, loadings=dict.fromkeys(INDEX, (0.85, 0.8, 0.75)), random_state=5
    )
    return satisfaction.path_model(
        shop.answers, blocks=shop.blocks, paths=INDEX_PATHS, n_boot=60, random_state=1
    )


def boxes(ax):
    """Middle and half the size of each box, in the order of the constructs."""
    frames = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    sizes = [np.array([one.get_width(), one.get_height()]) / 2 for one in frames]
    return [(np.array(one.get_xy()) + half, half) for one, half in zip(frames, sizes, strict=True)]


@pytest.mark.parametrize("width", ["single", "double", "slide"])
def test_each_coefficient_stands_on_the_arrow_between_its_boxes(width):
    model = fitted(satisfaction_complaints=-0.5)
    ax = plots.path_diagram(model, width=width)
    place = dict(zip(model.constructs["construct"], boxes(ax), strict=True))
    assert len(ax.texts) == 7 + 12 + 6
    written = ax.texts[7:19]
    for path, text in zip(model.paths.itertuples(), written, strict=True):
        star = "*" if path.low > 0 or path.high < 0 else ""
        assert text.get_text() == f"{path.coefficient:.2f}".replace("-", "−") + star
        start, end = place[path.source][0], place[path.target][0]
        way, spot = end - start, np.array(text.get_position()) - start
        share = spot @ way / (way @ way)
        np.testing.assert_allclose(spot, share * way, atol=1e-6)
        assert 0 < share < 1


@pytest.mark.parametrize("width", ["single", "double", "slide"])
def test_no_arrow_of_the_satisfaction_index_runs_through_a_box_that_is_not_its_own(width):
    model = fitted()
    ax = plots.path_diagram(model, width=width)
    place = dict(zip(model.constructs["construct"], boxes(ax), strict=True))
    t = np.linspace(0, 1, 201)[:, None]
    for path in model.paths.itertuples():
        line = place[path.source][0] + t * (place[path.target][0] - place[path.source][0])
        for name, (middle, half) in place.items():
            if name not in (path.source, path.target):
                assert not (np.abs(line - middle) < half).all(axis=1).any()


def test_arrows_are_as_wide_as_coefficients_and_those_not_told_from_zero_dashed():
    model = fitted(satisfaction_complaints=-0.5)
    ax = plots.path_diagram(model)
    lines = next(one for one in ax.collections if hasattr(one, "get_segments") and one.get_segments())
    size = model.paths["coefficient"].abs().to_numpy()
    np.testing.assert_allclose(np.diff(lines.get_linewidth()), 2.6 * np.diff(size))
    sure = ((model.paths["low"] > 0) | (model.paths["high"] < 0)).to_numpy()
    assert 0 < sure.sum() < len(sure)
    dashed = np.array([pattern is not None for _, pattern in lines.get_linestyle()])
    assert (dashed == ~sure).all()
    colours = [mpl.colors.to_hex(colour).upper() for colour in lines.get_color()]
    negative = model.paths["coefficient"].to_numpy() < 0
    assert [one == VERMILLION for one in colours] == (sure & negative).tolist()
    assert [one == BLUE for one in colours] == (sure & ~negative).tolist()
    assert any(sure & negative)


def test_boxes_name_constructs_with_the_variance_explained():
    model = fitted()
    ax = plots.path_diagram(model)
    assert [text.get_text().strip() for text in ax.texts[:7]] == model.constructs["construct"].tolist()
    for text, row in zip(ax.texts[-6:], model.constructs[1:].itertuples(), strict=True):
        assert text.get_text() == f"R² = {row.r_squared:.2f}"
        (name,) = [one for one in ax.texts[:7] if one.get_text().strip() == row.construct]
        assert name.get_position()[0] == text.get_position()[0]
        assert name.get_position()[1] < text.get_position()[1]


def test_names_from_the_data_take_the_translations_given():
    model, found = fitted(), satisfaction.net_promoter_score(RECOMMEND, by="channel")
    words = {"quality": "质量", "delivery": "物流", "quick": "快", "app (30)": "应用（30）", "image": "形象"}
    index, score, items = plots.path_diagram(model), plots.net_promoter(found), plots.likert(SURVEY)
    for ax in (index, score, items):
        with in_language(ax.figure, "zh", words):
            ax.figure.canvas.draw()
            if ax is index:
                assert {" 质量 ", " 形象 ", " value "} <= {text.get_text() for text in ax.texts}
            elif ax is score:
                named = [label.get_text() for label in ax.get_yticklabels(which="both")]
                assert sorted(named) == sorted(["整体 (40)", "应用（30）", "web (10)"])
            else:
                assert "快" in labels(ax.yaxis)
                assert " 物流 " in [text.get_text() for text in ax.texts]


@settings(max_examples=12, deadline=None)
@given(st.integers(2, 7), st.integers(0, 10**6))
def test_places_on_the_grid_are_all_different_and_always_the_same(n, seed):
    leads = np.triu(np.random.default_rng(seed).random((n, n)) < 0.5, 1)
    leads[np.arange(n - 1), np.arange(1, n)] = True
    found = on_grid(leads, min(n, 3), 4)
    assert len({tuple(place) for place in found}) == n
    assert (found == on_grid(leads, min(n, 3), 4)).all()
    assert found.min() == 0
    assert depths(leads).tolist() == list(range(n))


def test_a_graph_that_can_be_drawn_without_crossing_is():
    leads = np.zeros((6, 6), dtype=bool)
    leads[[0, 0, 1, 2, 3, 3], [1, 2, 3, 3, 4, 5]] = True
    found = on_grid(leads, 4, 3)
    assert (found[:, 0][np.argwhere(leads)[:, 1]] >= found[:, 0][np.argwhere(leads)[:, 0]]).all()
    ends = [(found[a], found[b]) for a, b in np.argwhere(leads)]
    for this, (a, b) in enumerate(ends):
        for c, d in ends[:this]:

            def side(p, q, r):
                return np.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

            assert not (side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0)


def wants(rows):
    """Answers to two features, and the categories that Kano's table gives them."""
    table = pd.DataFrame(rows, columns=["a", "b", "c", "d"])
    return satisfaction.kano(table, features={"first": ("a", "b"), "second": ("c", "d")})


def test_needs_lie_by_better_and_worse_with_the_commonest_category():
    found = wants([(1, 5, 2, 5)] * 8 + [(1, 3, 3, 3)] * 2)
    ax = plots.kano_map(found, intervals=True)
    places, filled = dots(ax)
    # Must-be features are drawn before one-dimensional ones.
    assert found.table["category"].tolist() == ["one-dimensional", "must-be"]
    np.testing.assert_allclose(places, [(0.8, 0.0), (0.8, 1.0)])
    assert filled.tolist() == found.table["significant"].tolist()[::-1]
    assert "Must-be" in legend(ax)
    assert "One-dimensional" in legend(ax)
    drawn = [line for line in ax.lines if line.get_color() == "#B9D3E6"]
    across = [sorted(line.get_xdata()) for line in drawn[:2]]
    np.testing.assert_allclose(across, -found.table[["worse_high", "worse_low"]])
    np.testing.assert_allclose(
        [line.get_ydata() for line in drawn[2:]], found.table[["better_low", "better_high"]]
    )


def test_features_without_answers_that_count_are_left_out_and_counted():
    ax = plots.kano_map(wants([(1, 5, 1, 1)] * 6))
    assert len(dots(ax)[0]) == 1
    assert "Not shown: 1" in legend(ax)
    with pytest.raises(ValueError, match="no feature has an answer that counts"):
        plots.kano_map(wants([(1, 1, 5, 1)] * 6))
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize(
    ("plot", "source"),
    [
        (plots.importance_intervals, "relative_importance"),
        (plots.importance_performance_map, "importance_performance"),
        (plots.expectation_gap, "expectation_gaps"),
        (plots.net_promoter, "net_promoter_score"),
        (plots.path_diagram, "path_model"),
        (plots.kano_map, "kano"),
    ],
)
def test_other_results_are_refused(plot, source):
    with pytest.raises(TypeError, match=f"must come from kehu.satisfaction.{source}, got DriverRegression"):
        plot(OLS)
    assert plt.get_fignums() == []
