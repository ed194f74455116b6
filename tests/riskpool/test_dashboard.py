"""The pages of the loss ratio: their figures as of any day, where each leads, what they cost, and their workbooks."""

import datetime
import re
from decimal import Decimal
from io import BytesIO

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from claims.models import LossEntry
from claims.services.intake import report_claim
from claims.services.payment import record_payment
from enrollment.models import Agreement, PolicyTerm, PolicyYear
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Role
from jincheng_insurance.web import catalogue
from premiums.services.statements import issue_statement
from riskpool.services.alerts import evaluate_agreement
from riskpool.services.breakdown import take_breakdown
from tests.world import Party, World, approved_claim, insure_household, insure_person, reported_loss

FIRST = datetime.date(2026, 1, 1)


def told(party: Party) -> None:
    """A premium of 1,150 stated on 1 January, a reserve of 600 from 1 March and one of 500 from today."""
    persons = list(insure_household(party, persons=2).persons.all())
    insure_household(party, persons=8 - 2 + 3)
    issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER], issued_on=FIRST)
    for person, reserve, day in zip(persons, (600, 500), (datetime.date(2026, 3, 1), None), strict=True):
        report_claim(
            insured_person=person,
            reserve=Decimal(reserve),
            account="",
            actor=party[Role.ADJUSTER],
            reported_on=day or timezone.localdate(),
        )


def book(party: Party, day: datetime.date, amount: str) -> None:
    """A movement of the ledger on a day of its own."""
    entry = LossEntry.objects.filter(agreement=party.agreement).first()
    assert entry is not None
    facts = {
        field.attname: getattr(entry, field.attname)
        for field in LossEntry._meta.concrete_fields
        if field.name not in {"id", "amount", "on"}
    }
    LossEntry.objects.create(**facts, amount=Decimal(amount), on=day)


def get(user: User, name: str, pk: int | None = None, **query: object) -> HttpResponse:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client.get(reverse(f"riskpool:{name}", args=[pk] if pk else []), query)


def text_of(answer: HttpResponse) -> str:
    shown = re.sub(r'<span class="tip".*?</span>', "", answer.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))


@pytest.fixture
def pool(world: World) -> World:
    told(world.own)
    return world


def test_figures_hold_for_the_day_that_is_asked_for(pool: World) -> None:
    city, agreement = pool.own[Role.CITY_OFFICER], pool.own.agreement
    book(pool.own, datetime.date(2026, 2, 1), "100")
    for name, pk in (("dashboard", None), ("agreement", agreement.pk)):
        for on, reserves, percent in (
            ("2026-01-31", "0.00", "0.00%"),
            ("2026-02-01", "100.00", "8.62%"),
        ):
            page = text_of(get(city, name, pk, on=on))
            assert f"Open reserves {reserves}" in page
            assert percent in page
        assert "Open reserves 1,200.00" in text_of(get(city, name, pk))
        assert "103.45%" in text_of(get(city, name, pk))


def test_before_any_premium_the_ratio_is_not_applicable_and_never_zero(pool: World) -> None:
    on = "2025-12-31"
    page = text_of(get(pool.own[Role.CITY_OFFICER], "agreement", pool.own.agreement.pk, on=on))
    assert "not applicable" in page
    assert "0.00%" not in page


@pytest.mark.parametrize("query", [{"on": "2099-01-01"}, {"on": "gestern"}, {"year": "2031"}])
def test_a_day_or_year_that_cant_be_is_named_and_todays_figures_stand(
    pool: World, query: dict[str, str]
) -> None:
    for name in ("dashboard", "export", "ledger"):
        answer = get(pool.own[Role.CITY_OFFICER], name, **query)
        assert answer.status_code == 422
        assert "1,100.00" in text_of(answer)
    if "on" in query:
        for name in ("agreement", "agreement_export"):
            answer = get(pool.own[Role.CITY_OFFICER], name, pool.own.agreement.pk, **query)
            assert answer.status_code == 422
            assert "1,100.00" in text_of(answer)


@pytest.mark.parametrize("query", [{"insurer": "999"}, {"insurer": "x"}, {"agreement": "0"}, {"step": "no"}])
def test_a_choice_that_isnt_offered_is_named(pool: World, query: dict[str, str]) -> None:
    names = {"insurer": "dashboard", "agreement": "ledger", "step": "agreement"}
    name = names[next(iter(query))]
    pk = pool.own.agreement.pk if name == "agreement" else None
    assert get(pool.own[Role.CITY_OFFICER], name, pk, **query).status_code == 422


def test_another_year_has_its_own_agreements_and_figures(pool: World) -> None:
    year = PolicyYear.objects.get(pk=2027)
    Agreement.objects.create(
        policy_year=year,
        county=pool.own.county,
        insurer=pool.own.insurer,
        number="XY-2027",
        signed_on=datetime.date(2027, 1, 1),
    )
    page = get(pool.own[Role.CITY_OFFICER], "dashboard", year="2027")
    assert page.context["total"].agreements == 1
    assert page.context["total"].incurred == 0
    assert page.context["percent"] == "—"


def test_the_levels_come_from_the_terms_of_the_year(world: World) -> None:
    pool, agreement = world, world.own.agreement
    PolicyTerm.objects.create(
        policy_year_id=2026, name="alert_levels", value=["30%", "35%", "90%"], source="test"
    )
    told(world.own)
    book(world.own, FIRST, "-650")  # 450 of 1,160: 38.79 %
    page = get(pool.own[Role.CITY_OFFICER], "agreement", agreement.pk)
    assert page.context["standing"].level == 35
    assert [level.level for level in page.context["outlook"].levels] == [30, 35, 90]
    assert "break-even 35%" in text_of(page)
    assert "alert 80%" not in text_of(page)
    alerts = evaluate_agreement(agreement_id=agreement.pk)
    assert [alert.level for alert in alerts] == [30, 35]


def test_the_received_premium_is_the_denominator_everywhere_where_ruled_so(world: World) -> None:
    PolicyTerm.objects.create(policy_year_id=2026, name="net_premium_basis", value="received", source="test")
    pool = world
    told(world.own)
    page = get(pool.own[Role.CITY_OFFICER], "agreement", pool.own.agreement.pk)
    assert page.context["percent"] == "—"
    assert page.context["lines"].rows[0][-1] == "—"
    assert "premium received by the insurer" in text_of(page)


def links_of(answer: HttpResponse, start: str) -> list[str]:
    return [
        link.replace("&amp;", "&")
        for link in re.findall(r'href="([^"]+)"', answer.content.decode())
        if link.startswith(start)
    ]


@pytest.mark.parametrize("on", ["", "2026-03-01"])
def test_every_figure_leads_to_entries_that_sum_to_it(pool: World, on: str) -> None:
    record_payment(
        claim=approved_claim(pool.own, self_pay="5000"),
        paid_on=timezone.localdate(),
        reference="B",
        actor=pool.own.payer,
    )
    told(pool.foreign)
    city = pool.own[Role.CITY_OFFICER]
    client = Client()
    client.force_login(city)
    for name, pk in (("dashboard", None), ("agreement", pool.own.agreement.pk)):
        page = client.get(reverse(f"riskpool:{name}", args=[pk] if pk else []), {"on": on} if on else {})
        figures = page.context["total" if name == "dashboard" else "figures"]
        wanted = [("agreement=" if name == "agreement" else "", figures)]
        if name == "dashboard":
            wanted += [(f"insurer={insurer.pk}", sums) for insurer, sums, *_ in page.context["insurers"]]
            assert len(wanted) == 3
        looked_at = [
            (narrowed, kind, amount)
            for narrowed, sums in wanted
            for kind, amount in (("payment", sums.paid), ("reserve", sums.reserves))
        ]
        for narrowed, kind, amount in looked_at:
            (link,) = {
                link
                for link in links_of(page, "/pool/ledger/")
                if f"kind={kind}" in link
                and (narrowed in link if narrowed else "agreement=" not in link and "insurer=" not in link)
            }
            shown = client.get(link)
            assert sum(entry.amount for entry, _reason in shown.context["rows"]) == amount
            sums = shown.context["sums"]
            assert {"payment": sums.paid, "reserve": sums.reserves}[kind] == sums.incurred == amount


def test_the_ledger_page_narrows_by_agreement_kind_and_coverage(pool: World) -> None:
    told(pool.foreign)
    reported_loss(pool.own, reserve="77")
    city = pool.own[Role.CITY_OFFICER]
    page = get(city, "ledger", agreement=pool.own.agreement.pk, coverage="property")
    assert [entry.amount for entry, _reason in page.context["rows"]] == [Decimal(77)]
    assert page.context["sums"].incurred == 77
    assert page.context["sums"].entries == 1
    assert get(city, "ledger").context["sums"].incurred == 77 + 2 * 1100


def test_finance_sees_entries_but_no_claim_and_no_written_reason(pool: World) -> None:
    page = get(pool.own[Role.COUNTY_FINANCE], "ledger")
    assert page.context["rows"]
    assert not links_of(page, "/claims/")
    entry = page.context["rows"][0][0]
    LossEntry.objects.create(
        **{
            field.attname: getattr(entry, field.attname)
            for field in LossEntry._meta.concrete_fields
            if field.name not in {"id", "reason"}
        },
        reason="张三病重",
    )
    assert "张三病重" not in get(pool.own[Role.COUNTY_FINANCE], "ledger").content.decode()
    assert "张三病重" in get(pool.own[Role.COUNTY_OFFICER], "ledger").content.decode()


def test_each_sees_the_pool_within_reach_only(pool: World) -> None:
    told(pool.foreign)
    for role, number in ((Role.CITY_FINANCE, 2), (Role.COUNTY_FINANCE, 1), (Role.ADJUSTER, 1)):
        page = get(pool.own[role], "dashboard")
        assert page.context["total"].agreements == number
        assert page.context["total"].incurred == 1100 * number
        assert (page.context["outlook"] is not None) == (number == 1)
        assert get(pool.own[role], "ledger").context["sums"].incurred == 1100 * number
    foreign = pool.foreign.agreement.pk
    assert get(pool.own[Role.ADJUSTER], "ledger", agreement=foreign).status_code == 422


def test_the_city_may_narrow_to_one_insurer(pool: World) -> None:
    told(pool.foreign)
    city = pool.own[Role.CITY_OFFICER]
    whole = get(city, "dashboard")
    assert [sums.incurred for _insurer, sums, *_ in whole.context["insurers"]] == [1100, 1100]
    page = get(city, "dashboard", insurer=pool.foreign.insurer.pk)
    assert [figures.agreement for figures, _standing in page.context["pool"]] == [pool.foreign.agreement]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_workbooks_hold_numbers_and_charts_of_their_own(pool: World, language: str) -> None:
    told(pool.foreign)
    client = Client()
    client.cookies["django_language"] = language
    client.force_login(pool.own[Role.CITY_OFFICER])
    agreement = reverse("riskpool:agreement_export", args=[pool.own.agreement.pk])
    for address, counties in ((reverse("riskpool:export"), 2), (agreement, 1)):
        answer = client.get(address, {"on": "2026-03-01"})
        assert answer["Content-Type"].endswith("spreadsheetml.sheet")
        book = load_workbook(BytesIO(answer.content))
        figures, trend, _insurers = book.worksheets
        rows = list(figures.iter_rows(min_row=5, max_row=5 + counties, values_only=True))
        assert [row[3:7] for row in rows[:1]] == [(1160, 0, 600, 600)]
        assert rows[0][7] == pytest.approx(0.5172)
        assert rows[-1][3] == 1160 * counties
        assert figures["H5"].number_format == "0.00%"
        assert [len(sheet._charts) for sheet in book.worksheets] == [1, 1, 0]
        last = list(trend.iter_rows(min_row=5, values_only=True))[-1]
        assert last[1] == pytest.approx(0.5172)
        assert last[-3:] == (0.8, 1, 1.2)


def test_a_level_that_is_passed_says_by_how_much(pool: World) -> None:
    """1,200 of 1,160: above 80% and 100%, 192 short of 120%."""
    book(pool.own, FIRST, "100")
    city, agreement = pool.own[Role.CITY_OFFICER], pool.own.agreement.pk
    page = text_of(get(city, "agreement", agreement))
    assert "80% exceeded by 272.00 passed" in page
    assert "100% exceeded by 40.00 passed" in page
    assert "120% 192.00" in page
    assert "-272.00" not in page
    sheet = load_workbook(BytesIO(get(city, "agreement_export", agreement).content)).worksheets[0]
    assert [cell.value for cell in sheet[5][9:12]] == [-272, -40, 192]
    assert {cell.number_format for cell in sheet[5][9:12]} == {'#,##0.00;"exceeded by "#,##0.00'}


def test_one_county_above_a_level_is_one_county(pool: World) -> None:
    assert "1 county above 80%" in text_of(get(pool.own[Role.CITY_OFFICER], "dashboard"))
    told(pool.foreign)
    assert "2 counties above 80%" in text_of(get(pool.own[Role.CITY_OFFICER], "dashboard"))


def test_no_text_writes_a_percentage_with_a_space() -> None:
    texts = catalogue.read(catalogue.po_file(settings.BASE_DIR))
    spaced = re.compile(r"(\d|\)[sd]) %(?!\()")
    assert not [
        message.id
        for message in texts
        if spaced.search(str(message.id)) or spaced.search(str(message.string))
    ]


BUDGET = {"dashboard": 28, "export": 15, "ledger": 20, "agreement": 27, "agreement_export": 13}


@pytest.mark.parametrize("name", BUDGET)
def test_a_page_takes_as_few_queries_for_many_claims_and_agreements(pool: World, name: str) -> None:
    """Within its budget, and no more once there is more to count."""
    pk = pool.own.agreement.pk if name.startswith("agreement") else None
    city = pool.own[Role.CITY_OFFICER]
    take_breakdown(agreement_id=pool.own.agreement.pk)
    evaluate_agreement(agreement_id=pool.own.agreement.pk)
    told(pool.foreign)

    def queries() -> int:
        return len(_captured(city, name, pk))

    few = queries()
    assert few <= BUDGET[name]
    for party in (pool.own, pool.foreign):
        for _ in range(3):
            report_claim(
                insured_person=insure_person(party),
                reserve=Decimal(5),
                account="",
                actor=party[Role.ADJUSTER],
                reported_on=timezone.localdate(),
            )
    assert queries() <= few
    scans = [
        query["sql"]
        for query in _captured(city, name, pk)
        if 'SUM("claims_lossentry"' in query["sql"] or 'COUNT("claims_claim"' in query["sql"]
    ]
    assert not scans


def _captured(user: User, name: str, pk: int | None) -> list[dict[str, str]]:
    """The queries of one page for somebody signed in already."""
    client = Client()
    client.force_login(user)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(reverse(f"riskpool:{name}", args=[pk] if pk else []))
    assert answer.status_code == 200
    return captured.captured_queries
