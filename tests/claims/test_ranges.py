"""Units convert, roundings leave ranges, and what follows from ranges holds the truth."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kehu import claims
from kehu.claims.ranges import Figure, combine, overlap, rounding
from kehu.claims.units import UNITS

numbers = st.floats(0.01, 1e4)


def rounded(value: float, decimals: int) -> Figure:
    """A number as somebody publishes it, with so many decimals."""
    text = f"{value:.{decimals}f}"
    return Figure.stated(float(text), rounding(text, "yuan"), math.nan, math.nan, "yuan")


@given(numbers, st.integers(0, 4), st.integers(0, 4))
def test_two_roundings_of_one_number_never_differ(value, first, second):
    # At an exact half of the coarser digit the two may only touch.
    half = value * 10 ** min(first, second) % 1
    assume(abs(half - 0.5) > 1e-3)
    assert overlap(rounded(value, first), rounded(value, second))


@given(numbers, st.integers(0, 4), st.floats(1.5, 100))
def test_numbers_more_than_both_roundings_apart_differ(value, decimals, times):
    other = value + times * 10**-decimals
    one, two = rounded(value, decimals), rounded(other, decimals)
    assert not overlap(one, two)
    assert not overlap(two, one)


@given(numbers, numbers, st.integers(0, 3))
def test_numbers_written_alike_are_one_and_others_are_not(first, second, decimals):
    one, two = rounded(first, decimals), rounded(second, decimals)
    assert overlap(one, two) == (one.value == two.value)


@given(st.floats(1, 1e3), st.floats(-50, 90), st.integers(0, 2))
def test_what_follows_holds_the_truth(level, growth, decimals):
    published = rounded(level, decimals), Figure(growth / 100, growth / 100 - 0.005, growth / 100 + 0.005)
    assume(published[0].value > 0)
    found = combine(lambda value, rate: value / (1 + rate), list(published))
    assert found.low <= found.value <= found.high
    assert found.low * (1 - 1e-12) <= level / (1 + growth / 100) <= found.high * (1 + 1e-12)


def test_an_open_bound_stays_open():
    more = Figure.stated(30, 0.5, 30, math.nan, "%")
    assert (more.low, more.high) == (0.3, math.inf)
    assert overlap(more, Figure(0.37, 0.37, 0.37)) and not overlap(more, Figure(0.13, 0.13, 0.13))
    assert combine(lambda share: 1 - share, [more]).low == -math.inf


def test_ranges_that_touch_are_two_figures_but_a_bound_belongs_to_its_range():
    assert not overlap(Figure(18.3, 18.25, 18.35), Figure(18.4, 18.35, 18.45))
    assert overlap(Figure(83, 83, 100), Figure(83, 83, 83))
    assert overlap(Figure(2008, 2008, 2008), Figure(2008, 2008, 2008))
    assert not overlap(Figure(2008, 2008, 2008), Figure(2009, 2009, 2009))


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (9.08, "trillion yuan", "billion yuan", 9080),
        (22, "billion yuan", "yuan", 22e9),
        (80, "million people", "people", 80e6),
        (25, "%", "times", 0.25),
        (0.05, "times", "percentage points", 5),
    ],
)
def test_conversions(value, unit, to, expected):
    assert claims.convert(value, unit, to) == expected


@given(numbers, st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_conversions_return(value, unit, to):
    assume(UNITS[unit].dimension == UNITS[to].dimension)
    assert claims.convert(claims.convert(value, unit, to), to, unit) == pytest.approx(value, rel=1e-12)


def test_conversions_that_are_none():
    with pytest.raises(ValueError, match="'yuan' measures money, '%' share"):
        claims.convert(1, "yuan", "%")
    with pytest.raises(KeyError, match="'bn yuan' is no unit; did you mean 'billion yuan'"):
        claims.convert(1, "bn yuan", "yuan")
