"""How many claims a second are decided and paid by clients working at once, beside bare INSERTs of the same server in
the same run; how that and the pages of claims change with the number of claims present. See bench/README.md.

python -m bench.claims [--small 10000] [--large 1000000] [--clients 8] [--each 60] [--runs 3] [--asks 15]
    [--through api|services]"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from decimal import Decimal
from typing import Any

import psycopg

from bench.copies import copy_claims, next_serials
from bench.house import ROOT, House, house, say, show
from bench.served import served
from jincheng_insurance.embedded.processes import dies_with_parent
from jincheng_insurance.embedded.servers import RUNTIME

MOST_GROWTH = 1.2
PAGES = {
    "list of claims": "/claims/",
    "last page counted": "/claims/?page=200",
    "approved ones": "/claims/?state=approved",
    "to do": "/claims/queue/",
    "overpayments": "/claims/overpayments/",
    "payment batches": "/claims/payments/",
    "loss ratios": "/pool/",
}
BARE = """
CREATE TABLE bench_bare (id bigserial PRIMARY KEY, claim_id bigint, amount numeric(12, 2), at timestamptz)
"""
WARM_UP = 5
Rows = list[tuple[str, ...]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.claims", description="Measures deciding and paying claims.")
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--each", type=int, default=60, help="claims each client decides and pays in a run")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--asks", type=int, default=15)
    parser.add_argument("--through", choices=("api", "services"), default="api")
    options = parser.parse_args()
    with house() as place:
        with psycopg.connect(place.superuser, autocommit=True) as connection:
            connection.execute(BARE)
            connection.execute(f"GRANT ALL ON bench_bare, bench_bare_id_seq TO {RUNTIME}")
        templates = templates_of_claims()
        present, rates, pages = 0, {}, {}
        for size in (options.small, options.large):
            start = time.perf_counter()
            copy_claims(place, templates["paid"], present, size)
            say(bench="claims", part="filled", claims=size, seconds=round(time.perf_counter() - start))
            present = size
            with served(place, worker=False) as port:
                rates[size] = [
                    _race(place, templates["submitted"], options, size=size, run=run, port=port)
                    for run in range(options.runs)
                ]
            pages[size] = _pages(options.asks, size)
    _table(options, rates, pages)


def _table(
    options: argparse.Namespace,
    rates: dict[int, list[tuple[float, float]]],
    pages: dict[int, dict[tuple[str, str], float]],
) -> None:
    rows: Rows = []
    for size, runs in rates.items():
        pairs = statistics.median(pair for pair, _ in runs)
        ratio = statistics.median(bare / pair for pair, bare in runs)
        rows.append((f"decided and paid a second, {size:,} claims present", f"{pairs:.0f}", "", ""))
        rows.append((f"  bare INSERTs for one of them, {size:,} present", f"{ratio:.1f}", "", ""))
    small, large = (
        statistics.median(bare / pair for pair, bare in rates[size])
        for size in (options.small, options.large)
    )
    growth = large / small
    rows.append(
        (
            f"× time of one against bare INSERTs, {options.large:,} against {options.small:,}",
            f"{growth:.2f}",
            f"<= {MOST_GROWTH}",
            "yes" if growth <= MOST_GROWTH else "no",
        )
    )
    for who, name in pages[options.small]:
        before, after = pages[options.small][who, name], pages[options.large][who, name]
        rows.append((f"{name}, {who}: ms", f"{before:.0f} -> {after:.0f}", "", ""))
    say(bench="claims", result="growth", figure=round(growth, 3), goal=MOST_GROWTH)
    show("Claims", ("measured", "figure", "goal", "met"), rows)


def _race(
    place: House, templates: list[int], options: argparse.Namespace, *, size: int, run: int, port: int
) -> tuple[float, float]:
    """All clients at once: claims decided and paid a second, and bare INSERTs a second right before."""
    from claims.models import Claim
    from jincheng_insurance.access.models import User
    from jincheng_insurance.access.tokens import revoke_token, tokens_of

    serials = next_serials(options.clients * (options.each + WARM_UP))
    copy_claims(place, templates, *serials)
    place.settle()
    waiting = list(
        Claim.objects.filter(state="submitted")
        .exclude(pk__in=templates)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    seal_numbers(waiting)
    bare = _together("bare", [list(range(options.each * 5 + WARM_UP))] * options.clients)
    for name in ("reviewer", "payer"):
        actor = User.objects.get(username=name)
        for token in tokens_of(actor).filter(revoked_at=None):  # of the clients of the run before
            revoke_token(token=token, actor=actor)
    shares = [waiting[client :: options.clients] for client in range(options.clients)]
    pairs = _together("api" if options.through == "api" else "pay", shares, port)
    say(
        bench="claims",
        part="pay",
        present=size,
        run=run,
        clients=options.clients,
        through=options.through,
        a_second=round(pairs, 1),
        bare_a_second=round(bare, 1),
        bare_for_one=round(bare / pairs, 2),
    )
    return pairs, bare


def seal_numbers(claims: list[int]) -> None:
    """Give the copied persons numbers that open, since answers show them masked."""
    from django.db import connection

    from claims.models import Claim
    from enrollment.selectors import identity_place
    from jincheng_insurance.access.sealing import seal

    persons = list(
        Claim.objects.filter(pk__in=claims).values_list("insured_person__roster_person", flat=True)
    )
    sealed = [seal("140524196001010000", identity_place(key)) for key in persons]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enrollment_rosterperson p SET id_number_sealed = n.sealed"
            " FROM unnest(%s::bigint[], %s::bytea[]) n (id, sealed) WHERE p.id = n.id",
            [persons, sealed],
        )


def _together(work: str, shares: list[list[int]], port: int = 0) -> float:
    """Each share done in a process of its own, all starting at the same moment: pieces a second in all. `port` is the
    application's, for clients of the API."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.client", work],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=dies_with_parent(),
        )
        for _ in shares
    ]
    for process, share in zip(processes, shares, strict=True):
        _say_to(process, json.dumps({"port": port, "warm": share[:WARM_UP], "timed": share[WARM_UP:]}))
    for process in processes:
        _hear(process, "ready")
    start = time.perf_counter()
    for process in processes:
        _say_to(process, "go")
    for process in processes:
        _hear(process, "done")
    seconds = time.perf_counter() - start
    for process in processes:
        process.wait()
    return sum(len(share) - WARM_UP for share in shares) / seconds


def _say_to(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def _hear(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdout is not None
    if process.stdout.readline().strip() != word:
        raise SystemExit("a client of the bench failed; its message stands above")


def _pages(asks: int, size: int) -> dict[tuple[str, str], float]:
    """The median of each page of claims in milliseconds, as an insurer's reviewer and as the city sees it."""
    from django.test import Client

    from jincheng_insurance.access.models import User

    medians = {}
    for who in ("reviewer", "city"):
        client = Client(SERVER_NAME="localhost")
        client.force_login(User.objects.get(username=who))
        for name, path in PAGES.items():
            if who == "city" and name == "to do":
                continue  # the city has no queue
            taken = []
            for _ in range(asks):
                start = time.perf_counter()
                answer = client.get(path)
                taken.append((time.perf_counter() - start) * 1000)
                if answer.status_code != 200:
                    raise SystemExit(f"{path}: {answer.status_code}")
            medians[who, name] = statistics.median(taken)
            say(
                bench="claims", part="page", present=size, who=who, page=name, ms=round(medians[who, name], 1)
            )
    return medians


def templates_of_claims() -> dict[str, list[int]]:
    """In every county one claim paid and one submitted, made by the product's own services: what is copied
    later. People, insurers and agreements that are there already are used."""
    from django.utils import timezone

    from claims.services.decision import approve_claim
    from claims.services.payment import record_payment
    from demo.posts import give_post
    from enrollment.models import Agreement
    from enrollment.selectors import current_policy_year
    from jincheng_insurance.access.models import Insurer, Region, User
    from jincheng_insurance.access.roles import Role

    year = current_policy_year()
    first, _new = Insurer.objects.get_or_create(code="A", defaults={"name": "保险公司A"})
    names = ("adjuster", "reviewer", "payer", "city", "county")
    people = {name: User.objects.get_or_create(username=name)[0] for name in names}
    give_post(people["city"], Role.CITY_OFFICER)
    made: dict[str, list[int]] = {"paid": [], "submitted": []}
    agreements = [
        Agreement.objects.get_or_create(
            policy_year=year,
            county=county,
            defaults={"insurer": first, "number": f"XY-{county.code}", "signed_on": f"{year.year}-01-01"},
        )[0]
        for county in Region.objects.filter(level="county").order_by("code")
    ]
    for insurer in {agreement.insurer for agreement in agreements}:
        give_post(people["adjuster"], Role.ADJUSTER, insurer=insurer)
        give_post(people["reviewer"], Role.REVIEWER, insurer=insurer)
        give_post(people["payer"], Role.REVIEWER, insurer=insurer)
    for agreement in agreements:
        give_post(people["county"], Role.COUNTY_OFFICER, region=agreement.county)
    for agreement in agreements:
        for state, keys in made.items():
            claim = _submitted(agreement, User.objects.in_bulk(field_name="username"), state)
            keys.append(claim.pk)
            if state == "paid":
                approve_claim(claim=claim, reason="", actor=people["reviewer"])
                record_payment(
                    claim=claim, paid_on=timezone.localdate(), reference="B", actor=people["payer"]
                )
    return made


def _submitted(agreement: Any, people: dict[str, Any], state: str) -> Any:
    """A person listed, enrolled, with a claim of one bill handed in."""
    import datetime

    from claims.models import Claim
    from claims.services.bills import BillFacts, add_bill
    from claims.services.decision import submit_claim
    from claims.services.intake import report_claim
    from enrollment.models import RosterHousehold, RosterImport, RosterPerson
    from enrollment.services.enrolment import enrol_household

    code = f"{agreement.county.code}-{state}"
    listed, _new = RosterImport.objects.get_or_create(
        stored_as="bench",
        defaults={"file_name": "bench.xlsx", "sha256": "", "size": 1, "uploaded_by": people["city"]},
    )
    household = RosterHousehold.objects.create(
        code=code, county=agreement.county, category="OUT_OF_POVERTY", listed_by=listed, seen_in=listed
    )
    RosterPerson.objects.create(
        household=household,
        name="张三",
        id_number_sealed=b"bench",
        id_number_index=code.encode(),
        birth_date=datetime.date(1960, 1, 1),
        sex="male",
        relation="HEAD",
        basic_insurance="resident",
        seen_in=listed,
    )
    first = datetime.date(agreement.policy_year_id, 1, 1)
    insured = enrol_household(
        agreement=agreement, household=household, cover_from=first, actor=people["county"]
    )
    claim: Claim = report_claim(
        insured_person=insured.persons.get(), reserve=Decimal(2000), account="", actor=people["adjuster"]
    )
    zero = Decimal(0)
    bill = BillFacts("inpatient", "晋城市人民医院", code, first, Decimal(9000), Decimal(4000), *[zero] * 4)
    add_bill(claim=claim, facts=bill, actor=people["adjuster"])
    submit_claim(claim=claim, actor=people["adjuster"])
    return claim


if __name__ == "__main__":
    main()
