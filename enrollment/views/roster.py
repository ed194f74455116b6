"""Pages of the roster: its imports with their progress and problems, and the households it lists."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.forms import UndoForm, UploadForm
from enrollment.import_selectors import new_townships, problem_lines, same_file
from enrollment.models import RosterHousehold, RosterImport
from enrollment.roster.texts import text_of
from enrollment.selectors import (
    masked_household_telephone,
    masked_identity,
    roster_households,
    roster_imports,
)
from enrollment.services import roster
from enrollment.services.roster_undo import built_on
from enrollment.texts import failure_text
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row, require
from jincheng_insurance.audit.services import note_view
from jincheng_insurance.sheets.models import Upload
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate
from jincheng_insurance.web.progress import Progress, progress_response
from jincheng_insurance.web.progress import State as JobState

LATE_AFTER_SECONDS = 60
MOST_TOWNSHIPS = 20


@requires(Act.VIEW_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The imports so far, and the form for a new one."""
    actor = actor_of(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        require(actor, Act.IMPORT_ROSTER)
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            with refusals_shown(request, form):
                uploaded = roster.upload_roster(data=file.read(), file_name=file.name, actor=actor)
                return redirect("roster:import", pk=uploaded.pk)
    return render(
        request,
        "enrollment/imports.html",
        {
            "form": form,
            "may_import": actor.can(Act.IMPORT_ROSTER),
            "page": paginate(request, roster_imports(actor)),
        },
        status=422 if form.errors else 200,
    )


def progress_of(upload: Upload) -> Progress:
    """How far an upload's check or application is."""
    states = Upload.State
    shown: dict[Upload.State, JobState] = {
        states.QUEUED: "waiting",
        states.CHECKING: "running",
        states.APPLYING: "running",
        states.FAILED: "failed",
    }
    quiet = (timezone.now() - upload.heartbeat_at).total_seconds()
    return Progress(
        state=shown.get(states(upload.state), "finished"),
        done=upload.done,
        total=upload.total,
        late=upload.running and quiet > LATE_AFTER_SECONDS,
    )


@requires(Act.VIEW_ROSTER)
@require_GET
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: how far it is, its counts, and its problems row by row."""
    actor = actor_of(request)
    roster_import = access_row(roster_imports(actor), actor, pk=pk)
    page = paginate(request, problem_lines(roster_import))
    context: dict[str, Any] = {
        "roster_import": roster_import,
        "may_import": actor.can(Act.IMPORT_ROSTER, on=roster_import),
        "progress": progress_of(roster_import),
        "progress_url": reverse("roster:progress", args=[pk]),
        "page": page,
        "problems": [(row, row.problem, text_of(row.problem["code"], row.problem["params"])) for row in page],
        "reach": roster_import.reach.select_related("county"),
        "same_file": same_file(roster_import, actor),
        "missing": _missing(roster_import),
        "undo_form": UndoForm(),
        "failure": failure_text(roster_import.failure) if roster_import.failure else "",
    }
    if roster_import.state == RosterImport.State.CHECKED:
        townships = new_townships(roster_import)
        context |= {"new_townships": len(townships), "townships": townships[:MOST_TOWNSHIPS]}
    if context["may_import"] and roster_import.state == RosterImport.State.APPLIED:
        built = built_on(roster_import.pk)
        later = list(roster_imports(actor).filter(pk__in=built.imports).order_by("pk"))
        context |= {"built": built, "later": later, "unseen": len(built.imports) - len(later)}
    return render(request, "enrollment/import.html", context)


def _missing(roster_import: RosterImport) -> dict[str, int]:
    """Households and persons of the import's counties that the file doesn't list; once applied, those flagged."""
    if roster_import.state != RosterImport.State.CHECKED:
        return {"households": roster_import.gone_households, "persons": roster_import.gone_persons}
    reach = list(roster_import.reach.all())
    return {
        "households": sum(county.missing_households for county in reach),
        "persons": sum(county.missing_persons for county in reach),
    }


@requires(Act.VIEW_ROSTER)
@require_GET
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    roster_import = access_row(roster_imports(actor), actor, pk=pk)
    return progress_response(request, progress_of(roster_import), reverse("roster:progress", args=[pk]))


@requires(Act.VIEW_ROSTER)
@require_POST
def apply_import(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    roster_import = access_row(roster_imports(actor), actor, Act.IMPORT_ROSTER, pk=pk)
    whole = [int(key) for key in request.POST.getlist("whole") if key.isascii() and key.isdigit()]
    with refusals_shown(request):
        roster.request_apply(roster_import=roster_import, actor=actor, whole_counties=whole)
    return redirect("roster:import", pk=pk)


@requires(Act.VIEW_ROSTER)
@require_POST
def cancel_import(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    roster_import = access_row(roster_imports(actor), actor, Act.IMPORT_ROSTER, pk=pk)
    with refusals_shown(request):
        roster.cancel_import(roster_import=roster_import, actor=actor)
    return redirect("roster:import", pk=pk)


@requires(Act.VIEW_ROSTER)
@require_GET
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """One household of the roster with its members, numbers masked."""
    actor = actor_of(request)
    row: RosterHousehold = access_row(roster_households(actor), actor, pk=pk)
    note_view(actor=actor, on=row)
    persons = [(person, masked_identity(person)) for person in row.persons.order_by("id")]
    insured = row.insured.visible_to(actor).select_related("agreement__insurer").order_by("-policy_year")
    context = {
        "household": row,
        "persons": persons,
        "insured": insured,
        "may_enrol": actor.can(Act.ENROL, on=row),
        "telephone": masked_household_telephone(row),
        "may_reveal": actor.can(Act.REVEAL_NUMBER, on=row),
    }
    return render(request, "enrollment/household.html", context)
