import sys
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlxtend.frequent_patterns import fpgrowth
from scipy import stats
from statsmodels.stats.multitest import multipletests

import kehu
from kehu import Baskets
from kehu.rules.significance import is_significant, significance, split_half
from kehu.warnings import GivenFamilyWarning, SameBasketsWarning, SmallExpectedWarning

COLUMNS = ["n11", "n10", "n01", "n00"]
METHODS = {"bonferroni": "bonferroni", "holm": "holm", "fdr_bh": "fdr_bh"}
RULES = pd.DataFrame(
    [(12, 7, 315, 9501), (5, 15, 2500, 7315), (300, 700, 1000, 7835), (40, 60, 3000, 6735)],
    columns=COLUMNS,
    index=["a", "b", "c", "d"],
)


@pytest.fixture
def searched(monkeypatch):
    """Let the search have looked at so many rules."""

    def looked_at(size):
        monkeypatch.setattr(sys.modules["kehu.rules.significance"], "searched", lambda rules: size)

    return looked_at


@pytest.fixture
def never_searched(monkeypatch):
    def refuse(rules):
        raise AssertionError("the family was asked for")

    monkeypatch.setattr(sys.modules["kehu.rules.significance"], "searched", refuse)


def random_rules(rng, rows, n=1000):
    a, c = rng.integers(20, 300, rows), rng.integers(20, 300, rows)
    n11 = np.minimum(rng.poisson(a * c / n * rng.uniform(0.8, 1.6, rows)), np.minimum(a, c))
    return pd.DataFrame(dict(zip(COLUMNS, (n11, a - n11, c - n11, n - a - c + n11), strict=True)))


# P-values ----------------------------------------------------------------------------------------------


def test_fisher_as_scipy():
    result = significance(RULES, adjust="none")
    expected = [
        stats.fisher_exact([[n11, n10], [n01, n00]], alternative="greater").pvalue
        for n11, n10, n01, n00 in RULES.to_numpy()
    ]
    np.testing.assert_allclose(result.table["p_value"], expected, rtol=1e-9)
    assert result.table["p_adjusted"].equals(result.table["p_value"].rename("p_adjusted"))


def test_chi2_is_one_sided():
    rules = random_rules(np.random.default_rng(5), 200)
    with pytest.warns(SmallExpectedWarning):
        found = significance(rules, adjust="none", test="chi2").table["p_value"]
    for row, (n11, n10, n01, n00) in enumerate(rules.to_numpy()):
        both_sides = stats.chi2_contingency([[n11, n10], [n01, n00]], correction=False).pvalue
        more = n11 * n00 > n10 * n01
        assert found[row] == pytest.approx(both_sides / 2 if more else 1 - both_sides / 2, rel=1e-9)
    assert found.lt(0.5).any()
    assert found.gt(0.5).any()


def test_chi2_says_where_too_few_are_expected():
    with pytest.warns(SmallExpectedWarning, match="in 1 of 4 rules fewer than 5 baskets are expected"):
        significance(RULES, adjust="none", test="chi2")


def test_a_side_in_every_basket_tells_nothing():
    rules = pd.DataFrame([(5, 0, 5, 0), (5, 5, 0, 0), (0, 0, 5, 5), (10, 0, 0, 0)], columns=COLUMNS)
    assert significance(rules, adjust="none").table["p_value"].tolist() == [1, 1, 1, 1]
    with pytest.warns(SmallExpectedWarning):
        assert significance(rules, adjust="none", test="chi2").table["p_value"].tolist() == [1, 1, 1, 1]


# Families ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("adjust", METHODS)
def test_given_family_as_statsmodels(adjust):
    rules = random_rules(np.random.default_rng(1), 300)
    with pytest.warns(GivenFamilyWarning, match="adjusted over the 300 rules given"):
        result = significance(rules, adjust=adjust, family="given")
    keep, adjusted, *_ = multipletests(result.table["p_value"], alpha=0.05, method=METHODS[adjust])
    np.testing.assert_allclose(result.table["p_adjusted"], adjusted, rtol=1e-12)
    np.testing.assert_array_equal(result.table["significant"], keep)
    assert 0 < keep.sum() < 300
    assert (result.family, result.family_size, result.n_baskets) == ("given", 300, 1000)


@pytest.mark.parametrize("adjust", METHODS)
@pytest.mark.parametrize("size", [300, 301, 5000])
def test_searched_family_is_padded_with_ones(adjust, size, searched):
    rules = random_rules(np.random.default_rng(2), 300)
    searched(size)
    result = significance(rules, adjust=adjust)
    p = result.table["p_value"]
    _, adjusted, *_ = multipletests([*p, *np.ones(size - 300)], method=METHODS[adjust])
    np.testing.assert_allclose(result.table["p_adjusted"], adjusted[:300], rtol=1e-12)
    assert (result.family, result.family_size) == ("searched", size)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(0, 100), st.sampled_from(sorted(METHODS))
)
def test_any_p_values_as_statsmodels(p, more, adjust):
    from kehu.rules.significance import adjust_p_values

    _, expected, *_ = multipletests([*p, *np.ones(more)], method=METHODS[adjust])
    found = adjust_p_values(np.array(p), adjust, len(p) + more)
    np.testing.assert_allclose(found, expected[: len(p)], rtol=1e-12, atol=1e-300)


def test_unadjusted_asks_for_no_family(never_searched):
    for family in ("searched", "given"):
        result = significance(RULES, adjust="none", family=family)
        assert result.table["significant"].tolist() == [True, False, True, True]
        assert (result.family, result.family_size) == ("given", 4)


def test_searched_must_hold_the_rules(searched):
    searched(3)
    with pytest.raises(ValueError, match="4 rules were given but only 3 searched"):
        significance(RULES)


def test_a_huge_family(searched):
    searched(3**100)
    assert is_significant(RULES, adjust="holm").tolist() == [False, False, True, False]


def test_level_is_reached_with_equality(searched):
    searched(4)
    p = significance(RULES, adjust="none").table["p_value"]["d"]
    assert is_significant(RULES, alpha=p, adjust="none")["d"]
    assert not is_significant(RULES, alpha=p * (1 - 1e-9), adjust="none")["d"]


def test_false_alarms_stay_at_the_level(searched):
    """Independent sides: over many families, each method errs in at most 5 of 100."""
    rng = np.random.default_rng(11)
    runs, rows = 300, 50
    searched(rows)
    a, c = rng.integers(50, 500, (2, runs * rows))
    n11 = rng.hypergeometric(c, 1000 - c, a)
    tables = pd.DataFrame(dict(zip(COLUMNS, (n11, a - n11, c - n11, 1000 - a - c + n11), strict=True)))
    for adjust in METHODS:
        alarms = sum(
            is_significant(tables.iloc[start : start + rows], adjust=adjust).any()
            for start in range(0, runs * rows, rows)
        )
        assert stats.binomtest(int(alarms), runs, 0.05, alternative="greater").pvalue > 0.001
    single = is_significant(tables, adjust="none").mean()
    assert 0.03 < single <= 0.05


# Results -----------------------------------------------------------------------------------------------


def test_result_says_what_was_asked(searched):
    searched(1234)
    result = significance(RULES, alpha=0.01, adjust="bonferroni")
    assert repr(result) == (
        "<Significance: 2 of 4 rules significant at 0.01, Fisher's exact test, Bonferroni over the 1,234 "
        "rules searched, 9,835 baskets>"
    )
    assert result.table.columns.tolist() == ["p_value", "p_adjusted", "significant"]
    found = is_significant(RULES, alpha=0.01, adjust="bonferroni")
    pd.testing.assert_series_equal(found, result.table["significant"])
    assert found.index.tolist() == ["a", "b", "c", "d"]
    assert found.name == "significant"
    assert found.attrs == {
        "family": "searched",
        "family_size": 1234,
        "test": "fisher",
        "adjust": "bonferroni",
        "alpha": 0.01,
    }
    assert RULES[found].index.tolist() == ["a", "c"]


def test_no_rules(never_searched):
    for family in ("searched", "given"):
        for test in ("fisher", "chi2"):
            result = significance(RULES.iloc[:0], family=family, test=test)
            assert (len(result.table), result.family_size, result.n_baskets) == (0, 0, 0)
    assert is_significant(pd.DataFrame(columns=COLUMNS)).tolist() == []


def test_other_libraries():
    found = significance(pl.from_pandas(RULES), adjust="none")
    np.testing.assert_array_equal(found.table, significance(RULES, adjust="none").table)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"alpha": 0}, "alpha must be between 0 and 1, got 0"),
        ({"alpha": 5}, "alpha must be between 0 and 1, got 5"),
        ({"alpha": float("nan")}, "alpha must be between 0 and 1"),
        ({"adjust": "bonferoni"}, "no adjust 'bonferoni'; did you mean 'bonferroni'"),
        ({"test": "fischer"}, "no test 'fischer'; did you mean 'fisher'"),
        ({"family": "seached"}, "no family 'seached'; did you mean 'searched'"),
    ],
)
def test_bad_arguments(arguments, message):
    for function in (significance, is_significant):
        with pytest.raises(ValueError, match=message):
            function(RULES, **arguments)


def test_bad_rules():
    with pytest.raises(KeyError, match="rules has no column 'n00'"):
        significance(RULES.drop(columns="n00"))
    with pytest.raises(ValueError, match="n10 must not be negative"):
        significance(RULES.assign(n10=-1))
    with pytest.raises(ValueError, match=r"n10 must be whole numbers, got 0\.5"):
        significance(RULES.assign(n10=0.5))
    with pytest.raises(ValueError, match=r"different baskets: 9,836 and 9,839 of them"):
        significance(RULES.assign(n00=RULES["n00"] + [1, 2, 3, 4]))
    with pytest.raises(TypeError, match="on must be Baskets, got list"):
        significance(RULES, on=[["milk"]])


# Other baskets -----------------------------------------------------------------------------------------


def counted(baskets, pairs):
    """The four counts of rules, by going through the baskets."""
    sets = [set(basket) for basket in baskets.to_lists()]
    rows = [
        tuple(
            sum((a <= s, c <= s) == cell for s in sets)
            for cell in [(True, True), (True, False), (False, True)]
        )
        for a, c in pairs
    ]
    counts = pd.DataFrame(rows, columns=COLUMNS[:3]).assign(n00=lambda t: len(sets) - t.sum(axis=1))
    sides = pd.DataFrame({"antecedents": [a for a, _ in pairs], "consequents": [c for _, c in pairs]})
    return pd.concat([sides, counts], axis=1)


SHOP = [["milk", "tea"]] * 30 + [["milk"]] * 10 + [["tea"]] * 10 + [["salt"]] * 50
PAIRS = [(frozenset({"milk"}), frozenset({"tea"})), (frozenset({"milk"}), frozenset({"salt"}))]


@pytest.fixture
def halves():
    return Baskets.from_lists(SHOP), Baskets.from_lists(SHOP[:5] + SHOP[35:39] + SHOP[60:70])


def test_on_other_baskets(halves, never_searched):
    found_in, test_on = halves
    rules = counted(found_in, PAIRS).set_axis([7, 8])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = significance(rules, adjust="holm", on=test_on)
    assert (result.family, result.family_size, result.n_baskets) == ("given", 2, 19)
    expected = [
        stats.fisher_exact([[n11, n10], [n01, n00]], alternative="greater").pvalue
        for n11, n10, n01, n00 in counted(test_on, PAIRS)[COLUMNS].to_numpy()
    ]
    assert result.table["p_value"].tolist() == pytest.approx(expected, rel=1e-9)
    assert result.table.index.tolist() == [7, 8]


def test_items_unknown_there(halves):
    rules = counted(halves[0], PAIRS)
    result = significance(rules, on=Baskets.from_lists([["coffee"], ["bread"]]))
    assert result.table["p_value"].tolist() == [1, 1]
    assert not result.table["significant"].any()


def test_same_baskets_are_no_other_baskets(halves):
    rules = counted(halves[0], PAIRS)
    with pytest.warns(SameBasketsWarning, match="if the rules were found in them"):
        is_significant(rules, on=halves[0])


# Halves ------------------------------------------------------------------------------------------------


def numbered(count):
    return Baskets.from_lists([[number] for number in range(count)])


@given(st.integers(2, 40), st.integers(0, 1000))
def test_halves_are_all_baskets(count, seed):
    first, second = (half.to_lists() for half in split_half(numbered(count), random_state=seed))
    assert len(first) - len(second) == count % 2
    assert first == sorted(first)
    assert sorted(first + second) == [[number] for number in range(count)]


@given(st.lists(st.sampled_from("abcdefg"), min_size=2, max_size=40), st.integers(0, 1000))
def test_a_customer_stays_in_one_half(owners, seed):
    if len(set(owners)) < 2:
        return
    halves = split_half(numbered(len(owners)), by=pd.Series(owners), random_state=seed)
    first, second = ({owners[number] for (number,) in half.to_lists()} for half in halves)
    assert first.isdisjoint(second)
    assert len(first) - len(second) == len(set(owners)) % 2


def test_halves_are_random_but_repeatable():
    baskets = numbered(100)
    assert split_half(baskets, random_state=1) == split_half(baskets, random_state=1)
    assert split_half(baskets, random_state=1)[0] != split_half(baskets, random_state=2)[0]
    counts = np.zeros(100)
    rng = np.random.default_rng(0)
    for _ in range(200):
        counts[[number for (number,) in split_half(baskets, random_state=rng)[0].to_lists()]] += 1
    assert stats.chisquare(counts, np.full(100, 100)).pvalue > 0.001


@pytest.mark.parametrize(
    ("by", "message"),
    [
        (["a"] * 4, "only one owner of baskets, so one half would be empty"),
        (["a", "b"], "owner of each of 4 baskets, got 2"),
        (["a", "b", None, "c"], "by is missing for basket 2"),
        ([1.0, 2.0, np.nan, 3.0], "by is missing for basket 2"),
    ],
)
def test_bad_owners(by, message):
    with pytest.raises(ValueError, match=message):
        split_half(numbered(4), by=by)


def test_one_basket_has_no_halves():
    with pytest.raises(ValueError, match="only one basket, so one half would be empty"):
        split_half(numbered(1))
    with pytest.raises(TypeError, match="baskets must be Baskets, got list"):
        split_half([["milk"]])


# Published values --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def groceries(shared_data):
    lines = kehu.datasets.load("groceries", path=shared_data / "groceries_arules.parquet")
    return Baskets.from_orders(lines)


def rules_of(baskets, fewest, min_confidence):
    """All rules with one item as consequent."""
    n = len(baskets)
    sets = fpgrowth(baskets.to_onehot(), min_support=(fewest - 0.5) / n, use_colnames=True)
    counts = {items: round(share * n) for items, share in zip(sets["itemsets"], sets["support"], strict=True)}
    rows = []
    for items, both in counts.items():
        for item in items if len(items) > 1 else ():
            one, other = counts[items - {item}], counts[frozenset({item})]
            if both >= min_confidence * one:
                rows.append((both, one - both, other - both, n - one - other + both))
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.mark.parametrize(("fewest", "confidence", "rules", "kept"), [(10, 0.8, 410, 377), (99, 0.5, 15, 15)])
def test_groceries_as_arules(groceries, fewest, confidence, rules, kept):
    """Published with R arules 1.7.6: p <= 0.01, unadjusted and by Bonferroni over the rules given."""
    found = rules_of(groceries, fewest, confidence)
    assert len(found) == rules
    assert is_significant(found, alpha=0.01, adjust="none").sum() == rules
    with pytest.warns(GivenFamilyWarning):
        assert is_significant(found, alpha=0.01, adjust="bonferroni", family="given").sum() == kept
