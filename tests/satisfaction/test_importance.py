"""Relative importance: published values, all orders by hand, pingouin, planted truth and the null survey."""

import warnings
from itertools import permutations

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu.satisfaction import driver_regression, relative_importance
from kehu.satisfaction.importance import johnson_weights, lmg_shares
from kehu.warnings import DroppedRowsWarning, NoRelationWarning, PerfectFitWarning

# Fertility on the five others: R's relaimpo (LMG) and Johnson's weights.
SWISS_LMG = {
    "Agriculture": 0.05709122,
    "Examination": 0.17117303,
    "Education": 0.26013468,
    "Catholic": 0.10557015,
    "Infant.Mortality": 0.11276592,
}
SWISS_JOHNSON = [0.048417, 0.154708, 0.271964, 0.114680, 0.116966]


def oracle(shared_data, name):
    return pd.read_csv(shared_data.parent / "oracles" / f"datasets_{name}.csv").drop(columns="rownames")


def survey(n=300, seed=0, beta=(0.5, 0.3, 0.15, 0.0)):
    rng = np.random.default_rng(seed)
    x = np.sqrt(0.4) * rng.normal(size=(n, 1)) + np.sqrt(0.6) * rng.normal(size=(n, len(beta)))
    data = pd.DataFrame(x, columns=[f"d{place}" for place in range(len(beta))])
    data["y"] = x @ np.array(beta) + rng.normal(size=n)
    return data


def truth(beta=(0.5, 0.3, 0.15, 0.0)):
    """Correlations of the people that `survey` draws from."""
    p, beta = len(beta), np.array(beta)
    matrix = np.full((p + 1, p + 1), 0.4)
    matrix[:p, :p] += 0.6 * np.eye(p)
    matrix[:p, p] = matrix[p, :p] = matrix[:p, :p] @ beta
    matrix[p, p] = beta @ matrix[:p, :p] @ beta + 1
    spread = np.sqrt(np.diag(matrix))
    return matrix / np.outer(spread, spread)


def drivers(data):
    return [name for name in data if name.startswith("d")]


def importance(data, **options):
    return relative_importance(
        data, outcome="y", drivers=drivers(data), **{"n_boot": 100, "random_state": 1, **options}
    )


def test_published_shares_of_swiss_fertility(shared_data):
    swiss = oracle(shared_data, "swiss")
    by_method = {
        method: relative_importance(
            swiss, outcome="Fertility", drivers=list(SWISS_LMG), method=method, n_boot=50, random_state=1
        )
        for method in ("auto", "johnson")
    }
    lmg = by_method["auto"]
    assert lmg.method == "lmg" and lmg.r_squared == pytest.approx(0.706735, abs=5e-7)
    found = lmg.importance.set_index("driver")["importance"].to_dict()
    assert found == pytest.approx(SWISS_LMG, abs=5e-9)
    assert by_method["johnson"].importance["importance"].to_numpy() == pytest.approx(SWISS_JOHNSON, abs=5e-7)


def test_published_shares_of_employees_attitude(shared_data):
    attitude = oracle(shared_data, "attitude")
    found = relative_importance(
        attitude, outcome="rating", drivers=list(attitude.columns[1:]), n_boot=50, random_state=1
    )
    table = found.importance.set_index("driver")
    assert found.r_squared == pytest.approx(0.732602, abs=5e-7)
    assert table.loc["complaints", "importance"] == pytest.approx(0.370816, abs=5e-7)
    assert table.loc["learning", "importance"] == pytest.approx(0.155766, abs=5e-7)
    assert table.loc["complaints", "rank"] == 1


@pytest.mark.parametrize("p", [1, 2, 6])
def test_pingouin_agrees(p):
    data = survey(80, seed=p, beta=np.linspace(1, 0, p))
    names = drivers(data)
    theirs = pingouin.linear_regression(data[names], data["y"], relimp=True).iloc[1:]
    found = importance(data)
    assert found.importance["importance"].to_numpy() == pytest.approx(theirs["relimp"].to_numpy())
    assert 100 * found.importance["share"].to_numpy() == pytest.approx(theirs["relimp_perc"].to_numpy())


def test_lmg_is_the_mean_gain_over_all_orders():
    data = survey(60, beta=(1, 0.5, -0.7, 0.2, 0))
    correlations = data.corr().to_numpy()

    def explained(chosen):
        chosen = list(chosen)
        r = correlations[chosen, -1]
        return r @ np.linalg.solve(correlations[np.ix_(chosen, chosen)], r) if chosen else 0.0

    gains = np.zeros(5)
    orders = list(permutations(range(5)))
    for order in orders:
        for place, driver in enumerate(order):
            gains[driver] += explained(order[: place + 1]) - explained(order[:place])
    assert lmg_shares(correlations) == pytest.approx(gains / len(orders), abs=1e-12)


def test_drivers_without_correlation_get_their_squared_correlation():
    r = np.array([0.5, -0.3, 0.2, 0.0])
    matrix = np.eye(5)
    matrix[:4, 4] = matrix[4, :4] = r
    for divide in (lmg_shares, johnson_weights):
        assert divide(matrix) == pytest.approx(r**2, abs=1e-12)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    p=st.integers(1, 9),
    method=st.sampled_from(["lmg", "johnson"]),
    data=st.data(),
)
def test_parts_sum_to_r_squared_and_follow_their_drivers(seed, p, method, data):
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(40, p + 1)) @ rng.normal(size=(p + 1, p + 1))
    correlations = np.atleast_2d(np.corrcoef(numbers.T))
    divide = {"lmg": lmg_shares, "johnson": johnson_weights}[method]
    parts = divide(correlations)
    r = correlations[:-1, -1]
    whole = r @ np.linalg.solve(correlations[:-1, :-1], r)
    assert parts.sum() == pytest.approx(whole, abs=1e-9) and parts.min() > -1e-12
    order = data.draw(st.permutations(range(p)))
    turned = correlations[np.ix_([*order, p], [*order, p])]
    assert divide(turned) == pytest.approx(parts[list(order)], abs=1e-9)


def test_a_copied_driver_takes_half_and_adds_nothing():
    data = survey(200)
    correlations = data.assign(twin=data["d0"])[["d0", "twin", "d1", "y"]].corr().to_numpy()
    shares = lmg_shares(correlations)
    assert shares[0] == pytest.approx(shares[1])
    assert shares.sum() == pytest.approx(lmg_shares(data[["d0", "d1", "y"]].corr().to_numpy()).sum())


def test_r_squared_and_its_test_are_those_of_the_regression():
    data = survey()
    found = importance(data)
    regression = driver_regression(data, outcome="y", drivers=drivers(data))
    assert found.r_squared == pytest.approx(regression.r_squared, abs=1e-12)
    assert found.importance["importance"].sum() == pytest.approx(found.r_squared, abs=1e-12)
    assert found.importance["share"].sum() == pytest.approx(1)
    assert found.draws.shape == (100, 4)


def test_the_bootstrap_refits_respondents_drawn_anew():
    data = survey(50)
    found = importance(data, n_boot=3, random_state=7)
    rng = np.random.default_rng(7)
    for draw in found.draws.to_numpy():
        again = data.iloc[rng.integers(50, size=50)].corr().to_numpy()
        assert draw == pytest.approx(lmg_shares(again), abs=1e-10)


def test_more_than_fifteen_drivers_are_weighted_by_johnson():
    data = survey(200, beta=np.linspace(0, 0.5, 16))
    found = importance(data, n_boot=10)
    assert found.method == "johnson"
    assert found.importance["importance"].sum() == pytest.approx(found.r_squared)
    lmg = importance(data, method="lmg", n_boot=2)
    assert np.corrcoef(lmg.importance["importance"], found.importance["importance"])[0, 1] > 0.95


def test_limits_hold_the_true_parts_as_often_as_they_say():
    parts, held = lmg_shares(truth()), 0
    for seed in range(60):
        table = importance(survey(400, seed), n_boot=200).importance
        held += ((table["low"] <= parts) & (table["high"] >= parts)).sum()
        assert (table["rank_low"] <= table["rank"]).all() and (table["rank"] <= table["rank_high"]).all()
    # 240 limits of 60 surveys, nominally 95 %; Binomial(240, 0.93) has 211 or more in 998 of 1,000 cases.
    assert 211 <= held < 240


def test_a_survey_without_drivers_is_called_so():
    told = 0
    for seed in range(60):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = importance(survey(100, 500 + seed, beta=(0, 0, 0)), n_boot=2)
        told += any(w.category is NoRelationWarning for w in caught)
        assert (found.p_value > 0.05) == any(w.category is NoRelationWarning for w in caught)
    # Binomial(60, 0.95): 52 or more in 997 of 1,000 cases.
    assert told >= 52


def test_a_part_is_never_negative_and_an_exact_outcome_is_noticed():
    data = survey(60).assign(d4=[1.0, *[0.0] * 59])
    found = importance(data)
    assert found.draws.to_numpy().min() >= 0 and found.importance["low"].min() >= 0
    total = data.assign(y=data["d0"] + data["d1"])
    with pytest.warns(PerfectFitWarning, match="the drivers make up y exactly"):
        assert importance(total).r_squared == pytest.approx(1)


def test_missing_answers_are_dropped_and_counted():
    data = survey(60)
    data.loc[:4, "d1"] = np.nan
    with pytest.warns(DroppedRowsWarning, match="5 of 60 rows"):
        found = importance(data)
    assert (found.n, found.n_dropped, found.missing["d1"]) == (55, 5, 5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "shapley"}, "method='shapley' is not known"),
        ({"n_boot": 1}, "n_boot must be a whole number from 2, got 1"),
        ({"confidence_level": 1.0}, "confidence_level must be between 0 and 1"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        importance(survey(30), **options)


def test_bad_surveys():
    data = survey(40, beta=np.ones(23))
    with pytest.raises(ValueError, match="LMG of 23 drivers would take 8,388,608 regressions"):
        importance(data, method="lmg")
    with pytest.raises(ValueError, match="perfectly collinear"):
        importance(survey(30).assign(d9=lambda d: -3 * d["d0"]))
    with pytest.raises(ValueError, match="stands among the drivers"):
        relative_importance(data, outcome="y", drivers=["d1", "y"])
