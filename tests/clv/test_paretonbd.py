"""Pareto/NBD against the published fit, lifetimes, and integrals taken another way."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import integrate

from kehu.clv import BetaGeoNBD, ParetoNBD
from kehu.clv.histories import histories
from tests.clv.conftest import pareto
from tests.clv.peer import ParetoNBDFitter


def test_published_fit_of_cdnow(cdnow):
    """Fader & Hardie 2005, A Note on Implementing the Pareto/NBD Model in MATLAB."""
    model = ParetoNBD().fit(cdnow)
    assert model.params_.to_numpy() == pytest.approx([0.553, 10.578, 0.606, 11.669], abs=6e-4)
    assert model.log_likelihood_ == pytest.approx(-9594.98, abs=6e-3)
    assert model.identified_


def test_values_of_other_packages_for_cdnow(cdnow):
    """The tests of the R package CLVTools, and the manual of BTYD (probability_alive of pnbd.PAlive)."""
    model = ParetoNBD().fit(cdnow)
    assert model.params_.to_numpy() == pytest.approx([0.55315, 10.57633, 0.60625, 11.67150], rel=5e-4)
    assert model.log_likelihood_ == pytest.approx(-9594.976, abs=6e-4)
    errors = [0.0476264, 0.8427222, 0.1872594, 6.2105448]
    assert model.standard_errors_.to_numpy() == pytest.approx(errors, rel=5e-4)
    once = pd.DataFrame({"frequency": [0], "recency": [0.0], "T": [39.0]})
    assert model.probability_alive(once)[0] == pytest.approx(0.2941633, rel=5e-4)


def test_heavy_buyers_are_alive_with_some_probability(cdnow):
    """Histories for which CLVTools once gave no number."""
    model = ParetoNBD().fit(cdnow)
    model._theta = np.log([0.5143, 2.8845, 0.2856, 14.1087])
    heavy = pd.DataFrame(
        {
            "frequency": [221, 254, 161, 204],
            "recency": [103.42857, 97.14286, 94.71429, 98.57143],
            "T": [103.57143, 97.28571, 98.00000, 99.42857],
        }
    )
    alive = model.probability_alive(heavy)
    assert alive.between(0, 1, inclusive="neither").all()
    # After 3.3 weeks of silence one who buys 1.7 times a week is less likely to be there than the others.
    assert alive.idxmin() == 2


@pytest.mark.filterwarnings("ignore")
def test_same_as_lifetimes(cdnow):
    """Their formulas at our parameters; their search by simplex is slow and stops early."""
    model, peer = ParetoNBD().fit(cdnow), ParetoNBDFitter()
    peer.params_ = model.params_
    some = cdnow.iloc[::5]
    columns = [some[name] for name in ("frequency", "recency", "T")]
    alive = peer.conditional_probability_alive(*columns)
    assert model.probability_alive(some).to_numpy() == pytest.approx(np.asarray(alive), rel=1e-7)
    for periods in (1, 52):
        expected = peer.conditional_expected_number_of_purchases_up_to_time(periods, *columns)
        assert model.expected_purchases(some, periods).to_numpy() == pytest.approx(
            np.asarray(expected), rel=1e-7
        )
        new = peer.expected_number_of_purchases_up_to_time(periods)
        assert model.expected_purchases_new(periods) == pytest.approx(new, rel=1e-10)
    values = peer._conditional_log_likelihood(
        model.params_.to_numpy(), *(column.to_numpy() for column in columns)
    )
    found = histories(some, frequency="frequency", recency="recency", T="T")
    assert model._log_likelihood(model._theta, found) == pytest.approx(values, rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_integral_over_the_moment_of_loss(seed):
    """Adaptive quadrature, also where rates are extreme and buyers heavy."""
    rng = np.random.default_rng(seed)
    theta = rng.normal([0, 2, 0, 2], [1.5, 2.5, 1.5, 3.5])
    r, alpha, s, beta = np.exp(theta)
    T = float(np.exp(rng.uniform(0, 7)))
    t, x = T * rng.random() ** (seed % 3), int(np.exp(rng.uniform(0, 6)))
    one = pd.DataFrame({"frequency": [x], "recency": [t], "T": [T]})
    found = histories(one, frequency="frequency", recency="recency", T="T")
    top = -(r + x) * np.log(alpha + t) - (s + 1) * np.log(beta + t)

    def density(step):
        u = t + (T - t) * step**4
        log = -(r + x) * np.log(alpha + u) - (s + 1) * np.log(beta + u) - top
        return np.exp(log) * (T - t) * 4 * step**3

    edges = np.linspace(0, 1, 41)
    pieces = pairwise(edges)
    lost = s * sum(integrate.quad(density, low, high, epsabs=0, epsrel=1e-12)[0] for low, high in pieces)
    there = np.exp(-(r + x) * np.log(alpha + T) - s * np.log(beta + T) - top)
    assert ParetoNBD()._alive(theta, found)[0] == pytest.approx(there / (there + lost), rel=1e-9)


def test_expected_purchases_have_no_hole_where_s_is_one():
    model = ParetoNBD()
    args = np.array([3.0]), np.array([20.0]), np.array([52.0]), np.ones(1)
    middle, *sides = (model._purchases(np.log([0.5, 10, s, 12]), *args)[0] for s in (1.0, 1 - 1e-7, 1 + 1e-7))
    assert middle == pytest.approx(np.mean(sides), rel=1e-9)


def test_the_better_model_is_preferred_only_beyond_chance(cdnow):
    summary = pareto(4000, 0.8, 8.0, 0.3, 4.0, longest=200, shortest=20)
    one, other = ParetoNBD().fit(summary), BetaGeoNBD().fit(summary)
    ratio = one.likelihood_ratio(other)
    assert ratio.difference == pytest.approx(one.log_likelihood_ - other.log_likelihood_, rel=1e-6)
    assert (ratio.preferred, ratio.models) == ("ParetoNBD", ("ParetoNBD", "BetaGeoNBD"))
    back = other.likelihood_ratio(one)
    assert (back.preferred, back.statistic, back.p_value) == ("ParetoNBD", -ratio.statistic, ratio.p_value)
    same = one.likelihood_ratio(one)
    assert (same.difference, same.statistic, same.p_value, same.preferred) == (0, 0, 1, None)
    with pytest.raises(ValueError, match="different customers"):
        one.likelihood_ratio(BetaGeoNBD().fit(cdnow))
    with pytest.raises(TypeError, match="got str"):
        one.likelihood_ratio("BetaGeoNBD")
