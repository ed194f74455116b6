"""The medical supplement for any bills: never above what is due, whatever the order, as an independent model says."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jincheng_insurance.scheme.breakdown import STAGE_CODES
from jincheng_insurance.scheme.cover import BasicInsurance
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.medical import (
    Bill,
    Care,
    MedicalDecision,
    adjudicate,
    cap_of,
    entitlement,
    overpayment,
    self_pay,
)
from jincheng_insurance.scheme.terms import Terms
from tests.scheme.strategies import PER_VISIT, TERMS, amounts, bills, terms, yuan

ZERO = Decimal("0.00")
YEAR = (datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
MAY = datetime.date(2026, 5, 20)


def decide(
    terms: Terms,
    new: list[Bill],
    standing: list[Bill] | None = None,
    granted: dict[Care, Decimal] | None = None,
    basic_insurance: BasicInsurance = BasicInsurance.RESIDENT,
    cover: tuple[datetime.date, datetime.date] = YEAR,
) -> MedicalDecision:
    return adjudicate(
        terms=terms,
        year=2026,
        standing=standing or [],
        new=new,
        granted=granted or {},
        basic_insurance=basic_insurance,
        cover_from=cover[0],
        cover_to=cover[1],
    )


def stay(self_pay: Decimal | int | str, on: datetime.date = MAY) -> Bill:
    return Bill.of_self_pay(care=Care.INPATIENT, on=on, self_pay=Decimal(self_pay))


class Model:
    """The rules once more, in whole fen and without a breakdown, to be compared with."""

    LIMITS = {Care.INPATIENT: (200_000, 2_000_000), Care.OUTPATIENT: (100_000, 1_000_000)}

    def __init__(self, per_visit: bool) -> None:
        self.per_visit = per_visit
        self.claims: dict[int, tuple[list[tuple[Care, int]], dict[Care, int]]] = {}

    def entitled(self, care: Care, bills: list[tuple[Care, int]]) -> int:
        deductible, cap = self.LIMITS[care]
        own = [amount for kind, amount in bills if kind is care]
        parts = own if self.per_visit else [sum(own)]
        return min(cap, sum((max(0, part - deductible) + 1) // 2 for part in parts))

    def standing(self) -> list[tuple[Care, int]]:
        return [bill for bills, _ in self.claims.values() for bill in bills]

    def granted(self, care: Care) -> int:
        return sum(by_care[care] for _, by_care in self.claims.values())

    def decide(self, claim: int, bills: list[tuple[Care, int]]) -> int:
        every = self.standing() + bills
        touched = {care for care, _ in bills}
        grants = {
            care: max(0, self.entitled(care, every) - self.granted(care)) if care in touched else 0
            for care in Care
        }
        self.claims[claim] = (bills, grants)
        return sum(grants.values())

    def overpaid(self, care: Care) -> int:
        return max(0, self.granted(care) - self.entitled(care, self.standing()))


acts = st.lists(
    st.one_of(
        st.lists(st.tuples(st.sampled_from(Care), st.integers(0, 2_500_000)), min_size=1, max_size=4),
        st.integers(0, 20),
    ),
    max_size=12,
)


@given(acts, st.booleans())
def test_decisions_and_reversals_agree_with_an_independent_model(
    acts: list[list[tuple[Care, int]] | int], per_visit: bool
) -> None:
    """An integer reverses one of the claims that stand; a list is a new claim's bills in fen."""
    model, used = Model(per_visit), PER_VISIT if per_visit else TERMS
    claims: dict[int, tuple[list[Bill], MedicalDecision]] = {}
    for number, act in enumerate(acts):
        if isinstance(act, int):
            if claims:
                victim = sorted(claims)[act % len(claims)]
                del claims[victim], model.claims[victim]
        else:
            new = [Bill.of_self_pay(care=care, on=MAY, self_pay=yuan(fen)) for care, fen in act]
            standing = [bill for bills, _ in claims.values() for bill in bills]
            before = {
                care: sum((made.granted_for(care) for _, made in claims.values()), ZERO) for care in Care
            }
            made = decide(used, new, standing, before)
            assert made.granted == yuan(model.decide(number, act))
            for care in made.cares:
                assert care.granted_before + care.granted <= max(care.granted_before, care.entitlement_after)
            claims[number] = (new, made)
        granted = {care: sum((made.granted_for(care) for _, made in claims.values()), ZERO) for care in Care}
        standing = [bill for bills, _ in claims.values() for bill in bills]
        over = overpayment(terms=used, standing=standing, granted=granted)
        assert {care: yuan(model.overpaid(care)) for care in Care} == over
        assert all(granted[care] <= cap_of(used, care) for care in Care)


@given(terms, st.lists(bills, min_size=1, max_size=6))
def test_a_decision_is_never_negative_and_never_above_a_cap(terms: Terms, new: list[Bill]) -> None:
    decision = decide(terms, new)
    for care in decision.cares:
        assert 0 <= care.granted <= cap_of(terms, care.care)
        assert care.granted == care.granted.quantize(Decimal("0.01"))
        assert care.remaining_cap == care.cap - care.granted


@given(terms, st.lists(bills, min_size=1, max_size=6), st.data())
def test_more_self_pay_never_pays_less(terms: Terms, new: list[Bill], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(new) - 1))
    more = Bill.of_self_pay(
        care=new[place].care, on=new[place].on, self_pay=self_pay(new[place]) + data.draw(amounts(500_000))
    )
    assert decide(terms, [*new[:place], more, *new[place + 1 :]]).granted >= decide(terms, new).granted


@given(terms, st.lists(bills, min_size=1, max_size=6), st.data())
def test_the_year_pays_the_same_in_any_order_and_any_grouping(
    terms: Terms, new: list[Bill], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(new))
    standing: list[Bill] = []
    granted = dict.fromkeys(Care, ZERO)
    for bill in shuffled:
        made = decide(terms, [bill], standing, granted)
        granted[bill.care] += made.granted_for(bill.care)
        standing.append(bill)
    together = decide(terms, new)
    assert granted == {care: together.granted_for(care) for care in Care}


@given(terms, st.lists(bills, min_size=1, max_size=4), st.lists(bills, max_size=4), amounts(), amounts())
def test_a_decision_survives_being_stored(
    terms: Terms, new: list[Bill], standing: list[Bill], inpatient: Decimal, outpatient: Decimal
) -> None:
    made = decide(terms, new, standing, {Care.INPATIENT: inpatient, Care.OUTPATIENT: outpatient})
    assert MedicalDecision.from_data(made.to_data()) == made


@given(terms, st.lists(bills, min_size=1, max_size=4), st.lists(bills, max_size=4), amounts())
def test_the_stages_tell_the_same_story_as_the_figures(
    terms: Terms, new: list[Bill], standing: list[Bill], before: Decimal
) -> None:
    for care in decide(terms, new, standing, dict.fromkeys(Care, before)).cares:
        stages = care.breakdown
        assert [stage.code for stage in stages.stages if stage.code not in STAGE_CODES] == []
        assert stages.amount("year_self_pay") == care.self_pay_after
        assert stages.amount("entitlement") == min(stages.amount("rate_applied"), stages.amount("cap"))
        assert stages.amount("granted") == max(ZERO, care.entitlement_after - before)
        over = max(ZERO, before - care.entitlement_after)
        assert care.overpayment == over
        assert ("overpayment" in [stage.code for stage in stages.stages]) == bool(over)
        assert stages.stages[-1].code == "granted"


def test_the_care_a_claim_does_not_touch_is_left_alone() -> None:
    made = decide(TERMS, [stay(5000)], granted={Care.OUTPATIENT: Decimal(700)})
    assert [care.care for care in made.cares] == [Care.INPATIENT]
    assert made.granted_for(Care.OUTPATIENT) == 0


def test_without_new_bills_nothing_is_decided_whoever_asks() -> None:
    made = decide(TERMS, [], [stay(9000)], basic_insurance=BasicInsurance.UNKNOWN)
    assert not made.cares
    assert made.granted == 0


@pytest.mark.parametrize("component", ["basic", "serious_illness", "assistance", "commercial", "other"])
def test_every_reimbursement_is_deducted(component: str) -> None:
    bill = Bill(care=Care.INPATIENT, on=MAY, bill=Decimal(9000), **{component: Decimal("1000.01")})  # type: ignore[arg-type]
    assert self_pay(bill) == Decimal("7999.99")


def test_a_bill_wholly_reimbursed_leaves_nothing() -> None:
    assert self_pay(Bill(care=Care.INPATIENT, on=MAY, bill=Decimal(9000), basic=Decimal(9000))) == 0


@pytest.mark.parametrize(
    ("code", "bill"),
    [
        ("negative_self_pay", stay("-0.01")),
        ("negative_self_pay", Bill(care=Care.INPATIENT, on=MAY, bill=Decimal(9), basic=Decimal("9.01"))),
        ("negative_amount", Bill(care=Care.INPATIENT, on=MAY, bill=Decimal(9), other=Decimal("-0.01"))),
        ("outside_year", stay(1, datetime.date(2025, 12, 31))),
        ("outside_year", stay(1, datetime.date(2027, 1, 1))),
        ("outside_cover", stay(1, datetime.date(2026, 2, 28))),
        ("outside_cover", stay(1, datetime.date(2026, 11, 1))),
        (
            "admitted_after_discharge",
            Bill(care=Care.INPATIENT, on=MAY, admitted=datetime.date(2026, 5, 21), bill=Decimal(1)),
        ),
    ],
)
def test_a_bill_that_a_rule_refuses(code: str, bill: Bill) -> None:
    cover = (datetime.date(2026, 3, 1), datetime.date(2026, 10, 31))
    with pytest.raises(RuleError) as refused:
        decide(TERMS, [bill], cover=cover)
    assert refused.value.code == code


def test_the_first_and_the_last_day_of_the_cover_are_covered() -> None:
    cover = (datetime.date(2026, 3, 1), datetime.date(2026, 10, 31))
    assert decide(TERMS, [stay(3000, cover[0]), stay(3000, cover[1])], cover=cover).granted == 2000


@pytest.mark.parametrize(
    ("state", "code"), [("none", "not_in_basic_insurance"), ("unknown", "basic_insurance_unknown")]
)
def test_who_is_not_known_to_be_insured_is_refused(state: str, code: str) -> None:
    with pytest.raises(RuleError) as refused:
        decide(TERMS, [stay(1)], basic_insurance=BasicInsurance(state))
    assert (refused.value.rule, refused.value.code) == ("R5", code)


def test_rounding_is_once_a_year_or_bill_by_bill() -> None:
    odd = [stay("2000.01"), stay("2000.01")]
    assert entitlement(terms=PER_VISIT, care=Care.INPATIENT, bills=odd).amount("entitlement") == Decimal(
        "0.02"
    )
    assert entitlement(terms=TERMS, care=Care.INPATIENT, bills=odd).amount("entitlement") == Decimal(
        "1000.01"
    )


def test_a_decision_shows_the_year_before_and_after_it() -> None:
    (care,) = decide(TERMS, [stay(800)], [stay(4500)], {Care.INPATIENT: Decimal(1250)}).cares
    assert [care.self_pay_before, care.self_pay_after] == [4500, 5300]
    assert [care.entitlement_before, care.entitlement_after] == [1250, 1650]
    assert [care.granted_before, care.granted, care.remaining_cap] == [1250, 400, 18350]


def test_a_stay_of_one_day_is_admitted_and_discharged_on_it() -> None:
    day_case = Bill(care=Care.INPATIENT, on=MAY, admitted=MAY, bill=Decimal(3000))
    decision = decide(TERMS, [day_case])
    assert decision.granted == 500
    assert not decision.flags
