"""Allocations and payments from a workbook: checked row by row, booked once and all together, by the ledger's own
checks (R15, R16)."""

import datetime
import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from premiums.bulk.template import template
from premiums.models import FundEntry, FundImport
from premiums.selectors.work import imports_to_book
from premiums.services.fund_imports import annotated_copy, book_import, cancel_import, upload_funds
from premiums.services.funds import pay_funds, reverse_entry
from premiums.services.statements import issue_statement
from tests.premiums.workbooks import TITLES, funding_workbook
from tests.world import World, insure_household

TODAY = timezone.localdate()
YEAR = min(max(TODAY.year, 2026), 2028)


def row(
    side: str = "县级",
    kind: str = "下达",
    amount: object = 100,
    document: str = "陵财农〔2026〕3号",
    county: str = "陵川县",
    on: object = TODAY,
    beyond: str = "",
) -> tuple[object, ...]:
    return (YEAR, county, side, kind, document, on, amount, beyond)


@pytest.fixture
def stated(world: World) -> World:
    """115 yuan due of each side in Lingchuan (5 : 5)."""
    insure_household(world.own, persons=2)
    issue_statement(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])
    return world


def uploaded(world: World, role: Role, *rows: tuple[object, ...], **more: object) -> FundImport:
    data = funding_workbook(*rows, **more)  # type: ignore[arg-type]
    return upload_funds(data=data, file_name="下达拨付.xlsx", actor=world.own[role])


def codes(fund_import: FundImport) -> list[list[tuple[str, str]]]:
    return [
        [(problem["title"], problem["code"]) for problem in line["problems"]] for line in fund_import.lines
    ]


def moved() -> list[tuple[str, str, Decimal, str]]:
    entries = FundEntry.objects.filter(kind__in=("allocated", "paid")).order_by("pk")
    return list(entries.values_list("side", "kind", "amount", "document"))


def test_the_countys_finance_books_what_it_uploaded_and_nothing_before(stated: World) -> None:
    own = row(), row(kind="拨付", amount="70.50", document="陵财农〔2026〕4号", on=TODAY.isoformat())
    fund_import = uploaded(stated, Role.COUNTY_FINANCE, *own)
    assert codes(fund_import) == [[], []]
    assert moved() == []
    before = AuditRecord.objects.count()
    assert book_import(fund_import=fund_import, actor=stated.own[Role.COUNTY_FINANCE])
    booked = [
        ("county", "allocated", Decimal("100.00"), "陵财农〔2026〕3号"),
        ("county", "paid", Decimal("70.50"), "陵财农〔2026〕4号"),
    ]
    assert moved() == booked
    acts = AuditRecord.objects.order_by("pk").values_list("act", flat=True)[before:]
    assert list(acts) == ["allocate_funds", "pay_funds", "book_fund_import"]
    fund_import.refresh_from_db()
    assert {line["entry"] for line in fund_import.lines} == set(
        FundEntry.objects.filter(kind__in=("allocated", "paid")).values_list("pk", flat=True)
    )
    assert book_import(fund_import=fund_import, actor=stated.own[Role.COUNTY_FINANCE])
    assert moved() == booked


def test_rows_of_others_are_problems_and_the_rest_is_booked(stated: World) -> None:
    rows = row(), row(side="市级"), row(county="高平市"), row(county="没有县")
    fund_import = uploaded(stated, Role.COUNTY_FINANCE, *rows)
    assert codes(fund_import) == [
        [],
        [("承担方", "not_your_side")],
        [("县（市、区）", "no_agreement")],
        [("县（市、区）", "no_agreement")],
    ]
    book_import(fund_import=fund_import, actor=stated.own[Role.COUNTY_FINANCE])
    assert len(moved()) == 1


def test_the_citys_finance_books_the_citys_money_of_any_county(stated: World) -> None:
    rows = row(side="市级"), row(side="市级", county="140581"), row(side="县级")
    fund_import = uploaded(stated, Role.CITY_FINANCE, *rows)
    beyond = ("金额（元）", "allocated_beyond")  # nothing is due in Gaoping yet
    assert codes(fund_import) == [[], [beyond], [("承担方", "not_your_side")]]
    assert book_import(fund_import=fund_import, actor=stated.own[Role.CITY_FINANCE])
    counties = FundEntry.objects.filter(kind="allocated").values_list("county__code", flat=True)
    assert sorted(counties) == ["140524", "140581"]
    with pytest.raises(PermissionDenied):
        book_import(fund_import=fund_import, actor=stated.own[Role.COUNTY_FINANCE])
    client = Client()
    client.force_login(stated.own[Role.COUNTY_FINANCE])
    assert client.get(f"/premiums/imports/{fund_import.pk}/").status_code == 404


def test_each_bad_cell_is_named(stated: World) -> None:
    tomorrow = TODAY + datetime.timedelta(days=1)
    rows = (
        ("今年", "陵川县", "省级", "到账", "", "上周", "一百", "也许"),
        row(amount=0, document="甲"),
        row(amount=1.234, document="乙"),
        row(on=tomorrow, document="丙"),
        row(document="文" * 61),
    )
    fund_import = uploaded(stated, Role.COUNTY_FINANCE, *rows)
    assert codes(fund_import) == [
        [
            ("保险年度", "year_unreadable"),
            ("承担方", "side_unknown"),
            ("类别", "kind_unknown"),
            ("文号", "missing"),
            ("日期", "day_unreadable"),
            ("金额（元）", "amount_unreadable"),
            ("超应承担拨付", "yes_unknown"),
        ],
        [("金额（元）", "refused")],
        [("金额（元）", "amount_decimals")],
        [("日期", "refused")],
        [("文号", "refused")],
    ]
    place = fund_import.lines[0]["problems"][1]
    assert (fund_import.lines[0]["row"], place["column"], place["value"]) == (2, "C", "省级")
    with pytest.raises(Refused):
        book_import(fund_import=fund_import, actor=stated.own[Role.COUNTY_FINANCE])


def test_more_than_is_due_is_allocated_with_a_warning(stated: World) -> None:
    rows = row(amount=100, document="甲"), row(amount=20, document="乙"), row(side="市级", document="丙")
    fund_import = uploaded(stated, Role.COUNTY_FINANCE, *rows)
    assert codes(fund_import)[:2] == [[], [("金额（元）", "allocated_beyond")]]
    assert fund_import.lines[1]["problems"][0]["params"] == {"beyond": "5.00"}
    assert (fund_import.good, fund_import.warned, fund_import.bad) == (2, 1, 1)
    client = Client()
    client.force_login(stated.own[Role.COUNTY_FINANCE])
    page = client.get(f"/premiums/imports/{fund_import.pk}/?show=problems").content.decode()
    for shown in ("超出应承担5.00元", "提醒", "将入账"):
        assert shown in page
    assert book_import(fund_import=fund_import, actor=stated.own[Role.COUNTY_FINANCE])
    assert [document for *_, document in moved()] == ["甲", "乙"]


def test_a_new_warning_is_seen_before_anything_is_booked(stated: World) -> None:
    fund_import = uploaded(stated, Role.COUNTY_FINANCE, row(amount=100, document="甲"))
    other = uploaded(stated, Role.COUNTY_FINANCE, row(amount=115, document="乙"))
    assert book_import(fund_import=other, actor=stated.own[Role.COUNTY_FINANCE])
    assert not book_import(fund_import=fund_import, actor=stated.own[Role.COUNTY_FINANCE])
    fund_import.refresh_from_db()
    assert codes(fund_import) == [[("金额（元）", "allocated_beyond")]]
    assert book_import(fund_import=fund_import, actor=stated.own[Role.COUNTY_FINANCE])


def test_all_faults_of_a_row_are_told_at_once(stated: World) -> None:
    tomorrow = TODAY + datetime.timedelta(days=1)
    rows = (
        row(county="没有县", on="上周"),
        (YEAR + 40, "陵川县", "市级", "下达", "甲", tomorrow, "一百", ""),
        ("今年", "没有县", "县级", "下达", "文" * 61, tomorrow, 0, ""),
        row(amount=99999999999999999, document="乙"),
    )
    fund_import = uploaded(stated, Role.COUNTY_FINANCE, *rows)
    told = [{code for _title, code in line} for line in codes(fund_import)]
    assert told == [
        {"day_unreadable", "no_agreement"},
        {"amount_unreadable", "no_agreement", "not_your_side", "refused"},
        {"year_unreadable", "county_unknown", "refused"},
        {"amount_too_large"},
    ]
    assert [title for title, code in codes(fund_import)[2] if code == "refused"] == [
        "文号",
        "金额（元）",
        "日期",
    ]
    assert fund_import.lines[3]["said"]["amount"] == "100000000000000000"
    assert fund_import.lines[3]["problems"][0]["value"] == "100000000000000000"


def test_the_same_document_twice_is_refused_within_the_file_and_beside_the_ledger(stated: World) -> None:
    first = uploaded(stated, Role.COUNTY_FINANCE, row(), row())
    assert codes(first) == [[], [("文号", "twice")]]
    assert first.lines[1]["problems"][0]["params"]["row"] == 2
    book_import(fund_import=first, actor=stated.own[Role.COUNTY_FINANCE])
    again = uploaded(stated, Role.COUNTY_FINANCE, row())
    assert codes(again) == [[("文号", "refused")]]
    assert len(moved()) == 1
    reverse_entry(
        entry=FundEntry.objects.get(kind="allocated"), reason="错记", actor=stated.own[Role.COUNTY_FINANCE]
    )
    assert codes(uploaded(stated, Role.COUNTY_FINANCE, row())) == [[]]


def test_payments_of_one_file_count_together_against_what_is_owed(stated: World) -> None:
    rows = (
        row(kind="拨付", amount=100, document="甲"),
        row(kind="拨付", amount=20, document="乙"),
        row(kind="拨付", amount=20, document="丙", beyond="是"),
    )
    fund_import = uploaded(stated, Role.COUNTY_FINANCE, *rows)
    assert codes(fund_import) == [[], [("金额（元）", "beyond_due")], []]
    assert fund_import.lines[1]["problems"][0]["params"]["owed"] == "15.00"


def test_nothing_is_booked_when_the_ledger_changed_after_the_preview(stated: World) -> None:
    rows = row(kind="拨付", amount=100, document="甲"), row(document="乙")
    fund_import = uploaded(stated, Role.COUNTY_FINANCE, *rows)
    pay_funds(
        agreement=stated.own.agreement,
        side="county",
        amount=Decimal(50),
        on=TODAY,
        document="丙",
        actor=stated.own[Role.COUNTY_FINANCE],
    )
    assert not book_import(fund_import=fund_import, actor=stated.own[Role.COUNTY_FINANCE])
    assert [document for *_, document in moved()] == ["丙"]
    fund_import.refresh_from_db()
    assert codes(fund_import) == [[("金额（元）", "beyond_due")], []]
    assert book_import(fund_import=fund_import, actor=stated.own[Role.COUNTY_FINANCE])
    assert [document for *_, document in moved()] == ["丙", "乙"]


def test_what_is_no_workbook_of_funds_is_refused_with_what_to_do(stated: World) -> None:
    with pytest.raises(Refused, match="文号"):
        uploaded(stated, Role.COUNTY_FINANCE, row(), titles=(*TITLES[:4], "备注", *TITLES[5:]))
    with pytest.raises(Refused, match="类别"):
        uploaded(stated, Role.COUNTY_FINANCE, row(), titles=(*TITLES[:3], "备注", *TITLES[4:]))
    for data in (b"", b"no workbook", funding_workbook()):
        with pytest.raises(Refused):
            upload_funds(data=data, file_name="a.xlsx", actor=stated.own[Role.COUNTY_FINANCE])
    with pytest.raises(Refused, match="500"):
        uploaded(stated, Role.COUNTY_FINANCE, *[row(document=str(one)) for one in range(501)])
    assert not FundImport.objects.exists()


def test_the_empty_workbook_holds_lists_and_examples_that_are_passed_over(stated: World) -> None:
    data = template(counties=["陵川县"], years=[2026, 2027])
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["下达与拨付", "填写说明"]
    lists = {check.formula1 for check in book["下达与拨付"].data_validations.dataValidation}
    assert {'"陵川县"', '"2026,2027"', '"市级,县级"', '"下达,拨付"', '"是"'} <= lists
    with pytest.raises(Refused):
        upload_funds(data=data, file_name="a.xlsx", actor=stated.own[Role.COUNTY_FINANCE])
    sheet = book["下达与拨付"]
    for place, value in enumerate(row(), start=1):
        sheet.cell(4, place, value)
    filled = io.BytesIO()
    book.save(filled)
    fund_import = upload_funds(
        data=filled.getvalue(), file_name="a.xlsx", actor=stated.own[Role.COUNTY_FINANCE]
    )
    assert [(line["row"], line["problems"]) for line in fund_import.lines] == [(4, [])]


def test_the_annotated_copy_can_be_mended_and_uploaded_again(stated: World) -> None:
    actor = stated.own[Role.COUNTY_FINANCE]
    fund_import = uploaded(stated, Role.COUNTY_FINANCE, row(), row(amount="一百", document="乙"))
    with annotated_copy(fund_import=fund_import, actor=actor) as file:
        book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    assert sheet["G3"].comment is not None
    assert "金额" in sheet["I3"].value or "数字" in sheet["I3"].value
    sheet["G3"] = 5
    mended = io.BytesIO()
    book.save(mended)
    again = upload_funds(data=mended.getvalue(), file_name="b.xlsx", actor=actor)
    assert codes(again) == [[], []]


def test_the_pages_show_each_row_and_book_it(stated: World) -> None:
    client = Client()
    client.force_login(stated.own[Role.COUNTY_FINANCE])
    empty = client.get("/premiums/imports/template/")
    assert empty.content[:2] == b"PK"
    file = SimpleUploadedFile("甲.xlsx", funding_workbook(row(), row(side="市级")))
    sent = client.post("/premiums/imports/", {"file": file})
    assert sent.status_code == 302
    page = client.get(sent["Location"]).content.decode()
    for shown in ("陵财农〔2026〕3号", "将入账", "R15"):
        assert shown in page
    assert client.post(f"{sent['Location']}book/").status_code == 302
    assert "已入账" in client.get(sent["Location"]).content.decode()
    bad = client.post("/premiums/imports/", {"file": SimpleUploadedFile("甲.xlsx", b"x")})
    assert bad.status_code == 422


def test_a_workbook_uploaded_by_mistake_is_given_up_and_waits_for_nobody(stated: World) -> None:
    finance = stated.own[Role.COUNTY_FINANCE]
    wrong = uploaded(stated, Role.COUNTY_FINANCE, row(document="错的1号"))
    assert list(imports_to_book(finance)) == [wrong]
    with pytest.raises(PermissionDenied):
        cancel_import(fund_import=wrong, actor=stated.own[Role.CITY_FINANCE])
    client = Client()
    client.force_login(finance)
    for _again in range(2):
        answer = client.post(f"/premiums/imports/{wrong.pk}/cancel/", follow=True)
        assert "已取消，没有入账" in answer.content.decode()
    assert not imports_to_book(finance)
    assert AuditRecord.objects.filter(act="cancel_fund_import").count() == 1
    with pytest.raises(Refused, match="已取消"):
        book_import(fund_import=wrong, actor=finance)
    assert not FundEntry.objects.filter(kind=FundEntry.Kind.ALLOCATED).exists()


def test_what_is_booked_cannot_be_given_up(stated: World) -> None:
    booked = uploaded(stated, Role.COUNTY_FINANCE, row())
    book_import(fund_import=booked, actor=stated.own[Role.COUNTY_FINANCE])
    with pytest.raises(Refused, match="冲销"):
        cancel_import(fund_import=booked, actor=stated.own[Role.COUNTY_FINANCE])


def test_a_years_allocations_and_payments_leave_as_one_workbook(stated: World) -> None:
    fund_import = uploaded(
        stated, Role.CITY_FINANCE, row(side="市级"), row(side="市级", county="高平市", document="乙")
    )
    book_import(fund_import=fund_import, actor=stated.own[Role.CITY_FINANCE])
    reverse_entry(
        entry=FundEntry.objects.get(document="乙"), reason="错记", actor=stated.own[Role.CITY_FINANCE]
    )

    def exported(role: Role) -> list[tuple[object, ...]]:
        client = Client()
        client.force_login(stated.own[role])
        form = client.get("/exports/new/funding/").content.decode()
        assert "证件号码" not in form
        made = client.post("/exports/new/funding/", {"format": "xlsx", "year": YEAR, "purpose": "核对"})
        file = client.post(f"{made['Location']}file/")
        sheet = openpyxl.load_workbook(io.BytesIO(file.content)).worksheets[0]
        assert "证件号码" not in str(sheet["A2"].value)
        return [(cells[1], cells[4], cells[6], cells[8], cells[9]) for cells in list(sheet.values)[3:]]

    lingchuan = ("陵川县", "市级", "陵财农〔2026〕3号", 100, "有效")
    assert exported(Role.CITY_FINANCE) == [
        lingchuan,
        ("高平市", "市级", "乙", 100, "已冲销"),
        ("高平市", "市级", "乙", -100, "冲销"),
    ]
    assert exported(Role.COUNTY_FINANCE) == [lingchuan]
