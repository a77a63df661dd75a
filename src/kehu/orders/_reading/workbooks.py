"""Order lines from Excel workbooks (.xlsx)."""

import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from kehu.frames import closest
from kehu.orders._reading import fields
from kehu.orders._reading.choice import LABELS, NUMBERS, choose
from kehu.orders.dates import parse
from kehu.warnings import FirstSheetWarning, warn

__all__ = ["load"]

# A spreadsheet keeps 15 digits of a number.
_ROUNDED = 10**15

# What openpyxl stumbles over in a damaged file.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, SyntaxError),
    *(LookupError, ValueError, TypeError, AttributeError),
)


def load(
    path: Path, columns: Mapping[str, str], *, date_format: str | None, sheet: str | None
) -> pd.DataFrame:
    """Read the wanted columns of a sheet.

    Parameters
    ----------
    path : Path
        The file.
    columns : mapping of str to str
        Schema name → name in the sheet, for those that differ.
    date_format : str or None
        How dates given as text are written; found out when None.
    sheet : str or None
        The sheet; the first one that holds something when None.

    Returns
    -------
    pandas.DataFrame
        The columns under their schema names.

    Raises
    ------
    KeyError
        If sheet or column is missing.
    ValueError
        If something cannot be read, saying in which row.

    Warns
    -----
    FirstSheetWarning
        If there are several sheets to choose from.
    """
    import openpyxl  # takes long, and most files are text

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which do not matter here
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        except _DAMAGE as error:
            raise ValueError(f"{path.name} is damaged, or no Excel workbook ({error!r})") from None
        try:
            title, others = _sheet(book, sheet, path.name)
            file = f"{path.name}, sheet {title!r}"
            wanted, lines, cells = _cells(book[title], columns, file)
        finally:
            book.close()
    if others:
        warn(
            f"{path.name} has several sheets; read {title!r}, not {others}: choose by sheet=",
            FirstSheetWarning,
        )

    def where(row: int) -> str:
        return f"row {lines[row]:,} of the sheet"

    return pd.DataFrame(
        {name: _column(cells[column], name, date_format, lines, where) for name, column in wanted.items()}
    )


def _sheet(book: Any, sheet: str | None, file: str) -> tuple[str, list[str]]:
    """Title of the sheet to read, and of those that might have been meant too."""
    titles = [page.title for page in book.worksheets]
    if sheet is not None:
        if sheet not in titles:
            raise KeyError(f"{file} has no sheet {sheet!r}; {closest(sheet, titles)}")
        return sheet, []
    filled = [page.title for page in book.worksheets if _first_row(page) is not None]
    if not filled:
        raise ValueError(f"{file} is empty")
    return filled[0], filled[1:]


def _first_row(page: Any) -> int | None:
    return next((row for row, values in _rows(page) if any(value is not None for value in values)), None)


def _rows(page: Any, first: int = 1) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Rows from the first on, with their numbers in the sheet."""
    # What a file says of its own extent is often wrong.
    page.reset_dimensions()
    try:
        yield from enumerate(page.iter_rows(values_only=True, min_row=first), start=first)
    except _DAMAGE as error:
        raise ValueError(f"sheet {page.title!r} is damaged ({error!r})") from None


def _cells(
    page: Any, columns: Mapping[str, str], file: str
) -> tuple[dict[str, str], np.ndarray, dict[str, list[Any]]]:
    """Wanted columns (schema name → name in the sheet), rows of the sheet, and the cells of each column."""
    first = _first_row(page)
    if first is None:
        raise ValueError(f"{file} is empty")
    rows = _rows(page, first)
    names = ["" if name is None else str(name).strip() for name in next(rows)[1]]
    wanted = choose(names, columns, file)
    places = {column: names.index(column) for column in wanted.values()}
    lines = []
    taken = []
    picks = list(places.values())
    wide = max(picks) + 1
    for line, row in rows:
        if any(value is not None for value in row):
            full = row if len(row) >= wide else (*row, *(None,) * (wide - len(row)))
            lines.append(line)
            taken.append([full[place] for place in picks])
    if not taken:
        raise ValueError(f"{file} has column names but no rows")
    return wanted, np.array(lines), dict(zip(places, map(list, zip(*taken, strict=True)), strict=True))


def _column(
    cells: list[Any], name: str, date_format: str | None, lines: np.ndarray, where: Callable[[int], str]
) -> Any:
    if name == "ordered_at":
        dates = pd.Series(cells, index=lines, dtype="object")
        return parse(dates, date_format=date_format, name=name).to_numpy()
    if name in LABELS:
        texts = [_text(cell, name, where, row) for row, cell in enumerate(cells)]
        return fields.labels(fields.code(_chunked(texts)), name)
    kinds = {type(cell) for cell in cells} - {type(None)}
    if kinds <= {int, float}:
        return np.array(cells, dtype=np.float64)
    if name in NUMBERS:
        texts = [_text(cell, name, where, row) for row, cell in enumerate(cells)]
        return fields.numbers(_chunked(texts), name, where)
    if kinds <= {datetime, date}:
        return parse(pd.Series(cells, dtype="object"), name=name).to_numpy()
    texts = [None if cell is None else str(cell) for cell in cells]
    return fields.numbers_or_labels(fields.code(_chunked(texts)), name)


def _chunked(texts: list[str | None]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(texts, type=pa.large_string())])


def _text(cell: Any, name: str, where: Callable[[int], str], row: int) -> str | None:
    """Text of a cell; 17850.0 is 17850."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise ValueError(f"{name} must hold text or numbers, got {cell!r} ({where(row)})")
    if name in LABELS and abs(cell) >= _ROUNDED:
        raise ValueError(
            f"{name} holds the number {cell:.0f} ({where(row)}): a spreadsheet keeps 15 digits of a number, "
            "the others are lost; export the file anew with this column as text, or as csv"
        )
    return str(int(cell)) if float(cell).is_integer() else repr(cell)
