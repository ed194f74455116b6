"""Exports: safe cells, sheets as finance expects them, numbers masked unless there is a right and a purpose, files for
their maker alone, within reach, for a day."""

import csv
import datetime
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from demo.posts import give_post
from enrollment.models import InsuredHousehold, InsuredPerson, RosterPerson
from enrollment.selectors import identity_place
from enrollment.services.leaving import withdraw_household
from jincheng_insurance.access.models import Grant, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import masked, unseal
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.sheets import services
from jincheng_insurance.sheets.exports import HEAD_ROW, KINDS, cell_of
from jincheng_insurance.sheets.models import Export
from jincheng_insurance.sheets.selectors import own_export
from jincheng_insurance.sheets.tasks import sweep_exports
from tests.world import World, insure_household, list_household, move_post

State = Export.State


def ask(actor: User, kind: str = "insured", **changes: Any) -> Export:
    asked: dict[str, Any] = {
        "chosen": {},
        "described": "",
        "file_format": "xlsx",
        "full": False,
        "purpose": "核对",
    } | changes
    return services.request_export(kind=KINDS[kind], actor=actor, **asked)


def made(actor: User, kind: str = "insured", **changes: Any) -> Export:
    export = ask(actor, kind, **changes)
    services.make_export(export_id=export.pk)
    export.refresh_from_db()
    return export


def sheet_of(export: Export, actor: User) -> Any:
    return load_workbook(io.BytesIO(services.fetch_export(export=export, actor=actor))).active


def column(sheet: Any, title: str) -> list[Any]:
    titles = [cell.value for cell in sheet[HEAD_ROW]]
    return [row[titles.index(title)].value for row in sheet.iter_rows(min_row=HEAD_ROW + 1)]


def number_of(person: RosterPerson) -> str:
    return unseal(bytes(person.id_number_sealed), identity_place(person.pk))


def officer(world: World) -> User:
    return User.objects.get(pk=world.own[Role.COUNTY_OFFICER].pk)


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "  =", "\u3000+"]
)
def test_text_that_a_spreadsheet_would_take_for_a_formula_is_neutralised(start: str) -> None:
    assert cell_of(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("value", [Decimal("-12.50"), -3, 0, datetime.date(2026, 3, 1), "张三", "1405-1", ""])
def test_numbers_days_and_plain_text_stay_what_they_are(value: Any) -> None:
    assert cell_of(value) == value
    assert type(cell_of(value)) is type(value)


def test_characters_that_no_workbook_holds_are_left_out() -> None:
    assert cell_of("张\x00三\x1b") == "张三"


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_a_name_that_is_a_formula_does_no_harm_in_a_file(world: World, file_format: str) -> None:
    insure_household(world.own, persons=1, names=("=HYPERLINK(1)",))
    export = made(officer(world), file_format=file_format)
    if file_format == "csv":
        data = services.fetch_export(export=export, actor=officer(world))
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
        assert data.startswith(b"\xef\xbb\xbf")
        assert [row["姓名"] for row in rows] == ["'=HYPERLINK(1)"]
    else:
        sheet = sheet_of(export, officer(world))
        assert column(sheet, "姓名") == ["'=HYPERLINK(1)"]
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr", "n", "d"}


def test_the_sheet_says_what_it_is_and_keeps_its_header_in_sight(world: World) -> None:
    insured = insure_household(world.own, persons=2)
    sheet = sheet_of(made(officer(world)), officer(world))
    assert sheet["A1"].value == "参保人员清单"
    assert sheet["A1"].font.bold
    assert "身份证号已掩码" in sheet["A2"].value
    assert sheet.freeze_panes == f"A{HEAD_ROW + 1}"
    assert sheet.auto_filter.ref == f"A3:O{HEAD_ROW + 2}"
    assert sheet.column_dimensions["F"].width == 22
    assert column(sheet, "户编号") == [insured.roster_household.code] * 2
    first = sheet[HEAD_ROW + 1]
    titles = [cell.value for cell in sheet[HEAD_ROW]]
    assert first[titles.index("身份证号")].number_format == "@"
    assert first[titles.index("出生日期")].is_date
    assert first[titles.index("保障起始日")].value.date() == insured.cover_from


def test_numbers_are_masked_unless_asked_for_in_full(world: World) -> None:
    person = insure_household(world.own, persons=1).persons.get().roster_person
    actor = officer(world)
    assert column(sheet_of(made(actor), actor), "身份证号") == [masked(number_of(person))]
    export = made(actor, full=True, purpose="交承保机构建档")
    assert column(sheet_of(export, actor), "身份证号") == [number_of(person)]
    record = AuditRecord.objects.filter(act="request_export").order_by("-pk")[0]
    assert record.reason == "交承保机构建档"
    assert record.facts == {"export": "参保人员清单", "rows": 1, "in_full": True}


def test_every_export_has_a_purpose(world: World) -> None:
    insure_household(world.own)
    for full in (False, True):
        with pytest.raises(Refused) as refused:
            ask(officer(world), full=full, purpose="  ")
        assert refused.value.field == "purpose"


def test_numbers_in_full_need_the_right_to_them(world: World) -> None:
    insure_household(world.own)
    for role in (Role.CITY_OFFICER, Role.AUDITOR, Role.ADJUSTER, Role.REVIEWER):
        with pytest.raises(PermissionDenied):
            ask(world.own[role], full=True, purpose="any")
    assert not Export.objects.exists()
    assert not AuditRecord.objects.filter(act="request_export").exists()


def test_a_second_post_without_the_right_shows_its_rows_masked(world: World) -> None:
    """A city officer who also is a county officer gets in full only the county's own."""
    own = insure_household(world.own, persons=1).persons.get().roster_person
    foreign = insure_household(world.foreign, persons=1).persons.get().roster_person
    actor = officer(world)
    give_post(actor, Role.CITY_OFFICER)
    actor = officer(world)
    sheet = sheet_of(made(actor, full=True, purpose="any"), actor)
    assert set(column(sheet, "身份证号")) == {number_of(own), masked(number_of(foreign))}


def test_each_exports_only_what_lies_within_reach(world: World) -> None:
    insure_household(world.own, persons=1, names=("陵川人",))
    insure_household(world.foreign, persons=1, names=("高平人",))
    for role in (Role.COUNTY_OFFICER, Role.ADJUSTER):
        actor = User.objects.get(pk=world.own[role].pk)
        assert column(sheet_of(made(actor), actor), "姓名") == ["陵川人"]
    city = world.own[Role.CITY_OFFICER]
    assert sorted(column(sheet_of(made(city), city), "姓名")) == ["陵川人", "高平人"]
    one = made(city, chosen={"agreement": str(world.foreign.agreement.pk)})
    assert column(sheet_of(one, city), "姓名") == ["高平人"]


def test_a_file_is_its_makers_alone(world: World) -> None:
    insure_household(world.own)
    export = made(officer(world))
    city = world.own[Role.CITY_OFFICER]
    with pytest.raises(Http404):
        own_export(city, export.pk)
    with pytest.raises(Http404):
        services.fetch_export(export=export, actor=city)


def test_a_file_is_out_of_reach_once_its_rows_are(world: World) -> None:
    insure_household(world.own)
    export = made(officer(world))
    move_post(officer(world), world.foreign.county)
    with pytest.raises(Http404):
        services.fetch_export(export=export, actor=officer(world))


def test_each_fetch_is_on_record_and_the_file_at_rest_is_sealed(world: World) -> None:
    person = insure_household(world.own, persons=1).persons.get().roster_person
    export = made(officer(world), full=True, purpose="any", file_format="csv")
    kept = (Path(settings.UPLOAD_DIR) / export.stored_as).read_bytes()
    assert number_of(person).encode() not in kept
    assert person.name.encode() not in kept
    services.fetch_export(export=export, actor=officer(world))
    assert AuditRecord.objects.filter(act="fetch_export", object_id=str(export.pk)).count() == 1


def test_a_file_is_removed_after_a_day(world: World) -> None:
    insure_household(world.own)
    export = made(officer(world))
    path = Path(settings.UPLOAD_DIR) / export.stored_as
    assert export.expires_at is not None
    assert datetime.timedelta(hours=23) < export.expires_at - timezone.now() <= datetime.timedelta(hours=24)
    assert services.expire_exports() == 0
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now())
    with pytest.raises(Refused):
        services.fetch_export(export=export, actor=officer(world))
    sweep_exports()
    export.refresh_from_db()
    assert (export.state, export.stored_as, path.exists()) == (State.EXPIRED, "", False)


def test_a_list_that_is_empty_or_too_long_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="没有可导出"):
        ask(officer(world))
    insure_household(world.own, persons=2)
    monkeypatch.setattr(services, "MOST_ROWS", 1)
    with pytest.raises(Refused, match="超过 1 行"):
        ask(officer(world))


def test_a_long_list_is_made_by_a_worker_and_taken_up_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(services, "AT_ONCE", 1)
    monkeypatch.setattr(services, "BATCH", 1)
    monkeypatch.setattr(services, "enqueue", lambda task, pk: sent.append((task, pk)))
    insure_household(world.own, persons=3)
    export = ask(officer(world))
    assert sent == [("sheets.make_export", export.pk)]
    assert services.unfinished_exports() == [export.pk]
    Export.objects.filter(pk=export.pk).update(state=State.MAKING, attempts=1, done=1)  # its worker died
    services.make_export(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.done, export.total) == (State.READY, 3, 3)
    stored = export.stored_as
    services.make_export(export_id=export.pk)
    export.refresh_from_db()
    assert export.stored_as == stored
    assert services.unfinished_exports() == []


def test_an_export_that_keeps_dying_fails_and_says_so(world: World) -> None:
    insure_household(world.own)
    export = ask(officer(world))
    Export.objects.filter(pk=export.pk).update(state=State.MAKING, attempts=services.MOST_ATTEMPTS)
    services.make_export(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.failure) == (State.FAILED, "too_many_attempts")


def test_what_its_maker_may_do_is_asked_again_when_it_is_made(world: World) -> None:
    insure_household(world.own)
    export = ask(officer(world))
    Grant.objects.filter(user=officer(world)).update(ends_on=datetime.date(2026, 1, 1))
    services.make_export(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.failure) == (State.FAILED, "not_allowed")


def test_changes_say_who_joined_and_who_left(world: World) -> None:
    year = world.year.year
    actor = officer(world)
    for name in ("早来", "新来", "走了"):
        insure_household(world.own, persons=1, names=(name,))
    covers = InsuredPerson.objects.filter(roster_person__name__in=("早来", "走了"))
    covers.update(enrolled_at=datetime.datetime(year, 1, 2, tzinfo=datetime.UTC))
    since = datetime.date(year, 6, 30)
    InsuredPerson.objects.filter(roster_person__name="新来").update(
        enrolled_at=datetime.datetime(year, 6, 30, tzinfo=timezone.get_current_timezone())
    )
    withdraw_household(
        insured_household=InsuredHousehold.objects.get(persons__roster_person__name="走了"),
        reason="重复录入",
        actor=actor,
    )
    sheet = sheet_of(made(actor, "changes", chosen={"since": since.isoformat()}), actor)
    assert dict(zip(column(sheet, "姓名"), column(sheet, "变动"), strict=True)) == {
        "新来": "新参保",
        "走了": "退出",
    }


def test_who_cannot_be_enrolled_is_listed_with_the_reason(world: World) -> None:
    year = world.year.year
    later = datetime.date(year + 1, 2, 1)
    list_household(world.own, persons=1, category="MARGINAL", listed_on=later, names=("来年",))
    list_household(world.own, persons=1, names=("待登记",))
    list_household(world.foreign, persons=1, names=("无协议",))
    world.foreign.agreement.delete()
    city = world.own[Role.CITY_OFFICER]
    sheet = sheet_of(made(city, "ineligible"), city)
    why = dict(zip(column(sheet, "姓名"), column(sheet, "原因"), strict=True))
    assert set(why) == {"来年", "无协议"}
    assert "R2" in why["来年"]
    assert "R17" in why["无协议"]
    with pytest.raises(Refused):
        ask(User.objects.get(pk=world.foreign[Role.COUNTY_OFFICER].pk), "ineligible", chosen={"county": "0"})


def test_the_page_makes_a_short_export_and_hands_it_over(world: World, client: Client) -> None:
    insure_household(world.own, persons=1)
    client.force_login(officer(world))
    answer = client.post(
        reverse("sheets:new", args=["insured"]), {"format": "xlsx", "full": "on", "purpose": ""}
    )
    assert answer.status_code == 422
    answer = client.post(
        reverse("sheets:new", args=["changes"]), {"format": "xlsx", "since": "3 March", "purpose": "核对"}
    )
    assert answer.status_code == 422
    assert client.get(reverse("sheets:new", args=["nothing"])).status_code == 404
    answer = client.post(reverse("sheets:new", args=["insured"]), {"format": "xlsx", "purpose": "核对"})
    export = Export.objects.get()
    assert answer.url == reverse("sheets:export", args=[export.pk])
    assert reverse("sheets:fetch", args=[export.pk]) in client.get(answer.url).content.decode()
    file = client.post(reverse("sheets:fetch", args=[export.pk]))
    assert file.headers["Cache-Control"] == "no-store, private"
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert load_workbook(io.BytesIO(file.content)).active.max_row == HEAD_ROW + 1


def test_the_database_refuses_numbers_in_full_without_a_purpose(world: World) -> None:
    insure_household(world.own)
    export = ask(officer(world))
    with connection.cursor() as cursor, pytest.raises(Exception, match="export_in_full_has_purpose"):
        cursor.execute("UPDATE sheets_export SET \"full\" = true, purpose = '' WHERE id = %s", [export.pk])
