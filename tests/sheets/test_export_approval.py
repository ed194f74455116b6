"""Large exports with numbers in full wait for somebody else; every file says whose it is; nothing is made or handed
over for whoever was moved or disabled meanwhile; no number is left behind in logs, addresses or temporary files."""

import csv
import datetime
import io
import logging
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.sheets import services
from jincheng_insurance.sheets.models import Export
from jincheng_insurance.sheets.selectors import waiting_for_approval
from jincheng_insurance.web.logs import Redacted
from tests.sheets.test_exports import ask, made, number_of, officer
from tests.world import World, insure_household, insure_person, move_post, second_officer

State = Export.State
FULL: dict[str, Any] = {"full": True, "purpose": "交承保机构建档"}


@pytest.fixture
def large(world: World, settings: Any) -> Export:
    """Three rows in full where two need no approval."""
    settings.EXPORT_APPROVAL_ROWS = 2
    insure_household(world.own, persons=3)
    return ask(officer(world), **FULL)


def remade(export: Export) -> Export:
    services.make_export(export_id=export.pk)
    export.refresh_from_db()
    return export


def test_a_large_export_in_full_waits_and_is_not_made(large: Export) -> None:
    assert large.state == State.WAITING
    assert services.unfinished_exports() == []
    assert remade(large).state == State.WAITING


def test_a_large_one_masked_and_a_small_one_in_full_wait_for_nobody(world: World, settings: Any) -> None:
    insure_household(world.own, persons=3)
    settings.EXPORT_APPROVAL_ROWS = 2
    assert ask(officer(world), purpose="核对").state == State.QUEUED
    settings.EXPORT_APPROVAL_ROWS = 3
    assert ask(officer(world), **FULL).state == State.QUEUED


def test_many_small_ones_in_full_wait_as_one_large_one_does(world: World, settings: Any) -> None:
    settings.EXPORT_APPROVAL_ROWS = 5
    insure_household(world.own, persons=2)
    exports = [ask(officer(world), **FULL) for _time in range(3)]
    assert [export.state for export in exports] == [State.QUEUED, State.QUEUED, State.WAITING]
    services.approve_export(export=exports[2], actor=world.own[Role.CITY_OFFICER])
    assert remade(exports[2]).state == State.READY
    assert ask(officer(world)).state == State.QUEUED
    Export.objects.update(asked_at=timezone.now() - datetime.timedelta(hours=25))
    assert ask(officer(world), **FULL).state == State.QUEUED


@pytest.mark.parametrize("who", ["the city", "a colleague"])
def test_somebody_else_approves_and_it_is_made(world: World, large: Export, who: str) -> None:
    approver = world.own[Role.CITY_OFFICER] if who == "the city" else second_officer(world.own)
    assert waiting_for_approval(approver) == [large]
    services.approve_export(export=large, actor=approver)
    export = remade(large)
    assert (export.state, export.decided_by) == (State.READY, approver)
    record = AuditRecord.objects.get(act="approve_export")
    assert (record.actor, record.facts) == (approver, {"rows": 3, "in_full": True})


def test_neither_its_maker_nor_another_county_decides_on_it(world: World, large: Export) -> None:
    for actor in (officer(world), world.foreign[Role.COUNTY_OFFICER]):
        assert waiting_for_approval(actor) == []
        with pytest.raises(Http404):
            services.approve_export(export=large, actor=actor)
        with pytest.raises(Http404):
            services.refuse_export(export=large, reason="不需要", actor=actor)
    with pytest.raises(IntegrityError, match="export_decided_by_another"), transaction.atomic():
        Export.objects.filter(pk=large.pk).update(decided_by=officer(world))


def test_a_refused_one_says_why_and_is_never_made(world: World, large: Export, client: Client) -> None:
    with pytest.raises(Refused):
        services.refuse_export(export=large, reason=" ", actor=world.own[Role.CITY_OFFICER])
    services.refuse_export(export=large, reason="只需要本乡镇", actor=world.own[Role.CITY_OFFICER])
    assert remade(large).state == State.REFUSED
    client.force_login(officer(world))
    assert "只需要本乡镇" in client.get(reverse("sheets:export", args=[large.pk])).content.decode()
    with pytest.raises(Http404):
        services.approve_export(export=large, actor=world.own[Role.CITY_OFFICER])


def test_a_list_that_has_outgrown_its_approval_is_not_made(world: World, large: Export) -> None:
    services.approve_export(export=large, actor=world.own[Role.CITY_OFFICER])
    insure_household(world.own, persons=3)
    export = remade(large)
    assert (export.state, export.failure) == (State.FAILED, "not_approved")


def test_a_small_one_that_has_become_large_is_not_made_without_approval(world: World, settings: Any) -> None:
    settings.EXPORT_APPROVAL_ROWS = 2
    insure_household(world.own, persons=2)
    export = ask(officer(world), **FULL)
    insure_household(world.own, persons=1)
    assert remade(export).failure == "not_approved"


def test_what_nobody_decides_on_fails_after_a_week(large: Export) -> None:
    services.expire_exports()
    large.refresh_from_db()
    assert large.state == State.WAITING
    Export.objects.filter(pk=large.pk).update(asked_at=timezone.now() - datetime.timedelta(days=7))
    services.expire_exports()
    large.refresh_from_db()
    assert (large.state, large.failure) == (State.FAILED, "not_decided")


@pytest.mark.parametrize("change", ["disabled", "moved"])
def test_a_queued_export_of_somebody_disabled_or_moved_is_not_made(world: World, change: str) -> None:
    insure_household(world.own)
    insure_household(world.foreign)
    export = ask(officer(world))
    if change == "disabled":
        User.objects.filter(pk=officer(world).pk).update(is_active=False)
    else:
        move_post(officer(world), world.foreign.county)
    export = remade(export)
    assert (export.state, export.failure, export.stored_as) == (State.FAILED, "not_allowed", "")


@pytest.mark.parametrize("change", ["disabled", "moved"])
def test_a_ready_file_is_not_handed_to_somebody_disabled_or_moved(
    world: World, client: Client, change: str
) -> None:
    insure_household(world.own)
    export = made(officer(world))
    client.force_login(officer(world))
    if change == "disabled":
        User.objects.filter(pk=officer(world).pk).update(is_active=False)
    else:
        move_post(officer(world), world.foreign.county)
    answer = client.post(reverse("sheets:fetch", args=[export.pk]))
    assert answer.status_code == (302 if change == "disabled" else 404)
    assert answer.headers.get("Location", "").startswith(reverse("access:login")) == (change == "disabled")
    with pytest.raises(Http404):
        services.fetch_export(export=export, actor=officer(world))


def test_every_file_says_whose_it_is(world: World) -> None:
    insure_household(world.own, persons=2)
    User.objects.filter(pk=officer(world).pk).update(unit="=HYPERLINK(1)")
    actor = officer(world)
    export = made(actor, **FULL)
    book = load_workbook(io.BytesIO(services.fetch_export(export=export, actor=actor)))
    mark = f"{export.number} · {actor}"
    sheet = book.active
    assert sheet["A2"].data_type == "s"
    places = [
        sheet["A2"].value,
        sheet.oddHeader.right.text,
        sheet.oddFooter.left.text,
        book.properties.creator,
        book.properties.description,
    ]
    assert all(mark in str(place) for place in places), places
    export = made(actor, file_format="csv")
    data = services.fetch_export(export=export, actor=actor).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data)))
    assert len(rows) == 2
    assert all(row["导出编号"].startswith(f"{export.number} · {actor}") for row in rows)


def test_pages_lead_through_the_approval(world: World, large: Export, client: Client) -> None:
    client.force_login(world.own[Role.CITY_OFFICER])
    page = reverse("sheets:approval", args=[large.pk])
    assert page in client.get(reverse("sheets:exports")).content.decode()
    assert "交承保机构建档" in client.get(page).content.decode()
    assert client.post(reverse("sheets:refuse", args=[large.pk]), {"reason": ""}).status_code == 422
    assert client.post(reverse("sheets:approve", args=[large.pk])).status_code == 302
    large.refresh_from_db()
    assert large.state == State.QUEUED


def test_after_an_export_no_number_stands_in_logs_addresses_or_temporary_files(
    world: World,
    client: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    number = number_of(insure_person(world.own).roster_person)
    client.force_login(officer(world))
    caplog.handler.setFormatter(Redacted("{message}", style="{"))
    with caplog.at_level(logging.DEBUG):
        asked = client.post(
            reverse("sheets:new", args=["insured"]), {"format": "csv", "full": "on", "purpose": "建档"}
        )
        answer = client.post(f"{asked.url}file/")
    assert number in answer.content.decode("utf-8-sig")
    assert number not in caplog.text
    assert number not in asked.url + str(answer.headers)
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in left if number.encode() in path.read_bytes()]
    assert not AuditRecord.objects.filter(facts__icontains=number).exists()
