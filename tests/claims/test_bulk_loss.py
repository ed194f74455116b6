"""Losses of households in the claims workbook: report, items and signatures come in by the rules of single entry, and
nobody signs for a sum that isn't there (R12-R14)."""

import datetime
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from claims.bulk.columns import FIELDS, SHEETS, Kind
from claims.bulk.template import template
from claims.models import (
    Claim,
    ClaimEvent,
    ClaimImport,
    ClaimReference,
    LossEntry,
    LossItem,
    PropertyLoss,
    SignOff,
)
from claims.services import bulk
from claims.services.bulk_copy import annotated_copy
from claims.services.decision import approve_claim, submit_claim
from claims.services.loss import ItemFacts, add_item, change_loss, remove_item, sign_off
from claims.tasks import apply_import, check_import
from enrollment.models import InsuredHousehold
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from tests.claims.workbooks import (
    applied,
    bill_cells,
    checked,
    claim_cells,
    codes,
    item_cells,
    loss_cells,
    sign_cells,
    workbook,
)
from tests.world import World, insure_household, insure_person, loss_facts, reported_loss

State = ClaimImport.State
PARTIES = ("村委会", "参保人", "承保机构")
TOMORROW = timezone.localdate() + datetime.timedelta(days=1)


def household_of(world: World) -> InsuredHousehold:
    return insure_household(world.own, persons=2)


def whole(world: World, household: InsuredHousehold, *, assessed: str = "3000.50", **sheets: Any) -> bytes:
    """A loss of two things with all three signatures, or what `sheets` put in their place."""
    return workbook(
        **{
            "losses": [loss_cells(household, "B-1")],
            "items": [item_cells("B-1"), item_cells("B-1", "冰箱", amount="1,200.50", quantity="1.5")],
            "signs": [sign_cells("B-1", party, world.year.pk, assessed=assessed) for party in PARTIES],
        }
        | sheets
    )


def thing(name: str) -> ItemFacts:
    return ItemFacts("appliance", name, Decimal(1), "台", Decimal(70))


def written() -> tuple[int, ...]:
    models = (Claim, ClaimReference, ClaimEvent, LossEntry, PropertyLoss, LossItem, SignOff)
    return tuple(model.objects.count() for model in models)


def check(world: World, data: bytes) -> ClaimImport:
    return checked(data, world.own[Role.ADJUSTER], world.year.pk)


def test_a_loss_comes_in_with_items_and_signatures_and_can_be_approved(world: World) -> None:
    household, adjuster = household_of(world), world.own[Role.ADJUSTER]
    done = applied(whole(world, household), adjuster, world.year.pk)

    assert (done.state, done.rejected) == (State.APPLIED, 0)
    assert (done.new_losses, done.new_items, done.new_signs, done.new_claims, done.new) == (1, 2, 3, 0, 6)
    claim = ClaimReference.objects.get(reference="B-1").claim
    assert (claim.coverage, claim.insured_household, claim.state) == ("property", household, "assessing")
    assert (claim.account, claim.agreement, claim.reported_by) == (
        "洪水进屋",
        world.own.agreement,
        adjuster,
    )
    assert (claim.loss.cause, claim.loss.peril, claim.loss.recovered) == ("natural_disaster", "flood", 0)
    assert list(claim.loss.items.values_list("kind", "name", "quantity", "unit", "amount")) == [
        ("appliance", "电视机", 1, "台", 1800),
        ("appliance", "冰箱", Decimal("1.5"), "台", Decimal("1200.50")),
    ]
    signs = set(claim.loss.sign_offs.filter(standing=True).values_list("party", "signed_by", "assessed"))
    assert signs == {(party, "李四", Decimal("3000.50")) for party in ("village", "insured", "insurer")}
    assert [entry.amount for entry in LossEntry.objects.filter(claim=claim)] == [3000]
    acts = list(AuditRecord.objects.values_list("act", flat=True))
    assert [acts.count(act) for act in ("report_claim", "add_item", "sign_off", "claims_applied")] == [
        1,
        2,
        3,
        1,
    ]
    submit_claim(claim=claim, actor=adjuster)
    approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER])
    claim.refresh_from_db()
    assert claim.granted == Decimal("3000.50")


def test_the_same_loss_twice_and_tasks_delivered_twice_add_nothing(world: World) -> None:
    data = whole(world, household_of(world))
    done = applied(data, world.own[Role.ADJUSTER], world.year.pk)
    before = written()
    for _ in range(2):
        check_import(done.pk)
        apply_import(done.pk)
    again = check(world, data)
    assert (again.same, again.new, again.rejected) == (6, 0, 0)
    assert written() == before


def test_a_theft_comes_in_with_police_report_and_finding(world: World) -> None:
    theft = loss_cells(
        household_of(world),
        "B-1",
        cause="盗窃",
        peril=None,
        recovered=200,
        police_report="阿2026-01",
        police_station="礼义派出所",
        police_report_on=f"{world.year.pk}-01-03",
        finding="未找到责任人",
    )
    applied(workbook(losses=[theft]), world.own[Role.ADJUSTER], world.year.pk)
    loss = PropertyLoss.objects.get()
    assert (loss.cause, loss.peril, loss.recovered, loss.finding) == ("theft", "", 200, "none_found")
    assert (loss.police_report, loss.police_station) == ("阿2026-01", "礼义派出所")
    assert loss.police_report_on == datetime.date(world.year.pk, 1, 3)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reference": None}, [("A", "missing")]),
        ({"household_code": None}, [("B", "missing")]),
        ({"household_code": "NOBODY"}, [("B", "household_unknown")]),
        ({"household_code": 1234567890123456789.0}, [("B", "digits_lost")]),
        ({"name": "别的名字"}, [("C", "member_unknown")]),
        ({"reported_on": TOMORROW}, [("D", "refused")]),
        ({"reserve": "三千"}, [("E", "amount_unreadable")]),
        ({"cause": "外星人"}, [("F", "choice_unknown")]),
        ({"cause": None}, [("F", "missing")]),
        ({"cause": "盗窃"}, [("G", "R12")]),
        ({"peril": None}, [("G", "R12")]),
        ({"peril": "陨石"}, [("G", "peril_unknown")]),
        ({"peril": "长" * 41}, [("G", "too_long")]),
        ({"lost_on": TOMORROW}, [("H", "refused")]),
        ({"lost_on": "2020-01-02"}, [("H", "R9")]),
        ({"lost_on": "夏天"}, [("H", "day_unreadable")]),
        ({"place": "长" * 121}, [("I", "too_long")]),
        ({"recovered": -1}, [("J", "amount_negative")]),
        ({"police_report_on": "2020-01-02"}, [("M", "R13")]),
        ({"finding": "不知道"}, [("N", "choice_unknown")]),
    ],
)
def test_each_wrong_cell_of_a_loss_is_named(
    world: World, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    upload = check(world, workbook(losses=[loss_cells(household_of(world), "B-1", **changes)]))
    assert [(column, code) for _kind, _row, column, code in codes(upload)] == expected
    assert (upload.new, upload.rejected) == (0, 1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reference": "B-9"}, [("A", "claim_unknown")]),
        ({"kind": "飞机"}, [("B", "choice_unknown")]),
        ({"kind": None}, [("B", "missing")]),
        ({"name": None}, [("C", "missing")]),
        ({"quantity": 0}, [("D", "number_unreadable")]),
        ({"quantity": "两台"}, [("D", "number_unreadable")]),
        ({"quantity": True}, [("D", "number_unreadable")]),
        ({"quantity": 1.234}, [("D", "number_unreadable")]),
        ({"quantity": 1e12}, [("D", "number_unreadable")]),
        ({"unit": "长" * 11}, [("E", "too_long")]),
        ({"amount": "0.005"}, [("F", "amount_decimals")]),
        ({"amount": None}, [("F", "missing")]),
    ],
)
def test_each_wrong_item_is_named_and_nobody_signs_without_it(
    world: World, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    items = [item_cells("B-1"), item_cells("B-1", "冰箱", **changes)]
    upload = check(world, whole(world, household_of(world), items=items))
    found = codes(upload)
    assert [(column, code) for kind, _row, column, code in found if kind == "item"] == expected
    unsigned = [one for one in found if one[0] == "sign"]
    column, code = ("E", "assessed_not_sum") if changes.get("reference") else ("A", "item_refused")
    assert unsigned == [("sign", row, column, code) for row in (2, 3, 4)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"party": "邻居"}, [("B", "choice_unknown")]),
        ({"signed_by": None}, [("C", "missing")]),
        ({"on": TOMORROW}, [("D", "R14")]),
        ({"on": "2020-01-02"}, [("D", "R14")]),
        ({"assessed": 1}, [("E", "assessed_not_sum")]),
        ({"assessed": None}, [("E", "missing")]),
        ({"authority": "委托书"}, [("F", "R14")]),
        ({"authority": "长" * 121}, [("F", "too_long")]),
        ({"party": "参保人", "authority": "委托书"}, []),
        ({"assessed": "¥1,800.00元"}, []),
    ],
)
def test_each_wrong_signature_is_named(
    world: World, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    signs = [sign_cells("B-1", "村委会", world.year.pk, **changes)]
    upload = check(world, whole(world, household_of(world), items=[item_cells("B-1")], signs=signs))
    assert [(column, code) for _kind, _row, column, code in codes(upload)] == expected


def test_nobody_signs_for_a_loss_without_items(world: World) -> None:
    upload = check(world, whole(world, household_of(world), items=[]))
    assert codes(upload) == [("sign", row, "A", "refused") for row in (2, 3, 4)]


def test_what_stands_twice_is_refused_the_second_time(world: World) -> None:
    household, person = household_of(world), insure_person(world.own)
    year = world.year.pk
    data = workbook(
        [claim_cells(person, "B-1")],
        losses=[loss_cells(household, "B-1"), loss_cells(household, "B-2"), loss_cells(household, "b-2")],
        items=[item_cells("B-2"), item_cells("B-2", amount=5)],
        signs=[sign_cells("B-2", "村委会", year), sign_cells("B-2", "村委会", year)],
    )
    assert codes(check(world, data)) == [
        ("loss", 2, "A", "reference_twice"),
        ("loss", 4, "A", "reference_twice"),
        ("item", 3, "C", "item_twice"),
        ("sign", 2, "A", "item_refused"),
        ("sign", 3, "B", "sign_twice"),
    ]


def test_bills_belong_to_medical_claims_and_items_to_losses(world: World) -> None:
    household, person, year = household_of(world), insure_person(world.own), world.year.pk
    adjuster = world.own[Role.ADJUSTER]
    data = workbook(
        [claim_cells(person, "A-1")],
        [bill_cells("B-1", "F1", year)],
        losses=[loss_cells(household, "B-1")],
        items=[item_cells("A-1")],
        signs=[sign_cells("A-1", "村委会", year)],
    )
    expected = [
        ("bill", 2, "A", "claim_of_property"),
        ("item", 2, "A", "claim_of_medical"),
        ("sign", 2, "A", "claim_of_medical"),
    ]
    assert codes(check(world, data)) == expected
    applied(data, adjuster, year)
    assert codes(check(world, data)) == expected
    swapped = workbook([claim_cells(person, "B-1")], losses=[loss_cells(household, "A-1")])
    found = codes(check(world, swapped))
    assert ("claim", 2, "B", "claim_differs") in found
    assert ("loss", 2, "A", "claim_of_medical") in found


def test_what_stands_of_a_loss_is_never_changed(world: World) -> None:
    household, adjuster, year = household_of(world), world.own[Role.ADJUSTER], world.year.pk
    data = whole(world, household)
    applied(data, adjuster, year)
    before = written()
    other = workbook(
        losses=[loss_cells(household, "B-1", peril="冰雹", place="村东")],
        items=[item_cells("B-1", amount=1)],
        signs=[sign_cells("B-1", "村委会", year, signed_by="王五")],
    )
    found = codes(check(world, other))
    assert found[:2] == [("loss", 2, "G", "claim_differs"), ("loss", 2, "I", "claim_differs")]
    assert [code for *_, code in found[2:]] == ["claim_refused", "claim_refused"]
    parts = workbook(
        items=[item_cells("B-1", amount=1)], signs=[sign_cells("B-1", "参保人", year, signed_by="王五")]
    )
    assert codes(check(world, parts)) == [("item", 2, "F", "item_differs"), ("sign", 2, "A", "item_refused")]
    signed = workbook(signs=[sign_cells("B-1", "参保人", year, signed_by="王五", assessed=1)])
    assert codes(check(world, signed)) == [
        ("sign", 2, "C", "sign_differs"),
        ("sign", 2, "E", "sign_differs"),
    ]
    assert written() == before


def test_a_further_item_voids_the_signatures_and_new_ones_stand_for_the_new_sum(world: World) -> None:
    household, adjuster, year = household_of(world), world.own[Role.ADJUSTER], world.year.pk
    applied(whole(world, household), adjuster, year)
    more = {"items": [item_cells("B-1", "桌子", kind="家具", unit="张", amount="99.50")], "losses": []}
    old = check(world, whole(world, household, **more))
    assert codes(old) == [
        ("item", 2, "F", "signatures_fall"),
        *[("sign", row, "D", "sign_ended") for row in (2, 3, 4)],
    ]
    anew = [sign_cells("B-1", party, year, on=f"{year}-01-05", assessed=3100) for party in PARTIES]
    done = applied(whole(world, household, **more, signs=anew), adjuster, year)
    assert (done.new_items, done.new_signs, done.rejected) == (1, 3, 0)
    standing = SignOff.objects.filter(standing=True).values_list("party", "assessed")
    assert sorted(standing) == [(party, Decimal(3100)) for party in ("insured", "insurer", "village")]


def test_an_item_or_signature_that_fell_since_is_not_brought_back(world: World) -> None:
    household, adjuster, year = household_of(world), world.own[Role.ADJUSTER], world.year.pk
    data = whole(world, household)
    applied(data, adjuster, year)
    remove_item(item=LossItem.objects.get(name="电视机"), actor=adjuster)
    assert codes(check(world, data)) == [
        ("item", 2, "C", "item_ended"),
        *[("sign", row, "A", "item_refused") for row in (2, 3, 4)],
    ]
    signs = workbook(signs=[sign_cells("B-1", "村委会", year, assessed="3000.50")])
    assert codes(check(world, signs)) == [("sign", 2, "D", "sign_ended")]
    change_loss(claim=Claim.objects.get(), facts=loss_facts(recovered=Decimal(5)), actor=adjuster)
    assert ("loss", 2, "J", "claim_differs") in codes(check(world, data))


@pytest.mark.parametrize("meanwhile", ["item", "other item", "signature", "withdrawal"])
def test_what_changed_between_check_and_apply_is_found_out_and_nothing_written(
    world: World, meanwhile: str
) -> None:
    household, adjuster, year = household_of(world), world.own[Role.ADJUSTER], world.year.pk
    applied(workbook(losses=[loss_cells(household, "B-1")]), adjuster, year)
    claim = Claim.objects.get()
    items = [item_cells("B-1")]
    upload = check(world, whole(world, household, items=items, assessed="1800"))
    assert (upload.new_items, upload.new_signs) == (1, 3)
    bulk.request_apply(claim_import=upload, actor=adjuster)
    if meanwhile == "withdrawal":
        type(claim).objects.filter(pk=claim.pk).update(state="withdrawn")
    elif meanwhile == "signature":
        add_item(claim=claim, facts=thing("别的"), actor=adjuster)
        sign_off(claim=claim, party="village", signed_by="甲", on=timezone.localdate(), actor=adjuster)
    else:
        name = "电视机" if meanwhile == "item" else "别的"
        add_item(claim=claim, facts=thing(name), actor=adjuster)
    before = written()
    apply_import(upload.pk)
    upload.refresh_from_db()
    assert written() == before
    assert (upload.state, upload.moved) == (State.CHECKED, True)


def test_another_insurers_or_countys_household_is_unknown(world: World) -> None:
    foreign = insure_household(world.foreign)
    upload = check(world, workbook(losses=[loss_cells(foreign, "B-1")]))
    assert codes(upload) == [("loss", 2, "B", "household_unknown")]
    with_right = checked(whole(world, household_of(world)), world.own[Role.REVIEWER], world.year.pk)
    assert {code for *_, code in codes(with_right)} == {"not_yours_to_report", "claim_refused"}
    assert with_right.new == 0


def test_checking_many_losses_asks_no_more_than_checking_few(world: World) -> None:
    def asked(count: int) -> int:
        households = [household_of(world) for _ in range(2)]
        cases = [f"{count}-{number}" for number in range(count)]
        data = workbook(
            losses=[loss_cells(households[place % 2], case) for place, case in enumerate(cases)],
            items=[item_cells(case) for case in cases],
            signs=[sign_cells(case, party, world.year.pk) for case in cases for party in PARTIES],
        )
        with CaptureQueriesContext(connection) as queries:
            upload = check(world, data)
        assert (upload.new, upload.rejected) == (count * 5, 0)
        return len(queries)

    assert asked(40) <= asked(4) + 2


def test_the_sheets_of_the_template_are_filled_in_as_they_are(world: World) -> None:
    book = load_workbook(io.BytesIO(template()))
    lists = {
        (sheet.title, str(check.sqref)): check.formula1
        for sheet in book
        for check in sheet.data_validations.dataValidation
        if check.type == "list"
    }
    assert lists["家财报案", "F2:F5001"] == '"自然灾害,盗窃,非灾害引起的火灾或爆炸,其他原因"'
    assert lists["定损签字", "B2:B5001"] == '"村委会,参保人,承保机构"'
    assert all(len(formula) <= 257 for formula in lists.values())  # of Excel, quotes besides
    household, year = household_of(world), world.year.pk
    filled = {
        Kind.LOSS: loss_cells(household, "B-1"),
        Kind.ITEM: item_cells("B-1"),
        Kind.SIGN: sign_cells("B-1", "村委会", year),
    }
    for kind, cells in filled.items():
        for place, field in enumerate(FIELDS[kind], start=1):
            book[SHEETS[kind]].cell(3, place, cells.get(field.name))
    held = io.BytesIO()
    book.save(held)
    done = applied(held.getvalue(), world.own[Role.ADJUSTER], year)
    assert (done.new_losses, done.new_items, done.new_signs, done.rejected) == (1, 1, 1, 0)


def test_the_examples_of_the_template_would_be_read_without_a_complaint(world: World) -> None:
    """But for the household, which is nobody's, and the days, which may lie ahead."""
    book = load_workbook(io.BytesIO(template()))
    for kind in (Kind.LOSS, Kind.ITEM, Kind.SIGN):
        book[SHEETS[kind]]["A2"] = "B-1"
    held = io.BytesIO()
    book.save(held)
    found = codes(check(world, held.getvalue()))
    assert found == [
        ("loss", 2, "B", "household_unknown"),
        ("item", 2, "A", "claim_refused"),
        ("sign", 2, "A", "claim_refused"),
    ]


def test_the_annotated_copy_marks_a_wrong_item(world: World) -> None:
    adjuster = world.own[Role.ADJUSTER]
    bad = check(world, whole(world, household_of(world), items=[item_cells("B-1", quantity="两台")]))
    with annotated_copy(claim_import=bad, actor=adjuster) as file:
        book = load_workbook(io.BytesIO(file.read()))
    assert book["损失清单"]["D2"].comment is not None
    assert book["损失清单"]["G2"].value.startswith("D ")
    assert "第2行" in book["定损签字"]["G2"].value.replace(" ", "")


def test_the_page_shows_whose_loss_what_was_lost_and_who_signed(world: World) -> None:
    household, adjuster = household_of(world), world.own[Role.ADJUSTER]
    upload = check(world, whole(world, household))
    client = Client()
    client.force_login(adjuster)
    address = reverse("claims:import", args=[upload.pk])
    page = client.get(address).content.decode()
    name = household.persons.order_by("pk")[0].roster_person.name
    assert page.count(name) == 6
    for said in (
        household.roster_household.code,
        "自然灾害 · 洪水",
        "家用电器 · 电视机 · 1 台",
        "村委会 · 李四",
        "3,000.50",
    ):
        assert said in page
    bulk.request_apply(claim_import=upload, actor=adjuster)
    apply_import(upload.pk)
    done = client.get(address).content.decode()
    assert reverse("claims:claim", args=[Claim.objects.get().pk]) in done


def test_a_loss_entered_by_hand_takes_no_lines_without_a_case_number(world: World) -> None:
    claim = reported_loss(world.own)
    upload = check(world, workbook(items=[item_cells(claim.number)]))
    assert codes(upload) == [("item", 2, "A", "claim_unknown")]
