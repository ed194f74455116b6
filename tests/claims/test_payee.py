"""Whom money goes to and who sends it: a payee as the roster bears it out, two persons for a single payment, and
what is still owed shown where the next claim is decided (R11, R25)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from claims.models import Claim, Payment, PaymentBatch, PaymentLine
from claims.paper.facts import claim_facts
from claims.paper.letters import calculation_sheet, decision_letter
from claims.paper.plain import plain_words
from claims.payee import Payee, insured_names
from claims.selectors.recovery import to_recover_from_person
from claims.services.batches import add_line, gather_batch, open_batch, set_payee
from claims.services.bills import add_bill
from claims.services.decision import approve_claim, submit_claim
from claims.services.intake import report_claim
from claims.services.outcome import reverse_decision
from claims.services.payment import record_payment
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from tests.world import (
    World,
    approved_claim,
    approved_loss,
    bill_facts,
    drafted_batch,
    insure_person,
    paid_line,
    reported_claim,
    submitted_claim,
)

ACCOUNT = "6228480000000000001"


def draft_line(world: World, claim: Claim) -> PaymentLine:
    batch = gather_batch(agreement=world.own.agreement, claims=[claim.pk], actor=world.own[Role.ADJUSTER])
    return batch.lines.get()


@pytest.mark.parametrize("make", [approved_claim, approved_loss])
def test_the_insureds_own_account_bears_the_insureds_name(world: World, make: object) -> None:
    line = draft_line(world, make(world.own))  # type: ignore[operator]
    (name,) = insured_names(line.claim)
    adjuster = world.own[Role.ADJUSTER]
    with pytest.raises(Refused) as refusal:
        set_payee(line=line, payee=Payee("别人", "农行", ACCOUNT, "self"), actor=adjuster)
    assert refusal.value.field == "relation"
    assert name in str(refusal.value)
    spaced = f" {name[0]}　{name[1:]} "
    set_payee(line=line, payee=Payee(spaced, "农行", ACCOUNT, "self"), actor=adjuster)
    line.refresh_from_db()
    assert line.relation == "self"


@pytest.mark.parametrize(
    ("relation", "proof", "field"),
    [("guardian", "", "proof"), ("guardian", " ", "proof"), ("head", "户口簿", "holder_name")],
)
def test_another_holder_needs_proof_and_a_head_is_the_rosters(
    world: World, relation: str, proof: str, field: str
) -> None:
    line = draft_line(world, approved_claim(world.own))
    with pytest.raises(Refused) as refusal:
        set_payee(
            line=line,
            payee=Payee("别人", "农行", ACCOUNT, relation, proof),
            actor=world.own[Role.ADJUSTER],
        )
    assert refusal.value.field == field
    with pytest.raises(IntegrityError, match="line_payee_of_another_has_proof"), transaction.atomic():
        PaymentLine.objects.filter(pk=line.pk).update(relation="guardian", proof="")


def test_the_page_says_so_at_the_field_and_offers_to_change_a_payee(world: World, client: Client) -> None:
    line = draft_line(world, approved_claim(world.own))
    client.force_login(world.own[Role.ADJUSTER])
    address = f"/claims/payments/lines/{line.pk}/payee/"
    sent = {"holder_name": "别人", "bank_name": "农行", "account": ACCOUNT, "relation": "self"}
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["relation"]
    assert "填写收款人" in client.get(f"/claims/payments/{line.batch_id}/").content.decode()
    assert client.post(address, sent | {"relation": "guardian", "proof": "监护证明"}).status_code == 302
    page = client.get(f"/claims/payments/{line.batch_id}/").content.decode()
    assert "修改收款人" in page
    assert "填写收款人" not in page


def test_who_approved_a_claim_does_not_pay_it_alone(world: World, client: Client) -> None:
    claim, reviewer = approved_claim(world.own), world.own[Role.REVIEWER]
    sent = {"claim": claim, "paid_on": timezone.localdate(), "reference": "B"}
    with pytest.raises(Refused):
        record_payment(**sent, actor=reviewer)  # type: ignore[arg-type]
    assert not Payment.objects.filter(claim=claim).exists()
    client.force_login(reviewer)
    page = client.get(f"/claims/{claim.pk}/").content.decode()
    assert "请由另一名审核员登记支付" in page
    assert f'action="/claims/{claim.pk}/pay/"' not in page
    record_payment(**sent, actor=world.own.payer)  # type: ignore[arg-type]


def _written_past_the_service(claim: Claim, opened_by: User, recorded_by: User) -> None:
    line = add_line(open_batch(claim.agreement, opened_by, single=True), claim, None)
    Payment.objects.create(
        claim=claim,
        line=line,
        amount=line.amount,
        paid_on=timezone.localdate(),
        reference="x",
        recorded_by=recorded_by,
    )


def test_the_database_keeps_a_single_payment_from_who_approved(world: World) -> None:
    claim, reviewer = approved_claim(world.own), world.own[Role.REVIEWER]
    for opened_by, recorded_by in ((reviewer, world.own.payer), (world.own.payer, reviewer)):
        with pytest.raises(IntegrityError, match="does not pay it alone"), transaction.atomic():
            _written_past_the_service(claim, opened_by, recorded_by)
    batch = drafted_batch(world.own, claim)
    with pytest.raises(IntegrityError, match="stands"), transaction.atomic():
        PaymentBatch.objects.filter(pk=batch.pk).update(single=True)
    with pytest.raises(IntegrityError, match="stands"), transaction.atomic():
        PaymentBatch.objects.filter(pk=batch.pk).update(gathered_by=world.own.payer)


def test_R11_what_is_to_be_recovered_stands_where_the_next_claim_is_decided(
    world: World, client: Client
) -> None:
    person = insure_person(world.own)
    paid = paid_line(world.own, approved_claim(world.own, person)).claim
    reverse_decision(claim=paid, reason="有误", actor=world.own[Role.REVIEWER])
    waiting = submitted_claim(world.own, person, self_pay="4000")
    client.force_login(world.own[Role.REVIEWER])
    page = client.get(f"/claims/{waiting.pk}/").content.decode()
    assert (
        page.count(f'<a href="/claims/{paid.pk}/">{paid.number}</a>') == 2
    )  # by the button, and by the cover
    assert "应追回" in page
    client.force_login(world.own[Role.ADJUSTER])
    assert paid.number in client.get(f"/claims/report/{person.pk}/").content.decode()
    (row,) = to_recover_from_person(world.foreign[Role.REVIEWER], person).rows
    assert (row.amount, row.claim) == (Decimal(1500), None)


def test_R11_a_set_off_is_named_in_preview_letter_sheet_and_plain_words(world: World, client: Client) -> None:
    person = insure_person(world.own)
    first = approved_claim(world.own, person, self_pay="3000")  # 500
    approved_claim(world.own, person, self_pay="2000")  # 1,000, which 2,000 alone don't carry
    reverse_decision(claim=first, reason="有误", actor=world.own[Role.REVIEWER])
    third = submitted_claim(world.own, person, self_pay="3000")
    client.force_login(world.own[Role.REVIEWER])
    assert "今年以前多付的 1,000.00 元已从本次扣回" in client.get(f"/claims/{third.pk}/").content.decode()
    approve_claim(claim=third, reason="", actor=world.own[Role.REVIEWER])
    third.refresh_from_db()
    assert third.granted == 500
    facts = claim_facts(third)
    for paper in (decision_letter(facts), plain_words(facts)):
        assert "今年以前多付的 1,000.00 元已从本次扣回" in str(paper)
    assert "其中以前溢付、本次扣回" in str(calculation_sheet(facts))


def test_a_refused_sum_marks_its_fields_and_keeps_the_panel(world: World, client: Client) -> None:
    claim, adjuster = reported_claim(world.own), world.own[Role.ADJUSTER]
    add_bill(claim=claim, facts=bill_facts("5000"), actor=adjuster)
    client.force_login(adjuster)
    sent = {
        "care": "inpatient",
        "hospital": "医院",
        "invoice_number": "Z1",
        "on": timezone.localdate(),
        "bill": "100",
        "basic": "80",
        "other": "30",
    }
    answer = client.post(f"/claims/{claim.pk}/bills/", sent)
    assert answer.status_code == 422
    form = answer.context["bill_form"]
    assert set(form.errors) == {"bill"}
    marked = {name for name, field in form.fields.items() if field.widget.attrs.get("aria-invalid")}
    assert marked == {"basic", "other"}
    assert (answer.context["explanation"].granted, bool(answer.context["explanation"].parts)) == (1500, True)


def test_a_reversed_claim_without_bills_is_not_late(world: World) -> None:
    adjuster, first = world.own[Role.ADJUSTER], date(world.year.year, 1, 2)
    person = insure_person(world.own)
    claim = report_claim(insured_person=person, reserve=Decimal(1), account="", actor=adjuster)
    add_bill(claim=claim, facts=bill_facts("5000", on=first), actor=adjuster)
    Claim.objects.filter(pk=claim.pk).update(late=True)
    submit_claim(claim=claim, actor=adjuster)
    approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER])
    reverse_decision(claim=claim, reason="有误", actor=world.own[Role.REVIEWER])
    assert not Claim.objects.get(pk=claim.pk).late
