"""Pages of suspensions of payments: the history, asking, deciding, lifting (R22)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.models import Agreement
from enrollment.selectors import current_policy_year
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.downloads import download
from jincheng_insurance.web.pages import paginate
from riskpool.forms.suspension import ApproveSuspensionForm, AskSuspensionForm, SuspensionReasonForm
from riskpool.models import Suspension
from riskpool.selectors.suspension import may_be_suspended, suspension_papers
from riskpool.selectors.suspension import suspensions as suspensions_of
from riskpool.services import suspension as services

State = Suspension.State


@requires(Act.VIEW_POOL)
@require_GET
def suspensions(request: HttpRequest) -> HttpResponse:
    """What was asked for, decided and lifted, newest first."""
    actor = actor_of(request)
    page = paginate(request, suspensions_of(actor))
    return render(
        request,
        "riskpool/suspensions.html",
        {"page": page, "askable": may_be_suspended(actor, current_policy_year())},
    )


def _suspension_page(request: HttpRequest, row: Suspension, **forms: Any) -> HttpResponse:
    actor = actor_of(request)
    decides = actor.can(Act.DECIDE_SUSPENSION, on=row)
    context = {
        "suspension": row,
        "papers": row.papers.select_related("added_by"),
        "may_decide": decides and row.state == State.ASKED,
        "may_open": actor.can(Act.VIEW_EVIDENCE, on=row),
        "own": row.asked_by_id == actor.pk,
        "may_lift": decides and row.state in (State.APPROVED, State.IN_FORCE),
        "approve_form": ApproveSuspensionForm(prefix="approve"),
        "refuse_form": SuspensionReasonForm(prefix="refuse"),
        "lift_form": SuspensionReasonForm(prefix="lift"),
        **forms,
    }
    return render(request, "riskpool/suspension.html", context, status=422 if forms else 200)


@requires(Act.VIEW_POOL)
@require_GET
def suspension(request: HttpRequest, pk: int) -> HttpResponse:
    """One suspension: facts, evidence, decision, and what the reader may do."""
    actor = actor_of(request)
    return _suspension_page(request, access_row(suspensions_of(actor), actor, pk=pk))


@requires(Act.ASK_SUSPENSION)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the city to suspend payments under one agreement."""
    actor = actor_of(request)
    rows = Agreement.objects.select_related("county", "insurer")
    agreement = access_row(rows, actor, Act.ASK_SUSPENSION, pk=pk)
    form = AskSuspensionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            evidence = [(file.name or "", file.read()) for file in form.cleaned_data["file"]]
            row = services.ask_suspension(
                agreement=agreement,
                violation=form.cleaned_data["violation"],
                evidence=evidence,
                actor=actor,
            )
            messages.success(request, _("The city has been asked; it decides."))
            return redirect("riskpool:suspension", pk=row.pk)
    context = {"agreement": agreement, "form": form}
    return render(request, "riskpool/ask_suspension.html", context, status=422 if form.errors else 200)


def _decide(  # noqa: PLR0917 -- a decision is all of this
    request: HttpRequest,
    pk: int,
    name: str,
    form_class: type[forms.Form],
    service: Callable[..., Suspension],
    done: str,
) -> HttpResponse:
    """Take a decision of the city's on a request or suspension, or show its form again with what is wrong."""
    actor = actor_of(request)
    row = access_row(suspensions_of(actor), actor, Act.DECIDE_SUSPENSION, pk=pk)
    form = form_class(request.POST, prefix=name)
    if form.is_valid():
        with refusals_shown(request, form):
            service(suspension=row, actor=actor, **form.cleaned_data)
            messages.success(request, done)
            return redirect("riskpool:suspension", pk=pk)
    return _suspension_page(request, row, **{f"{name}_form": form})


@requires(Act.VIEW_POOL)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The suspension is approved; those concerned are told.")
    return _decide(request, pk, "approve", ApproveSuspensionForm, services.approve_suspension, done)


@requires(Act.VIEW_POOL)
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The request is refused; the county is told.")
    return _decide(request, pk, "refuse", SuspensionReasonForm, services.refuse_suspension, done)


@requires(Act.VIEW_POOL)
@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The suspension is lifted; payments may go on.")
    return _decide(request, pk, "lift", SuspensionReasonForm, services.lift_suspension, done)


@requires(Act.VIEW_EVIDENCE)
@require_POST
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """A piece of evidence; each look has a reason and is on record."""
    actor = actor_of(request)
    row = access_row(suspension_papers(actor), actor, Act.VIEW_EVIDENCE, pk=pk)
    with refusals_shown(request):
        data = services.open_evidence(paper=row, reason=request.POST.get("reason", ""), actor=actor)
        return download(data, name=row.file_name, content_type=row.content_type)
    return redirect("riskpool:suspension", pk=row.suspension_id)
