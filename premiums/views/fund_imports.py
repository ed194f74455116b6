"""Pages of workbooks of allocations and payments: the imports, the empty workbook, what becomes of each row."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.models import PolicyYear
from jincheng_insurance.access.guards import actor_of, fresh_proof, requires
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.downloads import XLSX, download
from jincheng_insurance.web.pages import paginate
from premiums.bulk.template import template
from premiums.forms import FundUploadForm
from premiums.models import ACT_OF_SIDE
from premiums.selectors import fund_imports as selectors
from premiums.services import fund_imports as services

WORK = tuple(ACT_OF_SIDE.values())


@requires(*WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The workbooks so far, and the form for a new one."""
    actor = actor_of(request)
    form = FundUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with refusals_shown(request, form):
            uploaded = services.upload_funds(data=file.read(), file_name=file.name, actor=actor)
            return redirect("premiums:import", pk=uploaded.pk)
    context = {"form": form, "page": paginate(request, selectors.fund_imports(actor))}
    return render(request, "premiums/imports.html", context, status=422 if form.errors else 200)


@requires(*WORK)
@require_GET
def empty_workbook(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    years = PolicyYear.objects.values_list("year", flat=True)
    data = template(counties=selectors.counties_offered(actor_of(request)), years=list(years))
    return download(data, name=gettext("Allocations and payments template.xlsx"), content_type=XLSX)


@requires(*WORK)
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One workbook, row by row: what is booked or will be, and what is wrong (first, until it is booked)."""
    actor = actor_of(request)
    fund_import = access_row(selectors.fund_imports(actor), actor, pk=pk)
    only = request.GET.get("show") == "problems"
    page = paginate(request, [line for line in fund_import.lines if line["problems"] or not only])
    context = {
        "fund_import": fund_import,
        "may_work": actor.can(selectors.payers_act(fund_import), on=fund_import),
        "same_file": selectors.same_import(fund_import, actor),
        "page": page,
        "rows": selectors.shown_lines(page),
    }
    return render(request, "premiums/import.html", context)


@requires(*WORK)
@require_POST
@fresh_proof
def book(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    fund_import = access_row(selectors.fund_imports(actor), actor, pk=pk)
    with refusals_shown(request):
        if services.book_import(fund_import=fund_import, actor=actor):
            messages.success(request, _("Booked to the fund ledger."))
        else:
            messages.warning(
                request,
                _("The ledger changed meanwhile, so nothing was booked. Look at the result again."),
            )
    return redirect("premiums:import", pk=pk)


@requires(*WORK)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    fund_import = access_row(selectors.fund_imports(actor), actor, pk=pk)
    with refusals_shown(request):
        services.cancel_import(fund_import=fund_import, actor=actor)
        messages.success(request, _("The import is cancelled; nothing was booked."))
    return redirect("premiums:import", pk=pk)


@requires(*WORK)
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The workbook with its problems marked; on record."""
    actor = actor_of(request)
    fund_import = access_row(selectors.fund_imports(actor), actor, pk=pk)
    with refusals_shown(request):
        file = services.annotated_copy(fund_import=fund_import, actor=actor)
        stem = fund_import.file_name.rpartition(".")[0] or fund_import.file_name
        name = gettext("%(file)s, annotated.xlsx") % {"file": stem}
        response = FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
        response["Cache-Control"] = "no-store"
        return response
    return redirect("premiums:import", pk=pk)
