"""Pages of the premium's money: the fund ledger of an agreement, moving money, confirming it, reversing, reminders."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from enrollment.models import Agreement
from jincheng_insurance.access.guards import actor_of, fresh_proof, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row, require
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate
from jincheng_insurance.web.paper_files import EXCEL, WORD, paper_file
from premiums.forms import LedgerFilter, MoveForm, ReasonForm, ReceiptForm
from premiums.models import ACT_OF_SIDE, FundEntry, Side
from premiums.paper import ledger_paper
from premiums.selectors import fund
from premiums.services.funds import allocate_funds, confirm_receipt, pay_funds, reverse_entry
from premiums.services.papers import note_download


def _agreement(actor: User, pk: int) -> Agreement:
    rows = Agreement.objects.select_related("county", "insurer", "policy_year")
    return access_row(rows, actor, pk=pk)


def _entry(actor: User, pk: int) -> FundEntry:
    rows = FundEntry.objects.select_related(
        "agreement__county", "agreement__insurer", "reversed_by__booked_by"
    )
    return access_row(rows, actor, pk=pk)


@requires(Act.VIEW_PREMIUM)
@require_GET
def ledger(request: HttpRequest, agreement_pk: int) -> HttpResponse:
    """Where every yuan of an agreement's premium came from, as of any day; as a file with `?format=`."""
    actor = actor_of(request)
    agreement = _agreement(actor, agreement_pk)
    form = LedgerFilter(request.GET)
    chosen = form.chosen()
    rows = fund.movements(agreement, **chosen)
    wanted = request.GET.get("format")
    if wanted in {WORD, EXCEL}:
        note_download(of=agreement, file_format=wanted, rows=len(rows), actor=actor)
        return paper_file(ledger_paper(agreement, rows, form.as_of), wanted, actor=actor)
    sides = fund.payable_sides(actor, agreement)
    context = {
        "agreement": agreement,
        "form": form,
        "accounts": fund.accounts(agreement, until=chosen.get("until")),
        "page": paginate(request, rows),
        "sides": sides,
        "may_confirm": actor.can(Act.CONFIRM_RECEIPT, on=agreement),
        "may_reverse": [*map(str, sides)],
    }
    return render(request, "premiums/ledger.html", context, status=422 if form.errors else 200)


@requires(*ACT_OF_SIDE.values())
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof
def move(request: HttpRequest, agreement_pk: int) -> HttpResponse:
    """Book an allocation or a payment of the side that the actor pays for."""
    actor = actor_of(request)
    agreement = _agreement(actor, agreement_pk)
    sides = fund.payable_sides(actor, agreement)
    if not sides:
        raise PermissionDenied
    form = MoveForm(request.POST or None, sides=sides, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            _book(agreement, form, actor)
            messages.success(request, _("Booked to the fund ledger."))
            return redirect("premiums:ledger", agreement_pk=agreement.pk)
    accounts = [account for account in fund.accounts(agreement) if account.side in sides]
    context = {"agreement": agreement, "form": form, "accounts": accounts}
    return render(request, "premiums/move.html", context, status=422 if form.errors else 200)


def _book(agreement: Agreement, form: MoveForm, actor: User) -> None:
    facts = {name: form.cleaned_data[name] for name in ("side", "amount", "on", "document", "beyond_due")}
    if form.cleaned_data["kind"] == FundEntry.Kind.ALLOCATED:
        allocate_funds(agreement=agreement, actor=actor, **facts)
    else:
        pay_funds(agreement=agreement, actor=actor, **facts)


@requires(Act.CONFIRM_RECEIPT)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm what the insurer received of a payment."""
    actor = actor_of(request)
    entry = _entry(actor, pk)
    form = ReceiptForm(request.POST or None, initial={"amount": entry.amount, "on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            confirm_receipt(entry=entry, actor=actor, **form.cleaned_data)
            messages.success(request, _("The receipt has been confirmed."))
            return redirect("premiums:ledger", agreement_pk=entry.agreement_id)
    context = {"entry": entry, "form": form}
    return render(request, "premiums/receipt.html", context, status=422 if form.errors else 200)


@requires(*ACT_OF_SIDE.values())
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof
def reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an allocation or a payment back, with the reason. Of one reversed before, it says when, by whom and why."""
    actor = actor_of(request)
    entry = _entry(actor, pk)
    require(actor, ACT_OF_SIDE[Side(entry.side)], entry)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            reverse_entry(entry=entry, reason=form.cleaned_data["reason"], actor=actor)
            messages.success(request, _("The entry has been reversed."))
            return redirect("premiums:ledger", agreement_pk=entry.agreement_id)
    context = {"entry": entry, "form": form, "reversal": getattr(entry, "reversed_by", None)}
    return render(request, "premiums/reverse.html", context, status=422 if form.errors else 200)


@requires(Act.VIEW_PREMIUM)
@require_GET
def reminders(request: HttpRequest) -> HttpResponse:
    """The monthly reminders of premium in arrears."""
    context = {"page": paginate(request, fund.reminders(actor_of(request)))}
    return render(request, "premiums/reminders.html", context)
