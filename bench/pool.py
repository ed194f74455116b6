"""How fast the risk pool is read and watched, and what that has to do with the number of claims: dashboards, ledger and
workbook as whole pages, the evaluation of an agreement, a settlement's draft, and the delay from a payment's commit to
its alert with a live worker. See bench/README.md.

python -m bench.pool [--small 10000] [--large 1000000] [--asks 30] [--alerts 30]"""

import argparse
import datetime
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg

from bench.claims import templates_of_claims
from bench.copies import copy_claims
from bench.house import House, house, say, show
from bench.served import worker_of

MOST_GROWTH = 1.2
MOST_DELAY_MS = 1000
DAYS = 180
Rows = list[tuple[str, ...]]
Times = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.pool", description="Measures the risk pool.")
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--asks", type=int, default=30)
    parser.add_argument("--alerts", type=int, default=30, help="payments after which an alert is awaited")
    options = parser.parse_args()
    with house() as place:
        templates = templates_of_claims()
        _state_premium()
        present, taken = 0, {}
        for size in (options.small, options.large):
            start = time.perf_counter()
            copy_claims(place, templates["paid"], present, size, days=DAYS)
            place.settle()
            say(bench="pool", part="filled", claims=size, seconds=round(time.perf_counter() - start))
            present = size
            taken[size] = _measure(options.asks, size)
        settled = _settlements(options.asks)
        delays = _delays(place, options.alerts, templates["submitted"])
    _table(options, taken, settled, delays)


def _state_premium() -> None:
    """A premium for each agreement, stated by the product's own service."""
    from enrollment.models import Agreement
    from jincheng_insurance.access.models import User
    from premiums.services.statements import issue_statement

    for agreement in Agreement.objects.all():
        issue_statement(agreement=agreement, actor=User.objects.get(username="county"))


def _measure(asks: int, size: int) -> Times:
    """Each page and piece of work asked `asks` times, in milliseconds."""
    from enrollment.models import Agreement
    from riskpool.selectors.ratio import pool_figures
    from riskpool.services.alerts import evaluate_agreement
    from riskpool.services.breakdown import take_breakdown

    agreement = Agreement.objects.select_related("county").order_by("county__code")[0]
    take_breakdown(agreement_id=agreement.pk)
    past = datetime.date(agreement.policy_year_id, 1, 1) + datetime.timedelta(days=DAYS // 2)
    pages = {
        "dashboard": "/pool/",
        "dashboard of a past day": f"/pool/?on={past}",
        "agreement": f"/pool/agreements/{agreement.pk}/",
        "agreement by day": f"/pool/agreements/{agreement.pk}/?step=day",
        "ledger": "/pool/ledger/",
        "ledger of an agreement": f"/pool/ledger/?agreement={agreement.pk}&kind=payment&on={past}",
        "workbook": "/pool/export/",
        "claims by progress": "/pool/claims/",
        "premium in arrears": "/pool/premium/",
        "households by place": "/pool/households/",
    }
    work: dict[str, Callable[[], object]] = {
        f"{name}, {who}": lambda client=client, path=path: _page(client, path)
        for who, client in _clients()
        for name, path in pages.items()
    }
    work["figures of six agreements, query alone"] = lambda: pool_figures(Agreement.objects.all())
    work["evaluation of one agreement"] = lambda: evaluate_agreement(agreement_id=agreement.pk)
    taken = {name: _timed(act, asks) for name, act in work.items()}
    taken["losses of one agreement broken down"] = _timed(
        lambda: take_breakdown(agreement_id=agreement.pk), 3
    )
    for name, times in taken.items():
        say(bench="pool", part="asked", present=size, what=name, median=_median(times), p95=_p95(times))
    return taken


def _clients() -> Iterator[tuple[str, Any]]:
    from django.test import Client

    from jincheng_insurance.access.models import User

    for who in ("city", "reviewer"):
        client = Client(SERVER_NAME="localhost")
        client.force_login(User.objects.get(username=who))
        yield who, client


def _page(client: Any, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")


def _timed(act: Callable[[], object], asks: int) -> list[float]:
    act()
    taken = []
    for _ in range(asks):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def _settlements(asks: int) -> Times:
    """A year settled by the scheme alone, for one city and for as many as have the country's 2,800 counties."""
    from jincheng_insurance.scheme.settlement import Pool, settle
    from jincheng_insurance.scheme.terms import default_terms

    counties = ("泽州县", "高平市", "阳城县", "沁水县", "陵川县", "城区")
    taken = {}
    for cities in (1, 467):
        pools = [
            [
                Pool(
                    key=county,
                    insurer="ABC"[place % 3],
                    county=county,
                    net_premium=Decimal(1_000_000),
                    incurred=Decimal(600_000 + (city * 6 + place) * 331 % 900_000),
                )
                for place, county in enumerate(counties)
            ]
            for city in range(cities)
        ]
        for level in ("agreement", "insurer"):
            terms = default_terms(2026).with_changes({"settlement_level": level})
            name = f"settlement of {cities * 6:,} agreements ({cities} cities), by {level}"
            taken[name] = _timed(
                lambda pools=pools, terms=terms: [settle(terms=terms, pools=city) for city in pools], asks
            )
    return taken


def _delays(place: House, wanted: int, templates: list[int]) -> list[float]:
    """Milliseconds from the commit of a payment to the alert's row, a worker at work: each time the alerts of before
    are taken away, so that the evaluation that the payment wakes fires them again."""
    from django.utils import timezone

    from claims.models import Claim
    from claims.services.decision import approve_claim
    from claims.services.payment import record_payment
    from jincheng_insurance.access.models import User

    copy_claims(place, templates, 3_000_000, 3_000_000 + wanted)
    reviewer, payer = User.objects.get(username="reviewer"), User.objects.get(username="payer")
    claims = list(Claim.objects.filter(state="submitted").exclude(pk__in=templates)[:wanted])
    taken = []
    with worker_of(place), _unguarded(place) as connection:
        for turn, claim in enumerate(claims):
            approve_claim(claim=claim, reason="", actor=reviewer)
            time.sleep(0.3)  # for the evaluation that the approval woke
            connection.execute("TRUNCATE riskpool_alert CASCADE")
            claim.refresh_from_db()
            record_payment(claim=claim, paid_on=timezone.localdate(), reference=f"B{turn}", actor=payer)
            taken.append(_wait_for_alert(connection, claim.agreement_id))
    say(bench="pool", part="alerts", payments=len(taken), median=_median(taken), p95=_p95(taken))
    return taken


@contextmanager
def _unguarded(place: House) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(place.superuser, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def _wait_for_alert(connection: psycopg.Connection[Any], agreement: int) -> float:
    start = time.perf_counter()
    while time.perf_counter() - start < 30:
        row = connection.execute(
            "SELECT count(*) FROM riskpool_alert WHERE agreement_id = %s", [agreement]
        ).fetchone()
        if row and row[0]:
            return (time.perf_counter() - start) * 1000
        time.sleep(0.002)
    raise SystemExit("no alert within 30 s of a payment's commit")


def _table(options: argparse.Namespace, taken: dict[int, Times], settled: Times, delays: list[float]) -> None:
    rows: Rows = []
    for name, large in taken[options.large].items():
        small = taken[options.small][name]
        growth = _median(large) / _median(small)
        goal = "" if name.startswith("losses") else f"<= {MOST_GROWTH}"
        met = ("yes" if growth <= MOST_GROWTH else "no") if goal else ""
        figures = f"{_median(small):.1f} -> {_median(large):.1f}", f"{_p95(large):.1f}", f"{growth:.2f}"
        rows.append((name, *figures, goal, met))
        say(bench="pool", result="growth", what=name, figure=round(growth, 3))
    for name, times in settled.items():
        rows.append((name, f"{_median(times):.2f}", f"{_p95(times):.2f}", "", "", ""))
    delay = _p95(delays)
    met = "yes" if delay <= MOST_DELAY_MS else "no"
    words = "payment committed -> alert on record", f"{_median(delays):.0f}", f"{delay:.0f}"
    rows.append((*words, "", f"p95 <= {MOST_DELAY_MS}", met))
    show(
        f"The risk pool: milliseconds, {options.small:,} -> {options.large:,} claims",
        ("measured", "median", "p95", "growth", "goal", "met"),
        rows,
    )


def _median(times: list[float]) -> float:
    return round(statistics.median(times), 2)


def _p95(times: list[float]) -> float:
    return round(sorted(times)[max(0, round(len(times) * 0.95) - 1)], 2)


if __name__ == "__main__":
    main()
