"""Control charts against published ones, stable series and shifted ones."""

import warnings

import numpy as np
import pandas as pd
import pytest

from kehu.indicators import control_chart
from kehu.warnings import OverdispersionWarning, TooFewPeriodsWarning

# Montgomery 2009, table 7.1: nonconforming cans of orange juice in samples of 50.
CANS = [
    *(12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22),
    *(8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6),
]


def weeks(rng, shares, n=400):
    n = np.broadcast_to(n, len(shares))
    return pd.DataFrame({"period": range(len(shares)), "count": rng.binomial(n, shares), "n": n})


def test_cans_of_orange_juice():
    # Montgomery 2009, example 7.1: centre .2313, limits .0524 and .4102; samples 15 and 23 beyond.
    table = pd.DataFrame({"period": range(1, 31), "count": CANS, "n": 50})
    with pytest.warns(OverdispersionWarning):
        chart = control_chart(table)
    assert round(chart.centre, 4) == 0.2313
    error = np.sqrt(chart.centre * (1 - chart.centre) / 50)
    assert np.round(chart.centre + 3 * error, 4) == 0.4102
    assert np.round(chart.centre - 3 * error, 4) == 0.0524
    assert (chart.table["value"] > 0.4102).to_numpy().nonzero()[0].tolist() == [14, 22]
    assert chart.dispersion > 1
    assert chart.table["high"].iloc[0] == pytest.approx(chart.centre + 3 * chart.dispersion * error)
    # Without the two samples that have a cause, as Montgomery goes on: centre .2150, limits .0407 and .3893.
    rest = table[~table["period"].isin([15, 23])]
    with pytest.warns(OverdispersionWarning):
        chart = control_chart(rest)
    error = np.sqrt(chart.centre * (1 - chart.centre) / 50)
    expected = [0.2150, 0.0407, 0.3893]
    assert (
        np.round([chart.centre, chart.centre - 3 * error, chart.centre + 3 * error], 4).tolist() == expected
    )


def test_individuals_of_the_handbook():
    # NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: mean 50.81, limits 45.8159 and 55.8041.
    flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    with pytest.warns(TooFewPeriodsWarning, match="limits of 10 periods"):
        chart = control_chart(pd.DataFrame({"period": range(10), "value": flow}), kind="individuals")
    assert chart.centre == pytest.approx(50.81)
    # The handbook takes 1.128 for 2/√π.
    assert chart.table[["low", "high"]].iloc[0].tolist() == pytest.approx([45.8159, 55.8041], abs=0.002)
    assert chart.signals.empty


def test_counts_per_exposure():
    n = np.array([2.0, 4.0, 1.0] * 8)
    table = pd.DataFrame({"period": range(24), "count": [5, 8, 3, 3, 9, 2] * 4, "n": n})
    chart = control_chart(table, kind="u")
    u = table["count"].sum() / n.sum()
    assert chart.centre == pytest.approx(u)
    assert chart.table["high"].to_numpy() == pytest.approx(u + 3 * np.sqrt(u / n))
    assert chart.table["low"].to_numpy() == pytest.approx(np.maximum(u - 3 * np.sqrt(u / n), 0))


def test_a_stable_series_rarely_alarms():
    """Points beyond the limits of stable series: 0.27 % by the normal law; the binomial's tails are near."""
    rng = np.random.default_rng(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OverdispersionWarning)
        charts = [control_chart(weeks(rng, np.full(40, 0.1), 2000)) for _ in range(200)]
    # 8,000 points: 22 expected; more than 40 has a probability below 0.1 %.
    assert sum((chart.table["signal"] == "beyond").sum() for chart in charts) <= 40
    # The test of overdispersion is wrong in 1 of 100: 2 expected; more than 8 has a probability below 0.1 %.
    assert sum(chart.widened for chart in charts) <= 8


def test_false_alarm_is_stated():
    chart = control_chart(weeks(np.random.default_rng(2), np.full(40, 0.1)))
    assert chart.false_alarm == pytest.approx(1 - (1 - 0.0027) ** 40, abs=1e-3)


def test_a_shift_is_found():
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(30):
        table = weeks(rng, np.r_[np.full(26, 0.05), np.full(12, 0.08)])
        signals = control_chart(table, baseline=26).signals
        found += (signals["period"] >= 26).any()
    assert found >= 28


def test_eight_in_a_row():
    count = [5, 6] * 10 + [6] * 9
    table = pd.DataFrame({"period": range(29), "count": count, "n": 100})
    signal = control_chart(table, baseline=20).table["signal"]
    # The last of the twenty lies above the centre as well: the run is full with the 27th.
    assert signal.to_numpy().nonzero()[0].tolist() == [26, 27, 28]
    assert set(signal[26:]) == {"run"}


def test_a_large_shop_is_not_out_of_control_every_day():
    rng = np.random.default_rng(4)
    shares = np.clip(rng.normal(0.1, 0.01, 60), 0, 1)
    table = weeks(rng, shares, 100_000)
    with pytest.warns(OverdispersionWarning, match=r"values scatter \d+\.\d\d times as widely"):
        chart = control_chart(table)
    assert chart.widened
    assert 6 < chart.dispersion < 15
    assert (chart.table["signal"] == "beyond").sum() <= 2


def test_periods_without_cases():
    table = weeks(np.random.default_rng(5), np.full(30, 0.2))
    table.loc[7, ["count", "n"]] = 0
    chart = control_chart(table)
    assert chart.table.loc[7, ["value", "low", "high"]].isna().all()
    assert chart.table.loc[7, "signal"] == ""
    assert not chart.table.loc[7, "baseline"]


def test_other_column_names():
    table = weeks(np.random.default_rng(6), np.full(24, 0.2))
    renamed = table.rename(columns={"period": "周", "count": "投诉", "n": "订单"})
    chart = control_chart(renamed, period="周", count="投诉", n="订单")
    pd.testing.assert_frame_equal(chart.table, control_chart(table).table)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({}, {"kind": "c"}, "kind='c' is not known"),
        ({"count": 500}, {}, "row 0 has 500 events among 400; .*at most as many as cases"),
        ({"count": -1}, {}, "row 0 has -1 events"),
        ({"count": 1.5}, {}, "row 0 has 1.5 events"),
        ({"count": 0}, {}, "the event happened nowhere in the baseline"),
        ({"count": 400}, {}, "the event happened everywhere"),
        ({"period": 1}, {}, "'period' must go up"),
        ({"n": 0, "count": 0}, {}, "0 with cases; take 2 or more"),
        ({}, {"baseline": 1}, "baseline=1"),
        ({}, {"baseline": 99}, "baseline=99 of 24 periods"),
    ],
)
def test_refuses(change, options, message):
    table = weeks(np.random.default_rng(7), np.full(24, 0.1)).assign(**change)
    with pytest.raises(ValueError, match=message):
        control_chart(table, **options)


def test_refuses_constant_values_and_lacking_columns():
    table = pd.DataFrame({"period": range(24), "value": 3.0})
    with pytest.raises(ValueError, match="does not vary in the baseline"):
        control_chart(table, kind="individuals")
    with pytest.raises(KeyError, match="count"):
        control_chart(table)


@pytest.mark.parametrize("baseline", ["x", 20.5, True, pd.Timestamp("2024-01-01")])
def test_a_baseline_is_a_number_of_periods(baseline):
    with pytest.raises(TypeError, match="must be a whole number: how many periods, from the first"):
        control_chart(weeks(np.random.default_rng(7), np.full(24, 0.1)), baseline=baseline)


def test_refuses_infinite_numbers():
    table = pd.DataFrame({"period": range(24), "value": [np.inf, *range(23)], "count": 1, "n": np.inf})
    with pytest.raises(ValueError, match="'value' is infinite in row 0"):
        control_chart(table, kind="individuals")
    with pytest.raises(ValueError, match="'n' is infinite in row 0"):
        control_chart(table)
