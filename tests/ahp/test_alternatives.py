"""Alternatives, the order they come in, and what it depends on."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu.ahp import Hierarchy, PairwiseMatrix, ranges, rate, sensitivity

CRITERIA = ["speed", "care", "complaints", "retention"]


def hierarchy(seed=1):
    rng = np.random.default_rng(seed)
    share = float(rng.uniform(0.2, 0.8))
    return Hierarchy(
        "service",
        {
            "weights": [share, 1 - share],
            "criteria": {
                "felt": {"judgements": [float(rng.choice([1 / 3, 2, 5]))], "criteria": CRITERIA[:2]},
                "seen": {"judgements": [float(rng.choice([1 / 4, 1, 7]))], "criteria": CRITERIA[2:]},
            },
        },
    )


def shops(seed=1, n=4):
    values = np.random.default_rng(seed).uniform(0.1, 5, (n, 4))
    return pd.DataFrame(values, index=[f"shop {k}" for k in range(n)], columns=CRITERIA)


@given(st.integers(0, 10**6), st.sampled_from(["share", "best"]))
@settings(deadline=None, max_examples=30)
def test_scores_by_hand(seed, scale):
    made, table = hierarchy(seed), shops(seed)
    found = rate(made, table, costs=["complaints"], scale=scale)
    values = table.assign(complaints=1 / table["complaints"])
    values = values / (values.sum() if scale == "share" else values.max())
    expected = values.to_numpy() @ made.leaves()[CRITERIA].to_numpy()
    assert found.scores.loc[table.index, "score"].to_numpy() == pytest.approx(expected)
    assert found.scores["rank"].tolist() == [1, 2, 3, 4]
    assert found.contributions.sum(axis=1).to_numpy() == pytest.approx(expected)
    if scale == "share":
        assert found.scores["score"].sum() == pytest.approx(1)
    shuffled = rate(made, table.iloc[::-1, ::-1], costs=["complaints"], scale=scale)
    pd.testing.assert_frame_equal(shuffled.scores.loc[found.scores.index], found.scores)


def test_ties_share_a_rank():
    table = pd.concat([shops(n=2), shops(n=2).rename(index=lambda name: f"{name} again")])
    assert rate(hierarchy(), table).scores["rank"].tolist() == [1, 1, 3, 3]


def test_a_copy_turns_the_order_only_of_shares():
    """Rank reversal: a copy of an alternative takes from its share (Belton and Gear 1983)."""
    made = Hierarchy("goal", {"weights": [1 / 3] * 3, "criteria": ["x", "y", "z"]})
    # Belton and Gear's alternatives A, B, C, and D as a copy of B.
    table = pd.DataFrame({"x": [1, 9, 1], "y": [9, 1, 1], "z": [8, 9, 1]}, index=["A", "B", "C"])
    more = pd.concat([table, table.loc[["B"]].rename(index={"B": "D"})])
    assert rate(made, table).scores.index[0] == "B"
    assert rate(made, more).scores.index[0] == "A"
    assert rate(made, table, scale="best").scores.index[0] == "B"
    assert rate(made, more, scale="best").scores.loc["B", "rank"] == 1


def test_alternatives_judged_in_pairs():
    judged = PairwiseMatrix.from_upper("3", labels=["A", "B"])
    table = {"speed": judged, "care": pd.Series({"A": 1.0, "B": 1.0})}
    made = Hierarchy("goal", {"weights": [0.5, 0.5], "criteria": ["speed", "care"]})
    assert rate(made, table).scores["score"].tolist() == pytest.approx([0.625, 0.375])


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=10)
def test_crossings_are_where_scores_are_equal(seed):
    made, table = hierarchy(seed), shops(seed)
    for criterion in ("felt", "retention"):
        swept = sensitivity(made, criterion, table, steps=11)
        assert len(swept.table) == 44
        at_current = rate(made, table).scores["score"]
        for row in swept.changes.itertuples():
            parent = made.parent(criterion)
            other = next(name for name in made.node(parent).children if name != criterion)
            moved = made.with_weights(parent, {criterion: row.weight, other: 1 - row.weight})
            scores = rate(moved, table).scores
            assert scores.loc[row.first, "score"] == pytest.approx(scores.loc[row.second, "score"], rel=1e-9)
            assert (scores["score"] > scores.loc[row.first, "score"] + 1e-12).sum() == row.rank - 1
            low = made.with_weights(parent, {criterion: row.weight * 0.9, other: 1 - row.weight * 0.9})
            below = rate(low, table).scores["score"]
            assert below[row.first] > below[row.second]
        kept = made.with_weights(made.parent(criterion), dict(made.local(made.parent(criterion))))
        assert rate(kept, table).scores["score"].to_numpy() == pytest.approx(at_current.to_numpy())


def test_no_crossing_where_one_is_better_throughout():
    table = shops()
    table.loc["best"] = 10.0
    changes = sensitivity(hierarchy(), "felt", table).changes
    assert "best" not in {*changes["first"], *changes["second"]}


def test_ranges_close_on_the_weights():
    made = Hierarchy("goal", {"judgements": "3 5 | 2", "criteria": ["a", "b", "c"]})
    narrow, wide = ranges(made, step=1e-6).weights, ranges(made, step=1).weights
    assert narrow["low"].to_numpy() == pytest.approx(made.leaves().to_numpy(), rel=1e-5)
    assert (wide["low"] < narrow["low"]).all()
    assert (wide["high"] > narrow["high"]).all()
    assert wide["share_first"].sum() == pytest.approx(1)
    # Against the draws of two criteria, whose weight is a/(a + 1).
    two = Hierarchy("goal", {"judgements": "3", "criteria": ["a", "b"]})
    drawn = np.random.default_rng(3).uniform(2.5, 3.5, 200_000)
    expected = np.quantile(drawn / (1 + drawn), [0.025, 0.975])
    found = ranges(two, n_draws=20_000).weights.loc["a", ["low", "high"]].to_numpy(float)
    assert found == pytest.approx(expected, abs=0.001)


def test_ranges_of_ranks():
    made = Hierarchy("goal", {"judgements": "1", "criteria": ["a", "b"]})
    table = pd.DataFrame({"a": [2.0, 1.0, 0.1], "b": [1.0, 2.0, 0.1]}, index=["x", "y", "z"])
    found = ranges(made, table, n_draws=4000)
    assert found.ranks.sum(axis=1).to_numpy() == pytest.approx(1)
    assert found.ranks.loc["z", 3] == 1
    # Judged equal, either is ahead in half of the draws: four standard errors.
    assert found.ranks.loc["x", 1] == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / 4000))
    again = ranges(made, table, n_draws=4000)
    pd.testing.assert_frame_equal(found.ranks, again.ranks)


def test_ranges_with_gaps_and_given_weights():
    gaps = PairwiseMatrix([[1, 3, None], [None, 1, 2], [None, None, 1]], labels=["a", "b", "c"])
    found = ranges(Hierarchy("goal", {"judgements": gaps, "criteria": ["a", "b", "c"]}), n_draws=50).weights
    assert (found["low"] < found["weight"]).all()
    given_ = Hierarchy("goal", {"weights": [0.3, 0.7], "criteria": ["a", "b"]})
    assert ranges(given_).weights["low"].tolist() == pytest.approx([0.3, 0.7])


def test_refuses():
    made, table = hierarchy(), shops()
    with pytest.raises(ValueError, match="ratings lacks the criterion 'care'"):
        rate(made, table.drop(columns="care"))
    table.loc["shop 1", "speed"] = np.nan
    with pytest.raises(ValueError, match="'shop 1' has no rating by 'speed'"):
        rate(made, table)
    table.loc["shop 1", "speed"] = 0
    with pytest.raises(ValueError, match="'shop 1' is rated 0 by 'speed'"):
        rate(made, table)
    with pytest.raises(ValueError, match="costs names 'costs', which is no criterion"):
        rate(made, shops(), costs="costs")
    with pytest.raises(ValueError, match="scale='sum' is not known"):
        rate(made, shops(), scale="sum")
    with pytest.raises(ValueError, match="no rows"):
        rate(made, shops()[:0])
    with pytest.raises(ValueError, match="'shop 0' is there twice"):
        rate(made, pd.concat([shops(n=1), shops(n=1)]))
    with pytest.raises(TypeError, match=r"must be a pandas DataFrame or a dictionary, got builtins\.list"):
        rate(made, [1, 2])
    with pytest.raises(KeyError, match="'price' is no criterion"):
        sensitivity(made, "price", shops())
    with pytest.raises(ValueError, match="steps=1"):
        sensitivity(made, "felt", shops(), steps=1)
    for options in ({"step": 0}, {"level": 1}, {"n_draws": 0}):
        with pytest.raises(ValueError, match="is not possible"):
            ranges(made, **options)


def test_refuses_other_types():
    for call in (rate, lambda made, table: sensitivity(made, "felt", table), ranges):
        with pytest.raises(TypeError, match=r"hierarchy must be a kehu\.ahp\.Hierarchy, got dict"):
            call({"a": 1}, shops())
    table = shops()
    with pytest.raises(ValueError, match="the criterion 'speed' twice"):
        rate(hierarchy(), pd.concat([table, table[["speed"]]], axis=1))


def test_ranges_keep_what_they_were_drawn_with():
    made = Hierarchy("goal", {"judgements": "3", "criteria": ["a", "b"]})
    found = ranges(made, step=0.25, level=0.8, n_draws=10)
    assert (found.step, found.level, found.n_draws) == (0.25, 0.8, 10)
