"""Pages of the participation workbook: its imports, what each would change, and taking it over."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.forms import ParticipationForm
from enrollment.import_selectors import participation_imports, same_file
from enrollment.models import BasicInsurance, ParticipationRow, RosterPerson
from enrollment.roster.texts import text_of
from enrollment.selectors import current_policy_year
from enrollment.services import participation as services
from enrollment.texts import failure_text
from enrollment.views.roster import progress_of
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row, require
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate
from jincheng_insurance.web.progress import progress_response


@requires(Act.VIEW_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The participation workbooks so far, and the form for a new one."""
    actor = actor_of(request)
    if request.method == "POST":
        require(actor, Act.IMPORT_ROSTER)
        form = ParticipationForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            with refusals_shown(request, form):
                uploaded = services.upload_participation(
                    data=file.read(),
                    file_name=file.name,
                    policy_year=form.cleaned_data["policy_year"],
                    actor=actor,
                )
                return redirect("enrollment:participation_import", pk=uploaded.pk)
    else:
        form = ParticipationForm(initial={"policy_year": current_policy_year()})
    context = {
        "form": form,
        "may_import": actor.can(Act.IMPORT_ROSTER),
        "page": paginate(request, participation_imports(actor)),
    }
    return render(request, "enrollment/participation.html", context, status=422 if form.errors else 200)


@requires(Act.VIEW_ROSTER)
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One workbook: how far it is, its counts, and line by line what changes (`?show=changed`), what doesn't (`same`),
    and what is wrong (`problems`)."""
    actor = actor_of(request)
    upload = access_row(participation_imports(actor), actor, pk=pk)
    shown = request.GET.get("show", "")
    kind = shown if shown in {"changed", "same", "problems"} else "changed"
    rows = ParticipationRow.objects.filter(participation_import=upload).order_by("id")
    if kind == "problems":
        rows = rows.filter(verdict="reject")
    else:
        rows = rows.exclude(verdict="reject").filter(changed=kind == "changed")
    page = paginate(request, rows)
    people = dict(
        RosterPerson.objects.visible_to(actor)
        .filter(pk__in=[row.person_key for row in page if row.person_key])
        .values_list("pk", "name")
    )
    labels = dict(BasicInsurance.choices)
    context = {
        "upload": upload,
        "may_import": actor.can(Act.IMPORT_ROSTER, on=upload),
        "progress": progress_of(upload),
        "progress_url": reverse("enrollment:participation_progress", args=[pk]),
        "same_file": same_file(upload, actor),
        "kind": kind,
        "page": page,
        "rows": [
            (
                row,
                people.get(row.person_key or 0, ""),
                labels.get(row.old, "—"),
                labels.get(row.insured_old or "", "—"),
                labels.get(row.new, "—"),
                [(problem, text_of(problem["code"], problem["params"])) for problem in row.problems],
            )
            for row in page
        ],
        "failure": failure_text(upload.failure) if upload.failure else "",
    }
    return render(request, "enrollment/participation_import.html", context)


@requires(Act.VIEW_ROSTER)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    upload = access_row(participation_imports(actor), actor, pk=pk)
    url = reverse("enrollment:participation_progress", args=[pk])
    return progress_response(request, progress_of(upload), url)


@requires(Act.VIEW_ROSTER)
@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    upload = access_row(participation_imports(actor), actor, Act.IMPORT_ROSTER, pk=pk)
    with refusals_shown(request):
        services.request_participation(participation_import=upload, actor=actor)
    return redirect("enrollment:participation_import", pk=pk)


@requires(Act.VIEW_ROSTER)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    upload = access_row(participation_imports(actor), actor, Act.IMPORT_ROSTER, pk=pk)
    with refusals_shown(request):
        services.cancel_participation(participation_import=upload, actor=actor)
    return redirect("enrollment:participation_import", pk=pk)
