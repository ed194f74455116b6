"""Duties that follow from an alert: owed with it, drafted, handed in, received or returned, escalated once (R21)."""

import datetime
import io
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from docx import Document

from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.web.downloads import DOCX
from jincheng_insurance.web.uploads import check_upload
from jincheng_insurance.web.word import write_word
from jincheng_insurance.web.working_days import add_working_days
from premiums.services.statements import issue_statement
from riskpool.models import Alert, Duty, DutyPaper, Notice
from riskpool.paper.report import duty_report
from riskpool.selectors.duties import duties
from riskpool.services.alerts import evaluate_agreement
from riskpool.services.duties import (
    draft_report,
    escalate_overdue,
    hand_in_report,
    open_report,
    receive_report,
    return_report,
    upload_report,
)
from tests.papers import pdf, picture
from tests.world import Party, World, bill_facts, insure_person, reported_claim

SECTIONS = {"causes": "住院人次上升", "measures": "加强审核", "forecast": "年底约百分之九十"}


def alerted(party: Party, *, reserve: str = "156.01") -> dict[str, Duty]:
    """A party whose ratio is above every level (or as far as `reserve` takes it); its duties by kind."""
    person = insure_person(party)
    issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])
    reported_claim(party, person, reserve=reserve)
    evaluate_agreement(agreement_id=party.agreement.pk)
    return {duty.kind: duty for duty in Duty.objects.filter(agreement=party.agreement)}


def word_with(**parts: bytes) -> bytes:
    """A plain Word document with further parts, `__` in their names standing for a slash."""
    out = io.BytesIO()
    document = Document()
    document.add_paragraph("报告")
    document.save(out)
    with zipfile.ZipFile(out, "a") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def test_each_level_obliges_whom_the_document_says_by_working_days(world: World) -> None:
    made = alerted(world.own)
    fired_on = {
        alert.level: alert.fired_at.astimezone(datetime.timezone(datetime.timedelta(hours=8))).date()
        for alert in Alert.objects.all()
    }
    assert {kind: duty.due_on for kind, duty in made.items()} == {
        "special_report": add_working_days(fired_on[80], 5),
        "investigation": add_working_days(fired_on[100], 10),
        "government_share": None,
    }
    evaluate_agreement(agreement_id=world.own.agreement.pk)
    assert Duty.objects.count() == 3


def test_only_the_levels_that_fired_oblige_anybody(world: World) -> None:
    assert set(alerted(world.own, reserve="104.01")) == {"special_report"}


def test_a_report_goes_back_and_forth_until_it_is_received(world: World) -> None:
    own = world.own
    duty = alerted(own)["special_report"]
    draft_report(duty=duty, sections={"causes": "住院人次上升"}, actor=own[Role.ADJUSTER])
    with pytest.raises(Refused) as caught:
        hand_in_report(duty=duty, sections={"causes": "住院"}, actor=own[Role.ADJUSTER])
    assert caught.value.field == "measures"
    hand_in_report(duty=duty, sections=SECTIONS, actor=own[Role.ADJUSTER])
    return_report(duty=duty, remarks="请补充村级数据", actor=own[Role.COUNTY_FINANCE])
    upload_report(duty=duty, data=pdf(), file_name="140524199001011234.pdf", actor=own[Role.REVIEWER])
    receive_report(duty=duty, actor=own[Role.COUNTY_OFFICER])
    duty.refresh_from_db()
    assert duty.state == Duty.State.RECEIVED
    steps = list(duty.events.order_by("id").values_list("step", flat=True))
    assert steps == ["owed", "drafted", "handed_in", "returned", "handed_in", "received"]
    made, uploaded = duty.papers.order_by("id")
    assert (made.made, uploaded.made, uploaded.file_name) == (True, False, "***.pdf")
    assert open_report(paper=uploaded, actor=own[Role.AUDITOR]) == pdf()
    with pytest.raises(Refused):
        hand_in_report(duty=duty, sections=SECTIONS, actor=own[Role.ADJUSTER])
    assert AuditRecord.objects.filter(object_type="riskpool.duty", object_id=str(duty.pk)).count() == 6


def test_nobody_but_its_writers_hands_in_and_nobody_receives_their_own(world: World) -> None:
    own, foreign = world.own, world.foreign
    made = alerted(own)
    for actor in (own[Role.COUNTY_OFFICER], own[Role.CITY_OFFICER], foreign[Role.ADJUSTER]):
        with pytest.raises(PermissionDenied):
            hand_in_report(duty=made["special_report"], sections=SECTIONS, actor=actor)
    with pytest.raises(PermissionDenied):
        receive_report(duty=made["special_report"], actor=own[Role.ADJUSTER])
    hand_in_report(duty=made["investigation"], sections=SECTIONS, actor=own[Role.COUNTY_FINANCE])
    with pytest.raises(PermissionDenied):
        receive_report(duty=made["investigation"], actor=own[Role.COUNTY_OFFICER])
    receive_report(duty=made["investigation"], actor=own[Role.CITY_FINANCE])
    receive_report(duty=made["government_share"], actor=own[Role.CITY_FINANCE])
    with pytest.raises(Refused):
        return_report(duty=made["government_share"], remarks="不", actor=own[Role.CITY_FINANCE])


def test_an_overdue_report_is_escalated_to_the_city_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = alerted(world.own)
    after = made["special_report"].due_on + datetime.timedelta(days=1)
    assert escalate_overdue() == []
    for room in ("riskpool.services.duties", "riskpool.models.duty", "riskpool.selectors.duties"):
        monkeypatch.setattr(f"{room}.timezone.localdate", lambda *_args: after)
    assert [duty.kind for duty in escalate_overdue()] == ["special_report"]
    assert escalate_overdue() == []
    told = Notice.objects.filter(kind=Notice.Kind.DUTY_OVERDUE).values_list("user", flat=True)
    roles = (Role.ADJUSTER, Role.REVIEWER, Role.CITY_OFFICER)
    expected = [world.own[role].pk for role in roles] + [world.own.payer.pk]
    assert sorted(told) == sorted(expected)
    register = list(duties(world.own[Role.CITY_OFFICER], world.year))
    assert (register[0].kind, register[0].overdue, register[1].overdue) == ("special_report", True, False)


def test_the_report_holds_the_figures_and_no_persons(world: World) -> None:
    from claims.services.bills import add_bill

    own = world.own
    person = insure_person(own, names=("张三丰",))
    issue_statement(agreement=own.agreement, actor=own[Role.COUNTY_OFFICER])
    for diagnosis in ("脑梗死", "脑梗死", "脑梗死", "罕见病"):
        claim = reported_claim(own, person, reserve="100.01")
        facts = replace(bill_facts("5000"), diagnosis=diagnosis)
        add_bill(claim=claim, facts=facts, actor=own[Role.ADJUSTER])
    evaluate_agreement(agreement_id=own.agreement.pk)
    duty = Duty.objects.get(kind="special_report")
    document = Document(io.BytesIO(write_word(duty_report(duty))))
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    text = "\n".join(paragraph.text for paragraph in document.paragraphs) + str(cells)
    assert ["脑梗死", "3", "300.03"] in cells
    assert ["其他及未注明", "1", "100.01"] in cells
    assert ["合计", "4", "0.00", "400.04", "400.04"] in cells
    assert "130.00" in text
    assert "307.72%" in text
    for hidden in ("罕见病", "张三丰", duty.agreement.claim_set.first().number):
        assert hidden not in text


@pytest.mark.parametrize(
    "data",
    [
        picture(),
        b"",
        b"PK\x03\x04 nothing",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        word_with(word__vbaProject_bin=b"x", **{"word__vbaProject.bin": b"x"}),
        word_with(**{"word__embeddings__a.xlsx": b"x"}),
        word_with(
            **{
                "word___rels__settings.xml.rels": b'<Relationships><Relationship Id="1" Target="http://x/a.dotm"'
                b' Type="t/attachedTemplate" TargetMode="External"/></Relationships>'
            }
        ),
        word_with(**{"word__more.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}),
    ],
    ids=["picture", "empty", "cut", "old", "macros", "embedded", "template", "doctype"],
)
def test_what_is_no_harmless_word_document_or_pdf_is_refused_by_content(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        check_upload(data, of="reports")
    assert caught.value.field == "file"


def test_a_word_document_is_a_report_and_no_paper_of_a_claim() -> None:
    assert check_upload(word_with(), of="reports").content_type == DOCX
    assert check_upload(pdf(), of="reports").content_type == "application/pdf"
    with pytest.raises(Refused):
        check_upload(word_with())


def test_postgresql_keeps_duties_and_reports(world: World) -> None:
    duty = alerted(world.own)["special_report"]
    hand_in_report(duty=duty, sections=SECTIONS, actor=world.own[Role.ADJUSTER])
    changes = (
        lambda: Duty.objects.filter(pk=duty.pk).update(due_on=datetime.date(2028, 1, 1)),
        lambda: Duty.objects.filter(pk=duty.pk).delete(),
        lambda: DutyPaper.objects.update(made=False),
    )
    for change in changes:
        with pytest.raises((DatabaseError, TypeError)), transaction.atomic():
            change()
    receive_report(duty=duty, actor=world.own[Role.COUNTY_OFFICER])
    with pytest.raises(DatabaseError, match="rests once received"), transaction.atomic():
        Duty.objects.filter(pk=duty.pk).update(causes="改")


def test_the_incurred_of_the_alert_is_in_the_report(world: World) -> None:
    duty = alerted(world.own)["special_report"]
    facts = dict(duty_report(duty).blocks[0].rows)
    assert duty.alert.incurred == Decimal("156.01")
    assert any("120.01%" in value for value in facts.values())
