"""Papers as answers: a Word document, or the table of the paper as a workbook."""

from django.http import HttpResponse

from jincheng_insurance.sheets.lists import write_list
from jincheng_insurance.web.downloads import DOCX, XLSX, download
from jincheng_insurance.web.paper import Facts, Paper
from jincheng_insurance.web.word import write_word

WORD, EXCEL = "docx", "xlsx"


def paper_file(paper: Paper, wanted: str) -> HttpResponse:
    """A paper as a Word document or a workbook."""
    if wanted == WORD:
        return word_file(paper)
    return download(workbook_of(paper), name=f"{paper.file_name}.xlsx", content_type=XLSX)


def word_file(paper: Paper) -> HttpResponse:
    """A paper as a Word document."""
    return download(write_word(paper), name=f"{paper.file_name}.docx", content_type=DOCX)


def workbook_of(paper: Paper) -> bytes:
    """The table of a paper as the bytes of an .xlsx, what stands above it as notes."""
    table = paper.tables[0]
    facts = [
        f"{name}：{value}" for block in paper.blocks if isinstance(block, Facts) for name, value in block.rows
    ]
    return write_list(
        title=paper.title,
        columns=table.columns,
        rows=table.rows,
        total=table.total,
        notes=(paper.number, *facts),
    )
