"""Drafts of long forms: kept for their owner alone, sealed, by whom the form lets in and as long as it does."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import MedicalBill
from demo.posts import give_post
from enrollment.models import InsuredHousehold
from jincheng_insurance.access.models import Grant, User
from jincheng_insurance.access.roles import Role
from jincheng_insurance.web.drafts import MOST, fields_of, keep_draft
from jincheng_insurance.web.models import Draft
from jincheng_insurance.web.tasks import sweep_drafts
from tests.riskpool.test_duties import alerted
from tests.world import (
    Party,
    World,
    account_number,
    add_member,
    insure_household,
    insure_person,
    list_household,
    reported_claim,
    reported_loss,
)

GO_ON = {"draft": "go-on"}
OFFER = "draft=go-on#draft"
ITSELF = {"HX-Request": "true", "X-By-Itself": "1"}


@dataclass(frozen=True)
class LongForm:
    """A form that keeps drafts: who fills it in, the row it is about, what is typed; and where it stands, if not at its
    own address."""

    address: str
    role: Role
    row: Callable[[Party], int]
    typed: dict[str, str]
    page: str = ""

    def url(self, row: int) -> str:
        return reverse(self.address, args=[row])

    def page_url(self, row: int) -> str:
        return reverse(self.page or self.address, args=[row])


FORMS = [
    LongForm("claims:report", Role.ADJUSTER, lambda own: insure_person(own).pk, {"account": "雨天滑倒"}),
    LongForm(
        "claims:report_loss",
        Role.ADJUSTER,
        lambda own: insure_household(own).pk,
        {"lost_on": "2026-03-01", "place": "东沟"},
    ),
    LongForm(
        "claims:add_bill",
        Role.ADJUSTER,
        lambda own: reported_claim(own).pk,
        {"hospital": "县医院", "bill": "１２００", "on": "2026-02-30"},
        "claims:claim",
    ),
    LongForm(
        "claims:add_item",
        Role.ADJUSTER,
        lambda own: reported_loss(own).pk,
        {"name": "东屋山墙", "unit": "扇"},
        "claims:claim",
    ),
    LongForm(
        "enrollment:enrol_household",
        Role.COUNTY_OFFICER,
        lambda own: list_household(own).pk,
        {"cover_from": "2026-1-9"},
    ),
    LongForm(
        "roster:add_member", Role.COUNTY_OFFICER, lambda own: list_household(own).pk, {"name": "王小宝"}
    ),
    LongForm(
        "riskpool:duty_draft",
        Role.ADJUSTER,
        lambda own: alerted(own)["special_report"].pk,
        {"causes": "住院人次上升"},
        "riskpool:duty",
    ),
]
each_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.address)


@pytest.fixture
def officer(client: Client, world: World) -> Client:
    client.force_login(world.own[Role.COUNTY_OFFICER])
    return client


def keep(client: Client, url: str, typed: dict[str, str], **headers: str) -> HttpResponse:
    return client.post(url, typed | {"draft": "keep", "once": "x"}, headers=headers)  # type: ignore[return-value]


@each_form
def test_what_was_typed_is_kept_offered_filled_in_and_discarded(
    client: Client, world: World, form: LongForm
) -> None:
    client.force_login(world.own[form.role])
    row = form.row(world.own)
    url, page = form.url(row), form.page_url(row)
    itself = keep(client, url, form.typed, **ITSELF)
    assert (itself.status_code, "存为您的草稿" in itself.content.decode()) == (200, True)
    assert fields_of(Draft.objects.get()) == {name: [value] for name, value in form.typed.items()}
    offered = client.get(page).content.decode()
    assert OFFER in offered
    assert "data-draft" not in offered  # what is typed now must not take the place of what isn't looked at
    by_hand = keep(client, url, form.typed)
    assert by_hand.headers["Location"] == f"{page}?draft=go-on#draft"
    filled = client.get(page, GO_ON).content.decode()
    assert "data-draft" in filled
    for value in form.typed.values():
        assert value in filled
        assert value not in offered
    assert 'class="summary"' not in filled  # nothing is judged before it is sent
    assert client.post(url, {"draft": "drop"}).headers["Location"] == page
    assert OFFER not in client.get(page).content.decode()


@each_form
def test_a_form_that_refuses_somebody_refuses_their_draft(
    client: Client, world: World, form: LongForm
) -> None:
    client.force_login(world.own[form.role])
    foreign = form.row(world.foreign)
    assert keep(client, form.url(foreign), form.typed).status_code == 404
    client.force_login(world.own[Role.AUDITOR])
    assert keep(client, form.url(foreign), form.typed, **ITSELF).status_code == 403
    assert not Draft.objects.exists()


def test_nobody_else_sees_it_not_even_in_the_same_post(officer: Client, world: World) -> None:
    household = list_household(world.own)
    url = reverse("roster:add_member", args=[household.pk])
    keep(officer, url, {"name": "王小宝"})
    colleague = User.objects.create(username="colleague")
    give_post(colleague, Role.COUNTY_OFFICER, region=world.own.county)
    officer.force_login(colleague)
    assert "王小宝" not in officer.get(url, GO_ON).content.decode()
    officer.post(url, {"draft": "drop"})
    assert Draft.objects.get().owner == world.own[Role.COUNTY_OFFICER]


def test_who_loses_the_post_sees_their_draft_no_more(officer: Client, world: World) -> None:
    url = reverse("roster:add_member", args=[list_household(world.own).pk])
    keep(officer, url, {"name": "王小宝"})
    Grant.objects.filter(user=world.own[Role.COUNTY_OFFICER]).update(ended_at=timezone.now())
    assert officer.get(url, GO_ON).status_code == 403


def test_it_is_sealed_and_goes_once_the_household_is_enrolled(officer: Client, world: World) -> None:
    household = list_household(world.own, persons=1)
    person = household.persons.get()
    number, url = account_number(), reverse("enrollment:enrol_household", args=[household.pk])
    of = f"m{person.pk}"
    typed = {
        "cover_from": timezone.localdate().isoformat(),
        f"{of}-enrol": "on",
        f"{of}-basic_insurance": "resident",
        f"{of}-bank_name": "晋城农商银行",
        f"{of}-number": number,
    }
    keep(officer, url, typed)
    assert number.encode() not in bytes(Draft.objects.get().fields_sealed)
    assert number in officer.get(url, GO_ON).content.decode()
    assert officer.post(f"{url}?draft=go-on", typed).status_code == 302
    assert InsuredHousehold.objects.filter(roster_household=household).exists()
    assert not Draft.objects.exists()


def test_a_member_listed_since_begins_as_on_a_fresh_page(officer: Client, world: World) -> None:
    household = list_household(world.own, persons=1)
    known = household.persons.get()
    url = reverse("enrollment:enrol_household", args=[household.pk])
    keep(officer, url, {"cover_from": "2026-1-9", f"m{known.pk}-telephone": "1390356"})
    add_member(household)
    shown = officer.get(url, GO_ON).context["members"]
    assert [member["enrol"].value() for member in shown] == [False, True]


def test_a_bill_that_is_entered_takes_its_draft_along_and_no_other(client: Client, world: World) -> None:
    adjuster = world.own[Role.ADJUSTER]
    client.force_login(adjuster)
    claim, other = reported_claim(world.own), reported_claim(world.own)
    day = timezone.localdate().isoformat()
    typed = {
        "care": "inpatient",
        "hospital": "县医院",
        "invoice_number": "Ｆ 0001",
        "on": day,
        "bill": "5,000",
    }
    for each in (claim, other):
        keep(client, reverse("claims:add_bill", args=[each.pk]), typed)
    wrong = client.post(reverse("claims:reserve", args=[claim.pk]), {"reserve": "x"}).content.decode()
    assert OFFER in wrong
    assert client.post(reverse("claims:add_bill", args=[claim.pk]), typed).status_code == 302
    assert MedicalBill.objects.get().invoice_number == "F0001"
    assert Draft.objects.get().row == other.pk


def test_what_is_too_long_is_refused_and_stays_on_the_page(officer: Client, world: World) -> None:
    url = reverse("roster:add_member", args=[list_household(world.own).pk])
    long = {"name": "王小宝", "birth_date": "9" * 70_000}
    by_hand = keep(officer, url, long)
    assert by_hand.status_code == 422
    assert "王小宝" in by_hand.content.decode()
    itself = keep(officer, url, long, **ITSELF)
    assert (itself.status_code, "太长" in itself.content.decode()) == (422, True)
    assert not Draft.objects.exists()


def test_of_many_drafts_the_oldest_give_way(world: World) -> None:
    actor = world.own[Role.ADJUSTER]
    for row in range(MOST + 2):
        keep_draft(form="claims:report", row=row, fields={}, actor=actor)
    assert sorted(Draft.objects.values_list("row", flat=True)) == list(range(2, MOST + 2))


def test_after_its_days_it_is_offered_no_more_and_then_swept(officer: Client, world: World) -> None:
    url = reverse("roster:add_member", args=[list_household(world.own).pk])
    keep(officer, url, {"name": "王小宝"})
    keep_draft(form="claims:report", row=1, fields={}, actor=world.own[Role.ADJUSTER])
    keep_draft(form="claims:report", row=1, fields={}, actor=world.own[Role.REVIEWER])
    Draft.objects.filter(form="roster:add_member").update(
        kept_at=timezone.now() - datetime.timedelta(days=7, minutes=1)
    )
    assert OFFER not in officer.get(url).content.decode()
    User.objects.filter(pk=world.own[Role.REVIEWER].pk).update(is_active=False)
    sweep_drafts()
    assert Draft.objects.get().owner == world.own[Role.ADJUSTER]
