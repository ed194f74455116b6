"""Nobody is insured who isn't in the monitoring system, nor before they were: PostgreSQL itself refuses (R2)."""

import datetime

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from enrollment.models import InsuredHousehold, InsuredPerson, PolicyTerm, RosterHousehold
from enrollment.services.enrolment import enrol_county, enrol_household
from enrollment.services.terms import use_terms
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from tests.world import World, insure_household, list_household

INSERT = """
INSERT INTO enrollment_insuredhousehold
    (agreement_id, policy_year_id, county_id, roster_household_id, category, cover_from, cover_to, enrolled_by_id,
     enrolled_at)
VALUES (%(agreement)s, %(year)s, %(county)s, %(household)s, %(category)s, %(first)s, %(last)s, %(actor)s, now())
"""


def facts(world: World, household: RosterHousehold, **changes: object) -> dict[str, object]:
    year = world.year.year
    return {
        "agreement": world.own.agreement.pk,
        "year": year,
        "county": world.own.county.pk,
        "household": household.pk,
        "category": household.category,
        "first": datetime.date(year, 1, 1),
        "last": datetime.date(year, 12, 31),
        "actor": world.own[Role.COUNTY_OFFICER].pk,
    } | changes


def insert(values: dict[str, object]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, values)


def listed_in_june(world: World) -> RosterHousehold:
    return list_household(world.own, category="MARGINAL", listed_on=datetime.date(world.year.year, 6, 1))


def test_raw_sql_insures_a_listed_household_from_its_listing_date_on(world: World) -> None:
    insert(facts(world, listed_in_june(world), first=datetime.date(world.year.year, 6, 1)))
    assert InsuredHousehold.objects.count() == 1


def test_raw_sql_is_refused_a_day_before_the_listing(world: World) -> None:
    with pytest.raises(IntegrityError, match=r"listed on .*R2"):
        insert(facts(world, listed_in_june(world), first=datetime.date(world.year.year, 5, 31)))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"household": 10**9}, "R2"),
        ({"category": "OUT_OF_POVERTY"}, "R1"),
        ({"last": datetime.date(2029, 1, 1)}, "R3"),
        ({"year": 2027}, "R17"),
    ],
)
def test_raw_sql_is_refused_what_the_roster_does_not_say(
    world: World, changes: dict[str, object], rule: str
) -> None:
    household = listed_in_june(world)
    values = facts(world, household, first=datetime.date(world.year.year, 6, 1)) | changes
    with pytest.raises(IntegrityError, match=rule):
        insert(values)


def test_raw_sql_is_refused_another_countys_agreement(world: World) -> None:
    household = list_household(world.foreign)
    with pytest.raises(IntegrityError, match="R17"):
        insert(facts(world, household))


def test_cover_is_not_moved_before_the_listing_afterwards(world: World) -> None:
    insured = insure_household(
        world.own, category="SEVERE_DIFFICULTY", listed_on=datetime.date(world.year.year, 6, 1)
    )
    with pytest.raises(IntegrityError, match="R2"), transaction.atomic():
        InsuredHousehold.objects.filter(pk=insured.pk).update(cover_from=datetime.date(world.year.year, 1, 1))


def test_a_person_of_another_household_is_refused(world: World) -> None:
    insured, other = insure_household(world.own), list_household(world.own)
    person = other.persons.first()
    assert person is not None
    with pytest.raises(IntegrityError, match="R2"), transaction.atomic():
        InsuredPerson.objects.create(
            insured_household=insured,
            policy_year=world.year,
            county=world.own.county,
            roster_person=person,
            cover_from=insured.cover_from,
            cover_to=insured.cover_to,
        )


def test_the_owner_of_the_tables_is_refused_too(live_world: World, owner: psycopg.Connection) -> None:
    values = facts(live_world, listed_in_june(live_world))
    with pytest.raises(psycopg.errors.CheckViolation, match="R2") as refusal:
        owner.execute(INSERT, values)
    assert refusal.value.diag.constraint_name == "insured_household_not_before_listing"


def test_the_service_says_why_it_refuses(world: World) -> None:
    with pytest.raises(Refused) as refusal:
        enrol_household(
            agreement=world.own.agreement,
            household=listed_in_june(world),
            cover_from=datetime.date(world.year.year, 5, 31),
            actor=world.own[Role.COUNTY_OFFICER],
        )
    assert refusal.value.rule == "R2"


def test_a_county_is_enrolled_in_one_act_and_again_only_who_has_come_since(world: World) -> None:
    list_household(world.own, persons=3)
    late = listed_in_june(world)
    list_household(world.own, category="MARGINAL", listed_on=datetime.date(world.year.year + 1, 1, 1))
    list_household(world.foreign)
    officer = world.own[Role.COUNTY_OFFICER]

    first = enrol_county(agreement=world.own.agreement, actor=officer)
    list_household(world.own, persons=1)
    second = enrol_county(agreement=world.own.agreement, actor=officer)

    assert (first.households, first.persons) == (2, 5)
    assert (second.households, second.persons) == (1, 1)
    assert late.insured.get().cover_from == datetime.date(world.year.year, 6, 1)
    assert late.insured.get().persons.get(roster_person=late.persons.first()).cover_from.month == 6


def test_a_household_is_insured_once_a_year(world: World) -> None:
    insured = insure_household(world.own)
    with pytest.raises(Refused, match="已参保"):
        enrol_household(
            agreement=world.own.agreement,
            household=insured.roster_household,
            cover_from=insured.cover_from,
            actor=world.own[Role.COUNTY_OFFICER],
        )


def test_terms_stand_once_they_have_been_used(world: World) -> None:
    ruling = PolicyTerm.objects.create(
        policy_year=world.year, name="deductible_basis", value="per_visit", source="市中心批复"
    )
    assert use_terms(world.year.pk).deductible_basis == "per_visit"
    for change in (
        lambda: PolicyTerm.objects.filter(pk=ruling.pk).update(value="annual"),
        ruling.delete,
        lambda: PolicyTerm.objects.create(policy_year=world.year, name="posting_days", value=3, source="x"),
    ):
        with pytest.raises(IntegrityError, match="stand"), transaction.atomic():
            change()
