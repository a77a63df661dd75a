import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kehu.figures.numerals import axis_numbers, number, percent, percents, rewrite

UNITS = {"k": 1e3, "M": 1e6, "bn": 1e9, "tn": 1e12, "万": 1e4, "亿": 1e8, "万亿": 1e12, "": 1}


def value_of(text):
    """Read a number back, independently of how it was written."""
    digits, unit = re.fullmatch(r"([−\d.,e]+?)(k|M|bn|tn|万亿|万|亿|)", text).groups()
    return float(digits.replace("−", "-").replace(",", "")) * UNITS[unit]


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0, "0", "0"),
        (7.0, "7", "7"),
        (27.456, "27.5", "27.5"),
        (9999, "9,999", "9,999"),
        (10_000, "10k", "1万"),
        (1_200_000, "1.2M", "120万"),
        (999_950, "1M", "100万"),
        (120_000_000, "120M", "1.2亿"),
        (-4.082e11, "−408bn", "−4,080亿"),
        (3.92e13, "39.2tn", "39.2万亿"),
        (0.00001234, "1.23e−5", "1.23e−5"),
        (math.nan, "–", "–"),
        (-math.inf, "−∞", "−∞"),
    ],
)
def test_numbers(value, english, chinese):
    assert number(value) == english
    assert number(value, "zh") == chinese


@given(st.floats(-1e15, 1e15), st.sampled_from(["en", "zh"]))
def test_a_number_is_right_to_three_digits(value, language):
    text = number(value, language)
    assert value_of(text) == pytest.approx(value, rel=0.0051)
    assert len(text) <= 11


@given(st.floats(1, 1e15), st.sampled_from(["en", "zh"]))
def test_a_number_with_a_unit_can_be_written_in_the_other_language_and_back(value, language):
    other = "zh" if language == "en" else "en"
    text = number(value, language)
    assert rewrite(rewrite(text, other), language) == text
    assert value_of(rewrite(text, other)) == pytest.approx(value_of(text), rel=1e-12)


@pytest.mark.parametrize("text", ["27.5", "Tea", "5 kg", "iPhone 10k", "M", "2017", "", "k"])
def test_what_is_no_number_with_a_unit_is_left_alone(text):
    assert rewrite(text, "zh") == text


@given(st.sampled_from([1, 2, 2.5, 5]), st.integers(-6, 12), st.integers(2, 8), st.sampled_from(["en", "zh"]))
def test_labels_of_an_axis_are_exact_and_tell_its_ticks_apart(step, power, n, language):
    ticks = [step * 10.0**power * i for i in range(n)]
    labels = axis_numbers(ticks, language)
    assert len(set(labels)) == n
    assert [value_of(label) for label in labels] == pytest.approx(ticks, rel=0.006)


def test_an_axis_has_one_unit():
    assert axis_numbers([0, 500_000, 1_000_000]) == ["0", "0.5M", "1M"]
    assert axis_numbers([0, 500_000, 1_000_000], "zh") == ["0", "50万", "100万"]
    assert axis_numbers([0, 2500, 5000, 7500, 10_000]) == ["0", "2.5k", "5k", "7.5k", "10k"]
    assert axis_numbers([0, 2500, 5000, 7500, 10_000], "zh") == ["0", "2,500", "5,000", "7,500", "10,000"]
    assert axis_numbers([]) == []


def test_shares():
    assert [percent(share) for share in (0, 0.2, 0.5464, 1, 0.00123)] == [
        "0%",
        "20%",
        "54.6%",
        "100%",
        "0.123%",
    ]
    assert percents([0.5, 0.0001, 0]) == ["50.0%", "<0.1%", "0.0%"]
    assert percents([0.005, 0.0012]) == ["0.50%", "0.12%"]
    assert percents([-1.2, 0.3]) == ["−120.0%", "30.0%"]
    assert percents([0, 0]) == ["0.0%", "0.0%"]
