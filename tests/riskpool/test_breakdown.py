"""What losses are made of: summed from ledger and bills, and never so that fewer than three could be told (R25)."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.services.bills import add_bill
from enrollment.models import InsuredHousehold
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Role
from riskpool.models import Breakdown, BreakdownLine
from riskpool.selectors.breakdown import Part, Parts, lines_of, parts_of, showable, stale_breakdowns
from riskpool.services.breakdown import take_breakdown
from riskpool.tasks import take_breakdowns
from tests.riskpool.test_dashboard import get, text_of
from tests.world import (
    Party,
    World,
    bill_facts,
    insure_household,
    rejected_claim,
    reported_claim,
    reported_loss,
)

Kind = BreakdownLine.Part
parts = st.lists(
    st.builds(
        Part,
        name=st.sampled_from("abcdefgh"),
        concerned=st.integers(1, 6),
        claims=st.integers(1, 9),
        amount=st.decimals(0, 9999, places=2),
        kind=st.sampled_from([Kind.NAMED, Kind.NAMED, Kind.UNSTATED]),
    ),
    max_size=12,
)


def apart(rows: Sequence[Part]) -> Parts:
    """Parts of which nobody stands in two."""

    def besides(shown: Sequence[Part]) -> int:
        kept = set(map(id, shown))
        return sum(row.concerned for row in rows if id(row) not in kept)

    amount = sum((row.amount for row in rows), Decimal(0))
    together = Part("", besides([]), sum(row.claims for row in rows), amount, kind=Kind.TOGETHER)
    return Parts(list(rows), together, besides)


def of_persons(members: Sequence[frozenset[int]]) -> Parts:
    """Parts of one yuan a person, by who stands in each; anybody may stand in many."""
    rows = [
        Part(f"{number}", len(one), len(one), Decimal(len(one)), (number,))
        for number, one in enumerate(members)
    ]

    def besides(shown: Sequence[Part]) -> int:
        kept = {part.key[0] for part in shown}
        return len(frozenset().union(*(one for number, one in enumerate(members) if number not in kept)))

    return Parts(rows, Part("", besides([]), 0, Decimal(0), kind=Kind.TOGETHER), besides)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(parts, st.integers(1, 12))
def test_no_line_and_no_difference_tells_fewer_than_three(rows: Sequence[Part], most: int) -> None:
    shown, others = showable(apart(rows), most=most)
    lines = [*shown, *([others] if others else [])]
    assert all(line.concerned >= 3 for line in lines)
    assert sum(line.kind == Kind.NAMED for line in shown) <= most
    hidden = sum(row.concerned for row in rows) - sum(line.concerned for line in lines)
    if shown:  # what is shown adds up to all, so no subtraction from a total finds a small rest
        assert hidden == 0
        assert sum(line.amount for line in lines) == sum(row.amount for row in rows)
    else:
        assert hidden == 0 or hidden < 3


@given(st.lists(st.frozensets(st.integers(0, 7), min_size=1), max_size=6))
def test_no_line_taken_from_all_together_tells_fewer_than_three(members: list[frozenset[int]]) -> None:
    found = of_persons(members)
    shown, others = showable(found)
    for line in [*shown, *([others] if others else [])]:
        assert line.concerned >= 3
        assert found.together.concerned - line.concerned not in {1, 2}


def test_what_isnt_stated_has_its_line_and_tables_of_one_coverage_agree(live_world: World) -> None:
    party = live_world.own
    for number in range(9):
        person = insure_household(party, persons=1).persons.get()
        facts = vars_of(bill_facts("5000")) | {
            "diagnosis": "肺炎" if number < 5 else "",
            "hospital": "甲医院",
        }
        add_bill(
            claim=reported_claim(party, person),
            facts=type(bill_facts("1"))(**facts),
            actor=party[Role.ADJUSTER],
        )
    lines = lines_of(take_breakdown(agreement_id=party.agreement.pk))
    shown = {
        kind: [(line.part, line.name, line.concerned, line.claims, line.amount) for line in lines[kind]]
        for kind in ("diagnosis", "hospital")
    }
    together = ("together", "", 9, 9, Decimal(45000))
    assert shown["diagnosis"] == [
        ("named", "肺炎", 5, 5, Decimal(25000)),
        ("unstated", "", 4, 4, Decimal(20000)),
        together,
    ]
    assert shown["hospital"] == [("named", "甲医院", 9, 9, Decimal(45000)), together]
    page = text_of(get(party[Role.CITY_FINANCE], "agreement", party.agreement.pk))
    assert "not stated 4 4 20,000.00 Together 9 9 45,000.00" in page


def village_of(party: Party, name: str) -> Region:
    township = Region.objects.filter(parent=party.county, level=Region.Level.TOWNSHIP).first()
    assert township is not None
    return Region.objects.create(name=name, level=Region.Level.VILLAGE, parent=township)


def settle_in(household: InsuredHousehold, village: Region) -> None:
    roster = household.roster_household
    roster.village, roster.township = village, village.parent
    roster.save()


@pytest.fixture
def losses(live_world: World) -> World:
    """Four households of one village and two of another, each with a claim of 100 and a bill of 5,000 self-pay; three
    floods and one theft; a claim refused."""
    party = live_world.own
    large, small = village_of(party, "东庄村"), village_of(party, "西庄村")
    for number in range(6):
        household = insure_household(party, persons=1)
        settle_in(household, large if number < 4 else small)
        claim = reported_claim(party, household.persons.get(), reserve="100")
        facts = bill_facts("5000")
        diagnosis = "肺炎" if number < 5 else "罕见病"
        changed = {"diagnosis": diagnosis, "hospital": "甲医院" if number < 2 else "乙医院"}
        add_bill(claim=claim, facts=type(facts)(**vars_of(facts) | changed), actor=party[Role.ADJUSTER])
    for number in range(4):
        household = insure_household(party, persons=1)
        settle_in(household, large)
        cause = {"cause": "theft", "peril": ""} if number == 3 else {}
        reported_loss(party, household, reserve="10", **cause)
    rejected_claim(party)
    return live_world


def vars_of(facts: object) -> dict[str, object]:
    return {name: getattr(facts, name) for name in type(facts).__dataclass_fields__}  # type: ignore[attr-defined]


def test_the_parts_are_the_sums_of_ledger_and_bills(losses: World) -> None:
    found = parts_of(losses.own.agreement)
    by_end = {part.name[-3:]: (part.concerned, part.claims, part.amount) for part in found["village"].parts}
    assert by_end == {"东庄村": (8, 8, Decimal(440)), "西庄村": (2, 2, Decimal(200))}
    assert {part.name: part.concerned for part in found["diagnosis"].parts} == {"肺炎": 5, "罕见病": 1}
    assert {part.name: part.amount for part in found["hospital"].parts} == {"甲医院": 10000, "乙医院": 20000}
    assert {part.name: part.concerned for part in found["cause"].parts} == {"flood": 3, "theft": 1}


def test_what_is_stored_and_shown_tells_nobody(losses: World) -> None:
    breakdown = take_breakdown(agreement_id=losses.own.agreement.pk)
    lines = lines_of(breakdown)
    assert all(line.concerned >= 3 for kind in lines.values() for line in kind)
    for role in (Role.CITY_FINANCE, Role.COUNTY_OFFICER, Role.ADJUSTER):
        page = text_of(get(losses.own[role], "agreement", losses.own.agreement.pk))
        assert "罕见病" not in page
        assert "西庄村" not in page
        assert "甲医院" not in page
    with pytest.raises(IntegrityError, match="breakdown_line_tells_nobody"), transaction.atomic():
        BreakdownLine.objects.create(
            breakdown=breakdown, dimension="village", rank=99, name="x", concerned=2, claims=2, amount=1
        )


def test_the_large_village_stands_by_name_once_the_rest_is_large_enough(losses: World) -> None:
    household = insure_household(losses.own, persons=1)
    settle_in(household, village_of(losses.own, "南庄村"))
    reported_claim(losses.own, household.persons.get(), reserve="7")
    take_breakdown(agreement_id=losses.own.agreement.pk)
    page = text_of(get(losses.own[Role.CITY_FINANCE], "agreement", losses.own.agreement.pk))
    assert "东庄村 8 8 440.00" in page
    assert "all others 3 3 207.00" in page
    assert "南庄村" not in page


def test_only_what_has_moved_or_is_old_is_counted_anew(losses: World) -> None:
    own = losses.own.agreement.pk
    assert stale_breakdowns() == [own]
    take_breakdowns()
    assert stale_breakdowns() == []
    reported_claim(losses.own)
    assert stale_breakdowns() == [own]
    take_breakdowns()
    old = timezone.now() - datetime.timedelta(days=1, minutes=1)
    Breakdown.objects.update(taken_at=old)
    assert stale_breakdowns() == [own]


def test_counted_twice_it_is_the_same(losses: World) -> None:
    facts = ("dimension", "rank", "name", "concerned", "claims", "amount")
    for _ in range(2):
        take_breakdown(agreement_id=losses.own.agreement.pk)
    twice = list(BreakdownLine.objects.values_list(*facts))
    Breakdown.objects.all().delete()
    take_breakdown(agreement_id=losses.own.agreement.pk)
    assert list(BreakdownLine.objects.values_list(*facts)) == twice


def test_one_person_at_many_hospitals_is_still_one(live_world: World) -> None:
    party = live_world.own
    person = insure_household(party, persons=1).persons.get()
    for number in range(5):
        facts = bill_facts("5000")
        changed = {"diagnosis": f"病{number}", "hospital": f"医院{number}"}
        add_bill(
            claim=reported_claim(party, person),
            facts=type(facts)(**vars_of(facts) | changed),
            actor=party[Role.ADJUSTER],
        )
    assert take_breakdown(agreement_id=party.agreement.pk).lines.count() == 0
    page = text_of(get(party[Role.CITY_FINANCE], "agreement", party.agreement.pk))
    assert "Too few are concerned" in page
    assert "医院" not in page
