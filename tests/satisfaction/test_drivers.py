"""Driver regression against statsmodels, published shapes, planted truths and the null survey."""

import warnings

import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.stats.diagnostic import het_breuschpagan, linear_reset
from statsmodels.stats.outliers_influence import variance_inflation_factor

from kehu.satisfaction import driver_regression
from kehu.satisfaction._ordered import OrderedLogit
from kehu.warnings import (
    DroppedRowsWarning,
    NoRelationWarning,
    NotIdentifiedWarning,
    PerfectFitWarning,
    SparseCutsWarning,
)

DRIVERS = ["speed", "care", "price"]
TRUTH = np.array([0.5, 0.3, 0.0])


def survey(n=300, seed=0, truth=TRUTH):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    x = np.clip(np.rint(5.5 + 1.2 * common + 1.5 * rng.normal(size=(n, 3))), 1, 10)
    data = pd.DataFrame(x, columns=DRIVERS)
    # The spread of satisfaction grows with the first driver, which plain errors would not see.
    data["satisfaction"] = 2 + x @ truth + rng.normal(size=n) * (0.3 + 0.2 * x[:, 0])
    data["grade"] = ordered(x, truth, rng)
    return data


def ordered(x, truth, rng, cuts=(2.0, 3.5, 5.0, 6.5)):
    latent = x @ truth + rng.logistic(size=len(x))
    return 1.0 + (latent[:, None] > np.array(cuts)).sum(axis=1)


def ols(data, **options):
    return driver_regression(data, outcome="satisfaction", drivers=DRIVERS, **options)


def ranked(data, outcome="grade", **options):
    return driver_regression(data, outcome=outcome, drivers=DRIVERS, model="ordered", **options)


def quietly(call, *arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoRelationWarning)
        warnings.simplefilter("ignore", SparseCutsWarning)
        return call(*arguments, **options)


def test_least_squares_agree_with_statsmodels():
    data = survey()
    found = ols(data)
    design = sm.add_constant(data[DRIVERS])
    theirs = sm.OLS(data["satisfaction"], design).fit(cov_type="HC3", use_t=True)
    table = found.coefficients.set_index("driver")
    assert list(found.coefficients)[:2] == ["driver", "coefficient"]
    assert table["coefficient"].to_numpy() == pytest.approx(theirs.params[DRIVERS].to_numpy())
    assert table["standard_error"].to_numpy() == pytest.approx(theirs.bse[DRIVERS].to_numpy())
    assert table["p_value"].to_numpy() == pytest.approx(theirs.pvalues[DRIVERS].to_numpy())
    assert table[["low", "high"]].to_numpy() == pytest.approx(theirs.conf_int().loc[DRIVERS].to_numpy())
    assert found.intercepts["coefficient"].iloc[0] == pytest.approx(theirs.params["const"])
    assert found.statistic == pytest.approx(theirs.fvalue)
    free = theirs.df_resid - theirs.df_model + 1
    hotelling = stats.f.sf(found.statistic * free / theirs.df_resid, theirs.df_model, free)
    assert found.p_value == pytest.approx(hotelling)
    assert (found.r_squared, found.r_squared_adjusted) == pytest.approx(
        (theirs.rsquared, theirs.rsquared_adj)
    )
    vif = [variance_inflation_factor(design.to_numpy(), place) for place in (1, 2, 3)]
    assert table["vif"].to_numpy() == pytest.approx(vif)


def test_diagnostics_agree_with_statsmodels():
    data = survey(80)
    found = ols(data)
    theirs = sm.OLS(data["satisfaction"], sm.add_constant(data[DRIVERS])).fit()
    influence = theirs.get_influence()
    rows = found.residuals
    assert rows["studentised"].to_numpy() == pytest.approx(influence.resid_studentized_external)
    assert rows["leverage"].to_numpy() == pytest.approx(influence.hat_matrix_diag)
    assert rows["influence"].to_numpy() == pytest.approx(influence.cooks_distance[0])
    assert (rows["fitted"] + rows["residual"]).to_numpy() == pytest.approx(data["satisfaction"].to_numpy())
    checks = found.checks.set_index("check")
    spread = het_breuschpagan(theirs.resid, theirs.model.exog)
    shape = stats.jarque_bera(theirs.resid)
    bent = linear_reset(theirs, power=2, use_f=True)
    assert checks.loc["even spread (Breusch-Pagan)"].to_numpy() == pytest.approx(spread[:2])
    assert checks.loc["normal residuals (Jarque-Bera)"].to_numpy() == pytest.approx(shape)
    assert checks.loc["straight lines (RESET)"].to_numpy() == pytest.approx([bent.statistic, bent.pvalue])


def test_standardised_coefficients_are_those_of_standardised_answers():
    data = survey()
    z = (data - data.mean()) / data.std()
    expected = ols(z).coefficients["coefficient"].to_numpy()
    assert ols(data).coefficients["standardised"].to_numpy() == pytest.approx(expected)


def test_hold_out_with_a_fold_each_follows_from_the_leverages():
    data = survey(60)
    fit = sm.OLS(data["satisfaction"], sm.add_constant(data[DRIVERS])).fit()
    lost = ((fit.resid / (1 - fit.get_influence().hat_matrix_diag)) ** 2).sum()
    n, y = len(data), data["satisfaction"]
    total = ((y - y.mean()) ** 2).sum() * (n / (n - 1)) ** 2
    found = ols(data, folds=n)
    assert found.r_squared_holdout == pytest.approx(1 - lost / total)
    assert found.r_squared_holdout < found.r_squared


def test_ordered_logit_agrees_with_statsmodels():
    data = survey()
    found = ranked(data)
    theirs = OrderedModel(data["grade"], data[DRIVERS], distr="logit").fit(method="newton", disp=0)
    table = found.coefficients
    assert table["coefficient"].to_numpy() == pytest.approx(theirs.params[:3].to_numpy(), abs=1e-6)
    assert table["standard_error"].to_numpy() == pytest.approx(theirs.bse[:3].to_numpy(), rel=1e-4)
    cuts = theirs.model.transform_threshold_params(theirs.params.to_numpy())[1:-1]
    assert found.intercepts["coefficient"].to_numpy() == pytest.approx(cuts, abs=1e-5)
    assert found.intercepts["term"].tolist() == ["1|2", "2|3", "3|4", "4|5"]
    assert found.r_squared == pytest.approx(theirs.prsquared)
    assert (found.statistic, found.p_value) == pytest.approx((theirs.llr, theirs.llr_pvalue))
    assert found.residuals["fitted"].to_numpy() == pytest.approx(
        theirs.predict().dot(np.arange(1, 6)), abs=1e-5
    )
    assert 0 < found.r_squared_holdout < found.r_squared


def test_marginal_effects_of_two_categories_are_those_of_a_logit():
    data = survey().assign(happy=lambda d: (d["grade"] > 3) * 1.0)
    found = ranked(data, "happy")
    theirs = sm.Logit(data["happy"], sm.add_constant(data[DRIVERS])).fit(disp=0).get_margeff()
    effects = found.marginal_effects.query("category == 1")
    assert effects["effect"].to_numpy() == pytest.approx(theirs.margeff, abs=1e-6)
    assert effects["standard_error"].to_numpy() == pytest.approx(theirs.margeff_se, rel=1e-4)
    opposite = found.marginal_effects.query("category == 0")
    assert opposite["effect"].to_numpy() == pytest.approx(-effects["effect"].to_numpy())
    assert found.cutwise["coefficient"].to_numpy() == pytest.approx(
        found.coefficients["coefficient"].to_numpy(), abs=1e-6
    )


def test_marginal_effects_are_slopes_of_the_chances_with_the_delta_method():
    data = survey()
    x, y = data[DRIVERS].to_numpy(), data["grade"].astype(int).to_numpy() - 1
    fit = OrderedLogit.of(x, y, 5)

    def slopes(theta):
        moved = OrderedLogit(theta[:4], theta[4:], fit.covariance, 0.0, fit.scores, True)
        step = 1e-5 * np.eye(3)
        return np.array(
            [(moved.probabilities(x + h) - moved.probabilities(x - h)).mean(axis=0) / 2e-5 for h in step]
        )

    theta = np.concatenate([fit.cuts, fit.beta])
    effects, errors = fit.marginal_effects(x)
    assert effects == pytest.approx(slopes(theta), abs=1e-8)
    assert effects.sum(axis=1) == pytest.approx(np.zeros(3), abs=1e-12)
    h = 1e-4
    gradient = np.array([(slopes(theta + h * e) - slopes(theta - h * e)) / (2 * h) for e in np.eye(7)])
    variance = np.einsum("ajk,ab,bjk->jk", gradient, fit.covariance, gradient)
    assert errors == pytest.approx(np.sqrt(variance), rel=1e-4)


def test_ordered_categories_may_be_words():
    data = survey()
    words = pd.Categorical.from_codes(
        data["grade"].astype(int) - 1, ["awful", "poor", "fair", "good", "great"], ordered=True
    )
    by_word, by_number = ranked(data.assign(grade=words)), ranked(data)
    pd.testing.assert_frame_equal(by_word.coefficients, by_number.coefficients)
    assert by_word.intercepts["term"].tolist() == ["awful|poor", "poor|fair", "fair|good", "good|great"]
    assert by_word.marginal_effects["category"].tolist()[:5] == list(words.categories)
    # An empty category changes nothing; other libraries know ordered categories too.
    rest = data.assign(grade=words)[words != "fair"]
    left = ranked(rest)
    assert left.intercepts["term"].tolist() == ["awful|poor", "poor|good", "good|great"]
    kind = polars.Enum(list(words.categories))
    told = polars.from_pandas(rest.astype({"grade": str})).with_columns(polars.col("grade").cast(kind))
    for other in (told, pyarrow.Table.from_pandas(rest)):
        pd.testing.assert_frame_equal(ranked(other).coefficients, left.coefficients)


def test_true_and_false_are_1_and_0():
    data = survey().assign(again=lambda d: d["grade"] > 3, member=lambda d: d["care"] > 5)
    numbers = data.assign(again=data["again"] * 1, member=data["member"] * 1)
    gaps = data.astype({"again": "boolean"}).assign(n=range(300))
    gaps.loc[0, "again"] = pd.NA
    for model in ("ols", "ordered"):
        options = {"outcome": "again", "drivers": ["speed", "member"], "model": model}
        expected = driver_regression(numbers, **options).coefficients
        pd.testing.assert_frame_equal(driver_regression(data, **options).coefficients, expected)
        with pytest.warns(DroppedRowsWarning, match="1 of 300 rows"):
            assert driver_regression(gaps, **options).n == 299


def test_units_far_from_zero_lose_no_digits():
    data = survey()
    moved = data.assign(speed=1e9 + data["speed"], care=1e-12 * data["care"])
    near, far = ranked(data), ranked(moved)
    back = np.array([1, 1e-12, 1])
    for table in ("coefficients", "marginal_effects", "cutwise"):
        column = "effect" if table == "marginal_effects" else "coefficient"
        ours, theirs = (getattr(found, table) for found in (far, near))
        unit = ours["driver"].map(dict(zip(DRIVERS, back, strict=True)))
        for name in (column, "standard_error"):
            assert (ours[name] * unit).to_numpy() == pytest.approx(theirs[name].to_numpy(), rel=1e-5)
    assert far.proportional_odds["p_value"].to_numpy() == pytest.approx(
        near.proportional_odds["p_value"].to_numpy(), rel=1e-5
    )


def surveys(n_surveys, first, n=300, truth=TRUTH):
    return (survey(n, seed, truth) for seed in range(first, first + n_surveys))


def test_limits_hold_the_planted_coefficients_as_often_as_they_say():
    held = np.zeros(2)
    for data in surveys(50, 1000):
        for place, call in enumerate((ols, ranked)):
            limits = quietly(call, data, folds=2).coefficients
            held[place] += ((limits["low"] <= TRUTH) & (limits["high"] >= TRUTH)).sum()
    # 150 limits each, of 50 surveys; Binomial(150, 0.95): 134 or more in 997 of 1,000 cases.
    assert held.min() >= 134


def test_a_survey_without_drivers_is_called_so():
    alarms = 0
    for data in surveys(60, 2000, n=150, truth=np.zeros(3)):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = ols(data, folds=2)
        assert (found.p_value > 0.05) == any(w.category is NoRelationWarning for w in caught)
        alarms += found.p_value <= 0.05
    # Binomial(60, 0.05): 9 or fewer in 997 of 1,000 cases.
    assert alarms <= 9


def test_proportional_odds_hold_their_level_and_show_a_breach():
    rejected = 0
    rng = np.random.default_rng(3)
    for _ in range(40):
        x = rng.normal(size=(400, 2))
        data = pd.DataFrame(x, columns=["a", "b"]).assign(y=ordered(x, [1, 0.5], rng, (-1, 0, 1)))
        odds = driver_regression(data, outcome="y", drivers=["a", "b"], model="ordered", folds=2)
        rejected += odds.proportional_odds["p_value"].iloc[0] < 0.05
    # Binomial(40, 0.05): 7 or fewer in 997 of 1,000 cases.
    assert rejected <= 7
    above = [rng.random(400) < expit(slope * x[:, 0] - cut) for slope, cut in ((0.0, -1), (2.0, 3))]
    data["y"] = 1 + above[0] + (above[0] & above[1])
    broken = driver_regression(data, outcome="y", drivers=["a", "b"], model="ordered")
    odds = broken.proportional_odds.set_index("driver")
    assert odds.loc["all", "p_value"] < 1e-4 and odds.loc["all", "df"] == 2 and odds.loc["a", "df"] == 1
    assert odds.loc["b", "p_value"] > 0.01
    a = broken.cutwise.query("driver == 'a'")
    assert a["coefficient"].iloc[1] > a["coefficient"].iloc[0] + 1
    assert a["cases_below"].tolist() == np.cumsum(data["y"].value_counts().sort_index())[:-1].tolist()


def test_rare_categories_forbid_the_test_of_proportional_odds():
    data = survey()
    data.loc[data.index[5:], "grade"] = data["grade"].clip(lower=2).iloc[5:]
    data.loc[data.index[:5], "grade"] = 1
    with pytest.warns(SparseCutsWarning, match=r"cuts 1\|2 have fewer than 10 cases a driver"):
        found = ranked(data, folds=2)
    assert found.sparse_cuts == ["1|2"] and found.proportional_odds["p_value"].isna().all()
    assert found.cutwise["coefficient"].notna().any()


def test_a_driver_that_tells_all_apart_is_reported():
    rng = np.random.default_rng(0)
    data = pd.DataFrame({"a": np.arange(80.0), "b": rng.normal(size=80)})
    data["y"] = (data["a"] > 40) * 1
    with pytest.warns(NotIdentifiedWarning, match="apart without error"):
        found = driver_regression(data, outcome="y", drivers=["a", "b"], model="ordered", folds=2)
    assert not found.identified


def test_a_rare_driver_that_tells_a_category_apart_is_reported():
    data = survey().assign(vip=[1.0] * 8 + [0.0] * 292)
    data.loc[:7, "grade"] = 5
    drivers = [*DRIVERS, "vip"]
    with pytest.warns(NotIdentifiedWarning, match="apart without error"):
        found = driver_regression(data, outcome="grade", drivers=drivers, model="ordered", folds=2)
    assert not found.identified
    # Strong, or nearly collinear, is not without limit.
    rng = np.random.default_rng(0)
    strong = pd.DataFrame(rng.normal(size=(400, 2)), columns=["a", "b"])
    strong["y"] = ordered(strong.to_numpy(), [15, 0], rng, (-9, 0, 9))
    strong["c"] = strong["a"] + 1e-3 * rng.normal(size=400)
    for names in (["a", "b"], ["a", "b", "c"]):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SparseCutsWarning)
            found = driver_regression(strong, outcome="y", drivers=names, model="ordered", folds=2)
        assert found.identified


def test_a_coefficient_that_one_respondent_decides_has_no_error():
    data = survey().assign(vip=[1.0] + [0.0] * 299)
    with pytest.warns(NotIdentifiedWarning, match="single respondent decides the coefficient of vip"):
        found = driver_regression(data, outcome="satisfaction", drivers=[*DRIVERS, "vip"])
    table = found.coefficients.set_index("driver")
    assert table.loc["vip", ["standard_error", "low", "high", "p_value"]].isna().all()
    assert not found.identified and np.isnan(found.p_value)
    # What the others are worth follows from everybody else.
    rest = ols(data.iloc[1:]).coefficients.set_index("driver")
    columns = ["coefficient", "standard_error"]
    assert table.loc[DRIVERS, columns].to_numpy() == pytest.approx(rest[columns].to_numpy())
    first = found.residuals.iloc[0]
    assert first["influential"] and np.isnan(first["influence"]) and first["leverage"] == pytest.approx(1)


def test_missing_answers_are_dropped_and_counted():
    data = survey()
    data.loc[[3, 7], "speed"] = np.nan
    data.loc[7, "satisfaction"] = np.nan
    message = r"2 of 300 rows were left out .*speed: 2, satisfaction: 1"
    with pytest.warns(DroppedRowsWarning, match=message):
        found = ols(data)
    assert (found.n, found.n_dropped) == (298, 2)
    assert found.missing.to_dict() == {"speed": 2, "care": 0, "price": 0, "satisfaction": 1}
    assert not {3, 7} & set(found.residuals["row"])
    pd.testing.assert_frame_equal(found.coefficients, ols(data.drop(index=[3, 7])).coefficients)


@settings(max_examples=8)
@given(
    scale=st.lists(st.floats(0.1, 50), min_size=3, max_size=3),
    shift=st.lists(st.floats(-20, 20), min_size=3, max_size=3),
    order=st.permutations(range(3)),
)
def test_units_and_order_do_not_matter(scale, shift, order):
    data = survey(60)
    moved = data.copy()
    moved[DRIVERS] = data[DRIVERS] * scale + shift
    names = [DRIVERS[place] for place in order]
    for model, outcome in (("ols", "satisfaction"), ("ordered", "grade")):
        found = [
            quietly(driver_regression, table, outcome=outcome, drivers=drivers, model=model, folds=2)
            for table, drivers in ((data, DRIVERS), (moved, names))
        ]
        here, there = (one.coefficients.set_index("driver") for one in found)
        there = there.loc[DRIVERS]
        assert there["coefficient"].to_numpy() * scale == pytest.approx(
            here["coefficient"].to_numpy(), abs=1e-6
        )
        for column in ("standardised", "p_value", "vif"):
            assert there[column].to_numpy() == pytest.approx(here[column].to_numpy(), abs=1e-6)
        assert found[0].r_squared == pytest.approx(found[1].r_squared)


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        ({"speed": "fast"}, {}, ValueError, "speed must hold numbers, got 'fast' in row 0"),
        ({"speed": True}, {}, ValueError, "driver 'speed' is constant"),
        ({"speed": [0.1 + 0.2, *[0.3] * 19]}, {}, ValueError, "driver 'speed' is constant"),
        ({"speed": np.inf}, {}, ValueError, "speed must hold finite numbers, got inf in row 0"),
        ({"care": 4.0}, {}, ValueError, "driver 'care' is constant: all 20 answers are 4"),
        ({"satisfaction": 5}, {}, ValueError, "has one category only: all 20 answers are 5"),
        ({"speed": np.nan}, {}, ValueError, "no row with answers to all of .*speed: 20"),
        ({}, {"drivers": "speed"}, TypeError, r"drivers must be a list of columns, got 'speed'; write \['sp"),
        ({}, {"drivers": None}, TypeError, "drivers must be a list of columns, got None$"),
        ({}, {"drivers": []}, ValueError, "drivers must name 1 or more columns"),
        ({}, {"outcome": ["satisfaction"]}, TypeError, "outcome must name one column"),
        ({}, {"outcome": None, "model": "ordered"}, TypeError, "outcome must name one column"),
        ({}, {"drivers": ["speed", "speed"]}, ValueError, "drivers has 'speed' more than once"),
        ({}, {"drivers": ["sped"]}, KeyError, "did you mean 'speed'"),
        ({}, {"drivers": ["speed", "satisfaction"]}, ValueError, "'satisfaction' stands among the drivers"),
        ({}, {"outcome": "loyalty"}, KeyError, "no column 'loyalty'"),
        ({}, {"model": "probit"}, ValueError, "model='probit' is not known"),
        ({}, {"model": "ordered", "outcome": "many"}, ValueError, "has 22 different answers"),
        ({}, {"confidence_level": 95}, ValueError, "confidence_level must be between 0 and 1, got 95"),
        ({}, {"folds": 1}, ValueError, "folds must be a whole number from 2, got 1"),
    ],
)
def test_bad_input(change, options, error, message):
    data = survey(20).assign(**change)
    if options.get("outcome") == "many":
        data = survey(22).assign(many=np.arange(22))
    with pytest.raises(error, match=message):
        driver_regression(data, **{"outcome": "satisfaction", "drivers": DRIVERS, **options})


def test_perfect_collinearity_names_the_culprits():
    data = survey(50).assign(total=lambda d: d["speed"] + 2 * d["care"])
    for model in ("ols", "ordered"):
        with pytest.raises(ValueError, match="'total' is perfectly collinear with 'speed', 'care'"):
            driver_regression(data, outcome="grade", drivers=[*DRIVERS, "total"], model=model)


def test_an_outcome_without_error_and_as_few_rows_as_can_be():
    data = survey(50).assign(total=lambda d: 1 + 2 * d["speed"] - d["care"])
    with pytest.warns(PerfectFitWarning, match="the drivers make up total exactly"):
        found = driver_regression(data, outcome="total", drivers=DRIVERS)
    assert found.coefficients["coefficient"].to_numpy() == pytest.approx([2, -1, 0], abs=1e-9)
    assert found.r_squared == pytest.approx(1) and found.p_value == 0
    few = quietly(ols, survey(5))
    assert few.n == 5 and few.coefficients["coefficient"].notna().all()


def test_as_many_drivers_as_rows_are_too_many():
    rng = np.random.default_rng(0)
    data = pd.DataFrame(rng.normal(size=(6, 7)), columns=list("abcdefy"))
    for drivers in ("abcde", "abcdef"):
        with pytest.raises(ValueError, match=rf"{len(drivers)} drivers need {len(drivers) + 2} or more rows"):
            driver_regression(data, outcome="y", drivers=list(drivers))
    with pytest.raises(TypeError, match="data must be a dataframe"):
        driver_regression(data.to_numpy(), outcome="y", drivers=["a"])


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_any_dataframe_will_do(library):
    data = survey(40)
    other = polars.from_pandas(data) if library == "polars" else pyarrow.Table.from_pandas(data)
    pd.testing.assert_frame_equal(ols(other).coefficients, ols(data).coefficients)


def test_few_respondents_and_many_drivers_that_do_nothing_rarely_alarm():
    """All drivers together, where a plain robust F finds something in 9 of 100 surveys."""
    alarms = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        data = pd.DataFrame(rng.integers(1, 6, (40, 6)) + rng.integers(0, 3, (40, 1)), columns=list("abcdef"))
        answers = data.assign(y=rng.normal(size=40))
        found = quietly(driver_regression, answers, outcome="y", drivers=list("abcdef"), folds=2)
        alarms += found.p_value <= 0.05
    # Binomial(400, 0.05): 33 or fewer in 998 of 1,000 cases; the plain F finds about 36.
    assert alarms <= 33
