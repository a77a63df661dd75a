"""Fuzzy comprehensive evaluation."""

import warnings

import numpy as np
import pandas as pd
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu.ahp import Hierarchy
from kehu.evaluation import fuzzy_evaluation, membership_of_ratings, membership_of_values
from kehu.warnings import UnclearGradeWarning

GRADES = ["excellent", "good", "fair", "poor"]
POINTS = pd.DataFrame({"good": [1.0], "poor": [3.0]}, index=["a"])


def memberships(rows, seed=1):
    values = np.random.default_rng(seed).dirichlet(np.ones(4), rows)
    return pd.DataFrame(values, index=[f"c{k}" for k in range(rows)], columns=GRADES)


def test_operators_by_hand():
    table = pd.DataFrame(
        [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]], index=["a", "b"], columns=["good", "fair", "poor"]
    )
    weights = {"a": 0.4, "b": 0.6}
    mean = fuzzy_evaluation(table, weights, values=[3, 2, 1])
    assert mean.membership.tolist() == pytest.approx([0.44, 0.38, 0.18])
    assert (mean.grade, mean.score) == ("good", pytest.approx(2.26))
    assert mean.margin == pytest.approx(0.06)
    zadeh = fuzzy_evaluation(table, weights, operator="max_min")
    assert zadeh.membership.tolist() == pytest.approx(np.array([0.6, 0.4, 0.3]) / 1.3)
    product = fuzzy_evaluation(table, weights, operator="max_product")
    assert product.membership.tolist() == pytest.approx(np.array([0.36, 0.2, 0.12]) / 0.68)
    assert zadeh.score is None


@given(st.integers(1, 6), st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_a_hierarchy_gives_what_its_global_weights_give(n, seed):
    rng = np.random.default_rng(seed)
    tree = {
        "weights": rng.dirichlet(np.ones(2)),
        "criteria": {
            "x": {"weights": rng.dirichlet(np.ones(2)), "criteria": ["c0", "c1"]},
            "y": {"weights": rng.dirichlet(np.ones(n + 1)), "criteria": [f"c{k}" for k in range(2, n + 3)]},
        },
    }
    made, table = Hierarchy("goal", tree), memberships(n + 3, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnclearGradeWarning)
        whole, flat = fuzzy_evaluation(table, made), fuzzy_evaluation(table, made.leaves())
    assert whole.membership.to_numpy() == pytest.approx(flat.membership.to_numpy())
    assert whole.membership.sum() == pytest.approx(1)
    levels = whole.levels
    assert levels.loc["goal", GRADES].to_numpy(dtype=float) == pytest.approx(whole.membership.to_numpy())
    below = levels.loc[["x", "y"]]
    assert below["weight"].to_numpy() @ below[GRADES].to_numpy() == pytest.approx(whole.membership.to_numpy())


def test_memberships_of_ratings():
    answers = pd.DataFrame({"a": ["good", "good", None, "poor"], "b": ["fair"] * 4})
    found = membership_of_ratings(answers, GRADES)
    assert found.loc["a"].tolist() == pytest.approx([0, 2 / 3, 0, 1 / 3])
    assert found.loc["b", "fair"] == 1
    with pytest.raises(ValueError, match="'a' holds 'great', which is no grade"):
        membership_of_ratings(answers.replace("poor", "great"), GRADES)
    with pytest.raises(ValueError, match="nobody rated 'c'"):
        membership_of_ratings(answers.assign(c=None), GRADES)
    with pytest.raises(ValueError, match="grades must be different names"):
        membership_of_ratings(answers, ["good", "good"])


@given(st.floats(-10, 40))
def test_memberships_of_values_add_up(value):
    points = pd.DataFrame([[1, 3, 6, 10], [20, 15, 5, 0]], index=["days", "share"], columns=GRADES)
    found = membership_of_values({"days": value, "share": value}, points)
    assert found.sum(axis=1).to_numpy() == pytest.approx(1)
    assert ((found >= 0) & (found <= 1)).all(axis=None)
    assert (found > 0).sum(axis=1).max() <= 2
    # The mean of the typical values by membership is the value itself, within the ends.
    assert (found * points).sum(axis=1).to_numpy() == pytest.approx(
        [np.clip(value, 1, 10), np.clip(value, 0, 20)]
    )


def test_memberships_of_values_refuse():
    points = pd.DataFrame([[1.0, 3.0, 2.0]], index=["days"], columns=["a", "b", "c"])
    with pytest.raises(ValueError, match="points must go up or down"):
        membership_of_values({"days": 2}, points)
    with pytest.raises(ValueError, match="values lack 'days'"):
        membership_of_values({"day": 2}, points)


def test_an_unclear_grade_is_said():
    table = pd.DataFrame([[0.5, 0.48, 0.02]], index=["a"], columns=["good", "fair", "poor"])
    with pytest.warns(UnclearGradeWarning, match="'good' and 'fair' fit about equally well"):
        assert fuzzy_evaluation(table, {"a": 1}).margin == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda table: table * 2, {}, "that add up to 1"),
        (lambda table: table - 0.5, {}, "numbers from 0 on"),
        (lambda table: table[:0], {}, "no rows"),
        (lambda table: table, {"operator": "min"}, "operator='min' is not known"),
        (
            lambda table: table,
            {"values": [1, 2]},
            "values must be 4 numbers, one for each grade, got \\[1, 2\\]",
        ),
        (lambda table: table.set_axis(list("aabc"), axis=1), {}, "different names"),
    ],
)
def test_refuses(change, options, message):
    with pytest.raises(ValueError, match=message):
        fuzzy_evaluation(change(memberships(2)), {"c0": 0.5, "c1": 0.5}, **options)


def test_refuses_other_types():
    with pytest.raises(TypeError, match="must be a pandas DataFrame, criteria by grades"):
        fuzzy_evaluation([[1, 0]], {"a": 1})
    made = Hierarchy("goal", {"weights": [0.5, 0.5], "criteria": ["c0", "x"]})
    with pytest.raises(ValueError, match="weights name 'x', which is no criterion"):
        fuzzy_evaluation(memberships(1), made)


def test_levels_tell_how_deep_a_criterion_lies():
    tree = {
        "weights": [0.4, 0.6],
        "criteria": {"x": {"weights": [0.5, 0.5], "criteria": ["c0", "c1"]}, "c2": None},
    }
    with warnings.catch_warnings(action="ignore", category=UnclearGradeWarning):
        deep, flat = (
            fuzzy_evaluation(memberships(3), weights)
            for weights in (Hierarchy("goal", tree), {"c0": 1, "c1": 1, "c2": 1})
        )
    assert deep.levels["level"].to_dict() == {"goal": 0, "x": 1, "c0": 2, "c1": 2, "c2": 1}
    assert deep.levels["weight"].to_dict() == pytest.approx(
        {"goal": 1, "x": 0.4, "c0": 0.2, "c1": 0.2, "c2": 0.6}
    )
    assert flat.levels["level"].eq(1).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        # With a criterion twice memberships of the whole would add up to more than 1.
        (
            lambda: fuzzy_evaluation(memberships(2).set_axis(["a", "a"]), {"a": 1}),
            ValueError,
            "'a' is there twice",
        ),
        (
            lambda: fuzzy_evaluation(memberships(2).rename(columns={"fair": "weight"}), {"c0": 1, "c1": 1}),
            ValueError,
            "a grade cannot be named 'weight'",
        ),
        (
            lambda: fuzzy_evaluation(memberships(1), {"c0": 1}, values=[1, 2, 3, np.nan]),
            ValueError,
            "values must be 4 numbers",
        ),
        (lambda: membership_of_ratings([["good"]], GRADES), TypeError, "must be a dataframe"),
        (lambda: membership_of_ratings(pd.DataFrame(), GRADES), ValueError, "ratings has no columns"),
        (
            lambda: membership_of_values({"a": 1}, {"a": [1, 2]}),
            TypeError,
            "points must be a pandas DataFrame",
        ),
        (
            lambda: membership_of_values([1], POINTS),
            TypeError,
            "values must be a pandas Series or a dictionary",
        ),
        (lambda: membership_of_values({"a": "x"}, POINTS), ValueError, "values must hold numbers, got 'x'"),
        (lambda: membership_of_values({"a": 1}, pd.concat([POINTS] * 2)), ValueError, "'a' is there twice"),
    ],
)
def test_refuses_other_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_ratings_of_other_libraries():
    ratings = pd.DataFrame({"speed": ["good", "poor", None], "care": ["fair"] * 3})
    pd.testing.assert_frame_equal(
        membership_of_ratings(polars.from_pandas(ratings), GRADES), membership_of_ratings(ratings, GRADES)
    )
