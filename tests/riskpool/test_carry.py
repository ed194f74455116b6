"""Carry-forward: set off against the next year's due in the ratio in which the sides owe, whenever that is stated, and
whoever insures the county then (R17, R23, R24)."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims.services.intake import change_reserve
from enrollment.models import PolicyTerm
from enrollment.services.leaving import withdraw_household
from jincheng_insurance.access.models import Insurer
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.scheme.money import Shares
from premiums.models import FundEntry
from premiums.selectors.fund import net_premiums
from premiums.services.carry import offset_by_carry_forward
from premiums.services.funds import confirm_receipt, pay_funds
from premiums.services.statements import issue_refund, issue_statement
from riskpool.models import CarryEntry
from riskpool.selectors.carry import county_carries
from riskpool.services.carry import offset_carry
from riskpool.services.settlement import draft_settlement
from riskpool.tasks import sweep_carry
from tests.clock import Clock
from tests.riskpool.settling import carried, in_year, incurred, settled
from tests.world import Party, World, insure_household


def state(party: Party, *, persons: int) -> None:
    """Insure a household of so many and state it: 30 yuan and 100 a person."""
    insure_household(party, persons=persons)
    issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])


def set_off(party: Party) -> dict[str, Decimal]:
    """What the fund ledger says is set off, by side."""
    sums: dict[str, Decimal] = {}
    for side, amount in FundEntry.objects.filter(agreement=party.agreement, kind="carried").values_list(
        "side", "amount"
    ):
        sums[side] = sums.get(side, Decimal(0)) + amount
    return sums


def test_it_is_set_off_at_once_against_a_due_that_stands_already(world: World, clock: Clock) -> None:
    incurred(world.foreign, "4.00")  # 100 carried
    clock.set(2027, 2, 1)
    following = in_year(world.foreign, 2027)
    state(following, persons=2)
    clock.set(2027, 3, 31)
    settled(world)
    assert set_off(following) == {"city": 30, "county": 70}
    assert carried(following.agreement, "offset") == {"city": -30, "county": -70}
    assert net_premiums([following.agreement]) == {following.agreement.pk: 230}


def test_what_exceeds_the_due_waits_for_later_statements(world: World, clock: Clock) -> None:
    insure_household(world.own, persons=9)
    issue_statement(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])  # 930: 744 carried
    clock.set(2027, 3, 31)
    following = in_year(world.own, 2027)
    state(following, persons=1)
    settled(world)
    assert set_off(following) == {"city": 65, "county": 65}
    state(following, persons=2)
    sweep_carry()
    sweep_carry()
    assert set_off(following) == {"city": 180, "county": 180}
    (county,) = county_carries(world.own[Role.COUNTY_OFFICER])
    assert [year.left for year in county.years] == [744, 384]
    assert offset_carry(county_id=world.own.county.pk) == []


def test_what_a_year_could_not_take_goes_on_to_the_year_after(world: World, clock: Clock) -> None:
    insure_household(world.own, persons=9)
    issue_statement(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])  # 744 carried
    clock.set(2027, 3, 31)
    second = in_year(world.own, 2027)
    incurred(second, "100.00")  # 130 due and set off; 4 carried of its own
    settled(world)
    clock.set(2028, 3, 31)
    settled(world, 2027)
    third = in_year(world.own, 2028)
    state(third, persons=9)
    sweep_carry()
    assert set_off(third) == {"city": 309, "county": 309}  # 744 - 130 + 4
    (county,) = county_carries(world.own[Role.AUDITOR])
    assert county.left == 0


def test_a_refund_of_the_next_year_gives_back_what_its_due_no_longer_takes(
    world: World, clock: Clock
) -> None:
    incurred(world.own, "4.00")  # 100 carried
    clock.set(2027, 3, 31)
    following = in_year(world.own, 2027)
    gone = insure_household(following, persons=1)
    issue_statement(agreement=following.agreement, actor=following[Role.COUNTY_OFFICER])
    settled(world)
    assert set_off(following) == {"city": 50, "county": 50}
    withdraw_household(insured_household=gone, reason="重复录入", actor=following[Role.COUNTY_OFFICER])
    issue_refund(agreement=following.agreement, actor=following[Role.COUNTY_OFFICER])
    sweep_carry()
    assert set_off(following) == {"city": 0, "county": 0}
    assert county_carries(world.own[Role.COUNTY_OFFICER])[0].left == 100


def test_a_later_version_takes_back_from_the_next_year_what_it_no_longer_carries(
    world: World, clock: Clock
) -> None:
    claim = incurred(world.own, "4.00")
    clock.set(2027, 3, 31)
    following = in_year(world.own, 2027)
    state(following, persons=2)
    settled(world)
    clock.set(2027, 8, 1)
    change_reserve(claim=claim, reserve=Decimal("64.01"), reason="复核", actor=world.own[Role.ADJUSTER])
    settled(world)
    assert carried(world.own.agreement) == {"city": Decimal("20.00"), "county": Decimal("19.99")}
    assert set_off(following) == {"city": Decimal("20.00"), "county": Decimal("19.99")}


def test_it_follows_the_county_to_another_insurer_and_says_who_hands_over(world: World, clock: Clock) -> None:
    incurred(world.own, "4.00")
    clock.set(2027, 3, 31)
    newcomer = Insurer.objects.create(code="C", name="保险公司C")
    following = in_year(world.own, 2027, newcomer)
    state(following, persons=2)
    settled(world)
    assert set_off(following) == {"city": 50, "county": 50}
    (county,) = county_carries(world.own[Role.COUNTY_OFFICER])
    assert [year.handed_over_by for year in county.years] == ["", world.own.insurer.name]
    assert carried(world.own.agreement) == {"city": 50, "county": 50}


def test_where_received_premium_counts_what_is_set_off_counts_as_received(world: World, clock: Clock) -> None:
    PolicyTerm.objects.create(
        policy_year_id=2027, name="net_premium_basis", value="received", source="晋市乡振中心〔2027〕1号"
    )
    incurred(world.own, "4.00")  # 100 carried
    clock.set(2027, 3, 31)
    following = in_year(world.own, 2027)
    state(following, persons=2)
    assert net_premiums([following.agreement]).get(following.agreement.pk, 0) == 0
    settled(world)
    assert net_premiums([following.agreement]) == {following.agreement.pk: 100}
    payment = pay_funds(
        agreement=following.agreement,
        side="city",
        amount=Decimal(65),
        on=timezone.localdate(),
        document="财农〔2027〕1号",
        actor=world.own[Role.CITY_FINANCE],
    )
    assert net_premiums([following.agreement]) == {following.agreement.pk: 100}, "paid, not received"
    confirm_receipt(
        entry=payment, amount=Decimal(65), on=timezone.localdate(), actor=world.own[Role.REVIEWER]
    )
    assert net_premiums([following.agreement]) == {following.agreement.pk: 165}
    draft = draft_settlement(policy_year_id=2027)
    line = draft.lines.get(agreement=following.agreement)
    assert (line.net_premium, line.sources["fund"]["rows"]) == (165, 3)


def test_a_county_that_carried_nothing_is_left_alone(world: World, clock: Clock) -> None:
    incurred(world.own, "4.00")
    clock.set(2027, 3, 31)
    other = in_year(world.foreign, 2027)
    state(other, persons=2)
    settled(world)
    assert offset_carry(county_id=world.foreign.county.pk) == []
    assert set_off(other) == {}


def test_each_offset_is_on_record_and_stands_in_both_ledgers(world: World, clock: Clock) -> None:
    incurred(world.own, "4.00")
    clock.set(2027, 3, 31)
    following = in_year(world.own, 2027)
    state(following, persons=2)
    settled(world)
    for entry in CarryEntry.objects.filter(kind="offset"):
        assert entry.fund_entry is not None
        assert (entry.fund_entry.amount, entry.fund_entry.side) == (-entry.amount, entry.side)
    record = AuditRecord.objects.get(act="offset_carry")
    assert record.facts == {"city": "50.00", "county": "50.00"}
    assert record.county_id == following.county.pk


def test_the_database_knows_no_entry_without_its_ground(world: World, clock: Clock) -> None:
    incurred(world.own, "4.00")
    clock.set(2027, 3, 31)
    settlement = settled(world)
    row = {
        "agreement": world.own.agreement,
        "policy_year_id": 2026,
        "county": world.own.county,
        "side": "city",
        "amount": 1,
        "on": "2027-03-31",
        "booked_by": world.own[Role.CITY_FINANCE],
    }
    for kind, ground in (("booked", {}), ("offset", {"settlement": settlement}), ("refunded", {})):
        with pytest.raises(IntegrityError, match="carry_has_its_ground"), transaction.atomic():
            CarryEntry.objects.create(kind=kind, **row | ground)
    with pytest.raises(IntegrityError, match="carry_booked_once_by_a_settlement"), transaction.atomic():
        CarryEntry.objects.create(kind="booked", settlement=settlement, **row)


@pytest.mark.django_db(transaction=True)
def test_an_offset_outside_a_transaction_is_refused(live_world: World) -> None:
    with pytest.raises(RuntimeError, match="in the transaction"):
        offset_by_carry_forward(
            agreement=live_world.own.agreement,
            shares=Shares(Decimal(1), Decimal(1)),
            on=live_world.own.agreement.signed_on,
            actor=live_world.own[Role.CITY_FINANCE],
        )
