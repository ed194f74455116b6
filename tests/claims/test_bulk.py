"""The insurer's workbook: claims, bills and payments come in whole or not at all, by the rules of single entry, and
twice is as good as once."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from claims.bulk.texts import text_of
from claims.models import (
    Claim,
    ClaimEvent,
    ClaimImport,
    ClaimReference,
    ClaimRow,
    LossEntry,
    MedicalBill,
    Payment,
)
from claims.services import bulk, bulk_writing
from claims.services.bills import add_bill, edit_bill
from claims.services.decision import approve_claim, submit_claim
from claims.tasks import apply_import, check_import, sweep_imports
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from tests.claims.workbooks import (
    applied,
    bill_cells,
    checked,
    claim_cells,
    codes,
    number_of,
    payment_cells,
    workbook,
)
from tests.world import (
    World,
    approved_claim,
    bill_facts,
    drafted_batch,
    insure_person,
    released_batch,
    reported_claim,
)

State = ClaimImport.State


def two_claims(world: World) -> bytes:
    first, second = insure_person(world.own), insure_person(world.own)
    return workbook(
        [claim_cells(first, "A-1"), claim_cells(second, "A-2", reserve="1,500.50元")],
        [
            bill_cells("A-1", "F1", world.year.pk),
            bill_cells("A-1", "F2", world.year.pk, care="门诊", admitted_on=None, bill=1800, basic=None),
            bill_cells("A-2", "F3", world.year.pk),
        ],
    )


def written() -> tuple[int, ...]:
    return tuple(
        model.objects.count()
        for model in (Claim, ClaimReference, ClaimEvent, LossEntry, MedicalBill, Payment)
    )


def test_claims_and_bills_come_in_as_if_entered_one_by_one(world: World) -> None:
    done = applied(two_claims(world), world.own[Role.ADJUSTER], world.year.pk)

    assert done.state == State.APPLIED
    assert (done.new_claims, done.new_bills, done.new_payments, done.rejected) == (2, 3, 0, 0)
    first, second = (ClaimReference.objects.get(reference=name).claim for name in ("A-1", "A-2"))
    assert (first.state, first.agreement, first.account) == ("assessing", world.own.agreement, "因病住院")
    assert first.reported_by == world.own[Role.ADJUSTER]
    stay, visit = first.bills.order_by("invoice_number")
    assert (stay.bill, stay.self_pay, stay.diagnosis) == (Decimal("9000.50"), Decimal("5000.50"), "肺炎")
    assert (visit.care, visit.basic, visit.admitted_on) == ("outpatient", Decimal("0.00"), None)
    assert [entry.amount for entry in LossEntry.objects.filter(claim=second)] == [Decimal("1500.50")]
    steps = list(ClaimEvent.objects.filter(claim=first).order_by("id").values_list("step", flat=True))
    assert steps == ["report", "add_bill", "add_bill"]
    acts = AuditRecord.objects.values_list("act", flat=True)
    assert list(acts).count("report_claim") == 2
    assert {"upload_claims", "check_claims", "apply_claims", "claims_applied"} <= set(acts)
    assert set(ClaimRow.objects.values_list("claim_key", flat=True)) == {first.pk, second.pk}


def test_tasks_delivered_twice_and_the_same_workbook_again_add_nothing(world: World) -> None:
    data = two_claims(world)
    done = applied(data, world.own[Role.ADJUSTER], world.year.pk)
    before = written()
    for _ in range(2):
        check_import(done.pk)
        apply_import(done.pk)
    again = checked(data, world.own[Role.ADJUSTER], world.year.pk)
    assert (again.same, again.new, again.rejected) == (5, 0, 0)
    with pytest.raises(Refused):
        bulk.request_apply(claim_import=again, actor=world.own[Role.ADJUSTER])
    assert written() == before


def test_what_stands_is_never_changed_by_another_workbook(world: World) -> None:
    person = insure_person(world.own)
    actor = world.own[Role.ADJUSTER]
    applied(
        workbook([claim_cells(person, "A-1")], [bill_cells("A-1", "F1", world.year.pk)]), actor, world.year.pk
    )
    before = written()

    other = checked(
        workbook([claim_cells(person, "A-1", reserve=4000)], [bill_cells("A-1", "F9", world.year.pk)]),
        actor,
        world.year.pk,
    )
    assert codes(other) == [("claim", 2, "E", "claim_differs"), ("bill", 2, "A", "claim_refused")]
    bills = checked(workbook(bills=[bill_cells("A-1", "F1", world.year.pk, basic=1)]), actor, world.year.pk)
    assert codes(bills) == [("bill", 2, "H", "bill_differs")]
    assert written() == before


def test_a_later_workbook_adds_bills_to_a_claim_until_it_is_submitted(world: World) -> None:
    person = insure_person(world.own)
    actor = world.own[Role.ADJUSTER]
    applied(
        workbook([claim_cells(person, "A-1")], [bill_cells("A-1", "F1", world.year.pk)]), actor, world.year.pk
    )
    more = applied(workbook(bills=[bill_cells("A-1", "F2", world.year.pk)]), actor, world.year.pk)
    assert (more.new_bills, MedicalBill.objects.count()) == (1, 2)
    submit_claim(claim=Claim.objects.get(), actor=actor)
    late = checked(workbook(bills=[bill_cells("A-1", "F3", world.year.pk)]), actor, world.year.pk)
    assert codes(late) == [("bill", 2, "A", "refused")]


def test_a_bill_corrected_since_is_not_brought_back(world: World) -> None:
    person = insure_person(world.own)
    actor = world.own[Role.ADJUSTER]
    data = workbook([claim_cells(person, "A-1")], [bill_cells("A-1", "F1", world.year.pk)])
    applied(data, actor, world.year.pk)
    edit_bill(bill=MedicalBill.objects.get(), facts=bill_facts("100"), actor=actor)
    again = checked(data, actor, world.year.pk)
    assert codes(again) == [("bill", 2, "D", "bill_ended")]


def decided(world: World, reference: str = "A-1", self_pay: str = "5000") -> Claim:
    """A claim that came by workbook and has been approved."""
    person = insure_person(world.own)
    actor = world.own[Role.ADJUSTER]
    bill = bill_cells(reference, f"F-{reference}", world.year.pk, bill=self_pay, basic=0)
    applied(workbook([claim_cells(person, reference)], [bill]), actor, world.year.pk)
    claim = ClaimReference.objects.get(reference=reference).claim
    submit_claim(claim=claim, actor=actor)
    approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER])
    claim.refresh_from_db()
    return claim


def test_a_reviewer_records_payments_of_approved_claims_once(world: World) -> None:
    claim, other = decided(world), approved_claim(world.own)
    today = timezone.localdate()
    data = workbook(
        payments=[
            payment_cells("A-1", paid_on=today, amount=claim.granted),
            {"claim_number": other.number, "paid_on": today, "bank_reference": "LS0002"},
        ]
    )
    reviewer = world.own.payer
    done = applied(data, reviewer, world.year.pk)
    assert (done.state, done.new_payments) == (State.APPLIED, 2)
    for paid in (claim, other):
        paid.refresh_from_db()
        payment = Payment.objects.get(claim=paid)
        assert (paid.state, payment.amount, payment.recorded_by) == ("closed", paid.granted, reviewer)
    again = checked(data, reviewer, world.year.pk)
    assert (again.same, again.new, again.rejected) == (2, 0, 0)
    moved = workbook(payments=[payment_cells("A-1", paid_on=today, bank_reference="LS9999")])
    assert codes(checked(moved, reviewer, world.year.pk)) == [("payment", 2, "D", "payment_differs")]


def test_a_payment_of_a_claim_in_a_batch_is_sent_to_that_batch(world: World) -> None:
    """Whether the batch is a draft or with the bank."""
    reviewer, today = world.own[Role.REVIEWER], timezone.localdate()
    for reference, make in (("A-1", drafted_batch), ("A-2", released_batch)):
        claim = decided(world, reference)
        batch = make(world.own, claim)
        data = workbook(payments=[payment_cells(reference, paid_on=today)])
        upload = checked(data, reviewer, world.year.pk)
        assert codes(upload) == [("payment", 2, "A", "in_a_batch")]
        with override("zh-hans"):
            said = text_of("in_a_batch", upload.rows.get().problems[0]["params"])
        assert batch.number in said
        assert "支付批次" in said
    assert not Payment.objects.exists()


def test_each_imports_only_what_is_theirs(world: World) -> None:
    claim = decided(world)
    today = str(claim.approved_on)
    payments = workbook(payments=[payment_cells("A-1", paid_on=today)])
    assert codes(checked(payments, world.own[Role.ADJUSTER], world.year.pk)) == [
        ("payment", 2, "D", "not_yours_to_pay")
    ]
    claims = two_claims(world)
    by_reviewer = checked(claims, world.own[Role.REVIEWER], world.year.pk)
    assert {code for *_, code in codes(by_reviewer)} >= {"not_yours_to_report"}
    assert (by_reviewer.new, by_reviewer.rejected) == (0, 5)
    by_adjuster = checked(claims, world.own[Role.ADJUSTER], world.year.pk)
    for actor in (
        world.own[Role.REVIEWER],
        world.foreign[Role.ADJUSTER],
        world.own[Role.COUNTY_OFFICER],
        world.own[Role.AUDITOR],
    ):
        with pytest.raises(PermissionDenied):
            bulk.request_apply(claim_import=by_adjuster, actor=actor)
    with pytest.raises(PermissionDenied):
        bulk.cancel_import(claim_import=by_adjuster, actor=world.foreign[Role.ADJUSTER])
    for role in (Role.COUNTY_OFFICER, Role.CITY_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR):
        with pytest.raises(PermissionDenied):
            bulk.upload_claims(data=claims, file_name="a.xlsx", policy_year=world.year, actor=world.own[role])


def test_a_foreign_person_is_as_unknown_as_nobody(world: World) -> None:
    foreign = insure_person(world.foreign)
    data = workbook(
        [claim_cells(foreign, "A-1"), claim_cells(foreign, "A-2", id_number="110101199003070177")]
    )
    upload = checked(data, world.own[Role.ADJUSTER], world.year.pk)
    first, second = upload.rows.order_by("id")
    assert codes(upload) == [("claim", 2, "B", "person_unknown"), ("claim", 3, "B", "person_unknown")]
    assert first.problems[0]["params"] == second.problems[0]["params"]
    kept = str(list(upload.rows.values()))
    assert number_of(foreign) not in kept
    assert "110101199003070177" not in kept


def test_a_case_number_is_the_insurers_own(world: World) -> None:
    """Another insurer may use the same one; the same insurer not for two claims, and PostgreSQL minds whose it is."""
    actor, other = world.own[Role.ADJUSTER], world.foreign[Role.ADJUSTER]
    applied(workbook([claim_cells(insure_person(world.own), "A-1")]), actor, world.year.pk)
    foreign = applied(workbook([claim_cells(insure_person(world.foreign), "A-1")]), other, world.year.pk)
    assert (foreign.new_claims, ClaimReference.objects.count()) == (1, 2)
    claim = reported_claim(world.own)
    with pytest.raises(DatabaseError, match="claim_reference_once_an_insurer"), transaction.atomic():
        ClaimReference.objects.create(insurer=world.own.insurer, reference="A-1", claim=claim)
    with pytest.raises(DatabaseError, match="case number"), transaction.atomic():
        ClaimReference.objects.create(insurer=world.foreign.insurer, reference="B-1", claim=claim)


def test_one_that_dies_while_it_is_written_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = checked(two_claims(world), world.own[Role.ADJUSTER], world.year.pk)
    bulk.request_apply(claim_import=upload, actor=world.own[Role.ADJUSTER])
    before = written()
    enter, entered = bulk_writing.enter_bill, []

    def dies(*args: object, **kwargs: object) -> MedicalBill:
        if len(entered) == 2:
            raise RuntimeError("killed")
        entered.append(1)
        return enter(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(bulk_writing, "enter_bill", dies)
    with pytest.raises(RuntimeError, match="killed"):
        apply_import(upload.pk)
    assert (len(entered), written()) == (2, before)
    monkeypatch.setattr(bulk_writing, "enter_bill", enter)
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr("claims.tasks.enqueue", lambda task, key: sent.append((task, key)))
    sweep_imports()
    assert sent == [("claims.apply_import", upload.pk)]
    apply_import(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, Claim.objects.count(), MedicalBill.objects.count()) == (State.APPLIED, 2, 3)


def test_what_changed_since_the_check_is_found_while_writing_and_nothing_is_written(world: World) -> None:
    actor = world.own[Role.ADJUSTER]
    upload = checked(two_claims(world), actor, world.year.pk)
    bulk.request_apply(claim_import=upload, actor=actor)
    elsewhere = reported_claim(world.foreign)
    facts = bill_facts("500")
    facts = type(facts)(**{name: getattr(facts, name) for name in facts.__slots__} | {"invoice_number": "F2"})
    add_bill(claim=elsewhere, facts=facts, actor=world.foreign[Role.ADJUSTER])
    before = written()

    apply_import(upload.pk)

    upload.refresh_from_db()
    assert (upload.state, upload.moved, upload.rejected) == (State.CHECKED, True, 1)
    assert written() == before
    assert codes(upload) == [("bill", 3, "D", "R10")]
    bulk.request_apply(claim_import=upload, actor=actor)
    apply_import(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, MedicalBill.objects.filter(claim__agreement=world.own.agreement).count()) == (
        State.APPLIED,
        2,
    )


def test_a_refusal_that_no_check_foresees_ends_as_failed_with_nothing_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = world.own[Role.ADJUSTER]
    upload = checked(two_claims(world), actor, world.year.pk)
    bulk.request_apply(claim_import=upload, actor=actor)

    def refuses(*args: object, **kwargs: object) -> None:
        raise Refused("never")

    monkeypatch.setattr(bulk_writing, "enter_bill", refuses)
    apply_import(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.failure) == (State.FAILED, {"code": "could_not_apply", "params": {}})
    assert not Claim.objects.exists()


def test_checking_asks_no_question_for_a_single_line(world: World) -> None:
    counts = []
    for size in (1, 30):
        people = [insure_person(world.own) for _ in range(size)]
        data = workbook(
            [claim_cells(person, f"Q{size}-{place}") for place, person in enumerate(people)],
            [bill_cells(f"Q{size}-{place}", f"Q{size}F{place}", world.year.pk) for place in range(size)],
        )
        upload = bulk.upload_claims(
            data=data, file_name="q.xlsx", policy_year=world.year, actor=world.own[Role.ADJUSTER]
        )
        with CaptureQueriesContext(connection) as asked:
            check_import(upload.pk)
        counts.append(len(asked))
        assert ClaimRow.objects.filter(claim_import=upload, new=True).count() == 2 * size
    assert counts[0] == counts[1]
