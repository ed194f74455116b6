"""One client of `bench.claims`, in a process of its own: is told its share of the work, says that it is ready, waits
for the word, does it, and says that it is done.

python -m bench.client pay|bare     (in the environment that bench.house makes)"""

import json
import sys
from collections.abc import Callable

import django


def decide_and_pay() -> Callable[[int], None]:
    """Approve a submitted claim and record its payment, each in its own transaction, as the pages do."""
    from django.utils import timezone

    from claims.models import Claim
    from claims.services.decision import approve_claim
    from claims.services.payment import record_payment
    from jincheng_insurance.access.models import User

    def work(key: int) -> None:
        reviewer = User.objects.get(username="reviewer")
        approve_claim(claim=Claim.objects.get(pk=key), reason="", actor=reviewer)
        record_payment(
            claim=Claim.objects.get(pk=key), paid_on=timezone.localdate(), reference=f"B{key}", actor=reviewer
        )

    return work


def bare_insert() -> Callable[[int], None]:
    """One row into a table without anything around it, in a transaction of its own."""
    from django.db import connection

    def work(key: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_bare (claim_id, amount, at) VALUES (%s, 1500, now())", [key])

    return work


WORKS = {"pay": decide_and_pay, "bare": bare_insert}


def main() -> None:
    django.setup()
    work = WORKS[sys.argv[1]]()
    share = json.loads(sys.stdin.readline())
    for key in share["warm"]:
        work(key)
    print("ready", flush=True)
    sys.stdin.readline()
    for key in share["timed"]:
        work(key)
    print("done", flush=True)


if __name__ == "__main__":
    main()
