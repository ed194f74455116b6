"""A claim's page, its bills, the calculation as it stands, and its reserve."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims import selectors
from claims.forms.assessment import BillForm, ItemForm, ReserveForm
from claims.models import Claim
from claims.services import bills, intake
from claims.services.bills import draft_bill, standing_invoice
from claims.services.loss import draft_item
from claims.views.page import claim_page, entry_draft, explanation_of
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row, require
from jincheng_insurance.audit.services import note_view
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.rule_texts import rule_text


def claim_in_reach(actor: User, pk: int, act: Act | None = None) -> Claim:
    """The claim, if the actor may see it (and do `act` on it)."""
    return access_row(selectors.claims(actor), actor, act, pk=pk)


@requires(Act.VIEW_CLAIM)
@require_GET
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = claim_in_reach(actor, pk)
    note_view(actor=actor, on=row)
    return claim_page(request, row)


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
        context = _with_draft(row, request)
    return render(request, "claims/calculation.html", context)


def _with_draft(claim: Claim, request: HttpRequest) -> dict[str, Any]:
    """The calculation with the bill being typed beside the claim's own; of the claim's own alone where a rule refuses
    that bill, or its form isn't whole yet."""
    form = BillForm(request.POST)
    drafts = [draft_bill(claim=claim, facts=form.facts())] if form.is_valid() else []
    corrected = request.POST.get("corrected", "")
    without = claim.bills.filter(pk=int(corrected)).first() if drafts and corrected.isdecimal() else None
    explanation = explanation_of(claim, drafts, without=without)
    if not (drafts and explanation.refusal):
        return {"explanation": explanation, "with_draft": bool(drafts)}
    standing = explanation_of(claim)
    if standing.refusal:
        return {"explanation": standing}
    return {"explanation": replace(standing, refusal=explanation.refusal, rule=explanation.rule)}


@contextmanager
def _sum_marked(form: BillForm) -> Iterator[None]:
    """Within it, a bill below its reimbursements marks the fields of the sum (R6)."""
    try:
        yield
    except RuleError as error:
        if error.code != "negative_self_pay":
            raise
        form.mark_sum(rule_text(error))


@requires(Act.VIEW_CLAIM)
@require_POST
def add_bill(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = claim_in_reach(actor, pk, Act.HANDLE_CLAIM)
    form = BillForm(request.POST)
    draft = entry_draft(request, row)
    if (answer := draft.answer(form)) is not None:
        return answer
    if form.is_valid():
        with refusals_shown(request, form), _sum_marked(form):
            bill = bills.add_bill(claim=row, facts=form.facts(), actor=actor)
            draft.drop()
            messages.success(request, _("Bill %(invoice)s is added.") % {"invoice": bill.invoice_number})
            return redirect("claims:claim", pk=pk)
    return claim_page(
        request, row, bill_form=form, duplicate=_duplicate(actor, row, form), **_with_draft(row, request)
    )


@requires(Act.VIEW_CLAIM)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_bill(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a bill: the old row stays on record, a new one takes its place."""
    actor = actor_of(request)
    bill = selectors.bill_in_scope(actor, pk)
    require(actor, Act.HANDLE_CLAIM, bill.claim)
    form = BillForm(request.POST) if request.method == "POST" else BillForm.of(bill)
    if form.is_valid():
        with refusals_shown(request, form), _sum_marked(form):
            new = bills.edit_bill(bill=bill, facts=form.facts(), actor=actor)
            messages.success(request, _("Bill %(invoice)s is corrected.") % {"invoice": new.invoice_number})
            return redirect("claims:claim", pk=bill.claim_id)
    row = claim_in_reach(actor, bill.claim_id)
    context = {
        "claim": row,
        "bill": bill,
        "form": form,
        "explanation": explanation_of(row),
        "duplicate": _duplicate(actor, row, form),
        **(_with_draft(row, request) if form.errors else {}),
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
        messages.success(request, _("Bill %(invoice)s is removed.") % {"invoice": bill.invoice_number})
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
            messages.success(request, _("The reserve is set."))
            return redirect("claims:claim", pk=pk)
    return claim_page(request, row, reserve_form=form)


def _duplicate(actor: User, claim: Claim, form: BillForm) -> Claim | None:
    """The other claim on which a refused invoice stands, where the actor may see it (R10)."""
    if "invoice_number" not in form.errors or "hospital" not in form.cleaned_data:
        return None
    standing = standing_invoice(
        actor,
        hospital=form.cleaned_data["hospital"],
        invoice_number=str(form.data.get("invoice_number", "")),
    )
    return None if standing == claim else standing
