"""The page of a claim: what it is about, the calculation as it stands, its money and its timeline."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from claims import selectors
from claims.adjudication import adjudicate_claim, adjudicate_loss, assessed_sum
from claims.explanation import Explanation, explain, explain_stored
from claims.forms.assessment import BillForm, ItemForm, LossForm, ReserveForm, SignOffForm
from claims.forms.decision import ApproveForm, RejectForm, ReopenForm, ReturnForm, ReverseForm, WithdrawForm
from claims.forms.payment import PaymentForm
from claims.models import Claim, ClaimEvent, LossItem, MedicalBill, PaymentLine, SignOff
from claims.selectors.recovery import to_recover_from_household, to_recover_from_person
from claims.selectors.work import TURNS
from claims.services.bills import check_bill
from claims.services.ledger import outstanding_reserve
from claims.services.loss import check_signed, lacking
from claims.services.outcome import standing_decision
from claims.services.steps import brought_by
from claims.texts import peril_label, step_label
from claims.transitions import TRANSITIONS, Need
from claims.views.documents import askable_choices, documents_panel
from enrollment.selectors import masked_identity, terms_of
from jincheng_insurance.access.guards import actor_of
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.web.form_drafts import FormDraft
from jincheng_insurance.web.rule_texts import rule_text


def claim_page(request: HttpRequest, claim: Claim, **changed: Any) -> HttpResponse:
    """The page of a claim, with whichever form came back with errors."""
    actor = actor_of(request)
    reserve = outstanding_reserve(claim)
    events = list(claim.events.select_related("by"))
    lines = list(claim.payment_lines.select_related("batch").order_by("id"))
    papers = documents_panel(claim, actor)
    context = {
        "claim": claim,
        "may": possible_steps(claim, actor),
        "reserve": reserve,
        "movements": selectors.movements(claim),
        "explanation": explanation_of(claim),
        "decisions": claim.decisions.select_related("decided_by").order_by("id"),
        "events": [(event, step_label(event.step)) for event in events],
        "returned": last_return(claim, events),
        "papers": papers,
        "lines": lines,
        "gathered": next((line for line in lines if line.state == line.State.PENDING), None),
        "reserve_form": ReserveForm(initial={"reserve": reserve}),
        "return_form": return_form_of(claim, papers),
        "approve_form": approve_form_of(papers),
        "reject_form": RejectForm(),
        "withdraw_form": WithdrawForm(),
        "reopen_form": ReopenForm(),
        "reverse_form": ReverseForm(initial={"reserve": claim.granted}),
        "payment_form": PaymentForm(),
        **(_loss_context if claim.is_property else _medical_context)(claim, actor),
        **changed,
    }
    context["draft"] = draft = entry_draft(request, claim)
    if context["may"]["assess"]:
        draft.fill(context["item_form"] if claim.is_property else context["bill_form"])
    context["bound"] = [value for name, value in changed.items() if name.endswith("_form")]
    return render(request, "claims/claim.html", context, status=422 if context["bound"] else 200)


def last_return(claim: Claim, events: Sequence[ClaimEvent]) -> ClaimEvent | None:
    """The return for which a claim is back at its adjuster, None once it was submitted again or otherwise taken up."""
    turns = [event for event in events if event.step in TURNS]
    return turns[-1] if claim.open_to_assessment and turns and turns[-1].step == "return" else None


def entry_draft(request: HttpRequest, claim: Claim) -> FormDraft:
    """The draft of the form that enters one more bill, or item of a loss."""
    form = "claims:add_item" if claim.is_property else "claims:add_bill"
    return FormDraft(request, form, claim.pk, page=reverse("claims:claim", args=[claim.pk]))


def return_form_of(claim: Claim, papers: dict[str, Any], data: Any = None) -> ReturnForm:
    """The form of a return: the papers this claim may need and hasn't, none ticked, since a return may ask for none."""
    return ReturnForm(
        data,
        papers=askable_choices(claim, papers),
        asked=papers["request_for_papers"] is not None,
    )


def approve_form_of(papers: dict[str, Any], data: Any = None) -> ApproveForm:
    """The form of an approval, which names what is missing of the checklist."""
    return ApproveForm(data, missing=[paper.label for paper in papers["missing"]])


def possible_steps(claim: Claim, actor: User) -> dict[str, bool]:
    """Which steps of the table the actor can take on the claim now."""
    may = {
        name: claim.state in step.sources
        and actor.can(step.act, on=claim)
        and not (Need.ANOTHER in step.needs and brought_by(claim) == actor.pk)
        for name, step in TRANSITIONS.items()
    }
    live = claim.payment_lines.filter(state=PaymentLine.State.PENDING).exists()
    may["pay"] = may["pay"] and not live
    may["see_paid"] = may["pay"] and claim.approved_by_id == actor.pk
    may["pay"] = may["pay"] and not may["see_paid"]
    may["reverse"] = may["reverse"] and bool(claim.granted) and not live
    may["reopen"] = may["reopen"] and not claim.granted
    may["decide"] = any(may[name] for name in ("submit", "return", "approve", "reject", "pay", "see_paid"))
    may["undo"] = any(may[name] for name in ("withdraw", "reopen", "reverse"))
    return may


def _medical_context(claim: Claim, actor: User) -> dict[str, Any]:
    person = claim.insured_person
    assert person is not None, "claim_medical_is_a_persons"
    return {
        "person": person,
        "identity": masked_identity(person.roster_person),
        "caps": selectors.cap_use(person),
        "overpaid": selectors.overpaid(person),
        "to_recover": to_recover_from_person(actor, person),
        "bills": claim.bills.filter(standing=True).order_by("on", "id"),
        "ended": claim.bills.filter(standing=False).select_related("replaced_by").order_by("id"),
        "bill_form": BillForm(),
    }


def _loss_context(claim: Claim, actor: User) -> dict[str, Any]:
    loss = claim.loss
    household = claim.insured_household
    head = selectors.head_of(household)
    signed = {row.party: row for row in loss.sign_offs.filter(standing=True)}
    return {
        "loss": loss,
        "peril": peril_label(loss.peril),
        "household": household,
        "head": head,
        "identity": masked_identity(head) if head else "",
        "left": selectors.household_left(household),
        "to_recover": to_recover_from_household(actor, household),
        "items": loss.items.filter(standing=True),
        "assessed": assessed_sum(claim),
        "lacking": lacking(claim) if claim.open_to_assessment else [],
        "signatures": [(party.label, signed.get(party)) for party in SignOff.Party],
        "loss_form": LossForm.of(loss),
        "item_form": ItemForm(),
        "sign_form": SignOffForm(),
    }


def explanation_of(
    claim: Claim,
    bills: Sequence[MedicalBill] = (),
    items: Sequence[LossItem] = (),
    without: MedicalBill | None = None,
) -> Explanation:
    """The decision's own stages once decided; before that, what the rules would grant now, drafts included; or why a
    draft would be refused, in the words in which entering it is."""
    decision = standing_decision(claim)
    if decision is not None:
        return explain_stored(claim, decision)
    try:
        if claim.is_property:
            return _loss_explanation(claim, items)
        for bill in bills:
            check_bill(claim, bill, charity_deducted=terms_of(claim.policy_year_id).charity_deducted)
        return explain(adjudicate_claim(claim, draft=bills, without=without))
    except RuleError as error:
        return Explanation(refusal=rule_text(error), rule=error.rule)
    except Refused as refusal:
        return Explanation(refusal=str(refusal), rule=refusal.rule)


def _loss_explanation(claim: Claim, items: Sequence[LossItem]) -> Explanation:
    """The sum as if all had signed; and what still stands in its way."""
    explained = explain(adjudicate_loss(claim, draft=items, unsigned=True))
    try:
        check_signed(claim)
    except Refused as refusal:
        return Explanation(explained.parts, explained.granted, (), str(refusal), refusal.rule)
    return explained
