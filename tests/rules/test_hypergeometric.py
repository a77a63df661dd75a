from decimal import Decimal, localcontext
from fractions import Fraction
from math import comb, factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kehu._kernels import hypergeometric

COUNTS = st.tuples(*[st.integers(0, 80)] * 4).filter(sum)


def arrays(tables):
    return [np.array(column, dtype=np.int64) for column in zip(*tables, strict=True)]


def exact_upper(n11, n10, n01, n00):
    """P(X >= n11) as a fraction."""
    a, c, n = n11 + n10, n11 + n01, n11 + n10 + n01 + n00
    ways = sum(comb(c, k) * comb(n - c, a - k) for k in range(n11, min(a, c) + 1))
    return Fraction(ways, comb(n, a))


@given(COUNTS)
def test_tails_are_exact(counts):
    lower, upper = (float(tail[0]) for tail in hypergeometric.tails(*arrays([counts])))
    expected = exact_upper(*counts)
    assert upper == pytest.approx(float(expected), rel=1e-13)
    assert lower == pytest.approx(float(1 - expected), rel=1e-13)


@given(COUNTS, st.sampled_from([0.5, 0.9, 0.99]))
def test_quantile_is_the_smallest_that_reaches_the_level(counts, level):
    n11, n10, n01, _ = counts
    a, c, n = n11 + n10, n11 + n01, sum(counts)
    found = int(hypergeometric.quantile(*arrays([counts]), level)[0])
    below = [1 - exact_upper(k + 1, a - k - 1, c - k - 1, n - a - c + k + 1) for k in (found - 1, found)]
    assert below[1] >= Fraction(level) - Fraction(1, 10**12)
    assert found == max(0, a + c - n) or below[0] < Fraction(level)


@given(COUNTS)
def test_sides_can_be_exchanged(counts):
    n11, n10, n01, n00 = counts
    one = hypergeometric.tails(*arrays([counts]))
    other = hypergeometric.tails(*arrays([(n11, n01, n10, n00)]))
    np.testing.assert_allclose(one, other, rtol=1e-12)


def test_agrees_with_scipy():
    rng = np.random.default_rng(3)
    n = 20_000
    a, c = rng.integers(1, 2000, 300), rng.integers(1, 2000, 300)
    n11 = np.minimum(np.minimum(a, c), rng.poisson(a * c / n * rng.uniform(0.5, 2, 300)))
    tables = (n11, a - n11, c - n11, n - a - c + n11)
    lower, upper = hypergeometric.tails(*tables)
    np.testing.assert_allclose(upper, stats.hypergeom.sf(n11 - 1, n, c, a), rtol=1e-9)
    np.testing.assert_allclose(lower, stats.hypergeom.cdf(n11 - 1, n, c, a), rtol=1e-9)
    quantile = hypergeometric.quantile(*tables, 0.99)
    np.testing.assert_array_equal(quantile, stats.hypergeom.ppf(0.99, n, c, a))
    fisher = [
        stats.fisher_exact([[table[0], table[1]], [table[2], table[3]]], alternative="greater").pvalue
        for table in zip(*(column[:20] for column in tables), strict=True)
    ]
    np.testing.assert_allclose(upper[:20], fisher, rtol=1e-9)


def log_factorial(m):
    """Stirling's series in sixty digits; scipy keeps nine in tables of ten million."""
    if m < 2000:
        return Decimal(factorial(m)).ln()
    m, pi = Decimal(m), Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
    series = (12, -360, 1260, -1680, 1188)
    rest = sum(1 / (divisor * m ** (2 * k + 1)) for k, divisor in enumerate(series))
    return m * m.ln() - m + (2 * pi * m).ln() / 2 + rest


def precise_upper(k, a, c, n):
    cells = k, a - k, c - k, n - a - c + k
    log = sum(map(log_factorial, (a, n - a, c, n - c))) - log_factorial(n) - sum(map(log_factorial, cells))
    term = total = log.exp()
    while k < min(a, c) and term > total * Decimal(10) ** -25:
        term = term * (a - k) * (c - k) / ((k + 1) * (n - a - c + k + 1))
        total += term
        k += 1
    return total


@pytest.mark.parametrize(
    ("k", "a", "c", "n"),
    [
        (2_500_001, 5_000_000, 5_000_000, 10_000_000),
        (2_507_906, 5_000_000, 5_000_000, 10_000_000),
        (2_528_461, 5_000_000, 5_000_000, 10_000_000),
        (2_221, 100_000, 200_000, 10_000_000),
        (3_498, 100_000, 200_000, 10_000_000),
        (45, 1000, 500, 10_000_000),
        (1_253, 1_000_000, 1_000_000, 1_000_000_000),
        (102, 300, 200, 2000),
    ],
)
def test_tiny_tails_of_large_tables(k, a, c, n):
    with localcontext(prec=60):
        expected = precise_upper(k, a, c, n)
    assert expected > Decimal("1e-300")
    upper = hypergeometric.tails(*arrays([(k, a - k, c - k, n - a - c + k)]))[1][0]
    assert abs(Decimal(float(upper)) / expected - 1) < Decimal("1e-12")


def test_of_no_rules_there_is_nothing():
    none = np.zeros(0, np.int64)
    assert [len(tail) for tail in hypergeometric.tails(none, none, none, none)] == [0, 0]
    assert len(hypergeometric.quantile(none, none, none, none, 0.99)) == 0
