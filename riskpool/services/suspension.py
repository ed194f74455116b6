"""Suspending payments under an agreement: the county asks with facts and evidence, the city approves or refuses, and
lifts it again (R22). The agreement is locked first, as by whatever pays under it."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.services.steps import locked_agreement
from enrollment.models import Agreement
from enrollment.services.suspension import set_payments_suspended
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealed_files import read_sealed, remove_sealed, store_sealed
from jincheng_insurance.access.sealing import SealError
from jincheng_insurance.audit.services import record
from jincheng_insurance.web.uploads import Upload, check_upload, shown_name
from riskpool.models import Notice, Suspension, SuspensionPaper
from riskpool.services.notices import people_in, tell

State = Suspension.State
MOST_PAPERS = 10
LONGEST_FACTS = 4000
LONGEST_REASON = 500
CONCERNED = frozenset(
    {Role.COUNTY_OFFICER, Role.COUNTY_FINANCE, Role.CITY_FINANCE, Role.ADJUSTER, Role.REVIEWER}
)


def ask_suspension(
    *, agreement: Agreement, violation: str, evidence: Sequence[tuple[str, bytes]], actor: User
) -> Suspension:
    """Ask the city to suspend payments under an agreement. `evidence` are file names with their bytes: at least one
    paper, PDF, JPG or PNG, looked at before the transaction begins. Refused without facts, and while another request
    or suspension is open."""
    require(actor, Act.ASK_SUSPENSION, agreement)
    if not violation.strip():
        raise Refused(_("Describe the violation: what, when, and how it was found."), field="violation")
    if len(violation) > LONGEST_FACTS:
        raise Refused(_("At most %(most)s characters."), field="violation", most=LONGEST_FACTS)
    if not 0 < len(evidence) <= MOST_PAPERS:
        raise Refused(
            _("Add the evidence: at least one file, at most %(most)s."), field="file", most=MOST_PAPERS
        )
    papers = [(name, check_upload(data)) for name, data in evidence]
    return _ask(agreement=agreement, violation=violation.strip(), papers=papers, actor=actor)


@transaction.atomic(durable=True)
def _ask(
    *, agreement: Agreement, violation: str, papers: Sequence[tuple[str, Upload]], actor: User
) -> Suspension:
    agreement = locked_agreement(agreement.pk)
    if agreement.suspensions.filter(state__in=(State.ASKED, State.APPROVED, State.IN_FORCE)).exists():
        raise Refused(
            _("Payments under this agreement are suspended already, or that has been asked for."), rule="R22"
        )
    suspension = Suspension.objects.create(
        agreement=agreement,
        policy_year_id=agreement.policy_year_id,
        county_id=agreement.county_id,
        violation=violation,
        asked_by=actor,
    )
    _keep_papers(suspension, papers, actor)
    record(
        "ask_suspension",
        actor=actor,
        on=suspension,
        facts={"number": agreement.number, "papers": len(papers)},
    )
    tell(people_in({Role.CITY_OFFICER}, agreement), Notice.Kind.SUSPENSION_ASKED, suspension)
    return suspension


def _keep_papers(suspension: Suspension, papers: Sequence[tuple[str, Upload]], actor: User) -> None:
    """Seal the files; those written are removed again when one of them fails."""
    kept: list[str] = []
    try:
        for name, upload in papers:
            kept.append(store_sealed(upload.data))
            SuspensionPaper.objects.create(
                suspension=suspension,
                file_name=shown_name(name, upload.content_type),
                stored_as=kept[-1],
                content_type=upload.content_type,
                size=len(upload.data),
                added_by=actor,
            )
    except BaseException:
        for stored_as in kept:
            remove_sealed(stored_as)
        raise


@transaction.atomic(durable=True)
def approve_suspension(
    *, suspension: Suspension, reason: str, starts_on: datetime.date | None, actor: User
) -> Suspension:
    """Suspend payments: at once, or from the beginning of a later day. Refused to whoever asked, without reasons,
    for a day before today, and for one after the agreement's year."""
    suspension = _locked_to_decide(suspension, actor)
    _check_reason(reason)
    today = timezone.localdate()
    if starts_on is not None and starts_on < today:
        raise Refused(_("A suspension can't begin in the past."), field="starts_on")
    year = suspension.agreement.policy_year_id
    if starts_on is not None and starts_on.year > year:
        raise Refused(
            _("The agreement is of %(year)s, so payments are suspended within that year or at once."),
            field="starts_on",
            year=year,
        )
    later = starts_on is not None and starts_on > today
    _decide(suspension, State.APPROVED if later else State.IN_FORCE, reason, actor)
    assert suspension.decided_at is not None
    suspension.starts_at = _beginning_of(starts_on) if later and starts_on else suspension.decided_at
    suspension.save()
    begins_on = timezone.localdate(suspension.starts_at)
    record(
        "approve_suspension",
        actor=actor,
        on=suspension,
        facts={"number": suspension.agreement.number, "starts_on": begins_on},
        reason=suspension.answer,
    )
    if not later:
        _begin(suspension, actor)
    tell(
        people_in(CONCERNED, suspension.agreement),
        Notice.Kind.SUSPENSION_APPROVED,
        suspension,
        facts={"due": begins_on.isoformat()},
    )
    return suspension


@transaction.atomic(durable=True)
def refuse_suspension(*, suspension: Suspension, reason: str, actor: User) -> Suspension:
    """Refuse the county's request, saying why."""
    suspension = _locked_to_decide(suspension, actor)
    _check_reason(reason)
    _decide(suspension, State.REFUSED, reason, actor)
    suspension.save()
    facts = {"number": suspension.agreement.number}
    record("refuse_suspension", actor=actor, on=suspension, facts=facts, reason=suspension.answer)
    officers = people_in({Role.COUNTY_OFFICER}, suspension.agreement)
    tell(officers, Notice.Kind.SUSPENSION_REFUSED, suspension)
    return suspension


@transaction.atomic(durable=True)
def lift_suspension(*, suspension: Suspension, reason: str, actor: User) -> Suspension:
    """Let payments go on: a decision of the city's too, with its reasons. One that hasn't begun is called off."""
    suspension = _locked(suspension)
    require(actor, Act.DECIDE_SUSPENSION, suspension)
    if suspension.state not in (State.APPROVED, State.IN_FORCE):
        raise _not_now(suspension)
    _check_reason(reason)
    begun = suspension.state == State.IN_FORCE
    suspension.state = State.LIFTED
    suspension.lift_reason = reason.strip()[:LONGEST_REASON]
    suspension.lifted_by, suspension.lifted_at = actor, timezone.now()
    suspension.save()
    facts = {"number": suspension.agreement.number}
    record("lift_suspension", actor=actor, on=suspension, facts=facts, reason=suspension.lift_reason)
    if begun:
        set_payments_suspended(
            agreement_id=suspension.agreement_id, since=None, actor=actor, reason=suspension.lift_reason
        )
    tell(people_in(CONCERNED, suspension.agreement), Notice.Kind.SUSPENSION_LIFTED, suspension)
    return suspension


def begin_due_suspensions() -> None:
    """Begin the approved suspensions whose moment has come; may run twice or late."""
    due = Suspension.objects.filter(state=State.APPROVED, starts_at__lte=timezone.now())
    for suspension in due:
        _begin_due(suspension)


@transaction.atomic(durable=True)
def _begin_due(suspension: Suspension) -> None:
    suspension = _locked(suspension)
    if suspension.state != State.APPROVED:
        return
    suspension.state = State.IN_FORCE
    suspension.save(update_fields=["state"])
    _begin(suspension, None)


@transaction.atomic(durable=True)
def open_evidence(*, paper: SuspensionPaper, reason: str, actor: User) -> bytes:
    """The bytes of a piece of evidence. It may show full numbers, so each look has a reason, on record before it is
    shown (R25). Refused without one, and when the stored file doesn't open."""
    require(actor, Act.VIEW_EVIDENCE, paper)
    if not reason.strip():
        raise Refused(_("Say why you open this paper."), field="reason", rule="R25")
    record(
        "open_evidence",
        actor=actor,
        on=paper,
        county_id=paper.suspension.county_id,
        facts={"number": paper.suspension.agreement.number},
        reason=reason.strip()[:200],
    )
    try:
        return read_sealed(paper.stored_as)
    except (SealError, FileNotFoundError) as error:
        raise Refused(
            _("The stored file can't be opened. Tell whoever runs the server, and ask for it again.")
        ) from error


def _begin(suspension: Suspension, actor: User | None) -> None:
    set_payments_suspended(
        agreement_id=suspension.agreement_id,
        since=suspension.starts_at,
        actor=actor,
        reason=suspension.answer,
    )


def _decide(suspension: Suspension, state: Suspension.State, reason: str, actor: User) -> None:
    suspension.state, suspension.answer = state, reason.strip()[:LONGEST_REASON]
    suspension.decided_by, suspension.decided_at = actor, timezone.now()


def _locked(suspension: Suspension) -> Suspension:
    agreement = locked_agreement(suspension.agreement_id)
    suspension = Suspension.objects.select_for_update(of=("self",)).get(pk=suspension.pk)
    suspension.agreement = agreement
    return suspension


def _locked_to_decide(suspension: Suspension, actor: User) -> Suspension:
    suspension = _locked(suspension)
    require(actor, Act.DECIDE_SUSPENSION, suspension)
    if suspension.state != State.ASKED:
        raise _not_now(suspension)
    if suspension.asked_by_id == actor.pk:
        raise Refused(_("You asked for this suspension yourself; somebody else has to decide on it."))
    return suspension


def _not_now(suspension: Suspension) -> Refused:
    return Refused(
        _("The suspension is now “%(state)s”; this step is not possible any more. Reload the page."),
        state=suspension.get_state_display(),
    )


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Give the reasons of the decision."), field="reason")


def _beginning_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
