"""BG/NBD and MBG/NBD against published values, lifetimes, brute force and known truth."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats
from scipy.special import betaln, gammaln

from kehu.clv import BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD
from kehu.clv.histories import histories
from kehu.warnings import NotIdentifiedWarning, UnobservedCustomersWarning
from tests.clv.conftest import bgnbd
from tests.clv.peer import BetaGeoFitter, ModifiedBetaGeoFitter

GEOMETRIC = [(BetaGeoNBD, BetaGeoFitter), (ModifiedBetaGeoNBD, ModifiedBetaGeoFitter)]
MODELS = [BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD]


def test_published_fit_of_cdnow(cdnow):
    """BTYD vignette (Dziurzynski, Wadsworth & McCarthy) and the tests of CLVTools."""
    assert (len(cdnow), cdnow["frequency"].sum()) == (2357, 2457)
    model = BetaGeoNBD().fit(cdnow)
    assert model.params_.to_numpy() == pytest.approx([0.2425945, 4.4136, 0.7929, 2.4259], abs=5e-5)
    assert model.params_["r"] == pytest.approx(0.2425945, abs=5e-8)
    assert model.log_likelihood_ == pytest.approx(-9582.429, abs=5e-4)
    assert model.standard_errors_.to_numpy() == pytest.approx([0.01256, 0.3782, 0.1857, 0.7054], abs=5e-5)
    assert model.converged_
    assert model.identified_
    assert model.identified_reason_ == ""
    assert (model.n_customers_, model.unit_) == (2357, "W")
    assert model.aic_ == pytest.approx(2 * 4 + 2 * 9582.429, abs=1e-3)
    assert model.bic_ == pytest.approx(4 * np.log(2357) + 2 * 9582.429, abs=1e-3)


def test_published_predictions_of_cdnow(cdnow):
    """BTYD vignette, customer 1516. It stopped a millionth below the maximum, hence the last digits."""
    model = BetaGeoNBD().fit(cdnow)
    customer = pd.DataFrame({"frequency": [26], "recency": [30.857], "T": [31.0]})
    assert model.expected_purchases(customer, 52)[0] == pytest.approx(25.75659, rel=4e-5)
    assert model.probability_alive(customer)[0] == pytest.approx(0.9688523, abs=2e-6)
    assert model.expected_purchases_new(52) == pytest.approx(1.444004, rel=1e-5)
    # The parameters at which all three come out to the last digit are a thousandth of a standard error away.
    near = BetaGeoNBD().fit(cdnow)
    near._theta = np.log([0.24260569, 4.41372022, 0.79297954, 2.42594155])
    exact = customer.assign(recency=216 / 7)
    assert near.expected_purchases(exact, 52)[0] == pytest.approx(25.75659, abs=5e-6)
    assert near.probability_alive(exact)[0] == pytest.approx(0.9688523, abs=5e-8)
    assert near.expected_purchases_new(52) == pytest.approx(1.444004, abs=5e-7)
    far = np.log(near.params_.to_numpy() / [0.24260569, 4.41372022, 0.79297954, 2.42594155])
    assert np.abs(far / (near.standard_errors_ / near.params_)).max() < 1e-3


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("ours", "theirs"), GEOMETRIC)
def test_same_as_lifetimes(ours, theirs, cdnow):
    model, peer = ours().fit(cdnow), theirs().fit(*(cdnow[name] for name in ("frequency", "recency", "T")))
    assert model.params_.to_numpy() == pytest.approx(peer.params_.to_numpy(), rel=1e-3)
    # At our parameters their formulas give our values, and no better likelihood.
    peer.params_ = model.params_
    some = cdnow.iloc[::7]
    columns = [some[name] for name in ("frequency", "recency", "T")]
    alive = peer.conditional_probability_alive(*columns)
    assert model.probability_alive(some).to_numpy() == pytest.approx(np.asarray(alive), rel=1e-9)
    for periods in (1, 52, 500):
        expected = peer.conditional_expected_number_of_purchases_up_to_time(periods, *columns)
        assert model.expected_purchases(some, periods).to_numpy() == pytest.approx(
            np.asarray(expected), rel=1e-8
        )
        new = peer.expected_number_of_purchases_up_to_time(periods)
        assert model.expected_purchases_new(periods) == pytest.approx(new, rel=1e-9)
    value = theirs._negative_log_likelihood(
        np.log(model.params_.to_numpy()),
        *(cdnow[name].to_numpy() for name in ("frequency", "recency", "T")),
        np.ones(len(cdnow)),
        0.0,
    )
    assert model.log_likelihood_ == pytest.approx(-value * len(cdnow), rel=1e-10)


@pytest.mark.parametrize("model", MODELS)
def test_derivatives_are_those_of_the_likelihood(model, cdnow):
    data = histories(cdnow.iloc[::5], frequency="frequency", recency="recency", T="T")
    objective = model()._objective(data)
    steps = 1e-5 * np.eye(4)
    for theta in np.random.default_rng(1).normal([-1, 2, -0.5, 1], 1.0, (5, 4)):
        value, gradient, hessian = objective(theta)
        up, down = ([objective(theta + way * step) for step in steps] for way in (1, -1))
        slopes = [(more[0] - less[0]) / 2e-5 for more, less in zip(up, down, strict=True)]
        bends = [(more[1] - less[1]) / 2e-5 for more, less in zip(up, down, strict=True)]
        assert gradient == pytest.approx(slopes, rel=1e-6, abs=1e-8)
        assert hessian == pytest.approx(np.array(bends), rel=1e-6, abs=1e-8)
        assert model()._log_likelihood(theta, data).sum() == pytest.approx(value * data.n, rel=1e-11)


@pytest.mark.parametrize("early", [0, 1])
@pytest.mark.parametrize(("x", "t", "T"), [(0, 0.0, 9.0), (1, 2.0, 30.0), (3, 5.0, 9.0), (20, 8.5, 9.0)])
def test_likelihood_is_the_integral_it_stands_for(x, t, T, early):
    """Over rates and probabilities of being lost, for both of what may have happened to a customer."""
    r, alpha, a, b = 1.8, 6.0, 1.7, 3.1
    chances = x + early

    def over_rates(age):
        rates = lambda rate: stats.gamma.pdf(rate, r, scale=1 / alpha) * rate**x * np.exp(-rate * age)  # noqa: E731
        return integrate.quad(rates, 0, 12, epsabs=0, epsrel=1e-10, points=(0.1, 0.5, 2.0))[0]

    def over_chances(lost, stayed):
        chance = lambda p: stats.beta.pdf(p, a, b) * p**lost * (1 - p) ** stayed  # noqa: E731
        return integrate.quad(chance, 0, 1, epsabs=0, epsrel=1e-10)[0]

    there = over_chances(0, chances) * over_rates(T)
    lost = over_chances(1, chances - 1) * over_rates(t) if chances else 0.0
    one = pd.DataFrame({"frequency": [x], "recency": [t], "T": [T]})
    found = histories(one, frequency="frequency", recency="recency", T="T")
    model, theta = (ModifiedBetaGeoNBD if early else BetaGeoNBD)(), np.log([r, alpha, a, b])
    assert np.exp(model._log_likelihood(theta, found))[0] == pytest.approx(there + lost, rel=1e-8)
    assert model._alive(theta, found)[0] == pytest.approx(there / (there + lost), rel=1e-8)


@pytest.mark.parametrize("a", [0.3, 1.0, 1.0 + 1e-9, 2.5])
def test_expected_purchases_have_no_hole_where_a_is_one(a):
    """Simulated futures; the usual formula divides by a - 1."""
    model = BetaGeoNBD()
    theta = np.log([0.7, 5.0, a, 2.0])
    new = model._purchases(theta, np.zeros(1), np.zeros(1), np.array([40.0]), np.ones(1))[0]
    orders = bgnbd(200_000, 0.7, 5.0, a, 2.0, shortest=40, longest=40, seed=3)["frequency"]
    assert abs(new - orders.mean()) < 4 * orders.std() / np.sqrt(len(orders))


def test_expected_purchases_of_heavy_buyers_do_not_overflow():
    model = BetaGeoNBD().fit(bgnbd(3000))
    heavy = pd.DataFrame({"frequency": [400, 4000], "recency": [29.9, 29.9], "T": [30.0, 30.0]})
    expected = model.expected_purchases(heavy, 30)
    # One who bought 400 times in 30 weeks would buy 400 times more, but for being lost on the way.
    assert (expected < heavy["frequency"]).all()
    assert (expected > 100).all()


def test_many_customers_are_interpolated_without_a_trace():
    summary = bgnbd(30_000, shortest=1, longest=150)
    for model in (BetaGeoNBD(), ModifiedBetaGeoNBD()):
        model.fit(summary)
        together = model.expected_purchases(summary, 52)
        rows = summary.index[::500]
        alone = model.expected_purchases(summary.loc[rows], 52)
        assert together[rows].to_numpy() == pytest.approx(alone.to_numpy(), rel=1e-11)


@pytest.mark.parametrize("model", MODELS)
def test_time_unit_only_scales_the_rates(model, cdnow):
    days = cdnow.assign(recency=cdnow["recency"] * 7, T=cdnow["T"] * 7)
    days.attrs = {"unit": "D"}
    weekly, daily = model().fit(cdnow), model().fit(days)
    scale = [7 if rate else 1 for rate in model._rates]
    assert daily.params_.to_numpy() == pytest.approx(weekly.params_.to_numpy() * scale, rel=1e-5)
    in_weeks, in_days = weekly.expected_purchases(cdnow, 4), daily.expected_purchases(days, 28)
    assert in_weeks.to_numpy() == pytest.approx(in_days.to_numpy(), rel=1e-5)
    # The true log-likelihood counts moments in days: an order's density is per unit of time.
    shift = cdnow["frequency"].sum() * np.log(7)
    assert daily.log_likelihood_ == pytest.approx(weekly.log_likelihood_ - shift, rel=1e-9)
    with pytest.raises(ValueError, match="counts time in 'D', the model was fitted in 'W'"):
        weekly.expected_purchases(days, 28)


@pytest.mark.filterwarnings("ignore:.*is not identified")
@pytest.mark.parametrize("model", MODELS)
def test_weights_stand_for_repeated_rows(model):
    summary = bgnbd(600, seed=5)
    counts = np.random.default_rng(1).integers(0, 4, len(summary))
    weighted = model().fit(summary.assign(customers=counts), weights="customers")
    repeated = model().fit(summary.loc[np.repeat(summary.index, counts)])
    assert weighted.log_likelihood_ == pytest.approx(repeated.log_likelihood_, rel=1e-12)
    assert weighted.params_.to_numpy() == pytest.approx(repeated.params_.to_numpy(), rel=1e-5)
    assert weighted.n_customers_ == counts.sum()


def test_one_time_buyers_and_the_chance_that_they_are_there(cdnow):
    once = pd.DataFrame({"frequency": [0, 0, 0], "recency": 0.0, "T": [1.0, 39.0, 400.0]})
    assert BetaGeoNBD().fit(cdnow).probability_alive(once).tolist() == [1, 1, 1]
    for model in (ModifiedBetaGeoNBD, ParetoNBD):
        alive = model().fit(cdnow).probability_alive(once)
        assert alive.between(0, 1, inclusive="neither").all()
        assert alive.is_monotonic_decreasing


def test_identical_customers_are_said_to_be_identical():
    """The null shop: all buy at one rate and are lost with one probability."""
    named = 0
    for seed in range(8):
        summary = bgnbd(1500, np.inf, 0.15, 0.1, np.inf, seed=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotIdentifiedWarning)
            model = BetaGeoNBD().fit(summary)
        named += "r cannot be told from infinity" in model.identified_reason_
        named += "r ran off to infinity" in model.identified_reason_
        assert model.identified_ is not bool(model.identified_reason_)
    # A shop is missed with 5 % probability; three or more of eight with 0.6 %.
    assert named >= 6


def test_what_cannot_be_told_is_warned_of():
    once = pd.DataFrame({"frequency": 0, "recency": 0.0, "T": [10.0, 20.0, 30.0]})
    for model in MODELS:
        with pytest.warns(NotIdentifiedWarning, match="all customers bought once"):
            fitted = model().fit(once)
        assert not fitted.identified_
        assert fitted.expected_purchases(once, 10).between(0, 0.1).all()
        with pytest.warns(NotIdentifiedWarning, match="no standard errors"):
            table = fitted.expected_purchases(once, 10, confidence_level=0.9)
        assert table["low"].isna().all()
    with pytest.warns(UnobservedCustomersWarning, match="1 customers have T = 0"):
        BetaGeoNBD().fit(pd.concat([bgnbd(3000), once.assign(T=[0.0, 1.0, 2.0])], ignore_index=True))


def test_the_beta_function_is_the_product_of_chances():
    """What `geometric` adds for having stayed x times is log B(a, b + x) - log B(a, b)."""
    a, b, x = 0.7, 2.2, 5
    chances = np.prod([(b + k) / (a + b + k) for k in range(x)])
    assert np.exp(betaln(a, b + x) - betaln(a, b)) == pytest.approx(chances)
    theta = np.log([1.0, 1.0, a, b])
    one = histories(
        pd.DataFrame({"frequency": [x], "recency": [9.0], "T": [9.0]}),
        frequency="frequency",
        recency="recency",
        T="T",
    )
    lost = a / (b + x - 1)
    plain = gammaln(1 + x) - (1 + x) * np.log(10.0) + np.log(chances) + np.log1p(lost)
    assert BetaGeoNBD()._log_likelihood(theta, one)[0] == pytest.approx(plain)
