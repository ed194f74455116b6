"""Moving the premium's money: each side allocates and pays its share by document, the insurer confirms what it
received, and mistakes are reversed, never edited (R15, R16)."""

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement
from enrollment.services.enrolment import locked_agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record
from jincheng_insurance.web.background import enqueue
from jincheng_insurance.web.formats import yuan
from premiums.models import ACT_OF_SIDE, FundEntry, Receipt, Side
from premiums.selectors.fund import account_of
from premiums.services.statements import checked_reason

Kind = FundEntry.Kind
LARGEST = Decimal("999999999.99")
LONGEST_DOCUMENT, LONGEST_NOTE = 60, 200


@transaction.atomic(durable=True)
def allocate_funds(
    *,
    agreement: Agreement,
    side: str,
    amount: Decimal,
    on: datetime.date,
    document: str,
    actor: User,
    beyond_due: bool = False,
) -> FundEntry:
    """Note that a side's money was allocated (下达) by a document. It needn't be what is due: the city's comes down by
    the factor method; but more than is due is refused unless `beyond_due` says that it is meant (R16)."""
    return book_movement(
        agreement,
        Kind.ALLOCATED,
        side=side,
        amount=amount,
        on=on,
        document=document,
        actor=actor,
        beyond_due=beyond_due,
    )


@transaction.atomic(durable=True)
def pay_funds(
    *,
    agreement: Agreement,
    side: str,
    amount: Decimal,
    on: datetime.date,
    document: str,
    actor: User,
    beyond_due: bool = False,
) -> FundEntry:
    """Note that a side's money was paid to the insurer (拨付). More than the side still owes is refused unless
    `beyond_due` says that it is meant (R16)."""
    return book_movement(
        agreement,
        Kind.PAID,
        side=side,
        amount=amount,
        on=on,
        document=document,
        actor=actor,
        beyond_due=beyond_due,
    )


@transaction.atomic(durable=True)
def confirm_receipt(
    *, entry: FundEntry, amount: Decimal, on: datetime.date, actor: User, note: str = ""
) -> Receipt:
    """Note what the insurer received of a payment. The payment stands as it was booked; a different amount needs a
    note. A later confirmation of the same payment takes this one's place."""
    agreement = locked_agreement(entry.agreement)
    require(actor, Act.CONFIRM_RECEIPT, agreement)
    if entry.kind != Kind.PAID or entry.reverses_id is not None or _is_reversed(entry):
        raise Refused(_("Only a payment that stands can be confirmed."))
    for fault in (_amount_fault(amount, least=Decimal(0)), _day_fault(on, agreement)):
        if fault is not None:
            raise fault
    note = " ".join(note.split())[:LONGEST_NOTE]
    if amount != entry.amount and not note:
        raise Refused(
            _("%(amount)s yuan were paid. Say in the note why another amount was received."),
            field="note",
            amount=yuan(entry.amount),
        )
    latest = entry.receipts.order_by("-pk").first()
    if latest is not None and (latest.amount, latest.on, latest.note) == (amount, on, note):
        raise Refused(_("Exactly this is confirmed already."))
    receipt = Receipt.objects.create(entry=entry, amount=amount, on=on, note=note, confirmed_by=actor)
    record(
        "confirm_receipt",
        actor=actor,
        on=receipt,
        facts={"document": entry.document, "paid": entry.amount, "amount": amount},
    )
    enqueue("riskpool.evaluate_agreement", agreement.pk)
    return receipt


@transaction.atomic(durable=True)
def reverse_entry(*, entry: FundEntry, reason: str, actor: User) -> FundEntry:
    """Take an allocation or a payment back that was booked by mistake: a row of exactly its opposite, dated today.
    What is due isn't reversed here: its statement is cancelled or refunded."""
    agreement = locked_agreement(entry.agreement)
    require(actor, ACT_OF_SIDE[Side(entry.side)], agreement)
    if entry.kind not in (Kind.ALLOCATED, Kind.PAID):
        raise Refused(_("Only an allocation or a payment can be reversed. Cancel the statement instead."))
    if entry.reverses_id is not None:
        raise Refused(_("This entry is a reversal itself: book the allocation or payment anew."))
    if _is_reversed(entry):
        raise Refused(_("This entry is reversed already."))
    reversal = FundEntry.objects.create(
        agreement=agreement,
        policy_year_id=entry.policy_year_id,
        county_id=entry.county_id,
        side=entry.side,
        kind=entry.kind,
        amount=-entry.amount,
        on=max(timezone.localdate(), entry.on),
        document=entry.document,
        reason=checked_reason(reason),
        reverses=entry,
        booked_by=actor,
    )
    _record("reverse_entry", reversal, actor)
    return reversal


def book_movement(
    agreement: Agreement,
    kind: str,
    *,
    side: str,
    amount: Decimal,
    on: datetime.date,
    document: str,
    actor: User,
    beyond_due: bool = False,
) -> FundEntry:
    """Book one allocation or payment, within a transaction: the inner part of `allocate_funds`, `pay_funds`, and of an
    import."""
    agreement = locked_agreement(agreement)
    require(actor, ACT_OF_SIDE[Side(side)], agreement)
    document = " ".join(document.split())
    for fault in movement_faults(document=document, amount=amount, on=on, agreement=agreement):
        raise fault
    facts = {"agreement": agreement, "side": side, "kind": kind, "amount": amount, "on": on}
    if FundEntry.objects.filter(**facts, document=document, reverses=None, reversed_by=None).exists():
        raise Refused(
            _("The same document, day and amount stand in the ledger already."),
            field="document",
            rule="R16",
        )
    if not beyond_due:
        _check_due(agreement, side, kind, amount)
    entry = FundEntry.objects.create(
        **facts,
        policy_year_id=agreement.policy_year_id,
        county_id=agreement.county_id,
        document=document,
        booked_by=actor,
    )
    _record("allocate_funds" if kind == Kind.ALLOCATED else "pay_funds", entry, actor)
    return entry


def movement_faults(
    *,
    document: str | None,
    amount: Decimal | None,
    on: datetime.date | None,
    agreement: Agreement | None,
) -> list[Refused]:
    """What is wrong with each of these facts of an allocation or payment by itself; with None for one that isn't
    known, nothing."""
    faults = (
        None if document is None else _document_fault(document),
        None if amount is None else _amount_fault(amount, least=Decimal("0.01")),
        None if on is None else _day_fault(on, agreement),
    )
    return [fault for fault in faults if fault is not None]


def _check_due(agreement: Agreement, side: str, kind: str, amount: Decimal) -> None:
    account = account_of(agreement, Side(side))
    if kind == Kind.PAID and amount > account.arrears:
        raise Refused(
            _(
                "This side still owes %(owed)s yuan, less than this payment. Correct the amount, or tick that more "
                "than is due is paid on purpose."
            ),
            field="beyond_due",
            rule="R16",
            owed=yuan(account.arrears),
        )
    if kind == Kind.ALLOCATED and amount > account.to_allocate:
        raise Refused(
            _(
                "With this, %(beyond)s yuan more than is due of this side would be allocated. Correct the amount, or "
                "tick that more than is due is allocated on purpose."
            ),
            field="beyond_due",
            rule="R16",
            beyond=yuan(amount - account.to_allocate),
        )


def _record(act: str, entry: FundEntry, actor: User) -> None:
    record(
        act,
        actor=actor,
        on=entry,
        facts={"side": entry.side, "amount": entry.amount, "document": entry.document},
    )
    if entry.kind == Kind.PAID:
        enqueue("riskpool.evaluate_agreement", entry.agreement_id)


def _is_reversed(entry: FundEntry) -> bool:
    return FundEntry.objects.filter(reverses=entry).exists()


def _document_fault(document: str) -> Refused | None:
    if document and len(document) <= LONGEST_DOCUMENT:
        return None
    return Refused(
        _("Enter the number of the document, at most %(most)d characters."),
        field="document",
        most=LONGEST_DOCUMENT,
    )


def _amount_fault(amount: Decimal, *, least: Decimal) -> Refused | None:
    if amount.is_finite() and least <= amount <= LARGEST and amount == amount.quantize(Decimal("0.01")):
        return None
    return Refused(
        _("Enter an amount from %(least)s to %(most)s yuan with at most two decimals."),
        field="amount",
        least=yuan(least),
        most=yuan(LARGEST),
    )


def _day_fault(on: datetime.date, agreement: Agreement | None) -> Refused | None:
    """Money moves neither in the future nor before the year that the agreement was made in."""
    if agreement is None:
        if on <= timezone.localdate():
            return None
        return Refused(_("The day lies in the future. Compare it with the document."), field="on")
    first = datetime.date(agreement.policy_year_id - 1, 1, 1)
    if first <= on <= timezone.localdate():
        return None
    return Refused(
        _("The day lies in the future, or before %(first)s. Compare it with the document."),
        field="on",
        first=first.isoformat(),
    )
