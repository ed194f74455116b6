"""A claim's page, its bills, the calculation as it stands, and its reserve."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims import selectors
from claims.forms.assessment import BillForm, ItemForm, ReserveForm
from claims.models import Claim
from claims.services import bills, intake
from claims.services.bills import draft_bill, standing_invoice
from claims.services.loss import draft_item
from claims.views.page import claim_page, explanation_of
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row, require
from jincheng_insurance.web.answers import refusals_shown


def claim_in_reach(actor: User, pk: int, act: Act | None = None) -> Claim:
    """The claim, if the actor may see it (and do `act` on it)."""
    return access_row(selectors.claims(actor), actor, act, pk=pk)


@requires(Act.VIEW_CLAIM)
@require_GET
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    return claim_page(request, claim_in_reach(actor_of(request), pk))


@requires(Act.VIEW_CLAIM)
@require_POST
def calculation(request: HttpRequest, pk: int) -> HttpResponse:
    """The live calculation: what is entered and what is being typed, not saved."""
    row = claim_in_reach(actor_of(request), pk, Act.HANDLE_CLAIM)
    if row.is_property:
        item = ItemForm(request.POST)
        items = [draft_item(claim=row, facts=item.facts())] if item.is_valid() else []
        context = {"explanation": explanation_of(row, items=items), "with_draft": bool(items)}
    else:
        form = BillForm(request.POST)
        drafts = [draft_bill(claim=row, facts=form.facts())] if form.is_valid() else []
        corrected = request.POST.get("corrected", "")
        without = row.bills.filter(pk=int(corrected)).first() if corrected.isdecimal() else None
        explanation = explanation_of(row, drafts, without=without if drafts else None)
        context = {"explanation": explanation, "with_draft": bool(drafts)}
    return render(request, "claims/calculation.html", context)


@requires(Act.VIEW_CLAIM)
@require_POST
def add_bill(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = claim_in_reach(actor, pk, Act.HANDLE_CLAIM)
    form = BillForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            bills.add_bill(claim=row, facts=form.facts(), actor=actor)
            return redirect("claims:claim", pk=pk)
    return claim_page(request, row, bill_form=form, duplicate=_duplicate(actor, form))


@requires(Act.VIEW_CLAIM)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_bill(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a bill: the old row stays on record, a new one takes its place."""
    actor = actor_of(request)
    bill = selectors.bill_in_scope(actor, pk)
    require(actor, Act.HANDLE_CLAIM, bill.claim)
    form = BillForm(request.POST) if request.method == "POST" else BillForm.of(bill)
    if form.is_valid():
        with refusals_shown(request, form):
            bills.edit_bill(bill=bill, facts=form.facts(), actor=actor)
            return redirect("claims:claim", pk=bill.claim_id)
    row = claim_in_reach(actor, bill.claim_id)
    context = {
        "claim": row,
        "bill": bill,
        "form": form,
        "explanation": explanation_of(row),
        "duplicate": _duplicate(actor, form),
    }
    return render(request, "claims/edit_bill.html", context, status=422 if form.errors else 200)


@requires(Act.VIEW_CLAIM)
@require_POST
def remove_bill(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    bill = selectors.bill_in_scope(actor, pk)
    require(actor, Act.HANDLE_CLAIM, bill.claim)
    with refusals_shown(request):
        bills.remove_bill(bill=bill, actor=actor)
    return redirect("claims:claim", pk=bill.claim_id)


@requires(Act.VIEW_CLAIM)
@require_POST
def change_reserve(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = claim_in_reach(actor, pk, Act.HANDLE_CLAIM)
    form = ReserveForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            intake.change_reserve(claim=row, actor=actor, **form.cleaned_data)
            return redirect("claims:claim", pk=pk)
    return claim_page(request, row, reserve_form=form)


def _duplicate(actor: User, form: BillForm) -> Claim | None:
    """The claim on which a refused invoice stands, where the actor may see it (R10)."""
    if "invoice_number" not in form.errors or "hospital" not in form.cleaned_data:
        return None
    return standing_invoice(
        actor,
        hospital=form.cleaned_data["hospital"],
        invoice_number=str(form.data.get("invoice_number", "")),
    )
