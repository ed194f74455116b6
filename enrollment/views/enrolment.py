"""Pages of the insured: who is covered, enrolling a county or one household, and the scheme's own page."""

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.forms import EnrolHouseholdForm, HouseholdCodeForm
from enrollment.models import MONITORED, Agreement, InsuredHousehold, RosterHousehold
from enrollment.selectors import (
    agreements,
    current_policy_year,
    enrolment_status,
    masked_identity,
    roster_households,
    terms_of,
)
from enrollment.services import enrolment
from enrollment.texts import term_rows
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown


@requires(Act.VIEW_INSURED)
@require_GET
def insured_household(request: HttpRequest, pk: int) -> HttpResponse:
    """One insured household: cover, members with masked numbers."""
    actor = actor_of(request)
    row = access_row(
        InsuredHousehold.objects.select_related("roster_household", "agreement__insurer"), actor, pk=pk
    )
    persons = [
        (person, masked_identity(person.roster_person))
        for person in row.persons.select_related("roster_person").order_by("id")
    ]
    return render(request, "enrollment/insured_household.html", {"household": row, "persons": persons})


@requires(Act.VIEW_INSURED)
@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """Where each county's enrolment stands, beside the budget of R4."""
    actor = actor_of(request)
    year = current_policy_year()
    rows = [
        (enrolment_status(agreement), actor.can(Act.ENROL, on=agreement))
        for agreement in agreements(actor, year)
    ]
    context = {"year": year, "rows": rows, "may_enrol": actor.can(Act.ENROL)}
    return render(request, "enrollment/status.html", context)


@requires(Act.VIEW_INSURED)
@require_POST
def enrol_county(request: HttpRequest, agreement_pk: int) -> HttpResponse:
    actor = actor_of(request)
    agreement = access_row(Agreement.objects.all(), actor, Act.ENROL, pk=agreement_pk)
    with refusals_shown(request):
        enrolled = enrolment.enrol_county(agreement=agreement, actor=actor)
        messages.success(
            request,
            _("%(households)d households with %(persons)d persons are now insured.")
            % {"households": enrolled.households, "persons": enrolled.persons},
        )
    return redirect("enrollment:status")


@requires(Act.ENROL)
@require_http_methods(["GET", "HEAD", "POST"])
def find_household(request: HttpRequest) -> HttpResponse:
    """The roster household of a code, to be enrolled."""
    form = HouseholdCodeForm(request.POST or None)
    if form.is_valid():
        found = roster_households(actor_of(request)).filter(code=form.cleaned_data["code"].strip()).first()
        if found is not None:
            return redirect("enrollment:enrol_household", pk=found.pk)
        form.add_error(
            "code",
            _("No household with this code stands on your roster. Nobody is insured who isn't listed there."),
        )
    return render(
        request, "enrollment/find_household.html", {"form": form}, status=422 if form.errors else 200
    )


@requires(Act.VIEW_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def enrol_household(request: HttpRequest, pk: int) -> HttpResponse:
    """One household with its members: enrol it from a day on."""
    actor = actor_of(request)
    household = access_row(roster_households(actor), actor, Act.ENROL, pk=pk)
    year = current_policy_year()
    agreement = agreements(actor, year).filter(county=household.county_id).first()
    form = EnrolHouseholdForm(
        request.POST or None, initial={"cover_from": _earliest_cover(household, year.year)}
    )
    already = InsuredHousehold.objects.filter(policy_year=year, roster_household=household).first()
    if agreement is None:
        messages.error(request, _("This county has no agreement for the policy year yet."))
        return redirect("enrollment:status")
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            enrolled = enrolment.enrol_household(
                agreement=agreement,
                household=household,
                cover_from=form.cleaned_data["cover_from"],
                actor=actor,
            )
            messages.success(request, _("The household is now insured."))
            return redirect("enrollment:household", pk=enrolled.pk)
    context = {
        "household": household,
        "agreement": agreement,
        "already": already,
        "form": form,
        "persons": [(person, masked_identity(person)) for person in household.persons.order_by("id")],
    }
    return render(request, "enrollment/enrol_household.html", context, status=422 if form.errors else 200)


def _earliest_cover(household: RosterHousehold, year: int) -> datetime.date:
    first = datetime.date(year, 1, 1)
    if household.category in MONITORED and household.listed_on is not None:
        return max(first, household.listed_on)
    return first


@requires(Act.VIEW_SCHEME)
@require_GET
def scheme(request: HttpRequest) -> HttpResponse:
    """The scheme's own page: every figure of the year with its source, and what the city has ruled."""
    year = current_policy_year()
    rulings = {term.name: term.source for term in year.terms.all()}
    rows = term_rows(terms_of(year.year), rulings)
    return render(request, "enrollment/scheme.html", {"year": year, "rows": rows})
