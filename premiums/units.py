"""Which units of an agreement can be charged or refunded now, as SQL: whoever is insured and isn't charged, and whoever
was withdrawn and still is (R18). Counting and stating ask with the same words, so they agree."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from enrollment.models import Agreement
from jincheng_insurance.scheme.statement import Units

LATEST = """
SELECT DISTINCT ON (l.insured_household_id, coalesce(l.insured_person_id, 0))
    l.insured_household_id AS household, l.insured_person_id AS person, l.serial, l.amount
FROM premiums_statementline l JOIN enrollment_insuredhousehold i ON i.id = l.insured_household_id
WHERE i.agreement_id = %(agreement)s
ORDER BY l.insured_household_id, coalesce(l.insured_person_id, 0), l.serial DESC
"""

TO_CHARGE = f"""
WITH latest AS ({LATEST}), units AS (
    SELECT id AS household, NULL::bigint AS person, cover_from
    FROM enrollment_insuredhousehold WHERE agreement_id = %(agreement)s AND withdrawn_at IS NULL
    UNION ALL
    SELECT i.id, p.id, p.cover_from
    FROM enrollment_insuredperson p JOIN enrollment_insuredhousehold i ON i.id = p.insured_household_id
    WHERE i.agreement_id = %(agreement)s AND p.withdrawn_at IS NULL
), due AS (
    SELECT u.household, u.person, extract(month FROM u.cover_from)::int AS month, coalesce(s.serial, 0) + 1 AS serial
    FROM units u LEFT JOIN latest s ON s.household = u.household AND coalesce(s.person, 0) = coalesce(u.person, 0)
    WHERE coalesce(s.serial, 0) %% 2 = 0
)
"""

TO_REFUND = f"""
WITH latest AS ({LATEST}), due AS (
    SELECT s.household, s.person, s.serial + 1 AS serial, s.amount
    FROM latest s JOIN enrollment_insuredhousehold i ON i.id = s.household
    LEFT JOIN enrollment_insuredperson p ON p.id = s.person
    WHERE s.serial %% 2 = 1
      AND CASE WHEN s.person IS NULL THEN i.withdrawn_at IS NOT NULL ELSE p.withdrawn_at IS NOT NULL END
)
"""

COUNT_TO_CHARGE = f"""
{TO_CHARGE} SELECT month, count(*) FILTER (WHERE person IS NULL), count(person) FROM due GROUP BY month ORDER BY month
"""

COUNT_TO_REFUND = f"""
{TO_REFUND} SELECT count(*) FILTER (WHERE person IS NULL), coalesce(sum(amount) FILTER (WHERE person IS NULL), 0),
    count(person), coalesce(sum(amount) FILTER (WHERE person IS NOT NULL), 0)
FROM due
"""

CHARGE = f"""
{TO_CHARGE} INSERT INTO premiums_statementline (statement_id, insured_household_id, insured_person_id, serial, amount)
SELECT %(statement)s, d.household, d.person, d.serial, CASE WHEN d.person IS NULL THEN r.household ELSE r.person END
FROM due d
JOIN unnest(%(months)s::int[], %(household)s::numeric[], %(person)s::numeric[]) AS r(month, household, person)
    ON r.month = d.month
ORDER BY d.household, d.person NULLS FIRST
"""

REFUND = f"""
{TO_REFUND} INSERT INTO premiums_statementline (statement_id, insured_household_id, insured_person_id, serial, amount)
SELECT %(statement)s, household, person, serial, -amount FROM due ORDER BY household, person NULLS FIRST
"""

CANCEL = f"""
WITH latest AS ({LATEST})
INSERT INTO premiums_statementline (statement_id, insured_household_id, insured_person_id, serial, amount)
SELECT %(statement)s, l.insured_household_id, l.insured_person_id, s.serial + 1, -l.amount
FROM premiums_statementline l
JOIN latest s ON s.household = l.insured_household_id AND coalesce(s.person, 0) = coalesce(l.insured_person_id, 0)
WHERE l.statement_id = %(cancelled)s
ORDER BY l.insured_household_id, l.insured_person_id NULLS FIRST
"""


def units_to_charge(agreement: Agreement) -> dict[int, Units]:
    """Households and persons insured under an agreement and not charged now, by the month their cover begins."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_TO_CHARGE, {"agreement": agreement.pk})
        return {month: Units(households, persons) for month, households, persons in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Units withdrawn and still charged, with what the households and the persons among them were charged, in yuan."""

    units: Units
    for_households: Decimal
    for_persons: Decimal


def units_to_refund(agreement: Agreement) -> Withdrawn:
    """Households and persons under an agreement that were withdrawn and are still charged now."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_TO_REFUND, {"agreement": agreement.pk})
        households, for_households, persons, for_persons = cursor.fetchone()
    return Withdrawn(Units(households, persons), for_households, for_persons)
