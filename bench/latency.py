"""How long every page without a row of its own takes, for each role that may see it: lists, dashboards, forms, with so
many persons on the roster and claims in proportion. See bench/README.md.

python -m bench.latency [--persons 200000] [--claims 20000] [--asks 30]"""

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
    "riskpool:dashboard",
    "riskpool:claim_figures",
    "riskpool:premium_figures",
    "riskpool:household_figures",
)
# Read by programs, or files made anew at each request: no pages that somebody waits at.
LEFT_OUT = ("api:", "healthz", "readyz", "metrics", "riskpool:export")
FIRST_COPY = 100  # keys of copies begin beyond the roster's: copy n has its original's plus n times 100,000
DAYS = 180
Rows = list[tuple[str, ...]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.latency", description="Measures every page.")
    parser.add_argument("--persons", type=int, default=200_000)
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--asks", type=int, default=30)
    options = parser.parse_args()
    random.seed(2026)
    with house() as place:
        start = time.perf_counter()
        people = furnish(place, options.persons, options.claims)
        say(bench="pages", part="filled", seconds=round(time.perf_counter() - start))
        rows = [row for role, user in people.items() for row in _asked(role, user, options.asks)]
    rows.sort(key=lambda row: -float(row[3]))
    show(
        f"Every page of every role, {options.persons:,} persons and {options.claims:,} claims: milliseconds",
        ("role", "page", "median", "p95", "goal", "met"),
        rows,
    )


def furnish(place: House, persons: int, claims: int) -> dict[str, Any]:
    """Roster, cover, premium, claims with their ledger; one person of each role that has business here."""
    from claims.models import Claim
    from demo.posts import give_post
    from enrollment.models import Agreement
    from jincheng_insurance.access.models import Region, User
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
    place.settle()
    county = Region.objects.filter(level="county").order_by("code")[3]
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


def _asked(role: str, user: Any, asks: int) -> Iterator[tuple[str, ...]]:
    """Each page of the role, one after another: whole, with rights, queries and template."""
    from django.test import Client
    from django.urls import reverse

    from tests.access.table import LINES

    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    for line in LINES:
        if line.method != "GET" or line.row != "-" or line.address.startswith(LEFT_OUT):
            continue
        if line.cells[role][0] != "200":
            continue
        times = _timed(client, reverse(line.address), asks)
        if times:
            goal = DASHBOARD_MS if line.address in DASHBOARDS else LIST_MS
            p95 = sorted(times)[max(0, round(len(times) * 0.95) - 1)]
            median = statistics.median(times)
            say(bench="pages", role=role, page=line.address, median=round(median, 1), p95=round(p95, 1))
            met = "yes" if p95 <= goal else "no"
            yield role, line.address, f"{median:.1f}", f"{p95:.1f}", f"<= {goal}", met


def _timed(client: Any, path: str, asks: int) -> list[float]:
    """Milliseconds of each ask after the first; none for what is no page or isn't there to see."""
    first = client.get(path)
    if first.status_code != 200 or not first["Content-Type"].startswith("text/html"):
        say(bench="pages", left_out=path, status=first.status_code)
        return []
    taken = []
    for _ in range(asks):
        start = time.perf_counter()
        client.get(path)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


if __name__ == "__main__":
    main()
