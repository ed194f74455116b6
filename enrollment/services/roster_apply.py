"""Staged roster rows into the roster, by set-based SQL. Runs inside the caller's transaction, after the comparison that
the rows' keys and the differences stand for."""

from django.db import connection

from enrollment.services.roster_compare import MISSING_HOUSEHOLDS, MISSING_PERSONS, SPEAKING, WHOLE_TABLES

# Keys that no longer fit: what was new when it was checked stands meanwhile, or a newborn's number was completed.
STALE = """
SELECT EXISTS (
    SELECT FROM enrollment_rosterrow s JOIN enrollment_rosterperson p ON p.id_number_index = s.id_number_index
    WHERE s.roster_import_id = %(id)s AND s.person_new
) OR EXISTS (
    SELECT FROM enrollment_rosterrow s JOIN enrollment_rosterhousehold h ON h.code = s.household_code
    WHERE s.roster_import_id = %(id)s AND s.household_new
) OR EXISTS (
    SELECT FROM enrollment_rosterrow s JOIN enrollment_rosterperson p ON p.id = s.person_key
    WHERE s.roster_import_id = %(id)s AND NOT p.number_pending AND p.id_number_index <> s.id_number_index
) OR EXISTS (
    SELECT FROM enrollment_rosterrow s JOIN enrollment_rosterhousehold h ON h.code = s.household_code
    JOIN enrollment_rosterperson p ON p.household_id = h.id AND p.name = s.name AND p.birth_date = s.birth_date
    WHERE s.roster_import_id = %(id)s AND s.person_new AND p.number_pending
) OR EXISTS (
    SELECT FROM enrollment_rosterimport me JOIN enrollment_rosterimport other
        ON other.id <> me.id AND greatest(other.applied_at, other.undone_at) >= me.compared_at
    WHERE me.id = %(id)s
) OR EXISTS (
    SELECT FROM enrollment_rosterimport me JOIN enrollment_participationimport other
        ON other.applied_at >= me.compared_at
    WHERE me.id = %(id)s
)
"""

# What is made is kept apart, to be taken back with the import.
NOTE_MADE = (
    "INSERT INTO enrollment_rosterplace (roster_import_id, region_id) SELECT %(id)s, id FROM made ORDER BY id"
)

TOWNSHIPS = f"""
WITH made AS (
    INSERT INTO access_region (name, level, parent_id)
    SELECT DISTINCT township, 'township', county_key
    FROM enrollment_rosterrow
    WHERE roster_import_id = %(id)s AND household_key IS NOT NULL AND township <> ''
    ON CONFLICT (parent_id, name) DO NOTHING RETURNING id)
{NOTE_MADE}
"""

VILLAGES = f"""
WITH made AS (
    INSERT INTO access_region (name, level, parent_id)
    SELECT DISTINCT s.village, 'village', t.id
    FROM enrollment_rosterrow s
    JOIN access_region t ON t.parent_id = s.county_key AND t.name = s.township
    WHERE s.roster_import_id = %(id)s AND s.household_key IS NOT NULL AND s.village <> ''
    ON CONFLICT (parent_id, name) DO NOTHING RETURNING id)
{NOTE_MADE}
"""

NEW_HOUSEHOLDS = f"""
INSERT INTO enrollment_rosterhousehold
    (id, code, county_id, township_id, village_id, category, monitored_kind, listed_on, risk_removed, risk_removed_on,
     telephone_sealed, listed_by_id, seen_in_id)
SELECT s.household_key, s.household_code, s.county_key, t.id, v.id, s.category, s.monitored_kind, s.listed_on,
    s.risk_removed, s.risk_removed_on, s.household_telephone_sealed, %(id)s, %(id)s
FROM ({SPEAKING}) s
LEFT JOIN access_region t ON t.parent_id = s.county_key AND t.name = s.township
LEFT JOIN access_region v ON v.parent_id = t.id AND v.name = s.village
WHERE s.household_new
"""

CHANGED_HOUSEHOLDS = f"""
UPDATE enrollment_rosterhousehold h SET
    township_id = CASE WHEN s.township = '' THEN h.township_id ELSE t.id END,
    village_id = CASE WHEN s.township = '' THEN h.village_id ELSE v.id END,
    category = s.category, monitored_kind = s.monitored_kind, listed_on = s.listed_on,
    risk_removed = s.risk_removed, risk_removed_on = s.risk_removed_on,
    telephone_sealed = coalesce(s.household_telephone_sealed, h.telephone_sealed),
    gone_since = NULL, seen_in_id = %(id)s
FROM ({SPEAKING}) s
LEFT JOIN access_region t ON t.parent_id = s.county_key AND t.name = s.township
LEFT JOIN access_region v ON v.parent_id = t.id AND v.name = s.village
WHERE h.id = s.household_key AND h.id IN (
    SELECT household_key FROM enrollment_rosterdifference WHERE roster_import_id = %(id)s AND person_key IS NULL)
"""

NEW_PERSONS = """
INSERT INTO enrollment_rosterperson
    (id, household_id, code, name, id_number_sealed, id_number_index, birth_date, sex, relation, basic_insurance,
     telephone_sealed, listed_by_id, seen_in_id)
SELECT person_key, household_key, person_code, name, id_number_sealed, id_number_index, birth_date, sex, relation,
    basic_insurance, telephone_sealed, %(id)s, %(id)s
FROM enrollment_rosterrow
WHERE roster_import_id = %(id)s AND person_new
ORDER BY id
"""

CHANGED_PERSONS = """
UPDATE enrollment_rosterperson p SET
    code = CASE WHEN s.person_code = '' THEN p.code ELSE s.person_code END, name = s.name, relation = s.relation,
    basic_insurance = CASE WHEN s.basic_insurance = 'unknown' THEN p.basic_insurance ELSE s.basic_insurance END,
    telephone_sealed = coalesce(s.telephone_sealed, p.telephone_sealed), gone_since = NULL, seen_in_id = %(id)s,
    id_number_sealed = coalesce(p.id_number_sealed, s.id_number_sealed),
    id_number_index = coalesce(p.id_number_index, s.id_number_index), number_pending = false
FROM enrollment_rosterrow s
WHERE s.roster_import_id = %(id)s AND p.id = s.person_key AND p.id IN (
    SELECT person_key FROM enrollment_rosterdifference WHERE roster_import_id = %(id)s AND person_key IS NOT NULL)
"""

LOG = """
INSERT INTO enrollment_rosterchange
    (roster_import_id, county_id, household_key, person_key, field, old, new, old_sealed, new_sealed, at)
SELECT roster_import_id, county_id, household_key, person_key, field, old, new, old_sealed, new_sealed, now()
FROM enrollment_rosterdifference WHERE roster_import_id = %(id)s ORDER BY id
"""

LOG_GONE = """
INSERT INTO enrollment_rosterchange
    (roster_import_id, county_id, household_key, person_key, field, old, new, at)
"""

GONE_HOUSEHOLDS = f"""
WITH gone AS (
    UPDATE enrollment_rosterhousehold SET gone_since = now() WHERE id IN ({MISSING_HOUSEHOLDS})
    RETURNING id, county_id, gone_since)
{LOG_GONE}
SELECT %(id)s, county_id, id, NULL, 'gone_since', NULL, gone_since::text, now() FROM gone ORDER BY id
"""

GONE_PERSONS = f"""
WITH gone AS (
    UPDATE enrollment_rosterperson SET gone_since = now() WHERE id IN ({MISSING_PERSONS})
    RETURNING id, household_id, gone_since)
{LOG_GONE}
SELECT %(id)s, h.county_id, h.id, gone.id, 'gone_since', NULL, gone.gone_since::text, now()
FROM gone JOIN enrollment_rosterhousehold h ON h.id = gone.household_id ORDER BY gone.id
"""

WHOLE = "SELECT county_id FROM enrollment_rosterreach WHERE roster_import_id = %(id)s AND whole ORDER BY county_id"


def is_stale(import_id: int) -> bool:
    """Whether the roster has moved since the rows were compared with it."""
    with connection.cursor() as cursor:
        cursor.execute(STALE, {"id": import_id})
        return bool(cursor.fetchone()[0])


def apply_rows(import_id: int) -> tuple[int, int]:
    """Write all rows that weren't rejected: villages, what is new, what is changed, what is gone from counties whose
    whole roster the file is; and log it. Returns the households and persons gone."""
    with connection.cursor() as cursor:
        mine = {"id": import_id}
        cursor.execute(WHOLE_TABLES)
        for statement in (TOWNSHIPS, VILLAGES, CHANGED_HOUSEHOLDS, CHANGED_PERSONS, LOG):
            cursor.execute(statement, mine)
        cursor.execute(WHOLE, mine)
        within = mine | {"counties": [county for (county,) in cursor.fetchall()]}
        cursor.execute(GONE_HOUSEHOLDS, within)
        households = cursor.rowcount
        cursor.execute(GONE_PERSONS, within)
        persons = cursor.rowcount
        for statement in (NEW_HOUSEHOLDS, NEW_PERSONS):
            cursor.execute(statement, mine)
        cursor.execute("DELETE FROM enrollment_rosterdifference WHERE roster_import_id = %(id)s", mine)
    return households, persons
