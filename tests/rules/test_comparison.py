"""Two sets of rules: counted in both, and called changed no more often than stated where nothing changed."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

import kehu
from kehu.rules import comparison, family
from kehu.rules.association import association_rules
from kehu.rules.comparison import compare_rules
from kehu.rules.itemsets import frequent_itemsets
from kehu.warnings import GivenFamilyWarning, SameBasketsWarning

SIDES = ["antecedents", "consequents"]
CELLS = ["n11", "n10", "n01", "n00"]


def pairs_of(baskets):
    """Count all ordered pairs of items: held by, and held with."""
    held = baskets.to_scipy().astype(np.int64)
    return (held.T @ held).toarray()


def mine(baskets, least, confidence):
    """Find the rules of one item on each side, in the plainest way."""
    both = pairs_of(baskets)
    counts, names = np.diag(both), baskets.labels
    frequent = (both >= least) & ~np.eye(len(counts), dtype=bool)
    found = np.argwhere(frequent & (both >= confidence * counts[:, None]))
    rules = rules_of(*((names[a], names[c]) for a, c in found))
    rules.attrs["searched"] = int(frequent.sum())
    return rules


def rules_of(*pairs):
    return pd.DataFrame(
        {side: pd.Series([frozenset({p[i]}) for p in pairs], dtype=object) for i, side in enumerate(SIDES)}
    )


@pytest.fixture
def plain_counting(monkeypatch):
    """Count pairs in the plainest way, and let frames say in `attrs` how many rules were searched."""

    def counts(rules, baskets, *known):
        both, n = pairs_of(baskets), baskets.n_baskets
        a, c = (baskets.labels.get_indexer([min(side) for side in rules[name]]) for name in SIDES)
        n11, n_a, n_c = both[a, c], both[a, a], both[c, c]
        return pd.DataFrame({"n11": n11, "n10": n_a - n11, "n01": n_c - n11, "n00": n - n_a - n_c + n11})

    monkeypatch.setattr(comparison, "_counts", counts)
    monkeypatch.setattr(comparison, "_searched", lambda rules, name: rules.attrs["searched"])


def halves_of(n, seed, **shop):
    baskets = kehu.simulate.independent_baskets(2 * n, random_state=seed, **shop)
    return baskets[:n], baskets[n:]


# The table ----------------------------------------------------------------------------------------------

SPRING = kehu.Baskets.from_lists(
    [["a", "b"]] * 30 + [["a"]] * 10 + [["b", "c"]] * 20 + [["c"]] * 40 + [["d"]] * 5
)
AUTUMN = kehu.Baskets.from_lists(
    [["a", "b"]] * 10 + [["a"]] * 40 + [["b", "c"]] * 25 + [["c"]] * 35 + [["d"]] * 4
)


def compare(first, second, **arguments):
    for rules in (first, second):
        rules.attrs.setdefault("searched", 12)
    return compare_rules(first, second, **{"baskets": (SPRING, AUTUMN), **arguments})


def test_status_counts_and_measures(plain_counting):
    first, second = rules_of("ab", "ba", "ca"), rules_of("cb", "ab")
    result = compare(first, second, names=("spring", "autumn"))
    sides = zip(*(result.table[side] for side in SIDES), strict=True)
    table = result.table.set_index(pd.Index(["".join([*a, *c]) for a, c in sides]))
    assert len(table) == 4
    assert result.names == ("spring", "autumn")
    assert table["status"].to_dict() == {"ab": "kept", "ba": "gone", "ca": "gone", "cb": "new"}
    row = table.loc["ab"]
    assert row[[f"{cell}_spring" for cell in CELLS]].tolist() == [30, 10, 20, 45]
    assert row[[f"{cell}_autumn" for cell in CELLS]].tolist() == [10, 40, 25, 39]
    assert row["support_spring"] == pytest.approx(30 / 105)
    assert row["confidence_autumn"] == pytest.approx(0.2)
    assert row["lift_spring"] == pytest.approx(0.75 / (50 / 105))
    assert row["confidence_change"] == pytest.approx(-0.55)
    assert row["lift_ratio"] == pytest.approx(row["lift_autumn"] / row["lift_spring"])
    assert row["changed"]
    assert not table.loc["cb", "changed"]
    assert table["p_chosen"].is_monotonic_increasing
    # A rule without a common basket is compared too.
    none = table.loc["ca"]
    assert none["confidence_spring"] == none["confidence_autumn"] == 0
    assert np.isnan(none["lift_ratio"])
    assert none[["lift_ratio_low", "lift_ratio_high"]].tolist() == [0, np.inf]
    assert none["p_value"] == 1
    assert result.summary().to_dict("list") == {
        "status": ["kept", "new", "gone"],
        "rules": [1, 1, 2],
        "changed": [int(table["changed"][table["status"] == s].sum()) for s in ("kept", "new", "gone")],
    }


def test_family_and_adjustment(plain_counting):
    first, second = rules_of("ab", "ba", "ca"), rules_of("cb", "ab")
    searched = compare(first, second, adjust="bonferroni")
    assert (searched.family, searched.family_size) == ("searched", 12 + 12 + 4)
    wanted = np.minimum(searched.table["p_chosen"] * 28, 1)
    assert searched.table["p_adjusted"].tolist() == pytest.approx(wanted.tolist())
    plain = compare(first, second, adjust="none")
    assert (plain.family, plain.family_size) == ("given", 4)
    assert plain.table["p_adjusted"].equals(plain.table["p_value"].rename("p_adjusted"))
    with pytest.warns(GivenFamilyWarning, match="over the 4 rules given"):
        given = compare(first, second, adjust="holm", family="given")
    assert given.family_size == 4
    assert given.table["p_adjusted"].min() == pytest.approx(4 * given.table["p_value"].min())
    assert (given.table["p_chosen"] == given.table["p_value"]).all()


def test_newcombes_interval(plain_counting):
    table = compare(rules_of("ab", "ba", "cb"), rules_of(), alpha=0.1).table
    for row in table.itertuples():
        n1, n2 = row.n11_first + row.n10_first, row.n11_second + row.n10_second
        wanted = confint_proportions_2indep(
            row.n11_second,
            n2,
            row.n11_first,
            n1,
            compare="diff",
            method="newcomb",
            alpha=0.1,
            correction=False,
        )
        found = row.confidence_change_low, row.confidence_change_high
        assert found == pytest.approx(wanted, abs=1e-12)


def test_newcombes_published_example(plain_counting):
    # 56 of 70 against 48 of 80: 0.0524 to 0.3339 (Newcombe 1998, table II, case a, method 10).
    first = kehu.Baskets.from_lists([["a", "b"]] * 48 + [["a"]] * 32)
    second = kehu.Baskets.from_lists([["a", "b"]] * 56 + [["a"]] * 14)
    row = compare(rules_of("ab"), rules_of("ab"), baskets=(first, second)).table.loc[0]
    assert row["confidence_change"] == pytest.approx(0.2)
    assert round(row["confidence_change_low"], 4) == 0.0524
    assert round(row["confidence_change_high"], 4) == 0.3339


def test_ratio_of_lifts_covers_one_in_a_shop_that_does_not_change(plain_counting):
    covered = total = 0
    for seed in range(40):
        shop = kehu.simulate.planted_baskets(
            3000, n_groups=3, group_size=2, strength=0.05, n_items=8, mean_size=1.5, random_state=seed
        )
        rules = rules_of(*(sorted(group) for group in shop.truth["items"]))
        halves = shop.baskets[:1500], shop.baskets[1500:]
        table = compare(rules, rules.iloc[:0], baskets=halves).table
        covered += ((table["lift_ratio_low"] < 1) & (table["lift_ratio_high"] > 1)).sum()
        total += len(table)
    # Groups are independent of each other; the level lets one seed in two hundred fail.
    assert stats.binomtest(int(covered), total, 0.95).pvalue > 0.005


def test_lift_can_stay_where_confidence_rises(plain_counting):
    first = kehu.simulate.independent_baskets(
        4000, item_support=pd.Series({"a": 0.3, "b": 0.2}), random_state=1
    )
    second = kehu.simulate.independent_baskets(
        4000, item_support=pd.Series({"a": 0.3, "b": 0.5}), random_state=2
    )
    row = compare(rules_of("ab"), rules_of("ab"), baskets=(first, second)).table.loc[0]
    assert row["changed"]
    assert row["confidence_change_low"] > 0.2
    assert row["lift_ratio_low"] < 1 < row["lift_ratio_high"]


def test_a_lift_of_zero_in_one_set(plain_counting):
    apart = kehu.Baskets.from_lists([["a"]] * 50 + [["b"]] * 50)
    row = compare(rules_of("ab"), rules_of(), baskets=(SPRING, apart)).table.loc[0]
    assert (row["lift_ratio"], row["lift_ratio_low"]) == (0, 0)
    assert 0 < row["lift_ratio_high"] < 1
    back = compare(rules_of("ab"), rules_of(), baskets=(apart, SPRING)).table.loc[0]
    assert back["lift_ratio_low"] == pytest.approx(1 / row["lift_ratio_high"])
    assert back["lift_ratio"] == back["lift_ratio_high"] == np.inf


def test_swapping_the_sets_turns_everything_round(plain_counting):
    first, second = rules_of("ab", "ca"), rules_of("cb")
    there = compare(first, second).table
    back = compare(second, first, baskets=(AUTUMN, SPRING)).table
    both = there.merge(back, on=SIDES, suffixes=("", "_back"))
    assert len(both) == 3
    for name in ("p_value", "p_chosen", "p_adjusted", "changed"):
        assert both[name].tolist() == pytest.approx(both[f"{name}_back"].tolist())
    assert both["confidence_change_low"].tolist() == pytest.approx(
        (-both["confidence_change_high_back"]).tolist()
    )


def test_empty_sets(plain_counting):
    columns = compare(rules_of("ab"), rules_of("ab")).table.columns
    for first, second, n in (
        (rules_of(), rules_of("ab"), 1),
        (rules_of("ab"), rules_of(), 1),
        (rules_of(), rules_of(), 0),
    ):
        for which in ("searched", "given"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", GivenFamilyWarning)
                result = compare(first, second, family=which)
            assert result.table.columns.equals(columns)
            assert len(result.table) == n == result.summary()["rules"].sum()
            assert result.table["changed"].dtype == bool


def test_the_same_baskets_twice(plain_counting):
    with pytest.warns(SameBasketsWarning, match="nothing can change"):
        result = compare(rules_of("ab"), rules_of("ba"), baskets=(SPRING, SPRING))
    assert (result.table["confidence_change"] == 0).all()
    assert (result.table["p_value"] == 1).all()


# Rules as the package finds them ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found():
    """Two halves of a shop and their rules."""
    shop = kehu.simulate.planted_baskets(
        6000, n_groups=3, group_size=3, strength=0.04, n_items=40, mean_size=4, random_state=4
    )
    halves = shop.baskets[:3000], shop.baskets[3000:]
    sets = [frequent_itemsets(half, min_support=0.01) for half in halves]
    return halves, [association_rules(half, min_confidence=0.3) for half in sets]


def test_rules_know_their_baskets(found):
    halves, rules = found
    result = compare_rules(*rules, adjust="none")
    assert result.summary()["rules"].min() > 0
    assert result.table.equals(compare_rules(*rules, baskets=halves, adjust="none").table)


def test_counts_are_those_of_the_baskets(found):
    halves, rules = found
    table = compare_rules(*rules, adjust="none").table
    for row in table.groupby("status").head(5).to_dict("records"):
        for half, name in zip(halves, ("first", "second"), strict=True):
            a, c = (half.contains(row[side]) for side in SIDES)
            wanted = [(a & c).sum(), (a & ~c).sum(), (~a & c).sum(), (~a & ~c).sum()]
            assert [row[f"{cell}_{name}"] for cell in CELLS] == wanted


def test_family_of_rules_as_found(found):
    _, rules = found
    result = compare_rules(*rules)
    assert result.family_size == sum(family.searched(frame) for frame in rules) + len(result.table)
    strong = [frame[frame["lift"] > 1.5] for frame in rules]
    fewer = compare_rules(*strong)
    assert len(fewer.table) < len(result.table)
    assert fewer.family_size == sum(family.searched(frame) for frame in rules) + len(fewer.table)
    nothing = [frame.iloc[:0] for frame in rules]
    assert compare_rules(*nothing).table.columns.equals(result.table.columns)
    assert len(compare_rules(nothing[0], rules[1]).table) == len(rules[1])


def test_rules_that_do_not_know_what_is_needed(found):
    halves, rules = found
    with pytest.raises(ValueError, match=r"spring: .*baskets=\(…, …\)"):
        compare_rules(rules_of("ab"), rules[1], names=("spring", "autumn"))
    with pytest.raises(ValueError, match="autumn: "):
        compare_rules(
            rules[0], rules_of(("item 001", "item 002")), names=("spring", "autumn"), baskets=halves
        )


# Nothing changed: periods of one shop ---------------------------------------------------------------------

# Many pairs are about as frequent, and only the luckiest reach the threshold: the hardest case there is.
EVEN = {"item_support": np.full(150, 0.05)}


@pytest.mark.parametrize(
    ("shop", "least", "confidence"),
    [(EVEN, 10, 0.0), (EVEN, 12, 0.0), (EVEN, 6, 0.1), ({"n_items": 60}, 10, 0.2)],
)
def test_false_changes_stay_at_the_stated_level(plain_counting, shop, least, confidence):
    rng = np.random.default_rng(17)
    alarms, n_pairs = 0, 15
    for seed in rng.integers(2**32, size=n_pairs).tolist():
        halves = halves_of(2000, seed, **shop)
        result = compare(*(mine(half, least, confidence) for half in halves), baskets=halves)
        assert len(result.table) > 20
        alarms += result.table["changed"].any()
    # Where nothing changed, every find is false, so the share of pairs with any is held; Holm finds no more.
    assert stats.binomtest(int(alarms), n_pairs, 0.05, "greater").pvalue > 0.001


def test_chosen_rules_fall_back_and_plain_tests_do_not_know(plain_counting):
    halves = halves_of(2000, 5, **EVEN)
    result = compare(mine(halves[0], 12, 0), mine(halves[1], 10_000, 0), baskets=halves)
    table = result.table
    assert set(table["status"]) == {"gone"}
    assert (table["confidence_change"] < 0).mean() > 0.95
    assert (table["p_value"] <= 0.05).mean() > 0.3
    assert (table["p_chosen"] <= 0.05).mean() < 0.1
    assert not table["changed"].any()
    with pytest.warns(GivenFamilyWarning):
        given = compare(mine(halves[0], 12, 0), mine(halves[1], 10_000, 0), baskets=halves, family="given")
    assert given.table["changed"].any()


def test_real_changes_are_found(plain_counting):
    shops = [
        kehu.simulate.planted_baskets(
            4000, n_groups=4, group_size=2, strength=strength, n_items=50, mean_size=3, random_state=8
        )
        for strength in ([0.1, 0.1, 0.02, 0.02], [0.02, 0.1, 0.1, 0.02])
    ]
    first, second = (shop.baskets for shop in shops)
    result = compare(mine(first, 60, 0.3), mine(second, 60, 0.3), baskets=(first, second))
    changed = result.table[result.table["changed"]]
    fallen, steady, risen, weak = (set(group) for group in shops[0].truth["items"])
    found = [a | c for a, c in zip(changed["antecedents"], changed["consequents"], strict=True)]
    assert fallen in found
    assert risen in found
    assert steady not in found
    assert weak not in found


# Bad input ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"alpha": 5}, ValueError, "alpha must lie between 0 and 1, got 5"),
        ({"adjust": "fdr-bh"}, ValueError, "did you mean 'fdr_bh'"),
        ({"family": "serched"}, ValueError, "did you mean 'searched'"),
        ({"names": ("2017", "2017")}, ValueError, "names must be different, got '2017' twice"),
        ({"names": ("2017",)}, ValueError, "two texts"),
        ({"names": ("before", "change")}, ValueError, "names must not be 'change'"),
        ({"names": "ab"}, ValueError, "two texts, got 'ab'"),
        ({"names": (2016, 2017)}, ValueError, "two texts"),
        ({"baskets": SPRING}, TypeError, "must be a pair"),
        ({"baskets": (SPRING, [["a"]])}, TypeError, "must be a pair"),
        ({"first": pd.DataFrame({"antecedent": [{"a"}]})}, KeyError, "first has no column 'antecedents'"),
        ({"second": rules_of("ab", "ba", "ab")}, ValueError, "second holds 1 rules twice"),
        ({"second": [("a", "b")]}, TypeError, "second must be a dataframe"),
    ],
)
def test_bad_input_is_refused(plain_counting, arguments, error, message):
    with pytest.raises(error, match=message):
        compare_rules(
            **{"first": rules_of("ab"), "second": rules_of("ba"), "baskets": (SPRING, AUTUMN), **arguments}
        )
