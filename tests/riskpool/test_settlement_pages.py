"""The pages of the year's end: put forward, looked through, confirmed, carried forward, and taken away as files."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from docx import Document

from claims.services.intake import change_reserve
from jincheng_insurance.access.models import Insurer
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from premiums.services.statements import issue_statement
from riskpool.models import CarryEntry, ExcessEntry, Settlement, SettlementDraft, SettlementLine
from riskpool.selectors.settlements import matches_digest
from riskpool.services.settlement import draft_settlement
from tests.clock import Clock
from tests.riskpool.settling import colleague, in_year, incurred, settled
from tests.world import World, insure_household, make_user


@pytest.fixture
def ended(world: World, clock: Clock) -> World:
    """A year that has closed: Lingchuan carries 94 yuan, Gaoping's excess is 344."""
    incurred(world.own, "10.00")
    incurred(world.foreign, "500.00")
    clock.set(2027, 3, 31)
    return world


def signed_in(world: World, role: Role) -> Client:
    client = Client()
    client.force_login(world.own[role])
    return client


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_two_persons_settle_a_year_on_its_pages(ended: World) -> None:
    officer, finance = signed_in(ended, Role.CITY_OFFICER), signed_in(ended, Role.CITY_FINANCE)
    assert officer.post("/pool/settlements/draft/2026/").status_code == 302
    draft = SettlementDraft.objects.get()
    page = f"/pool/settlements/{draft.pk}/"
    assert "待确认" in shown(officer, "/pool/settlements/")
    assert "无变动" in shown(officer, page)
    assert "须由其他人员确认" in shown(officer, f"{page}confirm/")
    assert officer.post(f"{page}confirm/").status_code == 422
    assert not Settlement.objects.exists()
    before = shown(finance, f"{page}confirm/")
    for amount in ("47.00", "103.20", "240.80"):
        assert amount in before
    assert not CarryEntry.objects.exists()
    assert finance.post(f"{page}confirm/").headers["Location"] == page
    assert sorted(CarryEntry.objects.values_list("amount", flat=True)) == [47, 47]
    assert sorted(ExcessEntry.objects.values_list("amount", flat=True)) == [
        Decimal("103.20"),
        Decimal("240.80"),
    ]
    assert "已确认" in shown(finance, page)
    assert "提交清算" in shown(officer, "/pool/settlements/")
    assert officer.post("/pool/settlements/draft/2026/", follow=True).status_code == 200
    assert SettlementDraft.objects.count() == 1


def test_the_books_must_have_closed_before_the_button_works(ended: World, clock: Clock) -> None:
    draft = draft_settlement(policy_year_id=2026, actor=colleague())
    clock.set(2027, 3, 30)
    page = f"/pool/settlements/{draft.pk}/confirm/"
    finance = signed_in(ended, Role.CITY_FINANCE)
    assert "2027年3月31日关账" in shown(finance, page)
    refused = finance.post(page)
    assert refused.status_code == 422
    assert "2027年3月31日关账" in refused.content.decode()
    clock.set(2027, 3, 31)
    assert finance.post(page).status_code == 302


def test_a_next_version_names_the_difference_to_the_one_before(world: World, clock: Clock) -> None:
    claim = incurred(world.own, "10.00")
    clock.set(2027, 3, 31)
    settled(world)
    clock.set(2027, 5, 1)
    change_reserve(claim=claim, reserve=Decimal("24.00"), reason="复核", actor=world.own[Role.ADJUSTER])
    draft = draft_settlement(policy_year_id=2026, actor=colleague())
    page = shown(signed_in(world, Role.CITY_FINANCE), f"/pool/settlements/{draft.pk}/confirm/")
    for amount in ("40.00", "47.00", "-7.00"):
        assert f">{amount}<" in page
    change_reserve(claim=claim, reserve=Decimal("25.00"), reason="复核", actor=world.own[Role.ADJUSTER])
    assert "有变动，需重新提交" in shown(signed_in(world, Role.AUDITOR), f"/pool/settlements/{draft.pk}/")


def test_a_line_shows_its_stages_with_their_rules_and_the_rows_counted(ended: World) -> None:
    draft = draft_settlement(policy_year_id=2026, actor=colleague())
    line = draft.lines.get(agreement=ended.foreign.agreement)
    page = shown(signed_in(ended, Role.AUDITOR), f"/pool/settlements/lines/{line.pk}/")
    for text in ("156.00", "344.00", "103.20", "净保费的120.00%", "市县比例 3 : 7", ">R19<", ">R23<"):
        assert text in page
    for ledger in ("fund", "loss"):
        assert f'<td class="num">{line.sources[ledger]["largest"]}</td>' in page
    assert "2026年11月25日" in page


@pytest.mark.parametrize("role", [Role.COUNTY_OFFICER, Role.COUNTY_FINANCE, Role.ADJUSTER, Role.REVIEWER])
def test_counties_and_insurers_see_their_own_lines_and_sums_only(ended: World, role: Role) -> None:
    settled(ended)
    draft = SettlementDraft.objects.get()
    client = signed_in(ended, role)
    for path in ("/pool/settlements/", f"/pool/settlements/{draft.pk}/", "/pool/settlements/carry/"):
        page = shown(client, path)
        assert "344.00" not in page
        assert "240.80" not in page
        assert "94.00" in page
        assert "高平市" not in page
    foreign = SettlementLine.objects.get(agreement=ended.foreign.agreement)
    assert client.get(f"/pool/settlements/lines/{foreign.pk}/").status_code == 404
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(f"/pool/settlements/{draft.pk}/", {"format": "xlsx"}).content)
    )
    cells = {str(cell) for row in book.active.values for cell in row if cell is not None}
    assert "陵川县" in cells
    assert "高平市" not in cells


def test_nobody_puts_forward_a_year_that_still_runs(ended: World, clock: Clock) -> None:
    clock.set(2026, 12, 31)
    client = signed_in(ended, Role.CITY_OFFICER)
    answer = client.post("/pool/settlements/draft/2026/", follow=True)
    assert "2026 年度尚未结束" in answer.content.decode()
    assert not SettlementDraft.objects.exists()
    clock.set(2027, 1, 1)
    client = signed_in(ended, Role.CITY_OFFICER)
    answer = client.post("/pool/settlements/draft/2026/", follow=True)
    assert SettlementDraft.objects.count() == 1
    assert "核对并确认" not in answer.content.decode(), "who put it forward doesn't confirm it"


def test_a_county_without_a_line_sees_no_draft(ended: World, clock: Clock) -> None:
    in_year(ended.foreign, 2027)
    clock.set(2028, 1, 1)
    foreign_only = draft_settlement(policy_year_id=2027, actor=colleague())
    assert (
        signed_in(ended, Role.COUNTY_OFFICER).get(f"/pool/settlements/{foreign_only.pk}/").status_code == 404
    )
    assert signed_in(ended, Role.CITY_FINANCE).get(f"/pool/settlements/{foreign_only.pk}/").status_code == 200


def test_the_digest_tells_when_what_is_kept_is_no_longer_what_was_drafted(ended: World) -> None:
    draft = draft_settlement(policy_year_id=2026, actor=colleague())
    client = signed_in(ended, Role.AUDITOR)
    page = shown(client, f"/pool/settlements/{draft.pk}/")
    assert draft.digest in page
    assert "与留存内容一致" in page
    draft.content["lines"][0]["carry"]["city"] = "48.00"
    assert not matches_digest(draft)
    draft.refresh_from_db()
    forged = SettlementDraft(
        policy_year_id=2026,
        version=1,
        serial=9,
        as_of=draft.as_of,
        content=draft.content,
        digest=draft.digest,
    )
    forged.save()
    assert not matches_digest(forged), "a draft without the lines of its content"


def test_the_carry_page_follows_the_county_to_its_next_insurer(world: World, clock: Clock) -> None:
    incurred(world.own, "10.00")
    clock.set(2027, 3, 31)
    newcomer = Insurer.objects.create(code="C", name="保险公司C")
    following = in_year(world.own, 2027, newcomer)
    insure_household(following, persons=2)
    issue_statement(agreement=following.agreement, actor=following[Role.COUNTY_OFFICER])
    settled(world)
    county = shown(signed_in(world, Role.COUNTY_OFFICER), "/pool/settlements/carry/")
    assert "由保险公司A移交" in county
    for balance in ("47.00", "94.00", "-47.00", ">0.00<"):
        assert balance in county
    client = Client()
    client.force_login(make_user("新承保", Role.REVIEWER, insurer=newcomer))
    theirs = shown(client, "/pool/settlements/carry/")
    assert "94.00" in theirs, "what is brought in"
    assert "结转转入" not in theirs, "no entry of the former insurer"
    assert "由保险公司A移交" in theirs


def test_a_statement_leaves_as_word_and_as_a_workbook_on_record(ended: World) -> None:
    settlement = settled(ended)
    client = signed_in(ended, Role.CITY_FINANCE)
    page = f"/pool/settlements/{settlement.draft_id}/"
    word = client.get(page, {"format": "docx"})
    document = Document(io.BytesIO(word.content))
    text = "\n".join(
        [paragraph.text for paragraph in document.paragraphs]
        + [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    )
    for part in (
        "2026年度清算书",
        "240.80元（大写：贰佰肆拾元零捌角整）",
        "47.00元（大写：肆拾柒元整）",
        settlement.digest,
        "市财政局（盖章）：",
    ):
        assert part in text
    assert "草案" not in text
    book = openpyxl.load_workbook(io.BytesIO(client.get(page, {"format": "xlsx"}).content))
    rows = list(book.active.values)
    total = next(row for row in rows if row[0] == "合计")
    assert [cell for cell in total if isinstance(cell, int | float)] == [260, 510, 47, 47, 103.2, 240.8]
    formats = AuditRecord.objects.filter(act="download_settlement").order_by("id")
    assert [record.facts["format"] for record in formats] == ["docx", "xlsx"]


def test_what_is_not_confirmed_says_so_on_paper(ended: World) -> None:
    draft = draft_settlement(policy_year_id=2026)
    word = signed_in(ended, Role.CITY_FINANCE).get(f"/pool/settlements/{draft.pk}/", {"format": "docx"})
    text = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(word.content)).paragraphs)
    assert "2026年度清算书（草案）" in text
    assert "未确认" in text


def test_a_longer_list_takes_no_more_queries(ended: World, clock: Clock) -> None:
    client = signed_in(ended, Role.AUDITOR)
    claim = incurred(ended.own, "1.00")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(client, "/pool/settlements/")
        return len(captured)

    draft_settlement(policy_year_id=2026, actor=colleague())
    shown(client, "/pool/settlements/")
    few = queries()
    for reserve in range(2, 8):
        change_reserve(claim=claim, reserve=Decimal(reserve), reason="复核", actor=ended.own[Role.ADJUSTER])
        draft_settlement(policy_year_id=2026, actor=colleague())
    assert SettlementDraft.objects.count() == 7
    assert queries() == few
