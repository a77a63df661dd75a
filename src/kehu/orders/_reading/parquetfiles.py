"""Order lines from Parquet files."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kehu.orders._reading import fields
from kehu.orders._reading.choice import NUMBERS, choose

__all__ = ["load"]


def load(path: Path, columns: Mapping[str, str]) -> pa.Table:
    """Read the wanted columns of a Parquet file.

    Parameters
    ----------
    path : Path
        The file.
    columns : mapping of str to str
        Schema name → name in the file, for those that differ.

    Returns
    -------
    pyarrow.Table
        The columns under their schema names.

    Raises
    ------
    KeyError
        If a column is missing.
    ValueError
        If the file is damaged or has no rows, or text is no number.
    """
    try:
        schema = pq.read_schema(path)
        wanted = choose(schema.names, columns, path.name)
        texts = [column for column in wanted.values() if _is_text(schema.field(column).type)]
        table = pq.read_table(path, columns=list(dict.fromkeys(wanted.values())), read_dictionary=texts)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{path.name} is damaged, or no Parquet file ({error})") from None
    if not len(table):
        raise ValueError(f"{path.name} has columns but no rows")
    return pa.table({name: _plain(table.column(column), name) for name, column in wanted.items()})


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _plain(values: pa.ChunkedArray, name: str) -> pa.ChunkedArray | pa.Array:
    if pa.types.is_decimal(values.type):
        return values.cast(pa.float64())
    if name in NUMBERS and pa.types.is_dictionary(values.type):
        return pa.array(fields.numbers(values, name, lambda row: f"row {row:,}"))
    return values
