"""What no page may show: another party's people, a personal number in full, a Latin word on a Chinese page."""

import re
from html.parser import HTMLParser

from django.http import HttpResponse

from jincheng_insurance.access.roles import COUNTY_ROLES, INSURER_ROLES, Role
from jincheng_insurance.access.sealing import masked
from tests.access.table import ANONYMOUS
from tests.access.town import Side, Town, text_of

LOCAL_ROLES = sorted(COUNTY_ROLES | INSURER_ROLES)
NO_BUSINESS_HERE = (Role.ADMINISTRATOR, ANONYMOUS)
# The language switch, file kinds and programs, what a token begins with, the rules' numbers, the codes of claims,
# statements, agreements, and the digests of settlements.
ALLOWED = re.compile(
    r"English|Excel|Word|WPS|xlsx?|csv|CSV|PDF|JPG|PNG|HEIC|scan\.png|MB|jpi|R\d+|X"
    r"|(PA|BF|XY)?-?[0-9A-Z-]*\d[0-9A-Za-z-]*|roster\.xlsx|test\.xlsx|[a-f][0-9a-f]{31,63}"
)
DATA = {*"ABCDEH", "healthz", "readyz", "admin", "security", "payer", "disabled"}
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9.-]*")
SKIPPED = {"script", "style", "title"}
# Read by programs; the description of the API names their fields as they are.
NOT_CHINESE = ("api:", "healthz", "readyz", "set_language")


def canaries(side: Side) -> set[str]:
    """What of a party may be read nowhere else: names, numbers in full and masked, codes, invoices, files."""
    numbers = side.id_numbers
    told = {*side.names, *side.codes, *side.insurers_codes, *side.others, *numbers}
    return told | {masked(number) for number in numbers}


def shown_wrongly(town: Town, visitor: str, address: str, answer: HttpResponse) -> set[str]:
    """What an answer shows to that visitor and must not."""
    page = text_of(answer)
    text = page + repr(answer.headers)
    hidden = {*town.own.id_numbers, *town.foreign.id_numbers}
    if visitor in LOCAL_ROLES or visitor in NO_BUSINESS_HERE:
        hidden |= canaries(town.foreign)
    if visitor in NO_BUSINESS_HERE:
        hidden |= canaries(town.own)
    found = {each for each in hidden if each in text}
    html = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
    if html and not address.startswith(NOT_CHINESE):
        found |= latin_words(page, DATA | names_of(town))
    return found


def names_of(town: Town) -> set[str]:
    """The names that the town's users sign in with, and their parts."""
    people = {
        str(person.username)
        for side in (town.own, town.foreign)
        for person in (*side.party.people.values(), side.party.payer)
    }
    return people | {part for name in people for part in LATIN.findall(name)}


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
