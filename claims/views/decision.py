"""The steps that decide a claim: submit, return, approve, pay. Each is a POST that ends on the claim's page."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims import selectors
from claims.forms import ApproveForm, PaymentForm, ReasonForm
from claims.services.decision import approve_claim, return_claim, submit_claim
from claims.services.payment import record_payment
from claims.views.assessment import claim_page
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown


def _step(
    request: HttpRequest, pk: int, act: Act, form: forms.Form, *, name: str, service: Any, done: str
) -> HttpResponse:
    actor = actor_of(request)
    claim = access_row(selectors.claims(actor), actor, act, pk=pk)
    if form.is_valid():
        with refusals_shown(request, form):
            service(claim=claim, actor=actor, **form.cleaned_data)
            messages.success(request, done)
            return redirect("claims:claim", pk=pk)
    return claim_page(request, claim, **{name: form})


@requires(Act.VIEW_CLAIM)
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    form = forms.Form(request.POST)
    done = _("The claim waits for a reviewer now.")
    return _step(request, pk, Act.HANDLE_CLAIM, form, name="submit_form", service=submit_claim, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    form = ReasonForm(request.POST)
    done = _("The claim went back to its adjuster.")
    return _step(request, pk, Act.APPROVE_CLAIM, form, name="return_form", service=return_claim, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    form = ApproveForm(request.POST)
    done = _("The claim is approved.")
    return _step(request, pk, Act.APPROVE_CLAIM, form, name="approve_form", service=approve_claim, done=done)


@requires(Act.VIEW_CLAIM)
@require_POST
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    form = PaymentForm(request.POST)
    done = _("The payment is recorded and the claim closed.")
    return _step(
        request, pk, Act.RECORD_PAYMENT, form, name="payment_form", service=record_payment, done=done
    )
