"""A walk over every page of the product in a real browser: each GET address of the access table with its row, for each
role that may see it. Whoever walks brings the rows and the cookies: a town's, or those of any other committed data."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie

from playwright.sync_api import Error, Page

from jincheng_insurance.access.roles import Role
from tests.access.table import ANONYMOUS, LINES
from tests.access.town import path_of

# Read by programs, or in their language; and fragments, which are parts of pages.
FOR_PROGRAMS = ("healthz", "readyz", "metrics", "api:")
FRAGMENTS = ("progress",)
PAGE = "html[lang] main, html[lang] .bare"
# The one whose daily work a page is, before those who may only look.
ORDER = (
    Role.COUNTY_OFFICER,
    Role.ADJUSTER,
    Role.REVIEWER,
    Role.CITY_OFFICER,
    Role.CITY_FINANCE,
    Role.COUNTY_FINANCE,
    Role.AUDITOR,
)
# Pages that another role's eyes show better.
SEEN_BY = {
    "access:person": Role.ADMINISTRATOR,
    "access:grant": Role.SECURITY_OFFICER,
    "access:waiting": Role.SECURITY_OFFICER,
    "riskpool:dashboard": Role.CITY_OFFICER,
    "riskpool:settlements": Role.CITY_OFFICER,
    "riskpool:settlement": Role.CITY_OFFICER,
    "riskpool:suspension": Role.CITY_OFFICER,
    "riskpool:ledger": Role.AUDITOR,
    "claims:list": Role.ADJUSTER,
    "claims:claim": Role.ADJUSTER,
    "claims:documents": Role.ADJUSTER,
    "claims:queue": Role.REVIEWER,
    "claims:batch": Role.REVIEWER,
    "claims:line": Role.REVIEWER,
    "riskpool:duty": Role.ADJUSTER,
    "enrollment:account": Role.REVIEWER,
    "premiums:list": Role.CITY_FINANCE,
    "premiums:ledger": Role.COUNTY_FINANCE,
}


@dataclass(frozen=True, slots=True)
class Stop:
    """A page and who looks at it; `row` is "-", or the name of a row as in tests/access/town.py."""

    role: str
    address: str
    row: str

    @property
    def page_name(self) -> str:
        """The same for every role, fit for a file: riskpool-agreement."""
        return self.address.replace(":", "-")

    @property
    def name(self) -> str:
        """Fit for a file: riskpool-agreement@county_officer."""
        return f"{self.page_name}@{self.role}"


def stops(roles: Iterable[str] = (*Role, ANONYMOUS)) -> Iterator[Stop]:
    """Every page of the table that one of `roles` gets to see of the own party, role by role in the order given. Files
    are among them; `visit` tells them apart."""
    for role in roles:
        for line in LINES:
            seen = line.method == "GET" and line.cells[role][0] == "200"
            if seen and not line.address.startswith(FOR_PROGRAMS) and not line.address.endswith(FRAGMENTS):
                yield Stop(str(role), line.address, line.row)


def one_stop_a_page() -> list[Stop]:
    """Each page once, ordered by who sees it."""
    rest = [role for role in Role if role not in ORDER]
    found: dict[str, Stop] = {}
    for stop in stops([*ORDER, *rest, ANONYMOUS]):
        if stop.address not in found or SEEN_BY.get(stop.address) == stop.role:
            found[stop.address] = stop
    return sorted(found.values(), key=lambda stop: stop.role)


def enter(page: Page, site: str, cookies: SimpleCookie, *, language: str = "zh-hans") -> None:
    """Become the visitor at `site` (http://host:port) whose session the cookies hold; empty ones are a stranger's."""
    values = {name: morsel.value for name, morsel in cookies.items()} | {"django_language": language}
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": text, "url": site} for name, text in values.items()])


def visit(page: Page, stop: Stop, rows: Mapping[str, int | str]) -> bool:
    """Open the stop. False where there is no such row, and for a file, which is no page. A page that doesn't answer 200
    fails here."""
    if stop.row != "-" and stop.row not in rows:
        return False
    path = path_of(stop.address, rows[stop.row] if stop.row != "-" else None)
    try:
        answer = page.goto(path)
    except Error as error:
        if "Download is starting" in error.message or "ERR_ABORTED" in error.message:
            return False
        raise
    assert answer is not None
    assert answer.status == 200, f"{stop.name} answers {answer.status}"
    return answer.headers.get("content-type", "").startswith("text/html") and page.locator(PAGE).count() > 0
