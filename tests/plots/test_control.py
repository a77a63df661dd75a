"""Control charts: what they show is what the result says."""

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from kehu import indicators, plots
from kehu.figures.look import VERMILLION
from kehu.warnings import OverdispersionWarning

WEEKS = pd.DataFrame(
    {
        "period": pd.date_range("2024-01-01", periods=36, freq="7D"),
        "count": [5, 4, 6, 5, 4, 5] * 4 + [6, 19, 5, 4] + [7] * 8,
        "n": [100, 80, 120, 100] * 9,
    }
)


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def drawn(ax, label):
    return next(line for line in ax.lines if line.get_label() == label)


def test_values_limits_and_signals_are_those_of_the_chart():
    chart = indicators.control_chart(WEEKS, baseline=24)
    table = chart.table
    ax = plots.control_chart(chart, target=0.04)
    (values,) = (line for line in ax.lines if line.get_marker() == "o")
    np.testing.assert_allclose(values.get_ydata(), table["value"])
    np.testing.assert_allclose(values.get_xdata(), mdates.date2num(table["period"]))
    steps = [line for line in ax.lines if line.get_drawstyle() == "steps-post"]
    for line, side in zip(steps, ("low", "high"), strict=True):
        np.testing.assert_allclose(line.get_ydata()[:-1], table[side])
        # A limit holds from the middle before its period to the middle after it.
        np.testing.assert_allclose(line.get_xdata()[:-1] + 3.5, values.get_xdata())
    centre = drawn(ax, f"Mean {100 * chart.centre:.3g}%")
    assert set(centre.get_ydata()) == {chart.centre}
    assert set(drawn(ax, "Target 4%").get_ydata()) == {0.04}
    for points, signal in zip(ax.collections, ("beyond", "run"), strict=True):
        part = table[table["signal"] == signal]
        assert len(part)
        np.testing.assert_allclose(points.get_offsets()[:, 1], part["value"])
    beyond, run = (points.get_facecolor()[0, :3] for points in ax.collections)
    np.testing.assert_allclose(beyond, plt.matplotlib.colors.to_rgb(VERMILLION))
    np.testing.assert_allclose(run, 1)
    counts = table["signal"].value_counts()
    assert legend(ax)[-2:] == [
        f"Beyond the limits: {counts['beyond']}",
        f"Eight or more on one side: {counts['run']}",
    ]


def test_the_baseline_is_shaded_unless_it_is_all():
    ax = plots.control_chart(indicators.control_chart(WEEKS, baseline=24))
    (shade,) = ax.patches
    assert shade.get_label() == "Baseline"
    first, last = mdates.date2num(WEEKS["period"].iloc[[0, 23]])
    assert (shade.get_x(), shade.get_x() + shade.get_width()) == pytest.approx((first - 3.5, last + 3.5))
    ax = plots.control_chart(indicators.control_chart(WEEKS[:24]))
    assert not ax.patches
    assert legend(ax) == ["Mean 4.83%", "Control limits"]


def test_widened_limits_are_told():
    rng = np.random.default_rng(2)
    shares = rng.beta(20, 180, 40)
    table = pd.DataFrame({"period": range(40), "n": 4000, "count": np.round(4000 * shares).astype(int)})
    with pytest.warns(OverdispersionWarning):
        chart = indicators.control_chart(table)
    assert f"Control limits (widened {chart.dispersion:.3g} times)" in legend(plots.control_chart(chart))


def test_a_period_without_cases_leaves_a_gap():
    table = WEEKS.assign(
        n=WEEKS["n"].where(WEEKS.index != 10, 0), count=WEEKS["count"].where(WEEKS.index != 10, 0)
    )
    ax = plots.control_chart(indicators.control_chart(table, baseline=24))
    (values,) = (line for line in ax.lines if line.get_marker() == "o")
    assert np.flatnonzero(np.isnan(values.get_ydata())).tolist() == [10]


@pytest.mark.parametrize(
    ("periods", "shown"),
    [
        (range(2001, 2025), {"2005", "2010", "2015", "2020"}),
        ([f"week {n:02}" for n in range(24)], {"week 00", "week 05", "week 10", "week 15", "week 20"}),
        (pd.period_range("2024-01", periods=24, freq="M"), {"Jan\n2024", "Jan\n2025", "Jul"}),
        (
            pd.date_range("2024-01-01", periods=24, freq="MS", tz="Asia/Shanghai"),
            {"Jan\n2024", "Jan\n2025", "Jul"},
        ),
    ],
)
def test_periods_may_be_numbers_names_months_or_dates(periods, shown):
    values = 5 + np.random.default_rng(3).normal(size=24)
    chart = indicators.control_chart(pd.DataFrame({"period": periods, "value": values}), kind="individuals")
    ax = plots.control_chart(chart, name="n_orders", language="en")
    plt.gcf().canvas.draw()
    low, high = ax.get_xlim()
    ticks = {tick.label1.get_text() for tick in ax.xaxis.get_major_ticks() if low <= tick.get_loc() <= high}
    assert shown <= ticks
    assert ax.get_ylabel() == "Orders"
    assert plots.control_chart(chart, name="天数").get_ylabel() == "天数"


@pytest.mark.parametrize(
    ("kind", "columns", "label"),
    [
        ("p", ["count", "n"], "Share of cases"),
        ("u", ["count", "n"], "Events per unit"),
        ("individuals", ["value"], "Value"),
    ],
)
def test_the_axis_says_what_is_charted(kind, columns, label):
    table = WEEKS.assign(value=WEEKS["count"] + WEEKS.index % 3)[["period", *columns]]
    ax = plots.control_chart(indicators.control_chart(table, kind=kind, baseline=24))
    assert ax.get_ylabel() == label


def test_wrong_results_are_refused():
    with pytest.raises(TypeError, match=r"must come from kehu\.indicators\.control_chart, got DataFrame"):
        plots.control_chart(WEEKS)
    with pytest.raises(ValueError, match="target=nan must be a finite number"):
        plots.control_chart(indicators.control_chart(WEEKS, baseline=24), target=float("nan"))
    assert plt.get_fignums() == []


def test_a_long_legend_leaves_room_for_the_chart():
    rng = np.random.default_rng(1)
    rate = 0.03 * np.where(np.arange(78) < 52, 1, 1.5) * np.exp(0.25 * rng.standard_normal(78))
    weeks = WEEKS.reindex(range(78)).assign(count=np.rint(3000 * rate), n=3000)
    weeks["period"] = pd.date_range("2023-01-02", periods=78, freq="7D")
    with pytest.warns(OverdispersionWarning):
        chart = indicators.control_chart(weeks, baseline=52)
    ax = plots.control_chart(chart, target=0.025)
    assert len(legend(ax)) == 6 and any(text.startswith("Eight or more") for text in legend(ax))
    ax.figure.draw_without_rendering()
    assert ax.get_position().width > 0.75
