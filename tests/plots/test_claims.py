"""Diagrams and charts of claims: what they show is what the tables say."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.patches import Rectangle

from kehu import plots
from kehu.claims.outlines import outline
from kehu.figures import layout, switch
from kehu.figures.ticks import width
from kehu.plots._boxes import broken
from kehu.plots.claims import moment
from kehu.plots.diagrams import ring

DIAGRAMS = {
    "crm_timeline": plots.timeline,
    "strategy_loop": plots.cycle,
    "system_modules": plots.modules,
    "taobao_tmall": plots.side_by_side,
}


def labels(axis):
    plt.gcf().canvas.draw()
    return [label.get_text() for label in axis.get_ticklabels()]


def written(ax):
    return [text.get_text().strip() for text in ax.texts]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def inside(inner, outer):
    return inner.x0 >= outer.x0 and inner.x1 <= outer.x1 and inner.y0 >= outer.y0 and inner.y1 <= outer.y1


@pytest.mark.parametrize("width", ["single", "double", "slide"])
@pytest.mark.parametrize("drawn", ["en", "zh"])
@pytest.mark.parametrize("name", DIAGRAMS)
def test_no_text_of_an_outline_is_cut_in_either_language(name, drawn, width):
    found = outline(name, language=drawn)
    fig = DIAGRAMS[name](found.table, language=drawn, width=width).figure
    for language in ("en", "zh"):
        with switch.in_language(fig, language, found.translations):
            assert layout.check_layout(fig) == []
            texts = layout.visible_texts(fig)
            shown = {text.get_text().strip() for text in texts}
            wanted = outline(name, language=language).table
            assert set(wanted.to_numpy(object).ravel()) - {None} <= shown
            # What stands on the page, in lines.
            assert not any(text._get_wrapped_text().endswith(("…", "...")) for text in texts)


def test_a_text_breaks_anew_when_it_says_something_else():
    ax = plots.modules(pd.DataFrame({"group": ["a"], "name": ["short"]}))
    (text,) = (text for text in ax.texts if text.get_text() == " short ")
    layout.draw(ax.figure)
    before = text.get_window_extent()
    text.set_text(" much longer " * 9)
    assert "\n" in text._get_wrapped_text()
    assert text.get_window_extent().width < ax.get_window_extent().width
    text.set_text(" short ")
    assert text.get_window_extent().bounds == pytest.approx(before.bounds)


@given(st.text("ab ,价格；。（", max_size=60), st.integers(3, 30), st.integers(1, 6))
def test_lines_hold_the_text_within_the_room(text, longest, most):
    found = broken(text, longest, most)
    assert len(found) <= most
    assert all(width(line) <= longest or len(line) == 1 for line in found)
    plain = "".join(text.split())
    joined = "".join("".join(found).split())
    assert joined == plain or any(line.endswith(("…", "...")) for line in found)


def test_chinese_lines_do_not_begin_with_a_comma():
    for longest in range(6, 20):
        lines = broken("各消费层次，（求）低价；求新奇。", longest, 9)
        assert not any(line[0] in "，；。）" or line[-1] == "（" for line in lines)


@pytest.mark.parametrize("n", range(2, 17))
@pytest.mark.parametrize("columns", [2, 3, 5])
def test_a_ring_has_a_place_for_each_and_goes_round_clockwise(n, columns):
    places = ring(n, min(columns, max(-(-n // 2), 2)))
    assert places.shape == (n, 2)
    gaps = np.abs(places[:, None] - places[None]).max(axis=2)
    assert gaps[~np.eye(n, dtype=bool)].min() >= 1
    x, y = places.T
    area = np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))  # positive: clockwise, as y goes down
    assert area > 0 or n == 2


def test_a_timeline_shows_events_in_order_and_those_without_a_date_hollow():
    events = pd.DataFrame({"when": ["1980s", None, "2003", "2008"], "what": ["a", "b", "c", "d"]})
    for size in ("single", "double"):
        ax = plots.timeline(events, width=size)
        assert written(ax) == ["1980s", "a", "no date stated", "b", "2003", "c", "2008", "d"]
        points = [each for each in ax.collections if type(each) is PathCollection]
        hollow = [bool(np.all(one.get_facecolor()[0] == 1)) for one in points]
        assert hollow == [False, True, False, False]
        places = np.array([one.get_offsets()[0] for one in points])
        assert (np.diff(places[:, int(size == "single")]) > 0).all()


def test_a_cycle_numbers_its_steps_and_closes():
    ax = plots.cycle(pd.DataFrame({"step": ["plan", "do", "look"], "detail": ["ahead", None, ""]}))
    assert written(ax) == ["1", "plan", "ahead", "2", "do", "3", "look"]
    (quiver,) = (each for each in ax.collections if hasattr(each, "N"))
    assert quiver.N == 3


def test_parts_stand_in_boxes_within_the_frame():
    parts = outline("system_modules").table
    for size in ("single", "double"):
        ax = plots.modules(parts, width=size)
        layout.draw(ax.figure)
        frame, *boxes = (patch for patch in ax.patches if isinstance(patch, Rectangle))
        assert len(boxes) == len(parts)
        assert all(inside(box.get_window_extent(), frame.get_window_extent()) for box in boxes)
        names = [text for text in ax.texts if text.get_text().strip() in set(parts["name"])]
        for text, box in zip(names, boxes, strict=True):
            assert inside(text.get_window_extent(), box.get_window_extent())


def test_sides_are_compared_row_by_row_and_a_blank_stays_blank():
    table = pd.DataFrame({"": ["start", "price"], "Taobao": ["2003", None], "Tmall": ["2008", "dearer"]})
    ax = plots.side_by_side(table)
    assert written(ax) == ["Taobao", "Tmall", "start", "2003", "2008", "price", "dearer"]


@pytest.mark.parametrize(
    ("plot", "result", "error", "message"),
    [
        (plots.timeline, pd.DataFrame({"when": ["1"]}), KeyError, "events has no column 'what'"),
        (plots.timeline, pd.DataFrame({"when": [], "what": []}), ValueError, "events has no rows"),
        (
            plots.timeline,
            pd.DataFrame({"when": ["1"], "what": [None]}),
            ValueError,
            "what must hold texts, got None in row 0",
        ),
        (plots.cycle, pd.DataFrame({"step": ["one"]}), ValueError, "steps must have 2 to 16 rows, got 1"),
        (
            plots.cycle,
            pd.DataFrame({"step": ["one", " "]}),
            ValueError,
            "step must hold texts, got ' ' in row 1",
        ),
        (plots.modules, pd.DataFrame({"name": ["one"]}), KeyError, "parts has no column 'group'"),
        (plots.side_by_side, [1], TypeError, "comparison must be a pandas DataFrame, got list"),
        (plots.side_by_side, pd.DataFrame({"a": ["x"]}), ValueError, "must have 2 to 7 columns, got 1"),
        (plots.side_by_side, pd.DataFrame(columns=["a", "b"]), ValueError, "comparison has no rows"),
    ],
)
def test_wrong_tables_are_refused(plot, result, error, message):
    with pytest.raises(error, match=message):
        plot(result)
    assert plt.get_fignums() == []


MARKET = pd.DataFrame(
    {
        "series": ["total"] * 5 + ["goods"] * 2,
        "period": ["2016", "2017", "2018", "2020", "2021", "2017", "2018"],
        "value": [5.16, 7.18, 9.0065, 11.8, 13.0884, 5.48, np.nan],
        "rounded": [True, True, False, True, False, True, False],
    }
)


def test_series_are_not_joined_with_each_other_nor_over_a_gap():
    ax = plots.public_series(MARKET)
    drawn = [line.get_xydata().tolist() for line in ax.lines]
    total, goods = MARKET["value"][:5].tolist(), 5.48
    assert drawn == [
        [[2016, total[0]], [2017, total[1]], [2018, total[2]]],
        [[2020, total[3]], [2021, total[4]]],
        [[2017, goods]],
    ]
    assert ax.get_ylim()[0] == 0


def test_rounded_points_are_hollow_and_claims_are_marked_by_their_keys():
    claim = pd.DataFrame({"key": ["D3.m1"], "period": [2018], "value": [9.08]})
    ax = plots.public_series(MARKET, claims=claim, name="trillion yuan")
    white = [bool((points.get_facecolor()[0] == 1).all()) for points in ax.collections[:4:1]]
    exact, hollow = ax.collections[0].get_offsets(), ax.collections[1].get_offsets()
    assert exact[:, 0].tolist() == [2018, 2021]
    assert hollow[:, 0].tolist() == [2016, 2017, 2020]
    assert white[:2] == [False, True]
    assert ax.collections[-1].get_offsets().tolist() == [[2018, 9.08]]
    assert written(ax) == ["D3.m1"]
    assert ax.get_ylabel() == "trillion yuan"
    said = {text.strip() for text in legend(ax)}
    assert said == {"total", "goods", "Hollow: rounded", "Figure of a document"}


def test_figures_that_span_much_are_on_a_logarithmic_axis():
    days = pd.DataFrame({"series": "one day", "period": range(2009, 2012), "value": [0.052, 0.936, 5.2]})
    assert plots.public_series(days).get_yscale() == "log"
    assert plots.public_series(days[1:]).get_yscale() == "linear"


@given(st.integers(1900, 2100), st.integers(1, 4), st.integers(1, 12))
def test_periods_lie_within_their_year_and_in_order(year, quarter, month):
    assert moment(year) == moment(str(year)) == year
    assert abs(moment(f"{year}Q{quarter}") - year) < 0.5
    assert moment(f"{year}H{1 + quarter // 3}") == pytest.approx(year + (0.25 if quarter > 2 else -0.25))
    assert year - 0.5 < moment(f"{year}-{month:02d}") <= year + 0.5


def test_shares_stand_under_their_source_and_a_gap_has_no_dot():
    shares = pd.DataFrame(
        {
            "source": ["CECRC", "CECRC", "Analysys", "Analysys"],
            "period": ["2013", "2013", "2015Q3", "2017Q3"],
            "subject": ["Tmall", "JD", "Tmall", "JD"],
            "share_pct": [50.1, 22.4, np.nan, 26.9],
        }
    )
    ax = plots.shares_by_source(shares)
    found = [points.get_offsets()[0].tolist() for points in ax.collections]
    assert found == [[50.1, 1.0], [22.4, 1.0], [26.9, 4.0]]
    assert labels(ax.yaxis) == ["", "2013", "", "2015Q3", "2017Q3"]
    assert written(ax) == ["CECRC", "Analysys"]
    assert [text.strip() for text in legend(ax)] == ["Tmall", "JD"]
    close = shares.assign(share_pct=[50.0, 50.1, 3, 4])
    y = [points.get_offsets()[0, 1] for points in plots.shares_by_source(close).collections]
    assert y == pytest.approx([0.8, 1.2, 3, 4])


AUDIT = pd.DataFrame(
    {
        "key": ["D3.m1", "D3.m2", "D3.m2", "D2.k9", "D2.k1"],
        "item": ["total", "goods", "goods", "satisfaction", "sales"],
        "check": ["published", "published", "equals", "", "Tmall"],
        "stated": [9.08, 7.18, 7.18, np.nan, 22.0],
        "compared": [9.0065, 7.0, 7.18, np.nan, 3202.0],
        "unit": ["trillion yuan"] * 3 + ["out of 5", "billion yuan"],
        "verdict": ["differs", "differs", "agrees", "cannot be checked", "contradicts"],
    }
)


def test_an_audit_shows_ratios_in_order_and_lists_what_cannot_be_compared():
    ax = plots.audit(AUDIT, width="double")
    marks = [points for points in ax.collections if type(points) is PathCollection]
    x = [points.get_offsets()[0, 0] for points in marks]
    # A mark on the scale and one in the column of verdicts for each of four rows, and one above the list.
    assert len(marks) == 9
    ratios, verdicts = np.array(x[:8:2]), np.array(x[1:8:2])
    assert np.ptp(verdicts) == 0
    assert np.argsort(ratios).tolist() == [3, 2, 0, 1]
    (one,) = (t.get_position()[0] for t in ax.texts if t.get_text() == "1")
    assert ratios[2] == pytest.approx(one)
    shapes = {len(points.get_paths()[0].vertices) for points in marks}
    assert len(shapes) == 4
    texts = written(ax)
    assert texts.count("D3.m2") == texts.count("goods") == 1
    assert texts[-2:] == ["D2.k9", "satisfaction"]
    assert {"9.08", "9.0065", "7.18", "7", "22", "3,202"} <= set(texts)
    assert legend(ax) == ["agrees", "differs", "contradicts", "cannot be checked"]
    assert "9.0065" not in written(plots.audit(AUDIT))


def test_years_and_ranks_have_a_verdict_and_no_ratio():
    ratios = AUDIT[:1].assign(stated=2009, compared=2008)
    for unit, n in {"%": 2, "year": 1, "rank": 1}.items():
        ax = plots.audit(ratios.assign(unit=unit, unit_zh="单位"), language="zh", width="double")
        assert len([points for points in ax.collections if type(points) is PathCollection]) == n


def test_an_item_that_is_compared_elsewhere_is_not_listed_as_open():
    search = AUDIT[:1].assign(check="equals", compared=np.nan, verdict="cannot be checked")
    texts = written(plots.audit(pd.concat([AUDIT[:1], search]), width="double"))
    assert texts.count("total") == 1
    assert {"equals", "–"} <= set(texts)


def test_readings_of_a_statement_are_bars_and_an_open_one_is_empty():
    table = pd.DataFrame(
        {
            "reading": ["points", "points", "spending", "netizens", "netizens"],
            "group": ["men", "women", "men", "men", "women"],
            "share_pct": [55.0, 45.0, np.nan, 52.6, 30.0],
            "basis": ["shoppers"] * 3 + ["all netizens"] * 2,
            "period": ["", "", "", "2017-12", "2017-12"],
        }
    )
    ax = plots.readings(table)
    filled = [(bar.get_x(), bar.get_width()) for bar in ax.patches if bar.get_facecolor()[3] > 0]
    empty = [(bar.get_x(), bar.get_width()) for bar in ax.patches if bar.get_facecolor()[3] == 0]
    assert filled == [(0, 55), (55, 45), (0, 52.6), (52.6, 30)]
    assert empty == [(0, 100), (pytest.approx(82.6), pytest.approx(17.4))]
    assert labels(ax.yaxis) == ["", "points", "spending", "", "2017-12"]
    assert written(ax) == ["shoppers", "55", "45", "no share follows", "all netizens", "52.6", "30"]


def test_before_and_after_are_an_index_and_what_is_missing_is_not_drawn():
    table = pd.DataFrame(
        {
            "key": ["D2.k1", "D2.k3", "D2.k4", "D2.k6"],
            "item": ["sales", "conversion", "cost", "satisfied"],
            "before": [17.6, 20.0, np.nan, np.nan],
            "after": [22.0, 25.0, np.nan, 80.0],
            "implied": [True, False, False, False],
            "change_pct": [np.nan, np.nan, -6.0, np.nan],
        }
    )
    ax = plots.before_after(table)
    marks = [points for points in ax.collections if type(points) is PathCollection]
    x = np.array([points.get_offsets()[0, 0] for points in marks])
    assert len(marks) == 5
    hundred = x[0]
    assert x[2] == hundred
    assert x[1] == pytest.approx(x[3])
    assert x[1] > hundred > x[4]
    assert (x[1] - hundred) / (hundred - x[4]) == pytest.approx(25 / 6)
    hollow = [bool((points.get_facecolor()[0] == 1).all()) for points in marks]
    assert hollow == [True, False, False, False, True]
    assert set(legend(ax)) == {"Before: stated", "Before: implied", "After", "Only the change is stated"}
    texts = written(ax)
    assert texts[texts.index("D2.k6") + 1 :] == ["–", "80"]


def test_growth_paths_lie_on_a_curve_through_the_equal_growth():
    start, rates = 22 / 1.3**3, np.array([0.1, 0.4])
    rows = [
        (path, year, level)
        for path, first in enumerate(rates)
        for year, level in zip(range(-3, 1), (start, start * (1 + first), 17.6, 22.0), strict=True)
    ]
    table = pd.DataFrame(rows, columns=["path", "year", "level"]).assign(growth_pct=0.0)
    ax = plots.growth_paths(table)
    curve = ax.lines[0].get_xydata()
    np.testing.assert_allclose((1 + curve).prod(axis=1), 1.3**3 / 1.25)
    points, equal = (each.get_offsets() for each in ax.collections[1:])
    np.testing.assert_allclose(points[:, 0], rates)
    np.testing.assert_allclose((1 + points).prod(axis=1), 1.3**3 / 1.25)
    assert equal[0, 0] == equal[0, 1] == pytest.approx((1.3**3 / 1.25) ** 0.5 - 1)
    assert legend(ax)[0] == "30% a year or more, compounded"
    assert "Same growth in both years: 32.6%" in legend(ax)
    assert legend(ax)[-1] == "Start 10, after two years 17.6, at the end 22"


def test_a_blank_is_an_empty_frame_with_words_beside_the_simulated_value():
    table = pd.DataFrame(
        {"item": ["fashion", "fashion"], "source": ["D2.k7", "simulated shop"], "value": [np.nan, -12.0]}
    )
    ax = plots.blank_beside(table, name="Growth, %")
    blank, bar = ax.patches
    assert blank.get_facecolor()[3] == 0
    assert (bar.get_x(), bar.get_width()) == (-12, 12)
    assert bar.get_hatch()
    assert written(ax) == ["blank in the source", "−12"]
    assert labels(ax.yaxis) == ["fashion"]
    assert [text.strip() for text in legend(ax)] == ["D2.k7", "simulated shop"]


def test_chinese_is_taken_from_its_own_columns():
    both = AUDIT.assign(item_zh="项目", check_zh="对照", unit_zh="单位")
    texts = written(plots.audit(both, language="zh", width="double"))
    assert "项目" in texts
    assert "对照" in texts
    assert "total" not in texts
    assert "项目" not in written(plots.audit(both))


BLANK = pd.DataFrame({"item": ["a", "a"], "source": ["x", "y"], "value": [np.nan, np.nan]})
READ = pd.DataFrame({"reading": ["a"], "group": ["b"], "share_pct": [120.0], "basis": ["c"]})


@pytest.mark.parametrize(
    ("plot", "result", "error", "message"),
    [
        (
            plots.public_series,
            MARKET.assign(period="spring"),
            ValueError,
            "period 'spring' is not known; write",
        ),
        (plots.public_series, MARKET.assign(period="2018-13"), ValueError, "period '2018-13' is not known"),
        (plots.public_series, MARKET.assign(value=np.nan), ValueError, "value is missing throughout"),
        (plots.public_series, MARKET.drop(columns="value"), KeyError, "series has no column 'value'"),
        (
            plots.public_series,
            pd.DataFrame({"series": range(9), "period": 2018, "value": 1.0}),
            ValueError,
            "up to 8 series can be told apart, got 9",
        ),
        (
            plots.shares_by_source,
            pd.DataFrame({"source": ["a"], "period": ["2018"], "subject": ["b"], "share_pct": [101.0]}),
            ValueError,
            "share_pct must lie between 0 and 100, got 101",
        ),
        (
            plots.audit,
            AUDIT.assign(verdict="agree"),
            ValueError,
            "verdict 'agree' is not known; did you mean",
        ),
        (plots.audit, AUDIT[:0], ValueError, "checks has no rows"),
        (plots.audit, AUDIT.assign(stated="nine"), ValueError, "stated must hold numbers"),
        (plots.readings, READ, ValueError, "share_pct must lie between 0 and 100, got 120 in row 0"),
        (
            plots.readings,
            pd.concat([READ, READ]).assign(share_pct=60.0),
            ValueError,
            "shares of 'a' add up to 120, more than 100",
        ),
        (plots.before_after, AUDIT, KeyError, "indicators has no column 'before'"),
        (plots.blank_beside, BLANK, ValueError, "value is blank throughout"),
        (plots.blank_beside, BLANK.assign(source="x", value=1.0), ValueError, "'x' has 'a' more than once"),
        (
            plots.growth_paths,
            pd.DataFrame({"path": [1], "year": [0], "growth_pct": [1.0], "level": [1.0]}),
            ValueError,
            "each path must have a level above 0 in the years -3, -2, -1, 0",
        ),
    ],
)
def test_wrong_figures_are_refused(plot, result, error, message):
    with pytest.raises(error, match=message):
        plot(result)
    assert plt.get_fignums() == []
