"""Enrolling a county or some townships: what the preview says is what the act does; members come later (R1-R4, R18)."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from enrollment.eligibility import Verdict, missing_members, roster_of, waiting_members
from enrollment.models import InsuredHousehold, InsuredPerson, RosterHousehold, RosterPerson
from enrollment.selectors.plan import plan_of
from enrollment.selectors.standing import enrolment_status
from enrollment.services.enrolment import enrol_county
from enrollment.services.leaving import withdraw_household, withdraw_person
from enrollment.services.members import enrol_members, enrol_waiting_members
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from tests.world import World, add_member, insure_household, list_household


def day(world: World, month: int, date: int = 1) -> datetime.date:
    return datetime.date(world.year.year, month, date)


def township(world: World, number: int) -> Region:
    return Region.objects.filter(parent=world.own.county, level="township").order_by("code")[number]


def put(household: RosterHousehold, place: Region) -> RosterHousehold:
    RosterHousehold.objects.filter(pk=household.pk).update(township=place)
    return household


def a_mixed_roster(world: World) -> dict[str, RosterHousehold]:
    """One household of every kind: who may be enrolled, and who may not for each reason."""
    withdrawn = insure_household(world.own)
    withdraw_household(insured_household=withdrawn, reason="x", actor=world.own[Role.COUNTY_OFFICER])
    return {
        "poor": list_household(world.own, persons=3),
        "late": list_household(world.own, category="MARGINAL", listed_on=day(world, 6, 10)),
        "insured": insure_household(world.own).roster_household,
        "withdrawn": withdrawn.roster_household,
        "next year": list_household(
            world.own, category="SEVERE_DIFFICULTY", listed_on=datetime.date(world.year.year + 1, 1, 1)
        ),
        "empty": list_household(world.own, persons=0),
        "elsewhere": list_household(world.foreign),
    }


def test_the_preview_says_who_and_why_not_and_the_act_does_just_that(world: World) -> None:
    made = a_mixed_roster(world)
    plan = plan_of(world.own.agreement).preview()

    assert (plan.households, plan.persons) == (2, 5)
    assert plan.by_category == {"OUT_OF_POVERTY": 1, "MARGINAL": 1}
    assert (plan.from_first_day, plan.from_listing) == (1, 1)
    assert plan.refused == dict.fromkeys(
        (Verdict.INSURED, Verdict.WITHDRAWN, Verdict.LISTED_LATER, Verdict.NO_PERSONS), 1
    )
    verdicts = dict(roster_of(world.own.agreement).values_list("code", "verdict"))
    assert made["elsewhere"].code not in verdicts
    assert verdicts[made["next year"].code] == "listed_later"
    assert verdicts[made["empty"].code] == "no_persons"

    enrolled = enrol_county(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])

    assert (enrolled.households, enrolled.persons) == (plan.households, plan.persons)
    assert made["late"].insured.get().cover_from == day(world, 6, 10)
    assert made["poor"].insured.get().cover_from == day(world, 1)
    assert plan_of(world.own.agreement).preview().households == 0
    assert enrolment_status(world.own.agreement).waiting_households == 0


def test_some_townships_are_enrolled_and_the_rest_of_the_county_waits(world: World) -> None:
    here, there = township(world, 0), township(world, 1)
    for _ in range(2):
        put(list_household(world.own, persons=1), here)
    put(list_household(world.own, persons=1), there)
    list_household(world.own, persons=1)
    officer = world.own[Role.COUNTY_OFFICER]

    assert plan_of(world.own.agreement).preview([here.pk]).households == 2
    first = enrol_county(agreement=world.own.agreement, actor=officer, townships=[here])
    assert (first.households, first.persons) == (2, 2)
    assert AuditRecord.objects.get(act="enrol_county").facts["townships"] == here.name
    assert set(InsuredHousehold.objects.values_list("roster_household__township", flat=True)) == {here.pk}
    assert enrolment_status(world.own.agreement).waiting_households == 2
    assert enrol_county(agreement=world.own.agreement, actor=officer).households == 2


def test_another_countys_township_is_refused(world: World) -> None:
    foreign = Region.objects.filter(parent=world.foreign.county, level="township").first()
    assert foreign is not None
    with pytest.raises(Refused) as refusal:
        enrol_county(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER], townships=[foreign])
    assert refusal.value.field == "township"


def test_nobody_is_covered_before_birth_or_born_after_the_year(world: World) -> None:
    household = list_household(world.own, persons=3)
    child, later, _other = household.persons.order_by("-id")
    RosterPerson.objects.filter(pk=child.pk).update(birth_date=day(world, 3, 17))
    RosterPerson.objects.filter(pk=later.pk).update(birth_date=datetime.date(world.year.year + 1, 1, 1))
    enrol_county(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])
    assert child.insured.get().cover_from == day(world, 3, 17)
    assert not later.insured.exists()
    assert not waiting_members(world.own.agreement).exists()


def test_members_new_on_the_roster_wait_and_are_insured_from_their_day_on(world: World) -> None:
    insured = insure_household(world.own, persons=2)
    late = insure_household(world.own, category="MARGINAL", listed_on=day(world, 9, 5), persons=1)
    insure_household(world.foreign)
    newcomer, born = add_member(insured.roster_household), add_member(insured.roster_household)
    RosterPerson.objects.filter(pk=born.pk).update(birth_date=day(world, 8, 2))
    third = add_member(late.roster_household)
    assert enrolment_status(world.own.agreement).waiting_members == 3

    added = enrol_waiting_members(
        agreement=world.own.agreement, cover_from=day(world, 7), actor=world.own[Role.COUNTY_OFFICER]
    )

    assert added == 3
    assert newcomer.insured.get().cover_from == day(world, 7)
    assert born.insured.get().cover_from == day(world, 8, 2)
    assert third.insured.get().cover_from == day(world, 9, 5)
    assert {person.cover_to for person in InsuredPerson.objects.all()} == {day(world, 12, 31)}
    with pytest.raises(Refused):
        enrol_waiting_members(
            agreement=world.own.agreement, cover_from=day(world, 7), actor=world.own[Role.COUNTY_OFFICER]
        )


def test_a_withdrawn_member_comes_back_only_by_choice(world: World) -> None:
    insured = insure_household(world.own, persons=2)
    person = insured.persons.order_by("id")[0]
    officer = world.own[Role.COUNTY_OFFICER]
    withdraw_person(insured_person=person, reason="x", actor=officer)
    assert not waiting_members(world.own.agreement).exists()
    assert list(missing_members(insured)) == [person.roster_person]
    enrol_members(
        insured_household=insured,
        persons=[person.roster_person],
        cover_from=day(world, 2),
        actor=officer,
    )
    assert person.roster_person.insured.get(withdrawn_at=None).cover_from == day(world, 2)
    assert not missing_members(insured).exists()


def test_members_are_refused_before_their_day_twice_and_from_elsewhere(world: World) -> None:
    insured = insure_household(world.own, category="MARGINAL", listed_on=day(world, 4), persons=1)
    member = add_member(insured.roster_household)
    stranger = list_household(world.own, persons=1).persons.get()
    officer = world.own[Role.COUNTY_OFFICER]

    def ask(person: RosterPerson, on: datetime.date) -> str | None:
        with pytest.raises(Refused) as refusal:
            enrol_members(insured_household=insured, persons=[person], cover_from=on, actor=officer)
        return refusal.value.field

    assert ask(member, day(world, 3, 31)) == "cover_from"
    assert ask(member, datetime.date(world.year.year + 1, 1, 1)) == "cover_from"
    assert ask(stranger, day(world, 5)) == "persons"
    RosterPerson.objects.filter(pk=member.pk).update(birth_date=day(world, 5, 2))
    assert ask(member, day(world, 5)) == "cover_from"
    enrol_members(insured_household=insured, persons=[member], cover_from=day(world, 5, 2), actor=officer)
    assert ask(member, day(world, 6)) == "persons"
    with pytest.raises(PermissionDenied):
        enrol_members(
            insured_household=insured,
            persons=[member],
            cover_from=day(world, 6),
            actor=world.foreign[Role.COUNTY_OFFICER],
        )


@pytest.mark.parametrize(
    ("monitored", "warning", "text"),
    [(0, 0, None), (1, 0, None), (9, 90, "已用到九成"), (10, 100, "已用完"), (12, 100, "超出2户2人")],
)
def test_the_budget_of_r4_warns_and_never_refuses(
    world: World, client: Client, monitored: int, warning: int, text: str | None
) -> None:
    # 125 households of one person each: 8 % of them are 10.
    rows = RosterHousehold.objects.bulk_create(
        RosterHousehold(
            code=f"B{number}",
            county=world.own.county,
            category="OUT_OF_POVERTY",
            listed_by=seen,
            seen_in=seen,
        )
        for seen in [list_household(world.foreign, persons=1).seen_in]
        for number in range(125)
    )
    RosterPerson.objects.bulk_create(
        RosterPerson(
            household=row,
            name="某",
            id_number_sealed=b"",
            id_number_index=row.code.encode(),
            birth_date=day(world, 1).replace(year=1970),
            sex="male",
            relation="HEAD",
            seen_in=row.seen_in,
        )
        for row in rows
    )
    for _ in range(monitored):
        list_household(world.own, persons=1, category="MARGINAL", listed_on=day(world, 1))
    status = enrolment_status(world.own.agreement)
    assert (status.budget_households, status.budget_persons) == (10, 10)
    assert (status.monitored_households, status.budget_warning) == (monitored, warning)
    client.force_login(world.own[Role.COUNTY_OFFICER])
    page = client.get(reverse("enrollment:status")).content.decode()
    assert (text in page) if text else ("预算已" not in page and "已超出预算" not in page)
    enrolled = enrol_county(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])
    assert enrolled.households == 125 + monitored


def test_the_page_previews_lists_and_confirms(world: World, client: Client) -> None:
    made = a_mixed_roster(world)
    here = township(world, 0)
    put(made["poor"], here)
    client.force_login(world.own[Role.COUNTY_OFFICER])
    address = reverse("enrollment:enrol_county", args=[world.own.agreement.pk])

    page = client.get(address).content.decode()
    assert "为 2 户 5 人参保" in page
    for name in ("withdrawn", "next year", "empty"):
        assert made[name].code in page
    assert made["insured"].code not in page
    assert made["poor"].code not in page
    narrowed = client.get(address, {"reason": "no_persons"}).content.decode()
    assert made["empty"].code in narrowed
    assert made["next year"].code not in narrowed
    some = client.get(address, {"township": here.pk}).content.decode()
    assert "为 1 户 3 人参保" in some
    assert client.get(address, {"township": "x"}).status_code == 422
    assert client.get(address, {"reason": "x"}).status_code == 200

    assert client.post(address, {"township": here.pk}).status_code == 302
    assert InsuredHousehold.objects.filter(withdrawn_at=None).count() == 2
    assert client.post(address).status_code == 302
    assert InsuredHousehold.objects.filter(withdrawn_at=None).count() == 3
