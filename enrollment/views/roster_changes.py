"""Pages of what an import would change or has changed, taking one back, and what changed between two of them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enrollment.forms import ChangesForm, UndoForm
from enrollment.import_selectors import (
    applied_imports,
    cell_of,
    changed_keys,
    changed_rows,
    changes_between,
    missing_households,
    missing_persons,
    staged_rows,
)
from enrollment.models import RosterHousehold, RosterImport, RosterPerson
from enrollment.selectors import roster_imports, visible_counties
from enrollment.services import roster_undo
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate

KINDS: dict[str, Callable[[RosterImport], Any]] = {
    "new": lambda row: staged_rows(row, new=True),
    "changed": changed_keys,
    "same": lambda row: staged_rows(row, new=False),
    "gone": lambda row: (
        missing_households(row).select_related("county", "township", "village").order_by("code")
    ),
    "gone_persons": lambda row: (
        missing_persons(row).select_related("household").order_by("household__code", "id")
    ),
}


@requires(Act.VIEW_ROSTER)
@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What an import does to the roster, one kind at a time: `?show=new`, `changed`, `same`, `gone`, `gone_persons`."""
    actor = actor_of(request)
    roster_import = access_row(roster_imports(actor), actor, pk=pk)
    shown = request.GET.get("show", "")
    kind = shown if shown in KINDS else "new"
    page = paginate(request, KINDS[kind](roster_import))
    context = {
        "roster_import": roster_import,
        "kind": kind,
        "page": page,
        "changed": changed_rows(roster_import, page.object_list) if kind == "changed" else [],
    }
    return render(request, "enrollment/import_preview.html", context)


@requires(Act.VIEW_ROSTER)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    roster_import = access_row(roster_imports(actor), actor, Act.IMPORT_ROSTER, pk=pk)
    form = UndoForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the import is undone."))
        return redirect("roster:import", pk=pk)
    with refusals_shown(request):
        roster_undo.undo_import(roster_import=roster_import, reason=form.cleaned_data["reason"], actor=actor)
        messages.success(request, _("The import is undone; the roster is as it was before."))
    return redirect("roster:import", pk=pk)


@requires(Act.VIEW_ROSTER)
@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """What changed in a county's roster between two applied imports."""
    actor = actor_of(request)
    counties = visible_counties(actor)
    wanted = request.GET.get("county", "")
    county = (
        counties.filter(pk=wanted).first() if wanted.isascii() and wanted.isdigit() else None
    ) or counties.first()
    if county is None:
        return render(request, "enrollment/changes.html", {"form": None})
    imports = applied_imports(actor, county)
    form = ChangesForm(
        request.GET if "county" in request.GET else {"county": county.pk}, counties=counties, imports=imports
    )
    chosen = form.cleaned_data if form.is_valid() else {}
    after, until = chosen.get("after"), chosen.get("until")
    between = changes_between(
        actor,
        county,
        after.applied_at if after is not None else None,
        until.applied_at if until is not None else timezone.now(),
    )
    shown = request.GET.get("show", "")
    lists: dict[str, Any] = {
        "changed": between.changes,
        "households": between.new_households,
        "persons": between.new_persons,
    }
    kind = shown if shown in lists else "changed"
    page = paginate(request, lists[kind])
    context = {
        "form": form,
        "county": county,
        "kind": kind,
        "page": page,
        "counts": {name: rows.count() for name, rows in lists.items()},
        "rows": _named(page.object_list) if kind == "changed" else [],
    }
    return render(request, "enrollment/changes.html", context)


def _named(rows: Any) -> list[tuple[str, str, Any]]:
    """Changes with household code and person's name."""
    listed = list(rows)
    codes = dict(
        RosterHousehold.objects.filter(pk__in={row.household_key for row in listed}).values_list("pk", "code")
    )
    people = dict(
        RosterPerson.objects.filter(pk__in={row.person_key for row in listed if row.person_key}).values_list(
            "pk", "name"
        )
    )
    return [
        (codes.get(row.household_key, "—"), people.get(row.person_key, ""), cell_of(row)) for row in listed
    ]
