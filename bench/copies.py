"""Many claims from a few: the rows that the services left for a claim, its person and household, copied set-based, each
copy with keys, numbers and invoices of its own. Triggers and foreign keys are off meanwhile: what they check was true
of the original."""

from collections.abc import Iterable
from itertools import count

import psycopg

from bench.house import House

STEP = 100_000  # more than any key of an original: copy n has the original's key + n × STEP
LEAPS = count(2_000_000, 1_000_000)
TABLES = {
    "enrollment_rosterhousehold": "id IN (SELECT i.roster_household_id FROM enrollment_insuredhousehold i"
    " JOIN claims_claim c ON c.insured_household_id = i.id WHERE c.id = ANY(%(claims)s))",
    "enrollment_rosterperson": "id IN (SELECT i.roster_person_id FROM enrollment_insuredperson i"
    " JOIN claims_claim c ON c.insured_person_id = i.id WHERE c.id = ANY(%(claims)s))",
    "enrollment_insuredhousehold": "id IN (SELECT insured_household_id FROM claims_claim"
    " WHERE id = ANY(%(claims)s))",
    "enrollment_insuredperson": "id IN (SELECT insured_person_id FROM claims_claim WHERE id = ANY(%(claims)s))",
    "claims_benefityear": "insured_person_id IN (SELECT insured_person_id FROM claims_claim"
    " WHERE id = ANY(%(claims)s))",
    "claims_claim": "id = ANY(%(claims)s)",
    "claims_medicalbill": "claim_id = ANY(%(claims)s)",
    "claims_claimevent": "claim_id = ANY(%(claims)s)",
    "claims_decision": "claim_id = ANY(%(claims)s)",
    "claims_lossentry": "claim_id = ANY(%(claims)s)",
    "claims_paymentbatch": "id IN (SELECT batch_id FROM claims_paymentline WHERE claim_id = ANY(%(claims)s))",
    "claims_paymentline": "claim_id = ANY(%(claims)s)",
    "claims_payment": "claim_id = ANY(%(claims)s)",
}
KEYS = {
    "id",
    "household_id",
    "roster_household_id",
    "roster_person_id",
    "insured_household_id",
    "insured_person_id",
    "claim_id",
    "batch_id",
    "line_id",
}
OWN_TEXTS = {
    ("enrollment_rosterhousehold", "code"),
    ("claims_claim", "number"),
    ("claims_paymentbatch", "number"),
    ("claims_medicalbill", "invoice_number"),
}
INDEX = ("enrollment_rosterperson", "id_number_index")
# With `days`, when what happened; all else is as of the original's moment.
SPREAD = {
    ("claims_lossentry", "on"): "make_date(t.policy_year_id, 1, 1) + n %% {days}",
    ("claims_payment", "paid_on"): "t.paid_on - n %% {days}",
    ("claims_claim", "approved_at"): "t.approved_at - make_interval(days => n %% {days})",
}


def next_serials(wanted: int) -> tuple[int, int]:
    """A stretch of serial numbers that no copy has yet, for so many copies."""
    first = next(LEAPS)
    return first, first + wanted


def copy_claims(place: House, originals: list[int], first: int, last: int, *, days: int = 0) -> None:
    """Copies number `first` + 1 to `last`, spread evenly over the originals; with `days`, their ledger over so many
    days from the year's first on, their approvals and payments over as many before."""
    with psycopg.connect(place.superuser, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET session_replication_role = replica")
        for table, whose in TABLES.items():
            columns = [
                name
                for (name,) in connection.execute(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_name = %s AND is_generated = 'NEVER'",
                    [table],
                )
            ]
            connection.execute(
                f"WITH original AS (SELECT t.* FROM {table} t WHERE {whose}) "
                f"INSERT INTO {table} ({', '.join(map(_quoted, columns))}) OVERRIDING SYSTEM VALUE "
                f"SELECT {', '.join(_values(table, columns, days))} FROM generate_series(%(first)s + 1, %(last)s) n "
                f"JOIN original t ON {_turn(table)} = n %% %(many)s",
                {"claims": originals, "first": first, "last": last, "many": len(originals)},
            )
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )
        # The triggers that keep sums and counts were off with the others.
        connection.execute("SET session_replication_role = origin")
        for rebuild in ("claims_rebuild_loss_days", "claims_rebuild_counts", "enrollment_rebuild_counts"):
            connection.execute(f"SELECT {rebuild}()")


def _turn(table: str) -> str:
    """Which of the originals a row belongs to: the place of its claim among them."""
    claims = "SELECT id, insured_household_id, insured_person_id, row_number() OVER (ORDER BY id) - 1 AS turn"
    claims = f"({claims} FROM claims_claim WHERE id = ANY(%(claims)s))"
    ways = {
        "claims_claim": f"(SELECT c.turn FROM {claims} c WHERE c.id = t.id)",
        "claims_benefityear": f"(SELECT c.turn FROM {claims} c WHERE c.insured_person_id = t.insured_person_id)",
        "claims_paymentbatch": f"(SELECT c.turn FROM {claims} c JOIN claims_paymentline l ON l.claim_id = c.id"
        " WHERE l.batch_id = t.id)",
        "enrollment_insuredhousehold": f"(SELECT c.turn FROM {claims} c WHERE c.insured_household_id = t.id)",
        "enrollment_insuredperson": f"(SELECT c.turn FROM {claims} c WHERE c.insured_person_id = t.id)",
        "enrollment_rosterhousehold": f"(SELECT c.turn FROM {claims} c JOIN enrollment_insuredhousehold i"
        " ON i.id = c.insured_household_id WHERE i.roster_household_id = t.id)",
        "enrollment_rosterperson": f"(SELECT c.turn FROM {claims} c JOIN enrollment_insuredperson i"
        " ON i.id = c.insured_person_id WHERE i.roster_person_id = t.id)",
    }
    return ways.get(table, f"(SELECT c.turn FROM {claims} c WHERE c.id = t.claim_id)")


def _values(table: str, columns: Iterable[str], days: int) -> Iterable[str]:
    for name in columns:
        if name in KEYS:
            yield f"t.{name} + n::bigint * {STEP}"
        elif (table, name) in OWN_TEXTS:
            yield f"t.{name} || '-' || n"
        elif days and (table, name) in SPREAD:
            yield SPREAD[table, name].format(days=days)
        elif (table, name) == INDEX:
            yield f"sha256(t.{name} || n::text::bytea)"
        else:
            yield f"t.{_quoted(name)}"


def _quoted(name: str) -> str:
    return f'"{name}"'
