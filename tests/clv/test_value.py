"""Discounted lifetime value: against lifetimes, sums by hand, and times that must not be mistaken."""

import numpy as np
import pandas as pd
import pytest

from kehu.clv import BetaGeoNBD, GammaGamma, ModifiedBetaGeoNBD, ParetoNBD, lifetime_value
from kehu.warnings import InfiniteMeanWarning, MissingValuesWarning, NotIdentifiedWarning
from tests.clv.conftest import spending
from tests.clv.peer import BetaGeoFitter, GammaGammaFitter

YEAR = {"periods": 12, "period": "M", "unit": "W", "discount_rate_per_period": 0.01}


@pytest.mark.filterwarnings("ignore")
def test_same_as_lifetimes(cdnow):
    model, spend = BetaGeoNBD().fit(cdnow), GammaGamma().fit(cdnow)
    counts, money = BetaGeoFitter(), GammaGammaFitter()
    counts.predict = counts.conditional_expected_number_of_purchases_up_to_time
    counts.params_, money.params_ = model.params_, spend.params_.rename({"gamma": "v"})
    columns = [cdnow[name] for name in ("frequency", "recency", "T", "monetary_value")]
    theirs = money.customer_lifetime_value(counts, *columns, time=12, discount_rate=0.01, freq="W")
    # Their month has 4.345 weeks.
    ours = lifetime_value(model, spend, cdnow, **{**YEAR, "period": 7 * 4.345})
    assert ours["lifetime_value"].to_numpy() == pytest.approx(theirs.to_numpy(), rel=1e-6)


@pytest.mark.parametrize("model", [BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD])
def test_value_is_the_sum_over_periods(model, cdnow):
    fitted, spend = model().fit(cdnow), GammaGamma().fit(cdnow)
    value = lifetime_value(fitted, spend, cdnow, **YEAR, margin=0.3)
    until = [fitted.expected_purchases(cdnow, k * 30.4375 / 7) for k in range(13)]
    discounted = sum((until[k] - until[k - 1]) / 1.01**k for k in range(1, 13))
    assert value["expected_purchases"].to_numpy() == pytest.approx(until[12].to_numpy(), rel=1e-12)
    assert value["discounted_purchases"].to_numpy() == pytest.approx(discounted.to_numpy(), rel=1e-10)
    product = 0.3 * spend.expected_average(cdnow) * discounted
    assert value["lifetime_value"].to_numpy() == pytest.approx(product.to_numpy(), rel=1e-10)
    assert value.index.equals(cdnow.index)
    plain = lifetime_value(fitted, 10.0, cdnow, **{**YEAR, "discount_rate_per_period": 0})
    assert plain["lifetime_value"].to_numpy() == pytest.approx(10 * until[12].to_numpy(), rel=1e-12)


def test_intervals_are_those_of_the_parameters(cdnow):
    """Against parameters drawn from their normal distribution, which shares nothing with the delta method."""
    model, spend = BetaGeoNBD().fit(cdnow), GammaGamma().fit(cdnow)
    some = cdnow.iloc[[0, 5, 300]]
    value = lifetime_value(model, spend, some, **YEAR, confidence_level=0.9)
    average = spend.expected_average(some, confidence_level=0.9)
    pd.testing.assert_frame_equal(value[value.columns[:4]], lifetime_value(model, spend, some, **YEAR))
    pd.testing.assert_series_equal(average["expected_average"], spend.expected_average(some))
    rng, drawn, means = np.random.default_rng(1), [], []
    thetas = [rng.multivariate_normal(one._theta, one._log_covariance, 300) for one in (model, spend)]
    for model._theta, spend._theta in zip(*thetas, strict=True):
        drawn.append(lifetime_value(model, spend, some, **YEAR)["lifetime_value"].to_numpy())
        means.append(spend.expected_average(some).to_numpy())
    for table, draws in ((value, drawn), (average, means)):
        spread = np.log(table["high"] / table["low"]).to_numpy() / (2 * 1.6448536)
        assert spread == pytest.approx(np.log(draws).std(axis=0), rel=0.17)  # of 300 draws
    # A value given for all is known; then what is left is the uncertainty of the orders.
    given = lifetime_value(BetaGeoNBD().fit(cdnow), 10.0, some, **YEAR, confidence_level=0.9)
    assert (given["high"] / given["low"] < value["high"] / value["low"]).all()
    with pytest.raises(ValueError, match="confidence_level must be between 0 and 1, got 95"):
        lifetime_value(model, spend, some, **YEAR, confidence_level=95)


def test_intervals_of_models_that_are_not_identified_are_missing(cdnow):
    once = pd.DataFrame({"frequency": 0, "recency": 0.0, "T": [10.0, 20.0, 30.0]})
    with pytest.warns(NotIdentifiedWarning):
        model = BetaGeoNBD().fit(once)
    year = {**YEAR, "confidence_level": 0.9}
    with pytest.warns(NotIdentifiedWarning, match="BetaGeoNBD have no standard errors"):
        value = lifetime_value(model, 5.0, once, **year)
    assert value[["low", "high"]].isna().all(axis=None)
    assert value["lifetime_value"].between(0, 1).all()
    alike = cdnow.assign(monetary_value=np.where(cdnow["frequency"] > 0, 5.0, 0.0))
    with pytest.warns(NotIdentifiedWarning):
        spend = GammaGamma().fit(alike)
    with pytest.warns(NotIdentifiedWarning, match="no standard errors"):
        average = spend.expected_average(alike, confidence_level=0.9)
    assert average["expected_average"].to_numpy() == pytest.approx(5.0, rel=1e-3)
    assert average[["low", "high"]].isna().all(axis=None)


def test_the_same_value_in_every_unit(cdnow):
    days = cdnow.assign(recency=cdnow["recency"] * 7, T=cdnow["T"] * 7)
    days.attrs = {"unit": "D"}
    weekly = lifetime_value(BetaGeoNBD().fit(cdnow), 1.0, cdnow, **YEAR)
    daily = lifetime_value(BetaGeoNBD().fit(days), 1.0, days, **{**YEAR, "unit": "D"})
    assert weekly["lifetime_value"].to_numpy() == pytest.approx(daily["lifetime_value"].to_numpy(), rel=1e-5)
    same = lifetime_value(BetaGeoNBD().fit(days), 1.0, days, **{**YEAR, "unit": "D", "period": 30.4375})
    pd.testing.assert_frame_equal(same, daily)


def test_times_that_do_not_fit_are_refused(cdnow):
    model = BetaGeoNBD().fit(cdnow)
    for change, message in (
        ({"unit": "D"}, "unit is 'D', but the summary counts time in 'W'; give unit='W'"),
        ({"unit": "weeks"}, "unit 'weeks' is not known"),
        ({"unit": 7}, "unit 7 is not known"),
        ({"period": "Monat"}, "period 'Monat' is not known"),
        ({"period": 0}, "positive number of days"),
        ({"periods": 0}, "whole number from 1, got 0"),
        ({"periods": 1.5}, "whole number from 1, got 1.5"),
        ({"discount_rate_per_period": -1}, "above -1"),
        ({"discount_rate_per_period": 10}, "up to 1, got 10; 0.01 is one per cent"),
        ({"discount_rate_per_period": np.nan}, "finite"),
        ({"margin": 30}, "margin must be a share above 0 and up to 1, got 30; 0.3 is 30 per cent"),
        ({"margin": -0.1}, "margin must be a share"),
        ({"margin": np.inf}, "margin must be finite"),
    ):
        with pytest.raises(ValueError, match=message):
            lifetime_value(model, 1.0, cdnow, **{**YEAR, **change})
    bare = cdnow.copy()
    bare.attrs = {}
    with pytest.raises(ValueError, match="unit is 'M', but the model counts time in 'W'"):
        lifetime_value(model, 1.0, bare, **{**YEAR, "unit": "M"})
    with pytest.raises(TypeError, match="discount_rate_per_period must be a number, got '1%'"):
        lifetime_value(model, 1.0, cdnow, **{**YEAR, "discount_rate_per_period": "1%"})
    with pytest.raises(TypeError, match="got GammaGamma"):
        lifetime_value(GammaGamma(), 1.0, cdnow, **YEAR)
    with pytest.raises(TypeError, match="required keyword"):
        lifetime_value(model, 1.0, cdnow, periods=12, discount_rate_per_period=0.01)


def test_what_an_order_is_worth(cdnow):
    model = BetaGeoNBD().fit(cdnow)
    one = lifetime_value(model, 2.0, cdnow, **YEAR)
    each = lifetime_value(model, pd.Series(2.0, index=cdnow.index), cdnow, **YEAR)
    pd.testing.assert_frame_equal(one, each)
    for spend, message in (
        (-1.0, "must not be negative, got -1"),
        (np.ones(3), "one value or one for each of 2,357 customers, got 3"),
        (pd.Series(1.0, index=cdnow.index[::-1]), "another index"),
        ("ten", "'ten'"),
    ):
        with pytest.raises(ValueError, match=message):
            lifetime_value(model, spend, cdnow, **YEAR)
    gaps = np.where(np.arange(len(cdnow)) % 5, 1.0, np.nan)
    with pytest.warns(MissingValuesWarning, match="472 customers have no finite value"):
        value = lifetime_value(model, gaps, cdnow, **YEAR)
    assert value["lifetime_value"].isna().sum() == 472


def test_nothing_infinite_or_negative_comes_out_silently(cdnow):
    data = spending(5000, p=0.6, q=0.7)
    with pytest.warns(InfiniteMeanWarning):
        spend = GammaGamma().fit(data)
    model = BetaGeoNBD().fit(cdnow)
    with pytest.warns((InfiniteMeanWarning, MissingValuesWarning)):
        value = lifetime_value(model, spend, cdnow, **YEAR)
    known = value["lifetime_value"].dropna()
    assert 0 < len(known) < len(value)
    assert (known >= 0).all()
    assert np.isfinite(known).all()
