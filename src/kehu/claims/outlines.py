"""Outlines: what the documents describe in words, as tables in both languages, to be drawn as diagrams."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from kehu._files import data_folder
from kehu.frames import closest

__all__ = ["Outline", "outline"]

_LANGUAGES = ("en", "zh")
_WANTED, _OPTIONAL = ("title", "source", "columns", "rows"), ("headings",)


@dataclass(frozen=True)
class Outline:
    """A table of texts in one language, with what is needed to say it in the other.

    Attributes
    ----------
    name, title : str
        Its name in the file, and a title.
    source : str
        Document and section, or keys of the claims.
    table : pandas.DataFrame
        A row an entry; what is blank in the source is missing.
    sources : pandas.Series
        The source of each row; ``table.join(sources)`` has both.
    translations : dict of str to str
        English → Chinese for all texts of the table, as `kehu.figures.save` takes them.
    """

    name: str
    title: str
    source: str
    table: pd.DataFrame = field(repr=False)
    sources: pd.Series = field(repr=False)
    translations: dict[str, str] = field(repr=False)


def outline(name: str, *, language: str = "en", file: str | PathLike[str] | None = None) -> Outline:
    """Read an outline.

    Parameters
    ----------
    name : str
        ``"crm_timeline"``, ``"strategy_loop"``, ``"system_modules"`` or ``"taobao_tmall"``, or one of your
        own file.
    language : {"en", "zh"}
        Language of the table and its title.
    file : path, optional
        A YAML file like ``data/outlines.yaml``, which is read when not given. Each outline has ``title``,
        ``source``, ``columns`` and ``rows``; a text is written ``{en: …, zh: …}``, a blank one ``null``.
        ``headings`` are texts for the columns, a row may have a ``source`` of its own.

    Returns
    -------
    Outline

    Raises
    ------
    KeyError
        If there is no outline of that name.
    ValueError
        If the language is not known, or the file is not as it should be, saying where.

    Notes
    -----
    Facts are those of the documents, named in ``source``; the wording is the project's.

    Examples
    --------
    >>> crm = outline("crm_timeline")
    >>> crm.title, crm.source
    ('How customer relationship management came to be', 'D3.t1')
    >>> crm.table["when"].tolist()
    ['1980s', '1990s', 'early 2000s', None]
    >>> crm.translations["1980s"], outline("crm_timeline", language="zh").table["when"][0]
    ('20世纪80年代', '20世纪80年代')
    """
    if language not in _LANGUAGES:
        raise ValueError(f"language {language!r} is not known; {closest(language, _LANGUAGES)}")
    path = data_folder() / "outlines.yaml" if file is None else Path(file)
    found = _read(path)
    if name not in found:
        raise KeyError(f"there is no outline {name!r} in {path.name}; {closest(name, found)}")
    return _outline(name, _checked(found[name], name), language)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name} is no valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(found, Mapping):
        raise ValueError(f"{path.name} must hold outlines by name, got {type(found).__name__}")
    return found


def _checked(facts: Any, name: str) -> Mapping[str, Any]:
    """Refuse an outline whose parts are not all there, are unknown or are of another kind."""
    if not isinstance(facts, Mapping):
        raise ValueError(f"{name} must have {', '.join(_WANTED)}; got {facts!r}")
    for part in _WANTED:
        if part not in facts:
            raise ValueError(f"{name} has no {part}; it has {', '.join(map(str, facts))}")
    for part in facts:
        if part not in (*_WANTED, *_OPTIONAL):
            raise ValueError(f"{name} has an unknown part {part!r}; {closest(part, (*_WANTED, *_OPTIONAL))}")
    for part in ("columns", "rows"):
        if not isinstance(facts[part], list) or not facts[part]:
            raise ValueError(f"{part} of {name} must be a list that is not empty, got {facts[part]!r}")
    return facts


def _outline(name: str, facts: Mapping[str, Any], language: str) -> Outline:
    columns, translations = [str(column) for column in facts["columns"]], {}

    def said(text: Any, where: str) -> str | None:
        pair = _pair(text, where)
        if pair is None:
            return None
        english, chinese = pair
        if translations.setdefault(english, chinese) != chinese:
            raise ValueError(
                f"{where}: {english!r} is {chinese!r} here and {translations[english]!r} elsewhere; "
                "give a text one translation"
            )
        return english if language == "en" else chinese

    given = facts.get("headings") or {}
    for column in given:
        if column not in columns:
            raise ValueError(f"headings of {name}: no column {column!r}; {closest(column, columns)}")
    rows, sources = [], []
    for place, row in enumerate(facts["rows"], start=1):
        where = f"row {place} of {name}"
        if not isinstance(row, Mapping):
            raise ValueError(f"{where} must have {', '.join(columns)}; got {row!r}")
        for column in columns:
            if column not in row:
                raise ValueError(f"{where} has no {column!r}; write null for what is blank in the source")
        for column in row:
            if column not in (*columns, "source"):
                raise ValueError(f"{where} has an unknown column {column!r}; {closest(column, columns)}")
        rows.append([said(row[column], f"{column} in {where}") for column in columns])
        sources.append(str(row.get("source", facts["source"])))
    headings = [said(given.get(column), f"heading {column!r} of {name}") or column for column in columns]
    if len(set(headings)) < len(headings):
        raise ValueError(f"{name} has two columns of one name: {', '.join(headings)}")
    title = said(facts["title"], f"title of {name}")
    if title is None:
        raise ValueError(f"title of {name} is blank; write {{en: …, zh: …}}")
    table = pd.DataFrame(rows, columns=headings, dtype=object)
    sides = pd.Series(sources, name="source", dtype=object)
    return Outline(name, title, str(facts["source"]), table, sides, translations)


def _pair(text: Any, where: str) -> tuple[str, str] | None:
    """The two languages of a text."""
    if text is None:
        return None
    if not isinstance(text, Mapping) or sorted(text) != ["en", "zh"]:
        raise ValueError(f"{where} must be written {{en: …, zh: …}}, got {text!r}")
    for language in _LANGUAGES:
        if not isinstance(text[language], str) or not text[language].strip():
            raise ValueError(f"{where} must have a text in {language!r}, got {text[language]!r}")
    return text["en"].strip(), text["zh"].strip()
