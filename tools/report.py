"""The report: every executed notebook as a page, and a contents page. Nothing in it needs a network."""

import html
import os
import re
import shutil
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
from bs4 import BeautifulSoup
from jinja2 import pass_context
from latex2mathml.converter import convert as mathml
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from kehu._files import staged
from tools.plan import number

STYLE = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
PARTS = ((0, "Start here", "从这里开始"), (10, "Methods on real data", "方法"), (99, "Cases", "案例"))
# Pictures and text; what needs a script to be seen is left out.
SHOWN = ["text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain"]
NUMBER = re.compile(r"[-+−–±<>≈$¥€£]*[\d.,:%\s…-]*([eE][-+]?\d+)?%?|nan|NaN|None|inf|-inf", re.I)


class Renderer(IPythonRenderer):
    """Markdown of a notebook with formulas as MathML, and links that lead on from the report."""

    def __init__(self, moved: Callable[[str], str], attachments: dict[str, dict[str, str]]) -> None:
        super().__init__(escape=False, attachments=attachments, anchor_link_text="")
        self.moved = moved

    def block_math(self, body: str) -> str:
        return formula(body, "block")

    def inline_math(self, body: str) -> str:
        return formula(body, "inline")

    def latex_environment(self, name: str, body: str) -> str:
        return formula(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, self.moved(url), title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return super().image(text, self.moved(url), title)


class Exporter(HTMLExporter):
    """The body of a page, without the scripts that nbconvert's own pages fetch."""

    def __init__(self, moved: Callable[[str], str]) -> None:
        config = Config({"NbConvertBase": {"display_data_priority": SHOWN}})
        super().__init__(config=config, template_name="basic", exclude_output_prompt=True)
        self.log.setLevel("ERROR")
        self.moved = moved

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        attachments = context.get("cell", {}).get("attachments", {})
        return MarkdownWithMath(renderer=Renderer(self.moved, attachments)).render(source)


def formula(tex: str, display: str) -> str:
    r"""MathML of a formula; as written when it holds a command that latex2mathml does not know."""
    known = re.sub(r"\\arg\b", r"\\operatorname{arg}", tex.replace("{aligned}", "{split}"))
    try:
        converted = mathml(known, display=display)
    except Exception:  # noqa: BLE001 (it raises KeyError, IndexError and more of its own)
        converted = None
    if converted is None or re.search(r"<mi>(\\|&<)", converted):
        return f'<code class="tex">{html.escape(tex)}</code>'
    return converted


def move(url: str, source: Path, report: Path) -> str:
    """A link of a notebook as seen from the report: notebooks to their pages, other files where they are."""
    file, mark, place = url.partition("#")
    if not file or re.match(r"[a-z][a-z0-9+.-]*:|/", file, re.I):
        return url
    if file.endswith(".ipynb") and "/" not in file:
        file = file.removesuffix(".ipynb") + ".html"
    else:
        file = Path(os.path.relpath(source / file, report)).as_posix()
    return file + mark + place


def write(copies: Path, report: Path, figures: Path, *, source: Path, language: str = "en") -> Path:
    """Write the report of the executed notebooks in ``copies``; the contents page is returned."""
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in sorted(copies.glob("*.ipynb"))}
    exporter = Exporter(lambda url: move(url, source, report))
    names = list(notebooks)
    with staged(report.parent) as stage:
        pictures = stage / report.name / "figures"
        pictures.mkdir(parents=True)
        cards = []
        for place, (name, notebook) in enumerate(notebooks.items()):
            around = (names[place - 1] if place else None, names[place + 1] if name != names[-1] else None)
            (pictures.parent / f"{name}.html").write_text(
                page(name, notebook, exporter, around), encoding="utf-8"
            )
            own = pictures_of(name, figures, language)
            for picture in own:
                shutil.copyfile(picture, pictures / picture.name)
            cards.append((name, card(name, notebook, [picture.name for picture in own])))
        (pictures.parent / "index.html").write_text(contents(cards), encoding="utf-8")
        shutil.rmtree(report, ignore_errors=True)
    return report / "index.html"


def pictures_of(name: str, figures: Path, language: str) -> list[Path]:
    """Figures whose number is the notebook's, in one language."""
    own = sorted(figures.glob(f"{number(Path(name))}_*.png"))
    return [path for path in own if path.name.endswith(".zh.png") == (language == "zh")]


def page(name: str, notebook: NotebookNode, exporter: Exporter, around: tuple[str | None, str | None]) -> str:
    prepare(notebook)
    body = aligned(exporter.from_notebook_node(notebook)[0])
    links = ['<a href="index.html">Contents 目录</a>']
    links += [
        f'<a href="{other}.html">{arrow} {other}</a>'
        for other, arrow in zip(around, "←→", strict=True)
        if other
    ]
    error = outcome(notebook).get("error")
    note = ""
    if error:
        place = next((cell.id for cell in notebook.cells if has_error(cell)), None)
        where = html.escape(outcome(notebook)["cell"])
        link = f'<a href="#cell-id={place}">{where}</a>' if place else where
        note = f'<p class="note">This notebook failed in {link}: {html.escape(error)}</p>'
    top = f"""<nav>{"".join(links)}</nav>
<label><input type="checkbox" id="hide"> Hide code 隐藏代码</label>"""
    return document(title(notebook) or name, top, f"{note}{body}")


def prepare(notebook: NotebookNode) -> None:
    """Name charts after the heading above them, set formulas among the outputs, drop what needs a script."""
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = [heading, *re.findall(r"^#+ +(.+)$", cell.source, re.M)][-1]
        if cell.cell_type != "code":
            continue
        cell.metadata.setdefault("alt", f"Chart: {heading}")
        for output in cell.outputs:
            data = output.get("data", {})
            if "text/latex" in data and "text/html" not in data:
                data["text/html"] = formula(data["text/latex"].strip().strip("$"), "block")
        cell.outputs = [output for output in cell.outputs if can_be_shown(output)]


def can_be_shown(output: NotebookNode) -> bool:
    return "data" not in output or any(kind in output.data for kind in SHOWN)


def aligned(body: str) -> str:
    """Mark the columns of tables that hold words, to be set left; numbers stay right."""
    soup = BeautifulSoup(body, "html.parser")
    for table in soup.select("table"):
        rows = [row.find_all(["th", "td"]) for row in table.find_all("tr")]
        for column in zip(*(row for row in rows if len(row) == len(rows[-1])), strict=True):
            if any(cell.name == "td" and not NUMBER.fullmatch(cell.text.strip()) for cell in column):
                for cell in column:
                    cell["class"] = [*cell.get("class", []), "words"]
    return str(soup)


def has_error(cell: NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", ()))


def outcome(notebook: NotebookNode) -> dict[str, Any]:
    return notebook.metadata.get("kehu", {})


def title(notebook: NotebookNode) -> str:
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = re.search(r"^# +(.+)$", text, re.M)
    return plain(found[1]) if found else ""


def summary(notebook: NotebookNode) -> str:
    """The paragraph after the words 中文摘要."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    _, _, after = text.partition("中文摘要")
    paragraphs = (plain(part) for part in re.split(r"\n\s*\n", re.sub(r"^[ >]+", "", after, flags=re.M)))
    return next((paragraph for paragraph in paragraphs if paragraph), "")


def plain(markdown: str) -> str:
    """Markdown as bare text."""
    linked = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return re.sub(r"\s+", " ", re.sub(r"[*`]+|(?<!\w)_+|_+(?!\w)", "", linked)).strip(" *:：#")


def card(name: str, notebook: NotebookNode, pictures: list[str]) -> str:
    went = outcome(notebook)
    state, kind = f"{went.get('seconds', 0):.0f} s", ""
    if went.get("warnings"):
        state += f" · {went['warnings']} warnings"
    if went.get("error"):
        state, kind = f"failed in {went['cell']}: {went['error']}", " bad"
    lines = [f'<p class="zh" lang="zh">{html.escape(text)}</p>' for text in [summary(notebook)] if text]
    changed = [
        cell.source for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", ())
    ]
    lines += [f"<pre>{html.escape(source)}</pre>" for source in changed]
    lines.append(f'<p class="state{kind}">{name} · {html.escape(state)}</p>')
    links = "".join(
        f'<a href="figures/{p}"><img src="figures/{p}" alt="{Path(p).stem}" loading="lazy"></a>'
        for p in pictures
    )
    lines += [f'<div class="figures">{links}</div>'] if links else []
    heading = f'<a href="{name}.html">{html.escape(title(notebook) or name)}</a>'
    return f'<li class="card"><h3>{heading}</h3>{"".join(lines)}</li>'


def contents(cards: list[tuple[str, str]]) -> str:
    """The contents page, grouped by the notebooks' numbers."""
    body = "<h1>kehu 客户</h1>"
    for (_, english, chinese), group in groupby(cards, key=lambda pair: part(pair[0])):
        body += f'<h2>{english} <span lang="zh">{chinese}</span></h2>'
        body += f'<ul class="cards">{"".join(text for _, text in group)}</ul>'
    return document("kehu 客户", "<span>Report 报告</span>", body)


def part(name: str) -> tuple[int, str, str]:
    digits = number(Path(name))
    return next((part for part in PARTS if digits.isdigit() and int(digits) <= part[0]), PARTS[-1])


def document(name: str, top: str, body: str) -> str:
    colours = HtmlFormatter(style="default").get_style_defs(".highlight")
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(name)}</title><style>{STYLE}{colours}</style></head>
<body><div class="top">{top}</div><main>{body}</main></body></html>
"""
