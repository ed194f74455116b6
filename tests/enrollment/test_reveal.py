"""Numbers in full (R25): one look at a time, with a reason, on record first, within reach, so many a day."""

import datetime
import logging
import threading
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment.models import InsuredPerson, PayeeAccount, RosterPerson
from enrollment.selectors import identity_place
from enrollment.services import reveal as services
from enrollment.services.payee import propose_account
from enrollment.services.reveal import reveal_number
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.reveals import Number, reveals_left
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import masked, unseal
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.web.logs import Redacted
from tests.world import World, account_facts, insure_person, second_officer

REASON = "银行退回，核对证件"


@pytest.fixture
def insured(world: World) -> InsuredPerson:
    return insure_person(world.own)


def number_of(person: RosterPerson) -> str:
    return unseal(bytes(person.id_number_sealed or b""), identity_place(person.pk))


def look(client: Client, address: str, pk: int, reason: str = REASON) -> Any:
    return client.post(reverse(address, args=[pk]), {"reason": reason})


@pytest.mark.parametrize("role", [Role.COUNTY_OFFICER, Role.ADJUSTER, Role.REVIEWER])
def test_the_number_is_shown_once_and_the_look_is_on_record(
    world: World, insured: InsuredPerson, client: Client, role: Role
) -> None:
    number = number_of(insured.roster_person)
    client.force_login(world.own[role])
    asked = client.get(reverse("enrollment:reveal_identity", args=[insured.pk]))
    assert number not in asked.content.decode()
    assert masked(number) in asked.content.decode()
    answer = look(client, "enrollment:reveal_identity", insured.pk)
    assert answer.status_code == 200
    assert number in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    record = AuditRecord.objects.get(act="reveal_number")
    assert (record.actor, record.reason, record.county) == (world.own[role], REASON, world.own.county)
    assert (record.object_type, record.object_id) == (
        "enrollment.rosterperson",
        str(insured.roster_person_id),
    )
    assert record.facts == {"revealed": "id_number"}
    assert number not in str(vars(record))


def test_the_page_says_until_when_and_the_style_sheet_hides_it_without_a_script(
    world: World, insured: InsuredPerson, client: Client
) -> None:
    client.force_login(world.own[Role.COUNTY_OFFICER])
    page = look(client, "enrollment:reveal_identity", insured.pk).content.decode()
    until = timezone.localtime() + datetime.timedelta(seconds=60)
    assert f"{until:%H:%M}" in page or f"{until - datetime.timedelta(seconds=2):%H:%M}" in page
    assert 'class="sum mono secret"' in page
    assert ".secret { animation: hidden-again 0s 60s forwards }" in (
        settings.BASE_DIR / "static/css/app.css"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize("reason", ["", "   ", "看看"])
def test_without_a_reason_nothing_is_shown(
    world: World, insured: InsuredPerson, client: Client, reason: str
) -> None:
    client.force_login(world.own[Role.COUNTY_OFFICER])
    answer = look(client, "enrollment:reveal_identity", insured.pk, reason)
    assert answer.status_code == 422
    assert number_of(insured.roster_person) not in answer.content.decode()
    assert not AuditRecord.objects.filter(act="reveal_number").exists()
    with pytest.raises(Refused):
        reveal_number(of=insured, number=Number.IDENTITY, reason=reason, actor=world.own[Role.COUNTY_OFFICER])


def test_the_look_is_committed_before_the_number_is_opened(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    insured = insure_person(live_world.own)
    seen: list[int] = []
    opened = services._opened

    def watch(of: Any, number: Number) -> str:
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM audit_auditrecord WHERE act = 'reveal_number'")
                seen.append(cursor.fetchone()[0])
        finally:
            other.close()
        return opened(of, number)

    monkeypatch.setattr(services, "_opened", watch)
    actor = live_world.own[Role.COUNTY_OFFICER]
    reveal_number(of=insured, number=Number.IDENTITY, reason=REASON, actor=actor)
    assert seen == [1]


def test_the_looks_of_a_day_run_out_and_come_back_the_next_day(
    world: World, insured: InsuredPerson, client: Client, settings: Any
) -> None:
    settings.REVEALS_A_DAY = 2
    actor = world.own[Role.COUNTY_OFFICER]
    client.force_login(actor)
    assert [look(client, "enrollment:reveal_identity", insured.pk).status_code for _ in range(3)] == [
        200,
        200,
        422,
    ]
    assert reveals_left(actor) == 0
    assert reveals_left(second_officer(world.own)) == 2
    assert AuditRecord.objects.filter(act="reveal_number").count() == 2


def test_two_looks_at_once_cannot_both_be_the_last(live_world: World, settings: Any) -> None:
    settings.REVEALS_A_DAY = 1
    insured, actor = insure_person(live_world.own), live_world.own[Role.COUNTY_OFFICER]
    barrier, shown = threading.Barrier(4), []

    def try_it() -> None:
        barrier.wait()
        try:
            shown.append(reveal_number(of=insured, number=Number.IDENTITY, reason=REASON, actor=actor))
        except Refused:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shown) == 1
    assert AuditRecord.objects.filter(act="reveal_number").count() == 1


def test_who_is_out_of_reach_gets_404_and_who_may_not_403(
    world: World, insured: InsuredPerson, client: Client
) -> None:
    for actor, status in (
        (world.foreign[Role.COUNTY_OFFICER], 404),
        (world.foreign[Role.ADJUSTER], 404),
        (world.own[Role.CITY_OFFICER], 403),
        (world.own[Role.AUDITOR], 403),
    ):
        client.force_login(actor)
        assert look(client, "enrollment:reveal_identity", insured.pk).status_code == status
        with pytest.raises(PermissionDenied):
            reveal_number(of=insured, number=Number.IDENTITY, reason=REASON, actor=actor)
    assert not AuditRecord.objects.filter(act="reveal_number").exists()


def test_an_account_and_a_number_that_is_not_kept(
    world: World, insured: InsuredPerson, client: Client
) -> None:
    facts = account_facts(insured.roster_person)
    account = propose_account(person=insured.roster_person, facts=facts, actor=world.own[Role.COUNTY_OFFICER])
    client.force_login(world.own[Role.REVIEWER])
    assert facts.number in look(client, "enrollment:reveal_account", account.pk).content.decode()
    assert look(client, "enrollment:reveal_telephone", insured.pk).status_code == 404


def test_a_number_that_was_exchanged_is_refused_and_the_try_is_on_record(
    world: World, insured: InsuredPerson, client: Client
) -> None:
    other = insure_person(world.own).roster_person
    RosterPerson.objects.filter(pk=insured.roster_person_id).update(id_number_sealed=other.id_number_sealed)
    with pytest.raises(Refused):
        reveal_number(
            of=InsuredPerson.objects.get(pk=insured.pk),
            number=Number.IDENTITY,
            reason=REASON,
            actor=world.own[Role.COUNTY_OFFICER],
        )
    assert AuditRecord.objects.filter(act="reveal_number").count() == 1


def test_after_a_look_and_an_error_page_no_number_stands_in_logs_or_addresses(
    world: World, insured: InsuredPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is one that speaks of the number it was about."""
    number = number_of(insured.roster_person)
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Kept()
    handler.setFormatter(Redacted("{levelname} {message}", style="{"))
    root = logging.getLogger("django")
    root.addHandler(handler)
    client = Client(raise_request_exception=False)
    client.force_login(world.own[Role.COUNTY_OFFICER])
    try:
        answer = look(client, "enrollment:reveal_identity", insured.pk)
        assert number in answer.content.decode()
        assert number not in str(answer.request) + str(answer.headers)

        def broken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            raise RuntimeError(f"no room for {number}")

        monkeypatch.setattr("enrollment.views.reveal.render", broken)
        failed = look(client, "enrollment:reveal_identity", insured.pk)
    finally:
        root.removeHandler(handler)
    assert failed.status_code == 500
    assert number not in failed.content.decode()
    assert any("RuntimeError" in line for line in lines)
    assert number not in "\n".join(lines)


def test_the_account_page_leads_to_the_number_for_whom_it_is_meant(world: World, client: Client) -> None:
    person = insure_person(world.own).roster_person
    propose_account(person=person, facts=account_facts(person), actor=world.own[Role.COUNTY_OFFICER])
    account = PayeeAccount.objects.get()
    link = reverse("enrollment:reveal_account", args=[account.pk])
    page = reverse("enrollment:account", args=[account.pk])
    for role, leads in ((Role.REVIEWER, True), (Role.AUDITOR, False)):
        client.force_login(world.own[role])
        assert (link in client.get(page).content.decode()) == leads
