"""One client of `bench.claims`, in a process of its own: is told its share of the work, says that it is ready, waits
for the word, does it, and says that it is done.

python -m bench.client api|pay|bare     (in the environment that bench.house makes)"""

import http.client
import json
import os
import sys
from collections.abc import Callable
from http import HTTPStatus

import django


def through_the_api(port: int) -> Callable[[int], None]:
    """Approve a submitted claim and record its payment as an insurer's system does: two requests, each with a key of
    its own, under this client's tokens of two reviewers, since none pays what the same one approved."""
    from django.utils import timezone

    from claims.models import Claim
    from jincheng_insurance.access.models import User
    from jincheng_insurance.access.tokens import make_token

    secrets = {
        name: make_token(actor=User.objects.get(username=name), name=f"client {os.getpid()}", days=1).secret
        for name in ("reviewer", "payer")
    }
    today = timezone.localdate().isoformat()

    def post(who: str, path: str, body: dict[str, str], key: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {
            "Authorization": f"Bearer {secrets[who]}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status != HTTPStatus.OK:
            raise SystemExit(f"{path}: {answer.status} {text[:300]}")

    def work(key: int) -> None:
        steps = f"/api/v1/claims/{Claim.objects.values_list('number', flat=True).get(pk=key)}/transitions"
        post("reviewer", f"{steps}/approve", {"reason": ""}, f"approve-{key}")
        post("payer", f"{steps}/pay", {"paid_on": today, "reference": f"B{key}"}, f"pay-{key}")

    return work


def decide_and_pay(port: int) -> Callable[[int], None]:
    """Approve a submitted claim as one reviewer and record its payment as another, each in its own transaction, as the
    pages do."""
    from django.utils import timezone

    from claims.models import Claim
    from claims.services.decision import approve_claim
    from claims.services.payment import record_payment
    from jincheng_insurance.access.models import User

    def work(key: int) -> None:
        reviewer, payer = (User.objects.get(username=name) for name in ("reviewer", "payer"))
        approve_claim(claim=Claim.objects.get(pk=key), reason="", actor=reviewer)
        record_payment(
            claim=Claim.objects.get(pk=key), paid_on=timezone.localdate(), reference=f"B{key}", actor=payer
        )

    return work


def bare_insert(port: int) -> Callable[[int], None]:
    """One row into a table without anything around it, in a transaction of its own."""
    from django.db import connection

    def work(key: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_bare (claim_id, amount, at) VALUES (%s, 1500, now())", [key])

    return work


WORKS = {"api": through_the_api, "pay": decide_and_pay, "bare": bare_insert}


def main() -> None:
    django.setup()
    share = json.loads(sys.stdin.readline())
    work = WORKS[sys.argv[1]](share["port"])
    for key in share["warm"]:
        work(key)
    print("ready", flush=True)
    sys.stdin.readline()
    for key in share["timed"]:
        work(key)
    print("done", flush=True)


if __name__ == "__main__":
    main()
