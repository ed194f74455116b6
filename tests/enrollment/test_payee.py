"""Payee accounts: two people, one confirmed account, nothing edited; PostgreSQL refuses the rest."""

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from demo.posts import give_post
from enrollment.models import InsuredPerson, PayeeAccount, RosterPerson
from enrollment.selectors import (
    confirmed_account,
    masked_account,
    open_account,
)
from enrollment.selectors.work import accounts_to_decide
from enrollment.services.payee import confirm_account, doubtful, propose_account, refuse_account
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import SealError
from jincheng_insurance.audit.models import AuditRecord
from tests.world import World, account_facts, insure_person, list_household, second_officer


@pytest.fixture
def person(world: World) -> InsuredPerson:
    return insure_person(world.own)


@pytest.fixture
def second(world: World) -> User:
    return second_officer(world.own)


def proposed(world: World, person: RosterPerson, **changes: str) -> PayeeAccount:
    facts = account_facts(person, **changes)
    return propose_account(person=person, facts=facts, actor=world.own[Role.COUNTY_OFFICER])


def test_an_account_counts_once_somebody_else_has_confirmed_it(
    world: World, person: InsuredPerson, second: User
) -> None:
    account = proposed(world, person.roster_person, number="6228480402564890018")
    assert confirmed_account(person) is None
    confirm_account(account=account, actor=second)
    found = confirmed_account(person)
    assert found == account
    assert found is not None
    assert masked_account(found) == "6228***********0018"
    assert open_account(found) == "6228480402564890018"
    record = AuditRecord.objects.get(act="confirm_account")
    assert record.facts == {"account": ["—", "6228***********0018"]}
    assert record.county_id == world.own.county.pk


def test_a_change_needs_a_second_person_and_until_then_the_old_account_stands(
    world: World, person: InsuredPerson, second: User
) -> None:
    first = proposed(world, person.roster_person)
    confirm_account(account=first, actor=second)
    change = proposed(world, person.roster_person)
    assert confirmed_account(person) == first
    with pytest.raises(Refused, match="他人"):
        confirm_account(account=change, actor=world.own[Role.COUNTY_OFFICER])
    confirm_account(account=change, actor=world.own[Role.REVIEWER])
    assert confirmed_account(person) == change
    first.refresh_from_db()
    assert first.state == PayeeAccount.State.SUPERSEDED
    assert first.decided_by == second


def test_a_refused_account_never_counts_and_has_its_reason(
    world: World, person: InsuredPerson, second: User
) -> None:
    account = proposed(world, person.roster_person)
    with pytest.raises(Refused):
        refuse_account(account=account, reason="  ", actor=second)
    refuse_account(account=account, reason="户名与存折不符", actor=second)
    assert confirmed_account(person) is None
    with pytest.raises(Refused, match="已退回"):
        confirm_account(account=account, actor=second)


def test_a_new_proposal_takes_the_place_of_one_that_waits(
    world: World, person: InsuredPerson, second: User
) -> None:
    first = proposed(world, person.roster_person)
    again = proposed(world, person.roster_person)
    with pytest.raises(Refused, match="已替换"):
        confirm_account(account=first, actor=second)
    assert accounts_to_decide(second).count() == 1
    assert not accounts_to_decide(world.own[Role.COUNTY_OFFICER])
    with pytest.raises(Refused, match="正待复核"):
        propose_account(
            person=person.roster_person,
            facts=account_facts(person.roster_person, number=open_account(again)),
            actor=second,
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "123456789"}, "number"),
        ({"number": "1" * 33}, "number"),
        ({"number": "12345 67890"}, "number"),
        ({"bank_name": ""}, "bank_name"),
        ({"relation": "neighbour"}, "relation"),
        ({"holder_name": "别人"}, "relation"),
        ({"holder_name": "别人", "relation": "guardian"}, "proof"),
        ({"holder_name": "别人", "relation": "head", "proof": "户口簿"}, "holder_name"),
    ],
)
def test_what_cannot_be_an_account_is_refused_at_its_field(
    world: World, person: InsuredPerson, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        proposed(world, person.roster_person, **changes)
    assert refusal.value.field == field
    assert not PayeeAccount.objects.exists()


def test_a_guardian_or_the_head_may_hold_it_with_proof(world: World) -> None:
    household = list_household(world.own, persons=2)
    head, child = household.persons.order_by("id")
    by_head = proposed(world, child, holder_name=head.name, relation="head", proof="户口簿")
    assert by_head.holder_name == head.name
    by_guardian = proposed(world, child, holder_name="监护人甲", relation="guardian", proof="村委会证明")
    assert by_guardian.state == PayeeAccount.State.PROPOSED


def test_a_passbook_number_is_no_reason_to_doubt_and_a_mistyped_card_only_one() -> None:
    assert not doubtful("6228480402564890018")
    assert doubtful("6228480402564890019")
    assert not doubtful("1234567890")


@pytest.mark.parametrize("role", [Role.CITY_OFFICER, Role.ADJUSTER, Role.AUDITOR, Role.COUNTY_FINANCE])
def test_who_may_not_decide_is_refused(world: World, person: InsuredPerson, role: Role) -> None:
    account = proposed(world, person.roster_person)
    with pytest.raises(PermissionDenied):
        confirm_account(account=account, actor=world.own[role])


def test_the_other_partys_reviewer_is_refused(world: World, person: InsuredPerson) -> None:
    account = proposed(world, person.roster_person)
    with pytest.raises(PermissionDenied):
        confirm_account(account=account, actor=world.foreign[Role.REVIEWER])


SQL_REFUSALS = [
    ("UPDATE enrollment_payeeaccount SET holder_name = '别人' WHERE id = %(id)s", "stays as it was proposed"),
    ("UPDATE enrollment_payeeaccount SET account_index = 'x' WHERE id = %(id)s", "stays as it was proposed"),
    (
        "UPDATE enrollment_payeeaccount SET bank_name = '别的银行' WHERE id = %(id)s",
        "stays as it was proposed",
    ),
    ("DELETE FROM enrollment_payeeaccount WHERE id = %(id)s", "never removed"),
    (
        "UPDATE enrollment_payeeaccount SET state = 'confirmed', decided_by_id = proposed_by_id,"
        " decided_at = now() WHERE id = %(id)s",
        "payee_account_decided_by_another",
    ),
    (
        "UPDATE enrollment_payeeaccount SET state = 'confirmed' WHERE id = %(id)s",
        "payee_account_decision_fits_state",
    ),
    (
        "UPDATE enrollment_payeeaccount SET state = 'refused', decided_by_id = %(second)s, decided_at = now()"
        " WHERE id = %(id)s",
        "payee_account_refused_with_reason",
    ),
    (
        "INSERT INTO enrollment_payeeaccount (person_id, county_id, agreement_id, holder_name, relation, proof_note,"
        " bank_name, account_sealed, account_index, state, proposed_by_id, proposed_at, decided_by_id, decided_at,"
        " reason) SELECT person_id, county_id, agreement_id, '别人', 'guardian', 'x', bank_name, account_sealed,"
        " account_index, 'confirmed', proposed_by_id, now(), %(second)s, now(), '' FROM enrollment_payeeaccount"
        " WHERE id = %(id)s",
        "begins as a proposal",
    ),
    (
        "INSERT INTO enrollment_payeeaccount (person_id, county_id, agreement_id, holder_name, relation, proof_note,"
        " bank_name, account_sealed, account_index, state, proposed_by_id, proposed_at, reason)"
        " SELECT person_id, county_id, agreement_id, holder_name, relation, '', bank_name, account_sealed,"
        " account_index, 'proposed', proposed_by_id, now(), '' FROM enrollment_payeeaccount WHERE id = %(id)s",
        "payee_account_one_waiting",
    ),
    (
        "INSERT INTO enrollment_payeeaccount (person_id, county_id, agreement_id, holder_name, relation, proof_note,"
        " bank_name, account_sealed, account_index, state, proposed_by_id, proposed_at, reason)"
        " SELECT %(other)s, county_id, agreement_id, '别人', 'guardian', '', bank_name, account_sealed,"
        " account_index, 'proposed', proposed_by_id, now(), '' FROM enrollment_payeeaccount WHERE id = %(id)s",
        "payee_account_of_another_has_proof",
    ),
]


@pytest.mark.parametrize(("statement", "says"), SQL_REFUSALS)
def test_raw_sql_is_refused(
    world: World, person: InsuredPerson, second: User, statement: str, says: str
) -> None:
    account = proposed(world, person.roster_person)
    other = insure_person(world.own).roster_person
    with pytest.raises(IntegrityError, match=says), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"id": account.pk, "second": second.pk, "other": other.pk})


def test_raw_sql_neither_confirms_two_accounts_nor_decides_twice(
    world: World, person: InsuredPerson, second: User
) -> None:
    first = proposed(world, person.roster_person)
    confirm_account(account=first, actor=second)
    change = proposed(world, person.roster_person)
    decision = {"state": "confirmed", "decided_by": second, "decided_at": timezone.now()}
    with pytest.raises(IntegrityError, match="payee_account_one_confirmed"), transaction.atomic():
        PayeeAccount.objects.filter(pk=change.pk).update(**decision)
    for after in ({"state": "proposed", "decided_by": None, "decided_at": None}, {"reason": "anders"}):
        with pytest.raises(IntegrityError, match=r"was decided|does not go"), transaction.atomic():
            PayeeAccount.objects.filter(pk=first.pk).update(**after)
    PayeeAccount.objects.filter(pk=first.pk).update(state="superseded")
    PayeeAccount.objects.filter(pk=change.pk).update(**decision)
    assert confirmed_account(person) == change


def test_a_number_exchanged_in_the_table_does_not_open(world: World, person: InsuredPerson) -> None:
    account = proposed(world, person.roster_person)
    other = proposed(world, insure_person(world.own).roster_person)
    PayeeAccount.objects.filter(pk=account.pk).update(account_sealed=other.account_sealed)
    account.refresh_from_db()
    with pytest.raises(SealError):
        open_account(account)


def test_two_who_decide_at_once_decide_once(live_world: World) -> None:
    person = insure_person(live_world.own).roster_person
    account = proposed(live_world, person)
    deciders = [second_officer(live_world.own), live_world.own[Role.REVIEWER]]
    together = threading.Barrier(2)
    refused: list[str] = []

    def decide(actor: User, *, confirm: bool) -> None:
        try:
            together.wait()
            if confirm:
                confirm_account(account=account, actor=actor)
            else:
                refuse_account(account=account, reason="户名不符", actor=actor)
        except Refused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=(actor,), kwargs={"confirm": bool(place)})
        for place, actor in enumerate(deciders)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert AuditRecord.objects.filter(act__in=("confirm_account", "refuse_account")).count() == 1


def test_the_pages_show_old_and_new_masked_and_let_somebody_else_decide(
    world: World, person: InsuredPerson, second: User
) -> None:
    confirm_account(account=proposed(world, person.roster_person, number="6228480402564890018"), actor=second)
    change = proposed(world, person.roster_person, number="6228480402564890026")
    client = Client()
    client.force_login(world.own[Role.REVIEWER])
    page = client.get(reverse("enrollment:accounts")).content.decode()
    assert "6228***********0018 → 6228***********0026" in page
    assert "6228480402564890026" not in page
    detail = reverse("enrollment:account", args=[change.pk])
    assert reverse("enrollment:confirm_account", args=[change.pk]) in client.get(detail).content.decode()
    assert client.post(reverse("enrollment:refuse_account", args=[change.pk]), {}).status_code == 422
    client.post(reverse("enrollment:confirm_account", args=[change.pk]))
    assert confirmed_account(person) == change

    client.force_login(world.own[Role.COUNTY_OFFICER])
    again = proposed(world, person.roster_person)
    own = client.get(reverse("enrollment:account", args=[again.pk])).content.decode()
    assert reverse("enrollment:confirm_account", args=[again.pk]) not in own
    answer = client.post(reverse("enrollment:confirm_account", args=[again.pk]), follow=True)
    assert "须由他人复核" in answer.content.decode()
    assert confirmed_account(person) == change


def test_an_account_shared_by_others_is_pointed_out(world: World, person: InsuredPerson) -> None:
    account = proposed(world, person.roster_person)
    proposed(world, insure_person(world.own).roster_person, number=open_account(account))
    client = Client()
    client.force_login(world.own[Role.REVIEWER])
    page = client.get(reverse("enrollment:account", args=[account.pk])).content.decode()
    assert "另有 1 人使用同一账户" in page


def test_a_proposal_needs_an_agreement_of_the_year(world: World) -> None:
    person = insure_person(world.own).roster_person
    household = person.household
    household.county = type(world.own.county).objects.get(code="140502")
    household.save()
    officer = world.own[Role.COUNTY_OFFICER]
    give_post(officer, Role.COUNTY_OFFICER, region=household.county)
    with pytest.raises(Refused, match="保险协议"):
        propose_account(person=person, facts=account_facts(person), actor=User.objects.get(pk=officer.pk))
