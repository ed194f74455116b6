"""Papers of a claim and lists of many: what they say and must never say; page, Word and workbook agree."""

import datetime
import io
import re
import zipfile
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from claims import selectors
from claims.models import Care, Claim, Payment
from claims.paper import letters, lists, plain
from claims.paper.facts import ClaimFacts, claim_facts
from claims.paper.lists import Paid, Period, Posted
from claims.selectors.lists import grants_of, paid_until, payments_of
from claims.services import documents
from claims.services.batches import drop_line
from claims.services.bills import add_bill
from claims.services.payment import record_payment
from enrollment.selectors import identity_place
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import unseal
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.scheme.terms import default_terms
from jincheng_insurance.web.paper import Paper
from jincheng_insurance.web.paper_files import copy_mark
from jincheng_insurance.web.word import write_word
from tests.clock import Clock
from tests.papers import picture
from tests.world import (
    Party,
    World,
    approved_claim,
    approved_loss,
    bill_facts,
    drafted_batch,
    insure_household,
    insure_person,
    rejected_claim,
    reported_claim,
    reported_loss,
    reversed_payment,
)

TWIP = 635
PERIOD = Period("陵川县", datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))


def facts_of(world: World, claim: Claim) -> ClaimFacts:
    return claim_facts(selectors.claims(world.own[Role.ADJUSTER]).get(pk=claim.pk))


def second_claim(world: World) -> Claim:
    """Self-pay 3,000 and then 5,718.10: granted 500.00, then 2,859.05."""
    person = insure_person(world.own, names=("王小明",))
    approved_claim(world.own, person, self_pay="3000")
    return approved_claim(world.own, person, self_pay="5718.10")


def paid(party: Party, claim: Claim) -> Payment:
    return record_payment(claim=claim, paid_on=timezone.localdate(), reference="B1", actor=party.payer)


def word_text(data: bytes) -> str:
    """All that a Word document says, tables and footers included."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")]
    return "\n".join(re.sub(r"<[^>]+>", "", part) for part in parts)


def words_of(paper: Paper) -> str:
    return word_text(write_word(paper))


def signed_in(world: World, role: Role, *, foreign: bool = False, language: str = "") -> Client:
    client = Client()
    client.force_login((world.foreign if foreign else world.own)[role])
    if language:
        client.cookies["django_language"] = language
    return client


def test_the_calculation_sheet_shows_every_stage_of_the_stored_decision(world: World) -> None:
    claim = second_claim(world)
    sheet = letters.calculation_sheet(facts_of(world, claim))
    decision = claim.decisions.get()
    (stages,) = [table for table in sheet.tables if table.heading == "住院"]
    stored = decision.breakdown["cares"][0]["breakdown"]
    assert [(row[1], row[3]) for row in stages.rows] == [
        (stage["rule"], Decimal(stage["amount"])) for stage in stored
    ]
    text = words_of(sheet)
    for said in ("8,718.10", "2,000.00", "3,359.05", "500.00", "单据张数 2", "人民币贰仟捌佰伍拾玖元零伍分"):
        assert said in text
    (bills,) = [table for table in sheet.tables if len(table.columns) == 10]
    assert bills.total[3:] == (Decimal("6718.10"), Decimal(1000), 0, 0, 0, 0, Decimal("5718.10"))


def test_the_decision_letter_gives_figures_capitals_reasons_and_a_way_to_object(world: World) -> None:
    text = words_of(letters.decision_letter(facts_of(world, second_claim(world))))
    for said in (
        "赔付决定通知书",
        "王小明：",
        "2,859.05 元",
        "人民币贰仟捌佰伍拾玖元零伍分",
        "本年度您累计个人自付 8,718.10 元",
        "本年度此前已核定 500.00 元",
        "10 个工作日",
        "如有异议",
        "晋市乡振中心〔2025〕6号",
    ):
        assert said in text


def test_a_claim_below_the_deductible_is_told_why_and_that_it_counts_on(world: World) -> None:
    claim = approved_claim(world.own, self_pay="1500")
    text = words_of(letters.decision_letter(facts_of(world, claim)))
    assert "未超过起付线 2,000.00 元" in text
    assert "人民币零元整" in text
    assert "没有赔款支付" in text


def test_where_each_bill_bears_the_deductible_the_reason_says_so(world: World) -> None:
    claim = approved_claim(world.own, self_pay="1500")
    facts = facts_of(world, claim)
    object.__setattr__(facts, "terms", default_terms(2026).with_changes({"deductible_basis": "per_visit"}))
    assert "没有一张单据" in words_of(letters.decision_letter(facts))
    assert "每张单据先由自己负担" in words_of(plain.plain_words(facts))


def test_the_cap_is_named_where_it_cuts(world: World) -> None:
    claim = approved_claim(world.own, self_pay="90000")
    assert "年度限额为 20,000.00 元" in words_of(letters.decision_letter(facts_of(world, claim)))


def test_an_undecided_claim_has_plain_words_but_no_letter(world: World) -> None:
    claim = reported_claim(world.own)
    add_bill(claim=claim, facts=bill_facts("1500", care=Care.OUTPATIENT), actor=world.own[Role.ADJUSTER])
    facts = facts_of(world, claim)
    text = words_of(plain.plain_words(facts))
    assert "按目前录入的单据，您可得到" in text
    assert "250.00 元" in text
    with pytest.raises(ValueError, match="decided"):
        letters.decision_letter(facts)
    answer = signed_in(world, Role.ADJUSTER).get(reverse("claims:decision_letter", args=[claim.pk]))
    assert answer["Location"] == reverse("claims:claim", args=[claim.pk])


def test_a_paid_batch_is_posted_as_paid_with_its_last_day(world: World) -> None:
    claim = approved_claim(world.own)
    line = paid(world.own, claim).line
    rows = [Posted("村", "王小明", "medical", Decimal(1))]
    today = timezone.localdate()
    assert line is not None
    assert paid_until(line.batch) == today
    assert "已支付" in words_of(lists.batch_posting("陵川县", "ZF1", rows, paid_on=today))
    assert "拟支付" in words_of(lists.batch_posting("陵川县", "ZF1", rows))
    assert paid_until(drafted_batch(world.own)) is None
    page = signed_in(world, Role.COUNTY_OFFICER).get(reverse("claims:batch_posting", args=[line.batch_id]))
    assert "已支付" in page.content.decode()


def test_a_property_decision_makes_the_same_papers(world: World) -> None:
    household = insure_household(world.own)
    approved_loss(world.own, household, amount="15000")
    claim = approved_loss(world.own, household, amount="12000", recovered=Decimal(2000))
    facts = facts_of(world, claim)
    letter = words_of(letters.decision_letter(facts))
    assert "三方共同评估的损失为 12,000.00 元" in letter
    assert "因此本赔案赔付 5,000.00 元" in letter
    assert "（二）" in letter
    sheet = words_of(letters.calculation_sheet(facts))
    for said in ("自然灾害", "洪水", "电视机", "1台", "12,000.00", "签字人", "村委会", "5,000.00"):
        assert said in sheet
    assert "15,000.00" in words_of(plain.plain_words(facts))


def test_a_loss_not_signed_yet_is_reckoned_as_entered_and_its_sheet_says_who_is_missing(world: World) -> None:
    facts = facts_of(world, reported_loss(world.own, amount="3000"))
    assert facts.granted is None
    sheet = words_of(letters.calculation_sheet(facts))
    assert sheet.count("尚未签字") == 3
    assert "3,000.00" in sheet
    stolen = facts_of(world, reported_loss(world.own, cause="theft", peril=""))
    assert stolen.refusal
    assert stolen.refusal in words_of(letters.calculation_sheet(stolen))


def test_a_rejected_claim_has_a_letter_with_the_reviewers_account(world: World) -> None:
    claim = rejected_claim(world.own)
    facts = facts_of(world, claim)
    letter = words_of(letters.decision_letter(facts))
    for said in ("单据不全", "没有赔款支付", "人民币零元整", "如有异议"):
        assert said in letter
    (bills,) = [
        table for table in letters.calculation_sheet(facts).tables if table.total and len(table.columns) == 10
    ]
    assert len(bills.rows) == 1
    answer = signed_in(world, Role.ADJUSTER).get(reverse("claims:decision_letter", args=[claim.pk]))
    assert "单据不全" in answer.content.decode()


def test_a_reversed_decision_has_no_letter_and_its_payment_is_taken_out_of_the_list(world: World) -> None:
    line = reversed_payment(world.own)
    facts = facts_of(world, line.claim)
    assert (facts.granted, facts.paid_on, facts.decided_on) == (None, None, None)
    today = timezone.localdate()
    rows = payments_of(world.own[Role.ADJUSTER], county=world.own.county, first=today, last=today)
    assert [(row.amount, row.batch) for row in rows] == [
        (Decimal("1500.00"), line.batch.number),
        (Decimal("-1500.00"), line.batch.number),
    ]
    assert "人民币零元整" in words_of(lists.payment_list(PERIOD, rows))
    assert "人民币负壹仟伍佰元整" in words_of(lists.payment_list(PERIOD, rows[1:]))


def test_R28_a_batch_is_posted_with_village_masked_name_coverage_and_amount_only(world: World) -> None:
    person = insure_person(world.own, names=("王小明",))
    batch = drafted_batch(world.own, approved_claim(world.own, person), approved_claim(world.own))
    drop_line(line=batch.lines.exclude(claim__insured_person=person).get(), actor=world.own[Role.ADJUSTER])
    client = signed_in(world, Role.COUNTY_OFFICER)
    path = reverse("claims:batch_posting", args=[batch.pk])
    page = client.get(path).content.decode()
    article = page[page.index("<article") : page.index("</article>")]
    assert "王*明" in article
    assert "王小明" not in article
    assert article.count("1,500.00") == 1
    assert "6228480000000000001" not in article
    assert not AuditRecord.objects.filter(act="download_list").exists()
    assert "王*明" in word_text(client.get(path, {"format": "docx"}).content)
    assert AuditRecord.objects.get(act="download_list").facts["rows"] == 1


@pytest.mark.parametrize(
    "address", ["claims:calculation_sheet", "claims:decision_letter", "claims:plain_words"]
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_page_and_word_say_the_same_in_chinese_and_show_no_full_number(
    world: World, address: str, language: str
) -> None:
    claim = second_claim(world)
    person = claim.insured_person
    assert person is not None
    number = unseal(bytes(person.roster_person.id_number_sealed), identity_place(person.roster_person_id))
    client = signed_in(world, Role.COUNTY_OFFICER, language=language)
    path = reverse(address, args=[claim.pk])
    page = client.get(path).content.decode()
    document = client.get(path, {"format": "docx"})
    assert document["Content-Disposition"].startswith("attachment; filename")
    assert document["Cache-Control"] == "private, no-store"
    text = word_text(document.content)
    for said in (page, text):
        assert "2,859.05" in said
        assert "贰仟捌佰伍拾玖元零伍分" in said
        assert number not in said
    article = page[page.index("<article") : page.index("</article>")]
    for cell in re.findall(r"<t[dh][^>]*>([^<]+)</t[dh]>", article):
        assert cell in text


def test_a_word_document_has_our_type_repeats_heads_numbers_pages_and_names_no_tool(world: World) -> None:
    data = write_word(letters.calculation_sheet(facts_of(world, second_claim(world))))
    document = Document(io.BytesIO(data))
    assert document.core_properties.author == ""
    assert document.core_properties.title == "理算书"
    assert 'w:eastAsia="仿宋"' in document.styles["Normal"].element.xml
    assert "PAGE" in document.sections[0].footer._element.xml
    titled = [table for table in document.tables if "tblHeader" in table._tbl.xml]
    assert len(titled) == 2
    assert all('w:jc w:val="right"' in table._tbl.xml for table in titled)
    assert round(document.sections[0].page_width.mm) == 210


def test_word_takes_names_with_markup_and_control_characters() -> None:
    rows = [Paid("PA1", "ZF1", "村\x00\x0b", "<w:b>&王", "medical", Decimal(1), PERIOD.first, "=1+1")]
    assert "&lt;w:b&gt;&amp;王" in words_of(lists.payment_list(PERIOD, rows))


def test_a_workbook_holds_numbers_as_numbers_and_no_formula(world: World) -> None:
    person = insure_person(world.own, names=("=HYPERLINK(1)",))
    paid(world.own, approved_claim(world.own, person))
    answer = signed_in(world, Role.REVIEWER).get(reverse("claims:payment_list"), {"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    (name,) = [cell for cell in cells if cell.value == "=HYPERLINK(1)"]
    assert name.quotePrefix
    amounts = [cell for cell in cells if cell.data_type == "n" and cell.value is not None]
    assert [(cell.value, cell.number_format) for cell in amounts] == [(1500, "#,##0.00")] * 2
    assert sheet.freeze_panes == "A7"


def test_the_payment_list_adds_up_and_keeps_to_its_days(world: World) -> None:
    for self_pay in ("5000", "3000.02"):
        paid(world.own, approved_claim(world.own, self_pay=self_pay))
    actor, today = world.own[Role.CITY_OFFICER], timezone.localdate()
    rows = payments_of(actor, county=world.own.county, first=today, last=today)
    assert [row.amount for row in rows] == [Decimal("1500.00"), Decimal("500.01")]
    tomorrow = today + datetime.timedelta(days=1)
    assert not payments_of(actor, county=world.own.county, first=tomorrow, last=tomorrow)
    assert "人民币贰仟元零壹分" in words_of(lists.payment_list(PERIOD, rows))


def test_lists_stay_within_the_actors_reach(world: World) -> None:
    paid(world.foreign, approved_claim(world.foreign))
    paid(world.own, approved_claim(world.own))
    today = timezone.localdate()
    for read in (payments_of, grants_of):
        asked = {"county": world.foreign.county, "first": today, "last": today}
        assert not read(world.own[Role.REVIEWER], **asked)
        assert len(read(world.foreign[Role.REVIEWER], **asked)) == 1
    client = signed_in(world, Role.REVIEWER)
    answer = client.get(reverse("claims:posting"), {"county": world.foreign.county.pk})
    assert answer.status_code == 422
    assert "<article" not in answer.content.decode()


def test_the_posting_names_village_masked_name_coverage_and_amount_and_nothing_else(world: World) -> None:
    person = insure_person(world.own, names=("王小明",))
    household = person.insured_household.roster_household
    town = Region.objects.create(name="崇文镇甲", level="township", parent=world.own.county)
    household.township = town
    household.village = Region.objects.create(name="北关村", level="village", parent=town)
    household.save()
    claim = reported_claim(world.own, person)
    facts = bill_facts("5718.10")
    object.__setattr__(facts, "diagnosis", "DIAGNOSIS-CANARY")
    add_bill(claim=claim, facts=facts, actor=world.own[Role.ADJUSTER])
    documents.add_document(
        claim=claim,
        kind="bank_card",
        data=picture(),
        file_name="6222021234567890123.png",
        actor=world.own[Role.ADJUSTER],
    )
    from claims.services.decision import approve_claim, submit_claim

    submit_claim(claim=claim, actor=world.own[Role.ADJUSTER])
    approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER])
    claim.refresh_from_db()
    paid(world.own, claim)
    client = signed_in(world, Role.COUNTY_OFFICER)
    page = client.get(reverse("claims:posting")).content.decode()
    said = [
        page[page.index("<article") : page.index("</article>")],
        word_text(client.get(reverse("claims:posting"), {"format": "docx"}).content),
        "\n".join(
            str(cell.value)
            for row in load_workbook(
                io.BytesIO(client.get(reverse("claims:posting"), {"format": "xlsx"}).content)
            ).active.iter_rows()
            for cell in row
        ),
    ]
    number = unseal(bytes(person.roster_person.id_number_sealed), identity_place(person.roster_person_id))
    for text in said:
        assert "崇文镇甲 北关村" in text
        assert "王*明" in text
        assert "补充医疗救助保险" in text
        for secret in (
            "王小明",
            number,
            number[6:14],
            "CANARY",
            claim.number,
            facts.invoice_number,
            facts.hospital,
            household.code,
            "B1",
            "6222",
        ):
            assert secret not in text, secret
        digits = re.sub(r"\d{4}年\d{1,2}月\d{1,2}日|1859\.05|1,859\.05", "", re.sub(r"<[^>]*>", "", text))
        assert not re.search(r"\d{5,}", re.sub(r"\S+T\S+Z", "", digits)), (
            "no number of a person or an account"
        )


def test_claims_that_got_nothing_are_not_posted(world: World) -> None:
    approved_claim(world.own, self_pay="1500")
    today = timezone.localdate()
    assert not grants_of(world.own[Role.REVIEWER], county=world.own.county, first=today, last=today)


def test_names_are_masked_by_the_posting_itself() -> None:
    rows = [
        Posted("村", name, "property", Decimal(1)) for name in ("王明", "欧阳娜娜", "李", "阿迪力·买买提", "")
    ]
    (table,) = lists.posting(PERIOD, rows).tables
    assert [row[1] for row in table.rows] == ["王*", "欧**娜", "*", "阿*****提", "—"]


def test_taking_a_list_away_is_on_record_and_looking_is_not(world: World) -> None:
    paid(world.own, approved_claim(world.own))
    client = signed_in(world, Role.COUNTY_OFFICER)
    client.get(reverse("claims:payment_list"))
    assert not AuditRecord.objects.filter(act="download_list").exists()
    client.get(reverse("claims:payment_list"), {"format": "docx"})
    record = AuditRecord.objects.get(act="download_list")
    assert record.facts == {"list": "payments", "format": "docx", "rows": 1}
    assert record.county == world.own.county


def test_every_copy_says_who_took_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    claim = approved_claim(world.own)
    paid(world.own, claim)
    client, mark = signed_in(world, Role.REVIEWER), copy_mark(world.own[Role.REVIEWER])
    assert str(world.own[Role.REVIEWER]) in mark
    for path in (reverse("claims:payment_list"), reverse("claims:calculation_sheet", args=[claim.pk])):
        document = Document(io.BytesIO(client.get(path, {"format": "docx"}).content))
        assert document.sections[0].footer.paragraphs[-1].text == mark
        assert document.core_properties.comments == mark
    answer = client.get(reverse("claims:payment_list"), {"format": "xlsx"})
    workbook = load_workbook(io.BytesIO(answer.content))
    assert workbook.properties.creator == mark
    assert mark in [row[0].value for row in workbook.active.iter_rows()][-1:]


@pytest.mark.parametrize(
    "asked",
    [
        {"first": "soon"},
        {"first": "2026-12-01", "last": "2026-01-01"},
        {"county": "0"},
        {"county": "x"},
        {"last": ""},
    ],
)
def test_an_unreadable_period_gets_a_word_not_a_list(world: World, asked: dict[str, str]) -> None:
    paid(world.own, approved_claim(world.own))
    for format_ in ("", "xlsx", "docx"):
        answer = signed_in(world, Role.REVIEWER).get(reverse("claims:posting"), {**asked, "format": format_})
        assert answer.status_code == 422
        assert "<article" not in answer.content.decode()


def test_a_list_too_long_asks_for_fewer_days(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        paid(world.own, approved_claim(world.own))
    for place in ("claims.views.paper", "claims.selectors.lists"):
        monkeypatch.setattr(f"{place}.MOST_ROWS", 1)
    answer = signed_in(world, Role.REVIEWER).get(reverse("claims:payment_list"))
    assert answer.status_code == 422
    assert "请缩短日期范围" in answer.content.decode()


def test_a_list_too_long_for_the_page_is_a_file_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        paid(world.own, approved_claim(world.own))
    monkeypatch.setattr("claims.views.paper.MOST_SHOWN", 1)
    client = signed_in(world, Role.REVIEWER)
    for address in ("claims:payment_list", "claims:posting"):
        page = client.get(reverse(address)).content.decode()
        assert "<article" not in page, address
        assert "共 2 行" in page
        assert "format=docx" in page
        client.get(reverse(address), {"format": "xlsx"})
    taken = AuditRecord.objects.filter(act="download_list").order_by("id")
    assert [(row.facts["list"], row.facts["rows"]) for row in taken] == [("payments", 2), ("posting", 2)]


def test_a_long_list_takes_no_more_queries_than_a_short_one(world: World) -> None:
    actor, today = world.own[Role.REVIEWER], timezone.localdate()
    counts = []
    for _ in range(2):
        for _ in range(3):
            paid(world.own, approved_claim(world.own))
        for read in (payments_of, grants_of):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert read(actor, county=world.own.county, first=today, last=today)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_word_documents_are_whole_in_structure(world: World) -> None:
    """No paragraph is empty but one that sets off what follows a table, every table is just as wide as the text,
    and every run of Chinese has a Chinese type."""
    claim = second_claim(world)
    facts, loss = facts_of(world, claim), facts_of(world, approved_loss(world.own))
    papers = [
        letters.calculation_sheet(facts),
        letters.decision_letter(facts),
        plain.plain_words(facts),
        letters.calculation_sheet(loss),
        plain.plain_words(facts_of(world, rejected_claim(world.own))),
        letters.documents_notice(facts, papers=[("发票", "原件")], note="", asked_on=PERIOD.first),
        lists.posting(PERIOD, [Posted("村", "王小明", "medical", Decimal(1))]),
    ]
    for paper in papers:
        document = Document(io.BytesIO(write_word(paper)))
        section = document.sections[0]
        text_width = section.page_width - section.left_margin - section.right_margin
        body = list(document.element.body.iterchildren(qn("w:p"), qn("w:tbl")))
        assert body[-1].tag == qn("w:p")
        for before, element, after in zip([None, *body], body, [*body[1:], None], strict=False):
            if element.tag == qn("w:tbl"):
                assert before is None or before.tag == qn("w:p"), "Word joins two tables that touch"
            elif not "".join(node.text or "" for node in element.iter(qn("w:t"))).strip():
                assert before.tag == qn("w:tbl")
                assert after is None or after.tag == qn("w:tbl") or after.xpath("string(.)").strip()
        for table in document.tables:
            width = table._tbl.tblPr.find(qn("w:tblW"))
            assert (width.get(qn("w:type")), width.get(qn("w:w"))) == ("pct", "5000")
            assert sum(column.width for column in table.columns) <= text_width + TWIP * len(
                table.columns
            )  # each is rounded to a whole one
        default = document.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia"))
        assert default == "仿宋"
        runs = [run for run in document.element.body.iter(qn("w:r")) if run.find(qn("w:t")) is not None]
        assert runs
        assert {run.rPr.rFonts.get(qn("w:eastAsia")) for run in runs} <= {"仿宋", "宋体"}
