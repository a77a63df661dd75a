"""Answers are checked without being shown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kehu.exercise import check, seal


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_right_to_the_decimals_asked(value, decimals):
    sealed = seal(value, decimals=decimals)
    assert check(value, sealed, decimals=decimals) == "Right."
    assert check(value + 2, sealed, decimals=decimals).startswith("Not yet: ")


def test_numbers_of_any_kind_are_the_same_answer():
    assert seal(7) == seal(7.2) == seal(np.int64(7)) == seal(np.float32(7.0))
    assert seal(-0.001, decimals=1) == seal(0, decimals=1)
    assert check(54.6, seal(54.6, decimals=1), decimals=1) == "Right."
    assert check(54, seal(54.6, decimals=1), decimals=1) == "Not yet: 54.0 is not it."


def test_text_ignores_case_and_outer_blanks():
    assert check(" Fluid Milk ", seal("FLUID MILK")) == "Right."


def test_without_an_answer():
    assert check(None, seal(1)) == "No answer yet."


@pytest.mark.parametrize("answer", [[1], float("nan"), float("inf"), {}])
def test_other_answers_are_refused(answer):
    with pytest.raises(TypeError, match="must be a number or text, got"):
        check(answer, seal(1))
