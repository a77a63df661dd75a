"""Regression to the mean: known shares, the null shop counted, a shop with something in it."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

import kehu
from kehu.rfm import RFM, period_summaries, regression_to_the_mean
from kehu.warnings import OnlyLuckWarning

YEARS = ["2016-01-01", "2017-01-01", "2018-01-01"]


def two_years(shop, **rfm):
    first, second = period_summaries(shop.orders, YEARS)
    return first.join(RFM(**rfm).fit_transform(first)), second


def quietly(*tables, **arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OnlyLuckWarning)
        return regression_to_the_mean(*tables, **arguments)


def tables(x, y, groups):
    return pd.DataFrame({"segment": groups, "total": x}), pd.DataFrame({"total": y})


def test_identical_customers_fall_back_to_the_mean():
    first, second = two_years(kehu.simulate.identical_customers(4000, random_state=1), scheme="mean_split")
    assert first["segment"].nunique() == 8  # what the types of one year show
    with pytest.warns(OnlyLuckWarning, match="the 8 groups do not differ in total of the next period"):
        luck = regression_to_the_mean(first, second, alpha=1e-4, random_state=1)
    table = luck.table
    best, worst = table.loc["Important to value"], table.loc["General to win back"]
    assert best["first_mean"] > 2.3 * worst["first_mean"]
    assert best["next_mean"] == pytest.approx(worst["next_mean"], rel=0.1)
    assert luck.share_low < 0 < luck.share_high < 0.1
    assert not luck.informative
    assert "nothing but luck" in repr(luck)


def test_false_alarms_in_null_shops_stay_at_the_level():
    alarms = covered = 0
    runs = 60
    for seed in range(runs):
        shop = kehu.simulate.identical_customers(600, random_state=seed)
        luck = quietly(*two_years(shop, scheme="mean_split"), random_state=seed, n_resamples=300)
        alarms += luck.informative
        covered += luck.share_low <= 0 <= luck.share_high
    assert binomtest(alarms, runs, 0.05, alternative="greater").pvalue > 0.01
    assert binomtest(covered, runs, 0.95, alternative="less").pvalue > 0.01


def test_customers_who_differ_keep_part_of_the_difference():
    shop = kehu.simulate.purchases(
        2000, process="paretonbd", days=731, joining=0, parameters={"s": 50.0, "beta": 5e6}, random_state=1
    )
    cuts = {"recency": [90], "frequency": [3, 8], "monetary": [100]}
    luck = quietly(*two_years(shop, scheme="cuts", cuts=cuts), group="frequency_score")
    assert luck.informative
    assert luck.share_low > 0.5
    assert luck.table.index.tolist() == ["3", "2", "1"]


def test_the_share_kept_covers_the_truth_by_design():
    # Normal values with a correlation of 0.4 between the periods: that is what is kept.
    rng = np.random.default_rng(3)
    covered, runs, rho = 0, 60, 0.4
    for _ in range(runs):
        common, one, two = rng.normal(size=(3, 800))
        x, y = (100 + 10 * (rho**0.5 * common + (1 - rho) ** 0.5 * own) for own in (one, two))
        luck = regression_to_the_mean(
            *tables(x, y, pd.qcut(x, 5, labels=list("abcde"))), random_state=rng, n_resamples=300
        )
        covered += luck.share_low <= rho <= luck.share_high
        assert luck.informative
    assert binomtest(covered, runs, 0.95, alternative="less").pvalue > 0.01


def test_exact_small_case():
    first, second = tables([10.0, 30.0, 50.0, 70.0], [20.0, 20.0, 0.0, 40.0], list("aabb"))
    luck = quietly(first, second.drop(index=2), random_state=1)
    # Means 20 and 60 around 40 (-1/2, +1/2), then 20 and 20 around 20: customer 2 is not there and counts 0.
    assert luck.share_kept == 0
    assert luck.table["first_relative"].tolist() == [1.5, 0.5]
    assert luck.table["next_mean"].tolist() == [20, 20]
    assert luck.table["came_back"].tolist() == [0.5, 1]
    assert (luck.first_mean, luck.next_mean, luck.n_customers) == (40, 20, 4)
    all_kept = quietly(first, tables([1] * 4, 3 * first["total"], list("aabb"))[1], random_state=1)
    assert all_kept.share_kept == pytest.approx(1)
    assert all_kept.share_low == pytest.approx(1)


def test_the_share_is_the_weighted_slope_of_group_means():
    rng = np.random.default_rng(5)
    x, y, groups = rng.gamma(2, size=500), rng.gamma(2, size=500), rng.choice(list("abcd"), 500)
    luck = quietly(*tables(x, y, groups), random_state=1)
    means = pd.DataFrame({"x": x / x.mean() - 1, "y": y / y.mean() - 1}).groupby(groups).transform("mean")
    assert luck.share_kept == pytest.approx(np.linalg.lstsq(means[["x"]], means["y"], rcond=None)[0][0])


def test_the_interval_is_that_of_drawing_customers_again():
    rng = np.random.default_rng(6)
    x = rng.gamma(2, size=300)
    y, groups = 0.3 * x + rng.gamma(2, size=300), (x > 2).astype(str)
    luck = regression_to_the_mean(*tables(x, y, groups), random_state=1, n_resamples=4000)
    drawn = []
    for _ in range(1000):
        rows = rng.integers(300, size=300)
        code = (x[rows] > 2).astype(int)
        n = np.bincount(code)
        a, b = (np.bincount(code, v[rows]) / n / v[rows].mean() - 1 for v in (x, y))
        drawn.append((n * a * b).sum() / (n * a * a).sum())
    np.testing.assert_allclose(
        [luck.share_low, luck.share_high], np.quantile(drawn, [0.025, 0.975]), atol=0.03
    )


def test_same_seed_same_interval():
    first, second = two_years(kehu.simulate.identical_customers(300, random_state=1), scheme="mean_split")
    one, two, other = (quietly(first, second, random_state=seed) for seed in (1, 1, 2))
    assert (
        (one.share_low, one.share_high)
        == (two.share_low, two.share_high)
        != (other.share_low, other.share_high)
    )


def test_nobody_differs_in_the_next_period():
    luck = quietly(*tables([1.0, 2.0, 3.0], [5.0, 5.0, 5.0], list("abb")), random_state=1)
    assert luck.p_value == 1
    assert luck.share_kept == 0


GOOD = tables([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0], list("aabb"))


@pytest.mark.parametrize(
    ("first", "second", "arguments", "error", "message"),
    [
        (GOOD[0], GOOD[1], {"alpha": 5}, ValueError, "alpha must be between 0 and 1, got 5"),
        (GOOD[0], GOOD[1], {"alpha": "5%"}, ValueError, "alpha must be between 0 and 1, got '5%'"),
        (GOOD[0], GOOD[1], {"confidence": 1}, ValueError, "confidence must be between"),
        (
            GOOD[0],
            GOOD[1],
            {"n_resamples": 10},
            ValueError,
            "n_resamples must be a whole number from 100, got 10",
        ),
        (GOOD[0], GOOD[1], {"group": "type"}, KeyError, "first has no column 'type'"),
        (GOOD[0], GOOD[1], {"value": "amount"}, KeyError, "first has no column 'amount'"),
        (GOOD[0], GOOD[1]["total"], {}, TypeError, "second must be a pandas frame"),
        (GOOD[0], GOOD[1].iloc[[0, 0]], {}, ValueError, "second has customer 0 more than once"),
        (GOOD[0].assign(segment="a"), GOOD[1], {}, ValueError, "two groups or more, got only 'a'"),
        (GOOD[0].assign(total="x"), GOOD[1], {}, ValueError, "total of first must hold numbers"),
        (
            GOOD[0].assign(total=np.nan),
            GOOD[1],
            {},
            ValueError,
            "total of first must be finite, got nan for 0",
        ),
        (
            GOOD[0].assign(total=0),
            GOOD[1],
            {},
            ValueError,
            "the mean total of the first period must be positive",
        ),
        (GOOD[0].assign(total=7.0), GOOD[1], {}, ValueError, "do not differ in the first period"),
        (
            GOOD[0],
            GOOD[1].set_axis(list("wxyz")),
            {},
            ValueError,
            "the next period, of the customers of the first",
        ),
        (GOOD[0], GOOD[1][:0], {}, ValueError, "the next period, of the customers of the first"),
    ],
)
def test_wrong_input_is_refused(first, second, arguments, error, message):
    with pytest.raises(error, match=message):
        regression_to_the_mean(first, second, **arguments)
