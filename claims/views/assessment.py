"""Pages of one claim: its bills, the calculation as it stands, its reserve and timeline."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from claims import selectors
from claims.adjudication import adjudicate_claim
from claims.explanation import Explanation, explain
from claims.forms import ApproveForm, BillForm, PaymentForm, ReasonForm, ReserveForm
from claims.models import Claim, MedicalBill
from claims.services import bills, intake
from claims.services.bills import draft_bill
from claims.services.ledger import outstanding_reserve
from claims.transitions import TRANSITIONS
from enrollment.selectors import masked_identity
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row, require
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.medical import MedicalDecision
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.rule_texts import rule_text


def claim_page(request: HttpRequest, claim: Claim, **forms: Any) -> HttpResponse:
    """The page of a claim, with whichever form came back with errors."""
    actor = actor_of(request)
    may = {
        name: claim.state in step.sources and actor.can(step.act, on=claim)
        for name, step in TRANSITIONS.items()
    }
    may["approve"] = may["approve"] and claim.submitted_by_id != actor.pk
    person = claim.insured_person
    context = {
        "claim": claim,
        "person": person,
        "identity": masked_identity(person.roster_person) if person else "",
        "caps": selectors.cap_use(person) if person else None,
        "bills": claim.bills.filter(standing=True).order_by("on", "id"),
        "reserve": outstanding_reserve(claim),
        "explanation": _explanation(claim),
        "events": [(event, TRANSITIONS[event.step].label) for event in claim.events.select_related("by")],
        "may": may,
        "bill_form": BillForm(),
        "reserve_form": ReserveForm(initial={"reserve": outstanding_reserve(claim)}),
        "return_form": ReasonForm(),
        "approve_form": ApproveForm(),
        "payment_form": PaymentForm(),
        **forms,
    }
    return render(request, "claims/claim.html", context, status=422 if forms else 200)


def _explanation(claim: Claim, draft: Sequence[MedicalBill] = ()) -> Explanation:
    """The decision's own stages once decided; before that, what the rules would grant now."""
    decision = claim.decisions.filter(reverses=None).last()
    if decision is not None and not claim.open_to_assessment:
        return explain(MedicalDecision.from_data(decision.breakdown))
    try:
        return explain(adjudicate_claim(claim, draft=draft))
    except RuleError as error:
        return Explanation(refusal=rule_text(error), rule=error.rule)


def _claim(actor: User, pk: int, act: Act | None = None) -> Claim:
    return access_row(selectors.claims(actor), actor, act, pk=pk)


@requires(Act.VIEW_CLAIM)
@require_GET
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    return claim_page(request, _claim(actor_of(request), pk))


@requires(Act.VIEW_CLAIM)
@require_POST
def calculation(request: HttpRequest, pk: int) -> HttpResponse:
    """The live calculation: the claim's bills and the one being typed, not saved."""
    row = _claim(actor_of(request), pk, Act.HANDLE_CLAIM)
    form = BillForm(request.POST)
    draft = [draft_bill(claim=row, facts=form.facts())] if form.is_valid() else []
    context = {"explanation": _explanation(row, draft), "with_draft": bool(draft)}
    return render(request, "claims/calculation.html", context)


@requires(Act.VIEW_CLAIM)
@require_POST
def add_bill(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = _claim(actor, pk, Act.HANDLE_CLAIM)
    form = BillForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            bills.add_bill(claim=row, facts=form.facts(), actor=actor)
            return redirect("claims:claim", pk=pk)
    return claim_page(request, row, bill_form=form)


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
    row = _claim(actor, pk, Act.HANDLE_CLAIM)
    form = ReserveForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            intake.change_reserve(claim=row, actor=actor, **form.cleaned_data)
            return redirect("claims:claim", pk=pk)
    return claim_page(request, row, reserve_form=form)
