"""Duties that follow from an alert: owed with it, drafted, handed in, received or returned, escalated once (R21)."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealed_files import read_sealed, remove_sealed, store_sealed
from jincheng_insurance.access.sealing import SealError
from jincheng_insurance.audit.services import record
from jincheng_insurance.scheme.loss_ratio import duties as duties_of_levels
from jincheng_insurance.scheme.terms import Terms
from jincheng_insurance.web.downloads import DOCX
from jincheng_insurance.web.uploads import check_upload, shown_name
from jincheng_insurance.web.word import write_word
from jincheng_insurance.web.working_days import add_working_days
from riskpool.models import OPEN, SECTIONS, Alert, Duty, DutyEvent, DutyPaper, Notice
from riskpool.paper.report import duty_report
from riskpool.services.notices import ALERTED, people_in, tell

State, Kind = Duty.State, Duty.Kind
LONGEST_SECTION = 4000
LONGEST_REMARKS = 500


@dataclass(frozen=True, slots=True)
class Parties:
    """Who writes a report and who receives it: the acts, and the roles that are told."""

    write: Act | None
    receive: Act
    writers: frozenset[Role]
    receivers: frozenset[Role]


PARTIES: Mapping[str, Parties] = {
    Kind.SPECIAL_REPORT: Parties(
        Act.WRITE_SPECIAL_REPORT,
        Act.RECEIVE_SPECIAL_REPORT,
        frozenset({Role.ADJUSTER, Role.REVIEWER}),
        frozenset({Role.COUNTY_OFFICER, Role.COUNTY_FINANCE}),
    ),
    Kind.INVESTIGATION: Parties(
        Act.WRITE_INVESTIGATION,
        Act.RECEIVE_INVESTIGATION,
        frozenset({Role.COUNTY_OFFICER, Role.COUNTY_FINANCE}),
        frozenset({Role.CITY_OFFICER, Role.CITY_FINANCE}),
    ),
    Kind.GOVERNMENT_SHARE: Parties(
        None,
        Act.NOTE_GOVERNMENT_SHARE,
        frozenset(),
        frozenset({Role.CITY_FINANCE, Role.COUNTY_FINANCE}),
    ),
}


def owe_duties(alert: Alert, *, terms: Terms) -> list[Duty]:
    """What a new alert obliges whom to, within the transaction that fires it; everybody concerned is told. The days
    are working days after the day it fired."""
    tell(people_in(ALERTED, alert.agreement), Notice.Kind.ALERT_FIRED, alert, facts={"level": alert.level})
    fired_on = timezone.localdate(alert.fired_at)
    made = []
    for rule in duties_of_levels(terms=terms):
        if rule.level != alert.level:
            continue
        due_on = None if rule.working_days is None else add_working_days(fired_on, rule.working_days)
        duty = Duty.objects.create(
            alert=alert,
            agreement=alert.agreement,
            policy_year_id=alert.policy_year_id,
            county_id=alert.county_id,
            kind=rule.code,
            due_on=due_on,
        )
        DutyEvent.objects.create(duty=duty, step="owed")
        record("owe_duty", actor=None, on=duty, facts={"duty": duty.kind, "due_on": due_on})
        parties = PARTIES[duty.kind]
        if duty.is_report:
            tell(people_in(parties.writers, duty.agreement), Notice.Kind.DUTY_OWED, duty, facts=_facts(duty))
        else:
            tell(people_in(parties.receivers, duty.agreement), Notice.Kind.GOVERNMENT_SHARE, duty)
        made.append(duty)
    return made


@transaction.atomic(durable=True)
def draft_report(*, duty: Duty, sections: Mapping[str, str], actor: User) -> Duty:
    """Keep the writer's sections, as far as they have got. Refused once the report is handed in."""
    duty = _locked_to_write(duty, actor)
    _put_sections(duty, sections)
    if duty.state == State.OWED:
        duty.state = State.DRAFTED
        _step(duty, "drafted", actor)
    duty.save()
    record("draft_report", actor=actor, on=duty, facts={"duty": duty.kind})
    return duty


@transaction.atomic(durable=True)
def hand_in_report(*, duty: Duty, sections: Mapping[str, str], actor: User) -> Duty:
    """Hand in the report written from the figures of this moment and the writer's sections, all of which must say
    something; the Word document is kept as it was."""
    duty = _locked_to_write(duty, actor)
    _put_sections(duty, sections)
    for name in SECTIONS:
        if not getattr(duty, name):
            raise Refused(_("Write this section before handing the report in."), field=name, rule="R21")
    paper = duty_report(duty)
    return _hand_in(
        duty,
        data=write_word(paper),
        content_type=DOCX,
        file_name=f"{paper.file_name}.docx",
        made=True,
        by=actor,
    )


def upload_report(*, duty: Duty, data: bytes, file_name: str, actor: User) -> Duty:
    """Hand in a report written elsewhere. Refused with field `file` for what is no whole, harmless Word document or
    PDF; looked at before the transaction begins, so no lock waits for it."""
    _check_writes(duty, actor)
    upload = check_upload(data, of="reports")
    with transaction.atomic(durable=True):
        return _hand_in(
            _locked_to_write(duty, actor),
            data=upload.data,
            content_type=upload.content_type,
            file_name=shown_name(file_name, upload.content_type),
            made=False,
            by=actor,
        )


@transaction.atomic(durable=True)
def receive_report(*, duty: Duty, actor: User) -> Duty:
    """Receive a report handed in by somebody else, or acknowledge the notice of the government's share."""
    duty = _locked_to_receive(duty, actor)
    duty.state, duty.received_by, duty.received_at = State.RECEIVED, actor, timezone.now()
    duty.save()
    _step(duty, "received", actor)
    record("receive_report", actor=actor, on=duty, facts={"duty": duty.kind})
    if duty.is_report:
        writers = people_in(PARTIES[duty.kind].writers, duty.agreement)
        tell(writers, Notice.Kind.DUTY_RECEIVED, duty, facts=_facts(duty))
    return duty


@transaction.atomic(durable=True)
def return_report(*, duty: Duty, remarks: str, actor: User) -> Duty:
    """Send a report back with remarks; its last day stays what it was. Refused without them."""
    duty = _locked_to_receive(duty, actor)
    if not duty.is_report:
        raise Refused(_("A notice is acknowledged, not returned."))
    if not remarks.strip():
        raise Refused(_("Say what has to be put right."), field="remarks")
    duty.state, duty.remarks = State.RETURNED, remarks.strip()[:LONGEST_REMARKS]
    duty.save()
    event = _step(duty, "returned", actor, note=duty.remarks)
    record("return_report", actor=actor, on=duty, facts={"duty": duty.kind}, reason=duty.remarks)
    writers = people_in(PARTIES[duty.kind].writers, duty.agreement)
    tell(writers, Notice.Kind.DUTY_RETURNED, duty, turn=event.pk, facts=_facts(duty))
    return duty


@transaction.atomic(durable=True)
def open_report(*, paper: DutyPaper, actor: User) -> bytes:
    """The bytes of a report handed in; each look is on record. Refused when the stored file doesn't open."""
    require(actor, Act.VIEW_POOL, paper)
    record(
        "open_report", actor=actor, on=paper, county_id=paper.duty.county_id, facts={"duty": paper.duty.kind}
    )
    return _opened(paper.stored_as)


@transaction.atomic(durable=True)
def escalate_overdue() -> list[Duty]:
    """Tell writers and the city's officers of reports whose last day has passed: once for each, however often or
    late this runs."""
    overdue = Duty.objects.select_for_update(of=("self",), skip_locked=True).select_related("agreement")
    late = list(
        overdue.filter(state__in=OPEN, due_on__lt=timezone.localdate(), escalated_at=None).order_by("id")
    )
    for duty in late:
        duty.escalated_at = timezone.now()
        duty.save(update_fields=["escalated_at"])
        _step(duty, "overdue", None)
        record("escalate_duty", actor=None, on=duty, facts={"duty": duty.kind, "due_on": duty.due_on})
        concerned = people_in(PARTIES[duty.kind].writers | {Role.CITY_OFFICER}, duty.agreement)
        tell(concerned, Notice.Kind.DUTY_OVERDUE, duty, facts=_facts(duty))
    return late


def may_write(actor: User, duty: Duty) -> bool:
    write = PARTIES[duty.kind].write
    return write is not None and actor.can(write, on=duty)


def may_receive(actor: User, duty: Duty) -> bool:
    return actor.can(PARTIES[duty.kind].receive, on=duty)


def waits_for_receipt(duty: Duty) -> bool:
    return duty.state == (State.HANDED_IN if duty.is_report else State.OWED)


def _hand_in(duty: Duty, *, data: bytes, content_type: str, file_name: str, made: bool, by: User) -> Duty:
    stored_as = store_sealed(data)
    try:
        DutyPaper.objects.create(
            duty=duty,
            made=made,
            file_name=file_name,
            stored_as=stored_as,
            content_type=content_type,
            size=len(data),
            added_by=by,
        )
        duty.state, duty.handed_in_by, duty.handed_in_at = State.HANDED_IN, by, timezone.now()
        duty.save()
        event = _step(duty, "handed_in", by, note=file_name)
        record("hand_in_report", actor=by, on=duty, facts={"duty": duty.kind, "size": len(data)})
        receivers = people_in(PARTIES[duty.kind].receivers, duty.agreement)
        tell(receivers, Notice.Kind.DUTY_HANDED_IN, duty, turn=event.pk, facts=_facts(duty))
    except BaseException:
        remove_sealed(stored_as)
        raise
    return duty


def _opened(stored_as: str) -> bytes:
    try:
        return read_sealed(stored_as)
    except (SealError, FileNotFoundError) as error:
        raise Refused(
            _("The stored file can't be opened. Tell whoever runs the server, and ask for it again.")
        ) from error


def _locked(duty: Duty) -> Duty:
    rows = Duty.objects.select_for_update(of=("self",)).select_related(
        "agreement__insurer", "agreement__county", "alert"
    )
    return rows.get(pk=duty.pk)


def _locked_to_write(duty: Duty, actor: User) -> Duty:
    duty = _locked(duty)
    _check_writes(duty, actor)
    return duty


def _check_writes(duty: Duty, actor: User) -> None:
    parties = PARTIES[duty.kind]
    if parties.write is None:
        require(actor, parties.receive, duty)
        raise Refused(_("A notice is acknowledged; there is nothing to hand in."))
    require(actor, parties.write, duty)
    if not duty.open:
        raise Refused(_("This report has been handed in already. Reload the page."))


def _locked_to_receive(duty: Duty, actor: User) -> Duty:
    duty = _locked(duty)
    require(actor, PARTIES[duty.kind].receive, duty)
    if not waits_for_receipt(duty):
        raise Refused(
            _("The report is now “%(state)s”; this step is not possible any more. Reload the page."),
            state=duty.get_state_display(),
        )
    if duty.handed_in_by_id == actor.pk:
        raise Refused(_("You handed this report in yourself; somebody else has to receive it."))
    return duty


def _put_sections(duty: Duty, sections: Mapping[str, str]) -> None:
    for name in SECTIONS:
        text = sections.get(name, "").strip()
        if len(text) > LONGEST_SECTION:
            raise Refused(
                _("A section has at most %(most)s characters. Upload a longer report as a file."),
                field=name,
                most=LONGEST_SECTION,
            )
        setattr(duty, name, text)


def _step(duty: Duty, step: str, actor: User | None, *, note: str = "") -> DutyEvent:
    return DutyEvent.objects.create(duty=duty, step=step, note=note, by=actor)


def _facts(duty: Duty) -> dict[str, str | int]:
    due: datetime.date | None = duty.due_on
    return {"duty": duty.kind, "due": due.isoformat() if due else ""}
