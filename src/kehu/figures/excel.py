"""A table as an Excel workbook: full numbers that show rounded, and a second sheet with what they are."""

import io
import math
from typing import Any

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kehu.figures.cells import Sheet
from kehu.figures.package import repack
from kehu.figures.ticks import width
from kehu.figures.words import say

_EXACT = 10**15  # Excel keeps fifteen digits; longer whole numbers, such as order numbers, go in as text
_LONGEST = 32_767


def write(sheet: Sheet) -> bytes:
    """Lay a table out as a workbook."""
    book = Workbook()
    page = book.active
    page.title = "table" if sheet.language == "en" else "表"
    _table(page, sheet)
    _about(book.create_sheet(say("table.notes", sheet.language)), sheet)
    book.properties.creator = "kehu"
    book.properties.title = sheet.caption
    file = io.BytesIO()
    book.save(file)
    return repack(file.getvalue())


def _table(page: Worksheet, sheet: Sheet) -> None:
    heavy, light = Side(style="medium"), Side(style="thin")
    last = len(sheet.data) + 1
    for column, (name, form) in enumerate(zip(sheet.data.columns, sheet.formats, strict=True), start=1):
        _put(page.cell(1, column), name)
        page.cell(1, column).font = Font(bold=True)
        page.cell(1, column).alignment = Alignment(horizontal="right" if form else "left", wrap_text=True)
        for row, value in enumerate(sheet.data.iloc[:, column - 1], start=2):
            cell = page.cell(row, column)
            _put(cell, value)
            if form and cell.data_type == "n":
                cell.number_format = _excel_format(form)
        page.cell(1, column).border = Border(top=heavy, bottom=light)
        page.cell(last, column).border = Border(bottom=heavy)
        longest = max(width(text) for text in (name, *sheet.texts.iloc[:, column - 1]))
        page.column_dimensions[get_column_letter(column)].width = min(longest, 50) + 2
    page.freeze_panes = "A2"


def _about(page: Worksheet, sheet: Sheet) -> None:
    lines = [(sheet.caption, None), *((line, None) for line in (sheet.notes or "").splitlines())]
    if sheet.parameters:
        lines += [("", None), (say("table.parameters", sheet.language), None)]
        lines += [(name, value) for name, value in sorted(sheet.parameters.items())]
    for row, (name, value) in enumerate(lines, start=1):
        _put(page.cell(row, 1), name)
        _put(page.cell(row, 2), value if isinstance(value, int | float) or value is None else str(value))
    page.column_dimensions["A"].width = 40


def _put(cell: Cell, value: Any) -> None:
    """Put a value in; text stays text, also when it begins with an equals sign."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return
    if isinstance(value, float) and math.isinf(value):
        value = "∞" if value > 0 else "−∞"
    if isinstance(value, pd.Timestamp):
        value = value.tz_localize(None).to_pydatetime()
    if isinstance(value, int) and abs(value) >= _EXACT:
        value = str(value)
    if isinstance(value, str):
        cell.value = value[:_LONGEST]
        cell.data_type = "s"
    else:
        cell.value = value


def _excel_format(form: str) -> str:
    whole = "#,##0" if "," in form else "0"
    if form.endswith("d"):
        return whole
    if "." not in form:
        return "General"
    digits = int("".join(filter(str.isdigit, form.partition(".")[2])) or 0)
    decimals = f"{whole}.{'0' * digits}" if digits else whole
    if form.endswith("%"):
        return f"{decimals}%"
    return decimals if form.endswith("f") else "General"
