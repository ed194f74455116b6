"""Pages of report duties: the register, and each duty's own page with its acts (R21)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enrollment.selectors import policy_year_of
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row, require
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.downloads import download
from jincheng_insurance.web.form_drafts import FormDraft
from jincheng_insurance.web.pages import paginate
from jincheng_insurance.web.paper_files import word_file
from jincheng_insurance.web.workplace import with_workplace, workplace_of
from riskpool.forms.duties import DutyFilter, RemarksForm, ReportUploadForm, SectionsForm
from riskpool.models import Duty
from riskpool.paper.report import duty_report
from riskpool.selectors.duties import duties as duties_of
from riskpool.selectors.duties import duty_papers
from riskpool.services import duties as services
from riskpool.texts import DUTY_STEPS


@requires(Act.VIEW_POOL)
@require_GET
def duties(request: HttpRequest) -> HttpResponse:
    """The register of the year's duties, overdue first."""
    actor = actor_of(request)
    year = policy_year_of(workplace_of(request).year)
    filters = DutyFilter(with_workplace(request, county="county"))
    page = paginate(request, duties_of(actor, year).filter(filters.condition()))
    return render(request, "riskpool/duties.html", {"year": year, "page": page, "filters": filters})


def _duty_page(request: HttpRequest, duty: Duty, **forms: Any) -> HttpResponse:
    actor = actor_of(request)
    may_write = duty.open and services.may_write(actor, duty)
    draft, sections_form = (
        report_draft(request, duty, sent="sections_form" in forms),
        SectionsForm(initial=duty.sections),
    )
    if may_write:
        draft.fill(sections_form)
    context = {
        "duty": duty,
        "papers": duty.papers.select_related("added_by").order_by("-id"),
        "events": [
            (event, DUTY_STEPS[event.step]) for event in duty.events.select_related("by").order_by("id")
        ],
        "may_write": may_write,
        "may_receive": services.waits_for_receipt(duty) and services.may_receive(actor, duty),
        "own": duty.handed_in_by_id == actor.pk,
        "draft": draft,
        "sections_form": sections_form,
        "upload_form": ReportUploadForm(),
        "remarks_form": RemarksForm(),
        **forms,
    }
    return render(request, "riskpool/duty.html", context, status=422 if forms else 200)


def report_draft(request: HttpRequest, duty: Duty, *, sent: bool = False) -> FormDraft:
    """What one of the writers has typed beyond the report's sections as they are kept for all of them."""
    page = reverse("riskpool:duty", args=[duty.pk])
    return FormDraft(request, "riskpool:duty_draft", duty.pk, page=page, sent=sent)


def _duty(actor: User, pk: int) -> Duty:
    return access_row(duties_of(actor), actor, pk=pk)


def _writers_duty(actor: User, pk: int) -> Duty:
    """The duty, for one of those who write its report; 404 out of reach, 403 for anybody else."""
    duty = _duty(actor, pk)
    parties = services.PARTIES[duty.kind]
    require(actor, parties.write or parties.receive, duty)
    return duty


def _receivers_duty(actor: User, pk: int) -> Duty:
    duty = _duty(actor, pk)
    require(actor, services.PARTIES[duty.kind].receive, duty)
    return duty


@requires(Act.VIEW_POOL)
@require_GET
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    """One duty: where it stands, what was handed in, and what the reader may do."""
    return _duty_page(request, _duty(actor_of(request), pk))


@requires(Act.VIEW_POOL)
@require_GET
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as a Word document filled from the figures of today, for those who write it."""
    actor = actor_of(request)
    return word_file(duty_report(_writers_duty(actor, pk)), actor=actor)


@requires(Act.VIEW_POOL)
@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    duty = _writers_duty(actor, pk)
    form, typed = SectionsForm(request.POST), report_draft(request, duty)
    if (answer := typed.answer(form)) is not None:
        return answer
    if form.is_valid():
        with refusals_shown(request, form):
            services.draft_report(duty=duty, sections=form.cleaned_data, actor=actor)
            typed.drop()
            messages.success(request, _("The draft is kept. Nobody is told of it yet."))
            return redirect("riskpool:duty", pk=pk)
    return _duty_page(request, duty, sections_form=form)


@requires(Act.VIEW_POOL)
@require_POST
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in the report written here."""
    actor = actor_of(request)
    duty = _writers_duty(actor, pk)
    form = SectionsForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            services.hand_in_report(duty=duty, sections=form.cleaned_data, actor=actor)
            report_draft(request, duty).drop()
            messages.success(request, _("The report is handed in; those who receive it are told."))
            return redirect("riskpool:duty", pk=pk)
    return _duty_page(request, duty, sections_form=form)


@requires(Act.VIEW_POOL)
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in a report written elsewhere."""
    actor = actor_of(request)
    duty = _writers_duty(actor, pk)
    form = ReportUploadForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        with refusals_shown(request, form):
            services.upload_report(duty=duty, data=file.read(), file_name=file.name or "", actor=actor)
            messages.success(request, _("The report is handed in; those who receive it are told."))
            return redirect("riskpool:duty", pk=pk)
    return _duty_page(request, duty, upload_form=form)


@requires(Act.VIEW_POOL)
@require_POST
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    duty = _receivers_duty(actor, pk)
    with refusals_shown(request):
        services.receive_report(duty=duty, actor=actor)
        messages.success(request, _("Received."))
    return redirect("riskpool:duty", pk=pk)


@requires(Act.VIEW_POOL)
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a report with remarks."""
    actor = actor_of(request)
    duty = _receivers_duty(actor, pk)
    form = RemarksForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            services.return_report(duty=duty, remarks=form.cleaned_data["remarks"], actor=actor)
            messages.success(request, _("The report is returned; its writers are told."))
            return redirect("riskpool:duty", pk=pk)
    return _duty_page(request, duty, remarks_form=form)


@requires(Act.VIEW_POOL)
@require_POST
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A report as it was handed in; each look is on record."""
    actor = actor_of(request)
    row = access_row(duty_papers(actor), actor, pk=pk)
    with refusals_shown(request):
        data = services.open_report(paper=row, actor=actor)
        return download(data, name=row.file_name, content_type=row.content_type)
    return redirect("riskpool:duty", pk=row.duty_id)
