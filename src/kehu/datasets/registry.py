"""The registry: what is known about each data set, read from ``data/datasets.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from kehu._files import data_folder
from kehu.frames import closest

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Column:
    """One column of a table: its name here, its name in the file, how it is read, what it means."""

    name: str
    source: str | None
    kind: str
    meaning: Mapping[str, str]
    levels: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    optional: bool = False
    measures: str | None = None


@dataclass(frozen=True)
class Table:
    """One table of a data set: where it lies, its columns, and what it must contain."""

    name: str
    about: Mapping[str, str]
    columns: tuple[Column, ...]
    helpers: tuple[Column, ...]
    fingerprint: Mapping[str, Any]
    file: str | None = None
    header: bool = True
    lines: str | None = None
    recipe: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int | None:
        """Number of rows, or None where it depends on the user's file."""
        return self.fingerprint.get("rows")

    @property
    def sources(self) -> tuple[Column, ...]:
        """The columns that are read from the file."""
        return tuple(column for column in self.columns + self.helpers if column.source)


@dataclass(frozen=True)
class Source:
    """Where a data set comes from: a package, a download, or a file that the user gets."""

    kind: str
    page: str
    package: str | None = None
    url: str | None = None
    files: tuple[str, ...] = ()
    how: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Entry:
    """All that is known about one data set; texts are mappings of language to text."""

    name: str
    title: Mapping[str, str]
    what: Mapping[str, str]
    provenance: str
    provenance_note: Mapping[str, str]
    licence: Mapping[str, str]
    source: Source
    citation: str
    problems: tuple[Mapping[str, str], ...]
    tables: Mapping[str, Table]
    period: tuple[str, str] | None

    @property
    def main(self) -> Table:
        """The table that is loaded when none is named."""
        return next(iter(self.tables.values()))

    def table(self, name: str | None) -> Table:
        """Return the table of that name, the main one for None."""
        if name is None:
            return self.main
        if name not in self.tables:
            raise KeyError(f"{self.name} has no table {name!r}; {closest(name, self.tables)}")
        return self.tables[name]


@cache
def entries() -> dict[str, Entry]:
    """Return all data sets by name."""
    text = (data_folder() / "datasets.yaml").read_text(encoding="utf-8")
    return {name: _entry(name, facts) for name, facts in yaml.safe_load(text).items()}


def entry(name: str) -> Entry:
    """Return the data set of that name."""
    known = entries()
    if name not in known:
        raise KeyError(f"there is no data set {name!r}; {closest(name, known)}")
    return known[name]


def _entry(name: str, facts: dict[str, Any]) -> Entry:
    period = facts.pop("period", None)
    source = facts.pop("source")
    return Entry(
        name=name,
        source=Source(**{**source, "files": tuple(source.get("files", ()))}),
        problems=tuple(facts.pop("problems")),
        tables={key: _table(key, table) for key, table in facts.pop("tables").items()},
        period=(str(period[0]), str(period[1])) if period else None,
        **facts,
    )


def _table(name: str, facts: dict[str, Any]) -> Table:
    named = {key: facts.pop(key) for key in ("file", "header", "lines", "recipe") if key in facts}
    return Table(
        name=name,
        about=facts.pop("about"),
        columns=_columns(facts.pop("columns")),
        helpers=_columns(facts.pop("helpers", {})),
        fingerprint=facts.pop("fingerprint"),
        facts=facts,
        **named,
    )


def _columns(facts: dict[str, dict[str, Any]]) -> tuple[Column, ...]:
    return tuple(
        Column(
            name=name,
            source=None if column["kind"] == "made" else column.get("from", name),
            kind=column["kind"],
            meaning=dict(zip(LANGUAGES, column.get("is", ("", "")), strict=True)),
            levels=tuple(column.get("levels", ())),
            formats=tuple(column.get("formats", ())),
            optional=column.get("optional", False),
            measures=column.get("measures"),
        )
        for name, column in facts.items()
    )
