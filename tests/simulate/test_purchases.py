"""Simulated purchases: the truth is what was asked for, and the orders follow it."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import kehu
from kehu.simulate import identical_customers, purchases

PROCESSES = ["bgnbd", "mbgnbd", "paretonbd", "poisson"]


@pytest.mark.parametrize("process", PROCESSES)
def test_orders_and_truth_fit_together(process):
    shop = purchases(2000, process=process, random_state=1)
    orders, truth = shop.orders, shop.truth
    assert orders["ordered_at"].is_monotonic_increasing
    assert orders["order_id"].is_unique
    assert orders["amount"].min() > 0
    assert orders["ordered_at"].iloc[-1] < shop.end + pd.Timedelta(days=1)
    ages = orders.groupby("customer_id", observed=True)["ordered_at"].agg(["min", "max"])
    assert ages.index.tolist() == truth.index.tolist()
    assert (ages["min"] - truth["first_order"]).abs().max() <= pd.Timedelta("1us")
    # Nobody orders after being lost.
    age = (ages["max"] - ages["min"]) / pd.Timedelta(days=1)
    assert (age <= truth["lost_at"] + 1e-6).all()
    assert (truth["alive"] == np.isinf(truth["lost_at"])).all()
    assert truth["alive"].all() == (process == "poisson")
    summary = kehu.orders.customer_summary(orders, as_of=shop.end, same_day="keep")
    assert len(summary) == 2000


@pytest.mark.parametrize("process", PROCESSES)
def test_truth_is_drawn_from_the_parameters(process):
    shop = purchases(4000, process=process, joining=0, days=2000, random_state=2)
    truth, p = shop.truth, shop.parameters
    if process == "poisson":
        assert (truth["rate"] == p["rate"]).all()
        repeats = shop.orders["customer_id"].value_counts() - 1
        assert repeats.mean() == pytest.approx(p["rate"] * 2000, rel=0.02)
        assert repeats.var() == pytest.approx(p["rate"] * 2000, rel=0.1)
        return
    assert stats.kstest(truth["rate"], stats.gamma(p["r"], scale=1 / p["alpha"]).cdf).pvalue > 0.001
    spending = stats.invgamma(p["q"], scale=p["v"] * p["p"])
    assert stats.kstest(truth["mean_amount"], spending.cdf).pvalue > 0.001
    if process == "paretonbd":
        lost = truth["lost_at"].clip(upper=2000)
        share = 1 - (p["beta"] / (p["beta"] + np.array([100, 1000]))) ** p["s"]
        np.testing.assert_allclose([(lost <= 100).mean(), (lost <= 1000).mean()], share, atol=0.025)
    else:
        assert stats.kstest(truth["dropout"], stats.beta(p["a"], p["b"]).cdf).pvalue > 0.001
        lost_at_once = (truth["lost_at"] == 0).mean()
        assert lost_at_once == pytest.approx(
            p["a"] / (p["a"] + p["b"]) if process == "mbgnbd" else 0, abs=0.025
        )


def test_expected_orders_of_the_pareto_nbd():
    # Schmittlein, Morrison & Colombo 1987: r beta / (alpha (s - 1)) (1 - (beta / (beta + t))^(s - 1)).
    shop = purchases(20_000, process="paretonbd", joining=0, days=364, random_state=3)
    r, alpha, s, beta = (shop.parameters[name] for name in ("r", "alpha", "s", "beta"))
    expected = r * beta / alpha / (s - 1) * (1 - (beta / (beta + 364)) ** (s - 1))
    repeats = len(shop.orders) / 20_000 - 1
    error = shop.orders["customer_id"].value_counts().std() / np.sqrt(20_000)
    assert abs(repeats - expected) < 4 * error


def test_amounts_do_not_depend_on_the_rate_and_have_their_mean():
    shop = purchases(5000, process="poisson", random_state=4)
    mean = shop.orders.groupby("customer_id", observed=True)["amount"].mean()
    ratio = mean / shop.truth["mean_amount"]
    assert ratio.mean() == pytest.approx(1, abs=0.01)
    many = purchases(5000, process="bgnbd", random_state=4).truth
    assert abs(stats.spearmanr(many["rate"], many["mean_amount"]).statistic) < 0.06


def test_parameters_of_ones_own():
    shop = purchases(100, process="poisson", parameters={"rate": 0.5}, days=10, joining=10, random_state=1)
    assert shop.parameters == {"rate": 0.5, "p": 6.25, "q": 3.74, "v": 15.44}
    assert shop.start == pd.Timestamp("2016-01-01")
    assert shop.end == pd.Timestamp("2016-01-10")


def test_identical_customers_are_alike():
    shop = identical_customers(3000, rate=0.01, mean_amount=20, random_state=1)
    assert shop.truth[["rate", "mean_amount", "lost_at", "alive"]].nunique().tolist() == [1, 1, 1, 1]
    assert shop.orders["amount"].mean() == pytest.approx(20, rel=0.03)
    counts = shop.orders["customer_id"].value_counts().reindex(shop.truth.index, fill_value=0)
    assert counts.mean() == pytest.approx(7.31, rel=0.03)
    assert counts.var() == pytest.approx(7.31, rel=0.1)
    assert shop.truth["first_order"].isna().sum() == (counts == 0).sum() > 0


def test_same_seed_same_shop():
    for make in (purchases, identical_customers):
        one, two = (make(50, random_state=7) for _ in range(2))
        pd.testing.assert_frame_equal(one.orders, two.orders)
        pd.testing.assert_frame_equal(one.truth, two.truth)


@pytest.mark.parametrize(
    ("make", "arguments", "error", "message"),
    [
        (purchases, {"process": "bgnbdd"}, KeyError, "no process 'bgnbdd'; did you mean 'bgnbd'"),
        (purchases, {"parameters": {"rate": 1}}, KeyError, "bgnbd has no parameter 'rate'"),
        (purchases, {"parameters": {"r": 0}}, ValueError, "parameter r must be positive, got 0"),
        (purchases, {"n_customers": 0}, ValueError, "n_customers must be at least 1, got 0"),
        (purchases, {"n_customers": 2.5}, TypeError, "n_customers must be a whole number, got 2.5"),
        (purchases, {"days": 10, "joining": 11}, ValueError, "joining=11 must not be more than days=10"),
        (identical_customers, {"rate": 0}, ValueError, "rate must be positive, got 0"),
        (identical_customers, {"spread": -1}, ValueError, "spread must be positive"),
        (identical_customers, {"rate": 1e-12}, ValueError, "nobody ordered in 731 days"),
        (identical_customers, {"days": 0}, ValueError, "days must be at least 1"),
    ],
)
def test_bad_input_is_refused(make, arguments, error, message):
    with pytest.raises(error, match=message):
        make(**{"n_customers": 10, "random_state": 1, **arguments})
