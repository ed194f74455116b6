"""The insurer's workbook of claims, losses and payments: checked beside what stands, then written in one transaction by
the same steps as single entry (R5, R6, R9, R10, R12-R14, R22, R26, R28). Nothing that stands is changed; the same
workbook twice adds nothing."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.bulk.facts import kept
from claims.bulk.judging_loss import judge
from claims.bulk.known import look_up
from claims.bulk.reading import Kind, Line, read_lines
from claims.models import ClaimImport, ClaimRow
from claims.services.bulk_writing import Writer
from enrollment.models import PolicyYear
from jincheng_insurance.access.models import Insurer, Region, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.sheets.lane import ActNames, Lane, Overtaken
from jincheng_insurance.sheets.reading import RowStream

Verdict = ClaimRow.Verdict
CLAIMS_TURN = 7150
COUNTS = {
    Kind.CLAIM: "new_claims",
    Kind.BILL: "new_bills",
    Kind.LOSS: "new_losses",
    Kind.ITEM: "new_items",
    Kind.SIGN: "new_signs",
    Kind.PAYMENT: "new_payments",
}
NEEDS = dict.fromkeys(COUNTS.values(), Act.HANDLE_CLAIM) | {"new_payments": Act.RECORD_PAYMENT}


class ClaimsCheck:
    """One check of one claims workbook, with the rights of who uploaded it."""

    def __init__(self, upload: ClaimImport) -> None:
        self.upload = upload
        self.actor = upload.uploaded_by
        self.counts = dict.fromkeys(("accepted", "warned", "rejected", *COUNTS.values(), "same"), 0)
        self.numbers = self.found = 0

    def verdicts(self, rows: RowStream, on_progress: Callable[[int], None]) -> Iterator[Line]:
        lines = read_lines(rows, today=timezone.localdate(), on_progress=on_progress)
        known = look_up(lines, upload=self.upload, actor=self.actor)
        self.numbers = sum(bool(line.values.get("id_number")) for line in lines)
        self.found = len(known.persons)
        return iter(judge(lines, upload=self.upload, actor=self.actor, known=known))

    def stage(self, batch: list[Line]) -> None:
        ClaimRow.objects.bulk_create([self._row(line) for line in batch])

    @transaction.atomic
    def finish(self) -> Mapping[str, Any]:
        """The counts. That persons were looked for by number is on record, as each single look is (R25)."""
        if self.numbers:
            facts = {"rows": self.numbers, "found": self.found}
            record("check_claims", actor=self.actor, on=self.upload, facts=facts)
        return self.counts

    def _row(self, line: Line) -> ClaimRow:
        verdict = Verdict.REJECT if line.rejected else Verdict.WARN if line.problems else Verdict.ACCEPT
        self.counts[{"accept": "accepted", "warn": "warned", "reject": "rejected"}[verdict]] += 1
        if not line.rejected:
            self.counts[COUNTS[line.kind] if line.new else "same"] += 1
        return ClaimRow(
            claim_import=self.upload,
            sheet=line.sheet[:100],
            row=line.row,
            verdict=verdict,
            problems=[problem.as_json() for problem in line.problems],
            kind=line.kind,
            new=line.new and not line.rejected,
            reference=line.reference,
            person_key=line.person_key,
            household_key=line.household_key,
            claim_key=line.claim_key,
            facts=kept(line.values),
        )


def _write(upload: ClaimImport) -> Mapping[str, int]:
    """Every new line, or none: each meets its rules again, and where one no longer passes, the workbook is checked
    anew."""
    try:
        return Writer(upload).run()
    except (Refused, RuleError) as refusal:
        raise Overtaken from refusal


def insurer_of(actor: User) -> Insurer:
    """The insurer whose claims the actor works on. Refused for who works for more than one."""
    grants = (*actor.grants_for(Act.HANDLE_CLAIM), *actor.grants_for(Act.RECORD_PAYMENT))
    insurers = Insurer.objects.filter(pk__in={grant.insurer_id for grant in grants})
    if len(insurers) != 1:
        raise Refused(_("You work for more than one insurer. Sign in as one who works for one of them."))
    return insurers[0]


def _county_of(actor: User) -> Region | None:
    """The one county the actor works in; None for more than one."""
    grants = (*actor.grants_for(Act.HANDLE_CLAIM), *actor.grants_for(Act.RECORD_PAYMENT))
    regions = {grant.region for grant in grants}
    return regions.pop() if len(regions) == 1 else None


LANE = Lane(
    model=ClaimImport,
    rows=ClaimRow,
    upload_field="claim_import",
    act=Act.HANDLE_CLAIM,
    or_act=Act.RECORD_PAYMENT,
    act_names=ActNames(
        upload="upload_claims",
        request="apply_claims",
        applied="claims_applied",
        cancel="cancel_claims",
    ),
    job_lock=7151,
    turn_lock=CLAIMS_TURN,
    check_task="claims.check_import",
    apply_task="claims.apply_import",
    county_of=_county_of,
    start_check=ClaimsCheck,
    is_stale=lambda upload: False,  # writing itself finds out, line by line
    write=_write,
    never_more=("rejected", *COUNTS.values()),
)


def upload_claims(*, data: bytes, file_name: str, policy_year: PolicyYear, actor: User) -> ClaimImport:
    """Keep an uploaded claims workbook, encrypted, and queue its check. Refused over 20 MB or when empty."""
    LANE.require(actor)
    return LANE.upload(
        data=data, file_name=file_name, actor=actor, policy_year=policy_year, insurer=insurer_of(actor)
    )


def check_import(*, import_id: int) -> None:
    """Check a queued workbook, or one whose worker died, beside what stands."""
    LANE.check(upload_id=import_id)


def request_apply(*, claim_import: ClaimImport, actor: User) -> None:
    """Ask for the new lines of a checked workbook to be written by a worker. PermissionDenied without the acts they
    need: payments a reviewer's, all else an adjuster's."""

    def prepare(locked: ClaimImport) -> Mapping[str, int]:
        for act in needs(locked):
            require(actor, act, locked)
        if not locked.new:
            raise Refused(_("There is nothing new in this file that can be imported."))
        return {name.removeprefix("new_"): getattr(locked, name) for name in COUNTS.values()}

    LANE.request_apply(upload=claim_import, actor=actor, prepare=prepare)


def needs(claim_import: ClaimImport) -> set[Act]:
    """The acts that writing an import's new lines takes."""
    return {act for count, act in NEEDS.items() if getattr(claim_import, count)}


def apply_import(*, import_id: int) -> None:
    """Write a workbook whose application was asked for, in one transaction."""
    LANE.apply(upload_id=import_id)


def cancel_import(*, claim_import: ClaimImport, actor: User) -> None:
    """Give a workbook up before it is written."""
    LANE.cancel(upload=claim_import, actor=actor)
