import io

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from kehu.figures import cells


@pytest.mark.parametrize("convert", [lambda frame: frame, pl.from_pandas, pa.Table.from_pandas])
def test_any_dataframe(convert):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    assert cells.as_frame(convert(frame), "table").astype({"b": str}).equals(frame.astype({"b": str}))


def test_an_index_that_says_something_becomes_a_column():
    named = pd.DataFrame({"a": [1]}, index=pd.RangeIndex(1, name="weekday"))
    assert list(cells.as_frame(named, "table")) == ["weekday", "a"]
    assert list(cells.as_frame(pd.DataFrame({"a": [1]}, index=["x"]), "table")) == ["index", "a"]
    assert list(cells.as_frame(pd.Series([1, 2], name="count"), "table")) == ["count"]
    levels = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "mean"), ("a", "max")]))
    assert list(cells.as_frame(levels, "table")) == ["a mean", "a max"]


def test_the_table_given_is_not_changed():
    frame = pd.DataFrame({("a", 1): [1]})
    cells.as_frame(frame, "table")
    assert list(frame) == [("a", 1)]


def test_what_is_no_table_is_refused():
    for wrong in ([1], {"a": 1}, None, pl.Series([1])):
        with pytest.raises(TypeError, match="table must be a dataframe"):
            cells.as_frame(wrong, "table")
    with pytest.raises(ValueError, match="table has several columns named 'a'"):
        cells.as_frame(pd.DataFrame([[1, 2]], columns=["a", "a"]), "table")


def test_csv_holds_exact_numbers_and_sets_in_a_fixed_order():
    frame = pd.DataFrame(
        {"item": [frozenset({"b", "a"}), frozenset()], "x": [0.1 + 0.2, np.nan], "文": ["a,b", "茶"]}
    )
    content = cells.csv_bytes(frame)
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    back = pd.read_csv(io.BytesIO(content))
    assert back["item"].tolist() == ["{a, b}", "{}"]
    assert back["x"].iloc[0] == 0.1 + 0.2
    assert back["文"].tolist() == ["a,b", "茶"]


def column(values, name="x", language="en", **more):
    series = pd.Series(values, name=name)
    form = cells.number_format(series, share=bool(cells.percentages(series.to_frame())))
    return cells.written(series.to_frame(), {name: form} if form else {}, language, more)[name].tolist()


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ([12345, 7], "x", ["12,345", "7"]),
        ([2016, 2017], "year", ["2016", "2017"]),
        ([536365, 536366], "order_id", ["536365", "536366"]),
        ([2**60 + 1], "n", ["1,152,921,504,606,846,977"]),
        ([12345.0, np.nan], "x", ["12,345", "–"]),
        ([12345.5, -0.25], "x", ["12,345.50", "−0.25"]),
        ([0.0123, 0.5], "x", ["0.012", "0.500"]),
        ([0.0123, 1.0], "x", ["0.012", "1.000"]),
        ([1.0, 0.0], "p_value", ["1.000", "<0.001"]),
        ([0.00123, 0.00045], "x", ["0.00123", "0.00045"]),
        ([1.5e-7, 2e-9], "x", ["1.5e−07", "2e−09"]),
        ([0.00001, 0.04, 1.0], "p_value", ["<0.001", "0.040", "1.000"]),
        ([0.5, 0.123], "share", ["50.0%", "12.3%"]),
        ([0.5, 0.123], "amount_share", ["50.0%", "12.3%"]),
        ([0.5, 1.25], "timeshare", ["0.50", "1.25"]),
        ([np.inf, -np.inf, 1.0], "x", ["∞", "−∞", "1"]),
        ([True, False], "x", ["yes", "no"]),
        (pd.array([1, None], dtype="Int64"), "x", ["1", "–"]),
        (pd.array([True, None], dtype="boolean"), "x", ["yes", "–"]),
        (pd.to_datetime(["2017-01-02", None]), "x", ["2017-01-02", "–"]),
        (pd.to_datetime(["2017-01-02 09:30"]), "x", ["2017-01-02 09:30"]),
        (pd.Categorical(["b", None, "a"]), "x", ["b", "–", "a"]),
        (pd.Categorical([17850, 12346]), "customer_id", ["17850", "12346"]),
        ([{"b", "a"}, None], "x", ["{a, b}", "–"]),
        (["a\x00b", "1 < 2"], "x", ["a\ufffdb", "1 < 2"]),
        ([np.nan, np.nan], "x", ["–", "–"]),
        ([0.0, 0.0], "x", ["0", "0"]),
    ],
)
def test_cells_as_readers_see_them(values, name, expected):
    assert column(values, name) == expected


def test_words_of_ours_are_translated_in_their_columns_only():
    assert column(["amount zero", "my own reason"], "reason", "zh") == ["金额为零", "my own reason"]
    assert column(["amount zero"], "product", "zh") == ["amount zero"]
    assert column(["tea"], "product", "zh", tea="茶") == ["茶"]
    assert column(["tea"], "product", "en", tea="茶") == ["tea"]
    assert column([True], "x", "zh") == ["是"]
