"""Query budgets: how many queries each page may ask the database. They are those of the town's rows, and are kept to
with more of them."""

import re
import tomllib
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.access.table import LINES
from tests.access.town import Town, Undone
from tests.browser.walk import Stop, one_stop_a_page
from tests.web.test_pages import TEMPLATES
from tests.world import approved_claim, insure_household, list_household, paid_line, submitted_claim

BUDGETS: dict[str, int] = tomllib.loads((Path(__file__).parent / "query_budgets.toml").read_text("utf-8"))
ASKED = re.compile(r'hx-(?:get|post)="({{[^}]*}}|{%[^%]*%})')
SLACK = 3  # what a process asks once and then remembers
FRAGMENTS = ("progress", "calculation")  # how their addresses end
HEAVIEST_FRAGMENT = 30_000  # bytes, whatever the number of bills or rows
HEAVIEST = 75_000  # bytes of a page before any compression; style sheet and scripts are another 75,000


def asked(town: Town, stop: Stop) -> tuple[int, int] | None:
    """Queries and bytes of a page; None for a file and for a page without a row in the town."""
    if stop.row != "-" and stop.row not in town.own.rows:
        return None
    with Undone(), CaptureQueriesContext(connection) as queries:
        answer = town.visit(stop.role, stop.address, "GET", town.own, stop.row)
    if not answer.get("Content-Type", "").startswith("text/html"):
        return None
    return len(queries), len(answer.content)


def all_pages(town: Town) -> dict[str, tuple[int, int]]:
    taken = {stop.address: asked(town, stop) for stop in one_stop_a_page()}
    return {address: figures for address, figures in taken.items() if figures is not None}


def over(pages: dict[str, tuple[int, int]]) -> dict[str, int]:
    """The pages that asked more than their budget, and how much they asked."""
    return {
        address: queries
        for address, (queries, _) in pages.items()
        if queries > BUDGETS.get(address, -SLACK) + SLACK
    }


def test_every_page_keeps_to_its_budget_with_more_rows_than_it_was_set_for(town: Town) -> None:
    with Undone():
        for _ in range(3):
            list_household(town.own.party, persons=2)
            insure_household(town.own.party, persons=2)
            submitted_claim(town.own.party)
            approved_claim(town.own.party)
            paid_line(town.own.party)
        pages = all_pages(town)
    assert over(pages) == {}
    assert {address: size for address, (_, size) in pages.items() if size > HEAVIEST} == {}
    assert set(BUDGETS) - set(pages) == set(), "budgets of pages that are no more"


def test_every_fragment_stays_light(town: Town) -> None:
    sizes = {}
    for line in LINES:
        own = [role for role, (answer, _) in line.cells.items() if answer == "200"]
        if line.address.endswith(FRAGMENTS) and own:
            with Undone():
                answer = town.visit(own[0], line.address, line.method, town.own, line.row)
            sizes[line.address] = len(answer.content)
            ended = answer.headers.get("HX-Refresh")  # of a job that has ended: its page is loaded anew
            assert ended or answer.content.lstrip().startswith(b"<div"), line
    assert len(sizes) == 5
    assert {address: size for address, size in sizes.items() if size > HEAVIEST_FRAGMENT} == {}


def test_the_pages_ask_for_no_other_fragment() -> None:
    sources = (path.read_text("utf-8") for path in TEMPLATES)
    asked_for = {name for source in sources for name in ASKED.findall(source)}
    line_of_a_draft = "{{ draft.url }}"  # answered by one sentence
    assert asked_for == {"{{ url }}", '{% url "claims:calculation" claim.pk %}', line_of_a_draft}
