"""The papers of a claim: who hands in and sees them, what the checklist misses, and that one asks once."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from claims.checklists import CHECKLISTS, Case, needed_papers
from claims.models import Care, Claim, ClaimDocument, DocumentKind, DocumentRequest
from claims.services import documents
from claims.services.bills import add_bill
from claims.services.decision import return_claim, submit_claim
from claims.services.documents import (
    add_document,
    ask_for_documents,
    missing_documents,
    open_document,
    remove_document,
    standing_documents,
)
from claims.services.outcome import reopen_claim, withdraw_claim
from claims.services.payment import record_payment
from claims.views.documents import documents_panel
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from tests.papers import added_document, pdf, photograph, picture
from tests.world import World, approved_claim, bill_facts, reported_claim, reported_loss, submitted_claim


def signed_in(world: World, role: Role, *, foreign: bool = False) -> Client:
    client = Client()
    client.force_login((world.foreign if foreign else world.own)[role])
    return client


def opened(world: World, role: Role, document: ClaimDocument, reason: str = "核对单据") -> HttpResponse:
    path = reverse("claims:document", args=[document.pk])
    return signed_in(world, role).post(path, {"reason": reason})


def stored_files() -> int:
    folder = Path(settings.UPLOAD_DIR)
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_a_paper_is_kept_sealed_and_comes_back_as_it_was(world: World) -> None:
    document = added_document(reported_claim(world.own), world.own, data=pdf(), name="结算单.pdf")
    kept = Path(settings.UPLOAD_DIR) / document.stored_as
    assert b"%PDF" not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
    assert open_document(document=document, reason="核对单据", actor=world.own[Role.REVIEWER]) == pdf()


def test_each_look_at_a_paper_is_on_record_without_its_name(world: World) -> None:
    claim = reported_claim(world.own)
    document = added_document(claim, world.own, name="身份证140524199001011234.png")
    open_document(document=document, reason="核对单据", actor=world.own[Role.COUNTY_OFFICER])
    record = AuditRecord.objects.get(act="open_document")
    assert (record.actor, record.object_id, record.county) == (
        world.own[Role.COUNTY_OFFICER],
        str(document.pk),
        world.own.county,
    )
    assert record.facts == {"claim": claim.number, "kind": "identity_card"}
    assert record.reason == "核对单据"
    assert "140524199001011234" not in document.file_name


def test_nobody_looks_at_a_paper_without_saying_why(world: World) -> None:
    document = added_document(reported_claim(world.own), world.own)
    with pytest.raises(Refused) as caught:
        open_document(document=document, reason=" ", actor=world.own[Role.REVIEWER])
    assert (caught.value.field, caught.value.rule) == ("reason", "R25")
    assert opened(world, Role.REVIEWER, document, "").status_code == 422
    path = reverse("claims:document", args=[document.pk])
    assert signed_in(world, Role.REVIEWER).get(path).status_code == 405
    assert not AuditRecord.objects.filter(act="open_document").exists()


def test_a_paper_of_another_party_can_not_be_opened_even_by_the_service(world: World) -> None:
    document = added_document(reported_claim(world.own), world.own)
    with pytest.raises(PermissionDenied):
        open_document(document=document, reason="核对单据", actor=world.foreign[Role.ADJUSTER])
    assert not AuditRecord.objects.filter(act="open_document").exists()


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.COUNTY_OFFICER, Role.CITY_OFFICER, Role.AUDITOR])
def test_only_the_adjuster_hands_papers_in(world: World, role: Role) -> None:
    claim = reported_claim(world.own)
    with pytest.raises(PermissionDenied):
        add_document(claim=claim, kind="invoice", data=picture(), file_name="a.png", actor=world.own[role])


def test_the_same_file_twice_is_refused_with_the_day_of_the_first(world: World) -> None:
    claim = reported_claim(world.own)
    first = added_document(claim, world.own, data=photograph(), name="first.jpg")
    files = stored_files()
    with pytest.raises(Refused, match=r"first\.jpg"):
        added_document(claim, world.own, kind="invoice", data=photograph(), name="second.jpg")
    assert stored_files() == files
    added_document(reported_claim(world.own), world.own, data=photograph())
    remove_document(document=first, reason="blurred", actor=world.own[Role.ADJUSTER])
    added_document(claim, world.own, data=photograph(), name="again.jpg")


def test_the_database_itself_refuses_the_same_file_twice(world: World) -> None:
    document = added_document(reported_claim(world.own), world.own)
    document.pk, document.stored_as, document._state.adding = None, "another", True
    with pytest.raises(IntegrityError, match="document_once_per_claim"), transaction.atomic():
        document.save()


def test_a_claim_holds_forty_papers_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_DOCUMENTS", 2)
    claim = reported_claim(world.own)
    for colour in ("red", "green"):
        added_document(claim, world.own, data=picture(colour=colour))
    files = stored_files()
    with pytest.raises(Refused, match="2"):
        added_document(claim, world.own, data=picture(colour="blue"))
    assert stored_files() == files


def test_a_closed_claim_takes_no_more_papers(world: World) -> None:
    claim = approved_claim(world.own)
    added_document(claim, world.own, data=picture(colour="red"))
    record_payment(claim=claim, paid_on=timezone.localdate(), reference="B1", actor=world.own.payer)
    claim.refresh_from_db()
    with pytest.raises(Refused):
        added_document(claim, world.own, data=picture(colour="green"))


def test_a_paper_is_removed_with_a_reason_before_submission_only(world: World) -> None:
    claim = reported_claim(world.own)
    kept, gone = added_document(claim, world.own), added_document(claim, world.own, data=pdf())
    with pytest.raises(Refused):
        remove_document(document=gone, reason=" ", actor=world.own[Role.ADJUSTER])
    remove_document(document=gone, reason="of another person", actor=world.own[Role.ADJUSTER])
    gone.refresh_from_db()
    assert (gone.removed_by, gone.removal_reason) == (world.own[Role.ADJUSTER], "of another person")
    assert standing_documents(claim) == [kept]
    with pytest.raises(Refused):
        open_document(document=gone, reason="核对单据", actor=world.own[Role.REVIEWER])
    add_bill(claim=claim, facts=bill_facts("5000"), actor=world.own[Role.ADJUSTER])
    submit_claim(claim=claim, actor=world.own[Role.ADJUSTER])
    with pytest.raises(Refused):
        remove_document(document=kept, reason="late", actor=world.own[Role.ADJUSTER])


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM claims_claimdocument",
        "UPDATE claims_claimdocument SET stored_as = 'x'",
        "UPDATE claims_claimdocument SET sha256 = 'x', removed_at = now(), removed_by_id = uploaded_by_id,"
        " removal_reason = 'x'",
        "DELETE FROM claims_documentrequest",
        "UPDATE claims_documentrequest SET note = 'x'",
    ],
)
def test_postgresql_lets_nobody_change_what_was_handed_in_or_asked_for(world: World, change: str) -> None:
    claim = reported_claim(world.own)
    added_document(claim, world.own)
    ask_for_documents(claim=claim, missing=["invoice"], note="", actor=world.own[Role.ADJUSTER])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_a_removal_is_not_taken_back(world: World) -> None:
    document = added_document(reported_claim(world.own), world.own)
    remove_document(document=document, reason="blurred", actor=world.own[Role.ADJUSTER])
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        ClaimDocument.objects.filter(pk=document.pk).update(
            removed_at=None, removed_by=None, removal_reason=""
        )


def test_a_stored_file_that_is_gone_or_tampered_with_is_a_refusal(world: World) -> None:
    claim = reported_claim(world.own)
    document, other = added_document(claim, world.own), added_document(claim, world.own, data=pdf())
    (Path(settings.UPLOAD_DIR) / document.stored_as).write_bytes(
        (Path(settings.UPLOAD_DIR) / other.stored_as).read_bytes()
    )
    with pytest.raises(Refused):
        open_document(document=document, reason="核对单据", actor=world.own[Role.ADJUSTER])
    (Path(settings.UPLOAD_DIR) / other.stored_as).unlink()
    answer = opened(world, Role.ADJUSTER, other)
    assert answer.status_code == 422
    assert "重新" in answer.content.decode()


def test_the_checklist_follows_the_bills(world: World) -> None:
    claim = reported_claim(world.own)
    assert DocumentKind.DISCHARGE in missing_documents(claim)
    add_bill(claim=claim, facts=bill_facts("1500", care=Care.OUTPATIENT), actor=world.own[Role.ADJUSTER])
    assert missing_documents(claim) == [
        DocumentKind.IDENTITY_CARD,
        DocumentKind.BANK_CARD,
        DocumentKind.INVOICE,
        DocumentKind.SETTLEMENT,
        DocumentKind.OUTPATIENT_RECORD,
    ]
    added_document(claim, world.own, kind="invoice")
    assert DocumentKind.INVOICE not in missing_documents(claim)
    add_bill(claim=claim, facts=bill_facts("5000"), actor=world.own[Role.ADJUSTER])
    assert {DocumentKind.DISCHARGE, DocumentKind.OUTPATIENT_RECORD} <= set(missing_documents(claim))


def test_every_case_has_a_list_and_theft_needs_the_police(world: World) -> None:
    assert set(CHECKLISTS) == set(Case)
    theft = {paper.kind for paper in needed_papers([Case.THEFT])}
    disaster = {paper.kind for paper in needed_papers([Case.DISASTER])}
    assert theft - disaster == {DocumentKind.POLICE_REPORT, DocumentKind.POLICE_FINDING}
    together = [paper.kind for paper in needed_papers(Case)]
    assert len(together) == len(set(together))


def test_missing_papers_are_asked_for_once(world: World) -> None:
    claim = reported_claim(world.own)
    ask_for_documents(
        claim=claim, missing=["discharge", "invoice"], note="both sides", actor=world.own[Role.ADJUSTER]
    )
    assert DocumentRequest.objects.get().missing == ["invoice", "discharge"]
    with pytest.raises(Refused) as caught:
        ask_for_documents(claim=claim, missing=["bank_card"], note="", actor=world.own[Role.ADJUSTER])
    assert caught.value.rule == "R26"
    assert str(timezone.localdate().day) in str(caught.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        DocumentRequest.objects.create(
            claim=claim, round=1, missing=["bank_card"], asked_by=world.own[Role.ADJUSTER]
        )


def test_a_reopened_claim_may_be_asked_about_once_more(world: World) -> None:
    claim = reported_claim(world.own)
    actor = world.own[Role.ADJUSTER]
    ask_for_documents(claim=claim, missing=["invoice"], note="", actor=actor)
    withdraw_claim(claim=claim, reason="误报", actor=actor)
    reopen_claim(claim=claim, reason="仍需理赔", reserve=Decimal(900), actor=actor)
    ask_for_documents(claim=claim, missing=["bank_card"], note="", actor=actor)
    assert list(claim.document_requests.values_list("round", flat=True)) == [1, 2]


def test_a_return_with_a_list_and_the_papers_panel_share_the_one_list(world: World) -> None:
    claim, actor = submitted_claim(world.own), world.own[Role.ADJUSTER]
    return_claim(claim=claim, reason="一次补齐", missing=["invoice"], actor=world.own[Role.REVIEWER])
    with pytest.raises(Refused) as caught:
        ask_for_documents(claim=claim, missing=["bank_card"], note="", actor=actor)
    assert caught.value.rule == "R26"
    notice = signed_in(world, Role.ADJUSTER).get(reverse("claims:documents_notice", args=[claim.pk]))
    assert "医疗费用发票" in notice.content.decode()
    assert "一次补齐" in notice.content.decode()
    page = signed_in(world, Role.ADJUSTER).get(reverse("claims:claim", args=[claim.pk])).content.decode()
    assert reverse("claims:documents_notice", args=[claim.pk]) in page
    assert reverse("claims:calculation_sheet", args=[claim.pk]) in page


def test_theft_needs_the_police_and_disaster_does_not(world: World) -> None:
    police = {DocumentKind.POLICE_REPORT, DocumentKind.POLICE_FINDING}
    assert not police & set(missing_documents(reported_loss(world.own)))
    stolen = reported_loss(world.own, cause="theft", peril="")
    assert police < set(missing_documents(stolen))


@pytest.mark.parametrize("missing", [[], ["passport"], ["identity_card"]])
def test_nothing_unknown_or_already_here_is_asked_for(world: World, missing: list[str]) -> None:
    claim = reported_claim(world.own)
    added_document(claim, world.own, kind="identity_card")
    with pytest.raises(Refused) as caught:
        ask_for_documents(claim=claim, missing=missing, note="", actor=world.own[Role.ADJUSTER])
    assert caught.value.field == "missing"


def upload(client: Client, claim: Claim, *files: tuple[str, bytes]) -> object:
    sent = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post(reverse("claims:documents", args=[claim.pk]), {"kind": "invoice", "file": sent})


def test_several_files_are_handed_in_at_once_and_the_bad_one_is_named(world: World) -> None:
    claim = reported_claim(world.own)
    answer = upload(
        signed_in(world, Role.ADJUSTER),
        claim,
        ("one.png", picture(colour="red")),
        ("page.jpg", b"<!doctype html><script>alert(1)</script>"),
        ("two.jpg", pdf()),
    )
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "page.jpg" in answer.content.decode()  # type: ignore[attr-defined]
    assert [document.file_name for document in standing_documents(claim)] == ["one.png", "two.pdf"]


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff" + b"\0" * (10 * 2**20)], ids=["empty", "over-size"])
def test_empty_and_over_size_files_get_a_clear_word(world: World, data: bytes) -> None:
    claim = reported_claim(world.own)
    answer = upload(signed_in(world, Role.ADJUSTER), claim, ("a.jpg", data))
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "a.jpg" in answer.content.decode()  # type: ignore[attr-defined]
    assert not standing_documents(claim)


@pytest.mark.parametrize(
    ("data", "shown"), [(picture(), "inline"), (pdf(), "attachment")], ids=["png", "pdf"]
)
def test_a_paper_is_served_so_that_nothing_in_it_runs_or_stays(world: World, data: bytes, shown: str) -> None:
    document = added_document(reported_claim(world.own), world.own, data=data, name='结算"单.png')
    answer = opened(world, Role.REVIEWER, document)
    assert answer.status_code == 200
    assert answer["Content-Type"] == document.content_type
    assert answer["Content-Disposition"].startswith(f"{shown}; filename")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_a_photograph_is_served_without_where_it_was_taken(world: World) -> None:
    document = added_document(reported_claim(world.own), world.own, data=photograph(), name="a.jpg")
    answer = opened(world, Role.ADJUSTER, document)
    with Image.open(io.BytesIO(answer.content)) as image:
        assert not image.getexif()
    assert b"CANARY" not in answer.content


def test_the_page_shows_what_is_here_missing_asked_for_and_removed(world: World) -> None:
    claim = reported_claim(world.own)
    actor = world.own[Role.ADJUSTER]
    added_document(claim, world.own, name="证件.png")
    gone = added_document(claim, world.own, data=pdf(), name="错件.pdf")
    remove_document(document=gone, reason="不是本人", actor=actor)
    client = signed_in(world, Role.ADJUSTER)
    page = client.get(reverse("claims:documents", args=[claim.pk])).content.decode()
    assert "证件.png" in page
    assert "不是本人" in page
    assert 'value="invoice" id="id_missing_' in page
    sent = {"missing": ["invoice"], "note": "", "sure": "on"}
    client.post(reverse("claims:ask_for_documents", args=[claim.pk]), sent)
    assert "一次性通知" in client.get(reverse("claims:documents", args=[claim.pk])).content.decode()
    again = client.post(
        reverse("claims:ask_for_documents", args=[claim.pk]), {"missing": ["bank_card"], "note": ""}
    )
    assert again.status_code == 422
    assert "只能一次性通知" in again.content.decode()
    reviewer = signed_in(world, Role.REVIEWER).get(reverse("claims:documents", args=[claim.pk]))
    assert "multipart/form-data" not in reviewer.content.decode()


def test_the_panel_for_the_claims_own_page_says_what_is_missing_and_asked_for(world: World) -> None:
    claim = reported_claim(world.own)
    added_document(claim, world.own)
    ask_for_documents(claim=claim, missing=["invoice"], note="", actor=world.own[Role.ADJUSTER])
    for role, may_add in ((Role.ADJUSTER, True), (Role.REVIEWER, False)):
        context = documents_panel(claim, world.own[role])
        assert context["may_add"] is may_add
        panel = render_to_string("claims/documents/panel.html", context)
        assert "还缺：银行卡或存折复印件、医疗费用发票、医保结算单、出院小结" in panel
        assert reverse("claims:documents_notice", args=[claim.pk]) in panel
    links = render_to_string("claims/paper/links.html", {"claim": claim})
    assert reverse("claims:calculation_sheet", args=[claim.pk]) in links
    assert reverse("claims:decision_letter", args=[claim.pk]) not in links
    assert reverse("claims:posting") in render_to_string("claims/paper/list_links.html")
