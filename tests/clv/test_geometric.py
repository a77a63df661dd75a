"""Expected purchases of many customers against those of few, which are not interpolated."""

import numpy as np
import pytest

from kehu._kernels import clv as kernels
from kehu.clv import geometric

THETA = np.log([0.243, 30.9, 0.793, 2.426])
ENDS, FACTORS = 30.0 * np.arange(1, 13), 1.01 ** -np.arange(1.0, 13)


@pytest.mark.parametrize("unit", [1.0, 7.0, np.pi], ids=["days", "weeks", "no whole days"])
@pytest.mark.parametrize("early", [0, 1])
def test_many_customers_as_exactly_as_few(unit, early):
    rng = np.random.default_rng(5)
    n = 60_000
    x = np.minimum(rng.geometric(0.4, n) - 1.0, 40.0)
    T = rng.integers(30, 731, n) / unit
    found = geometric.purchases(THETA, x, T, ENDS, FACTORS, early)
    some = rng.integers(0, n, 1000)
    few = geometric.purchases(THETA, x[some], T[some], ENDS, FACTORS, early)
    np.testing.assert_allclose(found[some], few, rtol=1e-11)


def test_customers_who_all_differ():
    x, T = np.repeat(np.arange(200.0), 11), np.tile(np.arange(100.0, 210.0, 10.0), 200)
    found = geometric.purchases(THETA, x, T, ENDS, FACTORS, 0)
    few = geometric.purchases(THETA, x[:1500], T[:1500], ENDS, FACTORS, 0)
    np.testing.assert_allclose(found[:1500], few, rtol=1e-11)


def test_whole_numbers_are_told():
    codes = np.empty(3, np.int32)
    assert kernels.whole(np.array([0.0, 1 / 7, 30 / 7]), 7, 1e-10, codes)
    assert codes.tolist() == [0, 1, 30]
    for odd in ([0.0, 1.5, 2.0], [0.0, np.nan, 1.0]):
        assert not kernels.whole(np.array(odd), 1, 1e-10, codes)
