"""The auditor's search: who did what to which object, when, from where; as a workbook; and what is on record at all."""

import datetime
import io

import pytest
from django.db import transaction
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from claims.models import Claim
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.context import client_address
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.audit.services import record
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
    assert found(auditor, who="\0") == []


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
