"""The year's end: bounds to the fen, two persons, versions that book differences, and drafts that can be read again
(R17, R19, R23, R24)."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from claims.services.intake import change_reserve
from enrollment.models import PolicyTerm
from enrollment.services.leaving import withdraw_household
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from premiums.models import FundEntry
from premiums.services.statements import issue_refund, issue_statement
from riskpool.models import CarryEntry, ExcessEntry, Settlement, SettlementDraft
from riskpool.selectors.reckoning import digest_of
from riskpool.services.settlement import confirm_settlement, draft_ended_years, draft_settlement
from riskpool.tasks import draft_settlements
from tests.clock import Clock
from tests.riskpool.settling import (
    carried,
    colleague,
    exceeded,
    in_year,
    incurred,
    settled,
)
from tests.world import World, insure_household, insure_person, make_user, reported_claim


@pytest.mark.parametrize(
    ("amount", "carry", "excess"),
    [
        ("103.99", {"city": "0.01"}, {}),
        ("104.00", {}, {}),
        ("104.01", {}, {}),
        ("129.99", {}, {}),
        ("130.00", {}, {}),
        ("130.01", {}, {}),
        ("155.99", {}, {}),
        ("156.00", {}, {}),
        ("156.01", {}, {"city": "0.01"}),
        ("0.00", {"city": "52.00", "county": "52.00"}, {}),
        ("256.01", {}, {"city": "50.01", "county": "50.00"}),
    ],
)
def test_the_bounds_are_strict_to_the_fen(
    world: World, clock: Clock, amount: str, carry: dict[str, str], excess: dict[str, str]
) -> None:
    incurred(world.own, amount)
    clock.set(2027, 3, 31)
    settled(world)
    assert {side: str(sum_) for side, sum_ in carried(world.own.agreement).items()} == carry
    assert {side: str(sum_) for side, sum_ in exceeded(world.own.agreement).items()} == excess


def test_a_county_at_three_to_seven_shares_so(world: World, clock: Clock) -> None:
    incurred(world.foreign, "0.05")
    clock.set(2027, 3, 31)
    settled(world)
    assert carried(world.foreign.agreement) == {"city": Decimal("31.19"), "county": Decimal("72.76")}


def test_without_net_premium_nothing_moves_whatever_was_incurred(world: World, clock: Clock) -> None:
    reported_claim(world.own, reserve="5000")
    clock.set(2027, 3, 31)
    settlement = settled(world)
    line = settlement.draft.lines.get(agreement=world.own.agreement)
    assert (line.net_premium, line.reserves) == (0, 5000)
    assert not CarryEntry.objects.exists()
    assert not ExcessEntry.objects.exists()


def test_a_refund_that_lifts_the_ratio_past_the_bound_turns_carry_forward_into_excess(
    world: World, clock: Clock
) -> None:
    claim = incurred(world.own, "200.00")
    gone = insure_household(world.own, persons=2)
    issue_statement(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])
    assert claim.agreement_id == world.own.agreement.pk
    clock.set(2027, 3, 31)
    settled(world)  # 360 yuan net premium, 200 incurred: 288 - 200 are carried
    assert carried(world.own.agreement) == {"city": Decimal(44), "county": Decimal(44)}
    withdraw_household(insured_household=gone, reason="重复录入", actor=world.own[Role.COUNTY_OFFICER])
    issue_refund(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])
    settled(world)  # 130 yuan are left: 200 - 156 exceed
    assert carried(world.own.agreement) == {"city": 0, "county": 0}
    assert exceeded(world.own.agreement) == {"city": Decimal(22), "county": Decimal(22)}


def test_all_counties_of_an_insurer_are_settled_together_where_the_city_rules_so(
    world: World, clock: Clock
) -> None:
    PolicyTerm.objects.create(
        policy_year=world.year, name="settlement_level", value="insurer", source="晋市会〔2026〕1号"
    )
    world.foreign.agreement.insurer = world.own.insurer
    world.foreign.agreement.save()
    incurred(world.own, "180.00")  # alone: 24 in excess
    insure_household(world.foreign, persons=2)
    issue_statement(agreement=world.foreign.agreement, actor=world.foreign[Role.COUNTY_OFFICER])
    clock.set(2027, 3, 31)
    settled(world)  # together 360: 288 - 180 = 108, by 130 : 230
    assert not ExcessEntry.objects.exists()
    assert carried(world.own.agreement) == {"city": Decimal("19.50"), "county": Decimal("19.50")}
    assert carried(world.foreign.agreement) == {"city": Decimal("20.70"), "county": Decimal("48.30")}


def test_it_takes_two_persons_of_the_city(world: World, clock: Clock) -> None:
    incurred(world.own, "10")
    clock.set(2027, 3, 31)
    by_nobody = draft_settlement(policy_year_id=2026)
    officer = world.own[Role.CITY_OFFICER]
    with pytest.raises(Refused, match=r"Put it forward first|提交"):
        confirm_settlement(draft=by_nobody, actor=officer)
    mine = draft_settlement(policy_year_id=2026, actor=officer)
    assert mine.serial == by_nobody.serial + 1
    with pytest.raises(Refused):
        confirm_settlement(draft=mine, actor=officer)
    for role in set(Role) - {Role.CITY_OFFICER, Role.CITY_FINANCE}:
        with pytest.raises(PermissionDenied):
            confirm_settlement(draft=mine, actor=world.own[role])
    for role in set(Role) - {Role.CITY_OFFICER}:
        with pytest.raises(PermissionDenied):
            draft_settlement(policy_year_id=2026, actor=world.own[role])
    assert not Settlement.objects.exists()
    settlement = confirm_settlement(draft=mine, actor=world.own[Role.CITY_FINANCE])
    with pytest.raises(IntegrityError, match="settlement_takes_two_persons"), transaction.atomic():
        Settlement.objects.create(
            policy_year_id=2026,
            version=2,
            draft=by_nobody,
            digest=by_nobody.digest,
            drafted_by=officer,
            confirmed_by=officer,
            confirmed_on=settlement.confirmed_on,
        )


def test_it_is_confirmed_from_the_closing_day_on_and_not_before(world: World, clock: Clock) -> None:
    incurred(world.own, "10")
    clock.set(2027, 3, 30)
    draft = draft_settlement(policy_year_id=2026, actor=colleague())
    with pytest.raises(Refused):
        confirm_settlement(draft=draft, actor=world.own[Role.CITY_FINANCE])
    clock.set(2027, 3, 31)
    assert confirm_settlement(draft=draft, actor=world.own[Role.CITY_FINANCE]).version == 1


def test_what_moves_after_the_draft_has_it_drafted_anew(world: World, clock: Clock) -> None:
    claim = incurred(world.own, "10")
    clock.set(2027, 3, 31)
    draft = draft_settlement(policy_year_id=2026, actor=colleague())
    change_reserve(claim=claim, reserve=Decimal(20), reason="复核", actor=world.own[Role.ADJUSTER])
    with pytest.raises(Refused):
        confirm_settlement(draft=draft, actor=world.own[Role.CITY_FINANCE])
    anew = draft_settlement(policy_year_id=2026, actor=colleague())
    with pytest.raises(Refused):
        confirm_settlement(draft=draft, actor=world.own[Role.CITY_FINANCE])
    assert confirm_settlement(draft=anew, actor=world.own[Role.CITY_FINANCE]).draft == anew


def test_what_is_dated_after_the_closing_day_waits_for_the_next_version(world: World, clock: Clock) -> None:
    claim = incurred(world.own, "10")
    clock.set(2027, 4, 2)
    change_reserve(claim=claim, reserve=Decimal(20), reason="复核", actor=world.own[Role.ADJUSTER])
    first = settled(world)
    assert str(first.draft.as_of) == "2027-03-31"
    assert sum(carried(world.own.agreement).values()) == 94
    second = settled(world)
    assert second.version == 2
    assert sum(carried(world.own.agreement).values()) == 84
    assert sorted(CarryEntry.objects.filter(settlement=second).values_list("amount", flat=True)) == [-5, -5]


def test_confirmed_twice_and_drafted_again_it_changes_nothing(world: World, clock: Clock) -> None:
    incurred(world.own, "10")
    clock.set(2027, 3, 31)
    settlement = settled(world)
    rows = CarryEntry.objects.count()
    assert confirm_settlement(draft=settlement.draft, actor=world.own[Role.CITY_FINANCE]) == settlement
    with pytest.raises(Refused):
        draft_settlement(policy_year_id=2026, actor=colleague())
    assert draft_ended_years() == []
    assert (Settlement.objects.count(), CarryEntry.objects.count()) == (1, rows)
    assert AuditRecord.objects.filter(act="confirm_settlement").count() == 1


def test_an_unchanged_draft_is_the_same_one_and_a_movement_makes_another(world: World, clock: Clock) -> None:
    claim = incurred(world.own, "10")
    clock.set(2027, 1, 1)
    (first,) = draft_ended_years()
    clock.set(2027, 1, 2)
    draft_settlements()
    assert SettlementDraft.objects.count() == 1
    change_reserve(claim=claim, reserve=Decimal(20), reason="复核", actor=world.own[Role.ADJUSTER])
    (second,) = draft_ended_years()
    assert (first.serial, second.serial) == (1, 2)
    assert first.digest != second.digest


def test_the_running_year_is_not_drafted_by_night_but_on_demand(world: World, clock: Clock) -> None:
    incurred(world.own, "10")
    clock.set(2026, 12, 31)
    assert draft_ended_years() == []
    assert draft_settlement(policy_year_id=2026).as_of.isoformat() == "2026-12-31"


def test_a_draft_says_which_rows_it_was_read_from_and_its_digest_is_of_its_content(
    world: World, clock: Clock
) -> None:
    claim = incurred(world.own, "10")
    change_reserve(claim=claim, reserve=Decimal(12), reason="复核", actor=world.own[Role.ADJUSTER])
    clock.set(2027, 1, 1)
    draft = draft_settlement(policy_year_id=2026)
    draft.refresh_from_db()
    assert draft.digest == digest_of(draft.content)
    (own, _) = draft.content["lines"]
    entries = claim.loss_entries.order_by("id")
    assert own["sources"]["loss"] == {"rows": 2, "largest": entries[1].pk, "last_on": "2026-11-25"}
    due = FundEntry.objects.filter(agreement=world.own.agreement).order_by("id")
    assert own["sources"]["fund"] == {"rows": 2, "largest": due[1].pk, "last_on": "2026-11-25"}
    assert own["incurred"] == "12.00"


def test_more_than_three_insurers_are_refused_with_the_rule(world: World, clock: Clock) -> None:
    from jincheng_insurance.access.models import Insurer, Region

    for code, county in (("C", "140502"), ("D", "140521")):
        insurer = Insurer.objects.create(code=code, name=f"保险公司{code}")
        in_year_of = Region.objects.get(code=county)
        world.own.agreement.__class__.objects.create(
            policy_year=world.year,
            county=in_year_of,
            insurer=insurer,
            number=f"XY-{county}",
            signed_on="2026-01-01",
        )
    with pytest.raises(Refused) as refused:
        draft_settlement(policy_year_id=2026)
    assert refused.value.rule == "R17"


def test_a_year_without_agreements_can_not_be_settled(world: World, clock: Clock) -> None:
    with pytest.raises(Refused):
        draft_settlement(policy_year_id=2028)


@pytest.mark.usefixtures("clock")
def test_the_command_prints_the_draft_and_makes_no_second_one(world: World) -> None:
    incurred(world.own, "10")
    out = StringIO()
    call_command("settle", 2026, stdout=out)
    assert "94" not in out.getvalue().splitlines()[0]
    assert "47.00" in out.getvalue()
    data = StringIO()
    call_command("settle", 2026, "--json", stdout=data)
    content = json.loads(data.getvalue())
    assert content["lines"][0]["carry"] == {"city": "47.00", "county": "47.00"}
    assert SettlementDraft.objects.get().digest == content["digest"]
    with pytest.raises(CommandError, match="no policy year"):
        call_command("settle", 2031)


def test_the_last_year_refunds_what_is_left_by_contribution(world: World, clock: Clock) -> None:
    clock.set(2028, 6, 1)
    last = in_year(world.own, 2028)
    incurred(last, "4.00")
    clock.set(2029, 3, 31)
    unpaid = draft_settlement(policy_year_id=2028, actor=colleague())
    assert unpaid.lines.get(agreement=last.agreement).problem == "nothing_contributed"
    with pytest.raises(Refused):
        confirm_settlement(draft=unpaid, actor=world.own[Role.CITY_FINANCE])
    for side, amount in (("city", 20), ("county", 60)):
        FundEntry.objects.create(
            agreement=last.agreement,
            policy_year_id=2028,
            county=last.county,
            side=side,
            kind="paid",
            amount=amount,
            on="2028-07-01",
            document="财农〔2028〕1号",
            booked_by=world.own[Role.CITY_OFFICER],
        )
    settled(world, 2028)
    assert carried(last.agreement) == {"city": 50, "county": 50}
    assert carried(last.agreement, "refunded") == {"city": -25, "county": -75}


def test_what_one_side_only_gains_is_booked_for_that_side_only(world: World, clock: Clock) -> None:
    incurred(world.own, "103.99")
    clock.set(2027, 3, 31)
    settled(world)
    (entry,) = CarryEntry.objects.all()
    assert (entry.side, entry.amount) == ("city", Decimal("0.01"))


def test_nobody_of_a_county_or_an_insurer_sees_another_ones_line(world: World, clock: Clock) -> None:
    from riskpool.models import SettlementLine

    incurred(world.own, "10")
    insure_person(world.foreign)
    draft_settlement(policy_year_id=2026)
    for role in (Role.COUNTY_OFFICER, Role.COUNTY_FINANCE, Role.ADJUSTER, Role.REVIEWER):
        (line,) = SettlementLine.objects.visible_to(world.own[role])
        assert line.agreement == world.own.agreement
        assert not SettlementDraft.objects.visible_to(world.own[role]).exists()
    assert SettlementLine.objects.visible_to(world.own[Role.AUDITOR]).count() == 2
    assert not SettlementLine.objects.visible_to(make_user("stranger")).exists()
