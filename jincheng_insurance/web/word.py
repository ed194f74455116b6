"""Papers as Word documents: A4, Song and FangSong type, tables whose numbers stand to the right and whose heads repeat,
page numbers. `write_word` does a whole paper; the smaller functions serve reports that are put together otherwise."""

import datetime
import io
import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape  # nosec B406

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from jincheng_insurance.web.paper import Chart, Facts, Paper, Signatures, Steps, Table, Text
from jincheng_insurance.web.word_chart import add_line_chart

BODY_FONT = "仿宋"
HEAD_FONT = "宋体"
LATIN_FONT = "Times New Roman"
FULL_WIDTH = "5000"  # fiftieths of a per cent
SPACE = 8
BODY_SIZE, LARGE_SIZE, TITLE_SIZE, TABLE_SIZE, MARK_SIZE = 12, 18, 20, 10.5, 8
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
BLANK_DAY = "　　　　年　　月　　日"


def new_document(*, title: str = "", large: bool = False) -> Any:
    """An empty A4 document in our type, with page numbers at its foot and no name of an author or a tool."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(30), Mm(25)
    section.left_margin, section.right_margin = Mm(26), Mm(24)
    normal = document.styles["Normal"]
    normal.font.size = Pt(LARGE_SIZE if large else BODY_SIZE)
    set_fonts(normal.element.get_or_add_rPr(), BODY_FONT)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = plain_text(title), "", ""
    properties.last_modified_by = ""
    properties.created = properties.modified = datetime.datetime.now(datetime.UTC)
    add_page_numbers(section)
    return document


def set_fonts(run_properties: Any, east_asian: str) -> None:
    """Set the type of Chinese and of Latin characters on a style or run."""
    fonts = run_properties.get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), east_asian)
    for name in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(name), LATIN_FONT)


def plain_text(text: str) -> str:
    """Text without the characters that XML can't hold."""
    return NOT_IN_XML.sub("", text)


def add_title(document: Any, title: str, number: str = "") -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, title, font=HEAD_FONT, size=TITLE_SIZE, bold=True)
    if number:
        under = document.add_paragraph()
        under.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(under, number)


def add_heading(document: Any, heading: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(8), Pt(4)
    paragraph.paragraph_format.keep_with_next = True
    _run(paragraph, heading, font=HEAD_FONT, bold=True)


def add_text(document: Any, paragraphs: Sequence[str], *, indented: bool = True) -> None:
    for text in paragraphs:
        paragraph = document.add_paragraph()
        size = document.styles["Normal"].font.size
        if indented:
            paragraph.paragraph_format.first_line_indent = size * 2
        paragraph.paragraph_format.line_spacing = 1.5
        paragraph.paragraph_format.space_after = Pt(4)
        _run(paragraph, text)


def add_facts(document: Any, rows: Sequence[tuple[str, str]]) -> None:
    """Names and values as a table of two columns without a head."""
    add_table(document, (), [((name, False), (value, False)) for name, value in rows], first_bold=True)


def add_table(
    document: Any,
    titles: Sequence[tuple[str, bool]],
    rows: Sequence[Sequence[tuple[str, bool]]],
    *,
    total: Sequence[tuple[str, bool]] = (),
    first_bold: bool = False,
) -> None:
    """A ruled table; each cell is its text and whether it is a number. Its head repeats on every page, and no row is
    torn apart. Rows are written as XML at once: python-docx's own cells would take seconds for a thousand rows."""
    width = len(titles) or max((len(row) for row in rows), default=1)
    table = document.add_table(rows=0, cols=width)
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    set_full_width(table)
    if titles:
        table._tbl.append(_row(titles, bold=True, head=True))
    for row in rows:
        table._tbl.append(_row(row, first_bold=first_bold))
    if total:
        table._tbl.append(_row(total, bold=True))


def set_full_width(table: Any) -> None:
    """As wide as the text, never wider: what the columns share among them."""
    width = table._tbl.tblPr.find(qn("w:tblW"))
    width.set(qn("w:type"), "pct")
    width.set(qn("w:w"), FULL_WIDTH)


def add_space(document: Any) -> None:
    """A low paragraph that sets off what follows a table; Word joins two that touch."""
    apart = document.add_paragraph().paragraph_format
    apart.space_before = apart.space_after = Pt(0)
    apart.line_spacing = Pt(SPACE)


def add_signatures(document: Any, parties: Sequence[str]) -> None:
    """A line to sign for each party, and the day beside it."""
    for party in parties:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(14)
        paragraph.paragraph_format.keep_together = True
        _run(paragraph, f"{party}：________________　　{BLANK_DAY}")


def add_closing(document: Any, lines: Sequence[str]) -> None:
    for line in lines:
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _run(paragraph, line)


def add_page_numbers(section: Any) -> None:
    """— 1 — at the foot of every page."""
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("— ")
    for kind, instruction in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = instruction
        run._r.append(element)
    paragraph.add_run(" —")


def add_mark(document: Any, mark: str) -> None:
    """Whose copy it is, small at the foot of every page and in the document's properties; nothing where it is ""."""
    if not mark:
        return
    document.core_properties.comments = plain_text(mark)
    paragraph = document.sections[0].footer.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, mark, size=MARK_SIZE)


def write_word(paper: Paper, *, mark: str = "") -> bytes:
    """A paper as the bytes of a .docx; `mark` says whose copy it is."""
    document = new_document(title=paper.title, large=paper.large)
    add_mark(document, mark)
    add_title(document, paper.title, paper.number)
    after_table = False
    for block in paper.blocks:
        if isinstance(block, Steps):
            continue
        if after_table and not isinstance(block, Signatures) and not block.heading:
            add_space(document)
        after_table = isinstance(block, Facts | Table)
        if not isinstance(block, Signatures) and block.heading:
            add_heading(document, block.heading)
        if isinstance(block, Text):
            add_text(document, block.paragraphs)
        elif isinstance(block, Facts):
            add_facts(document, block.shown)
        elif isinstance(block, Table):
            add_table(document, block.titles, block.shown, total=block.shown_total)
        elif isinstance(block, Chart):
            add_line_chart(document, block)
        else:
            add_signatures(document, block.parties)
    if after_table and not paper.closing:
        add_space(document)
    add_closing(document, paper.closing)
    return document_bytes(document)


def document_bytes(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _run(
    paragraph: Any, text: str, *, font: str = BODY_FONT, size: float | None = None, bold: bool = False
) -> None:
    run = paragraph.add_run(plain_text(text))
    run.bold = bold
    if size is not None:
        run.font.size = Pt(size)
    set_fonts(run._r.get_or_add_rPr(), font)


def _row(
    cells: Sequence[tuple[str, bool]], *, bold: bool = False, head: bool = False, first_bold: bool = False
) -> Any:
    written = "".join(
        _cell(text, number=number, bold=bold or (first_bold and place == 0))
        for place, (text, number) in enumerate(cells)
    )
    repeat = "<w:tblHeader/>" if head else ""
    return parse_xml(f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/>{repeat}</w:trPr>{written}</w:tr>")


def _cell(text: str, *, number: bool, bold: bool) -> str:
    fonts = f'<w:rFonts w:ascii="{LATIN_FONT}" w:hAnsi="{LATIN_FONT}" w:eastAsia="{BODY_FONT}"/>'
    size = f'<w:sz w:val="{int(TABLE_SIZE * 2)}"/>'
    return (
        '<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/></w:tcPr><w:p><w:pPr><w:spacing w:before="20" w:after="20"/>'
        f'<w:jc w:val="{"right" if number else "left"}"/></w:pPr><w:r><w:rPr>{fonts}{"<w:b/>" if bold else ""}'
        f'{size}</w:rPr><w:t xml:space="preserve">{escape(plain_text(text))}</w:t></w:r></w:p></w:tc>'
    )
