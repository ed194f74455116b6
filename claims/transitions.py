"""The life of a claim as one table: each step, from which state to which, and who may take it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.models import Claim
from jincheng_insurance.access.roles import Act

State = Claim.State


@dataclass(frozen=True, slots=True)
class Transition:
    """One step. `act` is what the actor must be granted; the service of that step does the rest."""

    name: str
    sources: frozenset[str]
    target: str
    act: Act
    label: Promise | str


def _step(name: str, sources: tuple[str, ...], target: str, act: Act, label: Promise | str) -> Transition:
    return Transition(name, frozenset(sources), target, act, label)


TRANSITIONS = {
    step.name: step
    for step in (
        _step("report", (), State.REPORTED, Act.HANDLE_CLAIM, _("Claim reported")),
        _step(
            "assess",
            (State.REPORTED, State.ASSESSING),
            State.ASSESSING,
            Act.HANDLE_CLAIM,
            _("Assessment changed"),
        ),
        _step("submit", (State.ASSESSING,), State.SUBMITTED, Act.HANDLE_CLAIM, _("Submitted for approval")),
        _step(
            "return", (State.SUBMITTED,), State.ASSESSING, Act.APPROVE_CLAIM, _("Returned to the adjuster")
        ),
        _step("approve", (State.SUBMITTED,), State.APPROVED, Act.APPROVE_CLAIM, _("Approved")),
        _step("pay", (State.APPROVED,), State.CLOSED, Act.RECORD_PAYMENT, _("Paid and closed")),
        _step(
            "close_unpaid", (State.APPROVED,), State.CLOSED, Act.APPROVE_CLAIM, _("Closed: nothing to pay")
        ),
    )
}
