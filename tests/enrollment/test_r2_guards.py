"""R2 in PostgreSQL itself, for the product's role and the tables' owner alike: by the name of what refuses."""

import datetime
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction

from demo.posts import give_post
from enrollment.models import InsuredPerson, PolicyTerm, RosterHousehold
from enrollment.services.enrolment import enrol_household
from enrollment.services.terms import use_terms
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from tests.enrollment.test_r2 import INSERT, facts
from tests.world import World, insure_household, list_household

INSERT_PERSON = """
INSERT INTO enrollment_insuredperson
    (insured_household_id, policy_year_id, county_id, roster_person_id, basic_insurance, cover_from, cover_to)
VALUES (%(household)s, %(year)s, %(county)s, %(person)s, 'resident', %(first)s, %(last)s)
"""
JUNE = 6


@pytest.fixture(params=["runtime", "owner"])
def sql(
    request: pytest.FixtureRequest, live_world: World, owner: psycopg.Connection
) -> Iterator[psycopg.Connection]:
    """A connection as the role of that name, past every service; rolled back at the end."""
    if request.param == "owner":
        yield owner
        return
    settings = connections["default"].settings_dict
    with psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
    ) as runtime:
        yield runtime
        runtime.rollback()


@pytest.fixture
def listed(live_world: World) -> RosterHousehold:
    return list_household(
        live_world.own, category="MARGINAL", listed_on=datetime.date(live_world.year.year, JUNE, 10)
    )


def refused(sql: psycopg.Connection, statement: str, values: dict[str, Any]) -> str | None:
    """The name of the constraint that refuses a statement; None when it goes through."""
    try:
        with sql.transaction():
            sql.execute(statement, values)
    except psycopg.errors.CheckViolation as error:
        return error.diag.constraint_name
    return None


def day(world: World, month: int, date: int) -> datetime.date:
    return datetime.date(world.year.year, month, date)


def test_a_monitored_household_is_insured_on_its_listing_date_and_not_a_day_before(
    live_world: World, sql: psycopg.Connection, listed: RosterHousehold
) -> None:
    early = facts(live_world, listed, first=day(live_world, JUNE, 9))
    assert refused(sql, INSERT, early) == "insured_household_not_before_listing"
    assert refused(sql, INSERT, early | {"first": day(live_world, JUNE, 10)}) is None


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"household": 10**9}, "insured_household_is_listed"),
        ({"category": "OUT_OF_POVERTY"}, "insured_household_category_as_listed"),
        ({"category": "SEVERE_DIFFICULTY"}, "insured_household_category_as_listed"),
        (
            {"first": datetime.date(2031, 1, 1), "last": datetime.date(2031, 2, 1)},
            "insured_household_within_year",
        ),
        ({"last": datetime.date(2031, 1, 1)}, "insured_household_within_year"),
        ({"first": datetime.date(2020, 1, 1)}, "insured_household_not_before_listing"),
    ],
)
def test_what_the_roster_does_not_say_is_refused_by_name(
    live_world: World,
    sql: psycopg.Connection,
    listed: RosterHousehold,
    changes: dict[str, Any],
    constraint: str,
) -> None:
    values = facts(live_world, listed, first=day(live_world, JUNE, 10)) | changes
    assert refused(sql, INSERT, values) == constraint


def test_another_countys_or_years_agreement_is_refused_by_name(
    live_world: World, sql: psycopg.Connection, listed: RosterHousehold
) -> None:
    values = facts(live_world, listed, first=day(live_world, JUNE, 10))
    for changes in (
        {"agreement": live_world.foreign.agreement.pk},
        {"county": live_world.foreign.county.pk},
        {"agreement": live_world.foreign.agreement.pk, "county": live_world.foreign.county.pk},
        {"year": 2028 if live_world.year.year != 2028 else 2027},
    ):
        assert refused(sql, INSERT, values | changes) == "insured_household_under_its_agreement"


def test_a_person_is_insured_only_with_the_household_that_lists_them(
    live_world: World, sql: psycopg.Connection, listed: RosterHousehold
) -> None:
    insured = insure_household(live_world.own, persons=1)
    stranger = listed.persons.first()
    assert stranger is not None
    values = {
        "household": insured.pk,
        "year": insured.policy_year_id,
        "county": insured.county_id,
        "person": stranger.pk,
        "first": insured.cover_from,
        "last": insured.cover_to,
    }
    assert refused(sql, INSERT_PERSON, values) == "insured_person_is_listed"
    assert refused(sql, INSERT_PERSON, values | {"person": 10**9}) == "insured_person_is_listed"


def test_nobody_insured_is_exchanged_for_somebody_listed_later(
    live_world: World, sql: psycopg.Connection, listed: RosterHousehold
) -> None:
    insured = insure_household(live_world.own, persons=1)
    person, stranger = insured.persons.get(), listed.persons.first()
    assert stranger is not None
    exchange = "UPDATE enrollment_insuredperson SET roster_person_id = %(to)s WHERE id = %(id)s"
    assert refused(sql, exchange, {"to": stranger.pk, "id": person.pk}) == "insured_person_stays_themselves"
    exchange = "UPDATE enrollment_insuredhousehold SET roster_household_id = %(to)s WHERE id = %(id)s"
    other = list_household(live_world.own)
    for household in (other, listed):
        values = {"to": household.pk, "id": insured.pk}
        assert refused(sql, exchange, values) == "insured_household_stays_itself"


def test_an_insured_persons_cover_is_not_stretched_beyond_the_households(
    live_world: World, sql: psycopg.Connection
) -> None:
    insured = insure_household(
        live_world.own, category="MARGINAL", listed_on=day(live_world, JUNE, 10), persons=1
    )
    earlier = "UPDATE enrollment_insuredperson SET cover_from = %(on)s WHERE insured_household_id = %(id)s"
    values = {"on": day(live_world, JUNE, 9), "id": insured.pk}
    assert refused(sql, earlier, values) == "insured_person_within_household"
    earlier = "UPDATE enrollment_insuredhousehold SET cover_from = %(on)s WHERE id = %(id)s"
    assert refused(sql, earlier, values) == "insured_household_not_before_listing"


def test_the_insured_category_is_the_rosters_even_afterwards(
    live_world: World, sql: psycopg.Connection
) -> None:
    insured = insure_household(live_world.own)
    change = "UPDATE enrollment_insuredhousehold SET category = 'MARGINAL' WHERE id = %(id)s"
    assert refused(sql, change, {"id": insured.pk}) == "insured_household_category_as_listed"


def test_cover_that_has_begun_is_not_disturbed_when_the_roster_changes_its_mind(world: World) -> None:
    """R3: cover, once begun, runs on, though the roster now lists the household as monitored from June on."""
    insured = insure_household(world.own, persons=1)
    RosterHousehold.objects.filter(pk=insured.roster_household_id).update(
        category="MARGINAL", listed_on=day(world, JUNE, 10)
    )
    insured.save()
    InsuredPerson.objects.filter(insured_household=insured).update(basic_insurance="employee")
    insured.refresh_from_db()
    assert (insured.category, insured.cover_from) == ("OUT_OF_POVERTY", day(world, 1, 1))


@pytest.mark.parametrize(
    ("change", "rule"),
    [("early", "R2"), ("other county", "R17"), ("next year", "R3"), ("last year", "R3"), ("twice", "")],
)
def test_the_service_names_the_rule_it_refuses_by(world: World, change: str, rule: str) -> None:
    officer = world.own[Role.COUNTY_OFFICER]
    year = world.year.year
    household = list_household(world.own, category="MARGINAL", listed_on=day(world, JUNE, 10))
    agreement, cover_from = world.own.agreement, day(world, JUNE, 10)
    if change == "early":
        cover_from = day(world, JUNE, 9)
    elif change == "other county":
        household = list_household(world.foreign)
        give_post(officer, Role.COUNTY_OFFICER, region=world.foreign.county)
        officer = type(officer).objects.get(pk=officer.pk)
    elif change == "next year":
        cover_from = datetime.date(year + 1, 1, 1)
    elif change == "last year":
        cover_from = datetime.date(year - 1, 12, 31)
    else:
        enrol_household(agreement=agreement, household=household, cover_from=cover_from, actor=officer)
    with pytest.raises(Refused) as refusal:
        enrol_household(agreement=agreement, household=household, cover_from=cover_from, actor=officer)
    assert refusal.value.rule == rule


def test_terms_are_ruled_and_taken_back_until_they_are_used(world: World) -> None:
    term = PolicyTerm.objects.create(policy_year=world.year, name="posting_days", value=3, source="x")
    PolicyTerm.objects.filter(pk=term.pk).update(value=4)
    term.delete()
    assert use_terms(world.year.pk).posting_days == 0


def test_first_use_waits_for_a_ruling_under_way(live_world: World, sql: psycopg.Connection) -> None:
    """Otherwise a decision could be made under terms that stand nowhere a moment later."""
    sql.execute(
        "INSERT INTO enrollment_policyterm (policy_year_id, name, value, source, set_at)"
        " VALUES (%s, 'posting_days', '3', 'x', now())",
        [live_world.year.pk],
    )
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '200ms'")
        with pytest.raises(Exception, match="lock timeout"):
            use_terms(live_world.year.pk)
        transaction.set_rollback(True)
