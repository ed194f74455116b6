"""The participation workbook's way in: who is in basic medical insurance in a policy year (R5), for persons of the
roster and those insured in that year."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import ParticipationImport, ParticipationRow, PolicyYear
from enrollment.roster.participation import Stated, read_participation
from enrollment.selectors import counties_for_import
from enrollment.services.roster import ROSTER_TURN, county_of
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.sealing import key_ring, masked
from jincheng_insurance.sheets.lane import ActNames, Lane
from jincheng_insurance.sheets.problems import ERROR, Problem
from jincheng_insurance.sheets.reading import RowStream

PERSONS = """
SELECT p.id_number_index, p.id, p.household_id, h.county_id, p.name, p.basic_insurance, i.basic_insurance
FROM enrollment_rosterperson p JOIN enrollment_rosterhousehold h ON h.id = p.household_id
LEFT JOIN enrollment_insuredperson i ON i.roster_person_id = p.id AND i.policy_year_id = %(year)s
    AND i.withdrawn_at IS NULL
WHERE p.id_number_index = ANY(%(numbers)s) AND h.county_id = ANY(%(counties)s)
"""
COPY = """
COPY enrollment_participationrow (participation_import_id, sheet, row, verdict, problems, person_key, household_key,
    county_key, old, insured_old, new, changed) FROM STDIN
"""

STALE = """
SELECT EXISTS (
    SELECT FROM enrollment_participationrow s LEFT JOIN enrollment_rosterperson p ON p.id = s.person_key
    LEFT JOIN enrollment_insuredperson i ON i.roster_person_id = p.id AND i.policy_year_id = %(year)s
    AND i.withdrawn_at IS NULL
    WHERE s.participation_import_id = %(id)s AND s.verdict <> 'reject'
      AND (p.id IS NULL OR p.basic_insurance <> s.old OR i.basic_insurance IS DISTINCT FROM s.insured_old))
"""
CHANGED = """
FROM enrollment_participationrow s WHERE s.participation_import_id = %(id)s AND s.verdict <> 'reject' AND s.changed
"""
LOG = f"""
INSERT INTO enrollment_rosterchange
    (participation_import_id, county_id, household_key, person_key, field, old, new, at)
SELECT %(id)s, s.county_key, s.household_key, s.person_key, 'basic_insurance', s.old, s.new, now()
{CHANGED} AND s.old <> s.new
UNION ALL
SELECT %(id)s, s.county_key, s.household_key, s.person_key, 'participation', s.insured_old, s.new, now()
{CHANGED} AND s.insured_old <> s.new
"""
ROSTER = """
UPDATE enrollment_rosterperson p SET basic_insurance = s.new
FROM enrollment_participationrow s
WHERE s.participation_import_id = %(id)s AND s.verdict <> 'reject' AND s.old <> s.new AND p.id = s.person_key
"""
INSURED = """
UPDATE enrollment_insuredperson i SET basic_insurance = s.new
FROM enrollment_participationrow s
WHERE s.participation_import_id = %(id)s AND s.verdict <> 'reject' AND s.insured_old <> s.new
  AND i.roster_person_id = s.person_key AND i.policy_year_id = %(year)s AND i.withdrawn_at IS NULL
"""


class ParticipationCheck:
    """One check of one participation workbook."""

    def __init__(self, upload: ParticipationImport) -> None:
        self.upload = upload
        self.counties = [county.pk for county in counties_for_import(upload.uploaded_by).values()]
        self.counts = dict.fromkeys(("accepted", "rejected", "changed", "same", "not_found"), 0)

    def verdicts(self, rows: RowStream, on_progress: Callable[[int], None]) -> Iterator[Stated]:
        return read_participation(rows, today=timezone.localdate(), on_progress=on_progress)

    def stage(self, batch: list[Stated]) -> None:
        ring = key_ring()
        numbers = [ring.index(stated.id_number) for stated in batch]
        with connection.cursor() as cursor:
            cursor.execute(
                PERSONS,
                {"year": self.upload.policy_year_id, "numbers": numbers, "counties": self.counties},
            )
            known = {bytes(number): rest for number, *rest in cursor.fetchall()}
            lines = [
                self._line(stated, known.get(number)) for stated, number in zip(batch, numbers, strict=True)
            ]
            with cursor.copy(COPY) as copy:
                for line in lines:
                    copy.write_row(line)

    def finish(self) -> Mapping[str, Any]:
        return self.counts

    def _line(self, stated: Stated, known: list[Any] | None) -> tuple[Any, ...]:
        problems = stated.problems or self._compare(stated, known)
        head = (self.upload.pk, stated.sheet[:100], stated.row)
        if problems or known is None:
            self.counts["rejected"] += 1
            said = _json([problem.as_json() for problem in problems])
            return (*head, "reject", said, None, None, None, "", None, "", False)
        person, household, county, _name, old, insured_old = known
        changed = old != stated.kind or insured_old not in (None, stated.kind)
        self.counts["accepted"] += 1
        self.counts["changed" if changed else "same"] += 1
        return (*head, "accept", "[]", person, household, county, old, insured_old, stated.kind, changed)

    def _compare(self, stated: Stated, known: list[Any] | None) -> tuple[Problem, ...]:
        if known is None:
            self.counts["not_found"] += 1
            said = {"number": masked(stated.id_number)}
            return (Problem(*stated.at_number, "person_not_found", said, ERROR),)
        if known[3] != stated.name:
            return (Problem(*stated.at_name, "name_differs", {"name": known[3]}, ERROR),)
        return ()


def _json(problems: list[dict[str, Any]]) -> str:
    return json.dumps(problems, ensure_ascii=False)


def _is_stale(upload: ParticipationImport) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(STALE, {"id": upload.pk, "year": upload.policy_year_id})
        return bool(cursor.fetchone()[0])


def _write(upload: ParticipationImport) -> Mapping[str, int]:
    """Persons of the roster and those insured in the year; each changed value goes into the change log."""
    mine = {"id": upload.pk, "year": upload.policy_year_id}
    with connection.cursor() as cursor:
        cursor.execute(LOG, mine)
        cursor.execute(ROSTER, mine)
        cursor.execute(INSURED, mine)
        insured = cursor.rowcount
    return {"changed": upload.changed, "persons": insured}


LANE = Lane(
    model=ParticipationImport,
    rows=ParticipationRow,
    upload_field="participation_import",
    act=Act.IMPORT_ROSTER,
    act_names=ActNames(
        upload="upload_participation",
        request="apply_participation",
        applied="participation_applied",
        cancel="cancel_participation",
    ),
    job_lock=7143,
    turn_lock=ROSTER_TURN,
    check_task="enrollment.check_participation",
    apply_task="enrollment.apply_participation",
    county_of=county_of,
    start_check=ParticipationCheck,
    is_stale=_is_stale,
    write=_write,
    never_more=("rejected", "changed"),
)


def upload_participation(
    *, data: bytes, file_name: str, policy_year: PolicyYear, actor: User
) -> ParticipationImport:
    """Keep an uploaded participation workbook of a policy year, encrypted, and queue its check."""
    return LANE.upload(data=data, file_name=file_name, actor=actor, policy_year=policy_year)


def check_participation(*, import_id: int) -> None:
    """Check a queued workbook, or one whose worker died, against the roster and the insured of its year."""
    LANE.check(upload_id=import_id)


def request_participation(*, participation_import: ParticipationImport, actor: User) -> None:
    """Ask for a checked workbook to be taken over by a worker."""

    def prepare(locked: ParticipationImport) -> Mapping[str, int]:
        if locked.accepted == 0:
            raise Refused(_("No row of this file can be imported. Correct the file and upload it again."))
        return {"changed": locked.changed}

    LANE.request_apply(upload=participation_import, actor=actor, prepare=prepare)


def apply_participation(*, import_id: int) -> None:
    """Take a workbook over whose application was asked for, in one transaction."""
    LANE.apply(upload_id=import_id)


def cancel_participation(*, participation_import: ParticipationImport, actor: User) -> None:
    """Give a participation workbook up before it is taken over."""
    LANE.cancel(upload=participation_import, actor=actor)
