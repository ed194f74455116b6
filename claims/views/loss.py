"""Steps of a household's loss: what happened, its items, its signatures. Each is a POST back to the claim's page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims import selectors
from claims.forms.assessment import ItemForm, LossForm, SignOffForm
from claims.models import Claim
from claims.services import loss as losses
from claims.views.assessment import claim_in_reach
from claims.views.page import claim_page, entry_draft
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.web.answers import refusals_shown


def _loss_claim(actor: User, pk: int) -> Claim:
    row = claim_in_reach(actor, pk, Act.HANDLE_CLAIM)
    if not row.is_property:
        raise Http404
    return row


@requires(Act.VIEW_CLAIM)
@require_POST
def change_loss(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = _loss_claim(actor, pk)
    form = LossForm(request.POST, year=row.policy_year_id)
    if form.is_valid():
        with refusals_shown(request, form):
            losses.change_loss(claim=row, facts=form.facts(), actor=actor)
            messages.success(request, _("The details of the loss are corrected."))
            return redirect("claims:claim", pk=pk)
    return claim_page(request, row, loss_form=form)


@requires(Act.VIEW_CLAIM)
@require_POST
def add_item(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = _loss_claim(actor, pk)
    form = ItemForm(request.POST)
    draft = entry_draft(request, row)
    if (answer := draft.answer(form)) is not None:
        return answer
    if form.is_valid():
        with refusals_shown(request, form):
            item = losses.add_item(claim=row, facts=form.facts(), actor=actor)
            draft.drop()
            messages.success(request, _("Item %(name)s is added.") % {"name": item.name})
            return redirect("claims:claim", pk=pk)
    return claim_page(request, row, item_form=form)


@requires(Act.VIEW_CLAIM)
@require_POST
def remove_item(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    item = selectors.item_in_scope(actor, pk)
    require(actor, Act.HANDLE_CLAIM, item.loss.claim)
    with refusals_shown(request):
        losses.remove_item(item=item, actor=actor)
        messages.success(request, _("Item %(name)s is removed.") % {"name": item.name})
    return redirect("claims:claim", pk=item.loss.claim_id)


@requires(Act.VIEW_CLAIM)
@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = _loss_claim(actor, pk)
    form = SignOffForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            losses.sign_off(claim=row, actor=actor, **form.cleaned_data)
            messages.success(request, _("The signature is noted."))
            return redirect("claims:claim", pk=pk)
    return claim_page(request, row, sign_form=form)
