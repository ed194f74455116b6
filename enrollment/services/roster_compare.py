"""What a staged import would change of the roster, by set-based SQL: differing cells of the households and persons that
stand already, and how much of each county's roster the file lists.

What a file doesn't say (no code, no township, no telephone, participation unknown) stays as it stands."""

from dataclasses import dataclass

from django.db import connection

# Just staged rows have no statistics yet: taken for few, they would be looked up one by one.
WHOLE_TABLES = "SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"

# A household speaks by its head's row, or by its first.
SPEAKING = """
SELECT DISTINCT ON (household_key) household_key, household_new, household_code, county_key, township, village,
    category, monitored_kind, listed_on, risk_removed, risk_removed_on, household_telephone_sealed
FROM enrollment_rosterrow
WHERE roster_import_id = %(id)s AND household_key IS NOT NULL
ORDER BY household_key, (relation = 'HEAD') DESC, id
"""

HOUSEHOLD_CELLS = f"""
INSERT INTO enrollment_rosterdifference
    (roster_import_id, county_id, household_key, field, old, new, old_sealed, new_sealed)
SELECT %(id)s, h.county_id, h.id, c.field, c.old, c.new, c.old_sealed, c.new_sealed
FROM ({SPEAKING}) s
JOIN enrollment_rosterhousehold h ON h.id = s.household_key
LEFT JOIN access_region t ON t.id = h.township_id
LEFT JOIN access_region v ON v.id = h.village_id
CROSS JOIN LATERAL (VALUES
    ('category', h.category, s.category, NULL::bytea, NULL::bytea),
    ('monitored_kind', h.monitored_kind, s.monitored_kind, NULL, NULL),
    ('listed_on', h.listed_on::text, s.listed_on::text, NULL, NULL),
    ('risk_removed', h.risk_removed::text, s.risk_removed::text, NULL, NULL),
    ('risk_removed_on', h.risk_removed_on::text, s.risk_removed_on::text, NULL, NULL),
    ('township', coalesce(t.name, ''), CASE WHEN s.township = '' THEN coalesce(t.name, '') ELSE s.township END,
        NULL, NULL),
    ('village', coalesce(v.name, ''), CASE WHEN s.township = '' THEN coalesce(v.name, '') ELSE s.village END,
        NULL, NULL),
    ('telephone', NULL, NULL, h.telephone_sealed, coalesce(s.household_telephone_sealed, h.telephone_sealed)),
    ('gone_since', h.gone_since::text, NULL, NULL, NULL)
) AS c (field, old, new, old_sealed, new_sealed)
WHERE NOT s.household_new
  AND (c.old IS DISTINCT FROM c.new OR c.old_sealed IS DISTINCT FROM c.new_sealed)
"""

PERSON_CELLS = """
INSERT INTO enrollment_rosterdifference
    (roster_import_id, county_id, household_key, person_key, field, old, new, old_sealed, new_sealed)
SELECT %(id)s, s.county_key, p.household_id, p.id, c.field, c.old, c.new, c.old_sealed, c.new_sealed
FROM enrollment_rosterrow s
JOIN enrollment_rosterperson p ON p.id = s.person_key
CROSS JOIN LATERAL (VALUES
    ('name', p.name, s.name, NULL::bytea, NULL::bytea),
    ('code', p.code, CASE WHEN s.person_code = '' THEN p.code ELSE s.person_code END, NULL, NULL),
    ('relation', p.relation, s.relation, NULL, NULL),
    ('basic_insurance', p.basic_insurance,
        CASE WHEN s.basic_insurance = 'unknown' THEN p.basic_insurance ELSE s.basic_insurance END, NULL, NULL),
    ('telephone', NULL, NULL, p.telephone_sealed, coalesce(s.telephone_sealed, p.telephone_sealed)),
    ('number_pending', p.number_pending::text, 'false', NULL, NULL),
    ('gone_since', p.gone_since::text, NULL, NULL, NULL)
) AS c (field, old, new, old_sealed, new_sealed)
WHERE s.roster_import_id = %(id)s AND s.person_key IS NOT NULL AND NOT s.person_new
  AND ((p.name, p.relation) IS DISTINCT FROM (s.name, s.relation)
    OR p.code <> s.person_code OR p.basic_insurance <> s.basic_insurance
    OR p.telephone_sealed IS DISTINCT FROM s.telephone_sealed OR p.gone_since IS NOT NULL
    OR p.number_pending)
  AND (c.old IS DISTINCT FROM c.new OR c.old_sealed IS DISTINCT FROM c.new_sealed)
"""

# Whoever stands in the file in any line, a rejected one too, isn't gone; nor is a newborn whom only the county listed.
MISSING_HOUSEHOLDS = """
SELECT h.id FROM enrollment_rosterhousehold h
WHERE h.county_id = ANY(%(counties)s) AND h.gone_since IS NULL AND NOT EXISTS (
    SELECT FROM enrollment_rosterrow s WHERE s.roster_import_id = %(id)s AND s.household_code = h.code)
"""
MISSING_PERSONS = """
SELECT p.id FROM enrollment_rosterperson p JOIN enrollment_rosterhousehold h ON h.id = p.household_id
WHERE h.county_id = ANY(%(counties)s) AND p.gone_since IS NULL AND p.seen_in_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM enrollment_rosterrow s WHERE s.roster_import_id = %(id)s AND s.id_number_index = p.id_number_index)
"""

# A file that lists nine tenths of what stands is taken for the county's whole roster, until the person says otherwise.
REACH = """
INSERT INTO enrollment_rosterreach AS r
    (roster_import_id, county_id, listed_households, listed_persons, found_households, found_persons, whole)
SELECT %(id)s, c.id, coalesce(h.listed, 0), coalesce(p.listed, 0), coalesce(h.found, 0), coalesce(p.found, 0),
       10 * coalesce(p.found, 0) >= 9 * coalesce(p.listed, 0)
FROM access_region c
LEFT JOIN (
    SELECT h.county_id, count(*) AS listed, count(s.household_code) AS found
    FROM enrollment_rosterhousehold h
    LEFT JOIN (SELECT DISTINCT household_code FROM enrollment_rosterrow WHERE roster_import_id = %(id)s) s
        ON s.household_code = h.code
    WHERE h.gone_since IS NULL GROUP BY h.county_id) h ON h.county_id = c.id
LEFT JOIN (
    SELECT h.county_id, count(*) AS listed, count(s.id_number_index) AS found
    FROM enrollment_rosterperson p JOIN enrollment_rosterhousehold h ON h.id = p.household_id
    LEFT JOIN (SELECT DISTINCT id_number_index FROM enrollment_rosterrow WHERE roster_import_id = %(id)s) s
        ON s.id_number_index = p.id_number_index
    WHERE p.gone_since IS NULL AND p.seen_in_id IS NOT NULL GROUP BY h.county_id) p ON p.county_id = c.id
WHERE c.id = ANY(%(counties)s)
ON CONFLICT (roster_import_id, county_id) DO UPDATE SET
    listed_households = excluded.listed_households, listed_persons = excluded.listed_persons,
    found_households = excluded.found_households, found_persons = excluded.found_persons,
    whole = CASE WHEN %(confirmed)s THEN r.whole ELSE excluded.whole END
"""

COUNTIES = """
SELECT DISTINCT county_key FROM enrollment_rosterrow WHERE roster_import_id = %(id)s AND county_key IS NOT NULL
"""

COUNTS = """
SELECT count(DISTINCT household_key) FILTER (WHERE person_key IS NULL), count(DISTINCT person_key)
FROM enrollment_rosterdifference WHERE roster_import_id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """How many households and persons an import would change, and how many its counties would have gone."""

    changed_households: int
    changed_persons: int
    gone_households: int
    gone_persons: int


def compare(import_id: int, *, confirmed: bool) -> Compared:
    """Compare all staged rows of an import with the roster, and keep the differences and its reach. Of a confirmed one
    stands what was said about whole counties; else it is proposed."""
    with connection.cursor() as cursor:
        mine = {"id": import_id}
        cursor.execute(WHOLE_TABLES)
        cursor.execute(COUNTIES, mine)
        counties = [key for (key,) in cursor.fetchall()]
        cursor.execute(HOUSEHOLD_CELLS, mine)
        cursor.execute(PERSON_CELLS, mine)
        cursor.execute(COUNTS, mine)
        changed_households, changed_persons = cursor.fetchone()
        cursor.execute(REACH, mine | {"counties": counties, "confirmed": confirmed})
        cursor.execute(
            "SELECT coalesce(sum(listed_households - found_households), 0)::int,"
            " coalesce(sum(listed_persons - found_persons), 0)::int"
            " FROM enrollment_rosterreach WHERE roster_import_id = %(id)s AND whole",
            mine,
        )
        gone_households, gone_persons = cursor.fetchone()
    return Compared(changed_households, changed_persons, gone_households, gone_persons)
