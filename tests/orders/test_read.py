"""Reading a user's own file: what was written comes back, and what is doubtful is refused with its place."""

import datetime as dt
import gzip
import io
import tempfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kehu.orders import read
from kehu.orders.dateformats import MISSING
from kehu.warnings import FirstSheetWarning, MissingWordWarning

HEADER = "customer_id,order_id,ordered_at,amount"
quick = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.fixture
def put(tmp_path):
    """Write a file of the given content."""

    def write(content, name="orders.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture
def book(tmp_path):
    """Write a workbook of the given rows."""

    def write(*sheets, name="orders.xlsx"):
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for number, rows in enumerate(sheets, start=1):
            sheet = workbook.create_sheet(f"Sheet{number}")
            for row in rows:
                sheet.append(row)
        path = tmp_path / name
        workbook.save(path)
        return path

    return write


def lines(*rows):
    return "\n".join([HEADER, *rows]) + "\n"


# What was written comes back --------------------------------------------------------------------------------

# Letters that gb18030 and utf-8 can both write; no tab, which exports put around numbers.
text = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=8)
label = st.one_of(
    text, st.from_regex(r"0{0,2}[0-9]{1,6}", fullmatch=True), st.just("a\nb"), st.just(' "q", x;|')
)
label = label.filter(lambda value: not value.startswith('="') and "E+" not in value and value not in MISSING)
order = st.tuples(
    label,
    label,
    st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2030, 1, 1)),
    st.one_of(st.none(), label),
    st.integers(-999, 999),
    st.floats(-1e6, 1e6).map(lambda value: round(value, 2)),
)
names = ["customer_id", "order_id", "ordered_at", "product", "quantity", "amount"]


@given(
    rows=st.lists(order, min_size=1, max_size=20),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    separator=st.sampled_from(",;\t|"),
    date_format=st.sampled_from(["%Y-%m-%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S.%f", "%Y年%m月%d日 %H:%M:%S.%f"]),
    suffix=st.sampled_from([".csv", ".txt", ".csv.gz"]),
)
@example(
    rows=[("买家", "0", dt.datetime(2017, 11, 11), None, 1, 0.1)],
    encoding="gb18030",
    separator="|",
    date_format="%Y-%m-%d %H:%M:%S.%f",
    suffix=".csv",
)
@quick
def test_a_table_written_by_pandas_reads_back_equal(rows, encoding, separator, date_format, suffix):
    table = pd.DataFrame(rows, columns=names)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"orders{suffix}"
        table.to_csv(path, index=False, sep=separator, encoding=encoding, date_format=date_format)
        # Which encoding it is cannot always be told from a few odd letters, so it is given.
        found = read(path, encoding=encoding)
    assert found["ordered_at"].tolist() == table["ordered_at"].tolist()
    assert found["amount"].tolist() == table["amount"].tolist()
    assert found["quantity"].tolist() == table["quantity"].tolist()
    assert found["quantity"].dtype == np.int64
    for name in ("customer_id", "order_id", "product"):
        assert found[name].astype("object").where(found[name].notna(), None).tolist() == [
            row[names.index(name)] for row in rows
        ]
        seen = list(dict.fromkeys(value for value in table[name] if isinstance(value, str)))
        assert found[name].cat.categories.tolist() == seen


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-32"]
)
def test_encodings_are_found_out(put, encoding):
    content = "买家,订单号,下单时间,实付金额\n张三,001,2017年11月11日,12.5\n李四,002,2017年11月12日,1\n"
    columns = {"customer_id": "买家", "order_id": "订单号", "ordered_at": "下单时间", "amount": "实付金额"}
    path = put(content, encoding=encoding)
    # Without its mark, UTF-16 can be read when named.
    found = read(path, columns=columns, encoding=encoding if encoding == "utf-16-le" else None)
    assert found["customer_id"].tolist() == ["张三", "李四"]
    assert found["order_id"].tolist() == ["001", "002"]
    assert found["amount"].tolist() == [12.5, 1.0]


def test_chinese_far_behind_a_plain_beginning(put):
    rows = [f"a,{i},2017-11-11,1" for i in range(80_000)]
    for encoding in ("gb18030", "utf-8"):
        path = put(lines(*rows, "张三,x,2017-11-11,1"), encoding=encoding)
        assert read(path)["customer_id"].iloc[-1] == "张三"


def test_lines_broken_in_values_across_blocks(put):
    rows = [f'"a\nb, {i}",{i},2017-11-11,1' for i in range(400_000)]
    found = read(put(lines(*rows)))
    assert len(found) == 400_000
    assert found["customer_id"].iloc[-1] == "a\nb, 399999"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings_blank_lines_and_blanks_around_names(put, ending):
    content = "\n customer_id ,order_id,ordered_at\t,amount\n\n a ,1,2017-11-11, 2 \n\nb,2,2017-11-12,3"
    found = read(put(content.replace("\n", ending)))
    assert found["customer_id"].tolist() == [" a ", "b"]
    assert found["amount"].tolist() == [2.0, 3.0]


def test_identifiers_are_kept_as_text_and_exports_unwrapped(put):
    content = lines(
        '="0012345678901234567",007,2017-11-11 09:30:00\t,1',
        '"=""0012345678901234567""", 7 ,2017-11-11 09:30:00,2',
        "0012345678901234567\t,7,2017-11-11 09:30:00,3",
    )
    found = read(put(content))
    assert found["customer_id"].tolist() == ["0012345678901234567"] * 3
    assert found["order_id"].tolist() == ["007", " 7 ", "7"]
    assert found["ordered_at"].tolist() == [pd.Timestamp("2017-11-11 09:30")] * 3


def test_missing_fields_stay_missing(put):
    found = read(put(lines(",1,2017-11-11,1", "a,,,", '"",2,NULL,N/A')))
    assert found.isna().to_numpy().tolist() == [
        [True, False, False, False],
        [False, True, True, True],
        [True, False, True, True],
    ]


def test_a_word_for_nothing_among_labels_is_pointed_out(put):
    path = put(lines("NULL,1,2017-11-11,1", "a,2,2017-11-11,1", "NULL,3,2017-11-11,1"))
    with pytest.warns(MissingWordWarning, match="customer_id holds 'NULL' in 2 rows"):
        found = read(path)
    assert found["customer_id"].tolist() == ["NULL", "a", "NULL"]


# Columns ----------------------------------------------------------------------------------------------------


def test_amount_is_computed_from_a_unit_price(put):
    found = read(
        put("customer_id,order_id,ordered_at,quantity,单价\na,1,2017-11-11,3,2.5\n"),
        columns={"unit_price": "单价"},
    )
    assert found["amount"].tolist() == [7.5]
    assert list(found) == ["customer_id", "order_id", "ordered_at", "quantity", "amount"]


def test_an_amount_in_the_file_goes_before_a_unit_price(put):
    path = put("customer_id,order_id,ordered_at,quantity,unit_price,amount\na,1,2017-11-11,3,2.5,7\n")
    assert list(read(path)) == ["customer_id", "order_id", "ordered_at", "quantity", "amount"]
    kept = read(path, columns={"unit_price": "unit_price"})
    assert kept["amount"].tolist() == [7.0]
    assert kept["unit_price"].tolist() == [2.5]


def test_further_columns_are_kept_when_named(put):
    content = (
        "customer_id,order_id,ordered_at,amount,国家,zip,points,weight,other\n"
        "a,1,2017-11-11,1,中国,01234,5,1.25,x\nb,2,2017-11-11,1,,56789,6,,y\n"
    )
    found = read(
        put(content), columns={"country": "国家", "zip": "zip", "points": "points", "weight": "weight"}
    )
    assert list(found) == [
        "customer_id",
        "order_id",
        "ordered_at",
        "amount",
        "country",
        "zip",
        "points",
        "weight",
    ]
    assert found["country"].tolist() == ["中国", np.nan]
    assert found["zip"].tolist() == ["01234", "56789"]
    assert found["points"].dtype == np.int64
    assert found["weight"].fillna(-1).tolist() == [1.25, -1.0]


def test_a_further_column_with_gaps_is_still_one_of_numbers(put):
    content = HEADER + ",points\na,1,2017-11-11,1,NULL\nb,2,2017-11-11,1,5\n"
    assert read(put(content), columns={"points": "points"})["points"].fillna(-1).tolist() == [-1.0, 5.0]


def test_one_column_may_serve_twice(put):
    columns = {
        "order_id": "id",
        "ordered_at": "day",
        "day_as_text": "day",
        "amount": "n",
        "quantity": "n",
        "n_text": "n",
    }
    found = read(put("customer_id,id,day,n\na,1,2017-11-11,2\n"), columns=columns)
    assert found["day_as_text"].tolist() == ["2017-11-11"]
    assert (found["quantity"].tolist(), found["amount"].tolist(), found["n_text"].tolist()) == (
        [2],
        [2.0],
        [2],
    )


def test_a_missing_column_names_what_there_is_and_suggests(put):
    path = put("买家昵称,订单编号,付款时间,实付金额,备注\na,1,2017-11-11,1,\n")
    with pytest.raises(KeyError) as error:
        read(path)
    message = error.value.args[0]
    assert "no column 'customer_id'" in message
    assert "'备注'" in message
    suggestion = (
        "columns={'customer_id': '买家昵称', 'order_id': '订单编号', "
        "'ordered_at': '付款时间', 'amount': '实付金额'}"
    )
    assert suggestion in message
    assert len(read(path, columns=eval(suggestion.removeprefix("columns=")))) == 1


def test_a_file_without_names_is_recognised(put):
    with pytest.raises(KeyError, match="first row must hold the column names"):
        read(put("1,2268318,2520377,pv,1511544070\n1,2333346,2520771,pv,1511561733\n"))


def test_a_misspelt_column_names_the_closest(put):
    with pytest.raises(KeyError, match=r"no column 'Order_ID' .*did you mean 'order_id'"):
        read(put(lines("a,1,2017-11-11,1")), columns={"order_id": "Order_ID"})


def test_no_amount_and_no_price(put):
    with pytest.raises(KeyError, match=r"'amount' .*quantity and unit_price"):
        read(put("customer_id,order_id,ordered_at\na,1,2017-11-11\n"))
    with pytest.raises(KeyError, match="no column 'quantity'"):
        read(put("customer_id,order_id,ordered_at,unit_price\na,1,2017-11-11,1\n"))


def test_duplicate_names_are_refused_only_where_they_matter(put):
    content = "customer_id,order_id,ordered_at,amount,,{0},{0}\na,1,2017-11-11,1,,x,y\n"
    assert len(read(put(content.format("note")))) == 1
    with pytest.raises(ValueError, match="3 columns named 'amount'"):
        read(put(content.format("amount")))


@pytest.mark.parametrize("columns", ["customer_id", {"customer_id": 3}, ["a"], {1: "a"}])
def test_columns_must_map_text_to_text(put, columns):
    with pytest.raises(TypeError, match="columns must be like"):
        read(put(lines("a,1,2017-11-11,1")), columns=columns)


# Numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["¥1,234.50", "￥-12", "-$3.5", "€ 4", "£.5", "12元"], [1234.5, -12, -3.5, 4, 0.5, 12]),
        (["1,234", "1,234,567"], [1234, 1234567]),
        (["1,234", "2.50"], [1234, 2.5]),
        (["+5", "1e3", " 7 ", '="8"', "9."], [5, 1000, 7, 8, 9]),
        (["RMB 1,000", "CNY2"], [1000, 2]),
        (["-1,234.5", "", "NULL"], [-1234.5, np.nan, np.nan]),
    ],
)
def test_money_as_shops_write_it(put, texts, expected):
    rows = ['a,1,2017-11-11,"' + value.replace('"', '""') + '"' for value in texts]
    np.testing.assert_array_equal(read(put(lines(*rows)))["amount"], expected)


@given(
    values=st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=20),
    sign=st.sampled_from("¥￥$€£"),
)
@quick
def test_money_written_by_python_reads_back(values, sign):
    rows = [f"a\t1\t2017-11-11\t{sign}{value:,.2f}" for value in values]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.tsv"
        path.write_text("\n".join([HEADER.replace(",", "\t"), *rows]), encoding="utf-8")
        found = read(path)
    assert found["amount"].tolist() == [float(value) for value in values]


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (["1", "twelve", "x", "x"], r"'twelve' \(line 3; 3 such rows\)"),
        (["12,50", "3"], r"'12,50' \(line 2; 1 such rows\); write a point before the decimals"),
        (["1.234,50"], "write a point before the decimals"),
        (["1,234", "950"], r"ambiguous: '1,234' \(line 2\) may be 1234 or 1.234"),
        (["€1,234"], "ambiguous"),
        (["1,23,456"], "must hold numbers"),
        (["--5"], "must hold numbers"),
        (["(5)"], "must hold numbers"),
        (["¥"], "must hold numbers"),
        (["1 2"], "must hold numbers"),
        (["inf"], r"infinite one \(line 2\)"),
        (["¥1", "1e999"], r"infinite one \(line 3\)"),
    ],
)
def test_doubtful_numbers_are_refused(put, texts, reason):
    with pytest.raises(ValueError, match=reason):
        read(put(lines(*(f'a,1,2017-11-11,"{value}"' for value in texts))))


def test_the_line_is_that_of_the_file_also_behind_broken_and_blank_lines(put):
    content = "\n" + lines('"a\nb",1,2017-11-11,1', "", "c,2,2017-11-12,many")
    with pytest.raises(ValueError, match=r"'many' \(line 6;"):
        read(put(content))


def test_rounded_identifiers_are_refused(put):
    with pytest.raises(ValueError, match=r"order_id holds '1.23457E\+17'.*rounded"):
        read(put(lines("a,1.23457E+17,2017-11-11,1")))


# Dates ------------------------------------------------------------------------------------------------------


def test_dates_in_mixed_formats_name_the_line(put):
    path = put(lines("a,1,2017-11-11,1", "a,2,2017-11-12,1", "a,3,11.11.2017,1"))
    with pytest.raises(ValueError, match=r"2 of 3 values fit '%Y-%m-%d', but '11.11.2017' \(line 4\)"):
        read(path)


def test_ambiguous_dates_name_the_line_and_can_be_decided(put):
    path = put(lines("a,1,03/04/2017,1"))
    with pytest.raises(ValueError, match=r"ambiguous: '03/04/2017' \(line 2\)"):
        read(path)
    assert read(path, date_format="%d/%m/%Y")["ordered_at"].tolist() == [pd.Timestamp("2017-04-03")]


def test_a_bad_format_is_refused_before_any_work(put):
    with pytest.raises(ValueError, match="must name year, month and day"):
        read(put(lines("a,1,x,y")), date_format="yyyy-mm-dd")


def test_impossible_dates_name_the_line(put):
    with pytest.raises(ValueError, match=r"'2017-02-30' \(line 3\) is no possible date"):
        read(put(lines("a,1,2017-02-28,1", "a,1,2017-02-30,1")))


def test_excel_day_numbers_in_text(put):
    path = put(lines("a,1,43050.5,1"))
    with pytest.raises(ValueError, match="Excel's day numbers"):
        read(path)
    assert read(path, date_format="excel")["ordered_at"].tolist() == [pd.Timestamp("2017-11-11 12:00")]


# Files that are not what they should be ---------------------------------------------------------------------


def test_no_such_file_names_similar_ones(put):
    path = put(lines("a,1,2017-11-11,1"), "orders2017.csv")
    put("x", "notes.md")
    with pytest.raises(FileNotFoundError, match=r"order2017\.csv; there are: 'orders2017.csv'$"):
        read(path.with_name("order2017.csv"))
    with pytest.raises(FileNotFoundError, match="no folder"):
        read(path.parent / "nowhere" / "orders.csv")


def test_a_folder(put):
    with pytest.raises(IsADirectoryError, match=r"'orders\.csv'"):
        read(put("x").parent)


def test_a_path_must_be_one():
    with pytest.raises(TypeError, match="DataFrame"):
        read(pd.DataFrame())


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_empty_files(put, content):
    with pytest.raises(ValueError, match="is empty"):
        read(put(content))


@pytest.mark.parametrize("content", [HEADER, HEADER + "\n", HEADER + "\r\n\r\n"])
def test_header_only(put, content):
    with pytest.raises(ValueError, match="no rows"):
        read(put(content))


def test_an_unknown_kind(put):
    with pytest.raises(ValueError, match=r"ending '\.json'; known are \.csv"):
        read(put("{}", "orders.json"))


def test_fields_too_many_or_too_few_name_the_line(put):
    with pytest.raises(ValueError, match="line 4 has 5 fields, but the header has 4"):
        read(put(lines("a,1,2017-11-11,1", "", "a,2,2017-11-11,1,5")))
    with pytest.raises(ValueError, match="line 3 has 3 fields, but the header has 4"):
        read(put(lines("a,1,2017-11-11,1", "a,2,2017-11-11")))


def test_a_quote_that_never_ends(put):
    with pytest.raises(ValueError, match=r"line 2 has .* fields|cannot be read as a table"):
        read(put(lines('"a,1,2017-11-11,1', *(f"b,{i},2017-11-11,1" for i in range(50_000)))))


def test_a_wrong_encoding_says_where_and_what_it_may_be(put):
    path = put(lines("a,1,2017-11-11,1", "张三,2,2017-11-11,1"), encoding="gb18030")
    with pytest.raises(ValueError, match=r"not in encoding='utf-8': byte 56 \(line 3\).*reads as 'gb18030'"):
        read(path, encoding="utf-8")


def test_an_encoding_that_would_garble(put):
    path = put(lines("张三李四王五赵六,2,2017-11-11,1"))
    with pytest.raises(ValueError, match="is utf-8, not 'latin-1'"):
        read(path, encoding="latin-1")


def test_a_wrong_encoding_noticed_late(put):
    rows = [f"a,{i},2017-11-11,1" for i in range(80_000)]
    path = put(lines(*rows, "Müller,x,2017-11-11,1"), encoding="cp1252")
    with pytest.raises(ValueError, match=r"not in encoding='utf-8'.*line 80,002"):
        read(path, encoding="utf-8")
    with pytest.raises(ValueError, match=r"neither utf-8 nor clearly Chinese.*line 80,002.*cp1252"):
        read(path)
    assert read(path, encoding="cp1252")["customer_id"].iloc[-1] == "Müller"


def test_a_western_encoding_is_not_taken_for_chinese(put):
    path = put(lines("Müller,1,2017-11-11,1", "Gérard,2,2017-11-11,1"), encoding="cp1252")
    with pytest.raises(ValueError, match="neither utf-8 nor clearly Chinese"):
        read(path)


def test_an_unknown_encoding(put):
    with pytest.raises(ValueError, match="encoding 'utf-88' is not known"):
        read(put(lines("a,1,2017-11-11,1")), encoding="utf-88")


def test_arguments_for_other_kinds_of_file(put, book):
    with pytest.raises(ValueError, match="sheet= is for Excel"):
        read(put(lines("a,1,2017-11-11,1")), sheet="Sheet1")
    with pytest.raises(ValueError, match="encoding= is for text"):
        read(book([["a"]]), encoding="utf-8")


def workbook_bytes():
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("orders.xlsx", b"customer_id,order_id\n", "is named like Excel workbook, but is text"),
        ("orders.parquet", b"customer_id,order_id\n", "is named like Parquet, but is text"),
        (
            "orders.csv",
            workbook_bytes(),
            r"is named like text, but is Excel workbook: rename it to orders\.xlsx",
        ),
        ("orders.csv", gzip.compress(b"a,b\n", mtime=0), r"rename it to orders\.csv\.gz"),
        ("orders.csv.gz", b"a,b\n1,2\n", "is named like compressed text, but is text"),
        ("orders.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), r"old Excel workbook \(\.xls\)"),
        ("orders.xls", b"\xd0\xcf\x11\xe0" + bytes(600), r"old Excel workbook \(\.xls\)"),
        ("orders.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("orders.xls", b"\n<html><table>", "web page"),
        ("orders.csv", b"PK\x03\x04" + bytes(50), "archive"),
        ("orders.csv", b"a,b\x00\x00", "neither text nor"),
        ("orders.xlsx", workbook_bytes()[:2000], "damaged"),
        ("orders.parquet", b"PAR1" + bytes(50), "damaged"),
        ("orders.csv.gz", gzip.compress(lines("a,1,2017-11-11,1").encode(), mtime=0)[:-9], "damaged"),
    ],
)
def test_files_that_are_not_what_their_name_says(put, name, content, reason):
    with pytest.raises(ValueError, match=reason):
        read(put(content, name))


# Workbooks --------------------------------------------------------------------------------------------------

TITLES = HEADER.split(",")
NOON = dt.datetime(2017, 11, 11, 12)


def test_a_workbook(book):
    rows = [
        [None] * 5,
        [*TITLES, "country", 7],
        [17850.0, "C536379", NOON, 2.5, "中国", None],
        [17850, 536380, dt.datetime(2017, 11, 12), 3, None, None],
        [None] * 6,
        ["0017", None, NOON, "¥1,000.5"],
    ]
    found = read(book(rows), columns={"country": "country"})
    assert found["customer_id"].tolist() == ["17850", "17850", "0017"]
    assert found["order_id"].tolist() == ["C536379", "536380", np.nan]
    assert found["ordered_at"].tolist() == [NOON, dt.datetime(2017, 11, 12), NOON]
    assert found["amount"].tolist() == [2.5, 3.0, 1000.5]
    assert found["country"].tolist() == ["中国", np.nan, np.nan]


def test_a_workbook_reads_like_the_csv_of_it(tmp_path):
    table = pd.DataFrame(
        {
            "customer_id": ["a", None, "007"],
            "order_id": [1, 2, 2],
            "ordered_at": pd.to_datetime(["2017-11-11 09:30:15", None, "2017-11-12 10:00:00"]),
            "product": [" tea", "tea", "tea "],
            "quantity": [1, 2, None],
            "amount": [1.5, None, -3.25],
        }
    )
    table.to_excel(tmp_path / "orders.xlsx", index=False)
    table.to_csv(tmp_path / "orders.csv", index=False)
    pd.testing.assert_frame_equal(read(tmp_path / "orders.xlsx"), read(tmp_path / "orders.csv"))


def test_sheets(book):
    rows = [TITLES, ["a", 1, NOON, 1]]
    path = book([], rows, [TITLES, ["b", 1, NOON, 1]])
    with pytest.warns(FirstSheetWarning, match=r"read 'Sheet2', not \['Sheet3'\]"):
        assert read(path)["customer_id"].tolist() == ["a"]
    assert read(path, sheet="Sheet3")["customer_id"].tolist() == ["b"]
    with pytest.raises(KeyError, match="no sheet 'sheet2'; did you mean 'Sheet2'"):
        read(path, sheet="sheet2")
    assert len(read(book(rows, []))) == 1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "is empty"),
        ([TITLES], "no rows"),
        ([TITLES, ["a", 1, NOON, 1], ["a", 1, NOON, "x"]], r"'x' \(row 3 of the sheet; 1 such"),
        ([TITLES, ["a", 123456789012345678, NOON, 1]], "keeps 15 digits"),
        ([TITLES, ["a", NOON, NOON, 1]], r"order_id must hold text or numbers.*row 2"),
        ([TITLES, ["a", True, NOON, 1]], "order_id must hold text or numbers"),
        ([TITLES, ["a", 1, 43050.5, 1]], "Excel's day numbers"),
        ([TITLES, None, ["a", 1, "2017-11-11", 1], ["a", 1, "11.11.2017", 1]], r"'11.11.2017' \(row 4\)"),
    ],
)
def test_workbooks_that_are_refused(book, rows, reason):
    with pytest.raises(ValueError, match=reason):
        read(book([row or [] for row in rows]))


def test_a_workbook_where_a_spreadsheet_read_some_of_the_dates(book):
    rows = [TITLES, ["a", 1, dt.datetime(2017, 3, 4), 1], ["a", 2, "13/04/2017", 1]]
    with pytest.raises(TypeError, match=r"'13/04/2017' in row 3\).*swapped day and month"):
        read(book(rows))


def test_a_workbook_lacking_a_column_names_the_sheet(book):
    with pytest.raises(KeyError, match=r"orders.xlsx, sheet 'Sheet1' has no column 'amount'"):
        read(book([TITLES[:3], ["a", 1, NOON]]))


# Parquet ----------------------------------------------------------------------------------------------------


def test_parquet_keeps_types(tmp_path):
    path = tmp_path / "orders.parquet"
    table = pa.table(
        {
            "buyer": pa.array([17850.0, None, 17850.0]),
            "order_id": pa.array([3, 1, 3]),
            "ordered_at": pa.array([NOON] * 3, pa.timestamp("ms", "Asia/Shanghai")),
            "product": pa.array(["tea", " tea", None]).dictionary_encode(),
            "quantity": pa.array([1, 2, 3], pa.int8()),
            "unit_price": pa.array([1, 2, 3], pa.decimal128(5, 2)),
            "flag": pa.array([True, False, None]),
            "unused": pa.array([[1], [2], [3]]),
        }
    )
    pq.write_table(table, path)
    found = read(path, columns={"customer_id": "buyer", "flag": "flag"})
    assert found["customer_id"].tolist() == [17850, np.nan, 17850]
    assert found["customer_id"].cat.categories.tolist() == [17850]
    assert found["order_id"].cat.categories.tolist() == [3, 1]
    assert found["ordered_at"].tolist() == [pd.Timestamp("2017-11-11 20:00")] * 3
    assert found["product"].tolist() == ["tea", " tea", np.nan]
    assert found["amount"].tolist() == [1.0, 4.0, 9.0]
    assert "unused" not in found


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())])
def test_parquet_with_dates_and_money_as_text(tmp_path, kind):
    path = tmp_path / "orders.pq"
    values = [["a", "b"], ["1", "2"], ["2017年11月11日", ""], ["¥1,000.50", "2"]]
    pq.write_table(pa.table([pa.array(column).cast(kind) for column in values], names=TITLES), path)
    found = read(path)
    assert found["ordered_at"].tolist() == [pd.Timestamp("2017-11-11"), pd.NaT]
    assert found["amount"].tolist() == [1000.5, 2.0]


@pytest.mark.parametrize(
    ("table", "error", "reason"),
    [
        (pa.table([["a"], ["1"], ["2017-11-11"]], names=TITLES[:3]), KeyError, "no column 'amount'"),
        (pa.table([[], [], [], []], names=TITLES), ValueError, "no rows"),
        (pa.table([["a"], ["1"], ["2017-11-11"], ["x"]], names=TITLES), ValueError, r"'x' \(row 0"),
        (pa.table([["a"], ["1"], [True], [1]], names=TITLES), TypeError, "must hold dates"),
        (pa.table([[True], ["1"], ["2017-11-11"], [1]], names=TITLES), TypeError, "customer_id must hold"),
    ],
)
def test_parquet_that_is_refused(tmp_path, table, error, reason):
    path = tmp_path / "orders.parquet"
    pq.write_table(table, path)
    with pytest.raises(error, match=reason):
        read(path)


# On the whole -----------------------------------------------------------------------------------------------


def test_reading_is_repeatable_and_writes_nothing(put):
    rows = [f"c{i * 7919 % 1000:03},{i // 3},2017-11-{i % 28 + 1:02} 10:00,{i}.5" for i in range(200_000)]
    path = put(lines(*rows))
    before = path.read_bytes()
    first = read(path)
    assert first.equals(read(path))
    assert first["customer_id"].cat.categories[:3].tolist() == ["c000", "c919", "c838"]
    assert [file.name for file in path.parent.iterdir()] == ["orders.csv"]
    assert path.read_bytes() == before


def test_online_retail_reads_from_each_kind_of_file(shared_data, tmp_path):
    source = shared_data / "online_retail_uci352.parquet"
    columns = {
        "customer_id": "CustomerID",
        "order_id": "InvoiceNo",
        "ordered_at": "InvoiceDate",
        "product": "StockCode",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
        "description": "Description",
    }
    table = pd.read_parquet(source)
    table.to_csv(tmp_path / "retail.csv", index=False, encoding="cp1252", date_format="%m/%d/%Y %H:%M")
    with pytest.raises(ValueError, match="neither utf-8 nor clearly Chinese"):
        read(tmp_path / "retail.csv", columns=columns)
    found = read(tmp_path / "retail.csv", columns=columns, encoding="cp1252")
    assert len(found) == 541_909
    assert found["customer_id"].isna().sum() == 135_080
    assert found["order_id"].nunique() == 25_900
    assert found["product"].nunique() == 4_070
    assert found["quantity"].sum() == 5_176_450
    assert found["amount"].sum() == pytest.approx(9_747_747.934)
    assert found["description"].isna().sum() == 1_454
    assert found["ordered_at"].tolist()[-1] == pd.Timestamp("2011-12-09 12:50")
    same = read(source, columns=columns)
    assert same["customer_id"].cat.categories.dtype == np.int64
    for name in ("order_id", "product", "description"):
        assert same[name].astype("str").equals(found[name].astype("str"))
    for name in ("ordered_at", "quantity", "amount"):
        assert same[name].equals(found[name])
