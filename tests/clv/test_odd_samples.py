"""150 small odd samples: a fit is sound, or says by a named warning and a field that it is not."""

import warnings

import numpy as np
import pandas as pd
import pytest

from kehu.clv import BetaGeoNBD, GammaGamma, ModifiedBetaGeoNBD, ParetoNBD
from kehu.warnings import (
    InfiniteMeanWarning,
    MissingValuesWarning,
    NotConvergedWarning,
    NotIdentifiedWarning,
    UnobservedCustomersWarning,
)

N = 150


def heavy(rng, n, shape):
    return np.floor(rng.pareto(shape, n)).clip(max=1e9)


# What is odd: number of repeat orders, ages, and moment of the last order as a share of the age.
ODD = {
    "ordinary": lambda rng, x, T: (x, T, rng.random(len(x))),
    "all bought once": lambda rng, x, T: (0 * x, T, rng.random(len(x))),
    "one came back once": lambda rng, x, T: (np.arange(len(x)) == 0, T, rng.random(len(x))),
    "one came back ten million times": lambda rng, x, T: (1e7 * (np.arange(len(x)) == 0), T, 0 * x + 0.9),
    "all came back once": lambda rng, x, T: (0 * x + 1, T, rng.random(len(x))),
    "all came back": lambda rng, x, T: (np.maximum(x, 1), T, rng.random(len(x))),
    "all the same": lambda rng, x, T: (0 * x + 3, 0 * x + 30, 0 * x + 0.8),
    "whole days": lambda rng, x, T: (np.minimum(x, np.ceil(T)), np.ceil(T), 0 * x + 1),
    "ordered just now": lambda rng, x, T: (x, T, 0 * x + 1),
    "huge counts": lambda rng, x, T: (rng.integers(0, 100_000, len(x)), T, rng.random(len(x))),
    "heavy tail of counts": lambda rng, x, T: (heavy(rng, len(x), 0.5), T, rng.random(len(x))),
    "some came today": lambda rng, x, T: (x, T * (rng.random(len(x)) > 0.4), rng.random(len(x))),
    "all but one came today": lambda rng, x, T: (x, T * (np.arange(len(x)) == 0), rng.random(len(x))),
    "tiny unit": lambda rng, x, T: (x, 1e-6 * T, rng.random(len(x))),
    "huge unit": lambda rng, x, T: (x, 1e9 * T, rng.random(len(x))),
    "heavy tail of ages": lambda rng, x, T: (x, rng.pareto(0.3, len(x)), rng.random(len(x))),
}
SPREADS = [1e-9, 0.5, 1.0, 4.0]
CURRENCIES = [1.0, 1e-9, 1e12]


def sample(number):
    rng = np.random.default_rng([2016, number])
    n = int(rng.integers(1, 61))
    age = np.round(rng.uniform(1, 100, n), int(rng.choice([0, 1, 6])))
    x, age, share = list(ODD.values())[number % len(ODD)](rng, rng.poisson(rng.gamma(0.5, 3, n)), age)
    x = np.where(age > 0, x, 0).astype(float)
    recency = np.where(x > 0, np.maximum(age * share, age * 1e-3), 0.0)
    money = rng.choice(CURRENCIES) * rng.lognormal(3, rng.choice(SPREADS), n)
    table = {"frequency": x, "recency": recency, "T": age, "monetary_value": np.where(x > 0, money, 0.0)}
    return pd.DataFrame(table)


def said_by(call):
    """Result and the categories of what was warned of."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        return call(), {warning.category for warning in said}


def fitted(model, summary):
    """A fit that is consistent with what it said, or None where there is nothing to fit to."""
    enough = (summary["frequency"] > 0).sum() >= 2 if model is GammaGamma else len(summary) >= 2
    if not enough or not (summary["T"] > 0).any():
        with pytest.raises(
            ValueError, match=r"the model needs several|a model needs several|T is 0 everywhere"
        ):
            model().fit(summary)
        return None
    fit, kinds = said_by(lambda: model().fit(summary))
    assert kinds <= {
        NotIdentifiedWarning, NotConvergedWarning, InfiniteMeanWarning, UnobservedCustomersWarning,
    }  # fmt: skip
    assert (NotIdentifiedWarning in kinds) is bool(fit.identified_reason_) is not fit.identified_
    assert (NotConvergedWarning in kinds) is not fit.converged_
    assert np.isfinite(fit.params_).all()
    assert (fit.params_ > 0).all()
    assert np.isfinite(fit.log_likelihood_)
    if fit.identified_:
        assert fit.converged_
        assert np.isfinite(fit.standard_errors_).all()
    return fit


def sound(values, kinds, reason):
    """Neither negative nor infinite, and missing only where that was said."""
    assert kinds <= {reason}
    assert np.isfinite(values).all() or reason in kinds
    assert not np.isinf(values).any()
    assert not (values < 0).any()


@pytest.mark.parametrize(("model", "step"), [(BetaGeoNBD, 1), (ModifiedBetaGeoNBD, 3), (ParetoNBD, 3)])
def test_repeat_orders(model, step):
    """All samples with one model; every third, among them all kinds, with those that search alike."""
    identified = 0
    for number in range(0, N, step):
        summary = sample(number)
        fit = fitted(model, summary)
        if fit is None:
            continue
        identified += fit.identified_
        longest = float(summary["T"].max())
        sound(*said_by(lambda: fit.expected_purchases(summary, longest)), MissingValuesWarning)  # noqa: B023
        sound(*said_by(lambda: np.array(fit.expected_purchases_new(longest))), MissingValuesWarning)  # noqa: B023
        alive, kinds = said_by(lambda: fit.probability_alive(summary))  # noqa: B023
        assert kinds == set()
        assert alive.between(0, 1).all()
    assert 0 < identified < N / 2


def test_spending():
    identified = 0
    for number in range(N):
        summary = sample(number)
        fit = fitted(GammaGamma, summary)
        if fit is None:
            continue
        identified += fit.identified_
        sound(*said_by(lambda: fit.expected_average(summary)), InfiniteMeanWarning)  # noqa: B023
    assert 0 < identified < N / 2
