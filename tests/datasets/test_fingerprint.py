"""The fingerprint notices what changed and says so."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from kehu.datasets.fingerprint import describe, differences

rows = st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(-5, 5)), min_size=1, max_size=8)


def frame_of(lines):
    return pd.DataFrame({"label": pd.Categorical([a for a, _ in lines]), "number": [b for _, b in lines]})


def fingerprint_of(lines):
    known = [a for a, _ in lines if a is not None]
    found = [b for _, b in lines]
    return {
        "rows": len(lines),
        "distinct": {"label": len(set(known))},
        "missing": {"label": len(lines) - len(known)},
        "sum": {"number": sum(found)},
        "first": {"number": min(found)},
        "last": {"number": max(found)},
    }


@given(rows)
def test_a_table_agrees_with_its_own_fingerprint(lines):
    assert differences(frame_of(lines), fingerprint_of(lines)) == []


@given(rows, rows)
def test_a_difference_in_any_measure_is_named_with_both_values(lines, others):
    expected, actual = fingerprint_of(lines), fingerprint_of(others)
    told = differences(frame_of(others), expected)
    measures = [(name, value) for name, value in expected.items() if value != actual[name]]
    assert len(told) == len(measures)
    for (name, value), sentence in zip(measures, told, strict=True):
        wanted = value if name == "rows" else next(iter(value.values()))
        found = actual[name] if name == "rows" else next(iter(actual[name].values()))
        assert sentence.endswith(f": expected {wanted}, found {found}")


def test_sums_may_differ_by_rounding_only():
    frame = pd.DataFrame({"amount": [0.1] * 10})
    assert differences(frame, {"sum": {"amount": 1}}) == []
    assert differences(frame, {"sum": {"amount": 1.001}}) == ["sum of amount: expected 1.001, found 1"]


def test_labels_outside_of_the_known_ones_are_named():
    frame = pd.DataFrame({"behavior": pd.Categorical(["pv", "look"])})
    assert differences(frame, {"values": {"behavior": ["pv", "buy"]}}) == [
        "values of behavior: expected pv, buy, found look, pv"
    ]


def test_columns_that_were_not_asked_for_are_not_missed():
    assert differences(pd.DataFrame({"a": [1]}), {"rows": 1, "sum": {"b": 2}}) == []


def test_a_fingerprint_in_words():
    expected = {
        "rows": 1469307,
        "sum": {"amount": 4596039.58},
        "first": {"ordered_at": pd.Timestamp("2017-01-01")},
    }
    assert describe(expected, "en") == [
        "rows 1,469,307",
        "sum of amount 4,596,039.58",
        "first ordered_at 2017-01-01 00:00:00",
    ]
    assert describe(expected, "zh")[0] == "行数 1,469,307"
