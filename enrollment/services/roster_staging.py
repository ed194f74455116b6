"""Checked roster rows into the staging table: keys found or reserved, new numbers sealed for the row they will live in,
written by binary COPY."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from psycopg.types.json import Jsonb

from enrollment.models import RosterHousehold, RosterPerson, RosterRow
from enrollment.roster.record import REJECT, CheckedRow, RosterRecord
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.sealing import KeyRing, Place, key_ring, masked
from jincheng_insurance.sheets.problems import ERROR, Problem

COLUMNS = {
    "roster_import_id": "int8",
    "sheet": "varchar",
    "row": "int4",
    "verdict": "varchar",
    "problems": "jsonb",
    "household_code": "varchar",
    "id_number_index": "bytea",
    "household_key": "int8",
    "person_key": "int8",
    "household_new": "bool",
    "person_new": "bool",
    "county_key": "int8",
    "person_code": "varchar",
    "name": "varchar",
    "township": "varchar",
    "village": "varchar",
    "category": "varchar",
    "monitored_kind": "varchar",
    "listed_on": "date",
    "risk_removed": "bool",
    "risk_removed_on": "date",
    "birth_date": "date",
    "sex": "varchar",
    "relation": "varchar",
    "basic_insurance": "varchar",
    "id_number_sealed": "bytea",
    "telephone_sealed": "bytea",
    "household_telephone_sealed": "bytea",
}
NOT_CARRIED = (None, None, False, False, None, *[""] * 6, None, None, None, None, *[""] * 3, None, None, None)
NO_PROBLEMS = Jsonb([])
LONGEST_CODE = 32
COPY = f"COPY {RosterRow._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
PERSONS = """
SELECT p.id_number_index, p.id, h.id, h.code, p.telephone_sealed
FROM enrollment_rosterperson p JOIN enrollment_rosterhousehold h ON h.id = p.household_id
WHERE p.id_number_index = ANY(%s)
"""
PENDING = """
SELECT h.code, p.name, p.birth_date, p.id, h.id, p.telephone_sealed
FROM enrollment_rosterperson p JOIN enrollment_rosterhousehold h ON h.id = p.household_id
WHERE p.number_pending AND h.code = ANY(%s)
"""
HOUSEHOLDS = """
SELECT code, id, county_id, telephone_sealed FROM enrollment_rosterhousehold WHERE code = ANY(%s)
"""


class Known(NamedTuple):
    """A person whom the roster has: keys, their household's code, and the sealed telephone. Of a newborn whose number
    is pending, the import brings the number."""

    key: int
    household_key: int
    household_code: str
    telephone: bytes | None
    pending: bool = False


class Stager:
    """Writes the rows of one import, batch by batch, and remembers the keys given to households. `reach` are the keys
    of the importer's counties: only of those is said where a person stands."""

    def __init__(self, import_id: int, reach: Iterable[int] = ()) -> None:
        self.import_id = import_id
        self.reach = frozenset(reach)
        counties = Region.objects.filter(level=Region.Level.COUNTY).values_list("code", "pk")
        self.counties = {str(code): pk for code, pk in counties}
        self.ring: KeyRing = key_ring()
        self.household_keys: dict[str, int] = {}
        self.household_counties: dict[str, int] = {}
        self.household_telephones: dict[str, bytes | None] = {}
        self.new_persons = 0
        self.column_at: Callable[[str, str], tuple[str, str]] = lambda sheet, field: ("", "")

    @property
    def new_households(self) -> int:
        return len(self.household_keys) - len(self.household_counties)

    def write(self, rows: Sequence[CheckedRow]) -> list[CheckedRow]:
        """Stage a batch. Returns it as staged: a person whom the roster already has in another household is refused
        there too (R1: nobody is counted twice), and so is a household that it has in another county (R25: an import
        reaches no further than its county)."""
        numbers = [self._index_of(row) for row in rows]
        known = self._known_persons([number for number in numbers if number is not None])
        known |= self._pending_persons(rows, numbers, known)
        self._find_households({row.record.household_code for row in rows if row.record is not None})
        staged = self._refuse_elsewhere(rows, numbers, known)
        carried = [
            (row.record, number)
            for row, number in zip(staged, numbers, strict=True)
            if row.record is not None and number is not None
        ]
        self._reserve_households({record.household_code for record, _ in carried})
        fresh = iter(_reserve(RosterPerson, sum(number not in known for _, number in carried)))
        lines = []
        for row, number in zip(staged, numbers, strict=True):
            head = (
                self.import_id,
                row.sheet[:100],
                row.row,
                row.verdict,
                Jsonb([problem.as_json() for problem in row.problems]) if row.problems else NO_PROBLEMS,
            )
            if row.record is None or number is None:
                lines.append((*head, row.household_code[:LONGEST_CODE], number, *NOT_CARRIED))
            else:
                lines.append(head + self._carried(row.record, number, known.get(number), fresh))
        self._copy(lines)
        return staged

    def _carried(
        self, record: RosterRecord, number: bytes, person: Known | None, fresh: Iterator[int]
    ) -> tuple[Any, ...]:
        """The columns of a row that goes to the roster. Only what isn't sealed there already is sealed."""
        key = person.key if person is not None else next(fresh)
        self.new_persons += person is None
        code = record.household_code
        household_key = self.household_keys[code]
        return (
            code,
            number,
            household_key,
            key,
            code not in self.household_counties,
            person is None,
            self.counties[record.county_code],
            record.person_code,
            record.name,
            record.township,
            record.village,
            record.category,
            record.monitored_kind,
            record.listed_on,
            record.risk_removed,
            record.risk_removed_on,
            record.birth_date,
            record.sex,
            record.relation,
            record.basic_insurance,
            self.ring.seal(record.id_number, Place("enrollment_rosterperson", "id_number", key))
            if person is None or person.pending
            else None,
            self._telephone(
                record.telephone,
                person.telephone if person is not None else None,
                "enrollment_rosterperson",
                key,
            ),
            self._telephone(
                record.household_telephone,
                self.household_telephones.get(code),
                "enrollment_rosterhousehold",
                household_key,
            ),
        )

    def _telephone(self, value: str, standing: bytes | None, table: str, key: int) -> bytes | None:
        """The telephone sealed; the standing seal itself when it holds the same number."""
        if not value:
            return None
        place = Place(table, "telephone", key)
        if standing is not None and self.ring.open(standing, place) == value:
            return standing
        return self.ring.seal(value, place)

    def _index_of(self, row: CheckedRow) -> bytes | None:
        number = row.record.id_number if row.record is not None else row.id_number
        return self.ring.index(number) if number else None

    def _copy(self, lines: Iterable[tuple[Any, ...]]) -> None:
        with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            copy.set_types(list(COLUMNS.values()))
            for line in lines:
                copy.write_row(line)

    @staticmethod
    def _known_persons(numbers: list[bytes]) -> dict[bytes, Known]:
        with connection.cursor() as cursor:
            cursor.execute(PERSONS, [numbers])
            return {bytes(number): Known(*rest) for number, *rest in cursor.fetchall()}

    def _pending_persons(
        self, rows: Sequence[CheckedRow], numbers: Sequence[bytes | None], known: Mapping[bytes, Known]
    ) -> dict[bytes, Known]:
        """The newborns with a pending number whom these rows name by household, name and birth date, each met by the
        number that the row brings, so that nobody stands on the roster twice."""
        unmet = [
            (row.record, number)
            for row, number in zip(rows, numbers, strict=True)
            if row.record is not None and number is not None and number not in known
        ]
        with connection.cursor() as cursor:
            cursor.execute(PENDING, [list({record.household_code for record, _ in unmet})])
            waiting = {
                (code, name, born): Known(key, household, code, telephone, pending=True)
                for code, name, born, key, household, telephone in cursor.fetchall()
            }
        met: dict[bytes, Known] = {}
        for record, number in unmet:
            person = waiting.pop((record.household_code, record.name, record.birth_date), None)
            if person is not None:
                met[number] = person
        return met

    def _find_households(self, codes: set[str]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(HOUSEHOLDS, [list(codes - self.household_keys.keys())])
            for code, key, county, telephone in cursor.fetchall():
                self.household_keys[code], self.household_counties[code] = key, county
                self.household_telephones[code] = telephone

    def _reserve_households(self, codes: set[str]) -> None:
        missing = sorted(codes - self.household_keys.keys())
        self.household_keys.update(zip(missing, _reserve(RosterHousehold, len(missing)), strict=True))

    def _refuse_elsewhere(
        self, rows: Sequence[CheckedRow], numbers: Sequence[bytes | None], known: Mapping[bytes, Known]
    ) -> list[CheckedRow]:
        staged = list(rows)
        elsewhere: dict[int, int] = {}
        for place, (row, number) in enumerate(zip(rows, numbers, strict=True)):
            if row.record is None or number is None:
                continue
            county = self.counties[row.record.county_code]
            person = known.get(number)
            if self.household_counties.get(row.record.household_code, county) != county:
                shown = row.record.household_code
                staged[place] = self._refused(row, "household_code", shown, "household_of_another_county", {})
            elif person is not None and person.household_code != row.record.household_code:
                elsewhere[place] = person.household_key
        within = self._within_reach(set(elsewhere.values()))
        for place, household in elsewhere.items():
            said = within.get(household)
            code = "listed_in_another_household" if said is None else "listed_in_household"
            record = rows[place].record
            shown = masked(record.id_number) if record is not None else ""
            staged[place] = self._refused(rows[place], "id_number", shown, code, said or {})
        return staged

    def _refused(
        self, row: CheckedRow, field: str, shown: str, code: str, params: dict[str, Any]
    ) -> CheckedRow:
        problem = Problem(*self.column_at(row.sheet, field), code, params, ERROR, shown)
        record = row.record
        return row._replace(
            verdict=REJECT,
            problems=(*row.problems, problem),
            record=None,
            household_code=record.household_code if record is not None else "",
        )

    def _within_reach(self, households: set[int]) -> dict[int, dict[str, Any]]:
        """Of these households, those of the importer's own counties, as a problem names them (R25)."""
        if not households:
            return {}
        rows = RosterHousehold.objects.filter(pk__in=households, county__in=self.reach)
        return {
            household.pk: {
                "household": household.code,
                "place": "".join(
                    region.name
                    for region in (household.county, household.township, household.village)
                    if region is not None
                ),
            }
            for household in rows.select_related("county", "township", "village")
        }


def _reserve(model: type[RosterPerson] | type[RosterHousehold], count: int) -> list[int]:
    """Keys for new rows, taken from the table's own sequence."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]
