"""The test of equal confidence: exact, also given that the rule was chosen by it."""

import time

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kehu.rules.equality import p_values, possible


def tables(x, n1, y, n2):
    return [
        pd.DataFrame({"n11": np.atleast_1d(k), "n10": np.atleast_1d(n) - k}) for k, n in ((x, n1), (y, n2))
    ]


def test_fisher_on_all_small_tables():
    grid = np.array(
        [(x, n1, y, n2) for n1 in range(7) for n2 in range(8) for x in range(n1 + 1) for y in range(n2 + 1)]
    )
    p, chosen = p_values(tables(*grid.T))
    wanted = [stats.fisher_exact([[x, n1 - x], [y, n2 - y]]).pvalue for x, n1, y, n2 in grid]
    assert p == pytest.approx(wanted, rel=1e-12)
    assert chosen is p


@pytest.mark.parametrize("most", [60, 5000, 300_000])
def test_fisher_on_large_tables(most):
    rng = np.random.default_rng(most)
    n1, n2 = rng.integers(1, most, size=(2, 60))
    share = rng.random(60)
    x, y = rng.binomial(n1, share), rng.binomial(n2, np.clip(share + rng.normal(0, 0.05, 60), 0, 1))
    wanted = [
        stats.fisher_exact([[a, b - a], [c, d - c]]).pvalue for a, b, c, d in zip(x, n1, y, n2, strict=True)
    ]
    assert p_values(tables(x, n1, y, n2))[0] == pytest.approx(wanted, rel=1e-8, abs=1e-300)


def test_p_value_given_the_choice_by_adding_up_outcomes():
    rng = np.random.default_rng(3)
    bound = free = 0
    for _ in range(80):
        n1, n2 = rng.integers(4, 30, size=(2, 12))
        share = rng.random(12)
        x, y = rng.binomial(n1, share), rng.binomial(n2, share)
        counts = tables(x, n1, y, n2)
        shown = [x / n1 >= 0.5, y / n2 >= 0.4]
        kept = shown[0] | shown[1]
        if not kept.any():
            continue
        counts, shown = [count[kept].reset_index(drop=True) for count in counts], [s[kept] for s in shown]
        p, chosen = p_values(counts, shown, 0.01)
        for row in range(kept.sum()):
            (a, b), (c, d) = (count.loc[row, ["n11", "n10"]] for count in counts)
            outcomes = np.arange(max(0, a + c - (c + d)), min(a + b, a + c) + 1)
            chance = stats.hypergeom.pmf(outcomes, a + b + c + d, a + c, a + b)
            extreme = chance <= chance[outcomes == a] * (1 + 1e-7)
            passing = np.zeros(len(outcomes), dtype=bool)
            for count, chosen_here, held, n in (
                (counts[0], shown[0], outcomes, a + b),
                (counts[1], shown[1], a + c - outcomes, c + d),
            ):
                if chosen_here.any():
                    n11 = count["n11"][chosen_here]
                    least, share = n11.min(), (n11 / (n11 + count["n10"][chosen_here])).min()
                    passing |= (held >= least) & (held >= share * n - 1e-9)
            assert p[row] == pytest.approx(min(chance[extreme].sum(), 1))
            wanted = chance[extreme & passing].sum() / max(chance[passing].sum(), 0.01)
            if passing.all():
                wanted, free = p[row], free + 1
            else:
                bound += 1
            assert chosen[row] == pytest.approx(min(wanted, 1))
    assert bound > 80
    assert free > 80


def test_a_clear_loss_is_seen_although_the_rule_only_just_passed():
    counts = tables([50_000], [100_000], [100], [100_000])
    p, chosen = p_values(counts, [np.array([True]), np.array([False])], 1e-6)
    assert p[0] < 1e-300
    assert chosen[0] < 1e-290


def test_number_of_possible_rules():
    rules = pd.DataFrame({"antecedents": [{1}, {2}, {1, 2}], "consequents": [{2}, {3}, {3}]})
    assert possible(rules, 5) == 5 * 4 + 10 * 3


def test_quick_for_many_rules():
    rng = np.random.default_rng(2)
    n1, n2 = rng.integers(50, 200_000, size=(2, 10_000))
    share = rng.random(10_000) * 0.8
    x, y = rng.binomial(n1, share), rng.binomial(n2, share)
    start = time.perf_counter()
    p_values(tables(x, n1, y, n2), [x > 0, y > 0], 1e-3)
    assert time.perf_counter() - start < 3
