"""Leaving: who was enrolled by mistake is marked, counted nowhere, free to come again; who has a claim stays (R18)."""

import datetime
import re
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim
from claims.services.intake import report_claim
from enrollment.models import InsuredHousehold, InsuredPerson, RosterHousehold, RosterPerson
from enrollment.selectors import (
    find_insured_person,
    household_telephone_place,
    identity_place,
    insured_households,
)
from enrollment.selectors.changes import Why, ineligible
from enrollment.selectors.finding import Wanted, find_roster_households, find_roster_persons
from enrollment.selectors.plan import plan_of
from enrollment.selectors.standing import enrolment_status
from enrollment.services import leaving
from enrollment.services.enrolment import enrol_household
from enrollment.services.leaving import withdraw_household, withdraw_person
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.access.sealing import masked, seal, unseal
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.web.formats import day
from premiums.models import PremiumStatement
from premiums.services.statements import issue_statement
from tests.races import at_once
from tests.world import World, add_newborn, insure_household, insure_person, list_household, reported_claim


def withdraw(world: World, household: InsuredHousehold, reason: str = "entered twice") -> None:
    withdraw_household(insured_household=household, reason=reason, actor=world.own[Role.COUNTY_OFFICER])


def withdraw_one(world: World, person: InsuredPerson, reason: str = "entered twice") -> None:
    withdraw_person(insured_person=person, reason=reason, actor=world.own[Role.COUNTY_OFFICER])


def test_a_withdrawn_household_is_counted_nowhere_and_may_come_again(world: World) -> None:
    wrong, right = insure_household(world.own, persons=2), insure_household(world.own, persons=1)
    withdraw(world, wrong)

    wrong.refresh_from_db()
    assert (wrong.withdrawn_reason, wrong.withdrawn_by) == ("entered twice", world.own[Role.COUNTY_OFFICER])
    assert not wrong.persons.filter(withdrawn_at=None).exists()
    status = enrolment_status(world.own.agreement)
    assert (status.insured_households, status.insured_persons) == (1, 1)
    assert list(insured_households(world.own[Role.COUNTY_OFFICER], world.year)) == [right]
    person = wrong.persons.first()
    assert person is not None
    number = unseal(bytes(person.roster_person.id_number_sealed), identity_place(person.roster_person_id))
    assert find_insured_person(world.own[Role.ADJUSTER], number, world.year) is None
    record = AuditRecord.objects.get(act="withdraw_household")
    assert (record.facts, record.reason) == ({"persons": 2}, "entered twice")

    again = enrol_household(
        agreement=world.own.agreement,
        household=wrong.roster_household,
        cover_from=datetime.date(world.year.year, 2, 1),
        actor=world.own[Role.COUNTY_OFFICER],
    )
    assert find_insured_person(world.own[Role.ADJUSTER], number, world.year) in again.persons.all()
    assert enrolment_status(world.own.agreement).insured_persons == 3


def test_one_member_leaves_and_the_household_stays(world: World) -> None:
    insured = insure_household(world.own, persons=2)
    gone, stays = insured.persons.order_by("id")
    withdraw_one(world, gone)
    shown = insured_households(world.own[Role.COUNTY_OFFICER], world.year).get()
    assert shown.person_count == 1  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="最后一名"):
        withdraw_one(world, stays)


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_withdrawal_says_why(world: World, reason: str) -> None:
    insured = insure_household(world.own, persons=2)
    person = insured.persons.first()
    assert person is not None
    for ask in (lambda: withdraw(world, insured, reason), lambda: withdraw_one(world, person, reason)):
        with pytest.raises(Refused) as refusal:
            ask()
        assert refusal.value.field == "reason"


def test_nobody_is_withdrawn_twice_or_by_another_county(world: World) -> None:
    insured = insure_household(world.own, persons=2)
    with pytest.raises(PermissionDenied):
        withdraw_household(insured_household=insured, reason="x", actor=world.foreign[Role.COUNTY_OFFICER])
    withdraw(world, insured)
    with pytest.raises(Refused, match="此前"):
        withdraw(world, insured)


def test_a_claim_keeps_its_person_and_household_insured(world: World) -> None:
    person = insure_household(world.own, persons=3).persons.order_by("id")[0]
    reported_claim(world.own, person)
    with pytest.raises(Refused, match="报案"):
        withdraw_one(world, person)
    household = InsuredHousehold.objects.get(pk=person.insured_household_id)
    with pytest.raises(Refused, match="报案"):
        withdraw(world, household)
    other = household.persons.exclude(pk=person.pk).first()
    assert other is not None
    withdraw_one(world, other)
    first = household.claimed_at
    reported_claim(world.own, person)
    household.refresh_from_db()
    assert household.claimed_at == first


def test_no_claim_is_reported_for_who_was_withdrawn(world: World) -> None:
    insured = insure_household(world.own, persons=2)
    person = insured.persons.order_by("id")[0]
    withdraw_one(world, person)
    with pytest.raises(Refused, match="没有保障"):
        reported_claim(world.own, person)
    withdraw(world, insured)
    for member in insured.persons.all():
        with pytest.raises(Refused, match="没有保障"):
            reported_claim(world.own, member)
    assert not Claim.objects.exists()


def race(world: World) -> tuple[InsuredPerson, list[object]]:
    """A withdrawal and a claim for the same household at the same moment."""
    person = insure_person(world.own)
    acts = (
        lambda: withdraw(world, person.insured_household),
        lambda: report_claim(
            insured_person=person, reserve=Decimal(100), account="", actor=world.own[Role.ADJUSTER]
        ),
    )
    return person, at_once(lambda number: acts[number](), 2)


def test_of_a_claim_and_a_withdrawal_at_once_one_is_refused(live_world: World) -> None:
    for _ in range(15):
        person, results = race(live_world)
        assert [type(result) for result in results].count(Refused) == 1, results
        person.refresh_from_db()
        assert (person.withdrawn_at is None) == Claim.objects.filter(insured_person=person).exists()


def test_without_their_locks_the_database_alone_keeps_them_apart(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claims look at the household before the withdrawal is there and the other way round: then a constraint refuses,
    which shows that the race happens and that even so nobody with a claim is withdrawn."""
    monkeypatch.setattr(
        leaving, "_locked", lambda pk: InsuredHousehold.objects.select_related("agreement").get(pk=pk)
    )
    monkeypatch.setattr("django.db.models.QuerySet.select_for_update", lambda self, **options: self._chain())
    refused = 0
    for _ in range(40):
        person, results = race(live_world)
        refused += sum(isinstance(result, IntegrityError) for result in results)
        person.refresh_from_db()
        assert not (person.withdrawn_at and person.claimed_at)
        if refused:
            break
    assert refused, "nobody got in another's way, so this race shows nothing"


CHANGES: dict[str, tuple[str, str]] = {
    "without its persons": (
        "UPDATE enrollment_insuredhousehold SET withdrawn_at = now(), withdrawn_by_id = %(by)s,"
        " withdrawn_reason = 'x' WHERE id = %(household)s",
        "insured_household_withdrawn_whole",
    ),
    "without a reason": (
        "UPDATE enrollment_insuredperson SET withdrawn_at = now(), withdrawn_by_id = %(by)s WHERE id = %(person)s",
        "insured_person_withdrawn_with_reason",
    ),
    "by nobody": (
        "UPDATE enrollment_insuredperson SET withdrawn_at = now(), withdrawn_reason = 'x' WHERE id = %(person)s",
        "insured_person_withdrawn_with_reason",
    ),
    "after a claim": (
        "UPDATE enrollment_insuredperson SET withdrawn_at = now(), withdrawn_by_id = %(by)s,"
        " withdrawn_reason = 'x' WHERE id = %(claimant)s",
        "insured_person_claimed_stays",
    ),
    "forgetting the claim": (
        "UPDATE enrollment_insuredperson SET claimed_at = NULL WHERE id = %(claimant)s",
        "insured_claim_stays_noted",
    ),
    "forgetting the household's claim": (
        "UPDATE enrollment_insuredhousehold SET claimed_at = NULL"
        " WHERE id = (SELECT insured_household_id FROM enrollment_insuredperson WHERE id = %(claimant)s)",
        "insured_claim_stays_noted",
    ),
    "taking a withdrawal back": (
        "UPDATE enrollment_insuredperson SET withdrawn_at = NULL, withdrawn_by_id = NULL, withdrawn_reason = ''"
        " WHERE id = %(gone)s",
        "insured_withdrawal_stands",
    ),
    "joining who has left": (
        "INSERT INTO enrollment_insuredperson (insured_household_id, policy_year_id, county_id, roster_person_id,"
        " basic_insurance, cover_from, cover_to) SELECT insured_household_id, policy_year_id, county_id,"
        " roster_person_id, basic_insurance, cover_from, cover_to FROM enrollment_insuredperson WHERE id = %(gone)s",
        "insured_person_in_standing_household",
    ),
    "a claim on who has left": (
        "UPDATE enrollment_insuredperson SET claimed_at = now() WHERE id = %(gone)s",
        "insured_withdrawal_stands",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_raw_sql_is_refused(live_world: World, owner: psycopg.Connection, change: str) -> None:
    """By the product's role and the tables' owner alike."""
    world = live_world
    gone = insure_person(world.own)
    withdraw(world, gone.insured_household)
    claimant = insure_person(world.own)
    reported_claim(world.own, claimant)
    person = insure_household(world.own, persons=2).persons.order_by("id")[0]
    values: dict[str, Any] = {
        "by": world.own[Role.COUNTY_OFFICER].pk,
        "household": person.insured_household_id,
        "person": person.pk,
        "claimant": claimant.pk,
        "gone": gone.pk,
    }
    statement, constraint = CHANGES[change]
    with pytest.raises(IntegrityError) as runtime, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    assert isinstance(runtime.value.__cause__, psycopg.Error)
    assert runtime.value.__cause__.diag.constraint_name == constraint
    with pytest.raises(psycopg.errors.CheckViolation) as owned:
        owner.execute(statement, values)
    assert owned.value.diag.constraint_name == constraint


def test_two_standing_covers_of_a_year_are_refused_but_one_may_follow_a_withdrawn_one(world: World) -> None:
    insured = insure_household(world.own)
    copy = {
        field: getattr(insured, field)
        for field in (
            *("agreement", "policy_year", "county", "roster_household", "category", "cover_from", "cover_to"),
            "enrolled_by",
        )
    }
    with pytest.raises(IntegrityError, match="insured_household_once_a_year"), transaction.atomic():
        InsuredHousehold.objects.create(**copy)
    withdraw(world, insured)
    InsuredHousehold.objects.create(**copy)
    assert InsuredHousehold.objects.filter(withdrawn_at=None).count() == 1


def test_the_pages_tell_what_follows_and_show_the_refusal_at_the_field(world: World, client: Client) -> None:
    insured = insure_household(world.own, persons=3)
    person = insured.persons.order_by("id")[0]
    client.force_login(world.own[Role.COUNTY_OFFICER])
    address = reverse("enrollment:withdraw_person", args=[person.pk])
    assert "退费清单" in client.get(address).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "重复录入"}).status_code == 302
    shown = client.get(reverse("enrollment:household", args=[insured.pk])).content.decode()
    assert "重复录入" in shown
    whole = reverse("enrollment:withdraw_household", args=[insured.pk])
    assert "2 名成员" in client.get(whole).content.decode()
    assert client.post(whole, {"reason": "不在名册"}).status_code == 302
    shown = client.get(reverse("enrollment:household", args=[insured.pk])).content.decode()
    assert "已撤销参保，保障无效" in shown
    assert "不在名册" in shown
    assert client.post(whole, {"reason": "又一次"}).status_code == 422
    insured.refresh_from_db()
    assert insured.withdrawn_at is not None
    assert insured.withdrawn_at <= timezone.now()


def test_a_withdrawn_household_stands_at_one_place_on_every_page(world: World, client: Client) -> None:
    officer, county = world.own[Role.COUNTY_OFFICER], world.own.county
    wrong = insure_household(world.own, persons=1)
    insure_household(world.own, persons=1)
    waits = list_household(world.own, persons=1)
    empty = list_household(world.own, persons=1)
    RosterPerson.objects.filter(household=empty).update(gone_since=timezone.now())
    withdraw(world, wrong, "重复录入")

    status = enrolment_status(world.own.agreement)
    figures = (status.insured_households, status.waiting_households, status.left_out_households)
    assert figures == (1, 1, 2)
    assert status.listed_households == sum(figures)
    assert (status.withdrawn_households, status.moved_households) == (1, 0)
    preview = plan_of(world.own.agreement).preview()
    assert sum(preview.refused.values()) == status.insured_households + status.left_out_households

    def codes(**wanted: str) -> set[str]:
        rows = find_roster_households(officer, world.year, Wanted(**wanted))
        persons = find_roster_persons(officer, world.year, Wanted(**wanted))
        found = {row.code for row in rows}
        assert {person.household.code for person in persons} == found
        return found

    code = wrong.roster_household.code
    assert codes(standing="waiting") == {waits.code}
    assert codes(standing="not_eligible") == {code, empty.code}
    assert codes(standing="withdrawn") == {code}

    client.force_login(officer)
    page = client.get(reverse("enrollment:status")).content.decode()
    lists = f"{reverse('roster:households')}?place={county.pk}&amp;standing="
    assert f'{lists}not_eligible">2<' in page
    assert f'{lists}withdrawn">其中 1 户本年度已撤销参保<' in page
    for address in ("roster:households", "roster:persons"):
        rows = client.get(reverse(address), {"standing": "not_eligible", "code": code}).content.decode()
        assert re.search('(?s)chip bad"><svg.{,600}?</svg>本年度已撤销参保<', rows)
    single = reverse("enrollment:enrol_household", args=[wrong.roster_household_id])
    assert (
        single
        in client.get(reverse("enrollment:enrol_county", args=[world.own.agreement.pk])).content.decode()
    )
    warning = client.get(single).content.decode()
    assert (
        warning.index("本年度因误参保已撤销")
        < warning.index("重复录入")
        < warning.index('method="post" novalidate')
    )
    assert str(officer) in warning
    assert (
        "本年度因误参保已撤销"
        not in client.get(reverse("enrollment:enrol_household", args=[waits.pk])).content.decode()
    )

    again = enrol_household(
        agreement=world.own.agreement,
        household=wrong.roster_household,
        cover_from=datetime.date(world.year.year, 2, 1),
        actor=officer,
    )
    assert codes(standing="withdrawn") == set()
    assert codes(standing="insured") >= {again.roster_household.code}
    assert enrolment_status(world.own.agreement).withdrawn_households == 0


def test_a_member_listed_since_stands_as_withdrawn_as_their_household_does(world: World) -> None:
    wrong = insure_household(world.own, persons=1)
    withdraw(world, wrong)
    born = add_newborn(world.own, wrong.roster_household)
    officer = world.own[Role.COUNTY_OFFICER]
    assert born in find_roster_persons(officer, world.year, Wanted(standing="withdrawn"))
    assert {row.why for row in ineligible(officer, world.year)} == {Why.WITHDRAWN}  # type: ignore[attr-defined]
    assert born in ineligible(officer, world.year)


def test_who_moved_away_is_told_apart_from_who_is_left_out(world: World, client: Client) -> None:
    insured = insure_household(world.own, persons=1)
    RosterHousehold.objects.filter(pk=insured.roster_household_id).update(
        county=world.foreign.county, township=None, village=None
    )
    for party, moved in ((world.own, -1), (world.foreign, 1)):
        status = enrolment_status(party.agreement)
        assert (status.left_out_households, status.moved_households) == (0, moved)
    client.force_login(world.own[Role.COUNTY_OFFICER])
    assert "迁往他县的户" in client.get(reverse("enrollment:status")).content.decode()
    withdraw(world, insured)
    status = enrolment_status(world.foreign.agreement)
    assert (status.left_out_households, status.withdrawn_households, status.moved_households) == (1, 1, 0)


def test_what_is_withdrawn_already_says_so_instead_of_asking_why(world: World, client: Client) -> None:
    insured = insure_household(world.own, persons=2)
    person = insured.persons.order_by("id")[0]
    client.force_login(world.own[Role.COUNTY_OFFICER])
    withdraw_one(world, person, "多录一人")
    shown = client.get(reverse("enrollment:household", args=[insured.pk])).content.decode()
    assert re.search(r'<td class="nowrap">—</td><td><span class="chip bad">', shown)
    withdraw(world, insured, "整户误录")
    for address, key, reason in (
        ("enrollment:withdraw_person", person.pk, "多录一人"),
        ("enrollment:withdraw_household", insured.pk, "整户误录"),
    ):
        page = client.get(reverse(address, args=[key])).content.decode()
        assert f"{world.own[Role.COUNTY_OFFICER]}：{reason}" in page
        assert 'name="reason"' not in page
    shown = client.get(reverse("enrollment:household", args=[insured.pk])).content.decode()
    assert re.search('(?s)chip bad"><svg.{,600}?</svg>无效<', shown)
    assert day(insured.cover_to) not in shown


def test_the_page_of_an_insured_household_leads_on_as_far_as_the_reader_may(
    world: World, client: Client
) -> None:
    claim = reported_claim(world.own)
    insured = claim.insured_household
    listed = insured.roster_household
    place = Region.objects.filter(parent=world.own.county, level="township").order_by("code")[0]
    RosterHousehold.objects.filter(pk=listed.pk).update(
        township=place, telephone_sealed=seal("13912345678", household_telephone_place(listed.pk))
    )
    issue_statement(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])
    statement = PremiumStatement.objects.get()
    person = insured.persons.get()
    address = reverse("enrollment:household", args=[insured.pk])
    roster = (
        reverse("roster:household", args=[listed.pk]),
        reverse("roster:person", args=[person.roster_person_id]),
        masked("13912345678"),
    )
    to_claim, to_statement = (
        reverse("claims:claim", args=[claim.pk]),
        reverse("premiums:statement", args=[statement.pk]),
    )
    for role in (Role.COUNTY_OFFICER, Role.ADJUSTER):
        actor = world.own[role]
        client.force_login(actor)
        page = client.get(address).content.decode()
        assert place.name in page
        for shown in roster:
            assert (f'"{shown}"' in page or f">{shown}<" in page) == actor.can(Act.VIEW_ROSTER)
        assert (f'"{to_claim}"' in page) == actor.can(Act.VIEW_CLAIM)
        assert (f'"{to_statement}"' in page) == actor.can(Act.VIEW_PREMIUM)
    seen = {world.own[role].can(Act.VIEW_ROSTER) for role in (Role.COUNTY_OFFICER, Role.ADJUSTER)}
    assert seen == {True, False}
