"""Pages of claims workbooks: the imports, the empty workbook, what each import adds and what is wrong with it."""

from io import BytesIO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims import bulk_selectors as selectors
from claims.bulk.template import template
from claims.forms.bulk import ClaimsUploadForm
from claims.services import bulk as services
from claims.services.bulk_copy import annotated_copy
from enrollment.selectors import current_policy_year
from enrollment.texts import failure_text
from enrollment.views.roster import progress_of
from jincheng_insurance.access.guards import actor_of, fresh_proof, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate
from jincheng_insurance.web.progress import progress_response

WORK = (Act.HANDLE_CLAIM, Act.RECORD_PAYMENT)
KINDS = ("new", "same", "problems")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires(*WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The claims workbooks so far, and the form for a new one."""
    actor = actor_of(request)
    if request.method == "POST":
        form = ClaimsUploadForm(request.POST, request.FILES)
        if form.is_valid():
            with refusals_shown(request, form):
                uploaded = services.upload_claims(**form.chosen(), actor=actor)
                return redirect("claims:import", pk=uploaded.pk)
    else:
        form = ClaimsUploadForm(initial={"policy_year": current_policy_year()})
    context = {"form": form, "page": paginate(request, selectors.claim_imports(actor))}
    return render(request, "claims/imports.html", context, status=422 if form.errors else 200)


@requires(*WORK)
@require_GET
def empty_workbook(request: HttpRequest) -> FileResponse:
    """The workbook to fill in. It holds nobody's data."""
    name = gettext("claims template.xlsx")
    return FileResponse(BytesIO(template()), as_attachment=True, filename=name, content_type=XLSX)


@requires(*WORK)
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One workbook: how far it is, its counts, and line by line what is new (`?show=new`), what stands already
    (`same`), and what is wrong (`problems`). It opens on what is wrong, once applied on what it added."""
    actor = actor_of(request)
    upload = access_row(selectors.claim_imports(actor), actor, pk=pk)
    asked = request.GET.get("show", "")
    first = "problems" if upload.rejected and not (upload.new and upload.applied_at) else "new"
    kind = asked if asked in KINDS else first
    page = paginate(request, selectors.rows_of(upload, kind))
    rows = list(page)
    context = {
        "upload": upload,
        "may_work": any(actor.can(act, on=upload) for act in WORK),
        "may_apply": all(actor.can(act, on=upload) for act in services.needs(upload)),
        "progress": progress_of(upload),
        "progress_url": reverse("claims:import_progress", args=[pk]),
        "same_file": selectors.same_import(upload, actor),
        "kind": kind,
        "page": page,
        "rows": selectors.shown_rows(actor, rows) if kind != "problems" else [],
        "problems": selectors.wrong_cells(rows) if kind == "problems" else [],
        "failure": failure_text(upload.failure) if upload.failure else "",
    }
    return render(request, "claims/import.html", context)


@requires(*WORK)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    upload = access_row(selectors.claim_imports(actor), actor, pk=pk)
    return progress_response(request, progress_of(upload), reverse("claims:import_progress", args=[pk]))


@requires(*WORK)
@require_POST
@fresh_proof
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    upload = access_row(selectors.claim_imports(actor), actor, pk=pk)
    with refusals_shown(request):
        services.request_apply(claim_import=upload, actor=actor)
    return redirect("claims:import", pk=pk)


@requires(*WORK)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    upload = access_row(selectors.claim_imports(actor), actor, pk=pk)
    with refusals_shown(request):
        services.cancel_import(claim_import=upload, actor=actor)
    return redirect("claims:import", pk=pk)


@requires(*WORK)
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The upload with its problems marked. By POST, since it shows full numbers and leaves a record."""
    actor = actor_of(request)
    upload = access_row(selectors.claim_imports(actor), actor, pk=pk)
    with refusals_shown(request):
        file = annotated_copy(claim_import=upload, actor=actor)
        stem = upload.file_name.rpartition(".")[0] or upload.file_name
        name = gettext("%(file)s, annotated.xlsx") % {"file": stem}
        response = FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
        response["Cache-Control"] = "no-store"
        return response
    return redirect("claims:import", pk=pk)
