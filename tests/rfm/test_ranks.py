"""Order statistics against sorting."""

import numpy as np
import pytest

from kehu.rfm import ranks
from kehu.rfm.ranks import each, most_common, ranked

rng = np.random.default_rng(0)
MANY = {
    "both signs": rng.normal(0, 1e3, 150_000),
    "whole numbers": rng.poisson(3, 150_000).astype(float),
    "all the same": np.full(120_000, 7.5),
    "far apart": rng.choice([-1e300, -1e-300, -0.0, 0.0, 1e-300, 1e300], 120_000),
    "every other one": rng.gamma(0.3, 50, 240_000)[::2],
    "few": rng.normal(0, 1, 10),
}


@pytest.mark.parametrize("values", MANY.values(), ids=MANY)
def test_values_at_places_are_those_of_the_sorted_list(values):
    places = np.array([[0, len(values) // 5, len(values) // 2], [1, len(values) // 5 + 1, len(values) - 1]])
    np.testing.assert_array_equal(ranked(values, places), np.sort(values)[places])


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 2, 2, 3], (2, 2)), ([0.5, 0.5, 1], (0.5, 2)), ([-1, -1, 0], (-1, 2)), ([1e9, 1e9, 0], (1e9, 2))],
)
def test_most_common(values, expected):
    assert most_common(np.array(values, dtype=float)) == expected


def test_each_name_gets_its_own():
    assert each(("a", "b"), str.upper) == {"a": "A", "b": "B"}
    assert len(MANY["both signs"]) > ranks._MANY > len(MANY["few"])
