"""Pages of the premium: what each county owes, its statements, issuing the next one, and refunds."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from enrollment.models import Agreement
from enrollment.selectors import agreements, terms_of
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.scheme.statement import refund_due, statement_due
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate
from jincheng_insurance.web.paper_files import EXCEL, WORD, paper_file
from jincheng_insurance.web.workplace import with_workplace
from premiums.forms import ReasonForm, YearFilter
from premiums.models import ACT_OF_SIDE, PremiumStatement
from premiums.paper import statement_paper
from premiums.selectors import fund
from premiums.selectors import statements as stated
from premiums.services.papers import note_download
from premiums.services.statements import cancel_statement, issue_refund, issue_statement


@requires(Act.VIEW_PREMIUM)
@require_GET
def statements(request: HttpRequest) -> HttpResponse:
    """Each agreement's account by side, and the statements issued, of the present policy year or another (`?year=`)."""
    actor = actor_of(request)
    form = YearFilter(with_workplace(request, year="year"))
    year = form.chosen()
    rows = list(agreements(actor, year))
    accounts, open_units = fund.accounts_of(rows), stated.open_units(rows)
    pool = [
        (
            agreement,
            accounts[agreement.pk],
            open_units[agreement.pk].to_charge,
            open_units[agreement.pk].to_refund,
            actor.can(Act.ISSUE_STATEMENT, on=agreement),
        )
        for agreement in rows
    ]
    issued = stated.statements(actor, year)
    total = stated.sum_of_statements(issued)
    sums = fund.account_sums(account for agreement in rows for account in accounts[agreement.pk])
    context = {
        "form": form,
        "year": year,
        "pool": pool,
        "sums": sums if len(rows) > 1 else sums[-1:],
        "page": paginate(request, issued, known=total.number),
        "total": total,
        "may_state": any(may for *_rest, may in pool),
        "may_import": any(actor.can(act) for act in ACT_OF_SIDE.values()),
    }
    return render(request, "premiums/statements.html", context, status=422 if form.errors else 200)


@requires(Act.VIEW_PREMIUM)
@require_GET
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One statement with its lines, as issued; as a file with `?format=docx` or `?format=xlsx`."""
    actor = actor_of(request)
    row = _statement(actor, pk)
    lines = stated.stated_households(row)
    wanted = request.GET.get("format")
    if wanted in {WORD, EXCEL}:
        paper = statement_paper(row, lines)
        rows = len(paper.tables[0].rows)
        note_download(of=row, file_format=wanted, rows=rows, actor=actor)
        return paper_file(paper, wanted, actor=actor)
    context = {
        "statement": row,
        "page": paginate(request, lines, known=stated.count_stated_households(row)),
        "may_cancel": stated.may_cancel(actor, row),
    }
    return render(request, "premiums/statement.html", context)


@requires(Act.VIEW_PREMIUM)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a statement by one of its opposite, with the reason."""
    actor = actor_of(request)
    row = _statement(actor, pk, Act.ISSUE_STATEMENT)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            issued = cancel_statement(statement=row, reason=form.cleaned_data["reason"], actor=actor)
            messages.success(
                request,
                _("Statement %(number)s has been cancelled by %(by)s.")
                % {"number": row.number, "by": issued.number},
            )
            return redirect("premiums:statement", pk=issued.pk)
    context = {"statement": row, "form": form}
    return render(request, "premiums/cancel.html", context, status=422 if form.errors else 200)


def _agreement(actor: User, pk: int) -> Agreement:
    rows = Agreement.objects.select_related("county", "insurer", "policy_year")
    return access_row(rows, actor, Act.ISSUE_STATEMENT, pk=pk)


def _statement(actor: User, pk: int, act: Act | None = None) -> PremiumStatement:
    rows = PremiumStatement.objects.select_related(
        "county", "agreement__insurer", "issued_by", "cancels", "cancelled_by"
    )
    return access_row(rows, actor, act, pk=pk)


@requires(Act.VIEW_PREMIUM)
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: HttpRequest, agreement_pk: int) -> HttpResponse:
    """What the next statement would say; confirmed by POST."""
    actor = actor_of(request)
    agreement = _agreement(actor, agreement_pk)
    if request.method == "POST":
        with refusals_shown(request):
            issued = issue_statement(agreement=agreement, actor=actor)
            messages.success(request, _("Statement %(number)s has been issued.") % {"number": issued.number})
            return redirect("premiums:statement", pk=issued.pk)
        return redirect(f"{reverse('premiums:list')}?year={agreement.policy_year_id}")
    units = stated.open_of(agreement).by_month
    due = statement_due(
        terms=terms_of(agreement.policy_year_id), units=units, county=str(agreement.county.code)
    )
    context = {
        "agreement": agreement,
        "counts": stated.all_of(units),
        "due": due,
        "supplementary": stated.statements(actor, agreement.policy_year).filter(agreement=agreement).exists(),
    }
    return render(request, "premiums/issue.html", context)


@requires(Act.VIEW_PREMIUM)
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, agreement_pk: int) -> HttpResponse:
    """What the next refund statement would take back; confirmed by POST."""
    actor = actor_of(request)
    agreement = _agreement(actor, agreement_pk)
    if request.method == "POST":
        with refusals_shown(request):
            issued = issue_refund(agreement=agreement, actor=actor)
            messages.success(request, _("Statement %(number)s has been issued.") % {"number": issued.number})
            return redirect("premiums:statement", pk=issued.pk)
        return redirect(f"{reverse('premiums:list')}?year={agreement.policy_year_id}")
    back = stated.open_of(agreement).withdrawn
    due = refund_due(
        persons=(back.units.persons, back.for_persons),
        households=(back.units.households, back.for_households),
        charged=stated.charged_shares(agreement),
        county=str(agreement.county.code),
    )
    return render(request, "premiums/refund.html", {"agreement": agreement, "counts": back.units, "due": due})
