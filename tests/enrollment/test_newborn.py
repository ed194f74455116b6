"""A newborn without a number: listed by the county, completed once, never doubled; and a member's particulars."""

import datetime
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from demo.people import SampleHousehold, SamplePerson
from enrollment.models import InsuredPerson, RosterHousehold, RosterPerson
from enrollment.selectors import identity_place, masked_identity, masked_telephone
from enrollment.services.enrolment import enrol_household
from enrollment.services.member import add_member, change_member, complete_number
from enrollment.services.roster_apply import is_stale
from enrollment.services.roster_undo import undo_import
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import unseal
from jincheng_insurance.audit.models import AuditRecord
from tests.enrollment.workbooks import Workbooks
from tests.world import World, add_newborn, insure_person, list_household, number_of

DAY = datetime.timedelta(days=1)


def signed_in(world: World) -> Client:
    client = Client()
    client.force_login(world.own[Role.COUNTY_OFFICER])
    return client


def test_a_newborn_stands_on_the_roster_with_its_source_and_is_insured_like_anybody(world: World) -> None:
    household = list_household(world.own, persons=1)
    child = add_newborn(world.own, household)
    assert (child.added_by, child.added_on) == (world.own[Role.COUNTY_OFFICER], timezone.localdate())
    assert masked_identity(child) == "待补"
    insured = enrol_household(
        agreement=world.own.agreement,
        household=household,
        cover_from=datetime.date(world.year.year, 1, 1),
        actor=world.own[Role.COUNTY_OFFICER],
    )
    assert insured.persons.filter(roster_person=child).exists()
    client = signed_in(world)
    for address, key in (
        ("roster:household", household.pk),
        ("roster:person", child.pk),
        ("enrollment:household", insured.pk),
    ):
        assert "待补" in client.get(reverse(address, args=[key])).content.decode()


@pytest.mark.parametrize(
    ("name", "born", "field"),
    [
        ("新生儿", -1, "birth_date"),
        ("新生儿", 731, "birth_date"),
        ("张三", 10, "name"),
    ],
)
def test_who_is_no_newborn_or_stands_there_already_is_refused(
    world: World, name: str, born: int, field: str
) -> None:
    household = list_household(world.own, persons=1)
    add_newborn(world.own, household, name="张三")
    with pytest.raises(Refused) as refusal:
        add_member(
            household=household,
            name=name,
            birth_date=timezone.localdate() - born * DAY,
            sex="male",
            relation="GRANDCHILD",
            actor=world.own[Role.COUNTY_OFFICER],
        )
    assert refusal.value.field == field
    assert household.persons.count() == 2


def test_another_countys_officer_adds_nobody(world: World) -> None:
    with pytest.raises(PermissionDenied):
        add_newborn(world.foreign, list_household(world.own))


def test_the_number_is_completed_once_and_on_record(world: World) -> None:
    child = add_newborn(world.own, list_household(world.own))
    number = number_of(child)
    complete_number(person=child, id_number=number, actor=world.own[Role.COUNTY_OFFICER])
    child.refresh_from_db()
    assert not child.number_pending
    assert unseal(bytes(child.id_number_sealed or b""), identity_place(child.pk)) == number
    record = AuditRecord.objects.get(act="complete_number")
    assert record.facts == {"number": f"{number[:4]}**********{number[-4:]}"}
    assert record.county_id == world.own.county.pk
    with pytest.raises(Refused, match="已有身份证号"):
        complete_number(person=child, id_number=number, actor=world.own[Role.COUNTY_OFFICER])


def test_a_number_that_does_not_fit_is_refused(world: World) -> None:
    child = add_newborn(world.own, list_household(world.own))
    officer = world.own[Role.COUNTY_OFFICER]
    fitting = number_of(child)
    other_day = RosterPerson(birth_date=child.birth_date - DAY, sex="female")
    boy = RosterPerson(birth_date=child.birth_date, sex="male")
    wrong_check = fitting[:-1] + ("1" if fitting[-1] != "1" else "2")
    for number in (number_of(other_day), number_of(boy), wrong_check, fitting[:-1]):
        with pytest.raises(Refused) as refusal:
            complete_number(person=child, id_number=number, actor=officer)
        assert refusal.value.field == "id_number"
    taken = add_newborn(world.own, list_household(world.own))
    complete_number(person=taken, id_number=fitting, actor=officer)
    with pytest.raises(Refused, match="已有人使用"):
        complete_number(person=child, id_number=fitting, actor=officer)
    child.refresh_from_db()
    assert child.number_pending


INSERT = """
INSERT INTO enrollment_rosterperson (household_id, code, name, birth_date, sex, relation, basic_insurance,
    number_pending, id_number_sealed, id_number_index, seen_in_id, added_by_id, added_on)
VALUES (%(household)s, '', %(name)s, %(born)s, 'male', 'OTHER', 'unknown', %(pending)s, %(sealed)s, %(index)s, %(seen)s,
    %(by)s, %(on)s)
"""


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"pending": False}, "roster_person_number_or_pending"),
        ({"sealed": b"x", "index": b"x"}, "roster_person_number_or_pending"),
        (
            {"sealed": b"x", "index": b"x", "pending": False, "by": None, "on": None},
            "roster_person_has_source",
        ),
        ({"by": None, "on": None}, "roster_person_has_source"),
        ({"by": None}, "roster_person_has_source"),
        ({"born": datetime.date(2020, 1, 1)}, "roster_person_added_is_newborn"),
        ({"born": datetime.date(2030, 1, 1)}, "roster_person_added_is_newborn"),
        ({"name": "新生儿"}, "roster_person_pending_once"),
    ],
)
def test_raw_sql_is_refused(world: World, changes: dict[str, object], constraint: str) -> None:
    child = add_newborn(world.own, list_household(world.own))
    values = {
        "household": child.household_id,
        "name": "另一个",
        "born": child.birth_date,
        "pending": True,
        "sealed": None,
        "index": None,
        "seen": None,
        "by": world.own[Role.COUNTY_OFFICER].pk,
        "on": timezone.localdate(),
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, values | changes)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)


def with_child(sample: SampleHousehold, child: RosterPerson, number: str) -> SampleHousehold:
    """The household as a later workbook lists it: with the child and its number."""
    listed = SamplePerson("", child.name, number, "之孙女", "女", child.birth_date, "resident", "")
    return replace(sample, persons=(*sample.persons, listed))


def test_an_import_that_brings_the_number_meets_the_newborn_and_undone_leaves_it_pending(
    world: World, workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    workbooks.apply(households, officer)
    household = RosterHousehold.objects.get(code=households[0].code)
    child = add_newborn(world.own, household)
    unmentioned = add_newborn(world.own, household, name="另一个")
    number = number_of(child)
    listing = [with_child(households[0], child, number), *households[1:]]

    applied = workbooks.apply(listing, officer)
    assert (applied.new_persons, applied.changed_persons, applied.gone_persons) == (0, 1, 0)
    assert household.persons.count() == len(households[0].persons) + 2
    child.refresh_from_db()
    unmentioned.refresh_from_db()
    assert (child.number_pending, child.basic_insurance, child.seen_in) == (False, "resident", applied)
    assert unseal(bytes(child.id_number_sealed or b""), identity_place(child.pk)) == number
    assert (unmentioned.number_pending, unmentioned.gone_since) == (True, None)

    again = workbooks.apply(listing, officer)
    assert (again.new_persons, again.changed_persons) == (0, 0)
    undo_import(roster_import=again, reason="again", actor=officer)
    undo_import(roster_import=applied, reason="the wrong child", actor=officer)
    child.refresh_from_db()
    assert (child.number_pending, child.id_number_index, child.seen_in) == (True, None, None)


def test_rows_checked_before_the_newborn_came_or_was_completed_are_checked_anew(
    world: World, workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    workbooks.apply(households, officer)
    household = RosterHousehold.objects.get(code=households[0].code)
    unborn = RosterPerson(name="新生儿", birth_date=timezone.localdate() - 10 * DAY, sex="female")
    before = workbooks.check([with_child(households[0], unborn, number_of(unborn)), *households[1:]], officer)
    assert not is_stale(before.pk)
    child = add_newborn(world.own, household)
    assert is_stale(before.pk)

    meant = workbooks.check([with_child(households[0], child, number_of(child)), *households[1:]], officer)
    assert not is_stale(meant.pk)
    complete_number(person=child, id_number=number_of(child), actor=officer)
    assert is_stale(meant.pk)


def test_particulars_change_on_the_roster_and_in_the_cover_and_are_on_record_masked(world: World) -> None:
    insured = insure_person(world.own, basic_insurance="unknown")
    person, officer = insured.roster_person, world.own[Role.COUNTY_OFFICER]
    change = {"person": person, "policy_year": world.year, "actor": officer}
    assert change_member(basic_insurance="resident", telephone="13812345678", **change)
    insured.refresh_from_db()
    person.refresh_from_db()
    assert (insured.basic_insurance, person.basic_insurance) == ("resident", "resident")
    assert masked_telephone(person) == "138****5678"
    assert not change_member(basic_insurance="resident", telephone="13812345678", **change)
    assert change_member(basic_insurance="resident", telephone="13900001111", **change)
    assert [record.facts for record in AuditRecord.objects.filter(act="change_member").order_by("id")] == [
        {"basic_insurance": ["unknown", "resident"], "telephone": ["—", "138****5678"]},
        {"telephone": ["138****5678", "139****1111"]},
    ]


def test_the_forms_of_a_members_page_work(world: World) -> None:
    household = list_household(world.own, persons=1)
    client = signed_in(world)
    add = reverse("roster:add_member", args=[household.pk])
    facts = {"name": "张 小宝", "birth_date": "2020-01-01", "sex": "female", "relation": "GRANDCHILD"}
    assert client.post(add, facts).status_code == 422
    born = (timezone.localdate() - 5 * DAY).isoformat()
    assert client.post(add, facts | {"birth_date": born, "sex": ""}).status_code == 422
    assert client.post(add, facts | {"birth_date": born, "relation": "HEAD"}).status_code == 422
    added = client.post(add, facts | {"birth_date": born})
    assert added.headers["Location"] == reverse("enrollment:enrol_household", args=[household.pk])
    child = household.persons.get(number_pending=True)
    assert child.name == "张小宝"
    number = reverse("roster:complete_number", args=[child.pk])
    assert client.post(number, {"id_number": "11010519491231002X"}).status_code == 422
    assert client.post(number, {"id_number": number_of(child).lower()}).status_code == 302
    account = reverse("roster:propose_account", args=[child.pk])
    wrong = client.post(
        account, {"bank_name": "银行", "number": "6228480402564890018", "holder_name": "别人"}
    )
    assert wrong.status_code == 422
    assert 'href="#id_relation"' in wrong.content.decode()
    assert (
        client.post(account, {"bank_name": "晋城银行", "number": "6228 4804 0256 4890 019"}).status_code
        == 302
    )
    page = client.get(reverse("roster:person", args=[child.pk])).content.decode()
    assert "6228***********0019" in page
    assert "请与银行卡或存折核对" in page
    particulars = reverse("roster:change_member", args=[child.pk])
    assert client.post(particulars, {"basic_insurance": "resident", "telephone": "1"}).status_code == 422
    assert client.post(particulars, {"basic_insurance": "resident", "telephone": ""}).status_code == 302
    assert not InsuredPerson.objects.filter(roster_person=child).exists()
