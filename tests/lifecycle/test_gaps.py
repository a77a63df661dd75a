import numpy as np
import pandas as pd
import polars as pl
import pytest

from kehu import lifecycle
from kehu.warnings import (
    BorderNotReachedWarning,
    FewEventsWarning,
    FutureOrdersWarning,
    NoRecentOrdersWarning,
)
from tests.lifecycle.conftest import shop, table

METHODS = (
    lifecycle.gaps,
    lifecycle.rule,
    lifecycle.stages,
    lifecycle.cohorts,
    lifecycle.second_purchase,
)
FEW = {"a": ["2017-01-01", "2017-01-11", "2017-01-11", "2017-02-01"], "b": ["2017-01-20"]}


def test_gaps_are_between_days_and_the_last_is_open():
    found = lifecycle.gaps(table(FEW), as_of="2017-02-10")
    assert found["days"].tolist() == [10, 21, 9, 21]
    assert found["closed"].tolist() == [True, True, False, False]
    assert found["number"].tolist() == [1, 2, 3, 1]
    assert found["start"].dt.strftime("%m-%d").tolist() == ["01-01", "01-11", "02-01", "01-20"]


def test_gaps_of_a_plain_loop(orders):
    found = lifecycle.gaps(orders)
    expected = []
    for who, days in orders.groupby("customer_id", sort=False)["ordered_at"]:
        days = sorted(set(days))
        ends = [*days[1:], orders["ordered_at"].max()]
        pairs = enumerate(zip(days, ends, strict=True))
        expected += [(who, (b - a).days, i < len(days) - 1) for i, (a, b) in pairs]
    ours = zip(found["customer_id"], found["days"], found["closed"], strict=True)
    assert sorted(ours) == sorted(expected)


def test_order_of_rows_and_library_do_not_matter(orders):
    mixed = orders.sample(frac=1, random_state=1)
    rule = lifecycle.rule(orders, n_boot=0)
    assert lifecycle.rule(mixed, n_boot=0).borders["days"].tolist() == rule.borders["days"].tolist()
    found = lifecycle.rule(pl.from_pandas(orders), n_boot=0)
    assert found.borders["days"].tolist() == rule.borders["days"].tolist()


def test_each_customer_counts_once():
    """One who buys every day has most of the gaps, but is one of eleven customers."""
    start = pd.Timestamp("2017-01-01")
    purchases = {"daily": [start + pd.Timedelta(days=day) for day in range(331)]}
    monthly = [start + pd.Timedelta(days=30 * step) for step in range(12)]
    purchases |= {f"monthly {n}": monthly for n in range(10)}
    with pytest.warns(FewEventsWarning, match="only 11 of 11 customers"):
        by_customer = lifecycle.rule(table(purchases), n_boot=0)
    with pytest.warns(FewEventsWarning):
        by_gap = lifecycle.rule(table(purchases), weights="gap", n_boot=0)
    assert (by_customer.new, by_customer.lost) == (30, 30)
    assert by_gap.new == 1
    at_one = by_customer.curve.set_index("days")["share"]
    assert at_one[1] == pytest.approx(1 / 11)


def test_wang_and_chang_by_hand():
    # a closes 2 and 4 (weight 1/2 each), b closes 3 (1), c never comes back for 3 days (1).
    purchases = {
        "a": ["2017-01-01", "2017-01-03", "2017-01-07"],
        "b": ["2017-01-01", "2017-01-04"],
        "c": ["2017-01-04"],
    }
    with pytest.warns(FewEventsWarning):
        rule = lifecycle.rule(table(purchases), quantiles=(0.1, 0.5, 0.6), n_boot=0)
    share = rule.curve["share"].tolist()
    survival = [1, 1, 1 - 0.5 / 3, (1 - 0.5 / 3) * (1 - 1 / 2.5), 0]
    assert share == pytest.approx([1 - s for s in survival])
    assert (rule.n_customers, rule.n_closed, rule.returning) == (3, 3, 1.0)


def test_open_gaps_are_not_thrown_away():
    """Short data show the short gaps only; the estimate allows for it, the plain quantile does not."""
    seen = shop(1500, days=160, gap=(40, 40.001), entry=100)
    rule = lifecycle.rule(seen, quantiles=(0.4, 0.6, 0.7), n_boot=0)
    truth = [np.ceil(-40 * np.log(1 - q)) for q in (0.4, 0.6, 0.7)]
    closed = lifecycle.gaps(seen).query("closed")["days"]
    assert [rule.new, rule.lapsing, rule.lost] == pytest.approx(truth, abs=4)
    assert closed.quantile(0.7) < truth[2] - 10


def test_limits_hold_the_true_borders_as_often_as_they_say():
    rng = np.random.default_rng(11)
    quantiles = (0.4, 0.6, 0.7)
    # Truth: gaps of customers whose mean gap is uniform, each customer once.
    means = rng.uniform(5, 40, 200_000)
    truth = np.quantile(np.ceil(rng.exponential(means)), quantiles, method="inverted_cdf")
    held = np.zeros(3)
    for seed in range(40):
        seen = shop(150, days=400, gap=(5, 40), seed=seed)
        found = lifecycle.rule(seen, quantiles=quantiles, n_boot=100, random_state=seed).borders
        held += (found["low"] <= truth) & (truth <= found["high"])
    # Binomial(40, 0.95): 33 or more in 999 of 1,000 cases.
    assert (held >= 33).all(), held


def test_where_many_never_return_the_rule_says_so():
    seen = shop(400, leaving=0.6)
    with pytest.warns(BorderNotReachedWarning, match="of gaps close within the time seen"):
        rule = lifecycle.rule(seen, n_boot=0)
    assert rule.among == "returning" and rule.returning < 0.9
    again = lifecycle.rule(seen, among="returning", n_boot=0)
    assert again.borders["days"].tolist() == rule.borders["days"].tolist()
    with pytest.raises(ValueError, match="take lower quantiles, or among='returning'"):
        lifecycle.rule(seen, among="all")


def test_limits_are_infinite_where_resampled_customers_do_not_reach_the_border():
    seen = shop(60, leaving=0.13, seed=3)
    rule = lifecycle.rule(seen, quantiles=(0.4, 0.8, 0.845), among="all")
    assert rule.borders["high"].iloc[2] == np.inf
    assert (rule.borders["low"] <= rule.borders["days"]).all()


def test_the_same_seed_gives_the_same_limits(orders):
    one, other = (lifecycle.rule(orders, n_boot=50, random_state=7).borders for _ in range(2))
    pd.testing.assert_frame_equal(one, other)


def test_all_with_one_order():
    seen = table({name: ["2017-01-05"] for name in "abc"} | {"d": ["2017-03-01"]})
    with pytest.raises(ValueError, match=r"none of 4 customers bought .*StageRule"):
        lifecycle.rule(seen)
    assert not lifecycle.gaps(seen)["closed"].any()


def test_one_customer():
    with pytest.warns(FewEventsWarning, match="only 1 of 1 customers came back"):
        rule = lifecycle.rule(table({"a": ["2017-01-01", "2017-01-08", "2017-01-20"]}))
    assert rule.lost == 12
    assert rule.borders["low"].isna().all()


def test_later_orders_are_left_out_with_a_warning(orders):
    with pytest.warns(FutureOrdersWarning, match=r"lie after as_of"):
        found = lifecycle.gaps(orders, as_of="2017-06-30")
    assert found["start"].max() <= pd.Timestamp("2017-06-30")
    early = orders[orders["ordered_at"] <= "2017-06-30"]
    assert len(found) == len(lifecycle.gaps(early, as_of="2017-06-30"))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda data: data.drop(columns="ordered_at"), KeyError, "no column 'ordered_at'"),
        (lambda data: data.iloc[:0], ValueError, "orders has no rows"),
        (lambda data: data.assign(customer_id=None), ValueError, "missing in row 0"),
        (lambda data: data.assign(ordered_at=pd.NaT), ValueError, "ordered_at is missing in row 0"),
        (lambda data: data.assign(ordered_at="soon"), ValueError, "soon"),
        (lambda data: data.assign(ordered_at=5), ValueError, "ordered_at"),
        (lambda data: data.assign(customer_id=1.5), TypeError, "got 1.5"),
        (lambda data: [1, 2], TypeError, "must be a dataframe"),
    ],
)
def test_bad_orders(change, error, message, orders):
    for method in METHODS:
        with pytest.raises(error, match=message):
            method(change(orders))


@pytest.mark.parametrize(
    ("as_of", "error", "message"),
    [
        ("2016-12-31", ValueError, "as_of='2016-12-31' lies before the first order .2017-01-01."),
        ("then", ValueError, "as_of must be a date such as '2017-12-31', got 'then'"),
        (pd.NaT, ValueError, "as_of must be a date"),
        (20171231, TypeError, "as_of must be a date such as '2017-12-31', got 20171231"),
    ],
)
def test_bad_dates(as_of, error, message, orders):
    for method in METHODS:
        with pytest.raises(error, match=message):
            method(orders, as_of=as_of)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"quantiles": (0.8, 0.4, 0.9)}, ValueError, "three ascending shares"),
        ({"quantiles": (0.4, 0.8)}, ValueError, "three ascending shares"),
        ({"quantiles": (40, 80, 90)}, ValueError, "three ascending shares"),
        ({"quantiles": "some"}, TypeError, "three numbers"),
        ({"weights": "customers"}, ValueError, "did you mean 'customer'"),
        ({"among": "some"}, ValueError, "among='some' is not known"),
        ({"n_boot": -1}, ValueError, "n_boot must be a whole number from 0"),
        ({"confidence_level": 1}, ValueError, "confidence_level must lie between 0 and 1"),
    ],
)
def test_bad_options(options, error, message, orders):
    with pytest.raises(error, match=message):
        lifecycle.rule(orders, **options)


@pytest.mark.parametrize("days", [(0, 5, 9), (5, 4, 9), (5, 9, 8), (5, 9, np.inf), (np.nan, 5, 9)])
def test_borders_must_ascend(days):
    with pytest.raises(ValueError, match="0 < new <= lapsing <= lost"):
        lifecycle.StageRule(*days)


def test_borders_must_be_numbers():
    with pytest.raises(TypeError, match="lapsing must be a number of days, got '60'"):
        lifecycle.StageRule(30, "60", 90)


def test_a_day_long_after_the_last_order_is_said(orders):
    for measure in (lifecycle.gaps, lifecycle.rule, lifecycle.cohorts, lifecycle.second_purchase):
        with pytest.warns(NoRecentOrdersWarning, match="days before as_of"):
            measure(orders, as_of="2020-06-30")


def test_dates_may_be_text(orders):
    text = orders.assign(ordered_at=orders["ordered_at"].dt.strftime("%Y/%m/%d"))
    assert lifecycle.rule(text, n_boot=0).lost == lifecycle.rule(orders, n_boot=0).lost
    pd.testing.assert_frame_equal(lifecycle.cohorts(text).active, lifecycle.cohorts(orders).active)
