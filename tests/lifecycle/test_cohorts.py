import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from kehu import lifecycle
from kehu.warnings import FewEventsWarning, FutureOrdersWarning
from tests.lifecycle.conftest import shop, table

FREQUENCIES = ("M", "W", "Q", "Y")
lines = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 900)), min_size=1, max_size=80)


def plain(orders, freq):
    """The same with pandas, slowly."""
    day = orders["ordered_at"].dt.normalize()
    data = pd.DataFrame({"c": orders["customer_id"], "day": day, "p": day.dt.to_period(freq)})
    data = data.drop_duplicates()
    every = pd.period_range(data["p"].min(), data["p"].max(), freq=freq)
    data["first"] = data.groupby("c")["p"].transform("min")
    second = data.sort_values("day").groupby("c").nth(1)
    n = len(every)
    active, again = np.full((2, n, n), np.nan)
    for row, first in enumerate(every):
        mine = data[data["first"] == first]
        seconds = second[second["first"] == first]
        for since in range(n - row):
            active[row, since] = mine.loc[mine["p"] == every[row + since], "c"].nunique()
            again[row, since] = (seconds["p"] <= every[row + since]).sum()
    sizes = [data.loc[data["first"] == first, "c"].nunique() for first in every]
    return sizes, active, again


@pytest.mark.parametrize("freq", FREQUENCIES)
def test_counts_of_a_plain_loop(freq):
    orders = shop(80, days=700, gap=(10, 150), leaving=0.2, entry=600)
    found = lifecycle.cohorts(orders, freq=freq)
    sizes, active, again = plain(orders, freq)
    assert found.sizes.tolist() == sizes
    np.testing.assert_array_equal(found.active.to_numpy(), active)
    np.testing.assert_array_equal(found.repurchased.to_numpy(), again)


@given(lines, st.sampled_from(FREQUENCIES))
def test_counts_of_any_orders(pairs, freq):
    orders = pd.DataFrame(
        {
            "customer_id": [who for who, _ in pairs],
            "ordered_at": pd.Timestamp("2016-11-20 23:59") + pd.to_timedelta([day for _, day in pairs], "D"),
        }
    )
    found = lifecycle.cohorts(orders, freq=freq)
    assert found.sizes.sum() == orders["customer_id"].nunique()
    active, again = found.active.to_numpy(), found.repurchased.to_numpy()
    seen = ~np.isnan(active)
    assert (active[:, 0] == found.sizes).all()
    assert (active[seen] <= np.broadcast_to(found.sizes.to_numpy()[:, None], active.shape)[seen]).all()
    rises = np.diff(again, axis=1)
    assert (rises[~np.isnan(rises)] >= 0).all()
    months = orders["ordered_at"].dt.to_period(freq)
    pairs = pd.DataFrame({"c": orders["customer_id"], "p": months}).drop_duplicates()
    assert np.nansum(active) == len(pairs)
    days = orders["ordered_at"].dt.normalize().groupby(orders["customer_id"])
    returned = days.max() > days.min()
    ends = [again[row, len(again) - 1 - row] for row in range(len(again))]
    assert sum(ends) == returned.sum()


def test_more_periods_than_a_word_has_bits():
    days = pd.Timestamp("2010-01-04") + pd.to_timedelta(7 * np.arange(200), "D")
    orders = table({"a": list(days), "b": list(days[::2])})
    found = lifecycle.cohorts(orders, freq="W")
    assert found.active.iloc[0].tolist() == [2 - week % 2 for week in range(200)]


def test_a_period_cut_by_the_data_is_marked():
    orders = table({"a": ["2017-01-05", "2017-03-10"], "b": ["2017-02-01"]})
    found = lifecycle.cohorts(orders)
    assert found.cut
    last = found.table.query("not complete")
    assert last[["since", "active"]].to_numpy().tolist() == [[2, 1], [1, 0], [0, 0]]
    whole = lifecycle.cohorts(orders, as_of="2017-03-31")
    assert not whole.cut and whole.table["complete"].all()


def test_shares_and_limits_of_the_table(orders):
    found = lifecycle.cohorts(orders)
    row = found.table.query("since == 3").iloc[0]
    assert row["retention_rate"] == found.retention.iloc[0, 3]
    assert row["repurchase_rate"] == found.repurchase.iloc[0, 3]
    assert 0 <= row["retention_low"] < row["retention_rate"] < row["retention_high"] <= 1


def test_orders_after_as_of_do_not_count(orders):
    early = orders[orders["ordered_at"] <= "2017-08-15"]
    with pytest.warns(FutureOrdersWarning):
        found = lifecycle.cohorts(orders, as_of="2017-08-15")
    pd.testing.assert_frame_equal(found.table, lifecycle.cohorts(early, as_of="2017-08-15").table)


def test_a_date_far_off_is_refused_before_it_fills_the_memory():
    orders = table({"a": ["2017-01-05", "2999-12-31"]})
    with pytest.raises(ValueError, match="periods, more than 3,000; is a date wrong"):
        lifecycle.cohorts(orders)
    with pytest.raises(ValueError, match="freq='D' is not known"):
        lifecycle.cohorts(orders, freq="D")


def test_second_purchase_against_statsmodels(orders):
    found = lifecycle.second_purchase(orders)
    gaps = lifecycle.gaps(orders).query("number == 1")
    theirs = SurvfuncRight(gaps["days"].to_numpy(float), gaps["closed"].to_numpy(int))
    ours = found.table[found.table["events"] > 0]
    assert ours["survival"].to_numpy() == pytest.approx(theirs.surv_prob)
    assert found.unit == "day"
    assert found.quantile(0.5) == theirs.quantile(0.5)


def test_second_purchase_where_nobody_comes_back():
    with pytest.warns(FewEventsWarning):
        found = lifecycle.second_purchase(table({"a": ["2017-01-05"], "b": ["2017-02-05"]}))
    assert np.isnan(found.quantile(0.5))


def test_one_customer_with_one_order():
    found = lifecycle.cohorts(table({"a": ["2017-01-05"]}))
    assert found.retention.to_numpy().tolist() == [[1.0]]
    assert found.repurchase.to_numpy().tolist() == [[0.0]]


@pytest.mark.parametrize("years", [0, 80], ids=["now", "before 1970"])
def test_many_lines_as_pandas_counts_them(years):
    rng = np.random.default_rng(3)
    n = 260_000
    start = pd.Timestamp("2016-01-01") - pd.DateOffset(years=years)
    numbers, days = rng.integers(1000, 41_000, n), rng.integers(0, 400, n)
    lines = pd.DataFrame({"customer_id": numbers, "ordered_at": start + pd.to_timedelta(days, unit="D")})
    found = lifecycle.cohorts(lines)
    month = lines["ordered_at"].dt.year * 12 + lines["ordered_at"].dt.month
    first = month.groupby(lines["customer_id"]).transform("min")
    each = pd.DataFrame({"customer": numbers, "first": first, "since": month - first}).drop_duplicates()
    expected = each.groupby(["first", "since"]).size().unstack()  # noqa: PD010
    np.testing.assert_array_equal(found.active.fillna(0), expected.fillna(0))
    # Customers by text are coded in another way.
    text = lifecycle.cohorts(lines.assign(customer_id=lines["customer_id"].astype(str)))
    pd.testing.assert_frame_equal(text.repurchased, found.repurchased)
    pd.testing.assert_series_equal(text.sizes, found.sizes)
