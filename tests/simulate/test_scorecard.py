"""The scorecard counts what a method finds against what was planted."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

import kehu
from kehu.segments import choose_k
from kehu.simulate import (
    one_cloud,
    planted_baskets,
    rules_scorecard,
    scorecard_summary,
    segmented_customers,
    segments_scorecard,
)

SHOP = {"n_groups": 3, "group_size": 2, "n_items": 20, "mean_size": 2, "strength": 0.05}


def rules(*pairs):
    return pd.DataFrame(
        {"antecedents": [frozenset(a) for a, _ in pairs], "consequents": [frozenset(c) for _, c in pairs]}
    )


def pairs_beyond_chance(alpha):
    """Find pairs by Fisher's one-sided test, Bonferroni over all pairs."""

    def find(baskets):
        counts, held = baskets.item_counts(), baskets.to_scipy()
        both = (held.T @ held).toarray()
        i, j = np.triu_indices(baskets.n_items, 1)
        p = stats.hypergeom.sf(both[i, j] - 1, baskets.n_baskets, counts[i], counts[j])
        keep = p <= alpha / len(p)
        names = baskets.labels
        return rules(*(({names[a]}, {names[c]}) for a, c in zip(i[keep], j[keep], strict=True)))

    return find


def test_counts_of_known_rules():
    def find(baskets):
        seen.append(baskets)
        return rules(
            ({a}, {b}),
            ({b}, {a}),
            ({a, other}, {b}),
            ({c}, {d, other}),
            ({a}, {c}),
            ({other}, {a}),
            ({a, c}, {other}),
        )

    seen = []
    seed = int(np.random.default_rng(9).integers(2**62, size=2)[0])
    shop = planted_baskets(2000, **SHOP, random_state=seed)
    (a, b), (c, d), _ = (sorted(group) for group in shop.truth["items"])
    other = min(set(shop.baskets.labels) - frozenset().union(*shop.truth["items"]))
    card = rules_scorecard(find, n_shops=1, planted=SHOP, random_state=9)
    planted, null = card.to_dict("records")
    assert planted == {
        "shop": "planted",
        "seed": seed,
        "groups": 3,
        "groups_found": 1,
        "rules": 7,
        "false_alarms": 3,
        "false_share": pytest.approx(3 / 7),
    }
    assert (null["shop"], null["groups"], null["groups_found"], null["false_alarms"]) == ("null", 0, 0, 7)
    assert seen[0] == shop.baskets
    assert seen[1] == planted_baskets(2000, **{**SHOP, "n_groups": 0}, random_state=null["seed"]).baskets


def test_a_sound_method_finds_the_groups_and_little_else():
    card = rules_scorecard(pairs_beyond_chance(0.05), n_shops=150, planted=SHOP, random_state=2)
    summary = scorecard_summary(card).set_index("measure")
    assert summary.loc["groups found", "low"] > 0.9
    assert summary.loc["mean false share", "low"] < 0.05
    alarms = summary.loc["null shops with a false alarm"]
    assert stats.binomtest(int(alarms["k"]), int(alarms["n"]), 0.05, "greater").pvalue > 1e-3
    careless = rules_scorecard(pairs_beyond_chance(20), n_shops=20, planted=SHOP, random_state=2)
    assert scorecard_summary(careless).set_index("measure").loc["null shops with a false alarm", "low"] > 0.8


def test_same_seed_same_card():
    cards = [rules_scorecard(pairs_beyond_chance(1), n_shops=2, planted=SHOP, random_state=4) for _ in "ab"]
    assert cards[0].equals(cards[1])


def test_summary_counts_and_intervals():
    card = pd.DataFrame(
        {
            "shop": ["planted"] * 4 + ["null"] * 5,
            "groups": [10] * 4 + [0] * 5,
            "groups_found": [10, 9, 8, 10] + [0] * 5,
            "false_alarms": [0, 1, 0, 2, 0, 0, 3, 0, 0],
            "false_share": [0, 0.1, 0, 0.3, 0, 0, 1, 0, 0],
        }
    )
    summary = scorecard_summary(card, level=0.9).set_index("measure")
    assert summary.loc["groups found", ["k", "n", "share"]].tolist() == [37, 40, 0.925]
    assert summary.loc["planted shops with a false alarm", ["k", "n"]].tolist() == [2, 4]
    null = summary.loc["null shops with a false alarm"]
    assert null[["k", "n", "share"]].tolist() == [1, 5, 0.2]
    # The limits of Clopper and Pearson are quantiles of beta distributions.
    assert null["low"] == pytest.approx(stats.beta.ppf(0.05, 1, 5))
    assert null["high"] == pytest.approx(stats.beta.ppf(0.95, 2, 4))
    mean = summary.loc["mean false share"]
    assert mean["share"] == pytest.approx(0.1)
    wanted = stats.t.interval(0.9, 3, loc=0.1, scale=stats.sem([0, 0.1, 0, 0.3]))
    assert mean[["low", "high"]].tolist() == pytest.approx([max(wanted[0], 0), wanted[1]])


def test_summary_without_groups_or_spread():
    nothing = rules_scorecard(
        lambda b: rules(), n_shops=3, planted={"n_groups": 0}, n_baskets=10, random_state=1
    )
    summary = scorecard_summary(nothing).set_index("measure")
    assert np.isnan(summary.loc["groups found", "share"])
    assert summary.loc["mean false share", "share"] == 0
    assert np.isnan(summary.loc["mean false share", "high"])
    assert nothing["rules"].sum() == 0


def test_bad_input_is_refused():
    with pytest.raises(TypeError, match="find must be a function of baskets"):
        rules_scorecard("find", random_state=1)
    with pytest.raises(ValueError, match="n_shops must be at least 1, got 0"):
        rules_scorecard(len, n_shops=0, random_state=1)
    with pytest.raises(ValueError, match="keep must lie"):
        rules_scorecard(len, planted={"keep": 2}, random_state=1)
    with pytest.raises(KeyError, match="no column 'antecedents'"):
        rules_scorecard(lambda baskets: baskets.item_frequency(), random_state=1)
    with pytest.raises(ValueError, match="level must lie between 0 and 1, got 95"):
        scorecard_summary(pd.DataFrame(), level=95)
    with pytest.raises(KeyError, match="card has no column 'shop'"):
        scorecard_summary(pd.DataFrame())
    with pytest.raises(TypeError, match="dataframe"):
        rules_scorecard(lambda baskets: kehu.simulate, random_state=1)


def test_segments_are_counted_shop_by_shop():
    def find(features):
        seen.append(features)
        return [4, 3, None, 1, 2, None][len(seen) - 1]

    seen = []
    card = segments_scorecard(
        find, n_shops=3, n_customers=50, planted={"n_features": 2}, null={"n_features": 3}, random_state=5
    )
    assert card["shop"].tolist() == ["planted"] * 3 + ["null"] * 3
    assert card["segments"].tolist() == [4, 4, 4, 1, 1, 1]
    np.testing.assert_array_equal(card["segments_found"], [4, 3, np.nan, 1, 2, np.nan])
    shop = segmented_customers(50, n_features=2, random_state=int(card["seed"][1]))
    pd.testing.assert_frame_equal(seen[1], shop.features)
    pd.testing.assert_frame_equal(seen[4], one_cloud(50, n_features=3, random_state=int(card["seed"][4])))
    summary = scorecard_summary(card, level=0.9).set_index("measure")
    assert (summary["n"] == 3).all()
    assert summary["k"].to_dict() == {
        "planted shops: the right number": 1,
        "planted shops: another number": 1,
        "planted shops: none": 0,
        "planted shops: cannot tell": 1,
        "null shops: none": 1,
        "null shops: false alarm": 1,
        "null shops: cannot tell": 1,
    }
    right = summary.loc["planted shops: the right number"]
    assert right["low"] == pytest.approx(stats.beta.ppf(0.05, 1, 3))
    assert right["high"] == pytest.approx(stats.beta.ppf(0.95, 2, 2))


def test_another_null_shop_may_be_given():
    def customers(seed):
        return pd.DataFrame({"x": np.random.default_rng(seed).normal(size=9)})

    widths = []
    segments_scorecard(
        lambda features: widths.append(features.shape) or 1,
        n_shops=2,
        n_customers=20,
        null=customers,
        random_state=1,
    )
    assert widths == [(20, 5), (20, 5), (9, 1), (9, 1)]


def test_a_sound_choice_and_a_rash_one():
    def sound(features):
        choice = choose_k(
            features, range(2, 5), n_bootstrap=5, n_references=19, random_state=1, progress=False
        )
        return None if choice.undecided else choice.suggested

    def by_silhouette(features):
        values = StandardScaler().fit_transform(np.log(features))
        labels = {k: KMeans(k, n_init=3, random_state=0).fit_predict(values) for k in range(2, 5)}
        return max(labels, key=lambda k: silhouette_score(values, labels[k]))

    shops = {
        "n_shops": 6,
        "n_customers": 150,
        "planted": {"n_segments": 3},
        "random_state": 3,
        "progress": False,
    }
    summary = scorecard_summary(segments_scorecard(sound, **shops)).set_index("measure")
    assert summary.loc["planted shops: the right number", "k"] >= 5
    # The level stated is 5 %.
    alarms = int(summary.loc["null shops: false alarm", "k"])
    assert stats.binomtest(alarms, 6, 0.05, "greater").pvalue > 0.01
    rash = scorecard_summary(segments_scorecard(by_silhouette, **shops)).set_index("measure")
    assert rash.loc["null shops: false alarm", "share"] == 1


def test_bad_ways_of_counting_segments_are_refused():
    with pytest.raises(TypeError, match="find must be a function of features"):
        segments_scorecard(4, random_state=1)
    with pytest.raises(ValueError, match="n_shops must be at least 1, got 0"):
        segments_scorecard(len, n_shops=0, random_state=1)
    with pytest.raises(ValueError, match="whole number from 1, or None if it cannot tell, got 0"):
        segments_scorecard(lambda features: 0, random_state=1)
    with pytest.raises(ValueError, match="separation must be a number from 0, got -1"):
        segments_scorecard(len, planted={"separation": -1}, random_state=1)
    with pytest.raises(ValueError, match="correlation must lie from 0"):
        segments_scorecard(len, n_shops=1, null={"correlation": 2}, random_state=1)
