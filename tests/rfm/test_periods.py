"""Summaries of periods, and moves between them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

import kehu
from kehu.rfm import migration, period_summaries

LINES = pd.DataFrame(
    {
        "customer_id": ["Li", "Li", "Wu", "Sun", "Li"],
        "order_id": [1, 2, 3, 4, 5],
        "ordered_at": pd.to_datetime(
            ["2015-12-31 23:59", "2016-01-01", "2016-12-31 23:59", "2017-01-01", "2018-01-01"],
            format="ISO8601",
        ),
        "amount": [1.0, 2.0, 4.0, 8.0, 16.0],
    }
)
YEARS = ["2016-01-01", "2017-01-01", "2018-01-01"]


@pytest.mark.parametrize("same_day", ["merge", "keep"])
def test_periods_take_what_lies_within(same_day):
    first, second = period_summaries(LINES, YEARS, same_day=same_day)
    assert first["total"].to_dict() == {"Li": 2, "Wu": 4}
    assert second["total"].to_dict() == {"Sun": 8}
    assert first.attrs["as_of"] == "2016-12-31"
    assert first["days_since_last"].round().tolist() == [365 + (same_day == "keep"), 0]
    lines = kehu.orders.clean(LINES).orders
    again = period_summaries(
        lines.assign(ordered_at=lines["ordered_at"].astype(str)), YEARS, same_day=same_day
    )
    assert [table["total"].sum() for table in again] == [6, 8]


@pytest.mark.parametrize(
    ("boundaries", "message"),
    [
        (["2016-01-01"], "at least two dates"),
        ("2016-01-01", "at least two dates"),
        (["2017-01-01", "2016-01-01"], "must be rising"),
        (["2016-01-01", "2016-01-01"], "must be rising"),
        (["2016-01-01 12:00", "2017-01-01 00:00"], "without a time of day"),
        (["2016-01-01", None], "must be rising"),
        (["2020-01-01", "2021-01-01"], "there are no orders from 2020-01-01 to before 2021-01-01"),
    ],
)
def test_wrong_boundaries_are_refused(boundaries, message):
    with pytest.raises(ValueError, match=message):
        period_summaries(LINES, boundaries)


def test_lines_without_a_date_are_refused():
    with pytest.raises(ValueError, match="1 order lines have no date"):
        period_summaries(LINES.assign(ordered_at=LINES["ordered_at"].where(LINES.index > 0)), YEARS)


def period(groups):
    return pd.DataFrame({"segment": list(groups.values())}, index=list(groups))


moves = st.dictionaries(st.integers(0, 50), st.sampled_from("abc"), min_size=1, max_size=30)


@given(moves, moves)
def test_moves_are_counted(first, second):
    if not set(first) & set(second):
        with pytest.raises(ValueError, match="no customer in common"):
            migration(period(first), period(second))
        return
    result = migration(period(first), period(second))
    expected = {}
    for customer in first.keys() | second.keys():
        way = first.get(customer, "No order"), second.get(customer, "No order")
        expected[way] = expected.get(way, 0) + 1
    found = {(row[1], row[2]): row.customers for row in result.table.itertuples() if row.customers}
    assert found == expected
    assert all(result.counts.loc[way] == n for way, n in expected.items())
    assert result.counts.to_numpy().sum() == len(first.keys() | second.keys())


def test_shares_intervals_and_what_chance_would_do():
    rng = np.random.default_rng(1)
    first = pd.DataFrame({"segment": pd.Categorical(rng.choice(["a", "b"], 300), ["b", "a", "unused"])})
    second = pd.DataFrame({"segment": rng.choice(["a", "c"], 250)})
    result = migration(first, second, confidence=0.9, absent="gone")
    assert result.counts.index.tolist() == ["b", "a", "c", "gone"]
    rows = result.table[result.table["from"].isin(["a", "b"])]
    of = rows.groupby("from", observed=True)["customers"].transform("sum")
    np.testing.assert_allclose(rows["share"], rows["customers"] / of)
    low, high = proportion_confint(rows["customers"], of, alpha=0.1, method="wilson")
    np.testing.assert_allclose(rows["share_low"], low, atol=1e-12)
    np.testing.assert_allclose(rows["share_high"], high, atol=1e-12)
    chance = rows.groupby("to", observed=True)["customers"].sum() / 300
    assert rows["share_by_chance"].tolist() == chance.reindex(rows["to"]).tolist()
    assert result.shares.loc["a"].sum() == pytest.approx(1)
    # Nobody comes from c, which is new.
    assert result.table.loc[result.table["from"] == "c", "share"].isna().all()


def test_any_column_of_scores():
    tables = [pd.DataFrame({"recency_score": scores}, index=["x", "y"]) for scores in ([5, 1], [1, 1])]
    result = migration(*tables, column="recency_score")
    assert result.counts.loc[5, 1] == result.counts.loc[1, 1] == 1


@pytest.mark.parametrize(
    ("first", "arguments", "error", "message"),
    [
        ([1, 2], {}, TypeError, "first must be a pandas frame"),
        (
            period({1: "a"}),
            {"column": "segmnet"},
            KeyError,
            "first has no column 'segmnet'; did you mean 'segment'",
        ),
        (period({1: "a", 2: None}), {}, ValueError, "1 have none"),
        (period({1: "a"}).iloc[[0, 0]], {}, ValueError, "first has customer 1 more than once"),
        (period({}), {}, ValueError, "must name a group"),
        (period({9: "a"}), {}, ValueError, "no customer in common"),
        (period({1: "a"}), {"absent": "b"}, ValueError, "'b' is the name of a group"),
        (period({1: "a"}), {"confidence": 95}, ValueError, "confidence must be between 0 and 1, got 95"),
        (period({1: "a"}), {"confidence": None}, ValueError, "confidence must be between 0 and 1, got None"),
    ],
)
def test_wrong_tables_are_refused(first, arguments, error, message):
    with pytest.raises(error, match=message):
        migration(first, period({1: "b"}), **arguments)
