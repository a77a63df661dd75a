"""The words of charts and tables, in English and Chinese, from one catalogue (``labels.csv``).

A row of the catalogue is a key and the same text in both languages. A text may be a template with
``{names}`` for numbers, for words of the catalogue and (``{what}``) for names from the data. A key without
a dot is a column of a result table, and its text the column's heading.
"""

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kehu.figures import numerals
from kehu.frames import closest

LANGUAGES = ("en", "zh")
_NAME = re.compile(r"\{(\w+)\}")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Read the catalogue: key → language → text."""
    with (Path(__file__).parent / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["key"]: {language: row[language] for language in LANGUAGES} for row in rows}


def check_language(language: str) -> str:
    """Refuse a language the catalogue does not have."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is not known; {closest(language, LANGUAGES)}")
    return language


def say(key: str, language: str = "en", **values: Any) -> str:
    """Look up a text of the catalogue.

    Parameters
    ----------
    key : str
        Key of the catalogue.
    language : {"en", "zh"}
        Language of the text.
    **values
        What to put in for the names of a template.

    Returns
    -------
    str
        The text.

    Raises
    ------
    KeyError
        If the catalogue has no such key.
    ValueError
        If the language is not known.

    Examples
    --------
    >>> say("n_orders"), say("n_orders", "zh"), say("note.median", "zh", value="27.5")
    ('Orders', '订单数', '中位数 27.5')
    """
    check_language(language)
    if key not in catalogue():
        raise KeyError(f"the catalogue has no text {key!r}; {closest(key, catalogue())}")
    return catalogue()[key][language].format(**values)


def heading(column: object, language: str = "en", translations: Mapping[str, str] | None = None) -> str:
    """Heading of a table column: the catalogue's text, or the name itself where it has none.

    Examples
    --------
    >>> heading("n_customers", "zh"), heading("shop")
    ('客户数', 'shop')
    """
    name = str(column)
    if language == "zh" and translations and name in translations:
        return translations[name]
    return catalogue().get(name, {}).get(language, name)


def translate(text: str, language: str, translations: Mapping[str, str] | None = None) -> str:
    """Say a finished text in the other language, if it is one of ours.

    Parameters
    ----------
    text : str
        A text of the catalogue, also a template with its values filled in, in either language; or several
        such lines. Numbers filled in are written anew (1.2M, 120万).
    language : {"en", "zh"}
        Language wanted.
    translations : mapping of str to str, optional
        Texts that are not in the catalogue: English → Chinese.

    Returns
    -------
    str
        The text in that language; anything else comes back as it is.

    Examples
    --------
    >>> translate("Median 1.2M", "zh"), translate("中位数 120万", "en"), translate("Tea", "zh")
    ('中位数 120万', 'Median 1.2M', 'Tea')
    """
    known = _word(text, language, translations) or _sentence(text, language, translations)
    if known is None and "\n" in text:
        return "\n".join(translate(line, language, translations) for line in text.split("\n"))
    return text if known is None else known


def translate_name(text: str, language: str, translations: Mapping[str, str] | None) -> str:
    r"""Say a name from the data in the other language, if its translation was given.

    Charts put blanks around names and break them into lines; these do not count.

    Examples
    --------
    >>> translate_name(" green\ntea ", "zh", {"green tea": "绿茶"}), translate_name("Orders", "zh", {})
    (' 绿茶 ', 'Orders')
    """
    plain = " ".join(text.split())
    for english, chinese in (translations or {}).items():
        if plain in (english, chinese):
            return text.replace(text.strip(), english if language == "en" else chinese)
    return text


def _word(text: str, language: str, translations: Mapping[str, str] | None) -> str | None:
    for english, chinese in (translations or {}).items():
        if text in (english, chinese):
            return english if language == "en" else chinese
    return _finished()[language].get(text)


def _sentence(text: str, language: str, translations: Mapping[str, str] | None) -> str | None:
    """Translate a template with its values; not a text that only begins like one ("Mean age")."""
    source = "en" if language == "zh" else "zh"
    for pattern, key in _templates()[source]:
        match = pattern.fullmatch(text)
        if match:
            found = match.groupdict().items()
            values = {name: _value(name, value, language, translations) for name, value in found}
            if None not in values.values():
                return say(key, language, **values)
    return None


def _value(name: str, value: str, language: str, translations: Mapping[str, str] | None) -> str | None:
    """A number or a word in the other language; ``{what}`` may be any name from the data."""
    number = numerals.rewrite(value, language) if numerals.is_number(value) else None
    return number or _word(value, language, translations) or (value if name == "what" else None)


@cache
def _finished() -> dict[str, dict[str, str]]:
    """Language wanted → text in any language → text wanted; for texts without names to fill in."""
    plain = [texts for texts in catalogue().values() if not _NAME.search(texts["en"])]
    return {want: {texts[have]: texts[want] for texts in plain for have in LANGUAGES} for want in LANGUAGES}


@cache
def _templates() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    """Language → patterns of its templates, those with the most fixed text first."""
    found = {}
    for language in LANGUAGES:
        texts = {key: texts[language] for key, texts in catalogue().items() if _NAME.search(texts[language])}
        order = sorted(texts, key=lambda key, texts=texts: -len(_NAME.sub("", texts[key])))
        found[language] = [(_pattern(texts[key]), key) for key in order]
    return found


def _pattern(template: str) -> re.Pattern[str]:
    parts = _NAME.split(template)
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = (f"(?P<{name}>.+)" for name in parts[1::2])
    return re.compile("".join(parts))
