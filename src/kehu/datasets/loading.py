"""Loading one table: find its file, read it, shape it, check it."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from kehu._files import staged
from kehu.datasets import fingerprint, readers, shaping, sources
from kehu.datasets.registry import Column, Entry, Table
from kehu.frames import closest


def load_table(
    entry: Entry, table: Table, path: Path | None, columns: Iterable[str] | None, check: bool
) -> pd.DataFrame:
    """Load a table, or some of its columns."""
    wanted = _wanted(table, columns)
    if path is not None and entry.source.kind == "package":
        raise ValueError(
            f"{entry.name} is read from the package {entry.source.package}; leave out path={str(path)!r}"
        )
    if not table.sources:
        frame = shaping.finish(pd.DataFrame(), entry, table)
    elif path is None and entry.source.kind == "download":
        frame = _downloaded(entry, table, check)
    else:
        frame = _from_file(path or _place(entry, table), entry, table, wanted, check)
    if wanted is None:
        return frame
    for name in wanted:
        if name not in frame:
            raise KeyError(f"this file of {entry.name} does not have {name!r}; {closest(name, frame)}")
    return frame[wanted]


def _wanted(table: Table, columns: Iterable[str] | None) -> list[str] | None:
    if columns is None:
        return None
    wanted = [columns] if isinstance(columns, str) else list(columns)
    if not wanted:
        raise ValueError("columns is empty; name at least one, or leave it out for all")
    names = [column.name for column in table.columns]
    for name in wanted:
        if name not in names:
            raise KeyError(f"the table {table.name} has no column {name!r}; {closest(name, names)}")
    return wanted


def _place(entry: Entry, table: Table) -> Path:
    return sources.package_file(entry, table) if entry.source.kind == "package" else sources.own_file(entry)


def _from_file(path: Path, entry: Entry, table: Table, wanted: list[str] | None, check: bool) -> pd.DataFrame:
    # A recipe may need any column, so only tables without one are read in part.
    columns = table.sources
    if wanted is not None and not table.recipe:
        columns = tuple(column for column in columns if column.name in wanted)
    return _finished(readers.read(path, table, columns), columns, entry, table, check, str(path))


def _finished(
    raw: readers.Raw, columns: tuple[Column, ...], entry: Entry, table: Table, check: bool, origin: str
) -> pd.DataFrame:
    frame = shaping.finish(shaping.shape(raw, columns, f"{entry.name} ({origin})"), entry, table)
    wrong = fingerprint.differences(frame, table.fingerprint) if check else []
    if wrong:
        raise ValueError(
            f"{entry.name}, table {table.name}: what is in {origin} is not what the registry describes; "
            f"{'; '.join(wrong)}. Get it from {entry.source.page}, or read it as it is with check=False"
        )
    return frame


def _downloaded(entry: Entry, table: Table, check: bool) -> pd.DataFrame:
    """Read our own copy; where there is none, make it from the placed file or from a download.

    The copy is made only of what passed the check, and it appears whole or not at all.
    """
    kept = sources.kept(entry)
    if kept.is_file():
        try:
            return _from_file(kept, entry, table, None, check)
        except (KeyError, ValueError) as error:
            raise ValueError(f"our copy {kept} is damaged; delete it and load again. {error}") from error
    with staged(kept.parent) as stage:
        original = sources.placed(entry) or sources.fetch(entry, stage)
        raw = readers.read(original, table, table.sources)
        origin = entry.source.url if original.parent == stage else original
        frame = _finished(raw, table.sources, entry, table, check, str(origin))
        if check:
            pa.parquet.write_table(raw, stage / kept.name)
        if original.parent == stage:
            original.unlink()
    return frame
