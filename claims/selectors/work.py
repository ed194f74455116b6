"""Reading what of claims waits for whom: to assess, to decide, to pay, to gather, to release."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from claims.models import (
    Claim,
    ClaimDocument,
    ClaimEvent,
    ClaimImport,
    DocumentRequest,
    PaymentBatch,
    PaymentLine,
)
from claims.selectors import Payable, batches, gatherable, to_recover, with_subject
from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.working_days import working_days_left

State = Claim.State
UNASSESSED = (State.REPORTED, State.ASSESSING)
UNPAID = (State.APPROVED, State.PAYING)
IN_A_QUEUE = 50
TURNS = ("submit", "return", "reopen", "reverse")  # the steps that say whose turn a claim is
PAPERS, RETURNED, ASSESS = "papers", "returned", "assess"


def to_assess(actor: User) -> QuerySet[Claim]:
    """Reported and returned claims that the actor assesses, the earliest report first."""
    rows = Claim.objects.open_to(actor, Act.HANDLE_CLAIM).filter(state__in=UNASSESSED)
    return rows.order_by("reported_on", "id")


def to_assess_by_turn(actor: User, turn: str) -> QuerySet[Claim]:
    """Of these, the ones whose asked-for papers have come in (PAPERS), else those that were returned and not submitted
    since (RETURNED), with `remark`, or the rest (ASSESS)."""
    return _with_turn(to_assess(actor)).filter(turn=turn)


def _with_turn(claims: QuerySet[Claim]) -> QuerySet[Any]:
    """Claims in assessment with their `turn`, the reviewer's `remark`, and when the first of the papers came
    (`came_at`) or the claim came back (`turned_at`)."""
    asked = DocumentRequest.objects.filter(claim=OuterRef("claim"), round=OuterRef("claim__round"))
    came = ClaimDocument.objects.filter(
        claim=OuterRef("pk"), removed_at=None, uploaded_at__gt=Subquery(asked.values("asked_at")[:1])
    ).order_by("uploaded_at")
    turns = ClaimEvent.objects.filter(claim=OuterRef("pk"), step__in=TURNS).order_by("-id")
    rows = claims.annotate(
        last_step=Subquery(turns.values("step")[:1]),
        remark=Subquery(turns.values("note")[:1]),
        turned_at=Subquery(turns.values("at")[:1]),
        came_at=Subquery(came.values("uploaded_at")[:1]),
    )
    return rows.annotate(
        turn=Case(
            When(came_at__isnull=False, then=Value(PAPERS)),
            When(last_step="return", then=Value(RETURNED)),
            default=Value(ASSESS),
            output_field=CharField(),
        )
    )


def to_decide(actor: User) -> QuerySet[Claim]:
    """Submitted claims that the actor approves or refuses, never the actor's own, the longest waiting first."""
    rows = Claim.objects.open_to(actor, Act.APPROVE_CLAIM).filter(state=State.SUBMITTED)
    return rows.exclude(submitted_by=actor).order_by("reported_on", "id")


def to_pay(actor: User) -> QuerySet[Claim]:
    """Approved claims whose payment the actor records, the first due first (R26)."""
    rows = Claim.objects.open_to(actor, Act.RECORD_PAYMENT).filter(state__in=UNPAID)
    return rows.order_by(F("pay_by").asc(nulls_last=True), "id")


def unpaid_late() -> Q:
    """Approved claims whose payment should have been made by now (R26)."""
    return Q(state__in=UNPAID, pay_by__lt=timezone.localdate())


def waiting_for(actor: User) -> int:
    """How many claims wait for the actor: all that is to be assessed, decided and paid."""
    return (to_assess(actor) | to_decide(actor) | to_pay(actor)).order_by().count()


def to_gather(actor: User) -> list[Payable]:
    """The agreements with approved claims in no batch, for whom takes claims in."""
    pool = Agreement.objects.open_to(actor, Act.HANDLE_CLAIM).select_related("county", "insurer")
    return gatherable(pool.order_by("policy_year", "county__code"))


def to_release(actor: User) -> QuerySet[PaymentBatch]:
    """Batches gathered by somebody else, waiting for the actor's release."""
    mine = PaymentBatch.objects.open_to(actor, Act.RECORD_PAYMENT).filter(state=PaymentBatch.State.DRAFT)
    return batches(actor).filter(pk__in=mine.exclude(gathered_by=actor).values("pk")).order_by("id")


def lines_to_recover(actor: User) -> QuerySet[PaymentLine]:
    """Payments to be had back, for whom records payments."""
    return to_recover(PaymentBatch.objects.open_to(actor, Act.RECORD_PAYMENT)).order_by("recorded_at", "id")


def imports_to_finish(actor: User) -> QuerySet[ClaimImport]:
    """Claims workbooks checked and neither imported nor cancelled."""
    rows = ClaimImport.objects.open_to(actor, Act.HANDLE_CLAIM).filter(state=ClaimImport.State.CHECKED)
    return rows.select_related("insurer", "policy_year").order_by("id")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claim in a queue: days it has waited, or working days left to pay it (below zero: overdue by so many)."""

    claim: Claim
    days: int

    @property
    def days_over(self) -> int:
        return max(0, -self.days)


@dataclass(frozen=True, slots=True)
class Queue:
    """The first claims of a queue, and how many wait in it."""

    rows: list[Waiting]
    count: int


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits for an actor, the most urgent first; None where the actor has no such work."""

    assess: Queue | None
    decide: Queue | None
    pay: Queue | None


def queues(actor: User) -> Queues:
    """The first claims of each queue of the actor, longest waiting first, of payments the overdue first (R26)."""
    today = timezone.localdate()

    def queue(
        act: Act, rows: Callable[[User], QuerySet[Claim]], days: Callable[[Claim], int]
    ) -> Queue | None:
        if not actor.can(act):
            return None
        keys = list(rows(actor).values_list("pk", flat=True)[:IN_A_QUEUE])  # so that only these are joined
        waiting = [Waiting(claim, days(claim)) for claim in with_subject(rows(actor).filter(pk__in=keys))]
        return Queue(waiting, len(waiting) if len(waiting) < IN_A_QUEUE else rows(actor).count())

    return Queues(
        assess=queue(
            Act.HANDLE_CLAIM,
            lambda actor: _with_turn(to_assess(actor)),
            lambda claim: (today - waits_since(claim)).days,
        ),
        decide=queue(Act.APPROVE_CLAIM, to_decide, lambda claim: (today - waits_since(claim)).days),
        pay=queue(Act.RECORD_PAYMENT, to_pay, lambda claim: working_days_left(today, claim.pay_by or today)),
    )


def waits_since(claim: Claim) -> datetime.date:
    """Since when a claim waits where it is: its submission; of one in assessment, with its turn read, since asked-for
    papers came or it came back; else its report."""
    if claim.state == State.SUBMITTED:
        since = claim.submitted_at
    else:
        since = getattr(claim, "came_at", None) or getattr(claim, "turned_at", None)
    return timezone.localdate(since) if since is not None else claim.reported_on
