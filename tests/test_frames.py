"""Any dataframe in: the same columns out, and clear refusals."""

import datetime as dt

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kehu import frames

TABLE = pd.DataFrame({"who": ["b", None, "a", "b"], "n": [3, 1, 2, 2], "x": [0.5, np.nan, 1.5, 2.5]})


@pytest.mark.parametrize("library", ["pandas", "polars", "lazy", "pyarrow", "duckdb"])
def test_select_gives_the_same_from_every_library(library):
    connection = duckdb.connect()
    data = {
        "pandas": lambda: TABLE.set_index(pd.Index([9, 8, 7, 6])),
        "polars": lambda: pl.from_pandas(TABLE),
        "lazy": lambda: pl.from_pandas(TABLE).lazy(),
        "pyarrow": lambda: pa.Table.from_pandas(TABLE),
        "duckdb": lambda: connection.from_arrow(pa.Table.from_pandas(TABLE)),
    }[library]()
    assert frames.names(data) == ["who", "n", "x"]
    got = frames.select(data, {"customer": "who", "twice": "n", "again": "n"}, optional={"x": "x", "y": "y"})
    assert got.columns.tolist() == ["customer", "twice", "again", "x"]
    assert got.index.equals(pd.RangeIndex(4))
    coded = frames.labels(got["customer"])
    assert coded.categories.tolist() == ["b", "a"]
    assert coded.codes.tolist() == [0, -1, 1, 0]
    assert frames.numbers(got["twice"]).tolist() == [3, 1, 2, 2]
    np.testing.assert_array_equal(frames.numbers(got["x"]), TABLE["x"])


def test_selected_columns_are_the_callers_no_longer():
    table = TABLE.copy()
    picked = frames.select(table, {"n": "n"})
    picked.loc[0, "n"] = 99
    assert table["n"].tolist() == TABLE["n"].tolist()


def test_select_refuses():
    with pytest.raises(TypeError, match=r"baskets must be a dataframe of .* got builtins\.dict"):
        frames.select({}, {"a": "a"}, what="baskets")
    with pytest.raises(KeyError, match=r"no column 'WHO' \(for customer\); did you mean 'who'"):
        frames.select(TABLE, {"customer": "WHO"})
    with pytest.raises(ValueError, match="2 columns named 'n'"):
        frames.select(TABLE.set_axis(["who", "n", "n"], axis=1), {"n": "n"})
    with pytest.raises(KeyError, match="There are: none"):
        frames.select(pd.DataFrame(), {"n": "n"})


def test_closest_lists_at_most_thirty():
    assert frames.closest("x", range(40)).endswith("'29', …")
    assert frames.closest("Lfit", ["lift"]) == "did you mean 'lift'? There are: 'lift'"


@given(st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=30))
def test_labels_are_kept_exactly(values):
    coded = frames.labels(pd.Series(values, dtype=object))
    back = [None if code < 0 else coded.categories[code] for code in coded.codes]
    assert back == [value or None for value in values]
    assert list(coded.categories) == list(dict.fromkeys(value for value in values if value))


@given(st.lists(st.one_of(st.none(), st.integers(-5, 5)), min_size=1, max_size=30))
def test_whole_numbers_stay_numbers_however_stored(values):
    as_object = frames.labels(pd.Series(values, dtype=object))
    as_float = frames.labels(pd.Series(values, dtype="float64"))
    as_nullable = frames.labels(pd.Series(values, dtype="Int64"))
    for coded in (as_object, as_float, as_nullable):
        assert [None if c < 0 else coded.categories[c] for c in coded.codes] == values


def test_coded_columns_are_not_coded_again():
    column = pd.Series(pd.Categorical(["b", "a"], categories=["a", "b", "unused"]))
    assert frames.labels(column).dtype is column.dtype
    codes, labels = frames.used(frames.labels(column))
    assert (codes.tolist(), labels.tolist()) == ([0, 1], ["b", "a"])


def test_empty_text_among_categories_is_missing():
    coded = frames.labels(pd.Series(pd.Categorical(["", "b", "a"])))
    assert coded.codes.tolist() == [-1, 1, 0]
    assert coded.categories.tolist() == ["a", "b"]


@given(st.lists(st.integers(-1, 6), max_size=40))
def test_used_labels_stand_in_order_of_appearance(codes):
    coded = pd.Categorical.from_codes(codes, categories=list("gfedcba"))
    new, labels = frames.used(coded)
    assert [None if c < 0 else labels[c] for c in new] == [None if c < 0 else "gfedcba"[c] for c in codes]
    assert list(labels) == list(dict.fromkeys("gfedcba"[c] for c in codes if c >= 0))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["A1", 7], r"mixes labels of different types: int \(7\) and str \('A1'\)"),
        ([1.5, 2.0], "text or whole numbers, got 1.5 in row 0"),
        ([True, False], "must hold labels .* got bool"),
        ([dt.date(2017, 11, 11)], "must hold labels .* got date"),
        ([("a", "b")], "must hold labels .* got tuple"),
        ([b"a"], "must hold labels .* got bytes"),
    ],
)
def test_other_labels_are_refused(values, message):
    with pytest.raises(TypeError, match=message):
        frames.labels(pd.Series(values, dtype=object))


def test_numbers_and_times():
    assert frames.numbers(pd.Series(["1", "2.5", None, ""])).tolist()[:2] == [1.0, 2.5]
    with pytest.raises(ValueError, match=r"price must hold numbers, got '12,50' in row 1 \(2 such rows\)"):
        frames.numbers(pd.Series(["1", "12,50", "x"]), "price")
    with pytest.raises(TypeError, match="price must hold numbers, got bool"):
        frames.numbers(pd.Series([True]), "price")
    with pytest.raises(TypeError, match="price must hold numbers, got true and false"):
        frames.numbers(pd.Series([True, None], dtype=object), "price")
    with pytest.raises(TypeError, match="price must hold numbers, got complex128"):
        frames.numbers(pd.Series([1 + 2j]), "price")
    wall = pd.Series(pd.to_datetime(["2017-11-11 09:30"])).dt.tz_localize("Asia/Shanghai")
    assert frames.times(wall)[0] == np.datetime64("2017-11-11T09:30")
    assert frames.times(pd.Series([dt.date(2017, 11, 11), None]))[0] == np.datetime64("2017-11-11")
    with pytest.raises(TypeError, match=r"when must hold dates or times, got str \('soon'\)"):
        frames.times(pd.Series(["soon"]), "when")
