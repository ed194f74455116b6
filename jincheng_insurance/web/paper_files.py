"""Papers as answers: a Word document, or the table of the paper as a workbook, each marked with whose copy it is."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from jincheng_insurance.access.models import User
from jincheng_insurance.sheets.lists import write_list
from jincheng_insurance.web.downloads import DOCX, XLSX, download
from jincheng_insurance.web.formats import moment
from jincheng_insurance.web.paper import Facts, Paper, in_chinese
from jincheng_insurance.web.word import write_word

WORD, EXCEL = "docx", "xlsx"


def paper_file(paper: Paper, wanted: str, *, actor: User) -> HttpResponse:
    """A paper as a Word document or a workbook."""
    if wanted == WORD:
        return word_file(paper, actor=actor)
    data = workbook_of(paper, mark=_mark(paper, actor))
    return download(data, name=f"{paper.file_name}.xlsx", content_type=XLSX)


def word_file(paper: Paper, *, actor: User) -> HttpResponse:
    """A paper as a Word document."""
    data = write_word(paper, mark=_mark(paper, actor))
    return download(data, name=f"{paper.file_name}.docx", content_type=DOCX)


def _mark(paper: Paper, actor: User) -> str:
    return "" if paper.posted else copy_mark(actor)


@in_chinese
def copy_mark(actor: User) -> str:
    """Who took a copy, and when, wherever it turns up (R25)."""
    return _("Copy of %(who)s, %(when)s") % {"who": actor, "when": moment(timezone.now())}


def workbook_of(paper: Paper, *, mark: str = "") -> bytes:
    """The table of a paper as the bytes of an .xlsx, what stands above it as notes."""
    table = paper.tables[0]
    facts = [
        f"{name}：{value}" if isinstance(value, str) else (name, value)
        for block in paper.blocks
        if isinstance(block, Facts)
        for name, value in block.rows
    ]
    return write_list(
        title=paper.title,
        columns=table.columns,
        rows=table.rows,
        total=table.total,
        notes=(paper.number, *facts),
        mark=mark,
    )
