"""Every sum laid out line by line: the stages that pages and letters show, with rule, amount and what went into it."""

import datetime
from decimal import Decimal

import pytest

from jincheng_insurance.scheme.breakdown import Breakdown
from jincheng_insurance.scheme.cover import BasicInsurance
from jincheng_insurance.scheme.medical import Bill, Care, MedicalDecision, adjudicate
from jincheng_insurance.scheme.money import ZERO, Shares
from jincheng_insurance.scheme.premium import Budget, Funding, budget, funding, premium_due, refund
from jincheng_insurance.scheme.property import Cause, PropertyDecision, SignOff, adjudicate_property
from jincheng_insurance.scheme.settlement import Pool, settle
from jincheng_insurance.scheme.statement import Units, opposite_due, refund_due, statement_due, unit_premium
from tests.scheme.strategies import PER_VISIT, TERMS

PRO_RATA = TERMS.with_changes({"midyear_premium": "pro_rata"})
DAY = datetime.date(2026, 5, 20)


def laid_out(breakdown: Breakdown) -> list[str]:
    """A line a stage: code, rule, amount, and the figures that went into it."""
    return [
        " ".join(
            [stage.code, stage.rule, str(stage.amount), *(f"{name}={text}" for name, text in stage.inputs)]
        )
        for stage in breakdown.stages
    ]


def decided(**facts: object) -> MedicalDecision:
    usual = {
        "terms": TERMS,
        "year": 2026,
        "standing": [],
        "granted": {},
        "basic_insurance": BasicInsurance.EMPLOYEE,
        "cover_from": datetime.date(2026, 1, 1),
        "cover_to": datetime.date(2026, 12, 31),
    }
    return adjudicate(**usual | facts)  # type: ignore[arg-type]


def stay(self_pay: str, admitted: datetime.date | None = None) -> Bill:
    return Bill.of_self_pay(care=Care.INPATIENT, on=DAY, self_pay=Decimal(self_pay), admitted=admitted)


def test_a_medical_decision() -> None:
    visit = Bill.of_self_pay(care=Care.OUTPATIENT, on=DAY, self_pay=Decimal("1000.01"))
    inpatient, outpatient = decided(
        new=[stay("3000"), visit], standing=[stay("45000")], granted={Care.INPATIENT: Decimal(20500)}
    ).cares
    assert laid_out(inpatient.breakdown) == [
        "year_self_pay R6 48000.00 bills=2",
        "deductible R8 2000.00 basis=annual",
        "above_deductible R7 46000.00",
        "rate_applied R7 23000.00 rate=0.5",
        "cap R7 20000.00",
        "entitlement R8 20000.00",
        "already_granted R11 20500.00",
        "overpayment R11 500.00",
        "granted R11 0.00",
    ]
    assert laid_out(outpatient.breakdown) == [
        "year_self_pay R6 1000.01 bills=1",
        "deductible R8 1000.00 basis=annual",
        "above_deductible R7 0.01",
        "rate_applied R7 0.01 rate=0.5",
        "cap R7 10000.00",
        "entitlement R8 0.01",
        "already_granted R11 0.00",
        "granted R11 0.01",
    ]
    assert (inpatient.overpayment, inpatient.remaining_cap) == (500, 0)


def test_a_decision_per_visit_names_its_basis() -> None:
    (care,) = decided(terms=PER_VISIT, new=[stay("2500"), stay("1500")]).cares
    assert laid_out(care.breakdown)[:4] == [
        "year_self_pay R6 4000.00 bills=2",
        "deductible R8 2000.00 basis=per_visit",
        "above_deductible R7 500.00",
        "rate_applied R7 250.00 rate=0.5",
    ]


def test_an_earlier_overpayment_is_shown_as_set_off_after_what_was_granted() -> None:
    (care,) = decided(
        new=[stay("3000")], standing=[stay("2000")], granted={Care.INPATIENT: Decimal(1000)}
    ).cares
    assert care.set_off == 1000
    assert laid_out(care.explained)[6:] == [
        "already_granted R11 1000.00",
        "set_off R11 1000.00",
        "granted R11 500.00",
    ]
    (partly,) = decided(
        new=[stay("500")], standing=[stay("2000")], granted={Care.INPATIENT: Decimal(1000)}
    ).cares
    assert (partly.set_off, partly.overpayment, partly.granted) == (250, 750, 0)
    (nothing,) = decided(
        new=[stay("500")], standing=[stay("4000")], granted={Care.INPATIENT: Decimal(1000)}
    ).cares
    assert (nothing.set_off, nothing.granted) == (0, 250)
    (plain,) = decided(new=[stay("3000")]).cares
    assert plain.explained == plain.breakdown


def test_a_decision_is_stored_with_the_names_that_pages_read() -> None:
    made = decided(new=[stay("3000", admitted=datetime.date(2025, 12, 30))])
    data = made.to_data()
    assert data["flags"] == ["stay_crosses_year_end"]
    (care,) = data["cares"]
    assert care | {"breakdown": []} == {
        "care": "inpatient",
        "breakdown": [],
        "self_pay_before": "0.00",
        "self_pay_after": "3000.00",
        "entitlement_before": "0.00",
        "entitlement_after": "500.00",
        "cap": "20000.00",
        "granted_before": "0.00",
        "granted": "500.00",
        "overpayment": "0.00",
        "remaining_cap": "19500.00",
    }
    assert care["breakdown"][0] == {
        "code": "year_self_pay",
        "rule": "R6",
        "amount": "3000.00",
        "inputs": {"bills": "1"},
    }
    assert MedicalDecision.from_data(data) == made
    assert MedicalDecision.from_data({"cares": data["cares"]}).flags == ()
    without_inputs = [{"code": "due", "rule": "R18", "amount": "1.00"}]
    assert laid_out(Breakdown.from_data(without_inputs)) == ["due R18 1.00"]


def test_a_loss() -> None:
    made = adjudicate_property(
        terms=TERMS,
        cause=Cause.NATURAL_DISASTER,
        peril="flood",
        police_report=False,
        responsible=None,
        sign_offs=tuple(SignOff),
        assessed=Decimal("12000.50"),
        recovered=Decimal(2000),
        granted_before=Decimal(15000),
    )
    assert laid_out(made.breakdown) == [
        "assessed R14 12000.50 cause=natural_disaster",
        "recovered R14 2000.00",
        "net_loss R14 10000.50",
        "property_cap R14 20000.00",
        "already_granted R11 15000.00",
        "property_remaining R14 5000.00",
        "granted R14 5000.00",
    ]
    assert (made.granted, made.remaining) == (5000, 0)
    data = made.to_data()
    assert (data["granted"], data["remaining"], len(data["breakdown"])) == ("5000.00", "0.00", 7)
    assert PropertyDecision.from_data(data) == made


def test_a_premium_and_one_for_the_months_left() -> None:
    full = premium_due(terms=TERMS, households=4, persons=9, county="沁水县", month=10)
    assert laid_out(full.breakdown) == [
        "person_premiums R18 900.00 persons=9",
        "household_premiums R18 120.00 households=4",
        "due R18 1020.00",
        "city_share R15 306.00 ratio=3 : 7",
        "county_share R15 714.00 ratio=3 : 7",
    ]
    assert full.shares == Shares(Decimal(306), Decimal(714))
    part = premium_due(terms=PRO_RATA, households=1, persons=1, county="城区", month=6)
    assert laid_out(part.breakdown) == [
        "person_premiums R18 100.00 persons=1",
        "household_premiums R18 30.00 households=1",
        "full_year_due R18 130.00",
        "months_left R18 7",
        "due R18 75.83",
        "city_share R15 37.92 ratio=5 : 5",
        "county_share R15 37.91 ratio=5 : 5",
    ]
    whole = premium_due(terms=PRO_RATA, households=1, persons=1, county="城区", month=1)
    assert laid_out(whole.breakdown)[2] == "due R18 130.00"
    assert premium_due(terms=PRO_RATA, households=1, persons=1, county="城区").due == 130
    assert refund(terms=PRO_RATA, households=1, persons=1, county="城区", month=6).due == Decimal("-75.83")
    assert refund(terms=PRO_RATA, households=1, persons=1, county="城区").due == -130


def test_a_budget_and_a_side_s_funding() -> None:
    assert laid_out(budget(terms=TERMS, households=4039, persons=9062).breakdown) == [
        "budget_households R4 323",
        "budget_persons R4 725",
    ]
    assert Budget(0, 1).breakdown.amount("budget_persons") == 1
    side = Funding(due=Decimal(300), allocated=Decimal(280), paid=Decimal(150))
    assert laid_out(side.breakdown) == ["due R16 300", "allocated R16 280", "paid R16 150", "arrears R16 150"]
    assert side.held == 130


def test_a_side_that_nothing_was_said_of_has_nothing() -> None:
    sides = funding(due=Shares(Decimal(300), Decimal(700)), allocated={}, paid={"county": Decimal(1)})
    assert (sides["city"].due, sides["city"].allocated, sides["city"].paid) == (300, 0, 0)
    assert (sides["county"].due, sides["county"].allocated, sides["county"].paid) == (700, 0, 1)


def test_a_statement_of_units_and_what_takes_it_back() -> None:
    due = statement_due(terms=PRO_RATA, units={1: Units(1, 2), 8: Units(2, 3)}, county="沁水县")
    assert laid_out(due.breakdown) == [
        "person_premiums R18 325.01 persons=5",
        "household_premiums R18 55.00 households=3",
        "due R18 380.01",
        "city_share R15 114.00 ratio=3 : 7",
        "county_share R15 266.01 ratio=3 : 7",
    ]
    back = opposite_due(due)
    assert (back.due, back.city, back.county) == (-due.due, -due.city, -due.county)
    assert laid_out(back.breakdown) == [
        "person_premiums R18 -325.01 persons=5",
        "household_premiums R18 -55.00 households=3",
        "due R18 -380.01",
        "city_share R15 -114.00 ratio=3 : 7",
        "county_share R15 -266.01 ratio=3 : 7",
    ]


def test_a_unit_s_premium_is_that_of_the_whole_year_unless_a_month_is_said() -> None:
    each = unit_premium(terms=PRO_RATA)
    assert (each.household, each.person) == (30, 100)
    assert unit_premium(terms=PRO_RATA, month=12).household == Decimal("2.50")


def test_a_refund_of_units() -> None:
    charged = Shares(Decimal("106.50"), Decimal("248.51"))
    part = refund_due(
        persons=(2, Decimal("83.34")), households=(1, Decimal("30.00")), charged=charged, county="沁水县"
    )
    assert laid_out(part.breakdown) == [
        "person_premiums R18 -83.34 persons=2",
        "household_premiums R18 -30.00 households=1",
        "due R18 -113.34",
        "city_share R15 -34.00 ratio=3 : 7",
        "county_share R15 -79.34 ratio=3 : 7",
    ]
    nothing = refund_due(persons=(1, ZERO), households=(2, ZERO), charged=charged, county="沁水县")
    assert laid_out(nothing.breakdown) == [
        "person_premiums R18 0.00 persons=1",
        "household_premiums R18 0.00 households=2",
        "due R18 0.00",
        "city_share R15 0.00 ratio=3 : 7",
        "county_share R15 0.00 ratio=3 : 7",
    ]
    everything = refund_due(
        persons=(3, Decimal("325.01")), households=(1, Decimal("30.00")), charged=charged, county="沁水县"
    )
    assert (everything.city, everything.county) == (-charged.city, -charged.county)


@pytest.mark.parametrize("level", ["agreement", "insurer"])
def test_a_settlement(level: str) -> None:
    pool = Pool(key="A", insurer="X", county="沁水县", net_premium=Decimal(1000), incurred=Decimal("1200.55"))
    other = Pool(key="B", insurer="Y", county="城区", net_premium=Decimal(1000), incurred=Decimal("700.01"))
    settled = settle(terms=TERMS.with_changes({"settlement_level": level}), pools=[pool, other])
    assert [line.pool for line in settled.lines] == [pool, other]
    assert laid_out(settled.line("A").breakdown) == [
        f"net_premium R19 1000.00 level={level}",
        f"incurred R19 1200.55 level={level}",
        "carry_bound R23 800.00 rate=0.8",
        "carry_forward R23 0.00",
        "carry_city R23 0.00 ratio=3 : 7",
        "carry_county R23 0.00 ratio=3 : 7",
        "excess_bound R23 1200.00 rate=1.2",
        "excess R23 0.55",
        "excess_city R23 0.17 ratio=3 : 7",
        "excess_county R23 0.38 ratio=3 : 7",
    ]
    assert laid_out(settled.line("B").breakdown)[3:6] == [
        "carry_forward R23 99.99",
        "carry_city R23 50.00 ratio=5 : 5",
        "carry_county R23 49.99 ratio=5 : 5",
    ]
    movement = settled.line("B").movement
    assert (movement.carry_forward, movement.excess_total) == (Decimal("99.99"), 0)
