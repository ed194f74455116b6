"""Pages of the premium: what each county owes, its statements, and issuing the next one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from enrollment.selectors import agreements, current_policy_year, terms_of
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.scheme.premium import premium_due
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate
from premiums import selectors
from premiums.models import PremiumStatement
from premiums.services import issue_statement


@requires(Act.VIEW_PREMIUM)
@require_GET
def statements(request: HttpRequest) -> HttpResponse:
    """Each agreement's account by side, and the statements issued."""
    actor = actor_of(request)
    year = current_policy_year()
    pool = [
        (
            agreement,
            selectors.accounts(agreement),
            selectors.unstated(agreement),
            actor.can(Act.ISSUE_STATEMENT, on=agreement),
        )
        for agreement in agreements(actor, year)
    ]
    context = {"year": year, "pool": pool, "page": paginate(request, selectors.statements(actor, year))}
    return render(request, "premiums/statements.html", context)


@requires(Act.VIEW_PREMIUM)
@require_GET
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One statement with its lines, as issued."""
    actor = actor_of(request)
    row = access_row(
        PremiumStatement.objects.select_related("county", "agreement__insurer", "issued_by"), actor, pk=pk
    )
    lines = row.lines.select_related("insured_household__roster_household__township").order_by(
        "insured_household__roster_household__code"
    )
    context = {"statement": row, "page": paginate(request, lines)}
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
    counts = selectors.unstated(agreement)
    due = premium_due(
        terms=terms_of(agreement.policy_year_id),
        households=counts.households,
        persons=counts.persons,
        county=str(agreement.county.code),
    )
    return render(request, "premiums/issue.html", {"agreement": agreement, "counts": counts, "due": due})
