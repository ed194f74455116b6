"""Pages of exports: one's own files, a form for each kind, and the way to the file."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jincheng_insurance.access.guards import actor_of, fresh_proof, requires, signed_in
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.sheets import services
from jincheng_insurance.sheets.exports import KINDS, kinds_for, title_of
from jincheng_insurance.sheets.forms import RefuseExportForm
from jincheng_insurance.sheets.models import Export
from jincheng_insurance.sheets.selectors import export_to_decide, exports_of, own_export, waiting_for_approval
from jincheng_insurance.sheets.texts import EXPORT_FAILURES
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate
from jincheng_insurance.web.progress import Progress, progress_response
from jincheng_insurance.web.progress import State as JobState

LATE_AFTER_SECONDS = 60
CONTENT_TYPES = {
    Export.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Export.Format.CSV: "text/csv; charset=utf-8",
}
View = Callable[..., HttpResponseBase]


def for_exporters(view: View) -> View:
    """Sign-in first, then 403 for whom no kind of export is meant."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not kinds_for(actor_of(request)):
            raise PermissionDenied("no export is granted")
        return view(request, *args, **kwargs)

    return signed_in(guarded)


@for_exporters
@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """What can be exported, and one's own files so far."""
    actor = actor_of(request)
    page = paginate(request, exports_of(actor))
    rows = [(export, title_of(export)) for export in page]
    waiting = waiting_for_approval(actor) if actor.can(Act.APPROVE_EXPORT) else []
    context = {
        "kinds": kinds_for(actor),
        "page": page,
        "rows": rows,
        "waiting": [(export, title_of(export)) for export in waiting],
    }
    return render(request, "sheets/exports.html", context)


@for_exporters
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof
def new_export(request: HttpRequest, name: str) -> HttpResponse:
    """The form of one kind. A short list is made at once, a long one in the background."""
    actor, kind = actor_of(request), KINDS.get(name)
    if kind is None:
        raise Http404
    require(actor, kind.act)
    asked = {name: value for name, value in request.GET.items() if name in kind.form.base_fields}
    form = kind.form(request.POST if request.method == "POST" else None, actor=actor, initial=asked)
    if form.is_valid():
        with refusals_shown(request, form):
            export = services.request_export(
                kind=kind,
                chosen=form.chosen(),
                described=form.described(),
                file_format=form.cleaned_data["format"],
                full=form.cleaned_data.get("full", False),
                purpose=form.cleaned_data["purpose"],
                actor=actor,
            )
            if export.total <= services.AT_ONCE and export.state != Export.State.WAITING:
                services.make_export(export_id=export.pk)
            return redirect("sheets:export", pk=export.pk)
    status = 422 if form.errors else 200
    return render(request, "sheets/new_export.html", {"kind": kind, "form": form}, status=status)


@for_exporters
@require_GET
def export_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: how far it is, or the button that fetches it."""
    export = own_export(actor_of(request), pk)
    context = {
        "export": export,
        "title": title_of(export),
        "ready": export.state == Export.State.READY
        and (export.expires_at or timezone.now()) > timezone.now(),
        "failure": EXPORT_FAILURES.get(export.failure, ""),
        "progress": _progress(export),
        "progress_url": reverse("sheets:progress", args=[pk]),
    }
    return render(request, "sheets/export.html", context)


@for_exporters
@require_GET
def export_progress(request: HttpRequest, pk: int) -> HttpResponse:
    export = own_export(actor_of(request), pk)
    return progress_response(request, _progress(export), reverse("sheets:progress", args=[pk]))


@requires(Act.APPROVE_EXPORT)
@require_GET
def approval(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else's large export with numbers in full: who wants what for which purpose, to approve or refuse."""
    return _approval(request, export_to_decide(actor_of(request), pk), RefuseExportForm())


def _approval(request: HttpRequest, export: Export, form: RefuseExportForm) -> HttpResponse:
    counties = Region.objects.filter(
        pk__in={county for county, _insurer, revealed in export.reach if revealed}
    )
    context = {
        "export": export,
        "title": title_of(export),
        "form": form,
        "counties": list(counties.order_by("code")),
    }
    return render(request, "sheets/approval.html", context, status=422 if form.errors else 200)


@requires(Act.APPROVE_EXPORT)
@require_POST
@fresh_proof
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    export = services.approve_export(export=export_to_decide(actor, pk), actor=actor)
    messages.success(request, _("The export of %(name)s is approved.") % {"name": export.made_by})
    return redirect("sheets:exports")


@requires(Act.APPROVE_EXPORT)
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    export = export_to_decide(actor, pk)
    form = RefuseExportForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            services.refuse_export(export=export, reason=form.cleaned_data["reason"], actor=actor)
            messages.success(request, _("The export of %(name)s is refused.") % {"name": export.made_by})
            return redirect("sheets:exports")
    return _approval(request, export, form)


@for_exporters
@require_POST
@fresh_proof
def fetch(request: HttpRequest, pk: int) -> HttpResponse:
    """The file itself, for its maker; each fetch is on record."""
    actor = actor_of(request)
    export = own_export(actor, pk)
    with refusals_shown(request):
        data = services.fetch_export(export=export, actor=actor)
        response = HttpResponse(data, content_type=CONTENT_TYPES[Export.Format(export.format)])
        name = f"{title_of(export)}-{timezone.localtime(export.asked_at):%Y%m%d-%H%M}.{export.format}"
        response.headers["Content-Disposition"] = _attachment(name, f"export-{export.pk}.{export.format}")
        response.headers["Cache-Control"] = "no-store, private"
        return response
    return redirect("sheets:export", pk=pk)


def _attachment(name: str, plain: str) -> str:
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def _progress(export: Export) -> Progress:
    states = Export.State
    shown: dict[Export.State, JobState] = {
        states.QUEUED: "waiting",
        states.MAKING: "running",
        states.FAILED: "failed",
    }
    quiet = (timezone.now() - export.heartbeat_at).total_seconds()
    return Progress(
        state=shown.get(states(export.state), "finished"),
        done=export.done,
        total=export.total,
        late=export.running and quiet > LATE_AFTER_SECONDS,
    )
