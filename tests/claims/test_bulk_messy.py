"""A messy claims workbook: every problem is said with sheet, row, column, what stands there and what to do; and the
empty workbook comes back as it went out."""

import datetime
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from claims.bulk.columns import FIELDS, SHEETS, Kind
from claims.bulk.template import template
from claims.bulk.texts import PROBLEM_TEXTS, text_of
from claims.models import ClaimImport, ClaimRow
from claims.services.bulk_copy import annotated_copy
from claims.tasks import apply_import
from enrollment.models import Agreement
from jincheng_insurance.access.roles import Role
from tests.claims.workbooks import (
    applied,
    bill_cells,
    checked,
    claim_cells,
    codes,
    number_of,
    payment_cells,
    workbook,
)
from tests.world import (
    World,
    approved_claim,
    drafted_batch,
    insure_person,
    make_user,
    reported_loss,
    submitted_claim,
)

State = ClaimImport.State


def claim_problems(world: World, **changes: Any) -> list[tuple[str, str]]:
    """The column and code of each problem of one claim's line, as the adjuster uploads it."""
    person = insure_person(world.own)
    data = workbook([claim_cells(person, "A-1", **changes)])
    upload = checked(data, world.own[Role.ADJUSTER], world.year.pk)
    return [(column, code) for _kind, _row, column, code in codes(upload)]


TOMORROW = timezone.localdate() + datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reference": None}, [("A", "missing")]),
        ({"reference": 1234567890123456789.0}, [("A", "digits_lost")]),
        ({"reference": "A" * 61}, [("A", "too_long")]),
        ({"id_number": None}, [("B", "missing")]),
        ({"id_number": "11010119900307017"}, [("B", "id_number_length")]),
        ({"id_number": "110101199003070178"}, [("B", "id_number_check_digit")]),
        ({"id_number": 110101199003070177}, [("B", "digits_lost")]),
        ({"id_number": "110101199003070177"}, [("B", "person_unknown")]),
        ({"name": None}, [("C", "missing")]),
        ({"name": "别的名字"}, [("C", "name_other")]),
        ({"reported_on": "去年"}, [("D", "day_unreadable")]),
        ({"reported_on": "2026-03"}, [("D", "day_unreadable")]),
        ({"reported_on": TOMORROW}, [("D", "refused")]),
        ({"reserve": "三千"}, [("E", "amount_unreadable")]),
        ({"reserve": "12,5"}, [("E", "amount_unreadable")]),
        ({"reserve": 100.005}, [("E", "amount_decimals")]),
        ({"reserve": -1}, [("E", "amount_negative")]),
        ({"reserve": 10_000_000}, [("E", "amount_too_large")]),
        ({"reserve": 1e300}, [("E", "amount_too_large")]),
        ({"reserve": True}, [("E", "amount_unreadable")]),
        ({"account": "长" * 501}, [("F", "too_long")]),
        ({"reserve": 0.1 + 0.2, "name": None}, [("C", "missing")]),
    ],
)
def test_each_wrong_cell_of_a_claim_is_named(
    world: World, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert claim_problems(world, **changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reference": "A-9"}, [("A", "claim_unknown")]),
        ({"care": "体检"}, [("B", "care_unknown")]),
        ({"care": None}, [("B", "missing")]),
        ({"hospital": None}, [("C", "missing")]),
        ({"invoice_number": None}, [("D", "missing")]),
        ({"admitted_on": TOMORROW}, [("E", "admitted_after_discharge")]),
        ({"admitted_on": None, "on": TOMORROW}, [("F", "R9")]),
        ({"admitted_on": None, "on": "2020-05-05"}, [("F", "R9")]),
        ({"bill": None}, [("G", "missing")]),
        ({"basic": 9000.51}, [("G", "negative_self_pay")]),
        ({"charity": -5}, [("M", "amount_negative")]),
        ({"other": "2.345"}, [("L", "amount_decimals")]),
        ({"diagnosis": "长" * 121}, [("N", "too_long")]),
    ],
)
def test_each_wrong_cell_of_a_bill_is_named(
    world: World, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    person = insure_person(world.own)
    bill = bill_cells("A-1", "F1", world.year.pk, **changes)
    upload = checked(workbook([claim_cells(person, "A-1")], [bill]), world.own[Role.ADJUSTER], world.year.pk)
    assert [(column, code) for _kind, _row, column, code in codes(upload)] == expected
    assert (upload.new_claims, upload.new_bills, upload.rejected) == (1, 0, 1)


def test_what_stands_twice_is_refused_the_second_time(world: World) -> None:
    one, two = insure_person(world.own), insure_person(world.own)
    year = world.year.pk
    data = workbook(
        [claim_cells(one, "A-1"), claim_cells(two, "a-1 ")],
        [bill_cells("A-1", "F1", year), bill_cells("A-1", "ｆ1", year, hospital="晋城市 人民医院")],
    )
    upload = checked(data, world.own[Role.ADJUSTER], year)
    assert codes(upload) == [("claim", 3, "A", "reference_twice"), ("bill", 3, "D", "invoice_twice")]
    assert upload.rows.filter(kind="bill", row=3).get().problems[0]["params"] == {
        "sheet": "费用单据",
        "row": 2,
    }


def test_an_invoice_that_stands_anywhere_is_refused_and_its_claim_named_only_within_reach(
    world: World,
) -> None:
    foreign = submitted_claim(world.foreign).bills.get()
    own = submitted_claim(world.own)
    person, year = insure_person(world.own), world.year.pk
    bills = [
        bill_cells("A-1", bill.invoice_number, year, hospital=bill.hospital)
        for bill in (foreign, own.bills.get())
    ]
    upload = checked(workbook([claim_cells(person, "A-1")], bills), world.own[Role.ADJUSTER], year)
    assert [code for *_, code in codes(upload)] == ["R10", "R10"]
    hidden, named = (
        text_of(problem["code"], problem["params"])
        for row in upload.rows.filter(kind="bill").order_by("id")
        for problem in row.problems
    )
    assert foreign.claim.number not in hidden
    assert own.number in named


def test_rows_of_a_refused_claim_are_refused_with_it(world: World) -> None:
    person, year = insure_person(world.own), world.year.pk
    data = workbook([claim_cells(person, "A-1", reserve=-1)], [bill_cells("A-1", "F1", year)])
    upload = checked(data, world.own[Role.ADJUSTER], year)
    assert codes(upload) == [("claim", 2, "E", "amount_negative"), ("bill", 2, "A", "claim_refused")]
    assert upload.new == 0


def test_what_needs_a_look_is_warned_of_and_taken(world: World) -> None:
    unknown = insure_person(world.own, basic_insurance="unknown")
    none = insure_person(world.own, basic_insurance="none")
    year = world.year.pk
    stay = bill_cells("A-1", "F1", year, admitted_on=f"{year - 1}-12-30")
    upload = applied(
        workbook([claim_cells(unknown, "A-1"), claim_cells(none, "A-2")], [stay]),
        world.own[Role.ADJUSTER],
        year,
    )
    assert codes(upload) == [
        ("claim", 2, "B", "participation_unknown"),
        ("claim", 3, "B", "participation_none"),
        ("bill", 2, "E", "crosses_year_end"),
    ]
    assert (upload.warned, upload.new_claims, upload.new_bills, upload.state) == (3, 2, 1, State.APPLIED)


def test_each_wrong_payment_is_named(world: World) -> None:
    year, today = world.year.pk, timezone.localdate()
    approved, batched, loss = approved_claim(world.own), approved_claim(world.own), reported_loss(world.own)
    drafted_batch(world.own, batched)
    foreign = approved_claim(world.foreign)
    numbers = [
        (submitted_claim(world.own).number, {}),
        (foreign.number, {}),
        (batched.number, {}),
        (loss.number, {}),
        (approved.number, {"paid_on": TOMORROW}),
        (approved_claim(world.own).number, {"paid_on": today - datetime.timedelta(days=1)}),
        (approved_claim(world.own).number, {"bank_reference": None}),
        (approved_claim(world.own).number, {"amount": 1}),
        (None, {}),
    ]
    lines = [
        {"claim_number": number, "paid_on": today, "bank_reference": "L"} | changes
        for number, changes in numbers
    ]
    upload = checked(workbook(payments=lines), world.own.payer, year)
    assert [(row, column, code) for _kind, row, column, code in codes(upload)] == [
        (2, "B", "refused"),
        (3, "B", "claim_unknown"),
        (4, "B", "in_a_batch"),
        (5, "B", "refused"),
        (6, "C", "refused"),
        (7, "C", "refused"),
        (8, "D", "missing"),
        (9, "E", "amount_not_granted"),
        (10, "A", "claim_not_named"),
    ]
    twice = checked(workbook(payments=[lines[7] | {"amount": None}] * 2), world.own.payer, year)
    assert (twice.new_payments, codes(twice)) == (1, [("payment", 3, "A", "payment_twice")])
    Agreement.objects.filter(pk=world.own.agreement.pk).update(payments_suspended_at=timezone.now())
    suspended = checked(workbook(payments=[lines[7] | {"amount": None}]), world.own.payer, year)
    assert codes(suspended) == [("payment", 2, "B", "R22")]


def test_who_approved_a_claim_does_not_pay_it_by_workbook(world: World) -> None:
    claim = approved_claim(world.own)
    line = {"claim_number": claim.number, "paid_on": timezone.localdate(), "bank_reference": "L"}
    upload = checked(workbook(payments=[line]), world.own[Role.REVIEWER], world.year.pk)
    assert (upload.new, codes(upload)) == (0, [("payment", 2, "B", "refused")])
    assert "Another reviewer may record the payment" in str(upload.rows.get().problems)


def test_a_payment_of_a_claim_just_reported_waits_for_its_approval(world: World) -> None:
    both = make_user("both", Role.ADJUSTER, Role.REVIEWER, insurer=world.own.insurer)
    person, year = insure_person(world.own), world.year.pk
    paid = payment_cells("A-1", paid_on=timezone.localdate())
    upload = checked(workbook([claim_cells(person, "A-1")], payments=[paid]), both, year)
    assert codes(upload) == [("payment", 2, "A", "claim_just_reported")]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_text_is_said_in_both_languages(language: str) -> None:
    names = (
        "column",
        "length",
        "limit",
        "most",
        "year",
        "row",
        "sheet",
        "number",
        "granted",
        "sum",
        "words",
        "batch",
    )
    values = dict.fromkeys(names, "7")
    with translation.override(language):
        for code in PROBLEM_TEXTS:
            text = text_of(code, values)
            assert text
            assert "%(" not in text
            chinese = any("一" <= one <= "鿿" for one in text.replace("住院", "").replace("门诊", ""))
            assert chinese == (language == "zh-hans"), code


def test_a_file_that_is_something_else_says_what_is_missing(world: World) -> None:
    actor, year = world.own[Role.ADJUSTER], world.year.pk
    other = checked("甲,乙,丙\n1,2,3\n".encode(), actor, year, file_name="a.csv")
    assert (other.state, other.failure and other.failure["code"]) == (State.FAILED, "no_header")
    book = load_workbook(io.BytesIO(workbook()))
    sheet = book[SHEETS[Kind.BILL]]
    sheet.delete_cols(7)
    held = io.BytesIO()
    book.save(held)
    lacking = checked(held.getvalue(), actor, year)
    assert lacking.failure == {
        "code": "missing_columns",
        "params": {"sheet": "费用单据", "row": 1, "columns": "医疗总费用"},
    }


def test_the_empty_workbook_holds_nothing_to_import_and_is_filled_in_as_it_is(world: World) -> None:
    actor, year = world.own[Role.ADJUSTER], world.year.pk
    empty = checked(template(), actor, year)
    assert (empty.state, empty.rows.count()) == (State.CHECKED, 0)

    book = load_workbook(io.BytesIO(template()))
    assert book.sheetnames == ["赔案", "费用单据", "家财报案", "损失清单", "定损签字", "赔款支付", "填写说明"]
    bills = book["费用单据"]
    lists = [check for check in bills.data_validations.dataValidation if check.type == "list"]
    assert [(check.formula1, str(check.sqref)) for check in lists] == [('"住院,门诊"', "B2:B5001")]
    formats = {kind: [cell.number_format for cell in book[SHEETS[kind]][3]] for kind in Kind}
    assert formats[Kind.CLAIM] == ["@", "@", "@", "yyyy-mm-dd", "#,##0.00", "@"]
    explained = {(row[0].value, row[1].value) for row in book["填写说明"].iter_rows(min_row=9)}
    assert explained == {(SHEETS[kind], field.title) for kind in Kind for field in FIELDS[kind]}
    person = insure_person(world.own)
    for kind, cells in (
        (Kind.CLAIM, claim_cells(person, "A-1")),
        (Kind.BILL, bill_cells("A-1", "F1", year)),
    ):
        for place, field in enumerate(FIELDS[kind], start=1):
            book[SHEETS[kind]].cell(3, place, cells.get(field.name))
    held = io.BytesIO()
    book.save(held)
    done = applied(held.getvalue(), actor, year)
    assert (done.new_claims, done.new_bills, done.rejected, done.state) == (1, 1, 0, State.APPLIED)


def test_the_annotated_copy_is_mended_and_uploaded_again(world: World) -> None:
    person, year, actor = insure_person(world.own), world.year.pk, world.own[Role.ADJUSTER]
    data = workbook([claim_cells(person, "A-1", reserve="三千")], [bill_cells("A-1", "F1", year)])
    bad = checked(data, actor, year)
    with annotated_copy(claim_import=bad, actor=actor) as file:
        book = load_workbook(io.BytesIO(file.read()))
    claims, bills = book["赔案"], book["费用单据"]
    assert claims["G1"].value == "问题说明"
    assert claims["G2"].value.startswith("E ")
    assert claims["E2"].comment is not None
    assert "第2行" in bills["O2"].value.replace(" ", "")
    claims["E2"] = 3000
    held = io.BytesIO()
    book.save(held)
    good = checked(held.getvalue(), actor, year)
    assert (good.rejected, good.new_claims, good.new_bills) == (0, 1, 1)


def test_the_pages_show_what_is_new_and_wrong_with_numbers_masked(world: World) -> None:
    person, year, actor = insure_person(world.own), world.year.pk, world.own[Role.ADJUSTER]
    unknown = "110101199003070177"
    data = workbook(
        [claim_cells(person, "A-1"), claim_cells(person, "A-2", id_number=unknown)],
        [bill_cells("A-1", "F1", year)],
    )
    upload = checked(data, actor, year)
    client = Client()
    client.force_login(actor)
    address = reverse("claims:import", args=[upload.pk])
    assert client.get(address).context["kind"] == "problems"
    page = client.get(address, {"show": "new"}).content.decode()
    assert person.roster_person.name in page
    assert "导入2行新数据" in page.replace(" ", "")
    wrong = client.get(f"{address}?show=problems").content.decode()
    assert "1101**********0177" in wrong
    assert unknown not in wrong + page
    assert number_of(person) not in wrong + page
    answer = client.post(reverse("claims:import_apply", args=[upload.pk]))
    assert answer.status_code == 302
    apply_import(upload.pk)
    done = client.get(address).content.decode()
    assert reverse("claims:claim", args=[ClaimRow.objects.filter(new=True)[0].claim_key]) in done
    assert client.get(f"{address}?show=same").status_code == 200
    download = client.get(reverse("claims:template"))
    assert load_workbook(io.BytesIO(b"".join(download))).sheetnames[0] == "赔案"  # type: ignore[arg-type]
    assert "attachment" in download["Content-Disposition"]


def test_a_claim_whose_bills_all_failed_is_marked_as_coming_in_without_one(world: World) -> None:
    year, actor = world.year.pk, world.own[Role.ADJUSTER]
    people = [insure_person(world.own) for _ in range(3)]
    data = workbook(
        [claim_cells(person, f"A-{place}") for place, person in enumerate(people)],
        [
            bill_cells("A-0", "F1", year, bill="多"),
            bill_cells("A-1", "F2", year, bill="多"),
            bill_cells("A-1", "F3", year),
        ],
    )
    upload = checked(data, actor, year)
    client = Client()
    client.force_login(actor)
    answer = client.get(reverse("claims:import", args=[upload.pk]), {"show": "new"})
    marked = {one.row.reference for one in answer.context["rows"] if one.billless}
    assert marked == {"A-0"}
    assert answer.content.decode().count("无单据") == 1
    applied_now = applied(data, actor, year)
    opened = client.get(reverse("claims:import", args=[applied_now.pk]))
    assert opened.context["kind"] == "new"
