"""Who may take which step of a claim and when, what the database refuses by itself, and what a payment does to the
ledger (R5-R11, R19, R22, R25)."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from claims.models import BenefitYear, Care, Claim, Decision, LossEntry, MedicalBill, Payment
from claims.services.bills import add_bill, remove_bill
from claims.services.decision import approve_claim, submit_claim
from claims.services.intake import change_reserve, look_up_person, report_claim
from claims.services.payment import record_payment
from enrollment.models import Agreement, InsuredPerson
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.scheme import medical
from jincheng_insurance.scheme.cover import BasicInsurance
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.terms import Terms
from riskpool.selectors.ratio import agreement_ratio
from tests.world import (
    Party,
    World,
    approved_claim,
    bill_facts,
    insure_person,
    reported_claim,
    submitted_claim,
)

State = Claim.State


def approve(party: Party, claim: Claim, actor: User | None = None) -> Decision:
    return approve_claim(claim=claim, reason="", actor=actor or party[Role.REVIEWER])


def pay(party: Party, claim: Claim, on: datetime.date | None = None) -> Payment:
    return record_payment(claim=claim, paid_on=on or timezone.localdate(), reference="B1", actor=party.payer)


def state_of(claim: Claim) -> str:
    return Claim.objects.values_list("state", flat=True).get(pk=claim.pk)


def nothing_granted(claim: Claim) -> bool:
    return (
        state_of(claim) == State.SUBMITTED
        and not Decision.objects.filter(claim=claim).exists()
        and not BenefitYear.objects.filter(inpatient_granted__gt=0).exists()
    )


# Who may


def test_the_database_refuses_an_approval_by_who_submitted(world: World) -> None:
    claim = submitted_claim(world.own)
    for actor in (claim.submitted_by, None):
        expected = r"claim_approved_(by_another|has_decision)"
        with pytest.raises(IntegrityError, match=expected), transaction.atomic():
            Claim.objects.filter(pk=claim.pk).update(state="approved", granted=1, approved_by=actor)
    with pytest.raises(IntegrityError, match="claim_approved_by_another"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(approved_by=world.own[Role.REVIEWER], submitted_by=None)


def test_only_a_reviewer_of_that_insurer_approves(world: World) -> None:
    claim = submitted_claim(world.own)
    strangers = (world.own[Role.ADJUSTER], world.own[Role.CITY_OFFICER], world.foreign[Role.REVIEWER])
    for actor in strangers:
        with pytest.raises(PermissionDenied):
            approve(world.own, claim, actor)
    assert nothing_granted(claim)


def test_a_claim_is_taken_in_by_its_own_insurer_alone(world: World) -> None:
    person = insure_person(world.own)
    for actor in (world.foreign[Role.ADJUSTER], world.own[Role.REVIEWER], world.own[Role.COUNTY_OFFICER]):
        with pytest.raises(PermissionDenied):
            report_claim(insured_person=person, reserve=Decimal(1), account="", actor=actor)
    claim = reported_claim(world.own, person)
    with pytest.raises(PermissionDenied):
        add_bill(claim=claim, facts=bill_facts("1"), actor=world.foreign[Role.ADJUSTER])


# R5


def test_R5_unknown_participation_blocks_approval_not_intake(world: World) -> None:
    person = insure_person(world.own, basic_insurance="unknown")
    claim = submitted_claim(world.own, person)

    with pytest.raises(RuleError) as refusal:
        approve(world.own, claim)
    assert (refusal.value.rule, refusal.value.code) == ("R5", "basic_insurance_unknown")
    assert nothing_granted(claim)

    InsuredPerson.objects.filter(pk=person.pk).update(basic_insurance="resident")
    assert approve(world.own, claim).inpatient == 1500


@pytest.mark.parametrize("participation", ["resident", "employee"])
def test_R5_resident_and_employee_insurance_both_count(world: World, participation: str) -> None:
    person = insure_person(world.own, basic_insurance=participation)
    assert approved_claim(world.own, person).granted == 1500


# R6, R9, R10


def test_R6_reimbursements_above_the_bill_are_an_input_error(world: World) -> None:
    claim = reported_claim(world.own)
    facts = replace(bill_facts("0"), commercial=Decimal("0.01"))
    with pytest.raises(RuleError) as refusal:
        add_bill(claim=claim, facts=facts, actor=world.own[Role.ADJUSTER])
    assert (refusal.value.rule, refusal.value.code) == ("R6", "negative_self_pay")
    assert not claim.bills.exists()


def test_R6_the_database_refuses_a_negative_self_pay_too(world: World) -> None:
    claim = submitted_claim(world.own)
    with pytest.raises(IntegrityError, match="bill_self_pay_not_negative"), transaction.atomic():
        claim.bills.update(basic=10**6)


def test_R9_nobody_is_discharged_before_being_admitted(world: World) -> None:
    claim = reported_claim(world.own)
    facts = replace(bill_facts("5000"), admitted_on=datetime.date(world.year.year, 1, 3))
    with pytest.raises(RuleError) as refusal:
        add_bill(claim=claim, facts=facts, actor=world.own[Role.ADJUSTER])
    assert (refusal.value.rule, refusal.value.code) == ("R9", "admitted_after_discharge")


@pytest.mark.parametrize("years", [-1, 1])
def test_R9_a_bill_of_another_year_is_refused(world: World, years: int) -> None:
    claim = reported_claim(world.own)
    day = datetime.date(world.year.year + years, 12, 31)
    with pytest.raises(Refused) as refusal:
        add_bill(claim=claim, facts=bill_facts("5000", on=day), actor=world.own[Role.ADJUSTER])
    assert (refusal.value.rule, refusal.value.field) == ("R9", "on")
    assert not claim.bills.exists()


def test_R9_a_stay_that_began_last_year_belongs_to_the_year_of_discharge_and_is_flagged(world: World) -> None:
    claim = reported_claim(world.own)
    facts = replace(bill_facts("5000"), admitted_on=datetime.date(world.year.year - 1, 12, 30))
    bill = add_bill(claim=claim, facts=facts, actor=world.own[Role.ADJUSTER])
    submit_claim(claim=claim, actor=world.own[Role.ADJUSTER])
    assert bill.crosses_year_end
    assert approve(world.own, claim).breakdown["flags"] == [medical.CROSSES_YEAR_END]


@pytest.mark.parametrize("spelled", ["AB 1234", "ab1234", "ＡＢ１２３４", " Ab12 34 "])
def test_R10_an_invoice_stands_once_in_all_counties_and_the_refusal_names_none(
    world: World, spelled: str
) -> None:
    first = reported_claim(world.foreign)
    facts = replace(bill_facts("5000"), invoice_number="AB1234")
    standing = add_bill(claim=first, facts=facts, actor=world.foreign[Role.ADJUSTER])
    second = reported_claim(world.own)
    again = replace(facts, invoice_number=spelled, hospital=f" {facts.hospital}　")

    with pytest.raises(Refused) as refusal:
        add_bill(claim=second, facts=again, actor=world.own[Role.ADJUSTER])

    assert (refusal.value.rule, refusal.value.field) == ("R10", "invoice_number")
    said = str(refusal.value) + repr(refusal.value.params)
    for secret in (world.foreign.county.name, world.foreign.insurer.name, first.number):
        assert secret not in said
    assert not second.bills.exists()

    remove_bill(bill=standing, actor=world.foreign[Role.ADJUSTER])
    assert add_bill(claim=second, facts=again, actor=world.own[Role.ADJUSTER]).standing


def test_R10_the_same_number_of_another_hospital_is_another_invoice(world: World) -> None:
    claim = reported_claim(world.own)
    facts = bill_facts("5000")
    for hospital in ("晋城市人民医院", "陵川县人民医院"):
        add_bill(claim=claim, facts=replace(facts, hospital=hospital), actor=world.own[Role.ADJUSTER])
    assert claim.bills.count() == 2


def test_R10_the_database_itself_refuses_a_second_standing_invoice(world: World) -> None:
    bill = submitted_claim(world.foreign).bills.get()
    bill.pk, bill.claim, bill._state.adding = None, reported_claim(world.own), True
    with pytest.raises(IntegrityError, match="bill_invoice_stands_once"), transaction.atomic():
        bill.save()
    assert MedicalBill.objects.count() == 1


# R7, R8, R11


def test_R7_inpatient_and_outpatient_are_reckoned_apart(world: World) -> None:
    person = insure_person(world.own)
    assert approved_claim(world.own, person, self_pay="5000").granted == 1500
    assert approved_claim(world.own, person, self_pay="3000", care=Care.OUTPATIENT).granted == 1000
    year = BenefitYear.objects.get(insured_person=person)
    assert (year.inpatient_granted, year.outpatient_granted) == (1500, 1000)


def test_R11_the_database_refuses_a_year_above_its_cap(world: World) -> None:
    approved_claim(world.own)
    for care in ("inpatient", "outpatient"):
        with pytest.raises(IntegrityError, match=f"benefit_{care}_within_cap"), transaction.atomic():
            BenefitYear.objects.update(**{f"{care}_granted": Decimal("20000.01")})


def test_the_decision_is_kept_with_its_terms_and_replays_to_the_same_figure(world: World) -> None:
    person = insure_person(world.own)
    approved_claim(world.own, person, self_pay="4000")
    claim = approved_claim(world.own, person, self_pay="3333.33")

    kept = Decision.objects.get(claim=claim)
    decided = medical.MedicalDecision.from_data(kept.breakdown)
    replayed = medical.adjudicate(
        terms=Terms.from_data(kept.terms),
        year=claim.policy_year_id,
        standing=[_self_pay("4000")],
        new=[_self_pay("3333.33")],
        granted={medical.Care.INPATIENT: Decimal(1000)},
        basic_insurance=BasicInsurance.RESIDENT,
        cover_from=person.cover_from,
        cover_to=person.cover_to,
    )
    assert replayed == decided
    assert decided.granted == kept.inpatient == claim.granted == Decimal("1666.67")
    (care,) = decided.cares
    assert care.breakdown.amount("year_self_pay") == Decimal("7333.33")
    assert care.breakdown.amount("already_granted") == 1000


def _self_pay(amount: str) -> medical.Bill:
    day = datetime.date(2026, 1, 2)
    return medical.Bill.of_self_pay(care=medical.Care.INPATIENT, on=day, self_pay=Decimal(amount))


# Money: reserve, payment, suspension


def booked(claim: Claim) -> dict[str, Decimal]:
    rows = LossEntry.objects.filter(claim=claim).values_list("kind").annotate(Sum("amount"))
    return dict(rows)


def test_R19_a_payment_releases_the_reserve_so_that_incurred_equals_paid(world: World) -> None:
    claim = reported_claim(world.own, reserve="9000")
    add_bill(claim=claim, facts=bill_facts("5000"), actor=world.own[Role.ADJUSTER])
    submit_claim(claim=claim, actor=world.own[Role.ADJUSTER])
    assert agreement_ratio(world.own.agreement).incurred == 9000
    approve(world.own, claim)
    assert booked(claim) == {"reserve": 1500}

    payment = pay(world.own, claim)

    assert booked(claim) == {"reserve": 0, "payment": 1500}
    assert agreement_ratio(world.own.agreement).incurred == payment.amount == 1500
    assert state_of(claim) == State.CLOSED


def test_a_claim_is_paid_once(world: World) -> None:
    claim = approved_claim(world.own)
    pay(world.own, claim)
    with pytest.raises(Refused):
        pay(world.own, claim)
    assert Payment.objects.count() == 1
    assert booked(claim)["payment"] == 1500


@pytest.mark.parametrize("days", [-1, 1])
def test_a_payment_is_dated_neither_before_approval_nor_in_the_future(world: World, days: int) -> None:
    claim = approved_claim(world.own)
    with pytest.raises(Refused) as refusal:
        pay(world.own, claim, on=timezone.localdate() + datetime.timedelta(days=days))
    assert refusal.value.field == "paid_on"
    assert state_of(claim) == State.APPROVED


def test_a_claim_is_not_paid_before_it_is_approved(world: World) -> None:
    for claim in (reported_claim(world.own), submitted_claim(world.own)):
        with pytest.raises(Refused):
            pay(world.own, claim)
    assert not Payment.objects.exists()


def test_R22_a_suspended_agreement_blocks_payment_and_nothing_else(world: World) -> None:
    agreement = Agreement.objects.filter(pk=world.own.agreement.pk)
    agreement.update(payments_suspended_at=timezone.now())

    claim = reported_claim(world.own)
    change_reserve(claim=claim, reserve=Decimal(2000), reason="r", actor=world.own[Role.ADJUSTER])
    add_bill(claim=claim, facts=bill_facts("5000"), actor=world.own[Role.ADJUSTER])
    submit_claim(claim=claim, actor=world.own[Role.ADJUSTER])
    approve(world.own, claim)
    with pytest.raises(Refused) as refusal:
        pay(world.own, claim)
    assert refusal.value.rule == "R22"
    assert (state_of(claim), booked(claim)) == (State.APPROVED, {"reserve": 1500})
    pay(world.foreign, approved_claim(world.foreign))

    agreement.update(payments_suspended_at=None)
    pay(world.own, claim)
    assert state_of(claim) == State.CLOSED


# Steps


def test_a_submitted_claim_is_not_changed_any_more(world: World) -> None:
    claim = submitted_claim(world.own)
    adjuster = world.own[Role.ADJUSTER]
    for change in (
        lambda: add_bill(claim=claim, facts=bill_facts("1"), actor=adjuster),
        lambda: remove_bill(bill=claim.bills.get(), actor=adjuster),
        lambda: change_reserve(claim=claim, reserve=Decimal(1), reason="r", actor=adjuster),
        lambda: submit_claim(claim=claim, actor=adjuster),
    ):
        with pytest.raises(Refused):
            change()
    assert claim.bills.get().standing


def test_a_claim_is_approved_once(world: World) -> None:
    claim = approved_claim(world.own)
    with pytest.raises(Refused):
        approve(world.own, claim)
    assert Decision.objects.filter(claim=claim).count() == 1


def test_a_claim_is_not_reported_for_tomorrow(world: World) -> None:
    with pytest.raises(Refused) as refusal:
        report_claim(
            insured_person=insure_person(world.own),
            reserve=Decimal(1),
            account="",
            actor=world.own[Role.ADJUSTER],
            reported_on=timezone.localdate() + datetime.timedelta(days=1),
        )
    assert refusal.value.field == "reported_on"


def test_each_step_stands_in_the_record_of_acts(world: World) -> None:
    claim = approved_claim(world.own)
    pay(world.own, claim)
    acts = AuditRecord.objects.filter(county=world.own.county).order_by("id").values_list("act", flat=True)
    steps = ["report_claim", "add_bill", "submit_claim", "approve_claim", "record_payment"]
    assert [act for act in acts if act in steps] == steps


def test_R25_a_person_is_found_within_reach_alone_and_each_look_is_recorded(world: World) -> None:
    person = insure_person(world.own)
    number = _number_of(person)
    own, foreign = world.own[Role.ADJUSTER], world.foreign[Role.ADJUSTER]
    assert look_up_person(identity_number=number, policy_year=world.year, actor=own) == person
    assert look_up_person(identity_number=number, policy_year=world.year, actor=foreign) is None
    looks = AuditRecord.objects.filter(act="find_person").order_by("id")
    assert [(look.actor, look.facts) for look in looks] == [
        (own, {"found": True}),
        (foreign, {"found": False}),
    ]
    assert not any(number in str(vars(look)) for look in looks)


def _number_of(person: InsuredPerson) -> str:
    from enrollment.selectors import identity_place
    from jincheng_insurance.access.sealing import unseal

    row = person.roster_person
    return unseal(bytes(row.id_number_sealed), identity_place(row.pk))
