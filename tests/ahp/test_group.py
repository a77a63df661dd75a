"""Groups: published means, properties, who disagrees; vague judgements."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu.ahp import Group, PairwiseMatrix, fuzzy_weights
from kehu.warnings import OpposedCampsWarning


def raters(n_raters, n, seed=1, spread=0.5):
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 1, n)
    made = []
    for _ in range(n_raters):
        logs = np.triu(truth[:, None] - truth + rng.normal(0, spread, (n, n)), 1)
        made.append(PairwiseMatrix(np.exp(logs - logs.T)))
    return Group(made)


@pytest.fixture
def city(shared_data):
    return Group.from_survey(pd.read_csv(shared_data.parent / "oracles" / "ahpsurvey_city200.csv"))


def test_city_of_200_raters(city):
    # R ahpsurvey 0.4.1: ahp.mean and ahp.aggpref by normalised columns, ahp.aggjudge, ahp.cr.
    means = city.aggregate_priorities("normalised_columns")
    assert means["weight"].round(4).tolist() == [0.1620, 0.4367, 0.0761, 0.2827, 0.0424]
    assert means["sd"].round(3).tolist() == [0.033, 0.054, 0.009, 0.048, 0.007]
    row = city.aggregate_judgements().table.iloc[0]
    assert row.round(3).tolist() == [1, 0.220, 3.093, 0.488, pytest.approx(4.64, abs=0.003)]
    assert city.consistency()["consistent"].sum() == 130


def test_members_are_treated_as_alone(city):
    some = city[:20]
    assert len(some) == 20
    together, ratios = some.weights(), some.consistency()
    for rater in some.raters:
        alone = some.matrix(rater)
        found = alone.consistency()
        assert together.loc[rater].to_numpy() == pytest.approx(alone._weights("eigenvector"), rel=1e-9)
        assert ratios.loc[rater, "cr"] == pytest.approx(found.cr, rel=1e-6, abs=1e-12)
        assert ratios.loc[rater, "circular_triads"] == found.circular_triads


@given(st.integers(2, 6), st.integers(2, 5), st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_aggregation_keeps_what_all_say(n_raters, n, seed):
    group = raters(n_raters, n, seed)
    table = group.aggregate_judgements().table.to_numpy()
    assert table * table.T == pytest.approx(np.ones((n, n)))
    assert group.aggregate_priorities()["weight"].sum() == pytest.approx(1)
    assert group.aggregate_priorities(mean="geometric")["weight"].sum() == pytest.approx(1)
    # With geometric means throughout, the two ways of aggregating are one.
    judged = group.aggregate_judgements()._weights("geometric_mean")
    ranked = group.aggregate_priorities("geometric_mean", "geometric")["weight"]
    assert ranked.to_numpy() == pytest.approx(judged, rel=1e-9)
    same = Group([group.matrix(1)] * 3)
    assert same.aggregate_judgements() == group.matrix(1)
    assert same.consensus().index == pytest.approx(1)
    assert same.aggregate_priorities()["sd"].to_numpy() == pytest.approx(0, abs=1e-12)


def test_importance():
    low, high = PairwiseMatrix.from_upper("1/4"), PairwiseMatrix.from_upper("4")
    group = Group({"Li": low, "Wu": high}, importance={"Wu": 3, "Li": 1})
    assert group.aggregate_judgements().table.loc["C1", "C2"] == pytest.approx(2)
    assert group.aggregate_priorities()["weight"].iloc[0] == pytest.approx(0.65)
    alone = Group([low, high], importance=[0, 1])
    assert alone.aggregate_judgements() == high


def test_interval_covers_the_mean_of_many_raters():
    rng = np.random.default_rng(99)
    names = ["a_b", "a_c", "b_c"]
    logs = np.log([2, 4, 3]) + rng.normal(0, 0.5, (20_000, 3))
    many = Group.from_survey(
        pd.DataFrame(np.where(logs < 0, -np.exp(-logs), np.exp(logs)), columns=names), negative="second"
    )
    expected = many.weights().mean(axis=0).to_numpy()
    found = [many[run * 30 : run * 30 + 30].aggregate_priorities() for run in range(100)]
    inside = sum(((one["low"] <= expected) & (expected <= one["high"])).iloc[1] for one in found)
    # 95 expected; fewer than 89 has a probability below 1 %.
    assert inside >= 89


def test_few_raters_have_no_interval():
    found = raters(4, 3).aggregate_priorities()
    assert found[["low", "high"]].isna().all(axis=None)
    alone = raters(1, 3)
    assert alone.aggregate_priorities()["sd"].isna().all()
    assert alone.consensus().index == 1
    with pytest.raises(ValueError, match="one rater has no others"):
        alone.outliers()


def test_consensus_by_hand():
    # Two people, each 9 times for another criterion: nobody could agree less.
    apart = Group([PairwiseMatrix.from_upper("9"), PairwiseMatrix.from_upper("1/9")]).consensus()
    assert apart.index == pytest.approx(0, abs=1e-12)
    assert apart.band == "very low"
    assert apart.gamma == pytest.approx(np.log(2))
    beyond = Group([PairwiseMatrix.from_upper("99"), PairwiseMatrix.from_upper("1/99")]).consensus()
    assert beyond.index == 0
    half = np.array([0.9, 0.1])
    alpha = -(half * np.log(half)).sum()
    shares = np.array([0.5, 0.5])
    some = Group([PairwiseMatrix.from_upper("9"), PairwiseMatrix.from_upper("1/3")]).consensus()
    third = np.array([0.25, 0.75])
    mean = shares @ np.array([half, third])
    expected_alpha = (alpha - (third * np.log(third)).sum()) / 2
    gamma = -(mean * np.log(mean)).sum()
    lowest = np.exp(alpha) / 2
    assert some.index == pytest.approx((np.exp(expected_alpha - gamma) - lowest) / (1 - lowest))
    assert some.beta == pytest.approx(gamma - expected_alpha)


def test_disagreement_finds_the_pair_and_the_person():
    agreed = "3 5 | 2"
    group = Group(
        {name: PairwiseMatrix.from_upper(agreed) for name in "abcd"}
        | {"e": PairwiseMatrix.from_upper("1/3 5 | 2")}
    )
    worst = group.disagreement().iloc[0]
    assert worst[["first", "second", "n"]].tolist() == ["C1", "C2", 5]
    assert worst["share_first"] == pytest.approx(0.8)
    assert worst["lowest"] == pytest.approx(1 / 3)
    logs = np.log([3, 3, 3, 3, 1 / 3])
    assert worst["factor"] == pytest.approx(np.exp(logs.std(ddof=1)))
    assert group.disagreement()["factor"].iloc[1:].tolist() == pytest.approx([1, 1])
    found = group.outliers()
    assert found.index[0] == "e"
    assert found["criterion"].iloc[0] == "C1"
    assert found["difference"].iloc[0] < 0


def test_missing_answers():
    answers = pd.DataFrame({"a_b": [-3, None, -3], "a_c": [-5, -6, None], "b_c": [-2, -2, None]})
    answers.loc[2, "b_c"] = -2
    group = Group.from_survey(answers)
    assert group.consistency()["n_missing"].tolist() == [0, 1, 1]
    assert group.aggregate_judgements().table.loc["a", "b"] == pytest.approx(3)
    assert group.weights().loc[1].to_numpy() == pytest.approx(group.matrix(1).weights().to_numpy())


def test_signs_can_be_read_both_ways():
    answers = pd.DataFrame({"a-b": [3]})
    first = Group.from_survey(answers, negative="first", separator="-")
    second = Group.from_survey(answers, negative="second", separator="-", labels=["b", "a"])
    assert first.matrix(0).table.loc["b", "a"] == pytest.approx(3)
    assert second.matrix(0).table.loc["a", "b"] == pytest.approx(3)
    assert list(second.labels) == ["b", "a"]


@pytest.mark.parametrize(
    ("answers", "options", "message"),
    [
        ({"a_b": [0.5]}, {}, "column 'a_b', row 0: the answer is 0.5; answers are 1 for equal"),
        ({"a_b": [0]}, {}, "the answer is 0"),
        ({"a_b": [np.inf]}, {}, "the answer is inf"),
        ({"price": [3]}, {}, "column 'price' names no pair"),
        ({"a_a": [3]}, {}, "names no pair"),
        ({"a_b": [3], "b_a": [3]}, {}, "this pair is there twice"),
        ({"a_b": [3]}, {"labels": ["a", "c"]}, "'b' is none of the labels"),
        ({"a_b": []}, {}, "0 rows and 1 columns; there is nobody"),
        ({"a_b": [3, None]}, {}, "row 1 of answers is empty"),
        ({"a_b": [3]}, {"negative": "left"}, "negative='left' is not known"),
        ({"a_b": [3]}, {"importance": [0]}, "importance must be 1 numbers"),
        ({"a_b": [3]}, {"importance": [1, 2]}, "importance must be 1 numbers"),
        ({"a_b": [3], "c_d": [3]}, {}, "no judgement connects"),
    ],
)
def test_refuses_questionnaires(answers, options, message):
    with pytest.raises(ValueError, match=message):
        Group.from_survey(pd.DataFrame(answers), **options)


def test_refuses_groups():
    one = PairwiseMatrix.from_upper("3")
    with pytest.raises(ValueError, match="there is nobody in the group"):
        Group([])
    with pytest.raises(TypeError, match="must be a PairwiseMatrix, got list"):
        Group([[[1, 3], [1 / 3, 1]]])
    with pytest.raises(ValueError, match="2 judged"):
        Group([one, PairwiseMatrix.from_upper("3", labels=["a", "b"])])
    with pytest.raises(ValueError, match="importance does not name 'Wu'"):
        Group({"Li": one, "Wu": one}, importance={"Li": 1})
    with pytest.raises(KeyError, match="'Wu' is not in the group"):
        Group({"Li": one}).matrix("Wu")
    with pytest.raises(ValueError, match="mean='harmonic' is not known"):
        Group([one]).aggregate_priorities(mean="harmonic")
    with pytest.raises(ValueError, match="nobody is left"):
        Group([one])[np.array([False])]


def test_fuzzy_weights_by_hand():
    # Buckley 1985: (2, 3, 4) and its reciprocal (1/4, 1/3, 1/2).
    found = fuzzy_weights(PairwiseMatrix.from_upper("3"))
    rows = np.sqrt([[2, 3, 4], [1 / 4, 1 / 3, 1 / 2]])
    sums = rows.sum(axis=0)
    assert found[["low", "middle", "high"]].to_numpy() == pytest.approx(rows / sums[::-1])
    assert found["weight"].sum() == pytest.approx(1)


@given(st.integers(2, 6), st.integers(0, 10**6), st.floats(0, 3))
@settings(deadline=None, max_examples=40)
def test_fuzzy_weights_hold_the_plain_ones(n, seed, spread):
    matrix = raters(1, n, seed).matrix(1)
    found = fuzzy_weights(matrix, spread=spread)
    assert (found["low"] <= found["middle"] + 1e-12).all()
    assert (found["middle"] <= found["high"] + 1e-12).all()
    assert found["middle"].to_numpy() == pytest.approx(matrix._weights("geometric_mean"))
    plain = fuzzy_weights(matrix, spread=0)
    assert plain["high"].to_numpy() == pytest.approx(plain["low"].to_numpy())


def test_fuzzy_weights_refuse():
    with pytest.raises(ValueError, match=r"1 pairs are missing; fuzzy weights need all"):
        fuzzy_weights(PairwiseMatrix([[1, 2, None], [None, 1, 3], [None, None, 1]]))
    with pytest.raises(ValueError, match="spread=-1 must be a number from 0 on"):
        fuzzy_weights(PairwiseMatrix.from_upper("3"), spread=-1)


def camps(said, n=4):
    labels = ["price", "speed", "care", "range"]
    return Group([PairwiseMatrix.from_upper(text, labels=labels) for text in said for _ in range(n)])


def test_two_camps_are_told_though_consensus_is_high():
    # They agree about all but the last pair, of which each camp says twice, the other way round.
    group = camps(["4 8 4 | 2 1 | 1/2", "4 4 8 | 1 2 | 2"])
    with pytest.warns(OpposedCampsWarning, match="to some 'care' is twice as important as 'range' or more"):
        found = group.consensus()
    assert found.index > 0.9
    assert found.opposed == (("care", "range"),)
    alike = camps(["4 8 4 | 2 1 | 1/2", "4 8 5 | 2 1 | 1/2"]).consensus()
    assert alike.opposed == ()
    # A camp of less than a quarter is none.
    few = Group({k: group.matrix(k) for k in group.raters}, importance=[8] * 4 + [1] * 4)
    assert few.consensus().opposed == ()


def test_pairs_with_camps_come_by_evenness():
    group = camps(["1 5 1 | 5 1 | 1/5", "1 1/5 5 | 1/5 5 | 25", "5 5 5 | 1 1 | 1"], n=2)
    found = group.consensus()
    assert found.band in ("very low", "low", "moderate")
    share = group.importance.to_numpy()
    weights = group.weights()
    least = [
        min(share @ (weights[a] >= 2 * weights[b]), share @ (weights[b] >= 2 * weights[a]))
        for a, b in found.opposed
    ]
    assert min(least) >= 0.25
    assert least == sorted(least, reverse=True)


def test_raters_keep_their_names():
    answers = pd.DataFrame({"a_b": [3, -3]}, index=["Li", "Wu"])
    group = Group.from_survey(answers)
    assert group.weights().index.tolist() == ["Li", "Wu"]
    assert group.matrix("Wu").weights().to_dict() == pytest.approx({"a": 0.75, "b": 0.25})
    with pytest.raises(ValueError, match="the rater 'Li' is there twice"):
        Group.from_survey(answers.set_axis(["Li", "Li"]))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Group(None), TypeError, "must be a list or dictionary, got NoneType"),
        (lambda: Group(PairwiseMatrix.from_upper("3")), TypeError, "got PairwiseMatrix"),
        (lambda: raters(2, 3)[0], TypeError, "by a mask, places or a slice"),
        (lambda: raters(2, 3)[["a"]], TypeError, r"\.matrix\(rater\) gives one"),
        (lambda: Group(raters_of(2), importance=["x", 1]), ValueError, r"numbers from 0 on, got \['x', 1\]"),
        (lambda: Group(raters_of(2), importance=[1, 0]).outliers(), ValueError, "only one rater has an imp"),
        (lambda: fuzzy_weights([[1, 2], [0.5, 1]]), TypeError, "must be a kehu.ahp.PairwiseMatrix, got list"),
    ],
)
def test_refuses_other_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def raters_of(n):
    return [PairwiseMatrix.from_upper("3 5 | 2")] * n
