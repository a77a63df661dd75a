"""Reading files: one small reader a format, which gives the columns that a table asks for."""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from tqdm import tqdm

from kehu.datasets.registry import Column, Table
from kehu.frames import closest

Raw = pa.Table | pd.DataFrame

# Whole numbers are read as float64, in which missing values and "17850.0" are no trouble; exact up to 2**53.
_ARROW = {
    "id": pa.float64(),
    "integer": pa.float64(),
    "number": pa.float64(),
    "label": pa.large_string(),
    "level": pa.large_string(),
    "text": pa.large_string(),
    "time": pa.large_string(),
    "flag": pa.bool_(),
}


# What the libraries raise when a file is not what its name says.
_DAMAGED = (pa.ArrowException, zipfile.BadZipFile, gzip.BadGzipFile, csv.Error, pd.errors.ParserError)


def read(path: Path, table: Table, columns: tuple[Column, ...]) -> Raw:
    """Read the given columns of a table from a file, by the ending of its name.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    KeyError
        If it lacks a column that is not optional, naming the closest one there is.
    ValueError
        If the file is empty, of another kind, or damaged.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}" + (": it is a folder" if path.is_dir() else ""))
    if path.stat().st_size == 0:
        raise ValueError(f"{path} is empty")
    ending = _ending(path.name)
    reader = _READERS.get(ending)
    if reader is None:
        raise ValueError(f"cannot read {path}: its name must end in one of {', '.join(_READERS)}")
    try:
        return reader(path, table, columns)
    except _DAMAGED as error:
        raise ValueError(f"{path} cannot be read as {ending}: {error}") from error


def _ending(name: str) -> str:
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    return "".join(suffixes[-2:]) if suffixes[-1:] == [".gz"] else "".join(suffixes[-1:])


def _present(columns: tuple[Column, ...], names: list[str], path: Path) -> list[Column]:
    """Return those of the columns that a file has; optional ones may be absent."""
    for column in columns:
        if column.source not in names and not column.optional:
            asked = f"column {column.source!r} (for {column.name})"
            raise KeyError(f"{path} has no {asked}; {closest(column.source, names)}")
    return [column for column in columns if column.source in names]


def _parquet(path: Path, table: Table, columns: tuple[Column, ...]) -> Raw:  # noqa: ARG001
    schema = pa.parquet.read_schema(path)
    wanted = [column.source for column in _present(columns, schema.names, path)]
    texts = [name for name in wanted if _is_text(schema.field(name).type)]
    return pa.parquet.read_table(path, columns=wanted, read_dictionary=texts)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _csv(path: Path, table: Table, columns: tuple[Column, ...]) -> Raw:
    if table.lines == "baskets":
        return _baskets(path, table)
    with _opened(path) as file:
        first = file.readline()
    delimiter = max(",;\t", key=first.count)
    header = next(csv.reader([first], delimiter=delimiter), [])
    names = header if table.header else [column.source for column in table.sources]
    convert = pa.csv.ConvertOptions(
        column_types={column.source: _ARROW[column.kind] for column in columns},
        include_columns=[column.source for column in _present(columns, names, path)],
        null_values=[""],
        strings_can_be_null=True,
    )
    parse = pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    for encoding in ("utf8", "latin1"):
        options = pa.csv.ReadOptions(encoding=encoding, column_names=None if table.header else names)
        try:
            return pa.csv.read_csv(path, read_options=options, parse_options=parse, convert_options=convert)
        except pa.ArrowInvalid as error:
            if "UTF8" not in str(error):
                raise
    raise ValueError(f"{path} is neither utf-8 nor latin-1 text")


def _opened(path: Path) -> IO[str]:
    opener: Callable[..., IO[str]] = gzip.open if path.suffix == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", errors="replace", newline="")


def _baskets(path: Path, table: Table) -> Raw:
    """One basket a line, its items parted by commas: the table's first two columns."""
    with _opened(path) as file:
        baskets = [line for line in csv.reader(file) if line]
    numbers = [number for number, basket in enumerate(baskets, 1) for _ in basket]
    items = [label for basket in baskets for label in basket]
    basket, item = (column.source for column in table.sources[:2])
    return pa.table({basket: numbers, item: items})


def _blanks(path: Path, table: Table, columns: tuple[Column, ...]) -> Raw:  # noqa: ARG001
    """Columns parted by blanks."""
    texts = {column.source: str for column in table.sources if _ARROW[column.kind] == pa.large_string()}
    names = None if table.header else [column.source for column in table.sources]
    return pd.read_csv(path, sep=r"\s+", header=0 if table.header else None, names=names, dtype=texts)


def _xlsx(path: Path, table: Table, columns: tuple[Column, ...]) -> Raw:  # noqa: ARG001
    return _workbook(path, path, columns)


def _workbook(file: Path | IO[bytes], path: Path, columns: tuple[Column, ...]) -> Raw:
    import openpyxl  # slow to import, and few tables are workbooks

    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except KeyError as error:  # a zip of something else
        raise zipfile.BadZipFile(f"it is no workbook: {error}") from error
    with closing(book):
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(values_only=True)
        header = [*next(rows, ())]
        found = _present(columns, header, path)
        cells: dict[str, list[Any]] = {column.source: [] for column in found}
        places = [(cells[column.source], header.index(column.source)) for column in found]
        # A minute or two for half a million rows: show that something happens.
        for row in tqdm(
            rows, "reading xlsx", sheet.max_row, unit=" rows", delay=2, mininterval=1, leave=False
        ):
            for values, place in places:
                values.append(row[place])
    return pa.table({column.source: _cells(cells[column.source], column) for column in found})


def _cells(values: list[Any], column: Column) -> pa.Array:
    if column.kind == "time":
        return pa.array(values, pa.timestamp("us"))
    if _ARROW[column.kind] == pa.large_string():
        values = [_as_text(value) for value in values]
    return pa.array(values, _ARROW[column.kind])


def _as_text(value: object) -> str | None:
    """Codes that are all digits are numbers in a workbook; write them as they look."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value)


def _zip(path: Path, table: Table, columns: tuple[Column, ...]) -> Raw:  # noqa: ARG001
    with zipfile.ZipFile(path) as archive:
        books = [name for name in archive.namelist() if _ending(name) == ".xlsx"]
        if len(books) != 1:
            raise ValueError(f"{path} must hold one xlsx file, it holds {archive.namelist()}")
        return _workbook(io.BytesIO(archive.read(books[0])), path, columns)


_READERS: dict[str, Callable[[Path, Table, tuple[Column, ...]], Raw]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".csv.gz": _csv,
    ".xlsx": _xlsx,
    ".zip": _zip,
    ".txt": _blanks,
}
