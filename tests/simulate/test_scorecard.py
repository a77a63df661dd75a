"""The scorecard counts what a method finds against what was planted."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import kehu
from kehu.simulate import planted_baskets, rules_scorecard, scorecard_summary

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
