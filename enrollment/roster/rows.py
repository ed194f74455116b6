"""Checks one roster row for itself. Words that repeat from row to row (places, kinds, dates) are understood
once and remembered: a whole city's roster has to pass in seconds."""

import datetime
from typing import Any, NamedTuple

from enrollment.roster.cleaning import (
    NO_DATE,
    CleanDate,
    clean_date,
    clean_identity,
    clean_name,
    clean_telephone,
    clean_text,
    clean_yes,
    is_scientific,
    loses_digits,
)
from enrollment.roster.households import Draft
from enrollment.roster.meanings import Counties, Kind, ever_a_county, kind_of, relation_of
from enrollment.roster.places import Cells, SheetPlaces
from enrollment.roster.record import MONITORED, Relation, RosterRecord
from enrollment.roster.showing import LONGEST_SHOWN, shown, shown_number
from jincheng_insurance.access.sealing import masked
from jincheng_insurance.scheme.identity import IdentityError, IdentityNumber, check_identity_number
from jincheng_insurance.sheets.problems import ERROR, WARNING, Problem
from jincheng_insurance.sheets.reading import SheetRow

CODE_PLACES = 32
NAME_PLACES = 60
INSURANCE = {
    (True, True): "both",
    (True, False): "resident",
    (True, None): "resident",
    (False, True): "employee",
    (None, True): "employee",
    (False, False): "none",
}


class Standing(NamedTuple):
    """What a row says of its household's place in the monitoring."""

    kind: Kind
    monitored_on: datetime.date | None
    listed: CleanDate
    removed_on: datetime.date | None


class RowChecker:
    """Checks rows one by one as of `today`."""

    def __init__(self, counties: Counties, today: datetime.date) -> None:
        self._counties = counties
        self._today = today
        self._texts: dict[Any, str] = {}
        self._dates: dict[Any, CleanDate] = {"": NO_DATE}
        self._kinds: dict[tuple[Any, Any], Kind] = {}
        self._relations: dict[Any, str] = {}
        self._insurances: dict[tuple[Any, Any], str] = {}
        self._county_codes: dict[Any, tuple[str, str]] = {}

    def check(self, row: SheetRow, places: SheetPlaces) -> Draft | None:
        """What one row says; None for a footer, a repeated header, or a row that names nobody."""
        cells = places.cells(row.values)
        complete = cells.household_code and cells.name and cells.id_number and cells.county
        if not complete and places.names_nobody(row, cells):
            return None
        relation = self._relation(cells, places)
        cells = places.with_household(cells, relation not in ("", Relation.HEAD) and cells.relation != "")
        problems: list[Problem] = []
        household_code, person_code, name = self._codes_and_name(cells, places, problems)
        id_number, facts = self._identity(cells.id_number, places, problems)
        if facts is None and places.names_nobody(row, cells):
            return None
        standing = self._standing(cells, places, problems)
        county_code = self._county(cells.county, places, problems)
        insurance = self._insurance(cells, places, problems)
        household_telephone = self._telephone(cells, "household_telephone", places, problems)
        telephone = self._telephone(cells, "telephone", places, problems)
        where = (self._text(cells.township), self._text(cells.village), self._text(cells.natural_village))
        if max(map(len, where)) > NAME_PLACES:
            for field, text in zip(("township", "village", "natural_village"), where, strict=True):
                check_length(field, text, NAME_PLACES, places, problems)
        record = None
        if facts is not None and not (problems and any(one.severity == ERROR for one in problems)):
            record = RosterRecord(
                household_code,
                person_code,
                name,
                id_number,
                facts.birth_date,
                facts.sex,
                relation or Relation.OTHER.value,
                standing.kind.category,
                standing.kind.monitored_kind,
                standing.monitored_on,
                standing.listed.day,
                standing.listed.month_only,
                clean_yes(cells.risk_removed),
                standing.removed_on,
                county_code,
                *where,
                insurance,
                household_telephone,
                telephone,
                self._date(cells.as_of).day or places.as_of,
            )
        return Draft(
            row.sheet,
            row.row,
            household_code,
            id_number if facts else "",
            relation,
            tuple(places.told(problem, cells) for problem in problems) if problems else (),
            record,
            self._text(cells.relation),
            self._text(cells.monitored_kind or cells.household_kind),
        )

    def _codes_and_name(
        self, cells: Cells, places: SheetPlaces, problems: list[Problem]
    ) -> tuple[str, str, str]:
        household_code = clean_text(cells.household_code)
        person_code = clean_text(cells.person_code)
        name = clean_name(cells.name)
        if not household_code:
            problems.append(places.problem("household_code", "household_code_missing"))
        elif loses_digits(cells.household_code):
            problems.append(places.problem("household_code", "household_code_digits_lost"))
        if not name:
            problems.append(places.problem("name", "name_missing"))
        if len(household_code) > CODE_PLACES or len(person_code) > CODE_PLACES or len(name) > NAME_PLACES:
            check_length("household_code", household_code, CODE_PLACES, places, problems)
            check_length("person_code", person_code, CODE_PLACES, places, problems)
            check_length("name", name, NAME_PLACES, places, problems)
        return household_code, person_code, name

    def _identity(
        self, cell: Any, places: SheetPlaces, problems: list[Problem]
    ) -> tuple[str, IdentityNumber | None]:
        """The identity number and what it says; never repaired when digits are lost."""
        number = clean_identity(cell)
        if not number:
            problems.append(places.problem("id_number", "id_number_missing"))
            return number, None
        code = "digits_lost"
        if isinstance(cell, str) or not loses_digits(cell):
            try:
                identity = check_identity_number(number, today=self._today)
            except IdentityError as error:
                code = error.code
            else:
                if not ever_a_county(identity.county_prefix):
                    prefix = identity.county_prefix
                    problems.append(places.problem("id_number", "county_prefix", WARNING, prefix=prefix))
                return number, identity
        if is_scientific(number) and code != "digits_lost":
            code = "scientific"
        elif loses_digits(cell) or (code == "check_digit" and number.endswith("000")):
            code = "digits_lost"
        params: dict[str, Any] = {"value": masked(number), "length": len(number)}
        if code in {"birth_date", "birth_in_future"}:
            params["birth_date"] = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        problems.append(Problem(*places.at("id_number"), f"id_number_{code}", params, ERROR))
        return number, None

    def _relation(self, cells: Cells, places: SheetPlaces) -> str:
        """The relation to the head; "" where the sheet doesn't say."""
        if not places.says_relation:
            return ""
        if places.heads_only and not cells.relation:
            return Relation.HEAD.value
        relation = self._relations.get(cells.relation)
        if relation is None:
            relation = self._relations[cells.relation] = relation_of(clean_text(cells.relation)).value
        return relation

    def _standing(self, cells: Cells, places: SheetPlaces, problems: list[Problem]) -> Standing:
        """Category and listing (R1, R2). A monitored household counts from when it was found at risk, an
        out-of-poverty one from its first listing, if that is said."""
        kinds = (cells.household_kind, cells.monitored_kind)
        kind = self._kinds.get(kinds)
        if kind is None:
            kind = self._kinds[kinds] = kind_of(clean_text(kinds[0]), clean_text(kinds[1]))
        if kind.error or kind.warning:
            problems.append(kind_problem(kind, cells, places))
        at_risk, listed = self._date(cells.monitored_on), self._date(cells.first_listed_on)
        if kind.category in MONITORED:
            if places.says_when_monitored:
                listed = self._monitored_since(at_risk, cells.monitored_on, "monitored_on", places, problems)
            else:
                listed = self._monitored_since(
                    listed, cells.first_listed_on, "first_listed_on", places, problems
                )
            at_risk = listed
        elif listed.unreadable or (listed.day and listed.day > self._today):
            problems.append(
                places.problem(
                    "first_listed_on", "listed_date_unreadable", WARNING, value=shown(cells.first_listed_on)
                )
            )
            listed = NO_DATE
        removed = self._date(cells.risk_removed_on)
        if removed.unreadable:
            problems.append(
                places.problem(
                    "risk_removed_on", "removal_date_unreadable", WARNING, value=shown(cells.risk_removed_on)
                )
            )
        return Standing(kind, at_risk.day, listed, removed.day)

    def _monitored_since(
        self, since: CleanDate, cell: Any, field: str, places: SheetPlaces, problems: list[Problem]
    ) -> CleanDate:
        """Monitored households need a readable listing date that isn't in the future (R2)."""
        if since.unreadable:
            problems.append(places.problem(field, "listing_date_unreadable", value=shown(cell)))
        elif since.day is None:
            problems.append(places.problem(field, "listing_date_missing"))
        elif since.day > self._today:
            problems.append(places.problem(field, "listing_date_future", value=shown(cell)))
        return since

    def _county(self, cell: Any, places: SheetPlaces, problems: list[Problem]) -> str:
        found = self._county_codes.get(cell)
        if found is None:
            name = clean_text(cell)
            if not name and "county" not in places.layout.fields and len(self._counties.reach) == 1:
                (only,) = self._counties.reach
                found = only, ""
            elif not name:
                found = "", "county_missing"
            else:
                code = self._counties.find(name)
                found = code, "" if code in self._counties.reach else "county_outside_reach"
                if not code:
                    found = "", "county_outside_city"
            if cell != "":
                self._county_codes[cell] = found
        code, problem = found
        if problem:
            problems.append(places.problem("county", problem, value=shown(cell)))
        return code

    def _insurance(self, cells: Cells, places: SheetPlaces, problems: list[Problem]) -> str:
        """Participation in basic insurance (R5). Who is said to have both is taken as an employee: the
        employer's payments run on, while a resident's are made once a year and lapse."""
        said = (cells.resident_insurance, cells.employee_insurance)
        insurance = self._insurances.get(said)
        if insurance is None:
            insurance = INSURANCE.get((clean_yes(said[0]), clean_yes(said[1])), "unknown")
            self._insurances[said] = insurance
        if insurance == "none":
            problems.append(places.problem("resident_insurance", "insurance_both_no", WARNING))
        elif insurance == "both":
            problems.append(places.problem("employee_insurance", "insurance_both_yes", WARNING))
            insurance = "employee"
        return insurance

    def _telephone(self, cells: Cells, field: str, places: SheetPlaces, problems: list[Problem]) -> str:
        cell = cells.telephone if field == "telephone" else cells.household_telephone
        if cell == "":
            return ""
        number, good = clean_telephone(cell)
        if good:
            return number
        problems.append(
            places.problem(field, "telephone", WARNING, value=shown_number(number[:LONGEST_SHOWN]))
        )
        return ""

    def _text(self, cell: Any) -> str:
        text = self._texts.get(cell)
        if text is None:
            text = self._texts[cell] = clean_text(cell)
        return text

    def _date(self, cell: Any) -> CleanDate:
        date = self._dates.get(cell)
        if date is None:
            date = self._dates[cell] = clean_date(cell)
        return date


def kind_problem(kind: Kind, cells: Cells, places: SheetPlaces) -> Problem:
    if kind.warning:
        return places.problem("monitored_kind", kind.warning, WARNING)
    monitored = shown(cells.monitored_kind)
    value = monitored or shown(cells.household_kind)
    field = "monitored_kind" if monitored and "monitored_kind" in places.layout.fields else "household_kind"
    return places.problem(field, kind.error, value=value)


def check_length(field: str, text: str, limit: int, places: SheetPlaces, problems: list[Problem]) -> None:
    if len(text) > limit:
        problems.append(places.problem(field, "too_long", length=len(text), limit=limit))
