"""The annotated copy of an uploaded roster, to be mended and uploaded again."""

import tempfile
from contextlib import ExitStack
from typing import IO

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.models import RosterImport, RosterRow
from enrollment.roster.columns import REASONS_TITLES
from enrollment.roster.texts import text_of
from enrollment.selectors import roster_titles
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealed_files import opened_sealed
from jincheng_insurance.audit.services import record
from jincheng_insurance.sheets.annotated import Copy, Note, Words, write_annotated
from jincheng_insurance.sheets.problems import SheetError
from jincheng_insurance.sheets.reading import suffix_of

TEXT_FIELDS = ("household_code", "person_code", "id_number", "telephone", "household_telephone")
BATCH = 5000


def annotated_copy(*, roster_import: RosterImport, actor: User) -> IO[bytes]:
    """The upload as .xlsx with its problems marked, in the language of the actor, as a temporary file that is gone
    when closed. It holds full numbers: each copy is on record before it is made. Refused before the check has ended,
    and when the upload or its checked rows are no longer kept."""
    with transaction.atomic(durable=True):
        require(actor, Act.IMPORT_ROSTER, roster_import)
        notes = _notes(roster_import)
        record("download_annotated_copy", actor=actor, on=roster_import, facts={"rows": len(notes)})
    copy = Copy(roster_titles(roster_import.county_id).layout, TEXT_FIELDS, REASONS_TITLES)
    words = Words(gettext("What is wrong"), gettext("Roster check"))
    suffix = suffix_of(roster_import.file_name)
    with ExitStack() as stack:
        out = stack.enter_context(tempfile.TemporaryFile())
        try:
            with opened_sealed(roster_import.stored_as, suffix=suffix) as path:
                write_annotated(path, out, notes=notes, copy=copy, words=words)
        except FileNotFoundError as error:
            raise Refused(_("The uploaded file is no longer kept. Upload it again.")) from error
        except SheetError as error:
            raise Refused(str(error)) from error
        out.seek(0)
        stack.pop_all()
    return out


def _notes(roster_import: RosterImport) -> dict[tuple[str, int], list[Note]]:
    """What the check has found, by sheet and row."""
    rows = RosterRow.objects.filter(roster_import=roster_import)
    if not rows.exists():
        raise Refused(_("There is nothing to annotate: this import has no checked rows."))
    found = (
        rows.exclude(verdict=RosterRow.Verdict.ACCEPT).order_by("id").values_list("sheet", "row", "problems")
    )
    return {
        (sheet, row): [
            Note(problem["column"], problem["severity"], text_of(problem["code"], problem["params"]))
            for problem in problems
        ]
        for sheet, row, problems in found.iterator(chunk_size=BATCH)
    }
