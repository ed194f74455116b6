"""Columns whose titles nobody knows: an import waits until somebody has said what they mean; that is remembered, and
used for every later import of the same reach."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import ColumnMapping, RosterImport, UnplacedSheet
from enrollment.roster.checking import missing_columns
from enrollment.roster.cleaning import clean_text
from enrollment.roster.columns import ROSTER_COLUMNS
from enrollment.roster.unplaced import ColumnsUnknown, titles_in
from enrollment.selectors import roster_titles
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record
from jincheng_insurance.sheets.columns import HEADER_ROWS, Layout, TitleTable, key_of
from jincheng_insurance.sheets.problems import SheetError
from jincheng_insurance.sheets.reading import SheetRow
from jincheng_insurance.web.background import enqueue

State = RosterImport.State
LONGEST_TITLE = 130  # a group and its part
FIELDS = frozenset(column.field for column in ROSTER_COLUMNS)


@transaction.atomic
def ask_for_columns(*, import_id: int, error: SheetError) -> bool:
    """Let an import that is being checked wait for its columns to be named, if that is what it can't go on without."""
    if not isinstance(error, ColumnsUnknown):
        return False
    first = error.first_rows
    waiting = RosterImport.objects.filter(pk=import_id, state=State.CHECKING).update(
        state=State.MAPPING, failure=error.as_json(), heartbeat_at=timezone.now()
    )
    if waiting:
        UnplacedSheet.objects.update_or_create(
            roster_import_id=import_id,
            defaults={"sheet": first.sheet[:100], "header_row": first.header_row, "rows": first.masked()},
        )
    return True


def rows_of(sheet: UnplacedSheet) -> list[SheetRow]:
    """The first rows of the sheet, masked, as rows again."""
    return [SheetRow(sheet.sheet, number, tuple(values)) for number, values in sheet.rows]


def layout_with(titles: Sequence[str], sheet: str, header_row: int, table: TitleTable) -> Layout:
    """Where the fields stand if these titles are the header."""
    return table.layout_of(SheetRow(sheet, header_row, tuple(titles)))


@transaction.atomic(durable=True)
def name_columns(
    *, roster_import: RosterImport, header_row: int, fields: Mapping[int, str], actor: User
) -> None:
    """Say which field each column of the waiting sheet holds (by its offset; a column left out holds none), remember
    it, and queue the check again. Refused when a needed field is left out, a field is given to two columns, or two
    columns of the same title are given different meanings."""
    locked = RosterImport.objects.select_for_update(of=("self",)).get(pk=roster_import.pk)
    require(actor, Act.IMPORT_ROSTER, locked)
    sheet = UnplacedSheet.objects.filter(roster_import=locked, roster_import__state=State.MAPPING).first()
    if sheet is None:
        raise Refused(_("This import no longer waits for its columns to be named."))
    titles = titles_in(rows_of(sheet), header_row)
    if not any(titles) or header_row > HEADER_ROWS:
        raise Refused(_("Row %(row)s holds no titles. Choose another row."), row=header_row)
    said = {at: fields.get(at, "") for at in range(len(titles))}
    _refuse_unless_whole(titles, said, sheet, header_row, one_county=locked.county_id is not None)
    found = layout_with(titles, sheet.sheet, header_row, roster_titles(locked.county_id))
    news = _news(titles, said, found)
    for key, (title, field) in news.items():
        ColumnMapping.objects.update_or_create(
            county_id=locked.county_id, key=key, defaults={"title": title, "field": field, "said_by": actor}
        )
    sheet.delete()
    RosterImport.objects.filter(pk=locked.pk).update(
        state=State.QUEUED, failure=None, attempts=0, done=0, total=0, heartbeat_at=timezone.now()
    )
    record("name_columns", actor=actor, on=locked, facts={"titles": len(news)})
    enqueue("enrollment.check_import", locked.pk)


def _refuse_unless_whole(
    titles: Sequence[str], said: Mapping[int, str], sheet: UnplacedSheet, row: int, *, one_county: bool
) -> None:
    """Refuse what can't be a roster, or can't be remembered by title."""
    chosen = [(at, field) for at, field in said.items() if field]
    if not FIELDS.issuperset(field for _at, field in chosen):
        raise Refused(_("Choose one of the fields for each column."))
    by_field: dict[str, int] = {}
    for at, field in chosen:
        if not titles[at]:
            raise Refused(_("A column without a title can't be named. Give it a title in the workbook."))
        if field in by_field:
            raise Refused(
                _("“%(one)s” and “%(other)s” are given the same field. Leave one of them out."),
                one=titles[by_field[field]],
                other=titles[at],
            )
        by_field[field] = at
    meanings: dict[str, str] = {}
    for at, field in chosen:
        if meanings.setdefault(key_of(titles[at]), field) != field:
            raise Refused(
                _(
                    "Two columns are titled “%(title)s” but are given different fields. Rename one in the workbook."
                ),
                title=titles[at],
            )
    table = TitleTable(
        ROSTER_COLUMNS, {key_of(titles[at]): field for at, field in chosen} | _passed(titles, said)
    )
    missing = missing_columns(layout_with(titles, sheet.sheet, row, table), one_county=one_county)
    kinds = by_field.get("household_kind", by_field.get("monitored_kind"))
    if kinds is not None and "household_kind" not in by_field and not _says_anything(sheet, row, kinds):
        missing.append("户类型")
    if missing:
        raise Refused(_("Still without a column: %(columns)s."), columns="、".join(missing))


def _says_anything(sheet: UnplacedSheet, header_row: int, at: int) -> bool:
    """Whether anything stands in a column among the kept rows below the header."""
    return any(
        clean_text(row.values[at]) for row in rows_of(sheet) if row.row > header_row and at < len(row.values)
    )


def _passed(titles: Sequence[str], said: Mapping[int, str]) -> dict[str, str]:
    """The titles that were given no field in any of their columns."""
    given = {key_of(titles[at]) for at, field in said.items() if field}
    return {
        key: ""
        for at, field in said.items()
        if not field and (key := key_of(titles[at])) and key not in given
    }


def _news(titles: Sequence[str], said: Mapping[int, str], found: Layout) -> dict[str, tuple[str, str]]:
    """What isn't known yet, by title key: fields in other columns than they would be found in, and titles that would
    be taken for a field they aren't."""
    places = {place.offset: field for field, place in found.fields.items()}
    given = {field for field in said.values() if field}
    passed = _passed(titles, said)
    news: dict[str, tuple[str, str]] = {}
    for at, field in said.items():
        key, title = key_of(titles[at]), titles[at][:LONGEST_TITLE]
        taken_for = places.get(at, "")
        if field and field != taken_for:
            news[key] = title, field
        elif not field and taken_for and taken_for not in given and key in passed:
            news[key] = title, ""
    return news


@transaction.atomic(durable=True)
def forget_column_title(*, mapping: ColumnMapping, actor: User) -> None:
    """Forget what a title means: later imports ask anew, or go by the titles everybody knows."""
    locked = ColumnMapping.objects.select_for_update().get(pk=mapping.pk)
    require(actor, Act.IMPORT_ROSTER, locked)
    record("forget_column_title", actor=actor, on=locked, facts={"title": locked.title})
    locked.delete()
