"""Data cards: what a reader must know about a data set, in a terminal, a notebook and ``data/README.md``."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from kehu.datasets import fingerprint
from kehu.datasets.registry import LANGUAGES, Entry, Table, entries
from kehu.frames import closest

_WIDTH = 100
_ADDRESS = re.compile(r"(https://[^\s,;]*[\w/])")

_WORDS = {
    "what": ("What it is", "内容"),
    "provenance": ("Provenance", "来源性质"),
    "period": ("Period", "时间范围"),
    "licence": ("Licence", "许可"),
    "where": ("Where it is", "出处"),
    "cite": ("Cite", "引用"),
    "tables": ("Tables", "数据表"),
    "check": ("Fingerprint", "指纹"),
    "problems": ("Known problems", "已知问题"),
    "rows": ("{} rows", "{} 行"),
    "some rows": ("rows as in your file", "行数依文件而定"),
    "unstated": ("not stated", "未注明"),
    "real": ("real", "真实"),
    "disputed": ("provenance disputed", "来源有争议"),
    "simulated": ("simulated", "模拟"),
    "package": ("package {}, installed with kehu[data]", "Python 包 {}（随 kehu[data] 安装）"),
    "download": ("downloaded on first use", "首次使用时下载"),
    "local": ("a file that you get yourself", "需自行获取的文件"),
}


def say(word: str, language: str) -> str:
    """Return a word of the cards in one of the two languages."""
    return _WORDS[word][LANGUAGES.index(language)]


def check_language(language: str) -> None:
    """Refuse a language that the cards do not speak."""
    if language not in LANGUAGES:
        raise ValueError(f"there is no language {language!r}; {closest(language, LANGUAGES)}")


@dataclass(frozen=True, repr=False)
class Card:
    """What is known about a data set.

    Prints as plain text, and as a table in a notebook.

    Attributes
    ----------
    name : str
        Name of the data set, as in :func:`kehu.datasets.load`.
    language : {"en", "zh"}
        Language of the card.
    """

    name: str
    language: str = "en"

    @property
    def _entry(self) -> Entry:
        return entries()[self.name]

    @property
    def title(self) -> str:
        """Title of the data set."""
        return self._entry.title[self.language]

    @property
    def provenance(self) -> str:
        """``real``, ``provenance disputed`` or ``simulated``."""
        return say(self._entry.provenance, self.language)

    @property
    def columns(self) -> pd.DataFrame:
        """Every column of every table: table, column, name in the file, kind, meaning."""
        rows = [
            (table.name, column.name, column.source, column.kind, column.meaning[self.language])
            for table in self._entry.tables.values()
            for column in table.columns
        ]
        return pd.DataFrame(rows, columns=["table", "column", "in_file", "kind", "meaning"])

    def _facts(self) -> Iterator[tuple[str, list[str]]]:
        """Heading and points of each part, in the card's language."""
        entry, language = self._entry, self.language
        word = {key: say(key, language) for key in _WORDS}
        colon, stop, comma, dash = (
            (": ", ". ", "; ", " to ") if language == "en" else ("：", "。", "；", " 至 ")
        )
        yield word["what"], [entry.what[language]]
        yield word["provenance"], [f"{self.provenance}{stop}{entry.provenance_note[language]}"]
        yield word["period"], [dash.join(entry.period) if entry.period else word["unstated"]]
        yield word["licence"], [entry.licence[language]]
        where = word[entry.source.kind].format(entry.source.package)
        yield word["where"], [f"{where}{colon}{entry.source.page}"]
        yield word["cite"], [entry.citation]
        yield word["tables"], [self._table(table) for table in entry.tables.values()]
        measures = fingerprint.describe(entry.main.fingerprint, language)
        yield word["check"], [f"{entry.main.name}{colon}{comma.join(measures)}"]
        yield word["problems"], [problem[language] for problem in entry.problems]

    def _table(self, table: Table) -> str:
        rows = "some rows" if table.rows is None else "rows"
        counted = say(rows, self.language).format(fingerprint.show(table.rows))
        names = ", ".join(column.name for column in table.columns)
        form = "{} – {}; {}: {}" if self.language == "en" else "{} – {}；{}：{}"
        return form.format(table.name, table.about[self.language], counted, names)

    def __str__(self) -> str:
        lines = [f"{self.title}  [{self.name}]  – {self.provenance}"]
        lines.append("=" * _columns_wide(lines[0]))
        facts = list(self._facts())
        margin = max(_columns_wide(heading) for heading, _ in facts) + 2
        for heading, points in facts:
            mark = "- " if len(points) > 1 else ""
            for number, point in enumerate(points):
                first = heading if number == 0 else ""
                for row, piece in enumerate(_wrapped(point, _WIDTH - margin - len(mark))):
                    lead = (first if row == 0 else "", mark if row == 0 else " " * len(mark))
                    lines.append(lead[0] + " " * (margin - _columns_wide(lead[0])) + lead[1] + piece)
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        parts = [f"### {self.title} (`{self.name}`) – {self.provenance}", ""]
        for heading, points in self._facts():
            if len(points) == 1:
                parts.append(f"- **{heading}**: {points[0]}")
            else:
                parts.append(f"- **{heading}**:")
                parts += [f"    - {point}" for point in points]
        return "\n".join(parts) + "\n"

    def _repr_html_(self) -> str:
        left = "text-align:left;vertical-align:top"
        rows = "".join(
            f'<tr><th style="{left};white-space:nowrap;padding-right:1em">{html.escape(heading)}</th>'
            f'<td style="{left}">{_html_points(points)}</td></tr>'
            for heading, points in self._facts()
        )
        head = f"{html.escape(self.title)} <code>{self.name}</code> – {html.escape(self.provenance)}"
        return f'<div lang="{self.language}"><h4>{head}</h4><table>{rows}</table></div>'


def _html_points(points: list[str]) -> str:
    shown = [_ADDRESS.sub(r'<a href="\1">\1</a>', html.escape(point)) for point in points]
    if len(shown) == 1:
        return shown[0]
    return f'<ul style="margin:0;padding-left:1.2em">{"".join(f"<li>{point}</li>" for point in shown)}</ul>'


def _columns_wide(text: str) -> int:
    """Width in a terminal, where a Chinese character takes two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Break a text at blanks and between Chinese characters."""
    line = ""
    for piece in re.findall(r"[^\s\u2e80-\uffef]+\s*|[\u2e80-\uffef]\s*|\s+", text):
        if line and _columns_wide(line + piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece
    yield line.rstrip()


_BEGIN, _END = "<!-- cards: written by python -m kehu.datasets -->\n", "<!-- end of cards -->"


def with_cards(page: str) -> str:
    """Replace the cards in the text of ``data/README.md`` by those of the registry."""
    before, rest = page.split(_BEGIN)
    after = rest.split(_END)[1]
    cards = []
    for name, entry in entries().items():
        chinese = f"中文：{entry.title['zh']}。{entry.what['zh']}（{say(entry.provenance, 'zh')}）"
        cards.append(f"{Card(name)._repr_markdown_()}\n{chinese}\n")
    return before + _BEGIN + "\n" + "\n".join(cards) + "\n" + _END + after
