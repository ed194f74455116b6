"""Pages of the insured: who is covered, where enrolment stands, and the scheme's own page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from enrollment.eligibility import missing_members
from enrollment.models import InsuredHousehold, PolicyYear
from enrollment.related import related_to
from enrollment.selectors import (
    agreements,
    masked_household_telephone,
    masked_identity,
    masked_telephone,
    policy_year_of,
    terms_of,
)
from enrollment.selectors.standing import enrolment_statuses
from enrollment.texts import term_rows
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.audit.services import note_view
from jincheng_insurance.web.workplace import with_workplace, workplace_of


@requires(Act.VIEW_INSURED)
@require_GET
def insured_household(request: HttpRequest, pk: int) -> HttpResponse:
    """One insured household: cover, members with masked numbers, where it lives and what other rooms know of it."""
    actor = actor_of(request)
    row = access_row(
        InsuredHousehold.objects.select_related(
            "county",
            "roster_household__county",
            "roster_household__township",
            "roster_household__village",
            "agreement__insurer",
            "withdrawn_by",
        ),
        actor,
        pk=pk,
    )
    note_view(actor=actor, on=row)
    persons = [
        (person, masked_identity(person.roster_person), masked_telephone(person.roster_person))
        for person in row.persons.select_related("roster_person", "withdrawn_by").order_by("id")
    ]
    listed = row.roster_household
    sees_roster = actor.can(Act.VIEW_ROSTER, on=listed)
    may = actor.can(Act.ENROL, on=row) and row.withdrawn_at is None
    context = {
        "household": row,
        "persons": persons,
        "missing": missing_members(row).count() if may else 0,
        "may": may,
        "may_reveal": actor.can(Act.REVEAL_NUMBER, on=row),
        "some_withdrawn": any(person.withdrawn_at for person, _identity, _telephone in persons),
        "sees_roster": sees_roster,
        "telephone": masked_household_telephone(listed) if sees_roster else "",
        "may_reveal_listed": sees_roster and actor.can(Act.REVEAL_NUMBER, on=listed),
        "related": related_to(actor, row),
    }
    return render(request, "enrollment/insured_household.html", context)


@requires(Act.VIEW_INSURED)
@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """Where each county's enrolment stands, beside the budget of R4."""
    actor = actor_of(request)
    year = policy_year_of(workplace_of(request).year)
    rows = [
        (status, actor.can(Act.ENROL, on=status.agreement))
        for status in enrolment_statuses(agreements(actor, year))
    ]
    context = {
        "year": year,
        "rows": rows,
        "total": {
            name: sum(getattr(status, name) for status, _may in rows)
            for name in (
                "listed_households",
                "listed_persons",
                "insured_households",
                "insured_persons",
                "waiting_households",
                "waiting_members",
                "left_out_households",
                "monitored_households",
                "budget_households",
            )
        },
        "budget_warning": max((status.budget_warning for status, _may in rows), default=0),
        "may_enrol": actor.can(Act.ENROL),
        "sees_roster": actor.can(Act.VIEW_ROSTER),
    }
    return render(request, "enrollment/status.html", context)


@requires(Act.VIEW_SCHEME)
@require_GET
def scheme(request: HttpRequest) -> HttpResponse:
    """The scheme's own page: every figure of the year with its source, and what the city has ruled; of another year
    of the scheme with `?year=`."""
    year = policy_year_of(with_workplace(request, year="year").get("year"))
    rulings = {term.name: term.source for term in year.terms.all()}
    rows = term_rows(terms_of(year.year), rulings)
    context = {"year": year, "rows": rows, "years": PolicyYear.objects.order_by("year")}
    return render(request, "enrollment/scheme.html", context)
