"""The pages of the premium's money as finance and reviewers use them, and statements as files."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from docx import Document

from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from premiums.models import FundEntry
from premiums.services.funds import pay_funds
from premiums.services.statements import issue_statement
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
    facts = AuditRecord.objects.filter(act="download_premium").values_list("facts", flat=True)
    assert {fact["format"] for fact in facts} == {"docx", "xlsx"}


def test_the_ledger_leaves_as_a_workbook_with_its_balances(stated: World) -> None:
    client = signed_in(stated, Role.CITY_FINANCE)
    book = client.get(f"/premiums/funds/{stated.own.agreement.pk}/", {"format": "xlsx", "side": "city"})
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    last = [cell.value for cell in list(sheet.iter_rows())[-2]]
    assert last[1:4] == ["陵川县", "市级", "应承担"]
    assert last[5:8] == [115, 115, 0]


def test_the_officer_cancels_on_the_page_with_a_reason(stated: World) -> None:
    statement = stated.own.agreement.premiumstatement_set.get()
    officer = signed_in(stated, Role.COUNTY_OFFICER)
    assert officer.post(f"/premiums/{statement.pk}/cancel/", {"reason": ""}).status_code == 422
    answer = officer.post(f"/premiums/{statement.pk}/cancel/", {"reason": "名单有误"}, follow=True)
    assert "名单有误" in answer.content.decode()
    assert "已作废" in officer.get(f"/premiums/{statement.pk}/").content.decode()
