"""Beside AHPy in the same run: alike where it is right, and said plainly where it hands out numbers."""

import warnings

import ahpy
import numpy as np
import pytest

from kehu.ahp import PairwiseMatrix
from kehu.warnings import InconsistentJudgementsWarning

SCALE = [1 / 9, 1 / 5, 1 / 3, 1 / 2, 1, 2, 3, 5, 9]


def peer(judgements, **options):
    return ahpy.Compare("peer", judgements, precision=9, random_index="saaty", **options)


def own(judgements):
    matrix = PairwiseMatrix.from_words(judgements)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InconsistentJudgementsWarning)
        return matrix.weights().to_dict(), matrix.consistency().cr


@pytest.mark.parametrize("n", [3, 4, 5, 7, 9, 12])
def test_random_judgements_weigh_alike(n):
    random = np.random.default_rng(n)
    for _ in range(5):
        judgements = {(i, j): random.choice(SCALE) for i in range(n) for j in range(i + 1, n)}
        weights, cr = own(judgements)
        theirs = peer(judgements)
        assert weights == pytest.approx(theirs.local_weights, abs=2e-9)
        assert cr == pytest.approx(theirs.consistency_ratio, abs=2e-9)


def test_a_missing_judgement_is_filled_alike():
    judgements = {("a", "b"): 3, ("b", "c"): 2, ("c", "d"): 2, ("a", "c"): 4, ("a", "d"): 9}
    theirs = peer(judgements, tolerance=1e-12, iterations=1000)
    # AHPy searches for the value by steps: its λmax is least, its weights are near.
    weights, _ = own(judgements)
    assert weights == pytest.approx(theirs.local_weights, abs=1e-7)


def test_a_pair_answered_twice_is_refused_where_the_peer_takes_the_last():
    judgements = {("a", "b"): 3, ("b", "a"): 3, ("a", "c"): 2, ("b", "c"): 2}
    turned = {pair: judgements[pair] for pair in reversed(list(judgements))}
    assert peer(judgements).local_weights["b"] > peer(judgements).local_weights["a"]
    assert peer(turned).local_weights["b"] < peer(turned).local_weights["a"]
    with pytest.raises(ValueError, match="the answer for 'b' and 'a' is there twice"):
        PairwiseMatrix.from_words(judgements)
    with pytest.raises(ValueError, match=r"'a'.*'b'"):
        PairwiseMatrix([[1, 3, 2], [3, 1, 2], [1 / 2, 1 / 2, 1]], labels=["a", "b", "c"])


def test_judgements_that_do_not_connect_are_refused_where_the_peer_weighs_them():
    judgements = {("a", "b"): 3, ("c", "d"): 5}
    theirs = peer(judgements)
    assert theirs.consistency_ratio == pytest.approx(0) and len(theirs.local_weights) == 4
    with pytest.raises(ValueError, match=r"no judgement connects \['a', 'b'\] with \['c', 'd'\]"):
        PairwiseMatrix.from_words(judgements)


@pytest.mark.parametrize("large", [1e6, 1e40])
def test_extreme_judgements_have_weights_where_the_peer_has_none(large):
    judgements = {("a", "b"): large, ("b", "c"): large, ("a", "c"): large}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        assert np.isnan(list(peer(judgements).local_weights.values())).all()
    # Of three criteria the eigenvector is the geometric mean of the rows: e^(2/3), 1, e^(-2/3).
    expected = np.array([large ** (2 / 3), 1, large ** (-2 / 3)])
    weights, cr = own(judgements)
    assert list(weights.values()) == pytest.approx(list(expected / expected.sum()), rel=1e-6)
    assert cr > 0.1
