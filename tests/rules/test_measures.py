from fractions import Fraction
from math import comb, inf, isnan, log, log10, nan, sqrt

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlxtend import frequent_patterns

from kehu import Baskets
from kehu.rules.measures import MEASURES, check, measures, table_of_measures

COLUMNS = ["n11", "n10", "n01", "n00"]
OF_COUNTS = [name for name, measure in MEASURES.items() if not measure.of_rules]
# {Instant food products, soda} -> {hamburger meat} in Groceries, from R arules 1.7.6.
ORACLE = (12, 7, 315, 9501)


def frame(*tables, **kwargs):
    return pd.DataFrame(list(tables), columns=COLUMNS, **kwargs)


def value(name, *table):
    return measures(frame(table), [name])[name].iloc[0]


def over(above, below):
    """Divide exactly; a positive number over 0 is infinite."""
    if below:
        return Fraction(above) / Fraction(below)
    return nan if above == 0 else inf if above > 0 else -inf


def entropy(*shares):
    return -sum(float(p) * log(p) for p in shares if p)


def divergence(cells):
    return sum(float(p) * log(p / q) for p, q in cells if p)


def textbook(n11, n10, n01, n00):
    """The measures as books write them: in shares and conditional shares, nothing simplified."""
    n = n11 + n10 + n01 + n00
    p11, p10, p01, p00 = (Fraction(count, n) for count in (n11, n10, n01, n00))
    a, c = p11 + p10, p11 + p01
    confidence, reverse, without = over(p11, a), over(p11, c), over(p01, 1 - a)
    cells = [(p11, a * c), (p10, a * (1 - c)), (p01, (1 - a) * c), (p00, (1 - a) * (1 - c))]
    tail = Fraction(
        sum(
            comb(n11 + n01, k) * comb(n10 + n00, n11 + n10 - k)
            for k in range(n11, min(n11 + n10, n11 + n01) + 1)
        ),
        comb(n, n11 + n10),
    )
    quantile = next(
        k
        for k in range(n + 1)
        if sum(comb(n11 + n01, i) * comb(n10 + n00, n11 + n10 - i) for i in range(k + 1))
        >= Fraction(99, 100) * comb(n, n11 + n10)
    )
    odds = over(p11 * p00, p10 * p01)
    room = min(n10, n01) if p11 > a * c else min(n11, n00)
    excess = abs(p11 - a * c) * n
    result = {
        "lift": over(confidence, c),
        "representativity": 1,
        "leverage": p11 - a * c,
        "conviction": over(1 - c, 1 - confidence),
        "zhangs_metric": over(confidence - without, max(confidence, without)),
        "jaccard": over(p11, a + c - p11),
        "certainty": over(confidence - c, 1 - c),
        "kulczynski": (confidence + reverse) / 2,
        "chiSquared": n * sum((p - q) ** 2 / q for p, q in cells) if all(q for _, q in cells) else nan,
        "fishersExactTest": tail,
        "hyperConfidence": 1 - tail,
        "hyperLift": over(n11, quantile),
        "oddsRatio": odds,
        "relativeRisk": over(confidence, without),
        "yuleQ": 1 if odds == inf else (odds - 1) / (odds + 1),
        "yuleY": 1 if odds == inf else (sqrt(odds) - 1) / (sqrt(odds) + 1),
        "kappa": over(p11 + p00 - a * c - (1 - a) * (1 - c), 1 - a * c - (1 - a) * (1 - c)),
        "cosine": float(p11) / sqrt(a * c),
        "addedValue": confidence - c,
        "doc": confidence - without,
        "gini": a * (confidence**2 + (1 - confidence) ** 2)
        + (1 - a) * (without**2 + (1 - without) ** 2)
        - c**2
        - (1 - c) ** 2,
        "lambda": over(max(p11, p10) + max(p01, p00) - max(c, 1 - c), 1 - max(c, 1 - c)),
        "mutualInformation": divergence(cells) / min(entropy(a, 1 - a), entropy(c, 1 - c)),
        "jMeasure": divergence(cells[:2]),
        "laplace": Fraction(n11 + 1, n11 + n10 + 2),
        "coverage": a,
        "maxconfidence": max(confidence, reverse),
        "imbalance": over(abs(a - c), a + c - p11),
        "rulePowerFactor": p11 * confidence,
        "RLD": over(excess, excess + room) if excess else 0,
        "sebag": over(p11, p10),
        "counterexample": over(n11 - n10, n11),
        "confirmedConfidence": confidence - (1 - confidence),
        "ralambondrainy": p10,
        "varyingLiaison": over(confidence, c) - 1,
        "lerman": float(p11 - a * c) * n / sqrt(n * a * c),
        "implicationIndex": float(p10 - a * (1 - c)) * n / sqrt(n * a * (1 - c)),
        "importance": log10(Fraction(n11 + 1, n11 + n10 + 2) / Fraction(n01 + 1, n01 + n00 + 2)),
    }
    result["phi"] = float(p11 - a * c) / sqrt(a * (1 - a) * c * (1 - c))
    return result


@given(st.tuples(*[st.integers(0, 60)] * 4))
def test_textbook_formulas(table):
    n11, n10, n01, n00 = table
    if not (n11 + n10 and n11 + n01 and n01 + n00 and n10 + n00):
        return
    expected = textbook(*table)
    assert set(expected) == set(OF_COUNTS)
    found = measures(frame(table), OF_COUNTS).iloc[0]
    for name in OF_COUNTS:
        assert found[name] == pytest.approx(float(expected[name]), rel=1e-9, abs=1e-12, nan_ok=True), name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lift", "18.99565"),
        ("chiSquared", "212.0251"),
        ("fishersExactTest", "6.1164447e-14"),
        ("oddsRatio", "51.706122"),
        ("phi", ".14682718"),
        ("hyperLift", "4"),
        ("conviction", "2.6240395"),
    ],
)
def test_values_of_arules(name, expected):
    digits = len(expected.split("e")[0].replace(".", "").lstrip("0"))
    assert f"{value(name, *ORACLE):.{digits}g}" == f"{float(expected):.{digits}g}"


def mlxtend_rules(baskets):
    sets = frequent_patterns.fpgrowth(baskets.to_onehot(), min_support=1e-9, use_colnames=True)
    with np.errstate(all="ignore"):
        rules = frequent_patterns.association_rules(sets, metric="support", min_threshold=0)
    n = len(baskets)
    both, one, other = (
        (rules[name] * n).round().astype(int)
        for name in ("support", "antecedent support", "consequent support")
    )
    return rules.assign(n11=both, n10=one - both, n01=other - both, n00=n - one - other + both)


@given(st.lists(st.sets(st.sampled_from("abcde"), min_size=1), min_size=2, max_size=25))
def test_same_as_mlxtend(lists):
    if max(map(len, lists)) < 2:
        return
    rules = mlxtend_rules(Baskets.from_lists(lists))
    names = [name for name in rules if name in MEASURES]
    assert len(names) == 8
    pd.testing.assert_frame_equal(measures(rules, names), rules[names], rtol=1e-9, atol=1e-12)


def test_infinite_where_the_limit_is():
    always = (5, 0, 3, 10)
    assert {name for name in OF_COUNTS if value(name, *always) == inf} == {"conviction", "oddsRatio", "sebag"}
    only = (5, 3, 0, 10)
    assert {name for name in OF_COUNTS if value(name, *only) == inf} == {"oddsRatio", "relativeRisk"}
    assert value("hyperLift", 1, 0, 0, 999) == inf
    assert value("counterexample", 0, 3, 4, 5) == -inf


def test_missing_only_where_undefined():
    # Confidence and correlation have no meaning if the antecedent is in no basket; shares of all still do.
    never = {name for name in OF_COUNTS if isnan(value(name, 0, 0, 3, 4))}
    assert {"lift", "conviction", "phi", "oddsRatio"} <= never
    assert never.isdisjoint({"leverage", "coverage", "jaccard", "gini", "fishersExactTest", "laplace"})
    # If the consequent is in every basket, nothing can be learnt about it.
    surely = {name for name in OF_COUNTS if isnan(value(name, 5, 0, 5, 0))}
    assert surely == {
        "chiSquared", "phi", "oddsRatio", "yuleQ", "yuleY", "lambda", "mutualInformation", "implicationIndex"
    }  # fmt: skip
    assert value("lift", 5, 0, 5, 0) == 1
    assert not any(isnan(value(name, 0, 3, 4, 5)) for name in OF_COUNTS)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_independence_values(i, j, k, m):
    """Counts i k, i m, j k and j m are those of independent sides."""
    table = frame((i * k, i * m, j * k, j * m))
    named = table_of_measures().set_index("measure")["independence"]
    for name in OF_COUNTS:
        if named[name]:
            found = measures(table, [name])[name].iloc[0]
            assert found == pytest.approx(float(named[name]), abs=1e-9), name


def ends(name, n):
    """Limits of a measure's range; one number alone is both."""
    numbers = MEASURES[name].range.strip("[]()").split(", ")
    low, high = (float(number) if number != "n" else n for number in (numbers[0], numbers[-1]))
    return low - 1e-9, high + 1e-9


@given(st.tuples(*[st.integers(0, 300)] * 4).filter(sum))
def test_values_stay_in_their_range(table):
    found = measures(frame(table), OF_COUNTS).iloc[0]
    for name in OF_COUNTS:
        low, high = ends(name, sum(table))
        assert isnan(found[name]) or low <= found[name] <= high, name


def test_large_counts_keep_their_digits():
    # n11 n00 and n10 n01 agree in their first fourteen digits.
    table = (10**6, 10**9, 10**6, 10**9 + 1)
    assert value("leverage", *table) == pytest.approx(10**6 / sum(table) ** 2, rel=1e-14)


@pytest.mark.parametrize("name", ["improvement", "boost"])
def test_against_more_general_rules(name):
    rules = frame((2, 2, 3, 3), (3, 1, 2, 4), (1, 3, 4, 2)).assign(
        antecedents=[{"tea"}, {"tea", "salt"}, {"tea", "salt", "rice"}], consequents=[{"milk"}] * 3
    )
    expected = {"improvement": [0.5, 0.25, -0.5], "boost": [inf, 1.5, 1 / 3]}[name]
    np.testing.assert_allclose(measures(rules, [name])[name], expected)


def test_index_order_and_libraries():
    rules = frame(ORACLE, (5, 0, 0, 5), index=["x", "y"])
    found = measures(rules, ["phi", "lift", "phi"])
    assert found.columns.tolist() == ["phi", "lift"]
    assert found.index.tolist() == ["x", "y"]
    other = measures(pl.from_pandas(rules), ["phi", "lift"])
    np.testing.assert_array_equal(other, found)
    assert measures(rules.astype(float), ["lift"]).equals(measures(rules, ["lift"]))
    assert measures(rules.iloc[:0], ["lift", "hyperLift"]).shape == (0, 2)


def test_table_lists_all():
    table = table_of_measures()
    assert table["measure"].tolist() == list(MEASURES)
    assert (table[["formula", "range", "source"]] != "").all(axis=None)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"n10": -7}, ValueError, "n10 must not be negative, got -7 in row 0"),
        ({"n10": 7.5}, ValueError, "n10 must be whole numbers, got 7.5 in row 0"),
        ({"n10": np.nan}, ValueError, "n10 must be whole numbers"),
        ({"n10": "many"}, ValueError, "n10 must hold numbers, got 'many'"),
        ({"n11": 0, "n10": 0, "n01": 0, "n00": 0}, ValueError, "rule 0 has no baskets"),
        ({"n00": 4 * 10**9}, ValueError, "at most 3,000,000,000"),
    ],
)
def test_bad_counts(change, error, message):
    with pytest.raises(error, match=message):
        measures(frame(ORACLE).assign(**change), ["lift"])


def test_bad_arguments():
    with pytest.raises(KeyError, match="no measure 'lifft'; did you mean 'lift'"):
        measures(frame(ORACLE), ["phi", "lifft"])
    with pytest.raises(KeyError, match="did you mean 'conviction'"):
        check(["convicton"])
    with pytest.raises(TypeError, match=r"write \['lift'\]"):
        measures(frame(ORACLE), "lift")
    with pytest.raises(KeyError, match="rules has no column 'n00'"):
        measures(frame(ORACLE).drop(columns="n00"), ["lift"])
    with pytest.raises(TypeError, match="must be a dataframe"):
        measures([ORACLE], ["lift"])
