"""Payment batches: gathered by one, released by another, settled line by line; nothing goes out twice (R22, R25)."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from io import BytesIO
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, connections, transaction
from django.db.models import Sum
from django.utils import timezone
from openpyxl import load_workbook

from claims.models import Claim, LossEntry, Payment, PaymentBatch, PaymentLine
from claims.payee import Payee, masked_account, open_account
from claims.services.batches import (
    cancel_batch,
    drop_line,
    export_batch,
    gather_batch,
    release_batch,
    set_payee,
)
from claims.services.payment import record_line_failed, record_line_paid, record_payment, reverse_payment
from enrollment.models import Agreement, PolicyTerm
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from riskpool.selectors.ratio import agreement_ratio
from tests.world import World, approved_claim, drafted_batch, paid_line, released_batch, some_payee

ACCOUNT = "6228480000000000001"


def suspend(world: World) -> None:
    Agreement.objects.filter(pk=world.own.agreement.pk).update(payments_suspended_at=timezone.now())


def pay(line: PaymentLine, actor: User) -> Payment:
    return record_line_paid(line=line, paid_on=timezone.localdate(), reference="YH1", actor=actor)


def again(claim: Claim) -> Claim:
    return Claim.objects.get(pk=claim.pk)


def booked(claim: Claim) -> dict[str, Decimal]:
    return dict(LossEntry.objects.filter(claim=claim).values_list("kind").annotate(Sum("amount")))


def test_a_batch_is_gathered_released_paid_and_settled(world: World) -> None:
    claims = [approved_claim(world.own), approved_claim(world.own)]
    batch, reviewer = released_batch(world.own, *claims), world.own[Role.REVIEWER]
    assert {again(claim).state for claim in claims} == {Claim.State.PAYING}
    first, second = batch.lines.order_by("pk")
    pay(first, reviewer)
    batch.refresh_from_db()
    assert batch.state == PaymentBatch.State.RELEASED
    pay(second, reviewer)
    batch.refresh_from_db()
    assert batch.state == PaymentBatch.State.SETTLED
    assert {again(claim).state for claim in claims} == {Claim.State.CLOSED}
    assert agreement_ratio(world.own.agreement).incurred == 3000


def test_who_gathers_does_not_release(world: World) -> None:
    approved_claim(world.own)
    reviewer = world.own[Role.REVIEWER]
    batch = gather_batch(agreement=world.own.agreement, actor=reviewer)
    set_payee(line=batch.lines.get(), payee=some_payee(), actor=reviewer)
    with pytest.raises(Refused):
        release_batch(batch=batch, actor=reviewer)
    with pytest.raises(PermissionDenied):
        release_batch(batch=batch, actor=world.own[Role.ADJUSTER])
    with pytest.raises(IntegrityError, match="batch_released_by_another"), transaction.atomic():
        PaymentBatch.objects.update(state="released", released_by=reviewer, released_at=timezone.now())


def test_a_claim_waits_in_one_batch(world: World) -> None:
    batch = drafted_batch(world.own)
    claim = batch.lines.get().claim
    with pytest.raises(Refused):
        gather_batch(agreement=world.own.agreement, actor=world.own[Role.ADJUSTER])
    with pytest.raises(Refused):
        paid_line(world.own, claim)
    with pytest.raises(IntegrityError, match="line_claim_once_live"), transaction.atomic():
        PaymentLine.objects.create(batch=batch, claim=claim, amount=1)
    cancel_batch(batch=batch, actor=world.own[Role.ADJUSTER])
    assert paid_line(world.own, claim).state == "paid"


def test_a_line_without_payee_is_not_released_and_may_be_taken_out(world: World) -> None:
    named, nameless = approved_claim(world.own), approved_claim(world.own)
    adjuster, reviewer = world.own[Role.ADJUSTER], world.own[Role.REVIEWER]
    batch = gather_batch(agreement=world.own.agreement, actor=adjuster)
    set_payee(line=batch.lines.get(claim=named), payee=some_payee(), actor=adjuster)
    with pytest.raises(Refused):
        release_batch(batch=batch, actor=reviewer)
    drop_line(line=batch.lines.get(claim=nameless), actor=adjuster)
    release_batch(batch=batch, actor=reviewer)
    assert again(nameless).state == Claim.State.APPROVED


@pytest.mark.parametrize(
    ("payee", "field"),
    [
        (Payee("王", "农行", "123", "self"), "account"),
        (Payee("", "农行", ACCOUNT, "self"), "holder_name"),
        (Payee("王", "农行", ACCOUNT, "cousin"), "relation"),
        (Payee("王", "农行", ACCOUNT, "guardian"), "proof"),
    ],
)
def test_a_wrong_payee_is_refused_at_its_field(world: World, payee: Payee, field: str) -> None:
    line = drafted_batch(world.own).lines.get()
    with pytest.raises(Refused) as refusal:
        set_payee(line=line, payee=payee, actor=world.own[Role.ADJUSTER])
    assert refusal.value.field == field


def test_R25_the_account_is_sealed_masked_and_in_full_only_in_the_banks_workbook(world: World) -> None:
    batch = released_batch(world.own)
    line = batch.lines.get()
    assert ACCOUNT.encode() not in bytes(line.account_sealed or b"")
    assert (masked_account(line), open_account(line)) == ("6228***********0001", ACCOUNT)
    with pytest.raises(PermissionDenied):
        export_batch(batch=batch, actor=world.own[Role.ADJUSTER])
    data = export_batch(batch=batch, actor=world.own[Role.REVIEWER])
    row = next(load_workbook(BytesIO(data)).active.iter_rows(min_row=2, max_row=2))
    assert (row[4].value, row[4].data_type, row[5].value) == (ACCOUNT, "s", 1500)
    assert AuditRecord.objects.filter(act="export_batch", object_id=str(batch.pk)).count() == 1
    assert not any(ACCOUNT in str(vars(record)) for record in AuditRecord.objects.all())


def test_a_name_like_a_formula_stays_text_in_the_workbook(world: World) -> None:
    batch = drafted_batch(world.own)
    payee = Payee("=1+1", "农行", ACCOUNT, "guardian", "监护证明")
    set_payee(line=batch.lines.get(), payee=payee, actor=world.own[Role.ADJUSTER])
    release_batch(batch=batch, actor=world.own[Role.REVIEWER])
    data = export_batch(batch=batch, actor=world.own[Role.REVIEWER])
    cell = load_workbook(BytesIO(data)).active["C2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_failed_line_may_be_tried_again_in_another_batch(world: World) -> None:
    batch, reviewer = released_batch(world.own), world.own[Role.REVIEWER]
    line = batch.lines.get()
    record_line_failed(line=line, reason="账号已销户", actor=reviewer)
    claim = again(line.claim)
    assert (claim.state, booked(claim)) == (Claim.State.APPROVED, {"reserve": 1500})
    with pytest.raises(Refused):
        pay(line, reviewer)
    pay(released_batch(world.own, claim).lines.get(), reviewer)
    assert booked(claim) == {"reserve": 0, "payment": 1500}


def test_R19_money_that_came_back_is_reversed_and_its_reserve_set_again(world: World) -> None:
    line, reviewer = paid_line(world.own), world.own[Role.REVIEWER]
    reverse_payment(line=line, reason="户名不符", actor=reviewer)
    claim = again(line.claim)
    assert (claim.state, booked(claim)) == (Claim.State.APPROVED, {"reserve": 1500, "payment": 0})
    with pytest.raises(Refused):
        reverse_payment(line=line, reason="户名不符", actor=reviewer)
    pay(released_batch(world.own, claim).lines.get(), reviewer)
    assert booked(claim) == {"reserve": 0, "payment": 1500}
    assert Payment.objects.aggregate(sum=Sum("amount"))["sum"] == 1500


def test_R22_a_suspended_agreement_neither_releases_nor_pays(world: World) -> None:
    released, drafted = released_batch(world.own), drafted_batch(world.own)
    suspend(world)
    line, reviewer = released.lines.get(), world.own[Role.REVIEWER]
    for act in (
        lambda: release_batch(batch=drafted, actor=reviewer),
        lambda: pay(line, reviewer),
        lambda: paid_line(world.own),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.rule == "R22"
    with pytest.raises(IntegrityError, match="suspended"), transaction.atomic():
        Payment.objects.create(
            claim=line.claim,
            line=line,
            amount=1500,
            paid_on=timezone.localdate(),
            reference="x",
            recorded_by=reviewer,
        )
    with pytest.raises(IntegrityError, match="suspended"), transaction.atomic():
        PaymentBatch.objects.filter(pk=drafted.pk).update(
            state="released", released_by=reviewer, released_at=timezone.now()
        )
    record_line_failed(line=line, reason="账号有误", actor=reviewer)


def test_the_database_pays_only_what_was_granted_on_an_open_line(world: World) -> None:
    line, reviewer = released_batch(world.own).lines.get(), world.own[Role.REVIEWER]
    paid = {
        "claim": line.claim,
        "paid_on": timezone.localdate(),
        "reference": "x",
        "recorded_by": reviewer,
    }
    for wrong in ({"line": line, "amount": 1499}, {"line": None, "amount": 1500}):
        with pytest.raises(IntegrityError, match="what was granted"), transaction.atomic():
            Payment.objects.create(**paid, **wrong)
    with pytest.raises(IntegrityError, match="stands"), transaction.atomic():
        PaymentLine.objects.filter(pk=line.pk).update(account_sealed=b"other")
    payment = pay(line, reviewer)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(amount=1)
    with pytest.raises(IntegrityError, match="exactly"), transaction.atomic():
        Payment.objects.create(**paid, line=line, amount=-1, reverses=payment)


def test_R28_nothing_is_paid_before_the_posting_is_over(world: World) -> None:
    PolicyTerm.objects.create(policy_year=world.year, name="posting_days", value=5, source="裁定")
    with pytest.raises(Refused) as refusal:
        paid_line(world.own)
    assert refusal.value.rule == "R28"


def test_two_batches_and_a_single_payment_at_once_pay_a_claim_once(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jincheng_insurance.web.background._send", lambda task, ids: None)
    party = live_world.own
    claim = approved_claim(party)
    gate = Barrier(4)

    def run(number: int) -> object:
        try:
            gate.wait()
            if number == 3:
                return record_payment(
                    claim=claim, paid_on=timezone.localdate(), reference="B", actor=party.payer
                )
            return gather_batch(agreement=party.agreement, claims=[claim.pk], actor=party[Role.ADJUSTER])
        except Exception as error:  # looked at below
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(run, range(4)))
    assert [type(result) for result in results].count(Refused) == 3
    assert PaymentLine.objects.filter(claim=claim, state__in=("pending", "paid")).count() == 1
