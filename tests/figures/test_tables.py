import hashlib
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn

from kehu import figures

CAPTION = {"en": "What 50% & more bought", "zh": "购买情况"}
NOTES = {"en": "Amount in pounds.\nA second line.", "zh": "金额单位：英镑。"}
TABLE = pd.DataFrame(
    {
        "reason": ["kept", "amount zero", "my_own"],
        "rows": [12345, 7, 1],
        "share": [0.5, 0.25, np.nan],
        "order_id": [2**60 + 1, 5, 6],
        "ordered_at": pd.to_datetime(["2017-01-02", None, "2017-03-04"]),
        "items": [frozenset({"b", "a"}), frozenset(), frozenset({"=1+1"})],
    }
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    figures.save_table(TABLE, "01_x", caption=CAPTION, notes=NOTES, parameters={"n": 3}, folder=folder)
    return folder


def test_every_format_in_both_languages(folder):
    endings = [
        f"{language}{ending}" for language in ("", ".zh") for ending in (".csv", ".xlsx", ".tex", ".docx")
    ]
    assert {path.name for path in folder.iterdir()} == {f"01_x{ending}" for ending in (*endings, ".json")}


def test_the_sidecar(folder):
    sidecar = json.loads((folder / "01_x.json").read_text(encoding="utf-8"))
    assert (sidecar["kind"], sidecar["notes"], sidecar["caption"]) == ("table", NOTES, CAPTION)
    assert sidecar["data"]["sha256"] == hashlib.sha256((folder / "01_x.csv").read_bytes()).hexdigest()


def test_csv_has_headings_of_the_language_and_full_numbers(folder):
    english, chinese = (pd.read_csv(folder / f"01_x{language}.csv") for language in ("", ".zh"))
    assert list(english) == ["Reason", "Rows", "Share", "Order", "Ordered at", "items"]
    assert list(chinese) == ["原因", "行数", "占比", "订单", "下单时间", "items"]
    assert chinese["原因"].tolist() == ["保留", "金额为零", "my_own"]
    assert english["Order"].tolist() == TABLE["order_id"].tolist()
    assert english["Share"].tolist()[:2] == [0.5, 0.25]
    assert english["items"].tolist() == ["{a, b}", "{}", "{=1+1}"]


def test_excel_holds_numbers_that_show_rounded_and_text_that_is_no_formula(folder):
    book = openpyxl.load_workbook(folder / "01_x.zh.xlsx")
    page = book["表"]
    assert [cell.value for cell in page[1]] == ["原因", "行数", "占比", "订单", "下单时间", "items"]
    assert [cell.value for cell in page["B"]] == ["行数", 12345, 7, 1]
    assert (page["B2"].number_format, page["C2"].number_format) == ("#,##0", "0.0%")
    assert page["C4"].value is None
    assert page["D2"].value == str(2**60 + 1)  # Excel would round it
    assert page["D3"].value == 5
    assert page["E2"].value == pd.Timestamp("2017-01-02")
    assert (page["F4"].value, page["F4"].data_type) == ("{=1+1}", "s")
    notes = [cell.value for cell in book["说明"]["A"]]
    assert notes == ["购买情况", "金额单位：英镑。", None, "参数", "n"]


def test_excel_never_calculates(tmp_path):
    table = pd.DataFrame({"product": ["=HYPERLINK(1)", "+1", "@x"]})
    figures.save_table(table, "01_x", caption={"en": "=1", "zh": "=2"}, folder=tmp_path)
    book = openpyxl.load_workbook(tmp_path / "01_x.xlsx")
    assert [cell.data_type for cell in book["table"]["A"]] == ["s"] * 4
    assert book["Notes"]["A1"].data_type == "s"


def test_latex(folder):
    english = (folder / "01_x.tex").read_text(encoding="utf-8")
    assert r"\begin{tabular}{@{}lrrrll@{}}" in english
    assert r"\caption{What 50\% \& more bought}\label{tab:01_x}" in english
    assert r"my\_own & 1 & -- & 6 & 2017-03-04 & \{=1+1\} \\" in english
    for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
        assert english.count(rule) == 1
    assert "A second line." in english
    chinese = (folder / "01_x.zh.tex").read_text(encoding="utf-8")
    assert chinese.startswith("% 导言区：\\usepackage{ctex,booktabs}；用 xelatex 编译。\n")
    assert "保留 & 12,345 & 50.0\\%" in chinese


def test_a_long_latex_table_breaks_over_pages(tmp_path):
    table = pd.DataFrame({"product": range(60)})
    figures.save_table(table, "01_x", caption=CAPTION, notes=NOTES, folder=tmp_path)
    text = (tmp_path / "01_x.tex").read_text(encoding="utf-8")
    assert r"\begin{longtable}" in text
    assert r"\begin{table}" not in text
    assert "longtable" in text.splitlines()[0]
    assert text.count(r"\\") == 60 + 2 + 1  # rows, two heads, caption


def test_word(folder):
    for language, headings in (("", ["Reason", "Rows"]), (".zh", ["原因", "行数"])):
        document = Document(str(folder / f"01_x{language}.docx"))
        (table,) = document.tables
        texts = [[cell.text for cell in row.cells] for row in table.rows]
        assert texts[0][:2] == headings
        assert texts[1][1:3] == ["12,345", "50.0%"]
        assert texts[3][2] == "–"
        paragraphs = [paragraph.text for paragraph in document.paragraphs]
        assert paragraphs[0] == CAPTION["zh" if language else "en"]
        assert paragraphs[-1] in ("A second line.", NOTES["zh"])
        fonts = document.styles["Normal"].element.rPr.rFonts
        assert (fonts.get(qn("w:ascii")), fonts.get(qn("w:eastAsia"))) == ("Times New Roman", "SimSun")


def test_word_has_three_rules_and_repeats_its_head(folder):
    (table,) = Document(str(folder / "01_x.docx")).tables
    borders = [
        {
            side.tag.split("}")[1]: int(side.get(qn("w:sz")))
            for side in row._tr.iter(qn("w:top"), qn("w:bottom"))
        }
        for row in table.rows
    ]
    assert borders == [{"top": 12, "bottom": 6}, {}, {}, {"bottom": 12}]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_a_wide_table_lies_across_the_page(tmp_path):
    for columns, wide in ((7, False), (8, True)):
        table = pd.DataFrame([range(columns)]).rename(columns=str)
        figures.save_table(table, "01_x", caption=CAPTION, folder=tmp_path)
        section = Document(str(tmp_path / "01_x.docx")).sections[0]
        assert (section.page_width > section.page_height) == wide


def test_formats_of_the_user(tmp_path):
    table = pd.DataFrame({"lift": [1.23456, 7.0], "rows": [5, 6]})
    figures.save_table(
        table, "01_x", caption=CAPTION, formats={"lift": ".1f", "rows": ".1%"}, folder=tmp_path
    )
    assert "1.2 & 500.0\\%" in (tmp_path / "01_x.tex").read_text(encoding="utf-8")
    page = openpyxl.load_workbook(tmp_path / "01_x.xlsx")["table"]
    assert (page["A2"].value, page["A2"].number_format) == (1.23456, "0.0")
    with pytest.raises(
        KeyError, match="formats names a column 'left' that table has not; did you mean 'lift'"
    ):
        figures.save_table(table, "01_x", caption=CAPTION, formats={"left": ".1f"}, folder=tmp_path)
    with pytest.raises(ValueError, match="format '2 digits' of 'lift' is no number format"):
        figures.save_table(table, "01_x", caption=CAPTION, formats={"lift": "2 digits"}, folder=tmp_path)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"a": []}), "table has 0 rows and 1 columns; there is nothing to save"),
        (pd.DataFrame(index=[1, 2]).rename_axis(None), None),
        (
            pd.DataFrame({"a": range(1_000_000)}),
            r"1,000,000 rows and 1 columns; .* at most 1,000 and 30\. Choose",
        ),
        (pd.DataFrame([range(31)]), "1 rows and 31 columns"),
    ],
)
def test_tables_of_no_use_in_a_report_are_refused(table, message, tmp_path):
    if message is None:
        figures.save_table(table, "01_x", caption=CAPTION, folder=tmp_path)  # the index is a column
        return
    with pytest.raises(ValueError, match=message):
        figures.save_table(table, "01_x", caption=CAPTION, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_all_files_or_none(folder, tmp_path, monkeypatch):
    figures.save_table(TABLE, "01_x", caption=CAPTION, folder=tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_bytes, written = Path.write_bytes, []

    def full(path, content):
        if len(written) == 5:
            raise OSError(28, "No space left on device")
        written.append(write_bytes(path, content))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="the disk is full; nothing was changed"):
        figures.save_table(TABLE.head(1), "01_x", caption=CAPTION, folder=tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", ["01_x.xlsx", "01_x.docx"])
def test_office_files_do_not_tell_when_they_were_written(folder, name):
    with zipfile.ZipFile(folder / name) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        times = re.findall(rb"<dcterms:\w+[^>]*>([^<]*)<", package.read("docProps/core.xml"))
    assert set(times) == {b"2000-01-01T00:00:00Z"}
