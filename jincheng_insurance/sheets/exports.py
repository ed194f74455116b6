"""Lists as files that finance and insurers expect. An app registers what it exports: a name, the act that lets one read
it, a function that gives the rows within reach, and a django-import-export resource that says the columns.

The resource decides what stands in a cell; the file is written here, row by row as the database gives them. The
library's own way keeps all rows and the whole workbook in memory, and knows no title, frozen header, widths or number
formats."""

import csv
import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import Widget
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act

if TYPE_CHECKING:
    from jincheng_insurance.sheets.forms import ExportForm

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
A4 = 9
MOST_CELL = 32_767
MOST_PRINTED = 100  # a header or footer holds 255 characters in all
HEAD_ROW = 3
TEXT, DAY, YUAN, WHOLE = "@", "yyyy-mm-dd", "#,##0.00", "#,##0"
THIN = Side(style="thin", color="B7C0CC")

R = TypeVar("R", bound=Model)


class AsItIs(Widget):  # type: ignore[misc]
    """A cell keeps its type: numbers stay numbers and days stay days."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class Column(Field):  # type: ignore[misc]
    """One column: where its value is found, its title, how wide it is and how it is formatted."""

    def __init__(
        self, attribute: str | None, title: str | Promise, *, width: int = 14, style: str = ""
    ) -> None:
        super().__init__(attribute=attribute, column_name=title, readonly=True, widget=AsItIs())
        self.width = width
        self.style = style


class SheetResource(ModelResource):  # type: ignore[misc]
    """The columns of an export. `reveals` says of a row whether its personal numbers may stand there in full."""

    def __init__(self, reveals: Callable[[Any], bool]) -> None:
        super().__init__()
        self.reveals = reveals

    def columns(self) -> list[Column]:
        return [field for field in self.get_export_fields() if isinstance(field, Column)]

    def rows(self, queryset: QuerySet[Any]) -> Iterator[tuple[Any, list[Any]]]:
        """Each row with its cells, as the database gives them."""
        columns = self.columns()
        for row in self.iter_queryset(queryset):
            yield row, [cell_of(self.export_field(column, row)) for column in columns]


@dataclass(frozen=True, slots=True)
class ExportKind:
    """Something that can be exported. `rows` gives, within the actor's reach and in order, what `form` has chosen;
    `personal` says whether personal numbers stand in it."""

    name: str
    title: str | Promise
    note: str | Promise
    act: Act
    form: "type[ExportForm]"
    rows: Callable[[User, Mapping[str, Any]], QuerySet[Any]]
    resource: type[SheetResource]
    personal: bool = True


KINDS: dict[str, ExportKind] = {}


def register_export(*kinds: ExportKind) -> None:
    """Offer exports, from `AppConfig.ready`. The same name again replaces the kind."""
    for kind in kinds:
        KINDS[kind.name] = kind


def title_of(export: Any) -> str:
    """The title of an export's kind; of a kind no longer offered, its name."""
    kind = KINDS.get(export.kind)
    return str(kind.title) if kind is not None else str(export.kind)


def kinds_for(actor: User) -> list[ExportKind]:
    """What the actor may export somewhere."""
    return [kind for kind in KINDS.values() if actor.can(kind.act)]


def cell_of(value: Any) -> Any:
    """A value as it may stand in a cell. Text is only ever text: what a spreadsheet would take for a formula is led by
    an apostrophe, and control characters are left out.

    >>> cell_of("=1+1"), cell_of("-5"), cell_of(-5), cell_of("张三")
    ("'=1+1", "'-5", -5, '张三')
    """
    if value is None:
        return ""
    if isinstance(value, bool | int | Decimal | datetime.date):
        return value
    text = CONTROL.sub("", str(value))[:MOST_CELL]
    return f"'{text}" if text.lstrip(" \u3000\u00a0").startswith(FORMULA_STARTS) else text


def write_csv(path: Path, resource: SheetResource, cells: Iterator[list[Any]], *, mark: str) -> None:
    """UTF-8 with its byte order mark, so that Excel reads Chinese; titles in the first row. The last column says of
    each row whose file it comes from: a table in plain text has no other place for it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            [*(cell_of(title) for title in resource.get_export_headers()), gettext("Export number")]
        )
        writer.writerows([*line, cell_of(mark)] for line in cells)


def write_xlsx(
    path: Path, resource: SheetResource, cells: Iterator[list[Any]], *, title: str, note: str, mark: str
) -> None:
    """A workbook of one sheet: what it is and for whom, a header that stays in sight and filters, then the rows.
    `mark`, whose file it is, stands in the document's properties and on every printed page too."""
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = title, mark
    book.properties.description = book.properties.keywords = mark
    sheet = book.create_sheet(title[:31])
    printed = mark.replace("&", "&&")[:MOST_PRINTED]
    sheet.oddHeader.right.text = printed
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = printed, "&P / &N"
    columns = resource.columns()
    last = _letters(len(columns))
    for place, column in enumerate(columns, 1):
        sheet.column_dimensions[_letters(place)].width = column.width
    sheet.freeze_panes = f"A{HEAD_ROW + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    sheet.append([_styled(sheet, title, font=Font(bold=True, size=14))])
    sheet.append([_styled(sheet, cell_of(note), font=Font(color="5B6675"))])
    head = {
        "font": Font(bold=True),
        "fill": PatternFill("solid", fgColor="E8EDF3"),
        "border": Border(bottom=THIN),
        "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
    }
    sheet.append([_styled(sheet, cell_of(text), **head) for text in resource.get_export_headers()])
    kept = [WriteOnlyCell(sheet) if column.style else None for column in columns]
    for column, cell in zip(columns, kept, strict=True):
        if cell is not None:
            cell.number_format = column.style
    written = HEAD_ROW
    for row in cells:
        sheet.append([_filled(cell, value) for cell, value in zip(kept, row, strict=True)])
        written += 1
    sheet.auto_filter.ref = f"A{HEAD_ROW}:{last}{written}"
    book.save(path)


def _filled(cell: Any, value: Any) -> Any:
    """The value in its column's formatted cell, which is written before it is filled again."""
    if cell is None:
        return value
    cell.value = value
    return cell


def _styled(sheet: Any, value: Any, **styles: Any) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    for name, style in styles.items():
        setattr(cell, name, style)
    return cell


def _letters(place: int) -> str:
    letters = ""
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
