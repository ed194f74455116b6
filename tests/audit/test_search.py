"""The auditor's search: who did what to which object, when, from where; as a workbook; and what is on record at all."""

import datetime
import io

import pytest
from django.db import transaction
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from openpyxl import load_workbook

from claims.models import Claim
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.context import client_address
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.audit.names import NAMES, called, names_of
from jincheng_insurance.audit.services import record
from jincheng_insurance.audit.texts import ACTS
from tests.world import PASSWORD, World, approved_claim, insure_household, list_household

RECORDS = "/audit/"


@pytest.fixture
def auditor(world: World, client: Client) -> Client:
    client.force_login(world.own[Role.AUDITOR])
    return client


def found(client: Client, **filters: object) -> list[AuditRecord]:
    answer = client.get(RECORDS, filters)
    assert answer.status_code == 200
    return [row for row, *_ in answer.context["rows"]]


def test_each_filter_narrows_to_what_it_names(auditor: Client, world: World) -> None:
    own, foreign = world.own[Role.ADJUSTER], world.foreign[Role.ADJUSTER]
    with transaction.atomic():
        one = record("report_claim", actor=own, on=world.own.agreement)
        two = record("approve_claim", actor=foreign, on=world.foreign.agreement)
    for filters, row in (
        ({"who": own.username}, one),
        ({"act": "approve_claim"}, two),
        ({"county": world.own.county.pk}, one),
        ({"object_type": "enrollment.agreement", "object_id": world.foreign.agreement.pk}, two),
    ):
        assert found(auditor, **filters) == [row], filters
    today = timezone.localdate()
    tomorrow = today + datetime.timedelta(days=1)
    assert set(found(auditor, since=today, until=today)) >= {one, two}
    assert found(auditor, since=tomorrow) == []
    assert found(auditor, until=today - datetime.timedelta(days=1)) == []


def test_a_filter_that_cannot_be_read_finds_nothing_and_says_so(auditor: Client) -> None:
    with transaction.atomic():
        record("report_claim", actor=None)
    answer = auditor.get(RECORDS, {"since": "not a day"})
    assert answer.context["rows"] == []
    assert answer.context["filters"].errors["since"]
    for filters, field in (
        ({"since": "zz"}, "since"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "until"),
        ({"object_id": "abc"}, "object_id"),
        ({"name": "没有这个"}, "name"),
        ({"who": "\0"}, "who"),
    ):
        answer = auditor.get(RECORDS, filters)
        assert (answer.status_code, answer.context["rows"], list(answer.context["filters"].errors)) == (
            422,
            [],
            [field],
        )
        (message,) = answer.context["filters"].errors[field]
        assert escape(message) in answer.content.decode()
        assert "还没有" not in answer.content.decode()


def test_acts_are_offered_by_room_in_the_order_they_are_read(auditor: Client) -> None:
    first, *rooms = auditor.get(RECORDS).context["filters"].fields["act"].choices
    assert first[0] == ""
    assert {act for _room, acts in rooms for act, _text in acts} == set(ACTS)
    for _room, acts in rooms:
        texts = [str(text) for _act, text in acts]
        assert texts == sorted(texts, key=lambda text: text.casefold().encode("gb18030"))
        assert not [text for text in texts if "了" in text or "已" in text.removesuffix("（已锁定）")]


def test_objects_stand_by_what_they_are_called_and_are_found_by_it(auditor: Client, world: World) -> None:
    claim = approved_claim(world.own)
    household = insure_household(world.own)
    with transaction.atomic():
        on_household = record("enrol_household", actor=None, on=household)
        on_user = record("disable_person", actor=None, on=world.own[Role.ADJUSTER])
        on_agreement = record("fire_alert", actor=None, on=world.own.agreement)
        other = record("fire_alert", actor=None, on=world.foreign.agreement)
    page = auditor.get(RECORDS)
    shown = {row.pk: text for row, _act, text, _facts in page.context["rows"]}
    code = household.roster_household.code
    assert shown[on_household.pk].endswith(f" {code}")
    assert shown[on_user.pk].endswith(f" {world.own[Role.ADJUSTER].username}")
    assert shown[on_agreement.pk].endswith(f" {world.own.agreement.number}")
    assert {row.act for row in found(auditor, name=claim.number)} >= {
        "report_claim",
        "add_bill",
        "approve_claim",
    }
    assert found(auditor, name=code)[0] == on_household
    assert on_user in found(auditor, name=world.own[Role.ADJUSTER].username)
    assert on_agreement in found(auditor, name=world.own.agreement.number)
    assert other not in found(auditor, name=world.own.agreement.number)


def test_a_name_reaches_no_further_than_its_reader_and_no_personal_number_is_one(world: World) -> None:
    claim = approved_claim(world.own)
    finance = world.own[Role.CITY_FINANCE]
    assert called(finance, claim.number) == []
    assert called(world.own[Role.AUDITOR], claim.number) == [("claims.claim", str(claim.pk))]
    assert called(world.foreign[Role.ADJUSTER], claim.number) == []
    assert names_of(finance, AuditRecord.objects.filter(object_type="claims.claim")) == {}
    assert not [
        lookup for lookup in NAMES.values() if "sealed" in lookup or "index" in lookup or "id_" in lookup
    ]


def test_moments_on_record_are_shown_to_the_second(auditor: Client) -> None:
    with transaction.atomic():
        row = record("report_claim", actor=None)
    assert f"{timezone.localtime(row.at):%H:%M:%S}" in auditor.get(RECORDS).content.decode()


def test_one_request_is_followed_by_its_id(auditor: Client, world: World) -> None:
    household = list_household(world.own)
    answer = auditor.get(reverse("roster:household", args=[household.pk]))
    acts = found(auditor, request_id=answer["X-Request-ID"])
    assert [(row.act, row.object_id, row.actor) for row in acts] == [
        ("view_page", str(household.pk), world.own[Role.AUDITOR])
    ]


def test_the_record_of_a_claim_is_led_to_from_its_page_and_names_its_bills_too(
    auditor: Client, world: World
) -> None:
    claim = approved_claim(world.own)
    page = auditor.get(reverse("claims:claim", args=[claim.pk])).content.decode()
    link = f"{RECORDS}?object_type=claims.claim&amp;object_id={claim.pk}"
    assert link in page
    acts = {row.act for row in found(auditor, object_type="claims.claim", object_id=claim.pk)}
    assert acts >= {"report_claim", "add_bill", "submit_claim", "approve_claim"}
    other = Claim.objects.get(pk=approved_claim(world.own).pk)
    numbers = {
        row.facts.get("number") for row in found(auditor, object_type="claims.claim", object_id=claim.pk)
    }
    assert other.number not in numbers


def test_only_auditors_see_the_way_to_a_record(world: World, client: Client) -> None:
    claim = approved_claim(world.own)
    client.force_login(world.own[Role.ADJUSTER])
    assert RECORDS not in client.get(reverse("claims:claim", args=[claim.pk])).content.decode()


def test_the_search_goes_out_as_a_workbook_with_the_same_filters(auditor: Client, world: World) -> None:
    with transaction.atomic():
        record("report_claim", actor=world.own[Role.ADJUSTER], on=world.own.agreement, reason="=1+1")
        record("approve_claim", actor=world.own[Role.REVIEWER], on=world.own.agreement)
    address = reverse("sheets:new", args=["audit"])
    assert 'value="report_claim" selected' in auditor.get(address, {"act": "report_claim"}).content.decode()
    asked = auditor.post(address, {"act": "report_claim", "format": "xlsx", "purpose": "核对"})
    export = asked["Location"].rstrip("/").rpartition("/")[2]
    file = auditor.post(reverse("sheets:fetch", args=[export])).content
    rows = list(load_workbook(io.BytesIO(file)).active.iter_rows(min_row=4, values_only=True))
    assert len(rows) == 1
    assert "'=1+1" in rows[0]


def test_opening_a_person_or_household_is_on_record(world: World, client: Client) -> None:
    officer = world.own[Role.COUNTY_OFFICER]
    insured = insure_household(world.own)
    person = insured.roster_household.persons.first()
    client.force_login(officer)
    for address, row in (
        ("roster:household", insured.roster_household),
        ("roster:person", person),
        ("enrollment:household", insured),
    ):
        client.get(reverse(address, args=[row.pk]))
        newest = AuditRecord.objects.latest("pk")
        assert (newest.act, newest.actor, newest.object_id, newest.object_type, newest.county) == (
            "view_page",
            officer,
            str(row.pk),
            row._meta.label_lower,
            world.own.county,
        )


def test_signing_in_failing_to_and_signing_out_are_on_record(world: World, client: Client) -> None:
    user = world.own[Role.ADJUSTER]
    address = reverse("access:login")
    client.post(address, {"username": user.username, "password": "wrong"})
    client.post(address, {"username": "nobody-here", "password": "wrong"})
    client.post(address, {"username": user.username, "password": PASSWORD}, REMOTE_ADDR="192.0.2.7")
    client.post(reverse("access:logout"))
    rows = AuditRecord.objects.order_by("id").values_list("act", "actor", "object_id", "address")
    assert list(rows) == [
        ("sign_in_failed", None, str(user.pk), "127.0.0.1"),
        ("sign_in_failed", None, "", "127.0.0.1"),
        ("sign_in", user.pk, str(user.pk), "192.0.2.7"),
        ("sign_out", user.pk, str(user.pk), "127.0.0.1"),
    ]
    assert "nobody-here" not in str(list(AuditRecord.objects.values()))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "198.51.100.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (1, "", "198.51.100.1"),
        (1, "nonsense", None),
        (1, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_only_as_many_proxies_as_stand_there_are_believed(
    proxies: int, forwarded: str, expected: str | None
) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR=forwarded)
    with override_settings(TRUSTED_PROXIES=proxies):
        assert client_address(request) == expected
