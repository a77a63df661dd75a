"""A table as a Word document: caption, three rules as journals want them, notes."""

import io

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from kehu.figures.cells import Sheet
from kehu.figures.package import repack

_LATIN, _EAST_ASIAN = "Times New Roman", "SimSun"
_UPRIGHT = 7  # more columns than this lie across the page
_HEAVY, _LIGHT = 12, 6  # eighths of a point


def write(sheet: Sheet) -> bytes:
    """Lay a table out as a document."""
    document = Document()
    _prepare(document, sheet)
    caption = document.add_paragraph()
    caption.paragraph_format.keep_with_next = True
    _say(caption, sheet.caption, 10.5)
    rows, columns = sheet.texts.shape
    table = document.add_table(rows=rows + 1, cols=columns)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _fill(table, sheet)
    _repeat_on_each_page(table)
    for line in (sheet.notes or "").splitlines():
        _say(document.add_paragraph(), line, 8)
    file = io.BytesIO()
    document.save(file)
    return repack(file.getvalue())


def _prepare(document: DocumentType, sheet: Sheet) -> None:
    """Page, fonts and properties."""
    section = document.sections[0]
    section.page_width, section.page_height = Pt(595.3), Pt(841.9)  # A4
    if sheet.texts.shape[1] > _UPRIGHT:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    normal = document.styles["Normal"]
    normal.font.name = _LATIN
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), _EAST_ASIAN)
    normal.paragraph_format.space_after = Pt(4)
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "kehu", sheet.caption, ""
    properties.language = "zh-CN" if sheet.language == "zh" else "en"


def _fill(table: Table, sheet: Sheet) -> None:
    cells = table._cells  # asking for each cell by row and column takes quadratic time
    columns = len(sheet.formats)
    texts = [*sheet.texts.columns, *sheet.texts.to_numpy().ravel()]
    for place, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(1)
        paragraph.paragraph_format.space_before = Pt(1)
        if sheet.formats[place % columns]:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _say(paragraph, text, 9)
    for cell in cells[:columns]:
        _rule(cell, top=_HEAVY, bottom=_LIGHT)
    for cell in cells[-columns:]:
        _rule(cell, bottom=_HEAVY)


def _say(paragraph: Paragraph, text: str, points: float) -> None:
    paragraph.add_run(text).font.size = Pt(points)


def _rule(cell: _Cell, **sides: int) -> None:
    """Draw lines above and below a cell; sizes in eighths of a point."""
    borders = OxmlElement("w:tcBorders")
    for side, size in sides.items():
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(size)), ("space", "0"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    cell._tc.get_or_add_tcPr().append(borders)


def _repeat_on_each_page(table: Table) -> None:
    """Let the heading row appear again where a table runs over pages."""
    properties = table.rows[0]._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))
