"""Charts of the life cycle and of campaigns: what they show is what the result says."""

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from kehu import effects, lifecycle, plots, simulate
from kehu.lifecycle import STAGES, StageRule

RULE = StageRule(new=30, lapsing=60, lost=120)


@pytest.fixture(scope="module")
def shop():
    return simulate.simulated_campaign(400, effect=0.5, random_state=1)


@pytest.fixture(scope="module")
def orders():
    return simulate.purchases(800, process="mbgnbd", days=400, joining=200, random_state=1).orders


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def tick_labels(axis):
    plt.gcf().canvas.draw()
    return [label.get_text() for label in axis.get_ticklabels()]


def test_stage_sizes_stack_to_the_shares_and_pale_is_not_settled(orders):
    sizes = lifecycle.stage_sizes(orders, rule=RULE)
    ax = plots.stage_sizes(sizes)
    wide = sizes.pivot_table(index="date", columns="stage", values="share", observed=False)
    wide = wide.loc[:, wide.sum() > 0]
    bars = [bar for bar in ax.patches if bar.get_height() or bar.get_alpha() is not None]
    heights = np.array([bar.get_height() for bar in bars]).reshape(wide.shape[::-1]).T
    np.testing.assert_allclose(heights, wide)
    bottoms = np.array([bar.get_y() for bar in bars]).reshape(wide.shape[::-1]).T
    np.testing.assert_allclose(bottoms + heights, wide.cumsum(axis=1))
    centres = [bar.get_x() + bar.get_width() / 2 for bar in bars[: len(wide)]]
    np.testing.assert_allclose(centres, mdates.date2num(wide.index.to_numpy()))
    settled = sizes.groupby("date")["settled"].all()
    assert [bar.get_alpha() == 1.0 for bar in bars[: len(wide)]] == settled.tolist()
    assert 0 < settled.sum() < len(settled)
    assert legend(ax) == ["New", "Existing", "Lapsing", "Lost"]


def test_transitions_show_shares_by_row_and_how_many_they_are_of(orders):
    moves = lifecycle.transitions(orders, start="2016-06-01", rule=RULE)
    ax = plots.stage_transitions(moves)
    there = moves.dropna(subset="share")
    rows = there["from_stage"].unique()
    columns = [stage for stage in STAGES if there.loc[there["to_stage"] == stage, "share"].any()]
    wide = there.pivot_table(index="from_stage", columns="to_stage", values="share", observed=False)
    wide = wide.loc[rows, columns]
    shown = {text.get_position(): text.get_text() for text in ax.texts}
    for (row, column), share in np.ndenumerate(wide.to_numpy()):
        assert shown.pop((column, row)) == f"{100 * share:.0f}%"
    assert not shown
    sums = there.groupby("from_stage", observed=True)["customers"].sum()
    names = ["Not known yet", "New", "Existing", "Lapsing", "Lost"]
    assert tick_labels(ax.yaxis) == [f"{name}\n({n})" for name, n in zip(names, sums, strict=True)]
    assert tick_labels(ax.xaxis) == [column.capitalize() for column in columns]


@pytest.mark.parametrize("what", ["retention", "repurchase"])
def test_the_cohort_matrix_shades_by_the_rate(orders, what):
    cohorts = lifecycle.cohorts(orders, freq="Q")
    ax = plots.cohort_matrix(cohorts, what=what)
    rates = getattr(cohorts, what).iloc[:, int(what == "retention") :].dropna(how="all")
    shades = np.ma.filled(ax.collections[0].get_array().astype(float), np.nan)
    np.testing.assert_allclose(shades.reshape(rates.shape), rates.to_numpy())
    known = [f"{100 * rate:.0f}%" for rate in rates.to_numpy().ravel() if np.isfinite(rate)]
    assert [text.get_text() for text in ax.texts] == known
    starts = rates.index.strftime("%Y-%m")
    sizes = cohorts.sizes[rates.index]
    assert tick_labels(ax.yaxis) == [f"{start} ({n})" for start, n in zip(starts, sizes, strict=True)]
    assert tick_labels(ax.xaxis) == [str(since) for since in rates.columns]


def test_second_purchase_is_one_less_the_survival_with_its_limits_and_median(orders):
    curve = lifecycle.second_purchase(orders)
    ax = plots.second_purchase(curve)
    line = ax.lines[0]
    for time in (10, 100, 300):
        drawn = line.get_ydata()[np.searchsorted(line.get_xdata(), time, side="right") - 1]
        assert drawn == pytest.approx(1 - curve.survival_at(time))
    assert ax.get_legend() is None and len(ax.lines) == 1  # Less than half come back: no median.
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    table = curve.table
    assert band.max() == pytest.approx(1 - table["low"].min())
    row = table.iloc[len(table) // 2]
    for side in ("low", "high"):
        assert np.abs(band - (1 - row[side])).min() < 1e-12


def test_the_median_stands_where_half_have_come_back(shop):
    curve = lifecycle.second_purchase(shop.orders)
    ax = plots.second_purchase(curve)
    median = curve.quantile(0.5)
    assert legend(ax) == [f"Half within {median:.0f} days"]
    assert ax.lines[1].get_xdata().tolist() == [median, median]


def test_several_second_purchases_are_told_apart(orders):
    half = orders[orders["customer_id"].cat.codes % 2 == 0]
    curves = {"all": lifecycle.second_purchase(orders), "half": lifecycle.second_purchase(half)}
    ax = plots.second_purchase(curves)
    assert legend(ax) == ["all", "half"]
    for line, curve in zip(ax.lines, curves.values(), strict=True):
        np.testing.assert_allclose(line.get_ydata()[1:], 1 - curve.table["survival"])
    assert len({line.get_color() for line in ax.lines}) == 2


def test_gaps_and_borders_stand_where_the_rule_says(orders):
    rule = lifecycle.rule(orders, quantiles=(0.2, 0.3, 0.4), n_boot=50)
    ax = plots.gap_distribution(rule)
    curve, *borders = ax.lines
    shares = rule.curve.set_index("days")["share"].reindex(curve.get_xdata())
    np.testing.assert_allclose(curve.get_ydata(), shares)
    assert [line.get_xdata()[0] for line in borders] == [rule.new, rule.lapsing, rule.lost]
    spans = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in ax.patches]
    limits = rule.borders[["low", "high"]].clip(upper=curve.get_xdata()[-1])
    np.testing.assert_allclose(spans, limits)
    assert legend(ax) == [
        f"New up to {rule.new:.0f} days",
        f"Lapsing after {rule.lapsing:.0f} days",
        f"Lost after {rule.lost:.0f} days",
    ]


def test_the_event_study_shows_each_period_with_its_limits(shop):
    drawn = shop.customers.loc[shop.customers["addressed"], "customer_id"]
    found = effects.matched_difference(
        shop.orders, drawn, start=shop.start, after=7, n_boot=50, placebo=False
    )
    ax = plots.event_study(found)
    events = found.events
    points = np.concatenate([np.column_stack(box.lines[0].get_data()).astype(float) for box in ax.containers])
    np.testing.assert_allclose(points, events[["period", "difference"]])
    bars = np.concatenate([[ends[:, 1] for ends in box.lines[2][0].get_segments()] for box in ax.containers])
    np.testing.assert_allclose(bars, events[["low", "high"]])
    assert [len(box.lines[0].get_xdata()) for box in ax.containers] == [12, 4, 7]
    assert legend(ax) == ["Matched", "Held out", "From the start"]
    assert ax.get_xlabel() == "Weeks from the start of the campaign"


def returns(shop):
    people = effects.outcomes(shop.orders, shop.customers, start=shop.start, before=84, after=50)
    people["stage"] = np.where(people["before"] > 60, "existing", "lapsing")
    alone = effects.randomised(people, before="before")
    grouped = effects.randomised_by(people, by="stage", before="before")
    return [effects.return_on_investment(one, cost=4.0, margins=[0.2, 0.4]) for one in (alone, grouped)]


def test_the_return_is_drawn_with_limits_and_where_it_breaks_even(shop):
    table, _ = returns(shop)
    ax = plots.return_on_investment(table)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), table["roi"])
    band = ax.collections[0].get_paths()[0].vertices
    assert {*np.round(band[:, 1], 9)} == {*np.round(table[["low", "high"]].to_numpy().ravel(), 9)}
    even = table.attrs["break_even"]
    shown = 0.2 <= even <= 0.4
    assert len(ax.lines) == 2 + shown
    far = table.copy()
    far.attrs["break_even"] = 0.31
    assert plots.return_on_investment(far).lines[2].get_xdata()[0] == 0.31


def test_the_return_by_group_stands_group_by_group(shop):
    _, table = returns(shop)
    ax = plots.return_on_investment(table)
    assert tick_labels(ax.xaxis) == ["Existing", "Lapsing"]
    assert legend(ax) == ["Assumed margin 20%", "Assumed margin 40%"]
    for box, (_, part) in zip(ax.containers, table.groupby("margin"), strict=True):
        np.testing.assert_allclose(box.lines[0].get_ydata(), part["roi"])
        assert np.round(box.lines[0].get_xdata()).tolist() == [0, 1]
        bars = [ends[:, 1] for ends in box.lines[2][0].get_segments()]
        np.testing.assert_allclose(bars, part[["low", "high"]])
    without = table.assign(stage=table["stage"].replace("lapsing", "tea"))
    assert tick_labels(plots.return_on_investment(without).xaxis) == ["existing", "tea"]


SIZES = pd.DataFrame({"date": [pd.Timestamp("2017-01-31")], "stage": ["new"], "share": [1.0]})
RETURN = pd.DataFrame({"margin": [0.1], "roi": [0.2], "low": [0.1], "high": [0.3]})


@pytest.mark.parametrize(
    ("plot", "result", "error", "message"),
    [
        (plots.stage_sizes, SIZES[:0], ValueError, "no rows; there is nothing to plot"),
        (plots.stage_sizes, SIZES.assign(stage="old"), ValueError, "stage 'old' is not known"),
        (plots.stage_sizes, SIZES.assign(date=pd.NaT), ValueError, "date has missing dates"),
        (plots.stage_sizes, SIZES.assign(share=np.nan), ValueError, "share must hold finite numbers"),
        (plots.stage_transitions, SIZES, KeyError, "no column 'from_stage'"),
        (
            plots.stage_transitions,
            pd.DataFrame({"from_stage": ["new"], "to_stage": ["lost"], "share": [np.nan]}),
            ValueError,
            "no customers",
        ),
        (plots.cohort_matrix, SIZES, TypeError, "must be what kehu.lifecycle.cohorts gives"),
        (plots.second_purchase, SIZES, TypeError, "must be what kehu.lifecycle.second_purchase gives"),
        (plots.second_purchase, {"a": 1}, TypeError, "second_purchase gives, got int"),
        (plots.second_purchase, {}, ValueError, "must hold 1 to 4 curves, got 0"),
        (plots.gap_distribution, RULE, ValueError, "stated by hand and has no gaps"),
        (plots.gap_distribution, (30, 60, 120), TypeError, "must be what kehu.lifecycle.rule gives"),
        (plots.event_study, SIZES, TypeError, "must be what kehu.effects.matched_difference gives"),
        (plots.return_on_investment, RETURN[:0], ValueError, "no rows"),
        (plots.return_on_investment, RETURN.drop(columns="low"), KeyError, "no column 'low'"),
        (
            plots.return_on_investment,
            pd.concat([RETURN.assign(margin=k / 10) for k in range(1, 5)]).assign(city="a")[
                ["city", *RETURN.columns]
            ],
            ValueError,
            "at up to 3 margins, got 4",
        ),
        (
            plots.return_on_investment,
            RETURN.assign(roi=np.nan, city="a")[["city", *RETURN.columns]],
            ValueError,
            "no group with an estimate",
        ),
    ],
)
def test_wrong_results_are_refused(plot, result, error, message):
    plt.close("all")
    with pytest.raises(error, match=message):
        plot(result)
    assert plt.get_fignums() == []
