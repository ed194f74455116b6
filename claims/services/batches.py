"""Payment batches: approved claims of one agreement gathered by one person, released by another, and handed to the bank
(R22, R25, R26)."""

from collections.abc import Sequence

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims import bank_file
from claims.models import Claim, PaymentBatch, PaymentLine
from claims.payee import Payee, account_place, checked_payee, proposed_payee
from claims.services.steps import check_step, locked_agreement, locked_claim, take_step
from claims.services.suspension import check_not_suspended, check_posted
from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealing import seal
from jincheng_insurance.audit.services import record

State = PaymentBatch.State


@transaction.atomic(durable=True)
def gather_batch(*, agreement: Agreement, actor: User, claims: Sequence[int] | None = None) -> PaymentBatch:
    """Put approved claims of an agreement that wait in no other batch into a new one: all of them, or those whose keys
    are given. Payees are proposed from the confirmed accounts where known. Refused when there is none to gather, or one
    of those given isn't free any more."""
    agreement = locked_agreement(agreement.pk)
    if not (actor.can(Act.HANDLE_CLAIM, on=agreement) or actor.can(Act.RECORD_PAYMENT, on=agreement)):
        require(actor, Act.RECORD_PAYMENT, agreement)
    free = payable_claims(agreement).order_by("pk").select_for_update(of=("self",))
    if claims is not None:
        free = free.filter(pk__in=claims)
    gathered = list(free)
    if not gathered or (claims is not None and len(gathered) != len(set(claims))):
        raise Refused(
            _(
                "There is no approved claim to gather, or one of those chosen waits elsewhere. Reload the page."
            )
        )
    batch = open_batch(agreement, actor)
    for claim in gathered:
        add_line(batch, claim, proposed_payee(claim))
    record(
        "gather_batch",
        actor=actor,
        on=batch,
        facts={"number": batch.number, "claims": len(gathered)},
    )
    return batch


def payable_claims(agreement: Agreement) -> QuerySet[Claim]:
    """Approved claims of an agreement that stand in no live payment line."""
    return free_claims().filter(agreement=agreement)


def free_claims() -> QuerySet[Claim]:
    """Approved claims, of whichever agreement, that stand in no live payment line."""
    live = PaymentLine.objects.filter(state__in=(PaymentLine.State.PENDING, PaymentLine.State.PAID))
    return Claim.objects.filter(state=Claim.State.APPROVED).exclude(pk__in=live.values("claim"))


@transaction.atomic(durable=True)
def set_payee(*, line: PaymentLine, payee: Payee, actor: User) -> None:
    """Enter whom a line of a draft batch is paid to. The account is kept sealed. Only the insured, by the name the
    roster knows, needs no proof of relation or authority; `checked_payee` says what is refused."""
    batch = _locked_batch(line.batch)
    _require_gatherer(batch, actor)
    _check_draft(batch)
    line = PaymentLine.objects.select_related("claim").get(pk=line.pk)
    if line.state != PaymentLine.State.PENDING:
        raise Refused(_("This line is settled or was taken out. Reload the page."))
    write_payee(line, checked_payee(line.claim, payee))
    record(
        "set_payee",
        actor=actor,
        on=line,
        county_id=batch.county_id,
        facts={"claim": line.claim.number},
    )


def write_payee(line: PaymentLine, payee: Payee) -> None:
    """Put a checked payee on a saved line, its account sealed for exactly that row."""
    line.holder_name, line.bank_name = payee.holder_name, payee.bank_name
    line.relation, line.proof = payee.relation, payee.proof
    line.account_sealed = seal(payee.account, account_place(line.pk))
    line.save()


@transaction.atomic(durable=True)
def drop_line(*, line: PaymentLine, actor: User) -> None:
    """Take a claim out of a draft batch; it may be gathered anew. An emptied batch is cancelled."""
    batch = _locked_batch(line.batch)
    _require_gatherer(batch, actor)
    _check_draft(batch)
    rows = batch.lines.filter(pk=line.pk, state=PaymentLine.State.PENDING)
    if not rows.update(state=PaymentLine.State.DROPPED):
        return
    if not batch.lines.filter(state=PaymentLine.State.PENDING).exists():
        batch.state = State.CANCELLED
        batch.save()
    record("drop_line", actor=actor, on=line, county_id=batch.county_id, facts={"number": batch.number})


@transaction.atomic(durable=True)
def cancel_batch(*, batch: PaymentBatch, actor: User) -> None:
    """Give up a draft batch; its claims may be gathered anew."""
    batch = _locked_batch(batch)
    _require_gatherer(batch, actor)
    _check_draft(batch)
    batch.lines.filter(state=PaymentLine.State.PENDING).update(state=PaymentLine.State.DROPPED)
    batch.state = State.CANCELLED
    batch.save()
    record("cancel_batch", actor=actor, on=batch, facts={"number": batch.number})


@transaction.atomic(durable=True)
def release_batch(*, batch: PaymentBatch, actor: User) -> None:
    """Let a draft batch go to the bank: its claims are being paid from now on. Never by who gathered it; refused while
    payments are suspended (R22), before the posting is over (R28), or where a payee is missing."""
    batch = _locked_batch(batch)
    require(actor, Act.RECORD_PAYMENT, batch)
    _check_draft(batch)
    if batch.gathered_by_id == actor.pk:
        raise Refused(_("You gathered this batch; somebody else has to release it."))
    check_not_suspended(batch.agreement)
    lines = list(batch.lines.filter(state=PaymentLine.State.PENDING).order_by("claim_id"))
    nameless = sum(not line.has_payee for line in lines)
    if nameless:
        raise Refused(
            _("%(count)s lines have no payee yet. Enter the payee of each, or take the line out."),
            count=nameless,
        )
    for line in lines:
        claim = locked_claim(line.claim)
        check_step(claim, "release", actor)
        check_posted(claim)
        take_step(claim, "release", actor, note=batch.number, amount=line.amount)
    batch.state, batch.released_by, batch.released_at = State.RELEASED, actor, timezone.now()
    batch.save()
    record("release_batch", actor=actor, on=batch, facts={"number": batch.number, "claims": len(lines)})


@transaction.atomic(durable=True)
def export_batch(*, batch: PaymentBatch, actor: User) -> bytes:
    """The bank's workbook of a released batch: full account numbers, so each time is on record (R25)."""
    batch = _locked_batch(batch)
    require(actor, Act.RECORD_PAYMENT, batch)
    if batch.state != State.RELEASED:
        raise Refused(_("Only a released batch with payments still open goes to the bank."))
    lines = batch.lines.filter(state=PaymentLine.State.PENDING).select_related("claim").order_by("pk")
    workbook = bank_file.workbook_of(batch, list(lines))
    record("export_batch", actor=actor, on=batch, facts={"number": batch.number, "lines": lines.count()})
    return workbook


def open_batch(agreement: Agreement, actor: User, *, single: bool = False) -> PaymentBatch:
    """A new batch of a locked agreement. One that is `single` counts as released at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('claims_batch_number_seq')")
        (serial,) = cursor.fetchone()
    return PaymentBatch.objects.create(
        number=f"ZF{agreement.policy_year_id}-{agreement.county.code}-{serial:05d}",
        agreement=agreement,
        policy_year_id=agreement.policy_year_id,
        county_id=agreement.county_id,
        gathered_by=actor,
        **{"single": True, "state": State.RELEASED, "released_by": actor, "released_at": timezone.now()}
        if single
        else {},
    )


def add_line(batch: PaymentBatch, claim: Claim, payee: Payee | None) -> PaymentLine:
    """A line for a locked claim, to be paid to a checked payee where one is known. Refused when the claim stands in
    another live line (`line_claim_once_live`)."""
    assert claim.granted is not None, "claim_approved_has_decision"
    try:
        with transaction.atomic():
            line = PaymentLine.objects.create(batch=batch, claim=claim, amount=claim.granted)
    except IntegrityError as error:
        if "line_claim_once_live" not in str(error):
            raise
        raise waits_already(claim) from error
    if payee is not None:
        write_payee(line, payee)
    return line


def waits_already(claim: Claim) -> Refused:
    """A claim stands in one live line at most."""
    return Refused(_("Claim %(number)s already waits in a payment batch. Pay it there."), number=claim.number)


def _locked_batch(batch: PaymentBatch) -> PaymentBatch:
    locked_agreement(batch.agreement_id)
    return PaymentBatch.objects.select_related("agreement__county").get(pk=batch.pk)


def _require_gatherer(batch: PaymentBatch, actor: User) -> None:
    if not actor.can(Act.HANDLE_CLAIM, on=batch):
        require(actor, Act.RECORD_PAYMENT, batch)


def _check_draft(batch: PaymentBatch) -> None:
    if batch.state != State.DRAFT:
        raise Refused(
            _("The batch is now “%(state)s”; this is not possible any more. Reload the page."),
            state=batch.get_state_display(),
        )
