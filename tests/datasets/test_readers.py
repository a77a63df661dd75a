"""The same lines from every kind of file; damaged and foreign files are refused in plain words."""

import csv
import gzip

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

import kehu

EXPECTED = {
    "customer_id": [17850, None, 17850],
    "order_id": ["536365", "C536379", "0536380"],
    "product": ["85123A", "22752", "00071"],
    "quantity": [6, -1, 2],
    "amount": [6 * 2.55, -4.25, 1.0],
    "description": ["WHITE HEART ", None, "20713"],
    "country": ["United Kingdom", "France", "United Kingdom"],
}


def text(value, time_format):
    if value is None:
        return ""
    return value.strftime(time_format) if hasattr(value, "strftime") else str(value)


def write_csv(path, shop, delimiter=",", time_format="%Y-%m-%d %H:%M:%S", encoding="utf-8", lines=None):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(shop.header)
        writer.writerows([text(value, time_format) for value in line] for line in lines or shop.lines)
    return path


def write_parquet(path, shop):
    columns = [[line[place] for line in shop.lines] for place in range(len(shop.header))]
    for place in (0, 1, 2, 7):
        columns[place] = [None if value is None else str(value) for value in columns[place]]
    columns[6] = pa.array([17850, None, 17850], pa.int64())
    pa.parquet.write_table(pa.table(dict(zip(shop.header, columns, strict=True))), path)
    return path


def write_bytes(path, content):
    path.write_bytes(content)
    return path


def with_line(shop, number, **changes):
    """The shop's lines, some values of one of them changed."""
    lines = [list(line) for line in shop.lines]
    for name, value in changes.items():
        lines[number][shop.header.index(name)] = value
    return lines


WRITERS = {
    "parquet": lambda folder, shop: write_parquet(folder / "a.parquet", shop),
    "xlsx": lambda folder, shop: write_bytes(folder / "a.XLSX", shop.workbook()),
    "zip": lambda folder, shop: write_bytes(folder / "a.zip", shop.archive()),
    "csv": lambda folder, shop: write_csv(folder / "a.csv", shop),
    "csv.gz": lambda folder, shop: write_csv(folder / "a.b.csv.gz", shop),
    "csv with semicolons and a byte order mark": lambda folder, shop: write_csv(
        folder / "a.csv", shop, ";", encoding="utf-8-sig"
    ),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_kind_of_file_gives_the_same_orders(kind, tmp_path, shop):
    orders = kehu.datasets.load("online_retail", path=WRITERS[kind](tmp_path, shop))
    for name, values in EXPECTED.items():
        found = [None if pd.isna(value) else value for value in orders[name]]
        assert found == pytest.approx(values) if name == "amount" else found == values, name
    assert orders["ordered_at"].tolist() == [pd.Timestamp(line[4]) for line in shop.lines]
    assert orders["ordered_at"].dtype == "datetime64[us]"
    assert orders["quantity"].dtype == "int64"
    assert orders["customer_id"].cat.categories.tolist() == [17850]


def test_month_first_dates_and_latin_letters_of_the_copies_that_go_round(tmp_path, shop):
    lines = with_line(shop, 0, Description="CAFÉ £")
    lines[2][4] = lines[2][4].replace(second=0)
    path = write_csv(tmp_path / "a.csv", shop, time_format="%m/%d/%Y %H:%M", encoding="latin-1", lines=lines)
    orders = kehu.datasets.load("online_retail", path=path)
    assert orders["description"].tolist()[0] == "CAFÉ £"
    assert orders["ordered_at"].tolist() == [pd.Timestamp(line[4]) for line in lines]


def test_times_in_an_unknown_form_are_quoted(tmp_path, shop):
    path = write_csv(tmp_path / "data.csv", shop, time_format="%d.%m.%Y")
    with pytest.raises(ValueError, match=r"ordered_at must hold times written like .*got '01\.12\.2010'"):
        kehu.datasets.load("online_retail", path=path)


def test_a_missing_column_names_what_is_there(tmp_path, shop):
    path = write_csv(tmp_path / "data.csv", shop)
    path.write_text(path.read_text().replace("StockCode", "Stock Code"))
    with pytest.raises(KeyError, match=r"no column 'StockCode'.*did you mean 'Stock Code'"):
        kehu.datasets.load("online_retail", path=path)


@pytest.mark.parametrize("ending", ["parquet", "xlsx", "zip", "csv.gz"])
def test_a_file_that_is_not_what_its_name_says_is_refused(ending, tmp_path):
    path = write_bytes(tmp_path / f"data.{ending}", b"This is neither of them.\n")
    with pytest.raises(ValueError, match=rf"data\.{ending} cannot be read as \.{ending}"):
        kehu.datasets.load("online_retail", path=path)


def test_text_where_a_number_belongs_is_refused(tmp_path, shop):
    lines = with_line(shop, 0, Quantity="six")
    book = write_bytes(tmp_path / "a.xlsx", shop.workbook(lines))
    for path in (book, write_csv(tmp_path / "a.csv", shop, lines=lines)):
        with pytest.raises(ValueError, match="six"):
            kehu.datasets.load("online_retail", path=path)


def test_empty_files_other_endings_folders_and_absent_files(tmp_path):
    with pytest.raises(ValueError, match=r"empty\.csv is empty"):
        kehu.datasets.load("online_shoppers", path=write_bytes(tmp_path / "empty.csv", b""))
    with pytest.raises(ValueError, match=r"its name must end in one of \.parquet, \.csv"):
        kehu.datasets.load("online_shoppers", path=write_bytes(tmp_path / "data.doc", b"text"))
    with pytest.raises(FileNotFoundError, match="it is a folder"):
        kehu.datasets.load("online_shoppers", path=tmp_path)
    with pytest.raises(FileNotFoundError, match=r"there is no file .*absent\.csv"):
        kehu.datasets.load("online_shoppers", path=tmp_path / "absent.csv")


def test_baskets_keep_their_labels_and_order(tmp_path):
    path = tmp_path / "groceries.csv"
    path.write_text('whole milk,"cream cheese "\n\n"salt, fine"\nwhole milk\n', encoding="utf-8")
    baskets = kehu.datasets.load("groceries", path=path, check=False)
    assert baskets.columns.tolist() == ["order_id", "product"]
    assert list(zip(baskets["order_id"], baskets["product"], strict=True)) == [
        (1, "whole milk"),
        (1, "cream cheese "),
        (2, "salt, fine"),
        (3, "whole milk"),
    ]


def test_columns_that_a_file_need_not_have_are_missed_only_when_asked_for(tmp_path):
    path = tmp_path / "groceries.csv"
    path.write_text("whole milk,yogurt\n", encoding="utf-8")
    assert kehu.datasets.load("groceries", path=path, columns="product", check=False).shape == (2, 1)
    with pytest.raises(KeyError, match="does not have 'category'"):
        kehu.datasets.load("groceries", path=path, columns=["category"], check=False)
    with pytest.raises(ValueError, match="columns is empty"):
        kehu.datasets.load("groceries", path=path, columns=[])


def test_flags_are_read_in_every_spelling(tmp_path):
    header = "Clothing ID,Age,Title,Review Text,Rating,Recommended IND,Positive Feedback Count,Division Name,"
    header += "Department Name,Class Name"
    for yes, no in (("1", "0"), ("TRUE", "FALSE"), ("true", "false")):
        path = tmp_path / "reviews.csv"
        path.write_text(
            f'{header}\n1,30,,"two\nlines",5,{yes},0,a,b,c\n2,,t,,1,{no},0,a,b,c\n', encoding="utf-8"
        )
        reviews = kehu.datasets.load("clothing_reviews", path=path, check=False)
        assert reviews["recommended"].tolist() == [True, False]
        assert reviews["text"].tolist()[0] == "two\nlines"
        assert reviews["title"].isna().tolist() == [True, False]
        assert reviews["age"].isna().tolist() == [False, True]
