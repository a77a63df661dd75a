"""Order lines from text files: csv, tsv and their like, in any of the usual encodings."""

import csv
import io
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from kehu.orders._reading import encodings, fields
from kehu.orders._reading.choice import LABELS, NUMBERS, choose, likely_names
from kehu.orders.dateformats import MISSING
from kehu.orders.dates import parse_text

__all__ = ["load"]

_SEPARATORS = ",;\t|"
_BLOCK = 1 << 22


@dataclass(frozen=True)
class _TextFile:
    path: Path
    encoding: str
    separator: str
    names: list[str]
    header_lines: int

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Line on which each record begins, and its fields. Slow: only to say where something is wrong."""
        with encodings.open_bytes(self.path) as raw:
            lines = io.TextIOWrapper(raw, self.encoding, errors="replace", newline="")
            reader = csv.reader(lines, delimiter=self.separator)
            begun = 1
            for record in reader:
                if record:
                    yield begun, record
                begun = reader.line_num + 1

    def where(self, row: int) -> str:
        """Say on which line a row is (the header is no row)."""
        line, _ = next(islice(self.records(), row + 1, None))
        return f"line {line:,}"


def load(
    path: Path, columns: Mapping[str, str], *, date_format: str | None, encoding: str | None
) -> pd.DataFrame:
    """Read the wanted columns of a text file.

    Parameters
    ----------
    path : Path
        The file.
    columns : mapping of str to str
        Schema name → name in the file, for those that differ.
    date_format, encoding : str or None
        Found out when None.

    Returns
    -------
    pandas.DataFrame
        The columns under their schema names.

    Raises
    ------
    KeyError
        If a column is missing.
    ValueError
        If something cannot be read, saying on which line.
    """
    try:
        return _load_decoded(path, columns, date_format, encoding)
    except (EOFError, OSError, zlib.error) as error:
        if path.suffix.lower() != ".gz":
            raise
        raise ValueError(f"{path.name} is damaged: {error}") from None


def _load_decoded(
    path: Path, columns: Mapping[str, str], date_format: str | None, encoding: str | None
) -> pd.DataFrame:
    known = encodings.check(path, encoding) if encoding else encodings.find(path)
    try:
        return _load(path, columns, date_format, known)
    except UnicodeError:
        failure = encodings.undecodable(path, known, whole=True)
        if encoding:
            raise ValueError(f"{path.name} is not in encoding={encoding!r}: {failure}") from None
    # The beginning was plain ASCII or not typical of the rest.
    return _load(path, columns, date_format, encodings.find(path, whole=True))


def _load(path: Path, columns: Mapping[str, str], date_format: str | None, encoding: str) -> pd.DataFrame:
    source = _understand(path, encoding, likely_names(columns))
    wanted = choose(source.names, columns, path.name)
    kinds = _kinds(wanted)
    return _frame(source, _table(source, kinds), wanted, date_format)


def _understand(path: Path, encoding: str, likely: set[str]) -> _TextFile:
    """Find out separator and column names from the beginning of the file."""
    with encodings.open_bytes(path) as raw:
        head = raw.read(encodings.SAMPLE)
    text = head.decode(encoding, errors="ignore").removeprefix("\ufeff")
    if not text.strip():
        raise ValueError(f"{path.name} is empty")
    if len(head) == encodings.SAMPLE:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text

    def fit(separator: str) -> tuple[int, float, int]:
        records = [record for _, record in _first_records(text, separator)[0]]
        names = [name.strip() for name in records[0]] if records else []
        alike = sum(len(record) == len(names) for record in records) / max(len(records), 1)
        return len(likely.intersection(names)), alike if len(names) > 1 else 0, len(names)

    separator = max(_SEPARATORS, key=fit)
    records, sound = _first_records(text, separator)
    if not records:
        raise ValueError(f"{path.name} cannot be read as a table: its first line never ends")
    if len(records) == 1 and sound and len(head) < encodings.SAMPLE:
        raise ValueError(f"{path.name} has column names but no rows")
    last_line, names = records[0]
    return _TextFile(path, encoding, separator, [name.strip() for name in names], last_line)


def _first_records(text: str, separator: str) -> tuple[list[tuple[int, list[str]]], bool]:
    """Line on which each of the first records ends, and its fields; and whether all quotes in them end."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    records = []
    try:
        records.extend((reader.line_num, record) for record in islice(reader, 100) if record)
    except csv.Error:
        return records, False
    return records, True


def _kinds(wanted: Mapping[str, str]) -> dict[str, str]:
    """How each column of the file is read; as text where it serves as two different things."""
    kinds: dict[str, str] = {}
    for name, column in wanted.items():
        kind = "number" if name in NUMBERS else "text"
        kinds[column] = kind if kinds.get(column, kind) == kind else "text"
    return kinds


def _table(source: _TextFile, kinds: Mapping[str, str]) -> pa.Table:
    """Read the columns, the numbers as text only where they are no plain numbers."""
    numbers = pa.float64()
    lines_in_values = False
    while True:
        try:
            return _arrow(source, kinds, numbers, lines_in_values)
        except pa.ArrowInvalid as error:
            problem = str(error)
        if "invalid UTF8" in problem:
            raise UnicodeError(problem)
        if "conversion error" in problem and numbers == pa.float64():
            numbers = pa.dictionary(pa.int32(), pa.string())
        elif not lines_in_values:
            # A quoted value with a line break was cut in two; looking out for these takes longer.
            lines_in_values = True
        else:
            raise ValueError(_unreadable(source, problem))


def _arrow(
    source: _TextFile, kinds: Mapping[str, str], numbers: pa.DataType, lines_in_values: bool
) -> pa.Table:
    types = {"number": numbers, "text": pa.dictionary(pa.int32(), pa.string())}
    # Columns go by their place, as names may be missing or stand there twice.
    places = {str(source.names.index(column)): types[kind] for column, kind in kinds.items()}
    utf8 = source.encoding == "utf-8-sig"
    compression = "gzip" if source.path.suffix.lower() == ".gz" else None
    with pa.input_stream(str(source.path), compression=compression) as stream:
        table = pacsv.read_csv(
            stream,
            read_options=pacsv.ReadOptions(
                column_names=[str(place) for place in range(len(source.names))],
                skip_rows=source.header_lines,
                block_size=_BLOCK,
                encoding="utf8" if utf8 else source.encoding,
            ),
            parse_options=pacsv.ParseOptions(delimiter=source.separator, newlines_in_values=lines_in_values),
            convert_options=pacsv.ConvertOptions(
                column_types=places,
                include_columns=list(places),
                null_values=list(MISSING),
                strings_can_be_null=False,
            ),
        )
    return table.rename_columns(list(kinds))


def _unreadable(source: _TextFile, problem: str) -> str:
    separator, width = source.separator, len(source.names)
    line = 0
    try:
        for line, record in source.records():
            if len(record) != width:
                return (
                    f"{source.path.name}, line {line:,} has {len(record)} fields, but the header has {width} "
                    f"(separated by {separator!r}): {separator.join(record)[:80]!r}; "
                    "a value that holds the separator must stand in double quotes"
                )
    except csv.Error as error:
        problem = f"{error} (after line {line:,}, perhaps a double quote without its partner)"
    return f"{source.path.name} cannot be read as a table: {problem}"


def _frame(
    source: _TextFile,
    table: pa.Table,
    wanted: Mapping[str, str],
    date_format: str | None,
) -> pd.DataFrame:
    raw = {name: table.column(column) for name, column in wanted.items()}
    texts = [name for name in wanted if name not in ("ordered_at", *NUMBERS)]
    result: dict[str, Any] = {}
    # Each column is let go as soon as it is converted, for these are large.
    del table
    with ThreadPoolExecutor(pa.cpu_count()) as pool:
        coded = {name: pool.submit(fields.code, raw.pop(name)) for name in texts}
        for name in list(raw):
            if name == "ordered_at":
                result[name] = parse_text(raw.pop(name), date_format, name, source.where)
            else:
                result[name] = fields.numbers(raw.pop(name), name, source.where)
    for name in texts:
        read = fields.labels if name in LABELS else fields.numbers_or_labels
        result[name] = read(coded.pop(name).result(), name)
    return pd.DataFrame({name: result[name] for name in wanted}, copy=False)
