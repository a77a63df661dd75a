"""What comes of satisfaction: recommendation, repurchase by way of it, loyalty; and Kano's needs."""

from itertools import product

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kehu.satisfaction import by_stage, kano, loyalty_score, mediation, net_promoter_score
from kehu.satisfaction.promoters import _score
from kehu.warnings import DroppedRowsWarning

# Net promoter score


def test_bands_and_score_by_hand():
    data = pd.DataFrame({"recommend": [0, 6, 7, 8, 9, 10, 10, 10], "shop": list("aabbabab")})
    found = net_promoter_score(data, by="shop")
    assert found.score == pytest.approx(100 * (4 - 2) / 8)
    assert found.bands["count"].tolist() == [2, 2, 4]
    assert found.bands[["from", "to"]].to_numpy().tolist() == [[0, 6], [7, 8], [9, 10]]
    limits = stats.binomtest(4, 8).proportion_ci(method="wilson")
    assert found.bands.iloc[2][["low", "high"]].tolist() == pytest.approx(list(limits))
    assert found.groups["score"].tolist() == [0.0, 50.0] and found.groups["n"].tolist() == [4, 4]
    shop_a = net_promoter_score(data[data["shop"] == "a"])
    assert found.groups.iloc[0][["low", "high"]].tolist() == pytest.approx([shop_a.low, shop_a.high])


@pytest.mark.parametrize("shares", [(0.2, 0.3, 0.5), (0.05, 0.15, 0.8), (1 / 3, 1 / 3, 1 / 3)])
def test_limits_cover_the_true_score_counted_over_all_surveys(shares):
    n = 30
    counts = np.array([(d, n - d - p, p) for d, p in product(range(n + 1), repeat=2) if d + p <= n])
    chance = stats.multinomial.pmf(counts, n, shares)
    _, low, high = _score(counts, 0.95)
    truth = 100 * (shares[2] - shares[0])
    assert 0.93 <= chance[(low <= truth) & (truth <= high)].sum() <= 0.98


@pytest.mark.parametrize("answer", [0, 10])
def test_limits_hold_the_score_of_a_few_who_are_all_alike(answer):
    found = net_promoter_score(pd.DataFrame({"recommend": [answer]}))
    assert found.low <= found.score <= found.high and found.high - found.low > 20


def test_other_scales_and_bad_answers():
    found = net_promoter_score(
        pd.DataFrame({"r": [1, 4, 5, 5]}), recommend="r", scale=(1, 5), passives_from=4, promoters_from=5
    )
    assert found.score == 25
    for value, message in ((11, "from 0 to 10, got 11 in row 0"), (7.5, "got 7.5"), ("yes", "got 'yes'")):
        with pytest.raises(ValueError, match=message):
            net_promoter_score(pd.DataFrame({"recommend": [value]}))
    for options in ({"scale": None}, {"scale": (0, 5, 10)}, {"scale": "ab"}, {"passives_from": 6.5}):
        with pytest.raises(TypeError, match="must be whole numbers such as"):
            net_promoter_score(pd.DataFrame({"recommend": [5]}), **options)
    for yes_no in ([True, False], pd.Series([True, None], dtype=object)):
        with pytest.raises(TypeError, match="recommend must hold numbers, got true and false"):
            net_promoter_score(pd.DataFrame({"recommend": yes_no}))
    with pytest.raises(ValueError, match="bands must rise within the scale"):
        net_promoter_score(pd.DataFrame({"recommend": [5]}), scale=(1, 5))
    with pytest.warns(DroppedRowsWarning, match="1 of 3 rows"):
        assert net_promoter_score(pd.DataFrame({"recommend": [9, np.nan, 3]})).n_dropped == 1


# Kano


def pairs(**counts):
    """Answers that fall into each category so often."""
    answer = {"A": (1, 3), "O": (1, 5), "M": (3, 5), "I": (3, 3), "R": (5, 1), "Q": (1, 1)}
    rows = [answer[name] for name, count in counts.items() for _ in range(count)]
    return pd.DataFrame(rows, columns=["with", "without"])


def test_all_25_pairs_of_answers():
    grid = pd.DataFrame(list(product(range(1, 6), repeat=2)), columns=["with", "without"])
    found = kano(grid, features={"f": ("with", "without")})
    letters = {"must-be": "M", "one-dimensional": "O", "attractive": "A", "indifferent": "I"}
    letters |= {"reverse": "R", "questionable": "Q"}
    table = "".join(letters[name] for name in found.answers["f"])
    assert table == "QAAAO" + 3 * "RIIIM" + "RRRRQ"


@pytest.mark.parametrize(
    ("counts", "category", "better", "worse", "total", "lead", "fong", "significant"),
    [
        # Examples of the R package stp25kano, which gives these measures of them.
        ((95, 123, 45, 33, 0, 0), "one-dimensional", 0.568, -0.736, 0.89, 28, 19.4, True),
        ((101, 54, 54, 81, 3, 3), "must-be", 0.372, -0.534, 0.71, 20, 18.5, True),
        ((15, 24, 121, 124, 6, 6), "indifferent", 0.511, -0.137, 0.54, 3, 19.8, False),
        ((65, 87, 93, 51, 0, 0), "attractive", 0.608, -0.514, 0.83, 6, 18.5, False),
        ((9, 18, 83, 177, 6, 3), "indifferent", 0.352, -0.094, 0.37, 94, 19.9, True),
    ],
)
def test_published_measures(counts, category, better, worse, total, lead, fong, significant):
    data = pairs(**dict(zip("MOAIRQ", counts, strict=True)))
    row = kano(data, features={"f": ("with", "without")}).table.iloc[0]
    assert row["category"] == category and row["n"] == 296
    assert (row["better"], row["worse"]) == pytest.approx((better, worse), abs=5e-4)
    assert row["total_strength"] == pytest.approx(total, abs=5e-3)
    assert row["lead"] == lead and row["fong"] == pytest.approx(fong, abs=0.06)
    assert row["fong_significant"] == significant and row["clear"] == (lead / 296 >= 0.06)
    assert row["better_low"] < row["better"] < row["better_high"]
    assert row["worse_low"] < row["worse"] < row["worse_high"]


def test_ties_words_and_gaps():
    row = kano(pairs(A=3, M=3, I=3), features={"f": ("with", "without")}).table.iloc[0]
    assert (row["category"], row["second"]) == ("must-be", "attractive")
    words = ["喜欢", "理应如此", "无所谓", "能忍受", "不喜欢"]
    data = pairs(O=3, A=1).map(lambda code: words[code - 1])
    data.loc[0, "without"] = None
    with pytest.warns(DroppedRowsWarning, match=r"one missing do not count \(f: 1\)"):
        found = kano(data, features={"f": ("with", "without")}, answers=words)
    assert found.table.loc[0, "n"] == 3 and found.answers["f"].isna().tolist() == [True] + [False] * 3


def test_the_lead_is_tested_exactly():
    row = kano(pairs(A=30, M=14, I=9), features={"f": ("with", "without")}).table.iloc[0]
    assert row["p_value"] == pytest.approx(stats.binomtest(30, 44).pvalue)
    even = kano(pairs(A=5, M=5), features={"f": ("with", "without")}).table.iloc[0]
    assert even["p_value"] == 1 and not even["significant"]


@pytest.mark.parametrize("k", [2, 3])
def test_where_needs_are_equally_common_a_leader_is_seldom_called(k):
    rng = np.random.default_rng(1)
    counts = rng.multinomial(200, np.full(k, 1 / k), size=150)
    shops = [pairs(**dict(zip("AMI"[:k], row, strict=True))) for row in counts]
    data = pd.concat([shop.add_suffix(f" {place}") for place, shop in enumerate(shops)], axis=1)
    table = kano(data, features={str(f): (f"with {f}", f"without {f}") for f in range(150)}).table
    # Binomial(150, 0.05): 15 or fewer in 997 of 1,000 cases. Fong's rule is at 10 %, and exceeds it.
    assert (table["p_value"] <= 0.05).sum() <= 15
    if k == 2:
        assert table["fong_significant"].sum() > 24


def test_bad_kano_answers():
    data = pairs(O=3)
    good = {"f": ("with", "without")}
    for options, error, message in (
        ({"features": good, "answers": (1, 2, 3)}, ValueError, "five different ones"),
        ({"features": good, "answers": "abcde"}, ValueError, "five different ones"),
        ({"features": good, "answers": None}, ValueError, "five different ones"),
        ({"features": good, "alpha": 0}, ValueError, "alpha must lie between"),
        ({"features": good, "alpha": "5 %"}, ValueError, "alpha must lie between"),
        ({"features": {"f": 3}}, ValueError, "must be .present, absent., got 3"),
        ({"features": {}}, TypeError, "features must map"),
        ({"features": {"f": "with"}}, ValueError, "must be .present, absent., got 'with'"),
        ({"features": {"f": ("with", "with")}}, ValueError, "more than once"),
        ({"features": {"f": ("with", "wthout")}}, KeyError, "did you mean 'without'"),
    ):
        with pytest.raises(error, match=message):
            kano(data, **options)
    with pytest.raises(ValueError, match=r"with must hold one of .*, got 6 in row 0"):
        kano(data.assign(**{"with": 6}), features=good)
    with pytest.raises(ValueError, match="no respondent who answered both"):
        kano(data.assign(**{"with": None}), features=good)


# Mediation


def chain(n=200, seed=0, a=0.6, b=0.5, direct=0.2):
    rng = np.random.default_rng(seed)
    age, quality = rng.normal(size=(2, n))
    quality = quality + 0.5 * age
    satisfaction = 3 + a * quality + 0.3 * age + rng.normal(size=n)
    repurchase = direct * quality + b * satisfaction - 0.2 * age + rng.normal(size=n)
    return pd.DataFrame({"quality": quality, "sat": satisfaction, "buy": repurchase, "age": age})


def mediated(data, **options):
    return mediation(
        data,
        **{
            "driver": "quality",
            "mediator": "sat",
            "outcome": "buy",
            "n_boot": 500,
            "random_state": 1,
            **options,
        },
    )


def estimates(found):
    return found.effects.set_index("effect")["estimate"]


@settings(max_examples=20)
@given(
    seed=st.integers(0, 9999),
    scale=st.tuples(*[st.floats(0.01, 100)] * 3),
    controlled=st.booleans(),
)
def test_direct_and_indirect_make_the_total_in_any_unit(seed, scale, controlled):
    data = chain(40, seed)
    units = dict(zip(("quality", "sat", "buy"), scale, strict=True))
    found = estimates(
        mediated(data.assign(**{k: data[k] * v for k, v in units.items()}), n_boot=5)
        if not controlled
        else mediated(data.assign(**{k: data[k] * v for k, v in units.items()}), n_boot=5, controls=["age"])
    )
    total = found["direct"] + found["indirect"]
    assert total == pytest.approx(found["total"], rel=1e-8, abs=1e-10 * scale[2] / scale[0])
    plain = estimates(mediated(data, n_boot=5, controls=["age"] if controlled else []))
    assert found["indirect"] == pytest.approx(plain["indirect"] * scale[2] / scale[0], rel=1e-6)


def test_effects_are_those_of_two_regressions():
    data = chain()
    found = estimates(mediated(data, controls=["age"]))
    one = np.linalg.lstsq(np.column_stack([np.ones(200), data[["quality", "age"]]]), data["sat"])[0]
    two = np.linalg.lstsq(np.column_stack([np.ones(200), data[["quality", "age", "sat"]]]), data["buy"])[0]
    assert found["driver to mediator"] == pytest.approx(one[1])
    assert found["mediator to outcome"] == pytest.approx(two[3])
    assert found["direct"] == pytest.approx(two[1])


def test_pingouin_agrees():
    data = chain(300)
    theirs = pingouin.mediation_analysis(data, x="quality", m="sat", y="buy", n_boot=2000, seed=1)
    theirs = theirs.set_index("path")
    found = mediated(data, n_boot=2000).effects.set_index("effect")
    for ours, name in (("total", "Total"), ("direct", "Direct"), ("indirect", "Indirect")):
        assert found.loc[ours, "estimate"] == pytest.approx(theirs.loc[name, "coef"], rel=1e-6)
    errors = found.loc["indirect", "standard_error"], theirs.loc["Indirect", "se"]
    assert errors[0] == pytest.approx(errors[1], rel=0.1)


def test_limits_hold_the_truth_as_often_as_they_say():
    truth, held = np.array([0.6, 0.5, 0.2, 0.3, 0.5]), 0
    for seed in range(40):
        table = mediated(chain(seed=seed), controls=["age"], n_boot=300).effects
        held += ((table["low"] <= truth) & (table["high"] >= truth)).sum()
    # 200 limits of 40 surveys; Binomial(200, 0.94): 178 or more in 997 of 1,000 cases.
    assert held >= 178


def test_where_nothing_passes_through_hardly_anything_is_called():
    p = [
        mediated(chain(150, seed, a=0.5, b=0, direct=0.3), controls=["age"], n_boot=300).effects
        for seed in range(40)
    ]
    alarms = sum(table.set_index("effect").loc["indirect", "p_value"] < 0.05 for table in p)
    # Binomial(40, 0.05): 7 or fewer in 999 of 1,000 cases.
    assert alarms <= 7


def test_whether_somebody_bought_again_may_be_true_or_false():
    data = chain(80).assign(buy=lambda d: d["buy"] > 0)
    by_number = mediated(data.assign(buy=data["buy"] * 1), n_boot=20).effects
    pd.testing.assert_frame_equal(mediated(data, n_boot=20).effects, by_number)


def test_share_is_withheld_where_the_total_may_be_nothing():
    found = mediated(chain(a=0, b=0, direct=0))
    assert np.isnan(found.share_low) and np.isnan(found.share_high)
    clear = mediated(chain(2000), controls=["age"])
    assert clear.share_low < 0.6 < clear.share_high


def test_bad_mediation():
    data = chain(30)
    for options, error, message in (
        ({"mediator": "quality"}, ValueError, "drivers has 'quality' more than once"),
        ({"outcome": "sat"}, ValueError, "the outcome 'sat' stands among the drivers"),
        ({"controls": "age"}, TypeError, "controls must be a list"),
        ({"outcome": ["buy"]}, TypeError, r"outcome must name one column, got \['buy'\]"),
        ({"n_boot": 0}, ValueError, "n_boot must be a whole number from 2"),
    ):
        with pytest.raises(error, match=message):
            mediated(data, **options)
    with pytest.raises(ValueError, match="'sat' is perfectly collinear with 'quality'"):
        mediated(data.assign(sat=2 * data["quality"] + 1))
    with pytest.raises(ValueError, match="'quality' is constant"):
        mediated(data.assign(quality=1))


# Loyalty

SCALES = {"repurchase": (0, 1), "satisfaction": (1, 5), "recommendation": (0, 10)}


def customers(n=50, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "repurchase": rng.random(n),
            "satisfaction": rng.integers(1, 6, n),
            "recommendation": rng.integers(0, 11, n),
        }
    )


def test_loyalty_is_the_weighted_mean_of_its_indicators():
    data = customers()
    weights = {"repurchase": 0.5, "satisfaction": 0.3, "recommendation": 0.2}
    found = loyalty_score(data, scales=SCALES, weights=weights)
    by_hand = 50 * data["repurchase"] + 7.5 * (data["satisfaction"] - 1) + 2 * data["recommendation"]
    assert found.scores["loyalty"].to_numpy() == pytest.approx(by_hand.to_numpy())
    assert found.mean == pytest.approx(by_hand.mean())
    table = found.indicators.set_index("indicator")
    assert table["share"].sum() == pytest.approx(1)
    assert table.loc["satisfaction", "correlation"] == pytest.approx(by_hand.corr(data["satisfaction"]))
    assert found.low < found.mean < found.high


@given(st.sampled_from([0, 1]))
def test_ends_of_the_scales_give_0_and_100(end):
    data = pd.DataFrame({name: [scale[end]] * 2 for name, scale in SCALES.items()})
    assert loyalty_score(data, scales=SCALES).scores["loyalty"].tolist() == pytest.approx([100 * end] * 2)


def test_bad_loyalty():
    data = customers()
    for options, error, message in (
        ({"scales": {"repurchase": (0, 1)}}, ValueError, "scales must name the scale of"),
        ({"scales": {**SCALES, "repurchase": (1, 1)}}, ValueError, "must rise"),
        ({"scales": {**SCALES, "repurchase": (0, np.inf)}}, ValueError, "must rise"),
        ({"scales": SCALES, "weights": dict.fromkeys(SCALES, "a third")}, TypeError, "must be numbers"),
        ({"scales": {**SCALES, "repurchase": 1}}, TypeError, "must be a pair"),
        ({"scales": {**SCALES, "repurchase": (0, 0.5)}}, ValueError, r"not on its scale \(0.0, 0.5\)"),
        ({"scales": SCALES, "weights": {"repurchase": 1}}, ValueError, "weights must name"),
        ({"scales": SCALES, "weights": dict.fromkeys(SCALES, 1)}, ValueError, "sum to 1"),
        ({"scales": SCALES, "satisfaction": "satisfied"}, KeyError, "did you mean 'satisfaction'"),
    ):
        with pytest.raises(error, match=message):
            loyalty_score(data, **options)


def test_scores_by_stage():
    data = pd.DataFrame(
        {
            "stage": pd.Categorical(
                ["new", "old", "old", "old", "lost"], ["prospective", "new", "old", "lost"]
            ),
            "satisfaction": [4, 5, 3, np.nan, np.nan],
        }
    )
    found = by_stage(data).set_index("stage")
    assert found.index.tolist() == ["new", "old", "lost"]
    assert found["customers"].tolist() == [1, 3, 1] and found["answers"].tolist() == [1, 2, 0]
    assert found.loc["old", "mean"] == 4 and found["mean"].isna().tolist() == [False, False, True]
    limits = stats.ttest_1samp([5, 3], 0).confidence_interval(0.95)
    assert (found.loc["old", "low"], found.loc["old", "high"]) == pytest.approx(tuple(limits))
    with pytest.raises(ValueError, match="stage is missing in row 0"):
        by_stage(data.assign(stage=None))
