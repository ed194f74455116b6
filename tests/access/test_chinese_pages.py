"""Chinese pages speak Chinese: no page shows a Latin word beyond the few that are names."""

import re
from html.parser import HTMLParser

import pytest

from jincheng_insurance.access.roles import Role
from jincheng_insurance.web.terms import TERMS
from tests.access.table import TABLE
from tests.access.town import Town, text_of

# The language switch, file kinds and programs, what a token begins with, the rules' numbers, the codes of claims,
# statements, agreements, and the digests of settlements.
ALLOWED = re.compile(
    r"English|Excel|Word|WPS|xlsx?|csv|CSV|PDF|JPG|PNG|HEIC|scan\.png|MB|jpi|R\d+|X"
    r"|(PA|BF|XY)?-?[0-9A-Z-]*\d[0-9A-Za-z-]*|roster\.xlsx|test\.xlsx|[a-f][0-9a-f]{31,63}"
)
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9.-]*")
SKIPPED = {"script", "style", "title"}


class Text(HTMLParser):
    """The words a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SKIPPED:
            self.inside.append(tag)
        self.words += [
            value for name, value in attrs if name in {"aria-label", "placeholder", "title"} and value
        ]

    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED and self.inside:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.words.append(data)


def latin_words(page: str, data: set[str]) -> set[str]:
    text = Text()
    text.feed(page)
    words = {word.strip(".-") for part in text.words for word in LATIN.findall(part)}
    return {word for word in words if not ALLOWED.fullmatch(word) and word not in data}


PAGES = [
    line.split()[:3]
    for line in TABLE.strip().splitlines()
    if len(line.split()) > 2 and line.split()[1] == "GET"
]
DATA = {*"ABCDEH", "healthz", "readyz", "admin", "security", "payer", "disabled"}


ROLES = [
    Role.CITY_OFFICER,
    Role.COUNTY_OFFICER,
    Role.ADJUSTER,
    Role.REVIEWER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
    Role.SECURITY_OFFICER,
]


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_a_latin_word(town: Town, role: Role) -> None:
    people = {
        str(person.username)
        for side in (town.own, town.foreign)
        for person in (*side.party.people.values(), side.party.payer)
    }
    parts = {part for name in people for part in LATIN.findall(name)}
    wrong = {}
    for address, method, row in PAGES:
        if address in {"healthz", "readyz", "set_language"} or address.startswith("api:"):
            continue  # read by programs; the description of the API names their fields as they are
        answer = town.visit(role, address, method, town.own, row)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            found = latin_words(text_of(answer), DATA | parts | people)
            if found:
                wrong[address] = sorted(found)
    assert not wrong


MAIN_PAGES = {
    "riskpool:dashboard": (
        Role.CITY_OFFICER,
        {"net_premium", "claims_paid", "reserves", "simple_loss_ratio"},
    ),
    "riskpool:agreement": (Role.COUNTY_OFFICER, {"net_premium", "incurred", "simple_loss_ratio", "coverage"}),
    "riskpool:settlement": (Role.CITY_OFFICER, {"settlement", "carry_forward", "excess"}),
    "claims:claim": (Role.ADJUSTER, {"medical", "self_pay", "left_of_cap", "deductible", "annual_cap"}),
    "enrollment:status": (Role.COUNTY_OFFICER, {"monitored_budget"}),
    "premiums:list": (Role.COUNTY_FINANCE, {"due", "allocated", "paid_in", "arrears", "city_share"}),
    "roster:households": (Role.COUNTY_OFFICER, {"roster", "category", "listed_on"}),
}


@pytest.mark.parametrize("address", MAIN_PAGES)
def test_a_main_page_explains_the_terms_on_it(town: Town, address: str) -> None:
    role, names = MAIN_PAGES[address]
    row = next(row for name, _, row in PAGES if name == address)
    page = text_of(town.visit(role, address, "GET", town.own, row))
    assert {name for name in names if str(TERMS[name].says) not in page} == set()


def test_the_check_would_find_one() -> None:
    assert latin_words('<p title="Cover">保障 <b>Claims</b> PA2026-140524-000001</p>', set()) == {
        "Cover",
        "Claims",
    }
