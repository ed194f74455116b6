"""Moving: within a county at once, to another by request and a second person's confirmation; cover stays (R3, R17)."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from demo.posts import give_post
from enrollment.eligibility import eligible_households
from enrollment.models import (
    Agreement,
    HouseholdMove,
    InsuredHousehold,
    InsuredPerson,
    PolicyYear,
    RosterHousehold,
)
from enrollment.selectors import household_moves
from enrollment.services.enrolment import enrol_county
from enrollment.services.leaving import withdraw_household
from enrollment.services.members import enrol_members
from enrollment.services.moving import ask_move, cancel_move, confirm_move, move_within_county, refuse_move
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from tests.races import at_once
from tests.world import Party, World, add_member, insure_household, list_household, reported_claim


def place(party: Party, number: int = 0) -> Region:
    return Region.objects.filter(parent=party.county, level="township").order_by("code")[number]


def asked(world: World, household: RosterHousehold | None = None) -> HouseholdMove:
    return ask_move(
        household=household or list_household(world.own),
        to_county=world.foreign.county,
        reason="married there",
        actor=world.own[Role.COUNTY_OFFICER],
    )


def confirm(world: World, move: HouseholdMove) -> None:
    confirm_move(move=move, place=place(world.foreign), actor=world.foreign[Role.COUNTY_OFFICER])


def test_a_household_moves_within_its_county(world: World) -> None:
    household = list_household(world.own)
    village = Region.objects.create(name="东庄村", level="village", parent=place(world.own))
    officer = world.own[Role.COUNTY_OFFICER]
    move_within_county(household=household, place=village, reason="new house", actor=officer)
    household.refresh_from_db()
    assert (household.township, household.village) == (place(world.own), village)
    with pytest.raises(Refused) as refusal:
        move_within_county(household=household, place=village, reason="again", actor=officer)
    assert refusal.value.field == "place"
    move_within_county(household=household, place=place(world.own, 1), reason="x", actor=officer)
    household.refresh_from_db()
    assert (household.township, household.village) == (place(world.own, 1), None)
    first = AuditRecord.objects.filter(act="move_household").order_by("pk").first()
    assert first is not None
    assert first.facts["after"].endswith("东庄村")


@pytest.mark.parametrize("where", ["foreign township", "county", "foreign village"])
def test_a_place_outside_the_county_is_refused(world: World, where: str) -> None:
    foreign = place(world.foreign)
    target = {
        "foreign township": foreign,
        "county": world.own.county,
        "foreign village": Region.objects.create(name="西庄村", level="village", parent=foreign),
    }[where]
    with pytest.raises(Refused) as refusal:
        move_within_county(
            household=list_household(world.own),
            place=target,
            reason="x",
            actor=world.own[Role.COUNTY_OFFICER],
        )
    assert refusal.value.field == "place"


def test_a_confirmed_move_changes_the_roster_and_leaves_the_cover_where_it_is(world: World) -> None:
    insured = insure_household(world.own, persons=2)
    move = asked(world, insured.roster_household)
    household = insured.roster_household
    household.refresh_from_db()
    assert household.county == world.own.county

    confirm(world, move)

    household.refresh_from_db()
    insured.refresh_from_db()
    assert (household.county, household.township) == (world.foreign.county, place(world.foreign))
    assert (insured.county, insured.agreement) == (world.own.county, world.own.agreement)
    # R3: covered here until 31 December, not there as well.
    assert not eligible_households(world.foreign.agreement).filter(pk=household.pk).exists()
    assert (
        enrol_county(agreement=world.foreign.agreement, actor=world.foreign[Role.COUNTY_OFFICER]).households
        == 0
    )
    # A claim, a further member and a withdrawal still go through the old agreement.
    person = insured.persons.order_by("id")[0]
    assert reported_claim(world.own, person).agreement == world.own.agreement
    member = add_member(household)
    enrol_members(
        insured_household=insured,
        persons=[member],
        cover_from=insured.cover_from,
        actor=world.own[Role.COUNTY_OFFICER],
    )
    assert member.insured.get().county == world.own.county
    facts = AuditRecord.objects.get(act="confirm_move")
    assert (facts.county_id, facts.facts["before"]) == (world.foreign.county.pk, world.own.county.name)


def test_a_moved_household_can_still_be_withdrawn_where_it_is_insured(world: World) -> None:
    insured = insure_household(world.own)
    confirm(world, asked(world, insured.roster_household))
    withdraw_household(insured_household=insured, reason="x", actor=world.own[Role.COUNTY_OFFICER])
    insured.refresh_from_db()
    assert insured.withdrawn_at is not None


def test_next_year_the_receiving_county_enrols_the_household(world: World) -> None:
    insured = insure_household(world.own, persons=1)
    confirm(world, asked(world, insured.roster_household))
    year = PolicyYear.objects.get(pk=world.year.year + 1)
    agreements = {
        party.county.pk: Agreement.objects.create(
            policy_year=year,
            county=party.county,
            insurer=party.insurer,
            number=f"N-{party.county.code}",
            signed_on=insured.cover_to,
        )
        for party in (world.own, world.foreign)
    }
    old, new = agreements[world.own.county.pk], agreements[world.foreign.county.pk]
    assert enrol_county(agreement=old, actor=world.own[Role.COUNTY_OFFICER]).households == 0
    assert enrol_county(agreement=new, actor=world.foreign[Role.COUNTY_OFFICER]).households == 1


def test_the_database_still_refuses_to_insure_a_moved_household_in_its_old_county(world: World) -> None:
    insured = insure_household(world.own)
    confirm(world, asked(world, insured.roster_household))
    withdraw_household(insured_household=insured, reason="x", actor=world.own[Role.COUNTY_OFFICER])
    with pytest.raises(IntegrityError, match="R17"), transaction.atomic():
        InsuredHousehold.objects.create(
            agreement=insured.agreement,
            policy_year=insured.policy_year,
            county=insured.county,
            roster_household=insured.roster_household,
            category=insured.category,
            cover_from=insured.cover_from,
            cover_to=insured.cover_to,
            enrolled_by=insured.enrolled_by,
        )
    standing = insure_household(world.own)
    confirm(world, asked(world, standing.roster_household))
    with pytest.raises(IntegrityError, match="R17"), transaction.atomic():
        InsuredHousehold.objects.filter(pk=standing.pk).update(
            agreement=world.foreign.agreement, county=world.own.county
        )


def test_only_the_receiving_county_decides_and_only_the_asking_one_takes_back(world: World) -> None:
    move = asked(world)
    here, there = world.own[Role.COUNTY_OFFICER], world.foreign[Role.COUNTY_OFFICER]
    for actor in (here, world.own[Role.CITY_OFFICER]):
        with pytest.raises(PermissionDenied):
            confirm_move(move=move, place=place(world.foreign), actor=actor)
        with pytest.raises(PermissionDenied):
            refuse_move(move=move, reason="x", actor=actor)
    with pytest.raises(PermissionDenied):
        cancel_move(move=move, actor=there)
    with pytest.raises(Refused) as refusal:
        refuse_move(move=move, reason=" ", actor=there)
    assert refusal.value.field == "reason"
    refuse_move(move=move, reason="not known here", actor=there)
    move.refresh_from_db()
    assert (move.state, move.decided_by, move.answer) == ("refused", there, "not known here")
    for ask in (lambda: cancel_move(move=move, actor=here), lambda: confirm(world, move)):
        with pytest.raises(Refused, match="已处理"):
            ask()


def test_whoever_asks_does_not_confirm_even_with_both_counties_in_hand(world: World) -> None:
    both = world.own[Role.COUNTY_OFFICER]
    give_post(
        both,
        Role.COUNTY_OFFICER,
        region=world.foreign.county,
        starts_on=world.own.agreement.signed_on,
    )
    both = type(both).objects.get(pk=both.pk)
    move = asked(world)
    with pytest.raises(Refused, match="另一人"):
        confirm_move(move=move, place=place(world.foreign), actor=both)
    with pytest.raises(IntegrityError, match="move_decided_by_a_second_person"), transaction.atomic():
        HouseholdMove.objects.filter(pk=move.pk).update(
            state="confirmed", decided_by=both, decided_at=move.asked_at
        )


def test_one_request_at_a_time_and_never_to_ones_own_county(world: World) -> None:
    household = list_household(world.own)
    officer = world.own[Role.COUNTY_OFFICER]
    move = asked(world, household)
    for ask in (
        lambda: asked(world, household),
        lambda: move_within_county(household=household, place=place(world.own), reason="x", actor=officer),
    ):
        with pytest.raises(Refused, match="待确认"):
            ask()
    cancel_move(move=move, actor=officer)
    with pytest.raises(Refused) as refusal:
        ask_move(household=household, to_county=world.own.county, reason="x", actor=officer)
    assert refusal.value.field == "to_county"
    with pytest.raises(Refused):
        ask_move(household=household, to_county=place(world.foreign), reason="x", actor=officer)
    assert asked(world, household).pk != move.pk


def test_a_household_that_left_meanwhile_is_not_taken_over(world: World) -> None:
    move = asked(world)
    RosterHousehold.objects.filter(pk=move.household_id).update(
        county=Region.objects.get(code="140521"), township=None, village=None
    )
    with pytest.raises(Refused, match="另一个县"):
        confirm(world, move)


def test_confirmed_and_taken_back_at_once_one_of_them_happens(live_world: World) -> None:
    for _ in range(8):
        move = asked(live_world)
        acts = (
            lambda move=move: confirm(live_world, move),
            lambda move=move: cancel_move(move=move, actor=live_world.own[Role.COUNTY_OFFICER]),
        )
        results = at_once(lambda number, acts=acts: acts[number](), 2)
        assert [type(result) for result in results].count(Refused) == 1, results
        move.refresh_from_db()
        moved = RosterHousehold.objects.get(pk=move.household_id).county == live_world.foreign.county
        assert moved == (move.state == "confirmed")


def test_both_counties_see_the_request_and_nobody_else(world: World) -> None:
    move = asked(world)
    for actor in (
        world.own[Role.COUNTY_OFFICER],
        world.foreign[Role.COUNTY_OFFICER],
        world.own[Role.CITY_OFFICER],
    ):
        assert list(household_moves(actor)) == [move]
    for actor in (world.own[Role.ADJUSTER], world.own[Role.COUNTY_FINANCE]):
        assert not household_moves(actor).exists()


def test_the_pages_lead_from_the_request_to_the_confirmation(world: World, client: Client) -> None:
    insured = insure_household(world.own, persons=1)
    household = insured.roster_household
    client.force_login(world.own[Role.COUNTY_OFFICER])
    start = reverse("enrollment:move_household", args=[household.pk])
    assert world.foreign.county.name in client.get(start).content.decode()
    assert client.post(start, {"place": "", "reason": ""}).status_code == 422
    ask = reverse("enrollment:ask_move", args=[household.pk])
    assert client.post(ask, {"to_county": world.own.county.pk, "reason": "x"}).status_code == 422
    answer = client.post(ask, {"to_county": world.foreign.county.pk, "reason": "投亲"})
    move = HouseholdMove.objects.get()
    assert answer.headers["Location"] == reverse("enrollment:move", args=[move.pk])
    assert "投亲" in client.get(reverse("enrollment:moves")).content.decode()

    client.force_login(world.foreign[Role.COUNTY_OFFICER])
    decide = reverse("enrollment:confirm_move", args=[move.pk])
    assert client.post(decide, {"place": place(world.own).pk}).status_code == 422
    assert client.post(decide, {"place": place(world.foreign).pk}).status_code == 302
    assert client.get(reverse("roster:household", args=[household.pk])).status_code == 200
    client.force_login(world.own[Role.COUNTY_OFFICER])
    assert client.get(reverse("roster:household", args=[household.pk])).status_code == 404
    page = client.get(reverse("enrollment:household", args=[insured.pk])).content.decode()
    assert f"本户已迁往{world.foreign.county.name}" in page
    assert InsuredPerson.objects.get().county == world.own.county


def test_villages_are_offered_by_township(world: World, client: Client) -> None:
    household = list_household(world.own)
    village = Region.objects.create(name="东庄村", level="village", parent=place(world.own))
    client.force_login(world.own[Role.COUNTY_OFFICER])
    page = client.get(reverse("enrollment:move_household", args=[household.pk])).content.decode()
    group = page.split(f'<optgroup label="{place(world.own).name}">')[1].split("</optgroup>")[0]
    assert f'value="{village.pk}"' in group
    assert page.count("<optgroup") == Region.objects.filter(parent=world.own.county, level="township").count()
