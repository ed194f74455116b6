"""Pages that take a claim in: the list, finding the person by identity number, the report."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from claims import selectors
from claims.forms import ClaimFilter, FindPersonForm, ReportForm
from claims.services.intake import look_up_person, report_claim
from enrollment.models import InsuredPerson
from enrollment.selectors import current_policy_year, masked_identity
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate


@requires(Act.VIEW_CLAIM)
@require_GET
def claim_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    filters = ClaimFilter(request.GET)
    year = current_policy_year()
    shown = selectors.claims(actor, year).filter(**filters.lookups()).order_by("-id")
    context = {
        "year": year,
        "filters": filters,
        "page": paginate(request, shown),
        "may_report": actor.can(Act.HANDLE_CLAIM),
    }
    return render(request, "claims/list.html", context)


@requires(Act.HANDLE_CLAIM)
@require_http_methods(["GET", "HEAD", "POST"])
def find_person(request: HttpRequest) -> HttpResponse:
    """Find an insured person by identity number, sent by POST and never echoed."""
    form = FindPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        year = current_policy_year()
        number = form.cleaned_data["id_number"]
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
    return render(request, "claims/find.html", {"form": form}, status=422 if form.errors else 200)


@requires(Act.VIEW_INSURED)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, person_pk: int) -> HttpResponse:
    """The person's cover beside the form that opens a claim."""
    actor = actor_of(request)
    persons = InsuredPerson.objects.select_related(
        "roster_person",
        "county",
        "insured_household__agreement__insurer",
        "insured_household__roster_household__township",
        "insured_household__roster_household__village",
    )
    person = access_row(persons, actor, Act.HANDLE_CLAIM, pk=person_pk)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            opened = report_claim(insured_person=person, actor=actor, **form.cleaned_data)
            return redirect("claims:claim", pk=opened.pk)
    context = {
        "person": person,
        "identity": masked_identity(person.roster_person),
        "caps": selectors.cap_use(person),
        "form": form,
        "earlier": selectors.claims(actor).filter(insured_person=person).order_by("-id")[:10],
    }
    return render(request, "claims/report.html", context, status=422 if form.errors else 200)
