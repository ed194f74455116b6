"""Staged roster rows into the roster, by set-based SQL. Runs inside the caller's transaction."""

from django.db import connection

STALE = """
SELECT EXISTS (
    SELECT FROM enrollment_rosterrow s JOIN enrollment_rosterperson p ON p.id_number_index = s.id_number_index
    JOIN enrollment_rosterhousehold h ON h.id = p.household_id
    WHERE s.roster_import_id = %(id)s AND s.verdict <> 'reject'
      AND (p.id <> s.person_key OR h.code <> s.record->>'household_code')
) OR EXISTS (
    SELECT FROM enrollment_rosterrow s JOIN enrollment_rosterhousehold h ON h.code = s.record->>'household_code'
    WHERE s.roster_import_id = %(id)s AND s.verdict <> 'reject' AND h.id <> s.household_key
)
"""

TOWNSHIPS = """
INSERT INTO access_region (name, level, parent_id)
SELECT DISTINCT record->>'township', 'township', (record->>'county_id')::bigint
FROM enrollment_rosterrow
WHERE roster_import_id = %(id)s AND verdict <> 'reject' AND record->>'township' <> ''
ON CONFLICT (parent_id, name) DO NOTHING
"""

VILLAGES = """
INSERT INTO access_region (name, level, parent_id)
SELECT DISTINCT s.record->>'village', 'village', t.id
FROM enrollment_rosterrow s
JOIN access_region t ON t.parent_id = (s.record->>'county_id')::bigint AND t.name = s.record->>'township'
WHERE s.roster_import_id = %(id)s AND s.verdict <> 'reject' AND s.record->>'village' <> ''
ON CONFLICT (parent_id, name) DO NOTHING
"""

HOUSEHOLDS = """
INSERT INTO enrollment_rosterhousehold AS h
    (id, code, county_id, township_id, village_id, category, monitored_kind, listed_on, risk_removed, risk_removed_on,
     telephone_sealed, listed_by_id, seen_in_id)
SELECT DISTINCT ON (s.household_key)
    s.household_key, s.record->>'household_code', (s.record->>'county_id')::bigint,
    t.id, v.id, s.record->>'category', coalesce(s.record->>'monitored_kind', ''),
    (s.record->>'listed_on')::date, (s.record->>'risk_removed')::boolean, (s.record->>'risk_removed_on')::date,
    s.household_telephone_sealed, %(id)s, %(id)s
FROM enrollment_rosterrow s
LEFT JOIN access_region t ON t.parent_id = (s.record->>'county_id')::bigint AND t.name = s.record->>'township'
LEFT JOIN access_region v ON v.parent_id = t.id AND v.name = s.record->>'village'
WHERE s.roster_import_id = %(id)s AND s.verdict <> 'reject'
ORDER BY s.household_key, (s.record->>'relation' = 'HEAD') DESC, s.id
ON CONFLICT (code) DO UPDATE SET
    county_id = excluded.county_id, township_id = excluded.township_id, village_id = excluded.village_id,
    category = excluded.category, monitored_kind = excluded.monitored_kind, listed_on = excluded.listed_on,
    risk_removed = excluded.risk_removed, risk_removed_on = excluded.risk_removed_on,
    telephone_sealed = excluded.telephone_sealed, seen_in_id = excluded.seen_in_id
"""

PERSONS = """
INSERT INTO enrollment_rosterperson AS p
    (id, household_id, code, name, id_number_sealed, id_number_index, birth_date, sex, relation, basic_insurance,
     telephone_sealed, seen_in_id)
SELECT DISTINCT ON (s.person_key)
    s.person_key, s.household_key, coalesce(s.record->>'person_code', ''), s.record->>'name', s.id_number_sealed,
    s.id_number_index, (s.record->>'birth_date')::date, coalesce(s.record->>'sex', ''), s.record->>'relation',
    s.record->>'basic_insurance', s.telephone_sealed, %(id)s
FROM enrollment_rosterrow s
WHERE s.roster_import_id = %(id)s AND s.verdict <> 'reject'
ORDER BY s.person_key, s.id
ON CONFLICT (id_number_index) DO UPDATE SET
    code = excluded.code, name = excluded.name, relation = excluded.relation,
    basic_insurance = excluded.basic_insurance, telephone_sealed = excluded.telephone_sealed,
    seen_in_id = excluded.seen_in_id
"""


def is_stale(import_id: int) -> bool:
    """Whether the roster has moved since the rows were checked, so that their keys no longer fit."""
    with connection.cursor() as cursor:
        cursor.execute(STALE, {"id": import_id})
        return bool(cursor.fetchone()[0])


def apply_rows(import_id: int) -> None:
    """Write all rows of an import that weren't rejected: villages, households, persons."""
    with connection.cursor() as cursor:
        for statement in (TOWNSHIPS, VILLAGES, HOUSEHOLDS, PERSONS):
            cursor.execute(statement, {"id": import_id})
