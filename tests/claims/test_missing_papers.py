"""Papers missing at the moment of decision: named beside the button, approved without only by a conscious tick, asked
for once and only what this claim can need (R26); and what the claim's page says in the same breath."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from claims.checklists import askable_papers
from claims.models import Claim, DocumentKind, DocumentRequest
from claims.services.bills import add_bill
from claims.services.decision import submit_claim
from claims.services.documents import ask_for_documents, missing_documents
from claims.services.loss import sign_off
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from tests.papers import added_document, picture
from tests.world import (
    World,
    bill_facts,
    insure_person,
    reported_claim,
    reported_loss,
    submitted_claim,
    submitted_loss,
)


def reviewer(world: World) -> Client:
    client = Client()
    client.force_login(world.own[Role.REVIEWER])
    return client


def hand_in_all(world: World, claim: Claim) -> None:
    for place, kind in enumerate(missing_documents(claim)):
        added_document(claim, world.own, kind=kind, data=picture(size=(20 + place, 20)))


def test_missing_papers_are_named_and_approval_without_them_takes_a_tick_on_record(world: World) -> None:
    claim = submitted_claim(world.own)
    added_document(claim, world.own, kind="invoice")
    client, page = reviewer(world), reverse("claims:claim", args=[claim.pk])
    text = client.get(page).content.decode()
    form = text[text.index(reverse("claims:approve", args=[claim.pk])) :]
    form = form[: form.index("</form>")]
    assert "还缺：身份证" in form
    assert "发票" not in form
    address = reverse("claims:approve", args=[claim.pk])
    refused = client.post(address, {"reason": ""})
    assert refused.status_code == 422
    assert "材料不全" in refused.content.decode()
    claim.refresh_from_db()
    assert claim.state == "submitted"
    assert client.post(address, {"reason": "", "without_papers": "on"}).status_code == 302
    facts = AuditRecord.objects.get(act="approve_claim").facts
    assert facts["without_papers"] is True
    assert facts["missing"] == ["identity_card", "bank_card", "settlement", "discharge"]


def test_a_complete_claim_is_approved_without_a_tick(world: World) -> None:
    claim = submitted_claim(world.own)
    hand_in_all(world, claim)
    client = reviewer(world)
    assert "without_papers" not in client.get(reverse("claims:claim", args=[claim.pk])).content.decode()
    answer = client.post(reverse("claims:approve", args=[claim.pk]), {"reason": ""}, follow=True)
    assert "核定赔付 1,500.00 元" in answer.content.decode()
    assert "missing" not in AuditRecord.objects.get(act="approve_claim").facts


def test_a_claim_approved_at_nothing_is_said_to_be_closed(world: World) -> None:
    claim = submitted_claim(world.own, self_pay="1500")
    hand_in_all(world, claim)
    answer = reviewer(world).post(reverse("claims:approve", args=[claim.pk]), {"reason": ""}, follow=True)
    assert "0.00 元结案" in answer.content.decode()


def test_a_return_offers_only_this_claims_papers_and_ticks_none(world: World) -> None:
    claim = submitted_claim(world.own)
    added_document(claim, world.own, kind="invoice")
    text = reviewer(world).get(reverse("claims:claim", args=[claim.pk])).content.decode()
    form = text[text.index(reverse("claims:return", args=[claim.pk])) :]
    form = form[: form.index("</form>")]
    for kind in ("identity_card", "bank_card", "settlement", "discharge"):
        assert f'value="{kind}"' in form
    assert " checked" not in form
    for kind in ("invoice", "photograph", "police_report", "loss_list", "outpatient_record"):
        assert f'value="{kind}"' not in form
    assert 'value="relation"' in form
    address = reverse("claims:return", args=[claim.pk])
    assert reviewer(world).post(address, {"reason": "金额有误"}).status_code == 302
    assert not DocumentRequest.objects.exists()


def test_R26_the_one_list_is_named_once_more_before_it_is_sent(world: World, client: Client) -> None:
    claim = reported_claim(world.own)
    client.force_login(world.own[Role.ADJUSTER])
    address = reverse("claims:ask_for_documents", args=[claim.pk])
    sent = {"missing": ["invoice", "bank_card"], "note": "请带原件"}
    asked = client.post(address, sent)
    page = asked.content.decode()
    assert asked.status_code == 200
    for text in ("医疗费用发票", "银行卡", "请带原件", "只能通知一次"):
        assert text in page
    assert not DocumentRequest.objects.exists()
    assert client.post(address, {"missing": [], "note": "", "sure": "on"}).status_code == 422
    answer = client.post(address, sent | {"sure": "on"})
    assert answer.url == reverse("claims:documents_notice", args=[claim.pk])
    request = DocumentRequest.objects.get()
    assert (request.missing, request.note) == (["bank_card", "invoice"], "请带原件")
    assert client.post(address, {"missing": ["discharge"], "note": ""}).status_code == 422


def test_what_was_asked_for_is_said_and_not_offered_again(world: World) -> None:
    claim = reported_claim(world.own)
    add_bill(claim=claim, facts=bill_facts("5000"), actor=world.own[Role.ADJUSTER])
    ask_for_documents(claim=claim, missing=["discharge"], note="", actor=world.own[Role.ADJUSTER])
    submit_claim(claim=claim, actor=world.own[Role.ADJUSTER])
    client, address = reviewer(world), reverse("claims:return", args=[claim.pk])
    text = client.get(reverse("claims:claim", args=[claim.pk])).content.decode()
    form = text[text.index(address) :]
    form = form[: form.index("</form>")]
    assert "一次性告知，清单为： 出院小结" in form.replace("\n", " ")
    assert 'name="missing"' not in form
    again = client.post(address, {"reason": "再补", "missing": ["bank_card"]})
    assert again.status_code == 422
    assert DocumentRequest.objects.count() == 1
    assert client.post(address, {"reason": "金额有误"}).status_code == 302


def test_papers_of_another_cover_are_refused_by_the_service(world: World) -> None:
    claim = reported_claim(world.own)
    with pytest.raises(Refused, match=r"no such paper|不需要") as refusal:
        ask_for_documents(
            claim=claim, missing=["invoice", "loss_list"], note="", actor=world.own[Role.ADJUSTER]
        )
    assert refusal.value.field == "missing"
    loss = reported_loss(world.own)
    with pytest.raises(Refused):
        ask_for_documents(claim=loss, missing=["discharge"], note="", actor=world.own[Role.ADJUSTER])
    assert not DocumentRequest.objects.exists()


def test_every_paper_that_can_be_asked_for_says_what_it_has_to_show(world: World) -> None:
    for claim in (reported_claim(world.own), submitted_loss(world.own)):
        papers = askable_papers(claim)
        assert {DocumentKind.RELATION, DocumentKind.OTHER} <= {paper.kind for paper in papers}
        with override("zh-hans"):
            assert all(str(paper.purpose).strip() for paper in papers)
    with override("zh-hans"):
        kinds = {paper.kind for paper in askable_papers(reported_claim(world.own))}
    assert {DocumentKind.DISCHARGE, DocumentKind.OUTPATIENT_RECORD} <= kinds
    assert DocumentKind.PHOTOGRAPH not in kinds


def test_a_button_that_cannot_be_pressed_says_why_and_no_amount(world: World) -> None:
    claim = submitted_claim(world.own, insure_person(world.own, basic_insurance="unknown"))
    text = reviewer(world).get(reverse("claims:claim", args=[claim.pk])).content.decode()
    form = text[text.index(reverse("claims:approve", args=[claim.pk])) :]
    form = form[: form.index("</form>")]
    assert "disabled" in form
    assert "审批通过 0.00" not in form
    assert "是否参加基本医保" in form


def test_the_timeline_says_who_signed_when(world: World) -> None:
    claim = reported_loss(world.own)
    with override("zh-hans"):
        sign_off(
            claim=claim,
            party="village",
            signed_by="赵村长",
            on=timezone.localdate(),
            actor=world.own[Role.ADJUSTER],
        )
    event = claim.events.order_by("id").last()
    assert event is not None
    assert (event.step, event.to_state) == ("sign", "assessing")
    text = reviewer(world).get(reverse("claims:claim", args=[claim.pk])).content.decode()
    assert "定损签字" in text
    assert "村委会 · 赵村长 · " in text


def test_one_wrong_date_has_one_text(world: World) -> None:
    """The live calculation refuses a bill of tomorrow in the very words in which entering it is refused."""
    claim = reported_claim(world.own)
    client = Client()
    client.force_login(world.own[Role.ADJUSTER])
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    sent = {
        "care": "outpatient",
        "hospital": "晋城市人民医院",
        "invoice_number": "F77",
        "on": tomorrow.isoformat(),
        "bill": "3000",
    }
    for name in ("claims:calculation", "claims:add_bill"):
        text = client.post(reverse(name, args=[claim.pk]), sent).content.decode()
        assert "费用单据的日期不能晚于今天" in text
        assert tomorrow.isoformat() not in text.replace(f'value="{tomorrow.isoformat()}"', "")
