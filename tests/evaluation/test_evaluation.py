"""Weights from the data, rankings, combinations: published values, properties, bad input."""

import numpy as np
import pandas as pd
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kehu.ahp import Group, PairwiseMatrix
from kehu.evaluation import (
    combine,
    compare_weights,
    critic_weights,
    entropy_weights,
    sweep,
    topsis,
    weighted_sum,
)
from kehu.figures.words import heading
from kehu.warnings import ConstantCriterionWarning

# Hwang and Yoon 1981: the choice of a fighter aircraft; the fourth criterion is a cost.
AIRCRAFT = pd.DataFrame(
    {
        "speed": [2.0, 2.5, 1.8, 2.2],
        "range": [1500, 2700, 2000, 1800],
        "payload": [20000, 18000, 21000, 20000],
        "price": [5.5, 6.5, 4.5, 5.0],
        "reliability": [5, 3, 7, 5],
        "manoeuvres": [9, 5, 7, 5],
    },
    index=["A1", "A2", "A3", "A4"],
)
JUDGED = dict(zip(AIRCRAFT, [0.2, 0.1, 0.1, 0.1, 0.2, 0.3], strict=True))


def shops(n=6, k=4, seed=1):
    values = np.random.default_rng(seed).uniform(0.5, 9, (n, k))
    return pd.DataFrame(values, index=[f"s{i}" for i in range(n)], columns=[f"c{j}" for j in range(k)])


def test_topsis_of_the_aircraft():
    # Hwang and Yoon 1981, computed there with rounded steps.
    found = topsis(AIRCRAFT, JUDGED, costs="price")
    closeness = found["closeness"].loc[AIRCRAFT.index].tolist()
    assert closeness == pytest.approx([0.643, 0.268, 0.613, 0.312], abs=0.001)
    assert list(found.index) == ["A1", "A3", "A4", "A2"]
    assert found["rank"].tolist() == [1, 2, 3, 4]


def test_entropy_weights_by_scipy():
    found = entropy_weights(AIRCRAFT, costs=["price"])
    values = AIRCRAFT.assign(price=1 / AIRCRAFT["price"])
    entropy = np.array([stats.entropy(values[name], base=4) for name in values])
    assert found["entropy"].to_numpy() == pytest.approx(entropy)
    assert found["weight"].to_numpy() == pytest.approx((1 - entropy) / (1 - entropy).sum())
    ranged = entropy_weights(AIRCRAFT, costs=["price"], scale="range")
    low, high = AIRCRAFT.min(), AIRCRAFT.max()
    values = ((AIRCRAFT - low) / (high - low)).assign(price=(high["price"] - AIRCRAFT["price"]) / 2)
    entropy = np.array([stats.entropy(values[name], base=4) for name in values])
    assert ranged["weight"].to_numpy() == pytest.approx((1 - entropy) / (1 - entropy).sum())


def test_critic_weights_by_hand():
    found = critic_weights(AIRCRAFT, costs=["price"])
    low, high = AIRCRAFT.min(), AIRCRAFT.max()
    scaled = ((AIRCRAFT - low) / (high - low)).assign(price=(high["price"] - AIRCRAFT["price"]) / 2)
    content = scaled.std() * (1 - scaled.corr()).sum()
    assert found["weight"].to_numpy() == pytest.approx((content / content.sum()).to_numpy())


@given(st.integers(0, 10**6), st.floats(0.01, 100))
@settings(deadline=None, max_examples=15)
def test_units_and_order_do_not_matter(seed, factor):
    table = shops(seed=seed)
    weights = pd.Series([0.4, 0.3, 0.2, 0.1], index=table.columns)
    scaled = table * [factor, 1, 1 / factor, 2]
    for found in (entropy_weights, critic_weights):
        first = found(table, costs=["c1"])["weight"]
        assert first.sum() == pytest.approx(1)
        assert found(scaled, costs=["c1"])["weight"].to_numpy() == pytest.approx(first.to_numpy())
        turned = found(table.iloc[::-1, ::-1], costs=["c1"])["weight"]
        assert turned[first.index].to_numpy() == pytest.approx(first.to_numpy())
    for ranked in (topsis, weighted_sum):
        first = ranked(table, weights, costs=["c1"])
        second = ranked(scaled.iloc[:, ::-1], weights * 7, costs=["c1"])
        assert second.iloc[:, 0].to_numpy() == pytest.approx(first.iloc[:, 0].to_numpy())
        assert first.iloc[:, 0].is_monotonic_decreasing


def test_the_best_throughout_is_first_by_any_weights():
    table = shops()
    table.loc["best"], table.loc["worst"] = 10.0, 0.1
    rng = np.random.default_rng(2)
    for _ in range(20):
        weights = dict(zip(table, rng.dirichlet(np.ones(4)), strict=True))
        for ranked in (topsis, weighted_sum):
            order = list(ranked(table, weights).index)
            assert (order[0], order[-1]) == ("best", "worst")


def test_where_nothing_differs_entropy_gives_no_preference():
    """Criteria that are spread alike get like weights: the null case of measured weights."""
    rng = np.random.default_rng(4)
    table = pd.DataFrame(rng.permuted(np.tile(np.arange(1.0, 9), (5, 1)), axis=1).T)
    assert entropy_weights(table)["weight"].to_numpy() == pytest.approx(np.full(5, 0.2))


def test_constant_criteria():
    table = shops().assign(c9=3.0)
    for found in (entropy_weights, critic_weights):
        with pytest.warns(ConstantCriterionWarning, match="'c9' is the same for all alternatives"):
            assert found(table)["weight"]["c9"] == 0
        with pytest.raises(ValueError, match="no criterion varies"):
            found(table[["c9"]])
    alike = pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, 4, 6]})
    assert critic_weights(alike)["weight"].tolist() == pytest.approx([0.5, 0.5])


def test_zeros_are_fine_where_they_mean_something():
    table = pd.DataFrame({"a": [0, 1, 3], "b": [1, 1, 2]})
    expected = 1 - stats.entropy([0, 0.25, 0.75], base=3)
    assert entropy_weights(table)["divergence"]["a"] == pytest.approx(expected)


def test_combinations():
    u, v = pd.Series({"a": 0.8, "b": 0.2}), {"b": 0.7, "a": 0.3}
    assert combine(u, v).tolist() == pytest.approx([0.55, 0.45])
    assert combine(u, v, share=1).tolist() == pytest.approx([0.8, 0.2])
    product = np.array([0.8 * 0.3, 0.2 * 0.7]) ** 0.5
    assert combine(u, v, how="multiplicative").tolist() == pytest.approx(product / product.sum())
    with pytest.raises(ValueError, match="no criterion has weight in both"):
        combine({"a": 1, "b": 0}, {"a": 0, "b": 1}, how="multiplicative")
    with pytest.raises(ValueError, match="how='mean' is not known"):
        combine(u, v, how="mean")
    with pytest.raises(ValueError, match=r"share=1\.5"):
        combine(u, v, share=1.5)


def test_sweep_ends_at_the_two_weightings():
    table = shops()
    u, v = {"c0": 1, "c1": 0, "c2": 0, "c3": 0}, {"c0": 0, "c1": 0, "c2": 0, "c3": 1}
    found = sweep(table, u, v, rank_by="weighted_sum", steps=5)
    assert len(found) == 30
    for share, weights in ((0.0, v), (1.0, u)):
        part = found[found["share"] == share].set_index("alternative")
        expected = weighted_sum(table, weights)
        assert part.loc[expected.index, "score"].to_numpy() == pytest.approx(expected["score"].to_numpy())
    with pytest.raises(ValueError, match="rank_by='size' is not known"):
        sweep(table, u, v, rank_by="size")
    with pytest.raises(ValueError, match="steps=1"):
        sweep(table, u, v, steps=1)


def test_comparison_of_weightings():
    table = shops()
    one = {"c0": 0.4, "c1": 0.3, "c2": 0.2, "c3": 0.1}
    other = {"c0": 0.1, "c1": 0.2, "c2": 0.3, "c3": 0.4}
    entropy = entropy_weights(table)["weight"]
    found = compare_weights({"judged": one, "turned": other, "entropy": entropy}, table)
    pairs = found.pairs.set_index(["first", "second"])
    assert pairs.loc[("judged", "turned"), "spearman"] == pytest.approx(-1)
    assert pairs.loc[("judged", "turned"), "distance"] == pytest.approx(0.4)
    assert pairs.loc[("judged", "entropy"), "kendall"] == pytest.approx(
        stats.kendalltau(list(one.values()), entropy.to_numpy()).statistic
    )
    for name, weights in (("judged", one), ("entropy", entropy)):
        assert found.alternatives[name].to_dict() == topsis(table, weights)["rank"].to_dict()
    assert (found.alternatives["changes"] == found.alternatives["worst"] - found.alternatives["best"]).all()
    assert compare_weights({"a": one, "b": one}).concordance == pytest.approx(1)
    assert compare_weights({"a": one, "b": other}).concordance == pytest.approx(0)


def test_concordance_against_friedman():
    # W = χ²_r / (m (n - 1)), with scipy's Friedman statistic.
    rng = np.random.default_rng(5)
    weightings = {f"w{k}": dict(zip("abcdef", rng.dirichlet(np.ones(6)), strict=True)) for k in range(4)}
    columns = pd.DataFrame(weightings).rank(ascending=False).to_numpy()
    expected = stats.friedmanchisquare(*columns).statistic / (4 * 5)
    assert compare_weights(weightings).concordance == pytest.approx(expected)
    equal = compare_weights({"a": dict.fromkeys("xyz", 1), "b": dict.fromkeys("xyz", 2)})
    assert np.isnan(equal.concordance)
    assert equal.pairs["spearman"].isna().all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: entropy_weights(AIRCRAFT.assign(x=[1, -2, 3, 4])),
            ValueError,
            "'x' goes down to -2: shares of neg",
        ),
        (
            lambda: entropy_weights(AIRCRAFT.assign(x=[0, 2, 3, 4]), costs="x"),
            ValueError,
            "a cost of 0 has no recip",
        ),
        (lambda: entropy_weights(AIRCRAFT, scale="log"), ValueError, "scale='log' is not known"),
        (lambda: entropy_weights(AIRCRAFT[:1]), ValueError, "table has 1 alternatives"),
        (lambda: critic_weights(AIRCRAFT[:2]), ValueError, "needs at least 3 alternatives"),
        (lambda: entropy_weights(AIRCRAFT.to_numpy()), TypeError, "must be a pandas DataFrame"),
        (lambda: entropy_weights(AIRCRAFT.assign(x=["a", "b", "c", "d"])), ValueError, "x must hold"),
        (lambda: entropy_weights(AIRCRAFT.assign(x=[1, None, 3, 4])), ValueError, "'A2' has no value of 'x'"),
        (
            lambda: entropy_weights(AIRCRAFT, costs=["cost"]),
            ValueError,
            "costs names 'cost', which is no criterion",
        ),
        (lambda: topsis(pd.concat([AIRCRAFT, AIRCRAFT]), JUDGED), ValueError, "'A1' is there twice"),
        (lambda: topsis(AIRCRAFT, {"speed": 1}), ValueError, "weights lack 'range'"),
        (lambda: topsis(AIRCRAFT, JUDGED | {"x": 1}), ValueError, "weights name 'x', which is no criterion"),
        (lambda: topsis(AIRCRAFT, JUDGED | {"speed": -1}), ValueError, "numbers from 0 on"),
        (lambda: topsis(AIRCRAFT, dict.fromkeys(JUDGED, 0)), ValueError, "not all 0"),
        (
            lambda: topsis(AIRCRAFT, [0.2] * 5),
            TypeError,
            "a pandas Series or a dictionary by criterion, got list",
        ),
        (lambda: topsis(AIRCRAFT.assign(speed=0), JUDGED), ValueError, "'speed' is 0 throughout"),
        (lambda: topsis(AIRCRAFT.assign(speed=1)[["speed"]], {"speed": 1}), ValueError, "nothing to rank"),
        (lambda: compare_weights({"a": JUDGED}), ValueError, "at least two weightings by name, got 1"),
        (
            lambda: compare_weights({"a": JUDGED, "b": {"speed": 1}}),
            ValueError,
            "weighting 'b': weights lack",
        ),
    ],
)
def test_refuses(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_rounding_is_no_variation():
    # 0.1 + 0.2 is not 0.3 for a computer; stretched to the range from 0 to 1 the dust would count in full.
    table = shops(3).assign(fee=[0.3, 0.1 + 0.2, 0.3])
    with pytest.warns(ConstantCriterionWarning, match="'fee' is the same"):
        assert critic_weights(table)["weight"]["fee"] == 0
    with pytest.raises(ValueError, match="all alternatives are alike"):
        weighted_sum(table[["fee"]], {"fee": 1})


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_topsis_in_extreme_units(unit):
    table = shops()
    weights = dict.fromkeys(table, 1)
    found, expected = topsis(table * unit, weights), topsis(table, weights)
    assert found["closeness"].to_numpy() == pytest.approx(expected["closeness"].to_numpy())


@pytest.mark.parametrize("name", ["best", "worst", "changes"])
def test_weightings_are_not_named_like_columns_of_the_result(name):
    with pytest.raises(ValueError, match=f"cannot be named '{name}'"):
        compare_weights({"judged": JUDGED, name: JUDGED}, AIRCRAFT)


@pytest.mark.parametrize(
    "call",
    [
        lambda: compare_weights({"a": 3, "b": JUDGED}),
        lambda: combine(None, JUDGED),
        lambda: topsis(AIRCRAFT, JUDGED, costs=5),
        lambda: topsis(polars.from_pandas(AIRCRAFT), JUDGED),
    ],
)
def test_refuses_other_types(call):
    with pytest.raises(
        TypeError, match=r"got int|got NoneType|got 5|got polars\.dataframe\.frame\.DataFrame"
    ):
        call()


def test_columns_of_the_results_have_chinese_headings():
    shop, judged = shops(), PairwiseMatrix.from_upper("3 5 | 2")
    weights = dict.fromkeys(shop, 1)
    tables = [
        entropy_weights(shop),
        critic_weights(shop).drop(columns="sd"),
        topsis(shop, weights),
        weighted_sum(shop, weights),
        judged.worst_judgements().drop(columns=["first", "second", "error"]),
        judged.suggest_repair().drop(columns=["first", "second"]),
        Group([judged, judged]).consistency(),
        Group([judged, judged]).aggregate_priorities().drop(columns="sd"),
    ]
    for table in tables:
        for name in table.reset_index(names=table.index.name or "rank"):
            assert heading(name, "zh") != name
