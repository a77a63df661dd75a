import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from kehu import effects, simulate
from kehu.warnings import ImbalanceWarning


def people(n=400, effect=3.0, seed=0):
    rng = np.random.default_rng(seed)
    before, drawn = rng.gamma(2, 10, n), rng.permutation(n) < n // 3
    outcome = 0.8 * before + rng.gamma(2, 4, n) + effect * drawn
    return pd.DataFrame({"addressed": drawn, "before": before, "outcome": outcome})


def test_without_a_past_it_is_welch():
    data = people()
    found = effects.randomised(data)
    mine, theirs = (data.loc[data["addressed"] == side, "outcome"] for side in (True, False))
    test = stats.ttest_ind(mine, theirs, equal_var=False)
    limits = test.confidence_interval(0.95)
    assert (found.p_value, found.low, found.high) == pytest.approx((test.pvalue, limits.low, limits.high))
    assert found.estimate == pytest.approx(mine.mean() - theirs.mean())
    assert found.words == "caused" and not found.adjusted


def test_with_a_past_it_is_lins_regression():
    data = people()
    x = data["before"] - data["before"].mean()
    design = sm.add_constant(
        pd.DataFrame({"d": data["addressed"] * 1.0, "x": x, "dx": data["addressed"] * x})
    )
    theirs = sm.OLS(data["outcome"], design).fit(cov_type="HC2", use_t=True)
    found = effects.randomised(data, before="before")
    assert (found.estimate, found.standard_error) == pytest.approx((theirs.params["d"], theirs.bse["d"]))
    assert (found.low, found.high) == pytest.approx(tuple(theirs.conf_int().loc["d"]))
    assert found.standard_error < effects.randomised(data).standard_error


def shops(effect, n, first):
    for seed in range(first, first + n):
        shop = simulate.simulated_campaign(600, effect=effect, random_state=seed)
        data = effects.outcomes(shop.orders, shop.customers, start=shop.start, before=84, after=50)
        yield effects.randomised(data, before="before"), shop


def test_a_shop_without_effect_is_found_empty_at_the_stated_level():
    alarms = sum(found.p_value < 0.05 for found, _ in shops(0.0, 100, 500))
    # Binomial(100, 0.05): 12 or fewer in 997 of 1,000 cases.
    assert alarms <= 12


def test_limits_hold_the_planted_gain_as_often_as_they_say():
    held = 0
    for seed in range(100):
        shop = simulate.simulated_campaign(600, effect=0.4, random_state=900 + seed)
        spent = shop.orders[shop.orders["ordered_at"] >= shop.start].groupby("customer_id")["amount"].sum()
        data = shop.customers.assign(outcome=shop.customers["customer_id"].map(spent).fillna(0.0))
        found = effects.randomised(data)
        held += found.low <= shop.gain <= found.high
    # Binomial(100, 0.95): 88 or more in 998 of 1,000 cases.
    assert held >= 88


def test_groups_that_were_not_drawn_at_random_are_noticed():
    shop = simulate.simulated_campaign(1000, assignment="best", random_state=1)
    data = effects.outcomes(shop.orders, shop.customers, start=shop.start, before=84, after=50)
    with pytest.warns(ImbalanceWarning, match="were they drawn at random"):
        effects.randomised(data, before="before")


def test_outcomes_of_a_plain_count():
    shop = simulate.simulated_campaign(80, random_state=1)
    data = effects.outcomes(shop.orders, shop.customers, start=shop.start, before=30, after=20)
    day = (shop.orders["ordered_at"] - shop.start).dt.days
    for name, kept in (("before", (day >= -30) & (day < 0)), ("outcome", (day >= 0) & (day < 20))):
        sums = shop.orders[kept].groupby("customer_id")["amount"].sum()
        assert data[name].to_numpy() == pytest.approx(data["customer_id"].map(sums).fillna(0).to_numpy())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda d: effects.randomised(d.drop(columns="outcome")), KeyError, "no column 'outcome'"),
        (
            lambda d: effects.randomised(d.assign(outcome=np.nan)),
            ValueError,
            "outcome must hold finite numbers",
        ),
        (lambda d: effects.randomised(d.assign(outcome="much")), ValueError, "must hold numbers, got 'much'"),
        (lambda d: effects.randomised(d.assign(addressed="yes")), TypeError, "must hold True and False"),
        (lambda d: effects.randomised(d.assign(addressed=True)), ValueError, "400 addressed and 0 not"),
        (lambda d: effects.randomised(d.assign(redeemed=True)), ValueError, "whoever redeems"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call(people())
