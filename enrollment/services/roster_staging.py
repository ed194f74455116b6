"""Checked roster rows into the staging table: keys found or reserved, numbers sealed for the row they will live in,
written by COPY."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from enrollment.models import RosterHousehold, RosterPerson, RosterRow
from enrollment.roster.record import REJECT, CheckedRow, RosterRecord
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.sealing import Place, key_ring
from jincheng_insurance.sheets.problems import ERROR, Problem

COLUMNS = (
    "roster_import_id",
    "sheet",
    "row",
    "verdict",
    "problems",
    "household_key",
    "person_key",
    "record",
    "id_number_sealed",
    "id_number_index",
    "telephone_sealed",
    "household_telephone_sealed",
)
SEALED_APART = {"id_number", "telephone", "household_telephone"}


class Stager:
    """Writes the rows of one import, batch by batch, and remembers the keys given to households."""

    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        counties = Region.objects.filter(level=Region.Level.COUNTY).values_list("code", "pk")
        self.counties = {str(code): pk for code, pk in counties}
        self.household_keys: dict[str, int] = {}
        self.household_counties: dict[str, int] = {}

    def write(self, rows: Sequence[CheckedRow]) -> list[CheckedRow]:
        """Stage a batch. Returns it as staged: a person whom the roster already has in another household is refused
        there too (R1: nobody is counted twice), and so is a household that it has in another county (R25: an import
        reaches no further than its county)."""
        ring = key_ring()
        numbers = [ring.index(row.record.id_number) if row.record is not None else None for row in rows]
        known = self._known_persons([number for number in numbers if number is not None])
        self._find_households({row.record.household_code for row in rows if row.record is not None})
        staged = [
            self._refuse_if_elsewhere(row, known.get(number) if number is not None else None)
            for row, number in zip(rows, numbers, strict=True)
        ]
        self._reserve_households({row.record.household_code for row in staged if row.record is not None})
        fresh = iter(
            _reserve(
                RosterPerson,
                sum(
                    row.record is not None and number not in known
                    for row, number in zip(staged, numbers, strict=True)
                ),
            )
        )
        lines = []
        for row, number in zip(staged, numbers, strict=True):
            if row.record is None or number is None:
                lines.append(self._line(row, None, None, None, None, None, None))
                continue
            person_key = known[number][0] if number in known else next(fresh)
            household_key = self.household_keys[row.record.household_code]
            lines.append(
                self._line(
                    row,
                    household_key,
                    person_key,
                    ring.seal(
                        row.record.id_number, Place("enrollment_rosterperson", "id_number", person_key)
                    ),
                    number,
                    _sealed(row.record.telephone, "enrollment_rosterperson", person_key),
                    _sealed(row.record.household_telephone, "enrollment_rosterhousehold", household_key),
                )
            )
        statement = f"COPY {RosterRow._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for line in lines:
                copy.write_row(line)
        return staged

    def _line(self, row: CheckedRow, *keys_and_seals: Any) -> tuple[Any, ...]:
        household_key, person_key, *sealed = keys_and_seals
        problems = [problem.as_json() for problem in row.problems]
        return (
            self.import_id,
            row.sheet,
            row.row,
            str(row.verdict),
            json.dumps(problems, ensure_ascii=False, default=str),
            household_key,
            person_key,
            json.dumps(self._plain(row.record), ensure_ascii=False, default=str) if row.record else None,
            *sealed,
        )

    def _plain(self, record: RosterRecord) -> dict[str, Any]:
        facts = {name: value for name, value in record._asdict().items() if name not in SEALED_APART}
        return facts | {"county_id": self.counties[record.county_code]}

    @staticmethod
    def _known_persons(numbers: list[bytes]) -> dict[bytes, tuple[int, str]]:
        rows = RosterPerson.objects.filter(id_number_index__in=numbers).values_list(
            "id_number_index", "pk", "household__code"
        )
        return {bytes(number): (pk, code) for number, pk, code in rows if number is not None}

    def _find_households(self, codes: set[str]) -> None:
        new = codes - self.household_keys.keys()
        for code, key, county in RosterHousehold.objects.filter(code__in=new).values_list(
            "code", "pk", "county"
        ):
            self.household_keys[code], self.household_counties[code] = key, county

    def _reserve_households(self, codes: set[str]) -> None:
        missing = sorted(codes - self.household_keys.keys())
        self.household_keys.update(zip(missing, _reserve(RosterHousehold, len(missing)), strict=True))

    def _refuse_if_elsewhere(self, row: CheckedRow, known: tuple[int, str] | None) -> CheckedRow:
        if row.record is None:
            return row
        county = self.counties[row.record.county_code]
        if self.household_counties.get(row.record.household_code, county) != county:
            code = "household_of_another_county"
        elif known is not None and known[1] != row.record.household_code:
            code = "listed_in_another_household"
        else:
            return row
        problem = Problem("", "", code, {}, ERROR)
        return row._replace(verdict=REJECT, problems=(*row.problems, problem), record=None)


def _sealed(value: str, table: str, key: int) -> bytes | None:
    return key_ring().seal(value, Place(table, "telephone", key)) if value else None


def _reserve(model: type[RosterPerson] | type[RosterHousehold], count: int) -> list[int]:
    """Keys for new rows, taken from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]
