"""Simulated shops, experts and complaints: what they say is true is true; the null cases hold nothing."""

import warnings

import numpy as np
import pandas as pd
import pytest

from kehu import evaluation, indicators
from kehu.simulate import (
    complaint_cases,
    equal_shops,
    expert_panel,
    random_judgements,
    service_shops,
)
from kehu.simulate.shops import GRADES, INDICATORS
from kehu.warnings import OverdispersionWarning

WEIGHTS = {"satisfaction": 0.4, "process": 0.2, "outcome": 0.3, "capability": 0.1}


def test_the_same_seed_gives_the_same_shops_experts_and_complaints():
    for draw in (
        lambda: service_shops(3, random_state=3).indicators,
        lambda: expert_panel(WEIGHTS, 3, random_state=3).group.weights(),
        lambda: random_judgements(3, random_state=3).weights(),
        lambda: complaint_cases(3, change=None, random_state=3).cases,
    ):
        pd.testing.assert_frame_equal(draw(), draw())


def test_measured_values_are_true_values_with_the_luck_of_the_sample():
    shops = service_shops(26, n_customers=4_000_000, n_raters=1, random_state=1)
    # The rarest sample has 200,000 customers; 26 times 13 values within five standard errors.
    assert shops.indicators.to_numpy() == pytest.approx(shops.truth.to_numpy(), rel=0.012)
    for name, (_, _, spread, _) in INDICATORS.items():
        better = shops.truth[name].corr(shops.levels[name], method="spearman")
        assert better == pytest.approx(np.sign(spread))
    assert shops.costs == tuple(name for name, kind in INDICATORS.items() if kind[2] < 0)


def test_levels_scatter_and_go_together_as_asked():
    levels = pd.concat(
        [service_shops(26, n_raters=1, correlation=0.3, random_state=k).levels for k in range(60)]
    )
    assert levels.std().to_numpy() == pytest.approx(np.ones(13), abs=0.1)
    pairs = levels.corr().to_numpy()[np.triu_indices(13, 1)]
    assert pairs.mean() == pytest.approx(0.3, abs=0.03)


def test_samples_scatter_as_binomial_shares_and_means_do():
    shops = [equal_shops(26, n_raters=1, n_customers=1000, random_state=k).indicators for k in range(20)]
    found = pd.concat(shops).std()
    assert found["complaint rate"] == pytest.approx(np.sqrt(0.03 * 0.97 / 1000), rel=0.12)
    assert found["enquiry response"] == pytest.approx(np.sqrt(0.7 * 0.3 / 400), rel=0.12)
    assert found["product quality"] == pytest.approx(0.9 / np.sqrt(200), rel=0.12)


def test_grades_follow_the_level_of_the_shop():
    shops = service_shops(8, n_raters=400, random_state=2)
    value = (
        shops.ratings.drop(columns="shop")
        .apply(lambda one: one.map(GRADES.index))
        .assign(shop=shops.ratings["shop"])
    )
    mean = value.groupby("shop").mean()
    assert np.corrcoef(-mean.to_numpy().ravel(), shops.levels.to_numpy().ravel())[0, 1] > 0.95
    null = equal_shops(4, n_raters=4000, random_state=2).ratings.drop(columns="shop")
    share = (null == "very good").to_numpy().mean()
    # A standard normal taste above 1.2.
    assert share == pytest.approx(0.1151, abs=0.003)


def test_equal_shops_differ_by_luck_alone_and_are_ranked_all_the_same():
    firsts = []
    weights = dict.fromkeys(INDICATORS, 1.0)
    for seed in range(40):
        shops = equal_shops(4, n_raters=1, random_state=seed)
        assert not np.ptp(shops.truth.to_numpy(), axis=0).any()
        found = evaluation.topsis(shops.indicators, weights, costs=shops.costs)
        assert found["rank"].iloc[0] == 1
        firsts.append(found.index[0])
    # Binomial(40, 1/4): no shop is first more than 20 times in 999 of 1,000 cases.
    assert pd.Series(firsts).value_counts().max() <= 20


def test_the_true_order_is_found_in_large_samples_of_the_shops():
    shops = service_shops(8, n_customers=400_000, n_raters=1, random_state=4)
    weights = dict.fromkeys(INDICATORS, 1.0)
    orders = [
        list(evaluation.topsis(one, weights, costs=shops.costs).index)
        for one in (shops.indicators, shops.truth)
    ]
    assert orders[0] == orders[1]


def test_complaints_come_at_the_rate_they_were_given():
    shop = complaint_cases(104, orders_a_week=3000, change=52, factor=1.5, random_state=1)
    weeks = indicators.rates(shop.cases, event="complaint", freq="W")
    assert list(weeks["period"]) == list(shop.truth["period"])
    later = (weeks["period"] >= shop.change).to_numpy()
    for part, true in ((~later, 0.03), (later, 0.045)):
        n = weeks["n"][part].sum()
        assert weeks["count"][part].sum() / n == pytest.approx(true, abs=4 * np.sqrt(true / n))
    found = indicators.before_after(weeks, change=shop.change)
    assert found.low < 0.015 < found.high
    chart = indicators.control_chart(weeks, baseline=52)
    assert chart.signals["period"].min() >= shop.change - pd.Timedelta(weeks=1)
    assert len(chart.signals) > 26


def test_without_a_change_alarms_are_rare_and_the_wobble_is_seen():
    beyond = n_weeks = 0
    for seed in range(20):
        shop = complaint_cases(52, change=None, random_state=seed)
        assert shop.change is None and shop.truth["rate"].eq(0.03).all()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", OverdispersionWarning)
            chart = indicators.control_chart(indicators.rates(shop.cases, event="complaint"))
        beyond += (chart.table["signal"] == "beyond").sum()
        n_weeks += len(chart.table)
    assert beyond <= 8 and n_weeks == 1040
    with pytest.warns(OverdispersionWarning):
        shop = complaint_cases(52, change=None, wobble=0.4, random_state=1)
        assert indicators.control_chart(indicators.rates(shop.cases, event="complaint")).widened


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: service_shops(1), ValueError, "n_shops must be at least 2"),
        (lambda: service_shops(27), ValueError, "26 at most"),
        (
            lambda: service_shops(3, correlation=1.5),
            ValueError,
            "correlation must be a finite number from 0 to 1",
        ),
        (lambda: service_shops(3, differences="much"), TypeError, "differences must be a number, got 'much'"),
        (lambda: expert_panel([1, 2]), TypeError, "weights must map criteria to numbers"),
        (lambda: expert_panel({"a": 1, "b": 0}), ValueError, "numbers above 0, got {'a': 1, 'b': 0}"),
        (lambda: expert_panel(WEIGHTS, 3, dissenters=2), ValueError, "belong together"),
        (
            lambda: expert_panel(WEIGHTS, 3, dissent=WEIGHTS, dissenters=4),
            ValueError,
            "more than the 3 experts",
        ),
        (
            lambda: expert_panel({"a": 1, "b": 1}, 2, dissent={"a": 1, "c": 1}, dissenters=1),
            ValueError,
            "dissent is about",
        ),
        (lambda: random_judgements(5, 1), ValueError, "criteria must be at least 2"),
        (
            lambda: complaint_cases(10, change=10),
            ValueError,
            "change=10 must lie before the last of 10 weeks",
        ),
        (lambda: complaint_cases(60, rate=0.7, factor=2.0), ValueError, "must lie between 0 and 1"),
        (lambda: complaint_cases(60, start="2023-01-03"), ValueError, "is a Tuesday"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
