"""Pages on which somebody says what the columns of a workbook hold, and forgets it again."""

from typing import NamedTuple

from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.forms import ColumnsForm
from enrollment.models import RosterImport, UnplacedSheet
from enrollment.roster.texts import FIELD_NAMES
from enrollment.roster.unplaced import SAMPLE_ROWS, titles_in
from enrollment.selectors import column_mappings, roster_imports, roster_titles
from enrollment.services import roster_mapping
from enrollment.texts import failure_text
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.sheets.columns import HEADER_ROWS
from jincheng_insurance.sheets.problems import letter
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate


class ColumnLine(NamedTuple):
    """One column of the sheet on the page."""

    letter: str
    title: str
    samples: list[str]
    choice: BoundField | None


@requires(Act.VIEW_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column holds what, for an import whose titles aren't known; `row` is the row the titles stand in."""
    actor = actor_of(request)
    roster_import = access_row(roster_imports(actor), actor, Act.IMPORT_ROSTER, pk=pk)
    sheet = UnplacedSheet.objects.filter(roster_import=roster_import).first()
    if roster_import.state != RosterImport.State.MAPPING or sheet is None:
        return redirect("roster:import", pk=pk)
    header_row = _header_row(request, sheet)
    rows = roster_mapping.rows_of(sheet)
    titles = titles_in(rows, header_row)
    layout = roster_mapping.layout_with(
        titles, sheet.sheet, header_row, roster_titles(roster_import.county_id)
    )
    found = {place.offset: field for field, place in layout.fields.items()}
    form = ColumnsForm(request.POST if request.method == "POST" else None, titles=titles, found=found)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            roster_mapping.name_columns(
                roster_import=roster_import, header_row=header_row, fields=form.chosen(), actor=actor
            )
            return redirect("roster:import", pk=pk)
    below = [row.values for row in rows if row.row > header_row][:SAMPLE_ROWS]
    lines = [
        ColumnLine(
            letter(at),
            title,
            [str(values[at]) if at < len(values) else "" for values in below],
            form[f"column_{at}"] if title else None,
        )
        for at, title in enumerate(titles)
    ]
    context = {
        "roster_import": roster_import,
        "sheet": sheet,
        "form": form,
        "lines": lines,
        "header_row": header_row,
        "header_rows": [row.row for row in rows if row.row <= HEADER_ROWS],
        "failure": failure_text(roster_import.failure) if roster_import.failure else "",
    }
    return render(request, "enrollment/columns.html", context, status=422 if form.errors else 200)


def _header_row(request: HttpRequest, sheet: UnplacedSheet) -> int:
    """The row asked for, where the sheet has it among its first; else the one that looks most like a header."""
    asked = request.POST.get("row") or request.GET.get("row") or ""
    rows = {number for number, _values in sheet.rows if number <= HEADER_ROWS}
    return int(asked) if asked.isascii() and asked.isdigit() and int(asked) in rows else sheet.header_row


@requires(Act.IMPORT_ROSTER)
@require_GET
def titles(request: HttpRequest) -> HttpResponse:
    """The titles that somebody has given a meaning, and that imports go by."""
    actor = actor_of(request)
    page = paginate(request, column_mappings(actor))
    lines = [
        (mapping, FIELD_NAMES.get(mapping.field, ""), actor.can(Act.IMPORT_ROSTER, on=mapping))
        for mapping in page
    ]
    return render(request, "enrollment/titles.html", {"page": page, "lines": lines})


@requires(Act.IMPORT_ROSTER)
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    mapping = access_row(column_mappings(actor), actor, Act.IMPORT_ROSTER, pk=pk)
    with refusals_shown(request):
        roster_mapping.forget_column_title(mapping=mapping, actor=actor)
    return redirect("roster:titles")
