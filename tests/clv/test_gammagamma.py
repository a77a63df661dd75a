"""Gamma-Gamma against the published fit, lifetimes and known truth."""

import numpy as np
import pandas as pd
import pytest

from kehu.clv import GammaGamma
from kehu.clv.gammagamma import Spending
from kehu.warnings import InfiniteMeanWarning, NotIdentifiedWarning
from tests.clv.conftest import spending
from tests.clv.peer import GammaGammaFitter


def test_published_fit_of_cdnow(cdnow):
    """Fader & Hardie 2013, The Gamma-Gamma Model of Monetary Value: the 946 repeat buyers of the sample."""
    model = GammaGamma().fit(cdnow)
    assert model.n_customers_ == 946
    assert model.params_.to_numpy() == pytest.approx([6.25, 3.74, 15.44], abs=0.006)
    assert model.correlation_ == pytest.approx(0.11, abs=0.005)
    # The tests of the R package CLVTools.
    assert model.log_likelihood_ == pytest.approx(-4055.9177, abs=5e-5)


@pytest.mark.filterwarnings("ignore")
def test_same_as_lifetimes(cdnow):
    again = cdnow[cdnow["frequency"] > 0]
    model, peer = GammaGamma().fit(cdnow), GammaGammaFitter().fit(again["frequency"], again["monetary_value"])
    assert model.params_.to_numpy() == pytest.approx(peer.params_.to_numpy(), rel=1e-3)
    peer.params_ = model.params_.rename({"gamma": "v"})
    expected = peer.conditional_expected_average_profit(again["frequency"], again["monetary_value"])
    assert model.expected_average(again).to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-12)
    p, q, gamma = model.params_
    never = cdnow[cdnow["frequency"] == 0]
    assert model.expected_average(never).to_numpy() == pytest.approx(np.full(len(never), p * gamma / (q - 1)))
    value = GammaGammaFitter._negative_log_likelihood(
        np.log(model.params_.to_numpy()), again["frequency"].to_numpy(), again["monetary_value"].to_numpy(),
        np.ones(len(again)), 0.0,
    )  # fmt: skip
    assert model.log_likelihood_ == pytest.approx(-value * len(again), rel=1e-8)


def test_derivatives_are_those_of_the_likelihood():
    data = spending(300)
    again = data[data["frequency"] > 0].to_numpy(float)
    objective = GammaGamma()._objective(Spending(again[:, 0], again[:, 1], np.arange(len(again)) % 3 + 0.5))
    steps = 1e-5 * np.eye(3)
    for theta in np.random.default_rng(1).normal([1, 1, 3], 1.0, (5, 3)):
        _, gradient, hessian = objective(theta)
        up, down = ([objective(theta + way * step) for step in steps] for way in (1, -1))
        assert gradient == pytest.approx(
            [(a[0] - b[0]) / 2e-5 for a, b in zip(up, down, strict=True)], rel=1e-6
        )
        bends = [(a[1] - b[1]) / 2e-5 for a, b in zip(up, down, strict=True)]
        assert hessian == pytest.approx(np.array(bends), rel=1e-6, abs=1e-8)


def test_currency_only_scales_gamma():
    data = spending(3000)
    one, hundred = (
        GammaGamma().fit(data),
        GammaGamma().fit(data.assign(monetary_value=100 * data["monetary_value"])),
    )
    assert hundred.params_.to_numpy() == pytest.approx(one.params_.to_numpy() * [1, 1, 100], rel=1e-5)
    assert hundred.correlation_ == pytest.approx(one.correlation_)


def test_an_infinite_mean_is_said_to_be_one():
    data = spending(20_000, p=0.6, q=0.7)
    with pytest.warns(InfiniteMeanWarning, match="q is 0.7"):
        model = GammaGamma().fit(data)
    assert model.params_["q"] == pytest.approx(0.7, abs=0.1)
    with pytest.warns(InfiniteMeanWarning, match="theirs are missing"):
        average = model.expected_average(data)
    missing = model.params_["p"] * data["frequency"] + model.params_["q"] <= 1
    assert (average.isna() == missing).all()
    assert missing.any()
    assert (average[~missing] > 0).all()


def test_identical_customers_are_said_to_be_identical():
    rng = np.random.default_rng(2)
    x = rng.integers(1, 6, 800)
    with pytest.warns(NotIdentifiedWarning, match="q .* infinity: customers may all spend the same"):
        GammaGamma().fit(pd.DataFrame({"frequency": x, "monetary_value": rng.gamma(4.0 * x) / x}))


def test_bad_input():
    good = pd.DataFrame({"frequency": [0, 1, 3], "monetary_value": [0.0, 5.0, 7.0]})
    for change, message in (
        ({"monetary_value": [0, -5, 7]}, "must be positive where there are repeat orders, got -5 in row 1"),
        (
            {"monetary_value": [0, 0, 7]},
            r"got 0 in row 1 \(1 such rows\).*leave out these customers: summary\[",
        ),
        ({"monetary_value": [0, np.nan, 7]}, "must hold finite numbers, got nan in row 1"),
        ({"monetary_value": ["0", "five", "7"]}, "'five'"),
        ({"frequency": [0, -1, 3]}, "must not be negative, got -1"),
        ({"frequency": [0, 1.5, 3]}, "must be whole, got 1.5"),
        ({"frequency": [0, 0, 3]}, "1 customers of summary have a repeat order"),
    ):
        with pytest.raises(ValueError, match=message):
            GammaGamma().fit(good.assign(**change))
    with pytest.raises(KeyError, match="did you mean 'monetary_value'"):
        GammaGamma().fit(good, monetary_value="monetary")
    with pytest.raises(ValueError, match="not fitted yet"):
        GammaGamma().expected_average(good)
