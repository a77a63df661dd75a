"""One row a customer: published numbers, pandas, exact small cases, any dataframe, bad input."""

import warnings as standard
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kehu
from kehu.orders import customer_summary
from kehu.warnings import (
    FutureOrdersWarning,
    NoExposureWarning,
    NoRecentOrdersWarning,
    UnmatchedReturnsWarning,
)

UNITS = {"h": 1 / 24, "D": 1, "W": 7, "M": 365.25 / 12, "Y": 365.25}


def orders(rows, **more):
    table = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    table["ordered_at"] = pd.to_datetime(table["ordered_at"])
    return table.assign(order_id=np.arange(len(table)), **more)


LI_WU = orders(
    [
        ("Li", "2017-11-01 09:00", 20.0),
        ("Wu", "2017-11-11 21:00", 8.0),
        ("Li", "2017-11-01 18:00", 5.0),
        ("Li", "2017-11-15 09:00", 10.0),
        ("Li", "2017-11-15 21:00", 2.0),
    ]
)


def by_pandas(table, end, unit="D", keep=False):
    """The same by pandas, of orders up to and with the day ``end``."""
    end = pd.Timestamp(end)
    table = table[table["ordered_at"] < end + pd.Timedelta(days=1)]
    if keep:
        timed = (table["ordered_at"] != table["ordered_at"].dt.normalize()).any()
        end = end + pd.Timedelta(days=1) if timed else end
        by = ["customer_id", "order_id"]
        # Orders of one moment stand in the order of their lines.
        events = table.groupby(by, observed=True, sort=False).agg(
            when=("ordered_at", "min"), amount=("amount", "sum")
        )
        events = events.reset_index().sort_values("when", kind="stable")
    else:
        table = table.assign(when=table["ordered_at"].dt.normalize())
        events = table.groupby(["customer_id", "when"], observed=True)["amount"].sum().reset_index()
    groups = events.groupby("customer_id", observed=True)
    first, last = groups["when"].min(), groups["when"].max()
    per_day = {name: 1 / days for name, days in UNITS.items()}[unit]
    n, total = groups.size(), groups["amount"].sum()
    repeat = n - 1
    return pd.DataFrame(
        {
            "frequency": repeat,
            "recency": (last - first) / pd.Timedelta(days=1) * per_day,
            "T": (end - first) / pd.Timedelta(days=1) * per_day,
            "monetary_value": ((total - groups["amount"].first()) / repeat).where(repeat > 0, 0.0),
            "days_since_last": (end - last) / pd.Timedelta(days=1),
            "n_orders": n,
            "total": total,
        }
    )


def same(summary, expected):
    summary = summary.set_axis(summary.index.astype(str)).sort_index()
    expected = expected.set_axis(expected.index.astype(str)).sort_index()
    assert summary.index.tolist() == expected.index.tolist()
    for name in expected:
        np.testing.assert_allclose(summary[name], expected[name], rtol=1e-9, atol=1e-7, err_msg=name)


def test_cdnow_as_published():
    # BTYD's vignette and Fader, Hardie & Lee 2005: weeks to 30 September 1997, a day's purchases merged.
    sample = kehu.datasets.load("cdnow", table="sample")
    summary = customer_summary(sample, as_of="1998-06-30", calibration_end="1997-09-30", unit="W")
    assert len(summary) == 2357
    assert summary["frequency"].sum() == 2457
    ids = sample.drop_duplicates("customer_id").set_index("customer_id")["sample_id"].astype(str)
    one = summary.loc[ids.index[ids == "1516"][0]]
    assert one["frequency"] == 26
    assert round(one["recency"], 3) == 30.857
    assert one["T"] == 31
    # Hold-out mean purchases by repeat purchases, 7 and more together.
    found = summary.groupby(summary["frequency"].clip(upper=7))["frequency_holdout"].mean()
    assert found.round(4).tolist() == [0.2367, 0.6970, 1.3925, 1.5600, 2.5323, 2.9474, 3.8621, 6.3594]
    assert (summary["duration_holdout"] == 39).all()


def test_lifetimes_own_table_of_the_same_sample():
    # The table of CDNOW customers that the package lifetimes carries.
    import importlib.util

    folder = Path(importlib.util.find_spec("lifetimes").origin).parent / "datasets"
    theirs = pd.read_csv(folder / "cdnow_customers_summary.csv", index_col=0)
    sample = kehu.datasets.load("cdnow", table="sample")
    calibration = sample[sample["ordered_at"] <= "1997-09-30"]
    ours = customer_summary(calibration, as_of="1997-09-30", unit="W")
    for name, column in (("frequency", "frequency"), ("recency", "recency"), ("T", "T")):
        np.testing.assert_allclose(np.sort(ours[name]), np.sort(theirs[column]), atol=0.006)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("same_day", ["merge", "keep"])
def test_pandas_gives_the_same(unit, same_day):
    lines = kehu.orders.clean(kehu.simulate.messy_orders(4000, random_state=3).orders).orders
    summary = customer_summary(lines, as_of="2018-01-01", unit=unit, same_day=same_day)
    same(summary, by_pandas(lines, "2018-01-01", unit, keep=same_day == "keep"))
    assert summary.attrs == {
        "unit": unit,
        "as_of": "2018-01-01",
        "same_day": same_day,
        "calibration_end": None,
    }


days = st.integers(0, 40)
lines_of_a_shop = st.lists(
    st.tuples(st.integers(0, 4), days, st.integers(0, 23), st.integers(0, 9), st.integers(0, 500)),
    min_size=1,
    max_size=40,
)


@given(lines_of_a_shop, st.integers(0, 45), st.integers(1, 20), st.booleans(), st.booleans())
def test_any_shop_as_pandas_has_it(rows, end, more, keep, timed):
    start = pd.Timestamp("2017-01-01")
    table = pd.DataFrame(rows, columns=["customer_id", "day", "hour", "order_id", "amount"])
    hours = pd.to_timedelta(table["hour"] * timed, unit="h")
    table["ordered_at"] = start + pd.to_timedelta(table["day"], unit="D") + hours
    split, end = start + pd.Timedelta(days=end), start + pd.Timedelta(days=end + more)
    same_day = "keep" if keep else "merge"
    with standard.catch_warnings():
        standard.simplefilter("ignore")
        if split < table["ordered_at"].min().normalize():
            with pytest.raises(ValueError, match="before the first order"):
                customer_summary(table, as_of=split, same_day=same_day)
            return
        # Whether orders have times of day is asked of all of them, as pandas is here.
        if keep and timed and not (table["ordered_at"] < split + pd.Timedelta(days=1)).all():
            table = table[table["ordered_at"] < split + pd.Timedelta(days=1)]
        summary = customer_summary(table, as_of=split, same_day=same_day)
        same(summary, by_pandas(table, split, keep=keep))
        both = customer_summary(table, as_of=end, calibration_end=split, same_day=same_day)
        whole = customer_summary(table, as_of=end, same_day=same_day).loc[both.index]
    # An order with lines on both sides belongs to the side of its first.
    alike = summary.columns.drop(["monetary_value", "total"] if keep else [])
    pd.testing.assert_frame_equal(both[alike], summary[alike], check_flags=False)
    assert (both["n_orders"] + both["frequency_holdout"]).tolist() == whole["n_orders"].tolist()
    np.testing.assert_allclose(both["total"] + both["total_holdout"], whole["total"])


def test_a_day_is_one_order_or_several():
    merged = customer_summary(LI_WU, as_of="2017-11-29", unit="W").loc["Li"]
    assert merged[["frequency", "recency", "T", "monetary_value", "n_orders", "total"]].tolist() == [
        1,
        2,
        4,
        12,
        2,
        37,
    ]
    kept = customer_summary(LI_WU, as_of="2017-11-29", unit="h", same_day="keep").loc["Li"]
    # A date stands for all of that day: 28 days and 15 hours after 9 o'clock on the first.
    assert kept[["frequency", "recency", "T"]].tolist() == [3, 14 * 24 + 12, 28 * 24 + 15]
    assert kept["monetary_value"] == pytest.approx(17 / 3)
    exact = customer_summary(LI_WU, as_of="2017-11-15 21:00", unit="h", same_day="keep").loc["Li"]
    assert exact[["frequency", "T", "days_since_last"]].tolist() == [3, 14 * 24 + 12, 0]


def test_lines_of_an_order_are_one_order_and_shared_numbers_one_for_each():
    lines = LI_WU.assign(order_id=[1, 1, 1, 2, 2])
    summary = customer_summary(lines, as_of="2017-11-29", same_day="keep")
    assert summary["n_orders"].to_dict() == {"Li": 2, "Wu": 1}


def test_time_after_calibration():
    both = customer_summary(LI_WU, as_of="2017-11-29", calibration_end="2017-11-10", unit="W")
    # Wu first ordered later.
    assert both.index.tolist() == ["Li"]
    assert both.iloc[0].to_dict() == pytest.approx(
        {
            "frequency": 0,
            "recency": 0,
            "T": 9 / 7,
            "monetary_value": 0,
            "days_since_last": 9,
            "n_orders": 1,
            "total": 25,
            "frequency_holdout": 1,
            "duration_holdout": 19 / 7,
            "monetary_value_holdout": 12,
            "total_holdout": 12,
        }
    )
    assert both[["frequency", "n_orders", "frequency_holdout"]].dtypes.eq("int64").all()


@pytest.mark.parametrize(
    "form",
    [
        lambda table: table,
        lambda table: table.astype({"customer_id": "category"}),
        lambda table: table.assign(ordered_at=table["ordered_at"].astype(str)),
        lambda table: table.assign(ordered_at=table["ordered_at"].dt.tz_localize("Asia/Shanghai")),
        lambda table: pl.from_pandas(table),
        lambda table: pl.from_pandas(table).lazy(),
        lambda table: pa.Table.from_pandas(table),
        lambda table: duckdb.from_df(table),
        lambda table: table.set_axis([7, 7, 3, 1, 1]),
    ],
)
@pytest.mark.parametrize("same_day", ["merge", "keep"])
def test_any_dataframe(form, same_day):
    expected = customer_summary(LI_WU, as_of="2017-11-29", same_day=same_day)
    found = customer_summary(form(LI_WU), as_of="2017-11-29", same_day=same_day)
    pd.testing.assert_frame_equal(found.set_axis(found.index.astype(str)), expected, check_index_type=False)
    assert found.index.name == "customer_id"


@pytest.mark.parametrize("ids", [[3, 1, 3, 3, 3], [-5, 10**15, -5, -5, -5], [2**40, 2**40 + 1] + 3 * [2**40]])
def test_customers_by_whole_numbers(ids):
    summary = customer_summary(LI_WU.assign(customer_id=ids), as_of="2017-11-29")
    assert summary.index.tolist() == sorted(set(ids))
    assert summary.loc[ids[0], "total"] == 37


def test_customers_nobody_is_are_left_out_and_text_keeps_its_order():
    lines = LI_WU.assign(customer_id=pd.Categorical(LI_WU["customer_id"], categories=["Zhao", "Wu", "Li"]))
    assert customer_summary(lines, as_of="2017-11-29").index.tolist() == ["Wu", "Li"]
    assert customer_summary(LI_WU, as_of="2017-11-29").index.tolist() == ["Li", "Wu"]


@pytest.mark.parametrize("as_of", ["2017/11/29", pd.Timestamp("2017-11-29"), np.datetime64("2017-11-29")])
def test_dates_in_several_forms(as_of):
    assert customer_summary(LI_WU, as_of=as_of).attrs["as_of"] == "2017-11-29"


def test_the_order_of_lines_does_not_matter():
    shop = kehu.simulate.messy_orders(500, dirt={}, random_state=5).orders
    mixed = shop.sample(frac=1, random_state=1)
    for same_day in ("merge", "keep"):
        one, two = (customer_summary(t, as_of="2018-01-01", same_day=same_day) for t in (shop, mixed))
        pd.testing.assert_frame_equal(one, two)


def test_future_orders_are_left_out_and_said():
    with pytest.warns(FutureOrdersWarning, match=r"2 of 5 .* worth 12\.00, lie after as_of=2017-11-14"):
        summary = customer_summary(LI_WU, as_of="2017-11-14")
    assert summary["n_orders"].to_dict() == {"Li": 1, "Wu": 1}
    with pytest.warns(FutureOrdersWarning, match="1 of 5 order lines"):
        customer_summary(LI_WU, as_of="2017-11-15 12:00", same_day="keep")


def test_returns_without_a_sale_are_said_and_free_goods_count():
    with pytest.warns(UnmatchedReturnsWarning, match=r"1 order lines have negative amounts, -2\.00 in all"):
        customer_summary(LI_WU.assign(amount=[20.0, 8, 5, 10, -2]), as_of="2017-11-29")
    free = customer_summary(LI_WU.assign(amount=0.0), as_of="2017-11-29").loc["Li"]
    assert free[["n_orders", "monetary_value"]].tolist() == [2, 0]


def test_no_time_to_come_back():
    first_day = LI_WU.assign(ordered_at=pd.Timestamp("2017-11-01"))
    with pytest.warns(NoExposureWarning, match="all 2 customers first ordered at the very end"):
        summary = customer_summary(first_day, as_of="2017-11-01")
    assert (summary["T"] == 0).all()
    one = customer_summary(LI_WU[LI_WU["customer_id"] == "Wu"], as_of="2017-11-12")
    assert one["T"].tolist() == [1]


@pytest.mark.parametrize(
    ("change", "arguments", "error", "message"),
    [
        ({}, {"as_of": None}, TypeError, "as_of must be a date such as '2017-12-31', got None"),
        ({}, {"as_of": "soon"}, ValueError, "as_of='soon' is no date"),
        ({}, {"as_of": "03/04/2017"}, ValueError, "as_of='03/04/2017' is no date"),
        ({}, {"as_of": ""}, ValueError, "as_of must be a date"),
        ({}, {"as_of": 3.5}, TypeError, "as_of must be a date"),
        (
            {},
            {"as_of": "2017-10-31"},
            ValueError,
            "2017-10-31 lies before the first order, of 2017-11-01",
        ),
        ({}, {"calibration_end": "2017-10-31"}, ValueError, "calibration_end=2017-10-31 lies before"),
        (
            {},
            {"calibration_end": "2017-11-29"},
            ValueError,
            "2017-11-29 must lie before as_of",
        ),
        ({}, {"unit": "week"}, ValueError, "unit='week' is not known; take 'h' hours"),
        ({}, {"unit": ["W"]}, ValueError, "is not known"),
        ({}, {"same_day": "drop"}, ValueError, "same_day='drop' is not known; take 'merge' or 'keep'"),
        ({"amount": ["a lot"] * 5}, {}, ValueError, "amount must hold numbers, got 'a lot' in row 0"),
        ({"amount": [1, None, 1, 1, 1]}, {}, ValueError, "1 of 5 order lines have no finite amount"),
        ({"amount": [1, 1, np.inf, 1, 1]}, {}, ValueError, "no finite amount, the first in row 2"),
        (
            {"customer_id": ["Li", None, "", "Wu", "Li"]},
            {},
            ValueError,
            "2 of 5 .* have no customer",
        ),
        ({"customer_id": [1.5] * 5}, {}, TypeError, "customer_id must hold text or whole numbers"),
        ({"ordered_at": [pd.NaT] + 4 * [pd.Timestamp(0)]}, {}, ValueError, "have no date"),
        ({"ordered_at": ["x"] * 5}, {}, ValueError, "ordered_at"),
        ({"order_id": [1, None, 2, 3, 4]}, {"same_day": "keep"}, ValueError, "1 of 5 .* no order number"),
    ],
)
def test_bad_input_is_refused(change, arguments, error, message):
    with pytest.raises(error, match=message):
        customer_summary(LI_WU.assign(**change), **{"as_of": "2017-11-29", **arguments})


def test_a_table_that_is_none():
    with pytest.raises(KeyError, match="orders has no column 'amount'"):
        customer_summary(LI_WU.drop(columns="amount"), as_of="2017-11-29")
    with pytest.raises(KeyError, match="orders has no column 'order_id'"):
        customer_summary(LI_WU.drop(columns="order_id"), as_of="2017-11-29", same_day="keep")
    with pytest.raises(ValueError, match="orders has no rows"):
        customer_summary(LI_WU[:0], as_of="2017-11-29")
    with pytest.raises(TypeError, match="must be a dataframe"):
        customer_summary([1, 2], as_of="2017-11-29")
    with pytest.raises(TypeError, match="as_of"):
        customer_summary(LI_WU)


def test_many_lines_on_several_cores(monkeypatch):
    from kehu import _cores
    from kehu.orders import _by_customer

    rng = np.random.default_rng(7)
    n = 260_000
    table = pd.DataFrame(
        {
            "customer_id": rng.integers(100, 30_100, n),
            "ordered_at": pd.Timestamp("2015-01-01")
            + pd.to_timedelta(rng.integers(0, 900 * 1440, n), unit="m"),
            "amount": rng.gamma(2, 30, n).round(2),
            "order_id": rng.integers(0, 200_000, n),
        }
    )
    monkeypatch.setattr(_cores.os, "cpu_count", lambda: 3)
    for same_day in ("merge", "keep"):
        whole = customer_summary(table, as_of="2017-06-30", same_day=same_day)
        same(whole, by_pandas(table, "2017-06-30", keep=same_day == "keep"))
        both = customer_summary(table, as_of="2017-06-30", calibration_end="2016-06-30", same_day=same_day)
        assert (both["n_orders"] + both["frequency_holdout"]).equals(whole["n_orders"].loc[both.index])
        with monkeypatch.context() as patched:
            patched.setattr(_by_customer, "_AT_ONCE", 100_000)
            in_turns = customer_summary(table, as_of="2017-06-30", same_day=same_day)
        pd.testing.assert_frame_equal(in_turns, whole, check_exact=True)
        monkeypatch.setattr(_cores.os, "cpu_count", lambda: 1)
        pd.testing.assert_frame_equal(
            customer_summary(table, as_of="2017-06-30", same_day=same_day), whole, check_exact=True
        )
        alone = table.assign(order_id=np.arange(n))
        same(
            customer_summary(alone, as_of="2017-06-30", same_day="keep"),
            by_pandas(alone, "2017-06-30", keep=True),
        )


def test_dates_thousands_of_years_apart():
    lines = LI_WU.assign(
        customer_id=np.arange(5) * 5000,
        ordered_at=LI_WU["ordered_at"].where(LI_WU.index != 1, np.datetime64("0002-01-01", "us")),
    )
    lines = pd.concat([lines] * 3000, ignore_index=True)
    for same_day in ("merge", "keep"):
        found = customer_summary(lines.assign(order_id=0), as_of="2017-11-29", same_day=same_day)
        assert found["n_orders"].tolist() == [1] * 5
        assert found["total"].tolist() == [60_000.0, 24_000.0, 15_000.0, 30_000.0, 6_000.0]


def test_orders_that_end_long_before_are_said():
    days = pd.date_range("2017-01-01", periods=100, freq="D")
    lines = pd.DataFrame({"customer_id": range(100), "ordered_at": days, "amount": 1.0})
    with pytest.warns(NoRecentOrdersWarning, match=r"of 2017-04-10, 30,\d+ days before as_of \(2099-12-31\)"):
        customer_summary(lines, as_of="2099-12-31")
    customer_summary(lines, as_of="2017-04-20")
    customer_summary(lines[:10], as_of="2017-01-20")
