from math import log

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from kehu.rules.intervals import intervals
from kehu.rules.measures import measures

COLUMNS = ["n11", "n10", "n01", "n00"]
TABLES = st.tuples(*[st.integers(0, 2000)] * 4).filter(sum)


def frame(tables, **kwargs):
    return pd.DataFrame(tables, columns=COLUMNS, **kwargs)


def sample(p11, a, c, n, runs, seed):
    rng = np.random.default_rng(seed)
    return frame(rng.multinomial(n, [p11, a - p11, c - p11, 1 - a - c + p11], runs))


@given(TABLES.filter(lambda table: table[0] + table[1]), st.sampled_from([0.8, 0.95, 0.99]))
def test_confidence_as_statsmodels(table, level):
    found = intervals(frame([table]), confidence_level=level).iloc[0]
    expected = proportion_confint(table[0], table[0] + table[1], alpha=1 - level, method="wilson")
    assert found[["confidence_low", "confidence_high"]].tolist() == pytest.approx(expected, abs=1e-12)


@given(TABLES)
def test_hold_the_estimate(table):
    rules = frame([table])
    found = intervals(rules).iloc[0]
    lift = measures(rules, ["lift"])["lift"].iloc[0]
    if np.isnan(lift):
        assert found[["lift_low", "lift_high"]].isna().all()
    else:
        assert 0 <= found["lift_low"] <= lift * (1 + 1e-12)
        assert lift * (1 - 1e-12) <= found["lift_high"] < np.inf


@given(TABLES)
def test_both_directions_have_the_same_lift(table):
    n11, n10, n01, n00 = table
    found = intervals(frame([table, (n11, n01, n10, n00)]))[["lift_low", "lift_high"]]
    np.testing.assert_array_equal(found.iloc[0], found.iloc[1])


@given(TABLES)
def test_a_higher_level_is_wider(table):
    narrow, wide = (intervals(frame([table]), confidence_level=level).iloc[0] for level in (0.9, 0.99))
    for name in ("confidence", "lift"):
        assert not narrow[f"{name}_low"] < wide[f"{name}_low"]
        assert not narrow[f"{name}_high"] > wide[f"{name}_high"]


def test_nearly_the_delta_method_where_counts_are_large():
    table = (30_000, 70_000, 120_000, 780_000)
    n11, a, c, n = 30_000, 100_000, 150_000, 1_000_000
    lift = n * n11 / (a * c)
    spread = np.sqrt(1 / n11 - 1 / a - 1 / c + (2 * lift - 1) / n)
    found = np.log(intervals(frame([table]))[["lift_low", "lift_high"]].iloc[0])
    assert found.tolist() == pytest.approx(
        [log(lift) - 1.959964 * spread, log(lift) + 1.959964 * spread], abs=0.02 * spread
    )


def test_ratio_of_shares_as_statsmodels():
    """Where the antecedent is so rare that its share plays no role, lift is the ratio of two shares."""
    table = (8, 12, 200_000, 800_000)
    found = intervals(frame([table])).iloc[0]
    expected = confint_proportions_2indep(8, 20, 200_000, 1_000_000, compare="ratio", method="score")
    assert found[["lift_low", "lift_high"]].tolist() == pytest.approx(expected, rel=1e-3)


# P(A and C), P(A), P(C) and the number of baskets: common and rare sides, confidence near 1, few together.
SHOPS = [
    (0.03, 0.1, 0.2, 2000),
    (0.002, 0.01, 0.05, 2000),
    (0.0095, 0.01, 0.1, 1000),
    (0.045, 0.05, 0.5, 200),
    (0.81, 0.9, 0.9, 200),
    (0.25, 0.5, 0.5, 100),
]


@pytest.mark.parametrize("shop", SHOPS)
def test_coverage(shop):
    p11, a, c, n = shop
    found = intervals(sample(p11, a, c, n, runs=2000, seed=7))
    for name, truth in (("confidence", p11 / a), ("lift", p11 / (a * c))):
        holds = found[f"{name}_low"].le(truth) & found[f"{name}_high"].ge(truth)
        known = found[f"{name}_low"].notna()
        covered, runs = int((holds & known).sum()), int(known.sum())
        # Coverage jumps with the counts, as they are whole: 93 % may be, the delta method's 75 % not.
        assert stats.binomtest(covered, runs, 0.935, alternative="less").pvalue > 0.001, (name, covered)
        assert covered < runs


def test_delta_method_undercovers_where_confidence_is_near_one():
    """Why the lift's interval is another one."""
    p11, a, c, n = 0.045, 0.05, 0.5, 200
    rules = sample(p11, a, c, n, runs=2000, seed=7)
    rules = rules[rules["n11"] > 0]
    both, one, other = rules["n11"], rules["n11"] + rules["n10"], rules["n11"] + rules["n01"]
    lift = n * both / (one * other)
    reach = 1.959964 * np.sqrt(1 / both - 1 / one - 1 / other + (2 * lift - 1) / n)
    covered = int((np.abs(np.log(lift / (p11 / (a * c)))) <= reach).sum())
    assert stats.binomtest(covered, len(rules), 0.935, alternative="less").pvalue < 1e-6


def test_edges():
    found = intervals(
        frame([(0, 0, 3, 4), (0, 3, 0, 4), (5, 0, 0, 0), (5, 5, 0, 0), (5, 0, 5, 0), (0, 5, 5, 90)])
    )
    assert found["confidence_low"].isna().tolist() == [True, False, False, False, False, False]
    assert found["lift_low"].isna().tolist() == [True, True, False, False, False, False]
    assert (found.loc[2:4, ["lift_low", "lift_high"]] == 1).all(axis=None)
    assert found.loc[[1, 5], "confidence_low"].tolist() == [0, 0]
    assert found.loc[[2, 4], "confidence_high"].tolist() == [1, 1]
    assert found.loc[5, "lift_low"] == 0
    assert 1 < found.loc[5, "lift_high"] < np.inf


def test_always_together():
    """The lift is one through the share, and so are its limits, nearly."""
    found = intervals(frame([(100, 0, 0, 900)])).iloc[0]
    low, high = proportion_confint(100, 1000, method="wilson")
    assert found["lift_high"] == pytest.approx(1 / low, rel=0.01)
    assert found["lift_low"] < 1 / high


def test_largest_counts():
    found = intervals(frame([(10**9, 10**9, 10**9 - 1, 1), (1, 10**9, 10**9, 10**9 - 1), (1, 0, 0, 10**9)]))
    assert np.isfinite(found).all(axis=None)


def test_index_and_libraries():
    rules = frame([(12, 7, 315, 9501), (3, 3, 3, 3)], index=["x", "y"])
    found = intervals(rules)
    assert found.index.tolist() == ["x", "y"]
    np.testing.assert_array_equal(intervals(pl.from_pandas(rules)), found)
    assert intervals(rules.iloc[:0]).shape == (0, 4)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, np.nan])
def test_bad_level(level):
    with pytest.raises(ValueError, match="confidence_level must be between 0 and 1, got"):
        intervals(frame([(1, 2, 3, 4)]), confidence_level=level)


def test_bad_counts():
    with pytest.raises(ValueError, match="n11 must not be negative"):
        intervals(frame([(-1, 2, 3, 4)]))
    with pytest.raises(KeyError, match="rules has no column 'n11'"):
        intervals(frame([(1, 2, 3, 4)]).drop(columns="n11"))
