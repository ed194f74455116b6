"""Newborns whose number a roster import brings: the row takes the key they have (`selectors.pending_persons`), and the
number is completed in set-based SQL before persons are written. Runs inside the caller's transaction."""

from django.db import connection

COMPLETE = """
UPDATE enrollment_rosterperson p
SET id_number_sealed = s.id_number_sealed, id_number_index = s.id_number_index, number_pending = false,
    seen_in_id = s.roster_import_id
FROM enrollment_rosterrow s
WHERE s.roster_import_id = %(id)s AND s.verdict <> 'reject' AND s.person_key = p.id AND p.number_pending
"""

MOVED = """
SELECT EXISTS (
    SELECT FROM enrollment_rosterrow s JOIN enrollment_rosterperson p ON p.id = s.person_key
    WHERE s.roster_import_id = %(id)s AND s.verdict <> 'reject' AND NOT p.number_pending
      AND p.id_number_index <> s.id_number_index
) OR EXISTS (
    SELECT FROM enrollment_rosterrow s
    JOIN enrollment_rosterhousehold h ON h.code = s.record->>'household_code'
    JOIN enrollment_rosterperson p ON p.household_id = h.id AND p.number_pending
        AND p.name = s.record->>'name' AND p.birth_date = (s.record->>'birth_date')::date
    WHERE s.roster_import_id = %(id)s AND s.verdict <> 'reject' AND p.id <> s.person_key
)
"""


def complete_pending(import_id: int) -> int:
    """Give the newborns whom an import's rows name the numbers of those rows, and say how many. Call it before the
    persons are written: they are then met by their number like anybody else."""
    with connection.cursor() as cursor:
        cursor.execute(COMPLETE, {"id": import_id})
        return int(cursor.rowcount)


def pending_moved(import_id: int) -> bool:
    """Whether, since an import's rows were checked, a newborn was added whom a row means under another key, or one
    was given another number than its row's: such rows have to be checked anew."""
    with connection.cursor() as cursor:
        cursor.execute(MOVED, {"id": import_id})
        return bool(cursor.fetchone()[0])
