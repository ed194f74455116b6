"""Lists of the roster and of the insured, and finding one person by identity number."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from enrollment.filters import (
    InsuredHouseholdFilter,
    NumberForm,
    PersonFilter,
    RosterHouseholdFilter,
    RosterPersonFilter,
)
from enrollment.selectors import masked_identity, policy_year_of
from enrollment.selectors.finding import (
    find_insured_households,
    find_insured_persons,
    find_roster_households,
    find_roster_persons,
)
from enrollment.services.finding import look_up_insured_person, look_up_roster_person
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate_wide
from jincheng_insurance.web.workplace import with_workplace, workplace_of


@requires(Act.VIEW_ROSTER)
@require_GET
def roster_households(request: HttpRequest) -> HttpResponse:
    """The households on the roster."""
    actor, year = actor_of(request), policy_year_of(workplace_of(request).year)
    filters = RosterHouseholdFilter(with_workplace(request, county="place"), actor=actor)
    page = paginate_wide(request, find_roster_households(actor, year, filters.wanted()))
    return render(request, "enrollment/households.html", {"year": year, "filters": filters, "page": page})


@requires(Act.VIEW_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def roster_persons(request: HttpRequest) -> HttpResponse:
    """The persons on the roster; by POST, the one with an identity number."""
    actor, year = actor_of(request), policy_year_of(workplace_of(request).year)
    form = NumberForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown(request, form):
            found = look_up_roster_person(identity_number=form.cleaned_data["id_number"], actor=actor)
            if found is not None:
                return redirect("roster:household", pk=found.household_id)
            form.add_error("id_number", _("Nobody with this number stands on your roster. Check the number."))
    filters = RosterPersonFilter(with_workplace(request, county="place"), actor=actor)
    page = paginate_wide(request, find_roster_persons(actor, year, filters.wanted()))
    rows = [(person, masked_identity(person)) for person in page]
    return _persons(
        request, "enrollment/roster_persons.html", form, year=year, filters=filters, page=page, rows=rows
    )


@requires(Act.VIEW_INSURED)
@require_GET
def insured_households(request: HttpRequest) -> HttpResponse:
    """The insured households of a policy year."""
    actor = actor_of(request)
    filters = InsuredHouseholdFilter(with_workplace(request, year="year", county="place"), actor=actor)
    year = filters.policy_year
    page = paginate_wide(request, find_insured_households(actor, year, filters.wanted()))
    return render(request, "enrollment/insured.html", {"year": year, "filters": filters, "page": page})


@requires(Act.VIEW_INSURED)
@require_http_methods(["GET", "HEAD", "POST"])
def insured_persons(request: HttpRequest) -> HttpResponse:
    """The insured persons of the policy year; by POST, the one with an identity number."""
    actor, year = actor_of(request), policy_year_of(workplace_of(request).year)
    form = NumberForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        number = form.cleaned_data["id_number"]
        with refusals_shown(request, form):
            found = look_up_insured_person(identity_number=number, policy_year=year, actor=actor)
            if found is not None:
                return redirect("enrollment:household", pk=found.insured_household_id)
            form.add_error(
                "id_number",
                _("Nobody with this number is insured within your reach for %(year)s. Check the number.")
                % {"year": year},
            )
    filters = PersonFilter(with_workplace(request, county="place"), actor=actor)
    page = paginate_wide(request, find_insured_persons(actor, year, filters.wanted()))
    rows = [(person, masked_identity(person.roster_person)) for person in page]
    return _persons(
        request, "enrollment/insured_persons.html", form, year=year, filters=filters, page=page, rows=rows
    )


def _persons(request: HttpRequest, template: str, form: NumberForm, **context: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, template, context | {"form": form}, status=status)
