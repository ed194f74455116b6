"""The steps that decide a claim or undo it. Each is a POST that ends on the claim's page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims.forms.decision import RejectForm, ReopenForm, ReverseForm, WithdrawForm
from claims.forms.payment import PaymentForm
from claims.models import Claim, Decision, MedicalBill
from claims.services.bills import standing_invoice
from claims.services.decision import approve_claim, reject_claim, return_claim, submit_claim
from claims.services.outcome import reopen_claim, reverse_decision, withdraw_claim
from claims.services.payment import record_payment
from claims.transitions import TRANSITIONS
from claims.views.assessment import claim_in_reach
from claims.views.documents import documents_panel
from claims.views.page import approve_form_of, claim_page, return_form_of
from jincheng_insurance.access.guards import actor_of, fresh_proof, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.formats import yuan


def _step(
    request: HttpRequest,
    pk: int,
    step: str,
    form: forms.Form,
    *,
    service: Any,
    done: str | Callable[[Any], str],
) -> HttpResponse:
    """Take the step if the form is valid. `done` is what is said then, or makes it of what the service gave."""
    actor = actor_of(request)
    claim = claim_in_reach(actor, pk, TRANSITIONS[step].act)
    if form.is_valid():
        with refusals_shown(request, form):
            left = service(claim=claim, actor=actor, **form.cleaned_data)
            messages.success(request, done if isinstance(done, str) else done(left))
            if step == "reopen" and left:
                _warn_of_bills(request, actor, left)
            return redirect("claims:claim", pk=pk)
    return claim_page(request, claim, **{f"{'payment' if step == 'pay' else step}_form": form})


def _claim_and_papers(request: HttpRequest, pk: int, step: str) -> tuple[Claim, dict[str, Any]]:
    actor = actor_of(request)
    claim = claim_in_reach(actor, pk, TRANSITIONS[step].act)
    return claim, documents_panel(claim, actor)


def _said_of_approval(decision: Decision) -> str:
    if not decision.granted:
        return _("Nothing is due: the claim is decided at 0.00 yuan and closed.")
    return _("The claim is approved: %(amount)s yuan.") % {"amount": yuan(decision.granted)}


def _warn_of_bills(request: HttpRequest, actor: User, left: list[MedicalBill]) -> None:
    """Each bill that couldn't be restored by its number; the claim on which its invoice stands only where the actor may
    see that claim (R10, R25)."""
    for bill in left:
        standing = standing_invoice(actor, hospital=bill.hospital, invoice_number=bill.invoice_number)
        if standing is None:
            text = _("Bill %(invoice)s was left out: this invoice has been claimed on another claim since.")
            messages.warning(request, text % {"invoice": bill.invoice_number})
            continue
        text = _("Bill %(invoice)s was left out: this invoice stands on another claim now:")
        address = resolve_url("claims:claim", pk=standing.pk)
        link = format_html('<a href="{}">{}</a>', address, standing.number)
        messages.warning(request, format_html("{} {}", text % {"invoice": bill.invoice_number}, link))


@requires(Act.VIEW_CLAIM)
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The claim waits for a reviewer now.")
    return _step(request, pk, "submit", forms.Form(request.POST), service=submit_claim, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    claim, papers = _claim_and_papers(request, pk, "return")
    form = return_form_of(claim, papers, request.POST)
    done = _("The claim went back to its adjuster.")
    return _step(request, pk, "return", form, service=return_claim, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    form = approve_form_of(_claim_and_papers(request, pk, "approve")[1], request.POST)
    return _step(request, pk, "approve", form, service=approve_claim, done=_said_of_approval)


@requires(Act.VIEW_CLAIM)
@require_POST
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The claim is rejected and its reserve released.")
    return _step(request, pk, "reject", RejectForm(request.POST), service=reject_claim, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The claim is withdrawn and its reserve released.")
    return _step(request, pk, "withdraw", WithdrawForm(request.POST), service=withdraw_claim, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The claim is open again.")
    return _step(request, pk, "reopen", ReopenForm(request.POST), service=reopen_claim, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
def reverse(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The decision is taken back; the claim is assessed anew.")
    return _step(request, pk, "reverse", ReverseForm(request.POST), service=reverse_decision, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
@fresh_proof
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The payment is recorded and the claim closed.")
    return _step(request, pk, "pay", PaymentForm(request.POST), service=record_payment, done=done)
