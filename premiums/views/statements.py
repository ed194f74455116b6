"""Pages of the premium: what each county owes, its statements, issuing the next one, and refunds."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from enrollment.selectors import agreements, current_policy_year, terms_of
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.scheme.statement import refund_due, statement_due
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate
from premiums.models import PremiumStatement
from premiums.selectors import fund
from premiums.selectors import statements as stated
from premiums.services.statements import issue_refund, issue_statement
from premiums.units import units_to_charge, units_to_refund


@requires(Act.VIEW_PREMIUM)
@require_GET
def statements(request: HttpRequest) -> HttpResponse:
    """Each agreement's account by side, and the statements issued."""
    actor = actor_of(request)
    year = current_policy_year()
    pool = [
        (
            agreement,
            fund.accounts(agreement),
            stated.unstated(agreement),
            stated.unrefunded(agreement),
            actor.can(Act.ISSUE_STATEMENT, on=agreement),
        )
        for agreement in agreements(actor, year)
    ]
    context = {"year": year, "pool": pool, "page": paginate(request, stated.statements(actor, year))}
    return render(request, "premiums/statements.html", context)


@requires(Act.VIEW_PREMIUM)
@require_GET
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One statement with its lines, as issued."""
    actor = actor_of(request)
    row = access_row(
        PremiumStatement.objects.select_related("county", "agreement__insurer", "issued_by"), actor, pk=pk
    )
    context = {"statement": row, "page": paginate(request, stated.stated_households(row))}
    return render(request, "premiums/statement.html", context)


@requires(Act.VIEW_PREMIUM)
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: HttpRequest, agreement_pk: int) -> HttpResponse:
    """What the next statement would say; confirmed by POST."""
    actor = actor_of(request)
    agreement = access_row(
        agreements(actor, current_policy_year()), actor, Act.ISSUE_STATEMENT, pk=agreement_pk
    )
    if request.method == "POST":
        with refusals_shown(request):
            issued = issue_statement(agreement=agreement, actor=actor)
            messages.success(request, _("Statement %(number)s has been issued.") % {"number": issued.number})
            return redirect("premiums:statement", pk=issued.pk)
        return redirect("premiums:list")
    due = statement_due(
        terms=terms_of(agreement.policy_year_id),
        units=units_to_charge(agreement),
        county=str(agreement.county.code),
    )
    context = {
        "agreement": agreement,
        "counts": stated.unstated(agreement),
        "due": due,
        "supplementary": stated.statements(actor, agreement.policy_year).filter(agreement=agreement).exists(),
    }
    return render(request, "premiums/issue.html", context)


@requires(Act.VIEW_PREMIUM)
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, agreement_pk: int) -> HttpResponse:
    """What the next refund statement would take back; confirmed by POST."""
    actor = actor_of(request)
    agreement = access_row(
        agreements(actor, current_policy_year()), actor, Act.ISSUE_STATEMENT, pk=agreement_pk
    )
    if request.method == "POST":
        with refusals_shown(request):
            issued = issue_refund(agreement=agreement, actor=actor)
            messages.success(request, _("Statement %(number)s has been issued.") % {"number": issued.number})
            return redirect("premiums:statement", pk=issued.pk)
        return redirect("premiums:list")
    units, for_households, for_persons = units_to_refund(agreement)
    due = refund_due(
        persons=(units.persons, for_persons),
        households=(units.households, for_households),
        charged=stated.charged_shares(agreement),
        county=str(agreement.county.code),
    )
    return render(request, "premiums/refund.html", {"agreement": agreement, "counts": units, "due": due})
