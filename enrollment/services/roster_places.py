"""The townships of a staged import that its counties don't have yet: each is warned of on the first row that names it,
by set-based SQL, so that a slip of the pen is seen before it becomes a township."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from enrollment.models import RosterRow
from enrollment.roster.showing import shown
from jincheng_insurance.access.models import Region
from jincheng_insurance.sheets.problems import WARNING, Problem

MOST_COMPARED = 200  # a column taken for the township may hold as many words as the file has rows

# The first roster of a county brings its townships: there is nothing to compare them with.
NEW = """
SELECT f.id, f.sheet, f.row, f.verdict, c.id, c.name, n.township, n.listed
FROM (
    SELECT min(id) AS first, county_key, township, count(*) AS listed
    FROM enrollment_rosterrow
    WHERE roster_import_id = %(id)s AND household_key IS NOT NULL AND township <> ''
    GROUP BY county_key, township) n
JOIN enrollment_rosterrow f ON f.id = n.first
JOIN access_region c ON c.id = n.county_key
WHERE NOT EXISTS (SELECT FROM access_region t WHERE t.parent_id = c.id AND t.name = n.township)
  AND EXISTS (SELECT FROM access_region t WHERE t.parent_id = c.id)
ORDER BY f.id
"""
WARN = """
UPDATE enrollment_rosterrow r SET verdict = 'warn', problems = r.problems || w.problem
FROM unnest(%(rows)s::bigint[], %(problems)s::jsonb[]) AS w (id, problem) WHERE r.id = w.id
"""


def warn_of_new_townships(import_id: int, column_at: Callable[[str, str], tuple[str, str]]) -> int:
    """Warn of each township that its county doesn't have yet, with how many rows name it and, where one is like it, the
    nearest that the county has. `column_at` tells letters and title of a sheet's field. Returns how many rows were
    accepted without a warning until now."""
    with connection.cursor() as cursor:
        cursor.execute(NEW, {"id": import_id})
        found = cursor.fetchall()
        if not found:
            return 0
        known = _known({county for _id, _sheet, _row, _verdict, county, *_rest in found})
        rows: list[int] = []
        problems: list[Jsonb] = []
        for place, (pk, sheet, row, _verdict, county, name, township, listed) in enumerate(found):
            near = get_close_matches(township, known[county], n=1) if place < MOST_COMPARED else []
            params: dict[str, Any] = {"value": shown(township), "county": name, "rows": listed}
            params |= {"sheet": sheet, "row": row}
            code = "township_new"
            if near:
                code, params["nearest"] = "township_new_like", near[0]
            problem = Problem(*column_at(sheet, "township"), code, params, WARNING, shown(township))
            rows.append(pk)
            problems.append(Jsonb(problem.as_json()))
        cursor.execute(WARN, {"rows": rows, "problems": problems})
    return sum(verdict == RosterRow.Verdict.ACCEPT for _id, _sheet, _row, verdict, *_rest in found)


def _known(counties: set[int]) -> dict[int | None, list[str]]:
    """The names of the townships of these counties."""
    names: dict[int | None, list[str]] = {county: [] for county in counties}
    for county, name in Region.objects.filter(parent__in=counties).values_list("parent", "name"):
        names[county].append(name)
    return names
