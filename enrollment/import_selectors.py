"""Reading what an import would change or has changed: by household and person, telephones masked here."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, Func, JSONField, OuterRef, Q, QuerySet
from django.utils.dateparse import parse_datetime

from enrollment.models import (
    ParticipationImport,
    RosterChange,
    RosterDifference,
    RosterHousehold,
    RosterImport,
    RosterPerson,
    RosterRow,
)
from enrollment.roster.texts import TOWNSHIP_CODES
from enrollment.texts import cell_text, field_text
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.sealing import Place, masked, unseal
from jincheng_insurance.web.formats import moment


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, before and after, as the page shows it."""

    label: str
    old: str
    new: str


def same_file(upload: RosterImport | ParticipationImport, actor: User) -> Any:
    """The latest applied import of the very same file within the actor's reach, if there is one."""
    return (
        type(upload)
        .objects.visible_to(actor)
        .filter(sha256=upload.sha256, state=RosterImport.State.APPLIED)
        .exclude(pk=upload.pk)
        .exclude(sha256="")
        .select_related("applied_by")
        .order_by("-applied_at")
        .first()
    )


def participation_imports(actor: User) -> QuerySet[ParticipationImport]:
    return ParticipationImport.objects.visible_to(actor).select_related(
        "county", "uploaded_by", "policy_year"
    )


class Each(Func):
    """The items of a JSON array, each in a row of its own."""

    function = "jsonb_array_elements"
    set_returning = True
    output_field = JSONField()


def problem_lines(roster_import: RosterImport) -> QuerySet[RosterRow]:
    """The problems that the check has found, one by one as `problem`, in the order of the workbook."""
    rows = RosterRow.objects.filter(roster_import=roster_import).exclude(verdict=RosterRow.Verdict.ACCEPT)
    return rows.annotate(problem=Each("problems")).order_by("id")


def new_townships(roster_import: RosterImport) -> list[dict[str, Any]]:
    """The problems that warn of townships which a checked import would make."""
    warned = RosterRow.objects.filter(roster_import=roster_import, verdict=RosterRow.Verdict.WARN)
    found = Q()
    for code in TOWNSHIP_CODES:
        found |= Q(problems__contains=[{"code": code}])
    listed = warned.filter(found).order_by("id").values_list("problems", flat=True)
    return [problem for problems in listed for problem in problems if problem["code"] in TOWNSHIP_CODES]


def staged_rows(roster_import: RosterImport, *, new: bool) -> QuerySet[RosterRow]:
    """The lines whose person the import adds; or those whose person and household stand and stay as they are."""
    rows = RosterRow.objects.filter(roster_import=roster_import, person_key__isnull=False, person_new=new)
    if not new:
        table = RosterChange if roster_import.state == RosterImport.State.APPLIED else RosterDifference
        changed = table.objects.filter(roster_import=roster_import, person_key=OuterRef("person_key"))
        rows = rows.exclude(Exists(changed))
    return rows.order_by("id")


def changed_keys(roster_import: RosterImport) -> QuerySet[Any, tuple[int, int | None]]:
    """The households (no person) and persons of which the import changes cells, once each, in their order."""
    return (
        changes_of(roster_import)
        .values_list("household_key", "person_key")
        .distinct()
        .order_by("household_key", F("person_key").asc(nulls_first=True))
    )


def changes_of(roster_import: RosterImport) -> QuerySet[Any]:
    """The cells that an import would change, or has changed; those that it flags as gone aren't among them."""
    if roster_import.state in (RosterImport.State.APPLIED, RosterImport.State.UNDONE):
        return RosterChange.objects.filter(roster_import=roster_import).exclude(
            field="gone_since", old__isnull=True
        )
    return RosterDifference.objects.filter(roster_import=roster_import)


@dataclass(frozen=True, slots=True)
class Changed:
    """A household or person with its changed cells."""

    household_code: str
    name: str
    cells: list[Cell]


def changed_rows(roster_import: RosterImport, keys: Iterable[tuple[int, int | None]]) -> list[Changed]:
    """Of one page of keys, the codes, names and changed cells."""
    wanted = list(keys)
    cells: dict[tuple[int, int | None], list[Cell]] = {}
    rows = changes_of(roster_import).filter(household_key__in={household for household, _ in wanted})
    for row in rows.order_by("id"):
        cells.setdefault((row.household_key, row.person_key), []).append(cell_of(row))
    codes, people = _names(wanted)
    return [
        Changed(
            codes.get(household, "—"),
            people.get(person, "") if person else "",
            cells.get((household, person), []),
        )
        for household, person in wanted
    ]


def _names(keys: Sequence[tuple[int, int | None]]) -> tuple[dict[int, str], dict[int, str]]:
    households = RosterHousehold.objects.filter(pk__in={household for household, _ in keys})
    persons = RosterPerson.objects.filter(pk__in={person for _, person in keys if person})
    return dict(households.values_list("pk", "code")), dict(persons.values_list("pk", "name"))


def cell_of(row: RosterDifference | RosterChange) -> Cell:
    """A stored cell in the reader's words."""
    if row.field == "telephone":
        table = "enrollment_rosterhousehold" if row.person_key is None else "enrollment_rosterperson"
        place = Place(table, "telephone", row.person_key or row.household_key)
        old, new = (_telephone(sealed, place) for sealed in (row.old_sealed, row.new_sealed))
    elif row.field == "gone_since":
        old, new = (_moment(value) for value in (row.old, row.new))
    else:
        old, new = (cell_text(row.field, value) for value in (row.old, row.new))
    return Cell(field_text(row.field), old, new)


def _telephone(sealed: bytes | memoryview | None, place: Place) -> str:
    return masked(unseal(bytes(sealed), place)) if sealed is not None else "—"


def _moment(value: str | None) -> str:
    at = parse_datetime(value) if value else None
    return moment(at) if at is not None else "—"


def missing_households(roster_import: RosterImport) -> QuerySet[RosterHousehold]:
    """What stands on the roster of the import's counties and isn't in the file; once applied, what it flagged."""
    if roster_import.state in (RosterImport.State.APPLIED, RosterImport.State.UNDONE):
        flagged = RosterChange.objects.filter(
            roster_import=roster_import, field="gone_since", old__isnull=True, person_key__isnull=True
        )
        return RosterHousehold.objects.filter(pk__in=flagged.values("household_key"))
    staged = RosterRow.objects.filter(roster_import=roster_import, household_code=OuterRef("code"))
    return RosterHousehold.objects.filter(
        ~Exists(staged), county__in=roster_import.reach.values("county"), gone_since=None
    )


def missing_persons(roster_import: RosterImport) -> QuerySet[RosterPerson]:
    """The same of persons."""
    if roster_import.state in (RosterImport.State.APPLIED, RosterImport.State.UNDONE):
        flagged = RosterChange.objects.filter(
            roster_import=roster_import, field="gone_since", old__isnull=True, person_key__isnull=False
        )
        return RosterPerson.objects.filter(pk__in=flagged.values("person_key"))
    staged = RosterRow.objects.filter(
        roster_import=roster_import, id_number_index=OuterRef("id_number_index")
    )
    return RosterPerson.objects.filter(
        ~Exists(staged), household__county__in=roster_import.reach.values("county"), gone_since=None
    )


@dataclass(frozen=True, slots=True)
class Between:
    """What changed in a county's roster after one moment and up to another: rows added, and cells from what stood
    before to what stood after."""

    new_households: QuerySet[RosterHousehold]
    new_persons: QuerySet[RosterPerson]
    changes: QuerySet[RosterChange]


def applied_imports(actor: User, county: Region) -> QuerySet[RosterImport]:
    """The applied imports that wrote to a county's roster, the latest first."""
    return (
        RosterImport.objects.visible_to(actor)
        .filter(state=RosterImport.State.APPLIED)
        .filter(Q(county=county) | Q(reach__county=county))
        .select_related("applied_by")
        .distinct()
        .order_by("-applied_at", "-id")
    )


def changes_between(
    actor: User, county: Region, after: datetime.datetime | None, until: datetime.datetime
) -> Between:
    """What the imports applied in that time added and changed; undone ones aside."""
    times = {"applied_at__lte": until} | ({"applied_at__gt": after} if after is not None else {})
    imports = RosterImport.objects.filter(state=RosterImport.State.APPLIED, **times).values("pk")
    participation = ParticipationImport.objects.filter(state=RosterImport.State.APPLIED, **times).values("pk")
    changes = RosterChange.objects.visible_to(actor).filter(
        Q(roster_import__in=imports) | Q(participation_import__in=participation), county=county
    )
    return Between(
        RosterHousehold.objects.visible_to(actor)
        .filter(county=county, listed_by__in=imports)
        .order_by("code"),
        RosterPerson.objects.visible_to(actor)
        .filter(household__county=county, listed_by__in=imports)
        .select_related("household")
        .order_by("household__code", "id"),
        changes.order_by("household_key", F("person_key").asc(nulls_first=True), "field", "id"),
    )
