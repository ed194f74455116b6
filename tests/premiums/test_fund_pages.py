"""The pages of the premium's money as finance and reviewers use them, and statements as files."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from docx import Document

from enrollment.models import Agreement
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from premiums.models import FundEntry
from premiums.services.funds import confirm_receipt, pay_funds
from premiums.services.statements import cancel_statement, issue_statement
from tests.world import World, insure_household


@pytest.fixture
def stated(world: World) -> World:
    insure_household(world.own, persons=2)
    issue_statement(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])
    return world


def signed_in(world: World, role: Role) -> Client:
    client = Client()
    client.force_login(world.own[role])
    return client


def test_finance_pays_the_reviewer_confirms_and_the_ledger_tells_it(stated: World) -> None:
    agreement, today = stated.own.agreement, timezone.localdate().isoformat()
    finance, reviewer = signed_in(stated, Role.COUNTY_FINANCE), signed_in(stated, Role.REVIEWER)
    data = {"kind": "paid", "amount": "120", "on": today, "document": "陵财农〔2026〕3号"}
    move = f"/premiums/funds/{agreement.pk}/move/"
    beyond = finance.post(move, data)
    assert beyond.status_code == 422
    assert "115.00" in beyond.content.decode()
    assert finance.post(move, data | {"amount": "115"}).status_code == 302
    entry = FundEntry.objects.get(kind="paid")
    assert (entry.side, entry.amount, entry.document) == ("county", 115, "陵财农〔2026〕3号")

    url = f"/premiums/funds/entry/{entry.pk}/receipt/"
    assert reviewer.post(url, {"amount": "100", "on": today}).status_code == 422
    assert reviewer.post(url, {"amount": "100", "on": today, "note": "扣费"}).status_code == 302

    page = finance.get(f"/premiums/funds/{agreement.pk}/").content.decode()
    for shown in ("陵财农〔2026〕3号", "金额不符", "扣费", "115.00", "100.00"):
        assert shown in page
    only_city = finance.get(f"/premiums/funds/{agreement.pk}/", {"side": "city"}).content.decode()
    assert "陵财农〔2026〕3号" not in only_city
    assert finance.get(f"/premiums/funds/{agreement.pk}/", {"until": "someday"}).status_code == 422


def test_city_finance_does_not_reverse_the_countys_payment(stated: World) -> None:
    entry = pay_funds(
        agreement=stated.own.agreement,
        side="county",
        amount=Decimal(5),
        on=timezone.localdate(),
        document="陵财农〔2026〕3号",
        actor=stated.own[Role.COUNTY_FINANCE],
    )
    url = f"/premiums/funds/entry/{entry.pk}/reverse/"
    assert signed_in(stated, Role.CITY_FINANCE).get(url).status_code == 403
    finance = signed_in(stated, Role.COUNTY_FINANCE)
    assert finance.post(url, {"reason": ""}).status_code == 422
    assert finance.post(url, {"reason": "错记"}).status_code == 302
    again = finance.post(url, {"reason": "错记"})
    assert again.status_code == 422
    assert "已经冲销" in again.content.decode()
    page = finance.get(url).content.decode()
    assert "已经冲销" in page
    assert f"{stated.own[Role.COUNTY_FINANCE]}：错记" in page
    assert 'name="reason"' not in page


def test_a_statement_leaves_as_word_and_as_a_workbook_on_record(stated: World) -> None:
    statement = stated.own.agreement.premiumstatement_set.get()
    client = signed_in(stated, Role.COUNTY_FINANCE)
    word = client.get(f"/premiums/{statement.pk}/", {"format": "docx"})
    document = Document(io.BytesIO(word.content))
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert {statement.number, "230.00", "115.00", "200.00", "30.00"} <= cells | {
        p.text for p in document.paragraphs
    }

    book = client.get(f"/premiums/{statement.pk}/", {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[-3][3:] == rows[-2][3:] == [2, 30, 200, 230]
    head = {name: value for name, value, *_ in rows}
    assert (head["户数"], head["应承担（元）"], head["市级承担（元）"]) == (1, 230, 115)
    assert head["出具日期"].date() == statement.issued_on
    facts = AuditRecord.objects.filter(act="download_premium").values_list("facts", flat=True)
    assert {fact["format"] for fact in facts} == {"docx", "xlsx"}


def test_the_ledger_leaves_as_a_workbook_with_its_balances(stated: World) -> None:
    client = signed_in(stated, Role.CITY_FINANCE)
    book = client.get(f"/premiums/funds/{stated.own.agreement.pk}/", {"format": "xlsx", "side": "city"})
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    last = [cell.value for cell in list(sheet.iter_rows())[-2]]
    assert last[0].date() == timezone.localdate()
    assert last[1:4] == ["陵川县", "市级", "应承担"]
    assert last[5:8] == [115, 115, 0]


def test_the_officer_cancels_on_the_page_with_a_reason(stated: World) -> None:
    statement = stated.own.agreement.premiumstatement_set.get()
    officer = signed_in(stated, Role.COUNTY_OFFICER)
    assert officer.post(f"/premiums/{statement.pk}/cancel/", {"reason": ""}).status_code == 422
    answer = officer.post(f"/premiums/{statement.pk}/cancel/", {"reason": "名单有误"}, follow=True)
    assert "名单有误" in answer.content.decode()
    assert "已作废" in officer.get(f"/premiums/{statement.pk}/").content.decode()


def test_what_the_insurer_has_not_confirmed_stands_beside_what_it_has(stated: World) -> None:
    agreement, today = stated.own.agreement, timezone.localdate()
    finance, reviewer = stated.own[Role.COUNTY_FINANCE], stated.own[Role.REVIEWER]
    entry = pay_funds(
        agreement=agreement, side="county", amount=Decimal(100), on=today, document="甲", actor=finance
    )
    client = signed_in(stated, Role.COUNTY_FINANCE)
    for page in ("/premiums/", f"/premiums/funds/{agreement.pk}/"):
        assert "尚未确认到账：100.00" in client.get(page).content.decode()
    confirm_receipt(entry=entry, amount=Decimal(75), on=today, note="扣费", actor=reviewer)
    for page in ("/premiums/", f"/premiums/funds/{agreement.pk}/"):
        assert "尚未确认到账：25.00" in client.get(page).content.decode()
    confirm_receipt(entry=entry, amount=Decimal(100), on=today, actor=reviewer)
    assert "尚未确认到账" not in client.get("/premiums/").content.decode()


def test_the_page_asks_before_more_than_is_due_is_allocated(stated: World) -> None:
    client = signed_in(stated, Role.COUNTY_FINANCE)
    move, today = f"/premiums/funds/{stated.own.agreement.pk}/move/", timezone.localdate()
    data = {
        "kind": "allocated",
        "amount": "120",
        "on": f"{today.year}年{today.month}月{today.day}日",
        "document": "甲",
    }
    refused = client.post(move, data)
    assert refused.status_code == 422
    assert "超出应承担5.00元" in refused.content.decode()
    assert client.post(move, data | {"beyond_due": "on"}).status_code == 302
    assert FundEntry.objects.get(kind="allocated").on == today


def test_both_tables_of_the_year_end_with_their_sums(stated: World) -> None:
    insure_household(stated.foreign, persons=1)
    issued = issue_statement(agreement=stated.foreign.agreement, actor=stated.foreign[Role.COUNTY_OFFICER])
    cancel_statement(statement=issued, reason="名单有误", actor=stated.foreign[Role.COUNTY_OFFICER])
    issue_statement(agreement=stated.foreign.agreement, actor=stated.foreign[Role.COUNTY_OFFICER])
    page = signed_in(stated, Role.CITY_FINANCE).get("/premiums/")
    assert [(sum.side, sum.due) for sum in page.context["sums"]] == [
        ("city", 154),
        ("county", 206),
        (None, 360),
    ]
    total = page.context["total"]
    assert (total.number, total.households, total.persons, total.due) == (4, 2, 3, 360)
    assert (total.city_share, total.county_share) == (154, 206)
    assert page.content.decode().count("<tfoot>") == 2
    assert page.content.decode().count(">360.00<") == 3  # due, owed, and due by statements
    own = signed_in(stated, Role.COUNTY_FINANCE).get("/premiums/")
    assert [(sum.side, sum.due) for sum in own.context["sums"]] == [(None, 230)]


def test_the_arrears_of_the_overview_end_with_their_sums(stated: World) -> None:
    insure_household(stated.foreign, persons=1)
    issue_statement(agreement=stated.foreign.agreement, actor=stated.foreign[Role.COUNTY_OFFICER])
    page = signed_in(stated, Role.CITY_FINANCE).get("/pool/premium/")
    foot = page.context["arrears"].foot
    assert foot == ["合计", "360.00", "0.00", "0.00", "360.00", "360.00", "0.00", "0.00", ""]
    assert "<tfoot>" in page.content.decode()


@pytest.mark.parametrize(
    ("role", "advice"),
    [(Role.COUNTY_OFFICER, "请先办理全县参保"), (Role.CITY_OFFICER, "由县级经办人员办理全县参保")],
)
def test_a_year_without_statements_advises_what_the_reader_may_do(
    world: World, role: Role, advice: str
) -> None:
    assert advice in signed_in(world, role).get("/premiums/").content.decode()
    Agreement.objects.all().delete()
    assert "由市级录入保险协议" in signed_in(world, role).get("/premiums/").content.decode()


def test_on_paper_a_county_is_named_without_its_link(stated: World) -> None:
    page = signed_in(stated, Role.CITY_FINANCE).get("/premiums/").content.decode()
    assert f'陵川县<span class="actions"><a href="/premiums/funds/{stated.own.agreement.pk}/">' in page
