"""Pictures of every page, taken by `make screenshots` into docs/screens: the demo's story as one role that may see it
does, in both languages and two widths. Not part of the suite; what has no row in the story is named at the end."""

import datetime
import os
import re
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db.models import Model, QuerySet
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook
from PIL import Image, ImageColor
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from claims.models import Claim, DocumentRequest, PaymentBatch, PaymentLine
from claims.services.documents import add_document
from demo.people import make_households
from demo.sign_ins import SIGN_INS
from demo.story import tell
from demo.workbooks import write_one_sheet
from enrollment.models import (
    Agreement,
    HouseholdMove,
    InsuredHousehold,
    InsuredPerson,
    PayeeAccount,
    RosterHousehold,
    RosterImport,
    RosterPerson,
)
from enrollment.services.member import change_member
from enrollment.services.moving import ask_move
from enrollment.services.payee import propose_account
from enrollment.services.roster import check_import, upload_roster
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.sheets.exports import KINDS
from jincheng_insurance.sheets.models import Export
from jincheng_insurance.sheets.services import make_export, request_export
from premiums.models import FundEntry, PremiumStatement
from riskpool.models import Alert, Duty, SettlementDraft, Suspension
from riskpool.services.settlement import draft_settlement
from tests.access.table import ANONYMOUS
from tests.browser.walk import Stop, enter, one_stop_a_page, visit
from tests.papers import pdf
from tests.world import account_facts

ROOT = Path(settings.BASE_DIR)
OUT = ROOT / "docs" / "screens"
COUNTY = "140524"
WIDTHS = (1366, 683)
LANGUAGES = {"zh": "zh-hans", "en": "en"}
HIGHEST, LIGHT = 1400, 420
ERRORS = {"error-403": "/people/", "error-404": "/nowhere/"}
PERSONS = int(os.environ.get("PERSONS", "3000"))


def people() -> dict[str, User]:
    """The demo's first person of each role that holds for the county, its insurer or the city."""
    by_role: dict[str, User] = {}
    for sign_in in reversed(SIGN_INS):
        if sign_in.county in {None, COUNTY} and sign_in.insurer in {None, "TH"}:
            by_role[sign_in.role] = User.objects.get(username=sign_in.username)
    return by_role


def enrich(who: Mapping[str, User]) -> dict[str, int | str]:
    """A few states that the story leaves out; returns the rows that only their maker may see."""
    officer = who[Role.COUNTY_OFFICER]
    rows: dict[str, int | str] = {"kind": "insured", "guide": Role.COUNTY_OFFICER, "work": "claims-to-assess"}
    import_rosters(officer)
    export = request_export(
        kind=KINDS["insured"],
        chosen={},
        described="",
        file_format="xlsx",
        full=False,
        purpose="核对",
        actor=officer,
    )
    make_export(export_id=export.pk)
    rows["export"] = export.pk
    person = InsuredPerson.objects.filter(
        insured_household__agreement__county__code=COUNTY, claims__isnull=False
    ).first()
    assert person is not None
    rows |= {"person": person.pk, "member": person.roster_person_id}
    change_member(
        person=person.roster_person,
        basic_insurance=person.basic_insurance,
        telephone="13800001234",
        policy_year=person.insured_household.policy_year,
        actor=officer,
    )
    with suppress(Refused):
        propose_account(person=person.roster_person, facts=account_facts(person.roster_person), actor=officer)
    away = RosterHousehold.objects.filter(county__code="140581").first()
    neighbour = User.objects.get(username="gaoping")
    if away is not None:
        with suppress(Refused):
            ask_move(household=away, to_county=person.county, reason="易地搬迁", actor=neighbour)
    claim = Claim.objects.filter(county__code=COUNTY, state=Claim.State.ASSESSING, loss=None).last()
    if claim is not None:
        add_document(claim=claim, kind="invoice", data=pdf(), file_name="发票.pdf", actor=who[Role.ADJUSTER])
        rows["assessed"] = claim.pk
        rows |= {"bill": claim.bills.get().pk, "paper": claim.documents.get().pk}
    year = person.insured_household.policy_year_id
    closing = datetime.datetime(year + 1, 4, 1, 10, tzinfo=timezone.get_default_timezone())
    with patch("django.utils.timezone.now", lambda: closing):
        draft_settlement(policy_year_id=year, actor=who[Role.CITY_OFFICER])
    return rows


def import_rosters(officer: User) -> None:
    """One workbook that is checked, and one whose columns nobody knows yet."""
    with TemporaryDirectory() as folder:
        known, strange = Path(folder) / "陵川县监测名册.xlsx", Path(folder) / "陵川县补充名册.xlsx"
        write_one_sheet(known, make_households(persons=60, seed=7, counties=[COUNTY], after=500_000))
        book = Workbook()
        book.worksheets[0].append(["户的号", "姓名", "证件号码", "与户主关系", "户类型"])
        book.worksheets[0].append(["052100001", "张三", "待补", "户主", "脱贫户"])
        book.save(strange)
        for path in (known, strange):
            uploaded = upload_roster(data=path.read_bytes(), file_name=path.name, actor=officer)
            check_import(import_id=uploaded.pk)


def rows_of_story() -> dict[str, int | str]:
    """A row of the story for each name that the access table uses, where there is one."""
    here = {"county__code": COUNTY}
    claims = Claim.objects.filter(**here).order_by("-pk")
    lines = PaymentLine.objects.filter(batch__county__code=COUNTY)
    insured = InsuredHousehold.objects.filter(agreement__county__code=COUNTY)
    households = RosterHousehold.objects.filter(**here)
    persons = RosterPerson.objects.filter(household__county__code=COUNTY)
    claimant = InsuredPerson.objects.filter(insured_household__in=insured, claims__isnull=False)
    free = insured.filter(claims=None)
    imports = RosterImport.objects.filter(**here)
    found: dict[str, QuerySet[Any]] = {
        "import": imports.filter(state=RosterImport.State.CHECKED),
        "unplaced": imports.filter(state=RosterImport.State.MAPPING),
        "listed": households,
        "member": persons,
        "phoned": households.exclude(telephone_sealed=b""),
        "person": claimant,
        "account": PayeeAccount.objects.filter(person__household__county__code=COUNTY, state="proposed"),
        "insured": insured.filter(claims__isnull=False),
        "leaver": free,
        "leaving": InsuredPerson.objects.filter(insured_household__in=free),
        "move_in": HouseholdMove.objects.filter(to_county__code=COUNTY),
        "agreement": Agreement.objects.filter(**here),
        "large": Export.objects.filter(state=Export.State.WAITING),
        "statement": PremiumStatement.objects.filter(agreement__county__code=COUNTY),
        "paid_in": FundEntry.objects.filter(**here, kind="paid", side="county"),
        "asked": claims.filter(pk__in=DocumentRequest.objects.values("claim")),
        "approved": claims.filter(state=Claim.State.CLOSED, loss=None),
        "batch": PaymentBatch.objects.filter(**here, state=PaymentBatch.State.DRAFT, single=False),
        "line": lines.filter(batch__state=PaymentBatch.State.DRAFT),
        "sent": lines.filter(batch__single=False).exclude(batch__state=PaymentBatch.State.DRAFT),
        "settlement": SettlementDraft.objects.all(),
        "alert": Alert.objects.filter(agreement__county__code=COUNTY),
        "report": Duty.objects.filter(agreement__county__code=COUNTY, kind="special_report"),
        "suspension": Suspension.objects.all(),
    }
    firsts = {name: _first(rows) for name, rows in found.items()}
    settlement = SettlementDraft.objects.last()
    line = settlement and settlement.lines.filter(agreement__county__code=COUNTY).first()
    return {name: row.pk for name, row in (firsts | {"settled": line}).items() if row is not None}


def _first(rows: QuerySet[Any]) -> Model | None:
    return rows.order_by("pk").first() if not rows.query.order_by else rows.first()


def cookies_of(user: User) -> SimpleCookie:
    client = Client()
    client.force_login(user)
    return client.cookies


@cache
def palette() -> Image.Image:
    """The colours of the product's own style sheet and charts, and what the edges of letters mix of them."""
    sources = [ROOT / "static/css/app.css", ROOT / "jincheng_insurance/web/charts/parts.py"]
    named = {name for path in sources for name in re.findall(r"#[0-9a-f]{6}", path.read_text("utf-8"))}
    colours = [(255, 255, 255), *(ImageColor.getrgb(name)[:3] for name in sorted(named))]
    dark = [colour for colour in colours if sum(colour) < LIGHT]
    colours += [
        tuple(part + (255 - part) * share // 4 for part in colour) for colour in dark for share in (1, 2, 3)
    ]
    image = Image.new("P", (1, 1))
    image.putpalette([part for colour in colours[:256] for part in colour])
    return image


def keep(picture: bytes, path: Path) -> None:
    """Write a picture small: cut where it gets very long, and in our own colours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(BytesIO(picture)) as image:
        cut = image.convert("RGB").crop((0, 0, image.width, min(image.height, HIGHEST)))
        few = cut.quantize(palette=palette(), dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def take(
    page: Page, site: str, walk: Iterable[Stop], who: Mapping[str, User], rows: Mapping[str, Any]
) -> set[str]:
    """Take all pictures in one language and width after the other; returns the pages that there are none of."""
    left_out = set()
    cookies = {role: cookies_of(user) for role, user in who.items()} | {ANONYMOUS: SimpleCookie()}
    for folder, language in LANGUAGES.items():
        for stop in walk:
            enter(page, site, cookies[stop.role], language=language)
            try:
                seen = visit(page, stop, rows)
            except AssertionError as error:
                seen, _ = False, left_out.add(str(error))
            if not seen:
                left_out.add(stop.page_name)
                continue
            picture(page, folder, stop.page_name)
        enter(page, site, cookies[Role.COUNTY_OFFICER], language=language)
        refused = page.context.new_page()  # whose console may speak of errors
        for name, path in ERRORS.items():
            refused.goto(path)
            picture(refused, folder, name)
        refused.close()
    return left_out


def picture(page: Page, folder: str, name: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 768})
        keep(page.screenshot(full_page=True), OUT / folder / str(width) / f"{name}.png")


@pytest.mark.usefixtures("transactional_db")
def test_take_pictures(page: Page, live_server: LiveServer) -> None:
    tell(persons=PERSONS, say=print)
    who = people()
    rows = rows_of_story() | enrich(who)
    rows = rows_of_story() | rows
    begun = time.time()
    walk = [stop for stop in one_stop_a_page() if stop.role in who or stop.role == ANONYMOUS]
    left_out = take(page, live_server.url, walk, who, rows)
    for former in OUT.rglob("*.png"):
        if former.stat().st_mtime < begun:
            former.unlink()
    print(f"{len(walk) - len(left_out)} pages; without a row in the story, or no page: {sorted(left_out)}")
