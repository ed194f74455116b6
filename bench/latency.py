"""How long every page takes, for each role that may see it: lists, dashboards, forms, the pages of one row and the
workbench's lists, with so many persons on the roster and claims in proportion. See bench/README.md.

python -m bench.latency [--persons 200000] [--claims 20000] [--records 200000] [--asks 20]"""

import argparse
import random
import statistics
import time
from collections.abc import Iterator
from typing import Any

import psycopg

from bench.claims import seal_numbers, templates_of_claims
from bench.copies import copy_claims
from bench.find import fill
from bench.house import House, house, say, show

LIST_MS, DASHBOARD_MS = 100, 150
DASHBOARDS = (
    "access:home",
    "riskpool:agreement",
    "riskpool:dashboard",
    "riskpool:claim_figures",
    "riskpool:premium_figures",
    "riskpool:household_figures",
)
# Read by programs, or files made anew at each request: no pages that somebody waits at.
LEFT_OUT = ("api:", "healthz", "readyz", "metrics", "riskpool:export")
RECORDS = """
INSERT INTO audit_auditrecord (at, actor_id, act, object_type, object_id, county_id, facts, reason, request_id)
SELECT now() - (%(number)s - n) * interval '30 seconds', u.id, 'approve_claim', 'claims.claim', n::text, c.id, '{}', '',
    ''
FROM generate_series(1, %(number)s) n
JOIN (SELECT id, row_number() OVER () - 1 AS turn, count(*) OVER () AS many FROM access_user) u ON u.turn = n %% u.many
JOIN (SELECT id, row_number() OVER () - 1 AS turn, count(*) OVER () AS many FROM access_region WHERE level = 'county') c
    ON c.turn = n %% c.many
"""
FIRST_COPY = 100  # keys of copies begin beyond the roster's: copy n has its original's plus n times 100,000
DAYS = 180
Rows = list[tuple[str, ...]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.latency", description="Measures every page.")
    parser.add_argument("--persons", type=int, default=200_000)
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--records", type=int, default=200_000, help="acts on record")
    parser.add_argument("--asks", type=int, default=20)
    options = parser.parse_args()
    random.seed(2026)
    with house() as place:
        start = time.perf_counter()
        people = furnish(place, options.persons, options.claims, options.records)
        say(bench="pages", part="filled", seconds=round(time.perf_counter() - start))
        keys = own_rows()
        rows = [row for role, user in people.items() for row in _asked(role, user, keys, options.asks)]
    rows.sort(key=lambda row: -float(row[4]))
    show(
        f"Every page of every role, {options.persons:,} persons and {options.claims:,} claims: milliseconds",
        ("role", "page", "first", "median", "p95", "goal", "met"),
        rows,
    )
    missed = sum(row[-1] == "no" for row in rows)
    print(f"\n{len(rows)} pages, {missed} beyond their goal")


def furnish(place: House, persons: int, claims: int, records: int) -> dict[str, Any]:
    """Roster, cover, premium, claims with their ledger, acts on record; one person of each role with business here."""
    from claims.models import Claim
    from demo.posts import give_post
    from enrollment.models import Agreement
    from jincheng_insurance.access.models import User
    from jincheng_insurance.access.roles import Role
    from premiums.services.statements import issue_statement

    fill(place, persons, waiting=5)
    with psycopg.connect(place.superuser) as connection:
        connection.execute(
            "SELECT setval(pg_get_serial_sequence('enrollment_rosterperson', 'id'), max(id))"
            " FROM enrollment_rosterperson"
        )
    originals = templates_of_claims()
    for agreement in Agreement.objects.all():
        issue_statement(agreement=agreement, actor=User.objects.get(username="county"))
    made = set(Claim.objects.values_list("pk", flat=True))
    half = claims // 2
    copy_claims(place, originals["paid"], FIRST_COPY, FIRST_COPY + half, days=DAYS)
    copy_claims(place, originals["submitted"], FIRST_COPY + half, FIRST_COPY + claims)
    seal_numbers(list(Claim.objects.values_list("pk", flat=True)))
    say(bench="pages", part="claims", made=Claim.objects.count() - len(made))
    with psycopg.connect(place.superuser, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(RECORDS, {"number": records})
    place.settle()
    county = _county()
    insurer = Agreement.objects.get(county=county).insurer
    people = {}
    for role in Role:
        where: dict[str, Any] = {}
        if role in {Role.COUNTY_OFFICER, Role.COUNTY_FINANCE}:
            where = {"region": county}
        elif role in {Role.ADJUSTER, Role.REVIEWER}:
            where = {"insurer": insurer}
        people[str(role)] = User.objects.create(username=f"bench-{role}")
        give_post(people[str(role)], role, **where)
    return people


def _county() -> Any:
    """The county of the people who work in one."""
    from jincheng_insurance.access.models import Region

    return Region.objects.filter(level="county").order_by("code")[3]


def own_rows() -> dict[str, Any]:
    """The rows of the county's own that pages are of, by their names in the access table, as far as there are any."""
    from claims.models import Claim, PaymentLine
    from enrollment.models import Agreement, InsuredHousehold, RosterHousehold
    from premiums.models import PremiumStatement

    agreement = Agreement.objects.get(county=_county())
    claims = Claim.objects.filter(agreement=agreement)
    line = PaymentLine.objects.filter(claim__in=claims).latest("pk")
    insured = InsuredHousehold.objects.filter(agreement=agreement).order_by("pk")[100]
    listed = RosterHousehold.objects.filter(county=agreement.county_id, insured=None).order_by("code")[0]
    person = insured.persons.latest("pk")
    return {
        "agreement": agreement.pk,
        "approved": claims.filter(state="closed").latest("pk").pk,
        "assessed": claims.filter(state="submitted").latest("pk").pk,
        "batch": line.batch_id,
        "guide": "county_officer",
        "insured": insured.pk,
        "leaver": insured.pk,
        "leaving": person.pk,
        "line": line.pk,
        "listed": listed.pk,
        "member": person.roster_person_id,
        "person": person.pk,
        "statement": PremiumStatement.objects.filter(agreement=agreement).latest("pk").pk,
    }


def _paths(role: str, user: Any, keys: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and path of each page of the role."""
    from django.urls import reverse

    from jincheng_insurance.web.workbench import work_of
    from tests.access.table import LINES

    for line in LINES:
        if line.method != "GET" or line.address.startswith(LEFT_OUT) or line.cells[role][0] != "200":
            continue
        if line.row == "-":
            yield line.address, reverse(line.address)
        elif line.row in keys:
            yield line.address, reverse(line.address, args=[keys[line.row]])
    for kind in work_of(user):
        yield f"work: {kind.name}", reverse("access:work", args=[kind.name])


def _asked(role: str, user: Any, keys: dict[str, Any], asks: int) -> Iterator[tuple[str, ...]]:
    """Each page of the role, one after another: whole, with rights, queries and template."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    for name, path in _paths(role, user, keys):
        first, *times = _timed(client, path, asks)
        if times:
            goal = DASHBOARD_MS if name in DASHBOARDS else LIST_MS
            p95 = sorted(times)[max(0, round(len(times) * 0.95) - 1)]
            median = statistics.median(times)
            say(
                bench="pages",
                role=role,
                page=name,
                first=round(first, 1),
                median=round(median, 1),
                p95=round(p95, 1),
            )
            met = "yes" if p95 <= goal else "no"
            yield role, name, f"{first:.1f}", f"{median:.1f}", f"{p95:.1f}", f"<= {goal}", met


def _timed(client: Any, path: str, asks: int) -> list[float]:
    """Milliseconds of each ask, the first one too; of that one alone for what is no page or isn't there to see."""
    taken: list[float] = []
    for _ in range(asks + 1):
        start = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - start) * 1000)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            say(bench="pages", left_out=path, status=answer.status_code)
            break
    return taken


if __name__ == "__main__":
    main()
