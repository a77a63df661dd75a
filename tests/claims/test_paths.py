"""Growth paths satisfy both figures they are made of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kehu import claims

growths = st.floats(-60, 300)


@given(growths, growths, st.floats(0.1, 1e4), st.lists(growths, min_size=1, max_size=4))
def test_every_path_has_the_compound_growth_and_the_last_year(compound, last, level, first):
    paths = claims.growth_paths(compound_pct=compound, last_pct=last, last_level=level, first_pct=first)
    assert paths["path"].unique().tolist() == list(range(1, len(first) + 1))
    for value, (_, path) in zip(first, paths.groupby("path"), strict=True):
        levels = path["level"].to_numpy()
        assert path["year"].tolist() == [-3, -2, -1, 0]
        assert levels[-1] == pytest.approx(level)
        assert levels[-1] / levels[0] == pytest.approx((1 + compound / 100) ** 3)
        assert levels[-1] / levels[-2] == pytest.approx(1 + last / 100)
        assert levels[1] / levels[0] == pytest.approx(1 + value / 100)
        steps = 100 * (levels[1:] / levels[:-1] - 1)
        np.testing.assert_allclose(path["growth_pct"].to_numpy()[1:], steps, rtol=1e-6, atol=1e-9)
        assert np.isnan(path["growth_pct"].iloc[0])


def test_the_figures_of_the_documents_need_a_third_in_the_other_years():
    paths = claims.growth_paths(first_pct=[32.58])
    assert paths["growth_pct"].iloc[1:].round(1).tolist() == [32.6, 32.6, 25.0]
    assert paths["level"].iloc[2] == pytest.approx(17.6)


def test_steady_growth_has_one_path():
    paths = claims.growth_paths(compound_pct=30, last_pct=30, last_level=2197, first_pct=[30])
    assert paths["level"].tolist() == pytest.approx([1000, 1300, 1690, 2197])


@pytest.mark.parametrize(
    ("value", "growth", "base"), [(22, 25, 17.6), (80, 18, 67.8), (9.0065, 0, 9.0065), (50, -50, 100)]
)
def test_the_level_before(value, growth, base):
    assert claims.implied_base(value, growth) == pytest.approx(base, rel=1e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"last_level": 0}, "last_level=0 is no level"),
        ({"last_level": float("nan")}, "last_level=nan is no level"),
        ({"compound_pct": -100}, "compound_pct=-100 is no growth"),
        ({"last_pct": float("inf")}, "last_pct=inf is no growth"),
        ({"first_pct": [10, -120]}, "first_pct=-120 is no growth"),
        ({"first_pct": []}, "first_pct is empty"),
    ],
)
def test_impossible_paths(arguments, message):
    with pytest.raises(ValueError, match=message):
        claims.growth_paths(**arguments)


def test_impossible_bases():
    with pytest.raises(ValueError, match="value=-1 is no level"):
        claims.implied_base(-1, 10)
    with pytest.raises(ValueError, match="growth_pct=-100 is no growth"):
        claims.implied_base(22, -100)
