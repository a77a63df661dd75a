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
