"""The documents' figures are all there, and a file or table that is not in order is refused."""

import csv
import math

import pytest

from kehu import claims
from kehu._files import data_folder

KEYS = [
    *("D1.s1", "D1.s2", "D1.s3", "D1.h1", "D1.h2", "D1.h3"),
    *("D2.h1", "D2.h2", "D2.h3", "D2.h4", "D2.p1", "D2.c1", "D2.c2", "D2.c3", "D2.c4"),
    *(
        "D2.k1",
        "D2.k2",
        "D2.k3",
        "D2.k4",
        "D2.k5",
        "D2.k6",
        "D2.k7",
        "D2.k8",
        "D2.k9",
        "D2.k10",
        "D2.k11",
        "D2.k12",
        "D2.k13",
    ),
    *("D3.m1", "D3.m2", "D3.m3", "D3.t1"),
]

BLANK = [
    ("D2.k1", "sales, year before"),
    ("D2.k2", "active users, year before"),
    ("D2.k6", "satisfied respondents, sector"),
    ("D2.k7", "growth of electronics"),
    ("D2.k7", "growth of fashion"),
    ("D2.k7", "growth of home goods"),
    ("D2.k8", "last year of the window"),
    ("D2.k9", "buyer satisfaction"),
    ("D2.k12", "natural-search conversion"),
    ("D2.k12", "ad click-through"),
    ("D2.k13", "sales before Double 11"),
    ("D2.c4", "text of 7.3.1"),
    ("D1.s3", "share of white-collar workers"),
]

HEADER = "key,document,section,item,item_zh,value,low,high,unit,period,status,statement,statement_zh"


def file_with(folder, *lines, header=HEADER):
    path = folder / "own.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def line(item="sales", value="22", low="", high="", unit="billion yuan", status="stated"):
    return f"D2.k1,D2,7.3.3,{item},销售额,{value},{low},{high},{unit},2021,{status},Sales rose.,销售额增长。"


def test_every_key_is_there_and_no_other():
    assert sorted(claims.read()["key"].unique()) == sorted(KEYS)


def test_the_figures_of_the_documents():
    table = claims.read().set_index(["key", "item"])
    stated = {
        ("D3.m1", "online retail sales"): (9.08, "trillion yuan"),
        ("D3.m1", "growth of online retail sales"): (23.9, "%"),
        ("D3.m2", "online retail sales of physical goods"): (7.18, "trillion yuan"),
        ("D3.m3", "physical goods in retail sales"): (18.3, "%"),
        ("D1.s1", "shoppers aged 16–32"): (83, "%"),
        ("D1.s2", "men above women"): (10, "%"),
        ("D1.h1", "founding of Alibaba"): (2003, "year"),
        ("D2.h1", "founding of Tmall (2, 3)"): (2008, "year"),
        ("D2.h1", "founding of Tmall (7)"): (2009, "year"),
        ("D2.h4", "Electronic Signature Law"): (2008, "year"),
        ("D2.k1", "sales"): (22, "billion yuan"),
        ("D2.k1", "sales growth"): (25, "%"),
        ("D2.k2", "active users"): (80, "million people"),
        ("D2.k2", "growth of active users"): (18, "%"),
        ("D2.k3", "conversion of new users, before"): (20, "%"),
        ("D2.k3", "conversion of new users, after"): (25, "%"),
        ("D2.k4", "fall of cost per order"): (6, "%"),
        ("D2.k5", "market share, before"): (45, "%"),
        ("D2.k5", "market share, after"): (47, "%"),
        ("D2.k6", "satisfied respondents"): (80, "%"),
        ("D2.k8", "compound growth of GMV"): (30, "%"),
        ("D2.k10", "new merchants a month"): (0.1, "million merchants"),
        ("D2.k11", "penetration"): (30, "%"),
        ("D2.k13", "Double 11 sales against before"): (2, "times"),
    }
    assert {name: tuple(table.loc[name, ["value", "unit"]]) for name in stated} == stated


@pytest.mark.parametrize(("key", "item"), BLANK)
def test_blank_stays_blank(key, item):
    row = claims.read().set_index(["key", "item"]).loc[(key, item)]
    assert row["status"] == "blank"
    assert row[["value", "low", "high"]].isna().all() and row["word"] == ""


def test_blank_is_blank_in_the_file_itself():
    with (data_folder() / "claims.csv").open(encoding="utf-8", newline="") as file:
        blank = [row for row in csv.DictReader(file) if row["status"] == "blank"]
    assert {(row["key"], row["item"]) for row in blank} >= set(BLANK)
    assert all(row["value"] == row["low"] == row["high"] == "" for row in blank)


def test_every_row_says_it_in_both_languages():
    table = claims.read()
    for name in ("item", "item_zh", "statement", "statement_zh", "document", "section"):
        assert (table[name].str.strip() != "").all(), name
    assert table["statement_zh"].str.contains("[一-鿿]").all()
    assert not table["statement"].str.contains("[一-鿿]").any()
    assert (table["document"] == table["key"].str[:2]).all()


def test_rounding_is_half_a_unit_of_the_last_digit_written(tmp_path):
    path = file_with(
        tmp_path, line("a", "22"), line("b", "22.0"), line("c", "9.08"), line("d", "2008", unit="year")
    )
    assert claims.read(path)["rounding"].tolist() == [0.5, 0.05, 0.005, 0.0]


def test_words_and_bounds(tmp_path):
    path = file_with(tmp_path, line("a", "Tmall", unit="word"), line("b", "83", "83", "100", "%"))
    word, bound = claims.read(path).to_dict("records")
    assert word["word"] == "Tmall" and math.isnan(word["value"])
    assert (bound["value"], bound["low"], bound["high"]) == (83, 83, 100)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([line(), line()], r"own\.csv, line 3: D2.k1 'sales' stands in own\.csv, line 2 already"),
        ([line(status="known")], r"line 2 \(D2.k1 'sales'\): 'known' is no status"),
        ([line(unit="bilion yuan")], r"line 2 .*'bilion yuan' is no unit; did you mean 'billion yuan'"),
        ([line(value="")], r"line 2 .*'stated', but there is no value"),
        ([line(value="", status="contradictory")], r"line 2 .*'contradictory', but there is no value"),
        ([line(status="blank")], r"line 2 .*'blank', but there is a value: '22'; a blank stays blank"),
        ([line("a", "Tmall", unit="word", status="blank")], r"'blank', but there is a value: 'Tmall'"),
        ([line(value="22 billion")], r"line 2 .*value is '22 billion'; write a plain number"),
        ([line(value="inf")], r"value is 'inf'"),
        ([line() + ",and more"], r"line 2 has more cells than the header; put text with commas in quotes"),
        ([line(low="x")], r"low is 'x'"),
        ([line(low="23")], r"low=23, value=22, high=nan are not in order"),
        ([line(value="", low="40", high="25")], r"low=40, value=nan, high=25 are not in order"),
    ],
)
def test_a_file_that_is_not_in_order(tmp_path, lines, message):
    with pytest.raises(ValueError, match=message):
        claims.read(file_with(tmp_path, *lines))


def test_a_missing_column(tmp_path):
    with pytest.raises(KeyError, match=r"own\.csv has no column 'status'"):
        claims.read(file_with(tmp_path, header=HEADER.replace("status,", "")))


def test_a_table_in_memory_is_checked_too():
    table = claims.read()
    row = table.index[table["item"] == "sales"][0]
    with pytest.raises(ValueError, match=rf"claims, row {row} \(D2.k1 'sales'\): .*no value"):
        claims.audit(table.assign(value=table["value"].where(table["item"] != "sales")))
    with pytest.raises(KeyError, match="claims has no column 'unit'"):
        claims.audit(table.drop(columns="unit"))
    with pytest.raises(ValueError, match="stands in claims, row 0 already"):
        claims.audit(table.iloc[[0, 0]])
    with pytest.raises(TypeError, match="claims must be a dataframe"):
        claims.audit([1, 2])


def test_without_the_column_of_roundings_they_are_counted_again():
    table = claims.read().drop(columns="rounding")
    assert claims.audit(table).table.equals(claims.audit().table)
