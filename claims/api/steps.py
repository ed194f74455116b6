"""The steps of a claim's life over the API, as one table: each has an address of its own under the claim, a body, and
the service that takes it. Who may take it stands in claims/transitions.py. A further step is a further line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from claims import selectors
from claims.api.shapes import NothingInput, PaymentInput, ReasonInput, RemarkInput, WholeClaimOut
from claims.api.views import claim_answer
from claims.models import Claim
from claims.services.decision import approve_claim, return_claim, submit_claim
from claims.services.payment import record_payment
from claims.transitions import TRANSITIONS
from jincheng_insurance.access.roles import Act
from jincheng_insurance.api.authentication import caller_of
from jincheng_insurance.api.fields import InputSerializer
from jincheng_insurance.api.idempotency import Deed, once
from jincheng_insurance.api.schema import operation
from jincheng_insurance.api.views import ApiView, read


@dataclass(frozen=True, slots=True)
class Step:
    """One step as callers take it. `service` is called with the claim, the actor, and the valid body."""

    name: str
    summary: str | Promise
    body: type[InputSerializer]
    service: Callable[..., object]
    rules: tuple[str, ...] = ()
    sent: Mapping[str, Any] | None = None

    @property
    def act(self) -> Act:
        return TRANSITIONS[self.name].act


STEPS = (
    Step("submit", _("Hand an assessed claim to a reviewer"), NothingInput, submit_claim),
    Step(
        "return",
        _("Send a submitted claim back to its adjuster"),
        ReasonInput,
        return_claim,
        sent={"reason": "缺少出院小结"},
    ),
    Step(
        "approve",
        _("Grant what the rules give; never by whoever submitted it"),
        RemarkInput,
        approve_claim,
        rules=("R5", "R7", "R8", "R9", "R11"),
        sent={"reason": ""},
    ),
    Step(
        "pay",
        _("Record that the granted amount was paid; the claim is closed"),
        PaymentInput,
        record_payment,
        rules=("R19", "R22", "R26"),
        sent={"paid_on": "2026-03-10", "reference": "20260310-0001"},
    ),
)


class ClaimStep(ApiView):
    """A step, from the table."""

    step: Step

    def take(self, request: Request, number: str) -> Response:
        actor = caller_of(request)
        claim: Claim = self.row(selectors.claims(actor), number=number)
        body = read(self.step.body, request.data)

        def act(deed: Deed) -> None:
            with deed.done():
                self.step.service(claim=claim, actor=actor, **body)

        return once(request, act=act, answer=lambda _on: claim_answer(actor, pk=claim.pk))


def view_of(step: Step) -> type[ClaimStep]:
    """The view of one step, described by its line."""

    def post(self: ClaimStep, request: Request, number: str) -> Response:
        return self.take(request, number)

    described = operation(
        name=f"claim_{step.name}",
        tag="claims",
        summary=step.summary,
        rules=step.rules,
        body=step.body if step.sent is not None else None,
        answer=WholeClaimOut,
        row=True,
        idempotent=True,
        sent=dict(step.sent) if step.sent is not None else None,
    )
    members = {"step": step, "act": step.act, "post": described(post)}
    return type(f"Claim{step.name.title()}", (ClaimStep,), members)


def addresses() -> list[URLPattern]:
    return [
        path(
            f"claims/<number:number>/transitions/{step.name}",
            view_of(step).as_view(),
            name=f"claim_{step.name}",
        )
        for step in STEPS
    ]
