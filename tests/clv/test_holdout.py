"""Models held against what came later: the published table, and sums over single customers."""

import numpy as np
import pandas as pd
import pytest

import kehu
from kehu.clv import BetaGeoNBD, ParetoNBD, alive_by_history, holdout_by_frequency, tracking
from kehu.warnings import NoRecentOrdersWarning
from tests.clv.conftest import bgnbd


def test_published_table_of_cdnow(cdnow):
    """BTYD vignette, conditional expectations by calibration frequency (its search stopped early)."""
    table = holdout_by_frequency(BetaGeoNBD().fit(cdnow), cdnow)
    actual = [0.2367, 0.6970, 1.3925, 1.5600, 2.5323, 2.9474, 3.8621, 6.3594]
    expected = [0.2251, 0.5231, 1.0441, 1.5203, 2.1638, 2.6538, 3.5040, 6.1570]
    assert table["actual"].to_numpy() == pytest.approx(actual, abs=5.1e-5)
    assert table["expected"].to_numpy() == pytest.approx(expected, rel=6e-5, abs=5e-5)
    assert table["group"].tolist() == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    assert table["customers"].sum() == 2357
    assert (table["actual_low"] < table["actual"]).all()
    assert (table["actual_high"] > table["actual"]).all()


def test_each_customer_has_a_holdout_of_their_own():
    summary = bgnbd(400, seed=4).assign(frequency_holdout=1, duration_holdout=np.repeat([10.0, 20.0], 200))
    model = BetaGeoNBD().fit(bgnbd(3000))
    table = holdout_by_frequency(model, summary, last=1)
    parts = [
        model.expected_purchases(summary.iloc[:200], 10),
        model.expected_purchases(summary.iloc[200:], 20),
    ]
    mean = pd.concat(parts).groupby(np.minimum(summary["frequency"], 1)).mean()
    assert table["expected"].to_numpy() == pytest.approx(mean.to_numpy(), rel=1e-12)
    with pytest.raises(
        KeyError, match=r"no column 'frequency_holdout' of a hold-out period.*calibration_end"
    ):
        holdout_by_frequency(model, summary.drop(columns="frequency_holdout"))
    with pytest.raises(ValueError, match="last must be a whole number"):
        holdout_by_frequency(model, summary, last=0)


def test_tracking_is_the_sum_over_customers(cdnow):
    orders = kehu.datasets.load("cdnow", "sample")
    model = BetaGeoNBD().fit(cdnow)
    table = tracking(model, orders, calibration_end="1997-09-30", as_of="1998-06-30")
    # In the calibration period it must agree with the summary, which was made another way.
    last = table[table["period"] <= "1997-09-30"].iloc[-1]
    first = orders.groupby("customer_id", observed=True)["ordered_at"].min()
    age = ((last["period"] - first).dt.days.clip(lower=0) / 7).to_numpy()
    assert last["cumulative_expected"] == pytest.approx(model.expected_purchases_new(age).sum(), rel=1e-10)
    end = table.iloc[-1]
    assert end["period"] == pd.Timestamp("1998-06-30")
    assert end["cumulative_actual"] == cdnow["frequency"].sum() + cdnow["frequency_holdout"].sum()
    assert table["actual"].sum() == end["cumulative_actual"]
    assert table["expected"].to_numpy() == pytest.approx(np.diff(table["cumulative_expected"], prepend=0))
    assert (table["holdout"] == (table["period"] > "1997-09-30")).all()
    # Published: the model is within a few per cent of the truth over both periods.
    assert end["cumulative_expected"] / end["cumulative_actual"] == pytest.approx(1, abs=0.06)


def test_tracking_refuses_what_does_not_fit(cdnow):
    orders, model = kehu.datasets.load("cdnow", "sample"), BetaGeoNBD().fit(cdnow)
    dates = {"calibration_end": "1997-09-30", "as_of": "1998-06-30"}
    for change, message in (
        ({"as_of": "1997-09-30"}, "must be later"),
        ({"calibration_end": "1990-01-01"}, "must be orders by calibration_end"),
        ({"calibration_end": "soon"}, "calibration_end must be a date such as '1997-09-30', got 'soon'"),
        ({"as_of": None}, "as_of must be a date"),
        ({"unit": "D"}, "the model counts time in 'W'"),
        ({"unit": "week"}, "unit 'week' is not known"),
        ({"days": 0}, "days must be a whole number from 1"),
    ):
        with pytest.raises(ValueError, match=message):
            tracking(model, orders, **{**dates, **change})
    with pytest.raises(ValueError, match="ordered_at must hold dates, got 'soon'"):
        tracking(model, orders.assign(ordered_at="soon"), **dates)
    with pytest.warns(NoRecentOrdersWarning, match="last order is of 1998-06-30, 184 days before as_of"):
        tracking(model, orders, **{**dates, "as_of": "1998-12-31"})
    text = orders.assign(ordered_at=orders["ordered_at"].dt.strftime("%Y-%m-%d"))
    pd.testing.assert_frame_equal(tracking(model, text, **dates), tracking(model, orders, **dates))
    silent = cdnow.copy()
    silent.attrs = {}
    with pytest.raises(ValueError, match="unit is not known"):
        tracking(BetaGeoNBD().fit(silent), orders, **dates)


def test_map_of_histories(cdnow):
    for model in (BetaGeoNBD().fit(cdnow), ParetoNBD().fit(cdnow)):
        grid = alive_by_history(model, T=39, max_frequency=12)
        assert grid.shape == (60, 12)
        one = pd.DataFrame({"frequency": [12], "recency": [19.5], "T": [39.0]})
        assert grid.loc[19.5, 12] == pytest.approx(model.probability_alive(one)[0])
        # The more often one came, the more a silence tells.
        assert (grid.loc[19.5].diff().dropna() < 0).iloc[2:].all()
        assert (grid.diff().dropna() > 0).all().all()
    for T, error in (("39", TypeError), (0, ValueError), (np.nan, ValueError)):
        with pytest.raises(error, match="T must be"):
            alive_by_history(model, T=T)
    with pytest.raises(ValueError, match="max_frequency"):
        alive_by_history(model, T=39, max_frequency=0)
