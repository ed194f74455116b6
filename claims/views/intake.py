"""Pages that take a claim in: the list, finding the person or household, the report."""

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims import selectors
from claims.forms.intake import FindHouseholdForm, FindPersonForm, ReportForm, ReportLossForm
from claims.forms.lists import ClaimFilter
from claims.models import Claim
from claims.selectors.recovery import to_recover_from_household, to_recover_from_person
from claims.selectors.work import waiting_for
from claims.services.intake import look_up_person, report_claim
from claims.services.loss import report_loss as open_loss
from claims.transitions import UNDECIDED
from enrollment.models import InsuredHousehold, InsuredPerson
from enrollment.selectors import masked_identity
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.form_drafts import FormDraft
from jincheng_insurance.web.pages import paginate_wide
from jincheng_insurance.web.workplace import with_workplace

WORK = (Act.HANDLE_CLAIM, Act.APPROVE_CLAIM, Act.RECORD_PAYMENT)
PLACE = ("roster_household__township", "roster_household__village")


@requires(Act.VIEW_CLAIM)
@require_GET
def claim_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    filters = ClaimFilter(with_workplace(request, year="year", county="county"), actor=actor)
    year = filters.year_shown()
    shown = selectors.claims(actor, year).filter(filters.condition()).order_by(*filters.order())
    context = {
        "year": year,
        "filters": filters,
        "page": paginate_wide(request, shown),
        "may_report": actor.can(Act.HANDLE_CLAIM),
        "may_import": actor.can(Act.HANDLE_CLAIM) or actor.can(Act.RECORD_PAYMENT),
        "waiting": waiting_for(actor) if any(map(actor.can, WORK)) else None,
    }
    return render(request, "claims/list.html", context)


@requires(Act.HANDLE_CLAIM)
@require_http_methods(["GET", "HEAD", "POST"])
def find_person(request: HttpRequest) -> HttpResponse:
    """Find an insured person by identity number, sent by POST and never echoed."""
    form = FindPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        year = form.cleaned_data["year"]
        number = form.cleaned_data["id_number"]
        with refusals_shown(request, form):
            person = look_up_person(identity_number=number, policy_year=year, actor=actor_of(request))
            if person is not None:
                return redirect("claims:report", person_pk=person.pk)
            form.add_error(
                "id_number",
                _(
                    "Nobody with this number is insured under your agreements for %(year)s."
                    " Check the number, or ask the county."
                )
                % {"year": year},
            )
    return _find_page(request, form, FindHouseholdForm())


@requires(Act.HANDLE_CLAIM)
@require_POST
def find_household(request: HttpRequest) -> HttpResponse:
    """Find an insured household by its code, or by a member's identity number, never echoed."""
    actor = actor_of(request)
    form = FindHouseholdForm(request.POST)
    if form.is_valid():
        year, code, number = (form.cleaned_data[name] for name in ("year", "code", "member"))
        with refusals_shown(request, form):
            member = look_up_person(identity_number=number, policy_year=year, actor=actor) if number else None
            if member is not None or code:
                household = selectors.insured_household(actor, year, code=code.strip(), member_of=member)
                if household is not None:
                    return redirect("claims:report_loss", household_pk=household.pk)
            form.add_error(
                "member" if number else "code",
                _("No such household is insured under your agreements for %(year)s.") % {"year": year},
            )
    return _find_page(request, FindPersonForm(), form)


def _find_page(request: HttpRequest, person: forms.Form, household: forms.Form) -> HttpResponse:
    wrong = bool(person.errors or household.errors)
    context = {"form": person, "household_form": household}
    return render(request, "claims/find.html", context, status=422 if wrong else 200)


@requires(Act.VIEW_INSURED)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, person_pk: int) -> HttpResponse:
    """The person's cover beside the form that opens a claim."""
    actor = actor_of(request)
    persons = InsuredPerson.objects.select_related(
        "roster_person",
        "county",
        "insured_household__agreement__insurer",
        *(f"insured_household__{part}" for part in PLACE),
    )
    person = access_row(persons, actor, Act.HANDLE_CLAIM, pk=person_pk)
    undecided = _undecided(request, selectors.claims(actor).filter(insured_person=person))
    form = ReportForm(request.POST or None, already_open=bool(undecided))
    draft = FormDraft(request, "claims:report", person_pk)
    draft.fill(form)
    if (answer := draft.answer(form)) is not None:
        return answer
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            opened = report_claim(insured_person=person, actor=actor, **form.report())
            draft.drop()
            return redirect("claims:claim", pk=opened.pk)
    context = {
        "person": person,
        "identity": masked_identity(person.roster_person),
        "caps": selectors.cap_use(person),
        "overpaid": selectors.overpaid(person),
        "to_recover": to_recover_from_person(actor, person),
        "form": form,
        "draft": draft,
        "undecided": undecided,
        "earlier": selectors.claims(actor).filter(insured_person=person).order_by("-id")[:10],
    }
    return render(request, "claims/report.html", context, status=422 if form.errors else 200)


@requires(Act.VIEW_INSURED)
@require_http_methods(["GET", "HEAD", "POST"])
def report_loss(request: HttpRequest, household_pk: int) -> HttpResponse:
    """The household's cover beside the form that opens a claim for a loss."""
    actor = actor_of(request)
    households = InsuredHousehold.objects.select_related("county", "agreement__insurer", *PLACE)
    household = access_row(households, actor, Act.HANDLE_CLAIM, pk=household_pk)
    claims = selectors.claims(actor).filter(insured_household=household, coverage=Claim.Coverage.PROPERTY)
    undecided = _undecided(request, claims)
    form = ReportLossForm(request.POST or None, year=household.policy_year_id, already_open=bool(undecided))
    draft = FormDraft(request, "claims:report_loss", household_pk)
    draft.fill(form)
    if (answer := draft.answer(form)) is not None:
        return answer
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            claim = open_loss(insured_household=household, facts=form.facts(), actor=actor, **form.report())
            draft.drop()
            return redirect("claims:claim", pk=claim.pk)
    head = selectors.head_of(household)
    context = {
        "household": household,
        "head": head,
        "identity": masked_identity(head) if head else "",
        "left": selectors.household_left(household),
        "to_recover": to_recover_from_household(actor, household),
        "form": form,
        "draft": draft,
        "undecided": undecided,
        "earlier": claims.order_by("-id")[:10],
    }
    return render(request, "claims/report_loss.html", context, status=422 if form.errors else 200)


def _undecided(request: HttpRequest, claims: QuerySet[Claim]) -> list[Claim]:
    """Of these claims the ones not yet decided, so that the same event isn't reported twice; not the one that this very
    form has opened already."""
    rows = claims.filter(state__in=UNDECIDED).order_by("-id")
    return [claim for claim in rows if str(claim.once) != request.POST.get("once")]
