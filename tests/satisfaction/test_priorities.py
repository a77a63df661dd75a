"""Importance against performance, claims about levels, and gaps."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kehu.satisfaction import (
    expectation_gaps,
    importance_performance,
    level_claims,
    relative_importance,
)
from kehu.warnings import DroppedRowsWarning, NoRelationWarning

DRIVERS = ["speed", "care", "price", "site"]


def survey(n=400, seed=0):
    """Speed and care count, price and site do not; speed and price are rated low."""
    rng = np.random.default_rng(seed)
    middle = np.array([4.0, 8.0, 4.0, 8.0])
    x = np.clip(np.rint(middle + rng.normal(0, 1, (n, 1)) + rng.normal(0, 1.2, (n, 4))), 1, 10)
    data = pd.DataFrame(x, columns=DRIVERS)
    data["satisfaction"] = data["speed"] + data["care"] + rng.normal(0, 2, n)
    return data


def placed(data, **options):
    options = {"outcome": "satisfaction", "drivers": DRIVERS, "n_boot": 200, "random_state": 1, **options}
    return importance_performance(data, **options)


@pytest.mark.parametrize("importance", ["lmg", "johnson", "standardised"])
@pytest.mark.parametrize("borders", ["means", "scale"])
def test_drivers_land_in_the_quadrants_they_were_made_for(importance, borders):
    found = placed(survey(), importance=importance, borders=borders, scale=(1, 10))
    wanted = ["concentrate here", "keep up", "low priority", "possible overkill"]
    assert found.table["quadrant"].tolist() == wanted
    assert (found.table["certainty"] > 0.95).all()
    assert found.importance_border == pytest.approx(found.table["importance"].mean())
    middle = 5.5 if borders == "scale" else found.table["performance"].mean()
    assert found.performance_border == pytest.approx(middle)


def test_importance_and_its_limits_are_those_of_relative_importance():
    data = survey(100)
    theirs = relative_importance(
        data, outcome="satisfaction", drivers=DRIVERS, n_boot=200, random_state=1
    ).importance
    table = placed(data).table
    for column in ("importance", "low", "high"):
        ours = table[f"importance_{column}" if column != "importance" else column]
        assert ours.to_numpy() == pytest.approx(theirs[column].to_numpy())
    for driver, row in table.set_index("driver").iterrows():
        limits = stats.ttest_1samp(data[driver], 0).confidence_interval(0.95)
        assert (row["performance_low"], row["performance_high"]) == pytest.approx(tuple(limits))


def test_drivers_that_cannot_be_told_apart_are_placed_without_certainty():
    rng = np.random.default_rng(2)
    data = pd.DataFrame(rng.normal(5, 1, (200, 4)), columns=DRIVERS)
    data["satisfaction"] = data.sum(axis=1) + rng.normal(0, 3, 200)
    assert (placed(data).table["certainty"] < 0.9).all()


def test_a_survey_without_drivers_is_called_so_and_many_drivers_are_weighted_by_johnson():
    rng = np.random.default_rng(3)
    names = [f"d{place}" for place in range(30)]
    data = pd.DataFrame(rng.normal(size=(120, 30)), columns=names)
    data["satisfaction"] = rng.normal(size=120)
    with pytest.warns(NoRelationWarning, match="no more of satisfaction than chance would"):
        found = placed(data, drivers=names, n_boot=20)
    assert found.importance_kind == "johnson" and len(found.table) == 30
    with pytest.raises(ValueError, match="LMG of 30 drivers would take"):
        placed(data, drivers=names, importance="lmg")
    # Weights of one's own owe nothing to the answers.
    assert placed(data, drivers=names, importance=dict.fromkeys(names, 1.0)).importance_kind == "given"


def test_own_weights_have_no_limits():
    weights = {"speed": 0.1, "care": 0.2, "price": 0.3, "site": 0.4}
    found = placed(survey(), importance=weights)
    assert found.importance_kind == "given" and found.table["importance_low"].isna().all()
    assert found.table["importance"].tolist() == [0.1, 0.2, 0.3, 0.4]
    assert found.table["quadrant"].tolist()[2:] == ["concentrate here", "keep up"]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"importance": "lgm"}, ValueError, "did you mean 'lmg'"),
        ({"importance": {"speed": 1}}, ValueError, "importance must name the drivers"),
        ({"importance": dict.fromkeys(DRIVERS, -1)}, ValueError, "weights of 0 and more"),
        ({"borders": "median"}, ValueError, "borders='median' is not known"),
        ({"borders": "scale"}, ValueError, "needs the scale"),
        ({"scale": (1, 7)}, ValueError, r"which is not on the scale \(1, 7\)"),
        ({"scale": (7, 1)}, ValueError, "scale must rise"),
        ({"scale": 7}, TypeError, "scale must be a pair"),
        ({"drivers": ["speed", "satisfaction"]}, ValueError, "stands among the drivers"),
    ],
)
def test_bad_maps(options, error, message):
    with pytest.raises(error, match=message):
        placed(survey(), **options)


def test_claims_about_levels_are_tested():
    data = survey().assign(even=np.tile([5.0, 6.0], 200))
    found = level_claims(
        data, satisfied=["care", "speed", "even"], dissatisfied=["price", "site"], scale=(1, 10)
    ).set_index("item")
    verdicts = ["supported", "contradicted", "open", "supported", "contradicted"]
    assert found["verdict"].tolist() == verdicts
    test = stats.ttest_1samp(data["care"], 5.5)
    assert found.loc["care", "p_value"] == pytest.approx(test.pvalue)
    limits = stats.binomtest(int((data["care"] > 5.5).sum()), 400).proportion_ci(method="wilson")
    assert (found.loc["care", "share_low"], found.loc["care", "share_high"]) == pytest.approx(tuple(limits))
    assert found.loc["even", "p_value"] == pytest.approx(1)


def test_a_few_who_all_answer_alike_prove_little():
    # Without any spread Student's t is infinite; the sign test of two answers gives 2 / 2².
    two = pd.DataFrame({"care": [4, 4], "care_e": [5, 5]})
    claim = level_claims(two, satisfied=["care"]).iloc[0]
    assert claim["p_value"] == pytest.approx(0.5) and claim["verdict"] == "open"
    gap = expectation_gaps(two, pairs={"care": ("care_e", "care")}).table.iloc[0]
    assert gap["p_value"] == pytest.approx(0.5)
    many = pd.DataFrame({"care": [4] * 20})
    assert level_claims(many, satisfied=["care"]).iloc[0]["verdict"] == "supported"
    assert level_claims(many, satisfied=["care"]).iloc[0]["p_value"] == pytest.approx(
        stats.binomtest(20, 20).pvalue
    )


def test_claims_about_nothing_are_mostly_left_open():
    rng = np.random.default_rng(4)
    false = 0
    for _ in range(100):
        data = pd.DataFrame(rng.integers(1, 6, (60, 4)), columns=DRIVERS)
        found = level_claims(data, satisfied=DRIVERS[:2], dissatisfied=DRIVERS[2:])
        false += (found["verdict"] != "open").any()
    # Holm keeps the chance of any false verdict at 5 %; Binomial(100, 0.05): 12 or fewer in 998 of 1,000.
    assert false <= 12


def test_bad_claims():
    data = survey(20)
    with pytest.raises(ValueError, match="has 'care' more than once"):
        level_claims(data, satisfied=["care"], dissatisfied=["care"], scale=(1, 10))
    with pytest.raises(ValueError, match="must name 1 or more columns"):
        level_claims(data)
    with pytest.raises(ValueError, match=r"not on the scale \(1, 5\)"):
        level_claims(data, satisfied=["care"])


PAIRS = {"speed": ("speed_e", "speed_p"), "care": ("care_e", "care_p")}


def asked(n=200, gap=-0.6, seed=0):
    rng = np.random.default_rng(seed)
    level = rng.normal(0, 1, n)
    columns = {"speed_e": 6, "speed_p": 6 + gap, "care_e": 5, "care_p": 5}
    return pd.DataFrame({name: mean + level + rng.normal(0, 1, n) for name, mean in columns.items()})


def test_gaps_are_paired_tests():
    data = asked()
    found = expectation_gaps(data, pairs=PAIRS)
    table = found.table.set_index("dimension")
    for name, (expected, felt) in PAIRS.items():
        test = stats.ttest_rel(data[felt], data[expected])
        limits = test.confidence_interval(0.95)
        row = table.loc[name]
        assert (row["statistic"], row["p_value"]) == pytest.approx((test.statistic, test.pvalue))
        assert (row["low"], row["high"]) == pytest.approx((limits.low, limits.high))
        assert row["gap"] == pytest.approx(row["perception"] - row["expectation"])
        assert row["effect"] == pytest.approx(
            (data[felt] - data[expected]).mean() / (data[felt] - data[expected]).std()
        )
    assert found.overall == pytest.approx(table["gap"].mean())
    assert found.overall_low < found.overall < found.overall_high


def test_limits_of_gaps_hold_the_truth_as_often_as_they_say():
    held = 0
    for seed in range(100):
        table = expectation_gaps(asked(50, seed=seed), pairs=PAIRS).table
        held += ((table["low"] <= [-0.6, 0]) & (table["high"] >= [-0.6, 0])).sum()
    # Binomial(200, 0.95): 181 or more in 997 of 1,000 cases.
    assert held >= 181


def test_bad_gaps():
    data = asked(20)
    for pairs, error, message in (
        ({}, TypeError, "pairs must map names to pairs .expectation, perception., got {}"),
        ({"speed": "speed_e"}, ValueError, "must be .expectation, perception., got 'speed_e'"),
        ({"a": ("speed_e", "speed_p"), "b": ("speed_e", "care_p")}, ValueError, "'speed_e' more than once"),
        ({"a": ("speed_e", "speed_q")}, KeyError, "did you mean 'speed_p'"),
        ({"a": 5}, ValueError, "must be .expectation, perception., got 5"),
    ):
        with pytest.raises(error, match=message):
            expectation_gaps(data, pairs=pairs)
    with pytest.warns(DroppedRowsWarning), pytest.raises(ValueError, match="two or more rows"):
        expectation_gaps(data.head(1).reindex(range(3)), pairs=PAIRS)
