"""Simulated surveys: what they say is true is true, and the methods find it as often as they claim to."""

import warnings

import numpy as np
import pandas as pd
import pytest

from kehu import surveys
from kehu.satisfaction import (
    driver_regression,
    importance_performance,
    level_claims,
    mediation,
    path_model,
    relative_importance,
)
from kehu.simulate import latent_survey, null_survey, service_survey
from kehu.warnings import NoRelationWarning, SparseCutsWarning

OUTCOMES = {"ols": "satisfaction_score", "ordered": "satisfaction"}
DRIVERS = {"speed": 6.0, "care": 3.0, "price": -2.0, "site": 0.0}


def quietly(call, *arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoRelationWarning)
        warnings.simplefilter("ignore", SparseCutsWarning)
        return call(*arguments, **options)


def test_the_same_seed_gives_the_same_survey():
    for draw in (service_survey, null_survey, latent_survey):
        one, other = (draw(50, random_state=3).answers for _ in range(2))
        pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("scale", [(1, 5), (1, 10), (0, 10)])
def test_the_truth_is_that_of_very_many_respondents(scale):
    shop = service_survey(150_000, drivers=DRIVERS, ratings={"care": 0.4}, scale=scale, random_state=1)
    answers, truth = shop.answers, shop.truth.set_index("driver")
    names = list(DRIVERS)
    assert answers[[*names, "satisfaction"]].isin(range(scale[0], scale[1] + 1)).all().all()
    assert answers["recommend"].between(0, 10).all()
    assert answers[names].mean().to_numpy() == pytest.approx(truth["mean"].to_numpy(), rel=0.01)
    assert answers[names].std().to_numpy() == pytest.approx(truth["sd"].to_numpy(), rel=0.01)
    found = driver_regression(answers, outcome="satisfaction_score", drivers=names, folds=2)
    table = found.coefficients
    assert (
        (table["coefficient"] - truth["coefficient"].to_numpy()).abs() < 4 * table["standard_error"]
    ).all()
    assert table["standardised"].to_numpy() == pytest.approx(truth["standardised"].to_numpy(), abs=0.01)
    assert found.r_squared == pytest.approx(shop.r_squared, abs=0.01) and shop.r_squared == pytest.approx(0.5)
    parts = relative_importance(
        answers, outcome="satisfaction_score", drivers=names, n_boot=2, random_state=1
    ).importance["importance"]
    assert parts.to_numpy() == pytest.approx(truth["importance"].to_numpy(), abs=0.01)
    assert truth["importance"].sum() == pytest.approx(shop.r_squared)


def test_the_ordered_answers_follow_an_ordered_logit():
    shop = service_survey(20_000, drivers=DRIVERS, random_state=2)
    found = driver_regression(
        shop.answers, outcome="satisfaction", drivers=list(DRIVERS), model="ordered", folds=2
    )
    table = found.coefficients
    off = (table["coefficient"] - shop.truth["ordered_coefficient"]) / table["standard_error"]
    assert (off.abs() < 4).all() and found.proportional_odds["p_value"].iloc[0] > 0.001
    assert shop.answers["satisfaction"].value_counts(normalize=True).min() > 0.02


def test_limits_hold_the_truth_as_often_as_they_say():
    held = {"ols": 0, "ordered": 0, "importance": 0, "indirect": 0}
    for seed in range(25):
        shop = service_survey(300, drivers=DRIVERS, random_state=700 + seed)
        names = list(DRIVERS)
        for model, outcome, column in (
            ("ols", "satisfaction_score", "coefficient"),
            ("ordered", "satisfaction", "ordered_coefficient"),
        ):
            table = quietly(
                driver_regression, shop.answers, outcome=outcome, drivers=names, model=model, folds=2
            ).coefficients
            true = shop.truth[column]
            held[model] += ((table["low"] <= true) & (table["high"] >= true)).sum()
        table = relative_importance(
            shop.answers, outcome="satisfaction_score", drivers=names, n_boot=200, random_state=seed
        ).importance
        true = shop.truth["importance"]
        held["importance"] += ((table["low"] <= true) & (table["high"] >= true)).sum()
        effects = mediation(
            shop.answers,
            driver="speed",
            mediator="satisfaction_score",
            outcome="repurchase",
            controls=names[1:],
            n_boot=300,
            random_state=seed,
        ).effects.set_index("effect")
        true = shop.truth.set_index("driver").loc["speed", "indirect"]
        held["indirect"] += effects.loc["indirect", "low"] <= true <= effects.loc["indirect", "high"]
    # Binomial(100, 0.95): 88 or more in 997 of 1,000 cases.
    assert min(held["ols"], held["ordered"]) >= 88
    # Bootstrap limits are a little narrow in small samples: Binomial(100, 0.93) and Binomial(25, 0.93).
    assert held["importance"] >= 85 and held["indirect"] >= 19


def test_in_the_null_survey_no_driver_is_found():
    alarms = np.zeros(3)
    for seed in range(30):
        shop = null_survey(200, drivers=["speed", "care", "price"], random_state=seed)
        assert not shop.truth["importance"].any()
        for place, (model, outcome) in enumerate(
            (("ols", "satisfaction_score"), ("ordered", "satisfaction"))
        ):
            found = quietly(
                driver_regression,
                shop.answers,
                outcome=outcome,
                drivers=["speed", "care", "price"],
                model=model,
                folds=2,
            )
            alarms[place] += (found.coefficients["p_adjusted"] <= 0.05).any()
        found = quietly(
            relative_importance,
            shop.answers,
            outcome="satisfaction_score",
            drivers=["speed", "care", "price"],
            n_boot=2,
            random_state=1,
        )
        alarms[2] += found.p_value <= 0.05
    # Binomial(30, 0.05): 6 or fewer in 999 of 1,000 cases.
    assert (alarms <= 6).all()


def test_the_default_shop_bears_out_what_d3_supposes():
    shop = service_survey(600, random_state=5)
    found = level_claims(
        shop.answers,
        satisfied=["product_quality", "delivery_speed", "after_sales"],
        dissatisfied=["personalisation", "care"],
    )
    assert (found["verdict"] == "supported").all()
    quadrants = importance_performance(
        shop.answers,
        outcome="satisfaction_score",
        drivers=list(shop.truth["driver"]),
        n_boot=100,
        random_state=1,
    ).table.set_index("driver")["quadrant"]
    assert quadrants["product_quality"] == quadrants["delivery_speed"] == "keep up"
    assert quadrants["care"] == "low priority"


def test_careless_and_missing_answers_are_found_by_cleaning():
    shop = service_survey(300, missing=0.05, careless=0.1, random_state=4)
    items = [*shop.truth["driver"], "satisfaction"]
    survey = surveys.read(shop.answers, blocks=items, scale=(1, 5), respondent="respondent")
    found = surveys.clean(survey, max_missing=1.0)
    rejected = set(found.rejected["row"])
    assert len(shop.careless) == 30 and set(shop.careless) - rejected <= set(
        shop.answers.index[shop.answers[items].isna().sum(axis=1) > 2]
    )
    assert len(rejected - set(shop.careless)) <= 6
    assert shop.answers[list(shop.truth["driver"])].isna().mean().mean() == pytest.approx(0.05, abs=0.02)


def test_constructs_have_the_paths_and_items_the_loadings_they_were_given():
    shop = latent_survey(60_000, scale=None, random_state=1)
    etas = shop.constructs
    assert etas.std().to_numpy() == pytest.approx(np.ones(4), abs=0.02)
    for target in ("value", "satisfaction", "loyalty"):
        rows = shop.paths[shop.paths["target"] == target]
        beta = np.linalg.lstsq(etas[rows["source"].tolist()].to_numpy(), etas[target].to_numpy())[0]
        assert beta == pytest.approx(rows["coefficient"].to_numpy(), abs=0.02)
    for row in shop.loadings.itertuples():
        assert shop.answers[row.item].corr(etas[row.construct]) == pytest.approx(row.loading, abs=0.01)


def test_the_path_model_finds_the_planted_paths():
    held = 0
    for seed in range(20):
        shop = latent_survey(400, random_state=seed)
        pairs = list(zip(shop.paths["source"], shop.paths["target"], strict=True))
        found = path_model(
            shop.answers, blocks=shop.blocks, paths=pairs, consistent=True, n_boot=150, random_state=1
        ).paths
        true = shop.paths["coefficient"]
        held += ((found["low"] <= true) & (found["high"] >= true)).sum()
    # 80 limits; Binomial(80, 0.94): 68 or more in 997 of 1,000 cases.
    assert held >= 68
    assert shop.answers.isin(range(1, 11)).all().all()


def test_without_paths_items_of_different_constructs_do_not_go_together():
    r = latent_survey(20_000, paths={}, random_state=1).answers.corr()
    assert abs(r.loc["quality_1", "value_1"]) < 0.03 and r.loc["quality_1", "quality_2"] > 0.6


@pytest.mark.parametrize(
    ("draw", "options", "error", "message"),
    [
        (service_survey, {"n_respondents": 0}, ValueError, "n_respondents must be at least 1"),
        (service_survey, {"drivers": ["speed"]}, TypeError, "drivers must map names to coefficients"),
        (
            service_survey,
            {"drivers": {"a": np.nan}},
            ValueError,
            "coefficient of 'a' must be a finite",
        ),
        (service_survey, {"ratings": {"sped": 0.5}}, ValueError, "names 'sped', which is no driver"),
        (
            service_survey,
            {"ratings": {"care": 4}},
            ValueError,
            "rating of 'care' must lie from 0 to 1, got 4",
        ),
        (service_survey, {"scale": 5}, TypeError, "scale must be a pair of whole numbers"),
        (service_survey, {"scale": (5, 1)}, ValueError, "scale must be two rising whole numbers"),
        (service_survey, {"correlation": 1}, ValueError, "correlation must lie from 0 to below 1, got 1"),
        (service_survey, {"missing": -0.1}, ValueError, "missing must lie from 0 to below 1"),
        (service_survey, {"r_squared": 1}, ValueError, "r_squared must lie between 0 and 1, got 1"),
        (null_survey, {"drivers": "speed"}, TypeError, r"drivers must be a list of names, got 'speed'"),
        (latent_survey, {"paths": {("quality", "valu"): 0.5}}, ValueError, "did you mean 'value'"),
        (latent_survey, {"paths": {("value", "quality"): 0.5}}, ValueError, "'value' must stand before"),
        (latent_survey, {"paths": {("quality", "value"): 1.2}}, ValueError, "explain 1.44 of it"),
        (latent_survey, {"loadings": {"quality": [1.2]}, "paths": {}}, ValueError, "above 0 and up to 1"),
    ],
)
def test_bad_input(draw, options, error, message):
    with pytest.raises(error, match=message):
        draw(**options)
