"""A number in full, by POST and with a reason. The answer is kept nowhere: not by the browser, not in an address."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from enrollment.forms import RevealForm
from enrollment.models import InsuredPerson, PayeeAccount, RosterHousehold, RosterPerson
from enrollment.selectors import (
    masked_account,
    masked_household_telephone,
    masked_identity,
    masked_telephone,
)
from enrollment.services.reveal import Holder, holds_number, reveal_number
from jincheng_insurance.access.guards import actor_of, fresh_proof, requires
from jincheng_insurance.access.reveals import SHOWN_SECONDS, Number, reveals_left
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown


@dataclass(frozen=True, slots=True)
class Shown:
    """Whose number it is, as the page says it."""

    name: str
    masked: str
    back: str


@never_cache
@requires(Act.VIEW_ROSTER)
@requires(Act.REVEAL_NUMBER)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof
def of_person(request: HttpRequest, pk: int, number: Number) -> HttpResponse:
    """A number of somebody on the roster."""
    rows = RosterPerson.objects.select_related("household")
    row = access_row(rows, actor_of(request), Act.REVEAL_NUMBER, pk=pk)
    shown = Shown(row.name, _masked(row, number), reverse("roster:person", args=[pk]))
    return _page(request, row, number, shown)


@never_cache
@requires(Act.VIEW_ROSTER)
@requires(Act.REVEAL_NUMBER)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof
def of_household(request: HttpRequest, pk: int) -> HttpResponse:
    """The telephone of a household on the roster."""
    row = access_row(RosterHousehold.objects.all(), actor_of(request), Act.REVEAL_NUMBER, pk=pk)
    shown = Shown(row.code, masked_household_telephone(row), reverse("roster:household", args=[pk]))
    return _page(request, row, Number.TELEPHONE, shown)


@never_cache
@requires(Act.VIEW_INSURED)
@requires(Act.REVEAL_NUMBER)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof
def of_insured(request: HttpRequest, pk: int, number: Number) -> HttpResponse:
    """A number of an insured person."""
    rows = InsuredPerson.objects.select_related("roster_person", "insured_household__agreement")
    row = access_row(rows, actor_of(request), Act.REVEAL_NUMBER, pk=pk)
    back = reverse("enrollment:household", args=[row.insured_household_id])
    shown = Shown(row.roster_person.name, _masked(row.roster_person, number), back)
    return _page(request, row, number, shown)


@never_cache
@requires(Act.CONFIRM_ACCOUNT, Act.ENROL)
@requires(Act.REVEAL_NUMBER)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof
def of_account(request: HttpRequest, pk: int) -> HttpResponse:
    """The number of a payee account."""
    rows = PayeeAccount.objects.select_related("person", "agreement")
    row = access_row(rows, actor_of(request), Act.REVEAL_NUMBER, pk=pk)
    shown = Shown(row.holder_name, masked_account(row), reverse("enrollment:account", args=[pk]))
    return _page(request, row, Number.ACCOUNT, shown)


def _masked(person: RosterPerson, number: Number) -> str:
    return masked_identity(person) if number == Number.IDENTITY else masked_telephone(person)


def _page(request: HttpRequest, row: Holder, number: Number, shown: Shown) -> HttpResponse:
    """The question for the reason, or the number with the moment until which it is shown."""
    if not holds_number(row, number):
        raise Http404
    actor = actor_of(request)
    form = RevealForm(request.POST if request.method == "POST" else None)
    context = {"shown": shown, "label": number.label, "form": form, "seconds": SHOWN_SECONDS}
    if form.is_valid():
        with refusals_shown(request, form):
            value, until = reveal_number(
                of=row, number=number, reason=form.cleaned_data["reason"], actor=actor
            )
            return render(request, "enrollment/revealed.html", context | {"value": value, "until": until})
    context["left"] = reveals_left(actor)
    return render(request, "enrollment/reveal.html", context, status=422 if form.errors else 200)
