"""Uncertainty that holds what it says, odd samples, and input that cannot be."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats

from kehu.clv import BetaGeoNBD, GammaGamma, ModifiedBetaGeoNBD, ParetoNBD
from kehu.warnings import NotConvergedWarning, NotIdentifiedWarning
from tests.clv.conftest import bgnbd, pareto, spending

MODELS = [BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD]
SAMPLERS = {
    BetaGeoNBD: (lambda n, seed: bgnbd(n, longest=120, seed=seed), [0.243, 4.414, 0.793, 2.426]),
    ModifiedBetaGeoNBD: (
        lambda n, seed: bgnbd(n, 0.9, 8.0, 0.8, 2.0, longest=120, seed=seed, early=True),
        [0.9, 8.0, 0.8, 2.0],
    ),
    ParetoNBD: (
        lambda n, seed: pareto(n, 0.8, 8.0, 0.7, 20.0, longest=120, seed=seed),
        [0.8, 8.0, 0.7, 20.0],
    ),
    GammaGamma: (lambda n, seed: spending(n, seed=seed), [6.25, 3.74, 15.44]),
}


@pytest.mark.parametrize("model", SAMPLERS)
def test_intervals_hold_the_truth_as_often_as_they_say(model):
    draw, truth = SAMPLERS[model]
    held = runs = 0
    for seed in range(15):
        fitted = model().fit(draw(2500, 100 + seed))
        assert fitted.identified_
        limits = fitted.confidence_intervals(0.95)
        held += int(((limits["low"] <= truth) & (truth <= limits["high"]))[["r", "p"]["p" in limits.index]])
        runs += 1
    # One parameter a run, so that the checks are independent of each other.
    assert stats.binomtest(held, runs, 0.95).pvalue > 0.005


def test_all_parameters_are_found_again():
    for model, (draw, truth) in SAMPLERS.items():
        fitted = model().fit(draw(20_000, 7))
        off = (np.log(fitted.params_) - np.log(truth)) / (fitted.standard_errors_ / fitted.params_)
        assert np.abs(off).max() < 4


def test_intervals_of_expected_purchases_hold_the_truth():
    truth = np.log([0.243, 4.414, 0.793, 2.426])
    customer = pd.DataFrame({"frequency": [2], "recency": [20.0], "T": [35.0]})
    args = np.array([2.0]), np.array([35.0]), np.array([40.0]), np.ones(1)
    held = 0
    for seed in range(15):
        model = BetaGeoNBD().fit(bgnbd(2500, longest=120, seed=200 + seed))
        real = (model._purchases(truth, *args) * model._alive(truth, model._histories(customer)))[0]
        table = model.expected_purchases(customer, 40, confidence_level=0.95)
        assert table["low"][0] < table["expected_purchases"][0] < table["high"][0]
        held += table["low"][0] <= real <= table["high"][0]
    assert stats.binomtest(held, 15, 0.95).pvalue > 0.005


def test_bootstrap_agrees_with_the_curvature():
    model = BetaGeoNBD().fit(bgnbd(3000, longest=120))
    again = model.bootstrap(60, random_state=1)
    assert again.n_off == 0
    ratio = np.log(again.draws).std() / (model.standard_errors_ / model.params_)
    # The standard deviation of 60 draws is known to within a quarter or so.
    assert ratio.between(0.6, 1.6).all()
    limits = again.intervals(0.9)
    assert ((limits["low"] < model.params_) & (model.params_ < limits["high"])).all()
    pd.testing.assert_frame_equal(again.draws, model.bootstrap(60, random_state=1).draws)
    weighted = (
        BetaGeoNBD().fit(bgnbd(3000, longest=120).assign(n=2), weights="n").bootstrap(20, random_state=1)
    )
    assert (np.log(weighted.draws).std() < 1.2 * np.log(again.draws).std()).all()
    with pytest.raises(ValueError, match="n must be a whole number from 2, got 1"):
        model.bootstrap(1)


@pytest.mark.parametrize("model", MODELS)
def test_small_odd_samples_never_fail_and_never_stay_silent(model):
    """Fifty a model: 150 in all."""
    rng = np.random.default_rng(7)
    for seed in range(50):
        low, high = np.log([0.05, 1, 0.05, 0.1]), np.log([5, 500, 8, 20])
        size, longest = int(rng.choice([20, 50, 100, 200])), float(rng.choice([20, 60, 365, 1500]))
        summary = bgnbd(size, *np.exp(rng.uniform(low, high)), shortest=5, longest=longest, seed=seed)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            fitted = model().fit(summary)
        kinds = {warning.category for warning in said}
        assert (NotIdentifiedWarning in kinds) is not fitted.identified_
        assert (NotConvergedWarning in kinds) is not fitted.converged_
        assert bool(fitted.identified_reason_) is not fitted.identified_
        if fitted.identified_:
            # Then it is a maximum: nothing nearby is better, and its errors are known.
            assert np.isfinite(fitted.standard_errors_).all()
            objective = fitted._objective(fitted._data)
            near = fitted._theta + 0.3 * rng.normal(size=(4, 4))
            best = fitted.log_likelihood_ / fitted.n_customers_
            assert all(objective(theta)[0] <= best for theta in near)
        expected, alive = fitted.expected_purchases(summary, 50), fitted.probability_alive(summary)
        assert np.isfinite(expected).all()
        assert (expected >= 0).all()
        assert alive.between(0, 1).all()


GOOD = pd.DataFrame({"frequency": [0, 1, 3], "recency": [0.0, 5.0, 9.0], "T": [10.0, 10.0, 12.0]})


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frequency": [0, -1, 3]}, "frequency must not be negative, got -1 in row 1"),
        ({"frequency": [0, 1.5, 3]}, "frequency must be whole, got 1.5 in row 1"),
        ({"frequency": [0, 0, 3]}, "recency must be 0 where there is no repeat order, got 5 in row 1"),
        ({"frequency": [2, 1, 3]}, "merge orders of the same moment"),
        ({"frequency": [0, 1, np.nan]}, "frequency must hold finite numbers, got nan in row 2"),
        ({"frequency": ["0", "one", "3"]}, "'one'"),
        ({"recency": [0, 11.0, 9]}, "recency must not exceed T, got 11 and 10 in row 1"),
        ({"recency": [0, -5.0, 9]}, "recency must not be negative"),
        ({"recency": [0, np.inf, 9]}, "finite"),
        ({"T": [-1.0, 10, 12]}, "T must not be negative"),
        ({"T": [10, 10, None]}, "T must hold finite numbers"),
        ({"frequency": 0, "recency": 0.0, "T": 0.0}, "T is 0 everywhere"),
    ],
)
def test_impossible_histories_are_refused(model, change, message):
    with pytest.raises(ValueError, match=message):
        model().fit(GOOD.assign(**change))


@pytest.mark.parametrize("model", MODELS)
def test_other_bad_input(model):
    fitted = model().fit(SAMPLERS[model][0](4000, 1))
    with pytest.raises(ValueError, match="1 customer; a model needs several"):
        model().fit(GOOD.iloc[:1])
    with pytest.raises(ValueError, match="no rows"):
        model().fit(GOOD.iloc[:0])
    with pytest.raises(KeyError, match="did you mean 'Frequency'"):
        model().fit(GOOD.rename(columns={"frequency": "Frequency"}))
    with pytest.raises(TypeError, match="must be a dataframe"):
        model().fit([1, 2])
    with pytest.raises(ValueError, match="not fitted yet"):
        model().expected_purchases(GOOD, 5)
    for weights, message in (
        ([1, 2], "2 values for 3 rows"),
        ([1, -1, 1], "must not be neg"),
        ([0, 0, 0], "0 every"),
    ):
        with pytest.raises(ValueError, match=message):
            model().fit(GOOD, weights=weights)
    for periods, message in (
        (-1, "not negative, got -1"),
        (np.inf, "finite"),
        ([1, 2], "each of 3 customers"),
    ):
        with pytest.raises(ValueError, match=message):
            fitted.expected_purchases(GOOD, periods)
    with pytest.raises(TypeError, match="periods must be a number"):
        fitted.expected_purchases(GOOD, "year")
    for level in (0, 1.0, 95, "95%"):
        with pytest.raises(ValueError, match="confidence_level must be between 0 and 1"):
            fitted.expected_purchases(GOOD, 5, confidence_level=level)


def test_any_dataframe_and_any_names():
    summary = bgnbd(3000)
    there = BetaGeoNBD().fit(summary)
    renamed = pl.from_pandas(summary.set_axis(["x", "t_x", "age"], axis=1))
    fitted = BetaGeoNBD().fit(renamed, frequency="x", recency="t_x", T="age")
    pd.testing.assert_series_equal(fitted.params_, there.params_)
    assert len(fitted.expected_purchases(renamed, 5)) == 3000
    named = summary.iloc[:2].set_axis(["ann", "bob"])
    assert there.probability_alive(named).index.tolist() == ["ann", "bob"]
    known = pl.DataFrame(
        {"customer_id": ["ann", "bob"], **{name: summary[name][:2].tolist() for name in summary}}
    )
    assert there.probability_alive(known).index.tolist() == ["ann", "bob"]


def test_what_is_printed(cdnow):
    assert repr(BetaGeoNBD()) == "BetaGeoNBD()"
    model = BetaGeoNBD().fit(cdnow)
    assert repr(model) == "BetaGeoNBD(r=0.2426, alpha=4.414, a=0.7929, b=2.426)"
    page = model.summary()
    lines = str(page).splitlines()
    assert lines[2] == "log-likelihood  -9,582.429"
    assert lines[-4].split() == ["r", "0.2426", "0.01256", "0.2192", "0.2685"]
    assert "<li>identified: yes</li>" in page._repr_html_()
    assert page.table["parameter"].tolist() == ["r", "alpha", "a", "b"]
    assert "0.114" in str(GammaGamma().fit(cdnow).summary())


def test_many_customers_are_summed_in_parts_and_found_from_some():
    """More rows than one part has, and than the start needs."""
    summary = bgnbd(120_000, seed=11)
    days = summary.assign(recency=np.ceil(summary["recency"]), T=np.ceil(summary["T"]))
    grouped = days.groupby(list(days)).size().rename("customers").reset_index()
    for model in (BetaGeoNBD, ModifiedBetaGeoNBD):
        one, other = model().fit(days), model().fit(grouped, weights="customers")
        assert one.log_likelihood_ == pytest.approx(other.log_likelihood_, rel=1e-12)
        assert one.params_.to_numpy() == pytest.approx(other.params_.to_numpy(), rel=1e-6)
