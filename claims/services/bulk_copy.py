"""The annotated copy of an uploaded claims workbook, to be mended and uploaded again."""

import tempfile
from contextlib import ExitStack
from typing import IO

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.bulk.columns import TEXT_FIELDS, layout_of
from claims.bulk.texts import text_of
from claims.models import ClaimImport, ClaimRow
from claims.services.bulk import LANE
from enrollment.roster.columns import REASONS_TITLES
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.sealed_files import opened_sealed
from jincheng_insurance.audit.services import record
from jincheng_insurance.sheets.annotated import Copy, Note, Words, write_annotated
from jincheng_insurance.sheets.problems import SheetError
from jincheng_insurance.sheets.reading import suffix_of

BATCH = 5000


def annotated_copy(*, claim_import: ClaimImport, actor: User) -> IO[bytes]:
    """The upload as .xlsx with its problems marked, in the language of the actor, as a temporary file that is gone
    when closed. It holds full numbers: each copy is on record before it is made. Refused before the check has ended,
    and when the upload or its checked rows are no longer kept."""
    with transaction.atomic(durable=True):
        LANE.require(actor, claim_import)
        notes = _notes(claim_import)
        record("download_annotated_copy", actor=actor, on=claim_import, facts={"rows": len(notes)})
    copy = Copy(layout_of, TEXT_FIELDS, REASONS_TITLES)
    words = Words(gettext("What is wrong"), gettext("Claims check"))
    with ExitStack() as stack:
        out = stack.enter_context(tempfile.TemporaryFile())
        try:
            with opened_sealed(claim_import.stored_as, suffix=suffix_of(claim_import.file_name)) as path:
                write_annotated(path, out, notes=notes, copy=copy, words=words)
        except FileNotFoundError as error:
            raise Refused(_("The uploaded file is no longer kept. Upload it again.")) from error
        except SheetError as error:
            raise Refused(str(error)) from error
        out.seek(0)
        stack.pop_all()
    return out


def _notes(claim_import: ClaimImport) -> dict[tuple[str, int], list[Note]]:
    """What the check has found, by sheet and row."""
    rows = ClaimRow.objects.filter(claim_import=claim_import)
    if not rows.exists():
        raise Refused(_("There is nothing to annotate: this import has no checked rows."))
    found = rows.exclude(verdict=ClaimRow.Verdict.ACCEPT).order_by("id")
    return {
        (sheet, row): [
            Note(problem["column"], problem["severity"], text_of(problem["code"], problem["params"]))
            for problem in problems
        ]
        for sheet, row, problems in found.values_list("sheet", "row", "problems").iterator(chunk_size=BATCH)
    }
