"""Judgements that were not made."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from kehu.ahp import PairwiseMatrix, missing, priorities
from kehu.warnings import InconsistentJudgementsWarning


def incomplete(rng, n, spread, share):
    """Random judgements of a connected graph."""
    logs = np.triu(rng.normal(0, spread, (n, n)), 1)
    known = np.triu(rng.random((n, n)) < share, 1)
    known[np.arange(n - 1), np.arange(1, n)] = True
    logs = np.where(known, logs, 0)
    return logs - logs.T, known | known.T


@given(st.integers(3, 7), st.integers(0, 10**6))
@settings(deadline=None, max_examples=50)
def test_judgements_without_contradiction_give_back_their_weights(n, seed):
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 1.5, n)
    _, known = incomplete(rng, n, 1, 0.3)
    table = np.where(known | np.eye(n, dtype=bool), np.exp(truth[:, None] - truth), np.nan)
    matrix = PairwiseMatrix(table)
    expected = np.exp(truth) / np.exp(truth).sum()
    for method in ("eigenvector", "geometric_mean", "harker"):
        assert matrix.weights(method).to_numpy() == pytest.approx(expected, rel=1e-6)
    assert matrix.consistency().cr == pytest.approx(0, abs=1e-6)


@given(st.integers(3, 6), st.integers(0, 10**6))
@settings(deadline=None, max_examples=40)
def test_completion_against_a_search_without_derivatives(n, seed):
    logs, known = incomplete(np.random.default_rng(seed), n, 0.8, 0.4)
    filled = missing.complete(logs, known)
    assert (filled == -filled.T).all()
    assert (filled[known] == logs[known]).all()
    rows, columns = np.nonzero(np.triu(~known, 1))
    best = priorities.eigenvector(filled)[0]

    def largest(entries):
        tried = filled.copy()
        tried[rows, columns], tried[columns, rows] = entries, -entries
        return float(priorities.eigenvector(tried)[0])

    if len(rows):
        start = filled[rows, columns] + 0.3
        found = optimize.minimize(
            largest, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}
        )
        assert best <= found.fun + 1e-9


def test_completion_of_one_gap_by_hand():
    # With one gap in three criteria the best entry makes the matrix consistent: 2 · 3.
    matrix = PairwiseMatrix([[1, 2, None], [None, 1, 3], [None, None, 1]]).completed()
    assert matrix.table.loc["C1", "C3"] == pytest.approx(6)
    assert matrix.n_missing == 0


@given(st.integers(3, 7), st.integers(0, 10**6))
@settings(deadline=None, max_examples=40)
def test_least_squares_against_a_regression(n, seed):
    logs, known = incomplete(np.random.default_rng(seed), n, 1, 0.5)
    i, j = np.nonzero(np.triu(known, 1))
    design = np.zeros((len(i) + 1, n))
    design[np.arange(len(i)), i], design[np.arange(len(i)), j] = 1, -1
    design[-1] = 1
    expected = np.linalg.lstsq(design, np.r_[logs[i, j], 0], rcond=None)[0]
    assert missing.least_squares(logs, known) == pytest.approx(expected, abs=1e-9)


def test_harker_by_hand():
    # Harker 1987: the diagonal holds one more than the number of missing judgements of the row.
    matrix = PairwiseMatrix([[1, 2, None], [None, 1, 4], [None, None, 1]])
    auxiliary = np.array([[2, 2, 0], [0.5, 1, 4], [0, 0.25, 2]])
    values, vectors = np.linalg.eig(auxiliary)
    vector = np.abs(vectors[:, values.real.argmax()].real)
    assert matrix.weights("harker").to_numpy() == pytest.approx(vector / vector.sum())


def test_all_methods_agree_where_nothing_is_missing():
    drinks = PairwiseMatrix.from_upper(
        "9 5 2 1 1 1/2 | 1/3 1/9 1/9 1/9 1/9 | 1/3 1/4 1/3 1/9 | 1/2 1 1/3 | 2 1/2 | 1/3"
    )
    assert drinks.completed() == drinks
    assert drinks.weights("harker").to_numpy() == pytest.approx(drinks.weights().to_numpy())


def test_random_index_of_incomplete_matrices():
    """The linear rule against random matrices, completed as ours are (Ágoston and Csató 2022)."""
    rng = np.random.default_rng(5)
    scale = np.log(np.r_[1 / np.arange(9, 1, -1), np.arange(1, 10)])
    n, gone = 5, 2
    known = ~np.eye(n, dtype=bool)
    for i, j in ((0, 1), (2, 3)):
        known[i, j] = known[j, i] = False
    indices = []
    for _ in range(144):
        logs = np.triu(rng.choice(scale, (n, n)), 1) * np.triu(known)
        indices.append((priorities.eigenvector(missing.complete(logs - logs.T, known))[0] - n) / (n - 1))
    matrix = PairwiseMatrix(np.where(known | np.eye(n, dtype=bool), 1.0, np.nan))
    expected = matrix.consistency("alonso_lamata").random_index
    assert matrix.n_missing == gone
    # The rule is an approximation: a tenth, besides three standard errors of the simulation.
    assert np.mean(indices) == pytest.approx(expected, abs=0.1 * expected + 3 * np.std(indices) / 12)


def test_a_tree_of_judgements_contradicts_nothing():
    star = PairwiseMatrix(
        [[1, 9, 1 / 9, 4], [None, 1, None, None], [None, None, 1, None], [None, None, None, 1]]
    )
    found = star.consistency()
    assert (found.cr, found.gci, found.n_missing) == pytest.approx((0, 0, 3))
    assert found.consistent
    assert star.weights().tolist() == pytest.approx(star.weights("geometric_mean").tolist())


def test_contradictions_are_found_where_pairs_are_missing():
    table = np.full((4, 4), np.nan)
    np.fill_diagonal(table, 1)
    table[0, 1] = table[1, 2] = table[2, 0] = 7
    table[2, 3] = 1
    matrix = PairwiseMatrix(table)
    assert matrix.consistency().circular_triads == 1
    with pytest.warns(InconsistentJudgementsWarning, match="1 triple goes round in a circle"):
        matrix.weights()
    steps = matrix.suggest_repair()
    assert steps["cr"].iloc[-1] <= 0.1


def test_what_needs_all_judgements_says_so():
    matrix = PairwiseMatrix([[1, 2, None], [None, 1, 3], [None, None, 1]])
    with pytest.raises(ValueError, match="1 pairs are missing; normalised_columns needs all"):
        matrix.weights("normalised_columns")
    with pytest.raises(ValueError, match=r"show the working of \.completed\(\)"):
        matrix.working()


def test_a_judgement_can_be_taken_back():
    matrix = PairwiseMatrix.from_upper("3 5 | 2").with_judgement("C1", "C3", None)
    assert matrix.n_missing == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert matrix.weights().iloc[0] == pytest.approx(6 / 9)
