"""What of claims stands on the workbench."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from claims.models import OPEN, Claim, ClaimCount, ClaimImport, PaymentLine
from claims.selectors import Payable, with_subject
from claims.selectors import work as waiting
from claims.selectors.work import ASSESS, PAPERS, RETURNED
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.formats import count, yuan
from jincheng_insurance.web.workbench import Figure, Figures, Item, Work

LONGEST_NOTE = 40


def _claims(rows: Callable[[User], QuerySet[Claim]]) -> Callable[[User], QuerySet[Claim]]:
    return lambda actor: with_subject(rows(actor))


def _turn(turn: str) -> Callable[[User], QuerySet[Claim]]:
    return lambda actor: with_subject(waiting.to_assess_by_turn(actor, turn))


def _url(claim: Claim) -> str:
    return reverse("claims:claim", args=[claim.pk])


def _name(claim: Any) -> str:
    return f"{claim.number} {claim.subject}"


def _in_assessment(claim: Any) -> Item:
    note = claim.remark if claim.turn == RETURNED else claim.get_state_display()
    return Item(
        _name(claim),
        _url(claim),
        str(claim.county),
        Truncator(note).chars(LONGEST_NOTE),
        since=waiting.waits_since(claim),
    )


def _to_decide(claim: Claim) -> Item:
    note = str(claim.get_coverage_display())
    return Item(_name(claim), _url(claim), str(claim.county), note, since=waiting.waits_since(claim))


def _to_pay(claim: Claim) -> Item:
    note = gettext("%(sum)s yuan") % {"sum": yuan(claim.granted)}
    if claim.agreement.payments_suspended_at is not None:
        note = gettext("payments suspended")
    return Item(_name(claim), _url(claim), str(claim.county), note, due_on=claim.pay_by)


def _to_gather(payable: Payable) -> Item:
    note = gettext("%(n)s claims, %(sum)s yuan") % {"n": count(payable.count), "sum": yuan(payable.total)}
    return Item(
        str(payable.agreement.insurer), reverse("claims:batches"), str(payable.agreement.county), note
    )


def _to_release(batch: Any) -> Item:
    note = gettext("%(n)s claims, %(sum)s yuan") % {"n": count(batch.count), "sum": yuan(batch.total)}
    since = timezone.localdate(batch.gathered_at)
    return Item(batch.number, reverse("claims:batch", args=[batch.pk]), str(batch.county), note, since=since)


def _to_recover(line: PaymentLine) -> Item:
    note = gettext("%(sum)s yuan") % {"sum": yuan(line.amount)}
    since = timezone.localdate(line.recorded_at) if line.recorded_at is not None else None
    return Item(
        line.claim.number, reverse("claims:line", args=[line.pk]), str(line.claim.county), note, since=since
    )


def _to_import(upload: ClaimImport) -> Item:
    note = gettext("%(good)s rows to import, %(bad)s rejected") % {
        "good": count(upload.importable),
        "bad": count(upload.rejected),
    }
    since = timezone.localdate(upload.uploaded_at)
    return Item(
        upload.file_name, reverse("claims:import", args=[upload.pk]), str(upload.insurer), note, since=since
    )


def _open_claims(actor: User) -> Iterator[Figure]:
    """How many claims are on their way within reach, and how many payments are overdue."""
    counts: QuerySet[ClaimCount] = ClaimCount.objects.visible_to(actor).filter(stage__in=OPEN)
    found = counts.aggregate(number=Sum("number", default=0))
    late = Claim.objects.visible_to(actor).filter(waiting.unpaid_late()).order_by().count()
    note = (
        ngettext("%(n)s payment overdue", "%(n)s payments overdue", late) % {"n": count(late)} if late else ""
    )
    everywhere = f"{reverse('claims:list')}?county="
    yield Figure(
        gettext("Claims under way"),
        count(found["number"]),
        note=note,
        url=f"{everywhere}&state=open",
        note_url=f"{everywhere}&clock=overdue" if note else "",
        tone="over" if note else "",
    )


QUEUE, BATCHES = "claims:queue", "claims:batches"
HANDLE, DECIDE, PAY = (Act.HANDLE_CLAIM,), (Act.APPROVE_CLAIM,), (Act.RECORD_PAYMENT,)
WORK = (
    Work(
        "claims-to-pay",
        _("Claims to pay"),
        "banknote",
        PAY,
        _claims(waiting.to_pay),
        _to_pay,
        QUEUE,
        _("Ten working days after approval (R26)"),
        order=10,
        late=waiting.unpaid_late,
    ),
    Work(
        "claims-papers-in",
        _("Claims whose missing papers came in"),
        "file-check",
        HANDLE,
        _turn(PAPERS),
        _in_assessment,
        QUEUE,
        order=11,
    ),
    Work(
        "claims-returned",
        _("Claims returned to you"),
        "undo-2",
        HANDLE,
        _turn(RETURNED),
        _in_assessment,
        QUEUE,
        order=12,
    ),
    Work(
        "claims-to-assess",
        _("Claims to assess and submit"),
        "file-pen",
        HANDLE,
        _turn(ASSESS),
        _in_assessment,
        QUEUE,
        order=13,
    ),
    Work(
        "claims-to-decide",
        _("Claims to decide"),
        "gavel",
        DECIDE,
        _claims(waiting.to_decide),
        _to_decide,
        QUEUE,
        order=14,
    ),
    Work(
        "batches-to-release",
        _("Payment batches to release"),
        "send",
        PAY,
        waiting.to_release,
        _to_release,
        BATCHES,
        order=15,
    ),
    Work(
        "claims-to-gather",
        _("Approved claims to gather into a batch"),
        "package",
        HANDLE,
        waiting.to_gather,
        _to_gather,
        BATCHES,
        order=16,
    ),
    Work(
        "payments-to-recover",
        _("Payments to be had back"),
        "undo",
        PAY,
        waiting.lines_to_recover,
        _to_recover,
        "claims:overpayments",
        order=17,
    ),
    Work(
        "claims-imports",
        _("Claims workbooks to finish"),
        "upload",
        HANDLE,
        waiting.imports_to_finish,
        _to_import,
        "claims:imports",
        order=18,
    ),
)
FIGURES = (Figures("claims", (Act.VIEW_CLAIM,), _open_claims, order=30),)
