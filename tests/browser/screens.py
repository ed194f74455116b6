"""Pictures of every page, taken by `make screenshots` into docs/screens: the demo's story as one role that may see it
does, in both languages and two widths. PAGES="claims-import access-" takes those that begin so only. Not part of the
suite; what has no row in the story is named at the end."""

import os
import re
import time
from collections.abc import Iterable, Mapping
from functools import cache
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.models import Model, QuerySet
from django.test import Client
from PIL import Image, ImageColor
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from claims.models import Claim, DocumentRequest, PaymentBatch, PaymentLine
from demo.sign_ins import SIGN_INS
from demo.story import tell
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
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Role
from jincheng_insurance.sheets.models import Export
from premiums.models import FundEntry, PremiumStatement
from riskpool.models import Alert, Duty, SettlementDraft, Suspension
from tests.access.table import ANONYMOUS
from tests.browser.more_rows import COUNTY, enrich
from tests.browser.walk import Stop, enter, one_stop_a_page, visit

ROOT = Path(settings.BASE_DIR)
OUT = ROOT / "docs" / "screens"
WIDTHS = (1366, 683)
LANGUAGES = {"zh": "zh-hans", "en": "en"}
HIGHEST, LIGHT = 1400, 420
ERRORS = {"error-403": "/people/", "error-404": "/nowhere/"}
PERSONS = int(os.environ.get("PERSONS", "3000"))
PAGES = os.environ.get("PAGES", "").split()


def people() -> dict[str, User]:
    """The demo's first person of each role that holds for the county, its insurer or the city."""
    by_role: dict[str, User] = {}
    for sign_in in reversed(SIGN_INS):
        if sign_in.county in {None, COUNTY} and sign_in.insurer in {None, "TH"}:
            by_role[sign_in.role] = User.objects.get(username=sign_in.username)
    return by_role


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
    walk = [stop for stop in walk if not PAGES or stop.page_name.startswith(tuple(PAGES))]
    left_out = take(page, live_server.url, walk, who, rows)
    for former in OUT.rglob("*.png"):
        if former.stat().st_mtime < begun and not PAGES:
            former.unlink()
    print(f"{len(walk) - len(left_out)} pages; without a row in the story, or no page: {sorted(left_out)}")
