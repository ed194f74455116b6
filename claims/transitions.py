"""The life of a claim as one table: each step, from which states to which, who may take it, what it needs, and what it
moves in the loss ledger. Services check and follow it, pages show it, tests walk it."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.models import Claim
from jincheng_insurance.access.roles import Act

State = Claim.State


class Need(models.TextChoices):
    """What a step asks for beyond the actor's grant."""

    ASSESSED = "assessed", _("a bill, or items of a loss")
    PROVEN = "proven", _("of a loss: all signatures (R14); of a theft also police report and finding (R13)")
    REASON = "reason", _("a reason")
    LISTED_REASON = "listed_reason", _("a reason from the list, and an account of it")
    ANOTHER = "another", _("somebody else than who submitted")
    RULES = "rules", _("that no rule refuses (R5 to R14)")
    NOT_SUSPENDED = "not_suspended", _("payments under the agreement not suspended (R22)")
    NOTHING_GRANTED = "nothing_granted", _("if closed: that nothing was granted")
    APART = "apart", _("outside a batch: somebody else than who approved")
    NOT_GATHERED = "not_gathered", _("that it waits in no payment batch")


class Moves(models.TextChoices):
    """What a step moves in the loss ledger (R19)."""

    NOTHING = "nothing", _("Nothing")
    RESERVE_SET = "reserve_set", _("Reserve set to the estimate")
    RESERVE_CHANGED = "reserve_changed", _("Reserve changed, if a new estimate is given")
    RESERVE_TO_GRANT = "reserve_to_grant", _("Reserve brought to what is granted")
    RESERVE_RELEASED = "reserve_released", _("Reserve released")
    PAID = "paid", _("Payment booked, its reserve released")
    PAID_BACK = "paid_back", _("Payment taken back by a reversing entry, reserve set again")
    TAKEN_BACK = "taken_back", _("A payment taken back by a reversing entry; reserve set to the new estimate")


@dataclass(frozen=True, slots=True)
class Transition:
    """One step. `act` is what the actor must be granted on the claim; the service of that step does the rest."""

    name: str
    sources: frozenset[str]
    target: str
    act: Act
    label: Promise | str
    needs: tuple[Need, ...] = ()
    moves: Moves = Moves.NOTHING


def _step(
    name: str,
    way: tuple[tuple[str, ...], str],
    act: Act,
    label: Promise | str,
    *needs: Need,
    moves: Moves = Moves.NOTHING,
) -> Transition:
    sources, target = way
    return Transition(name, frozenset(sources), target, act, label, needs, moves)


UNDECIDED = (State.REPORTED, State.ASSESSING, State.SUBMITTED)

TRANSITIONS = {
    step.name: step
    for step in (
        _step("report", ((), State.REPORTED), Act.HANDLE_CLAIM, _("Claim reported"), moves=Moves.RESERVE_SET),
        _step(
            "assess",
            ((State.REPORTED, State.ASSESSING), State.ASSESSING),
            Act.HANDLE_CLAIM,
            _("Assessment changed"),
            moves=Moves.RESERVE_CHANGED,
        ),
        _step(
            "submit",
            ((State.ASSESSING,), State.SUBMITTED),
            Act.HANDLE_CLAIM,
            _("Submitted for approval"),
            Need.ASSESSED,
            Need.PROVEN,
        ),
        _step(
            "return",
            ((State.SUBMITTED,), State.ASSESSING),
            Act.APPROVE_CLAIM,
            _("Returned to the adjuster"),
            Need.REASON,
        ),
        _step(
            "approve",
            ((State.SUBMITTED,), State.APPROVED),
            Act.APPROVE_CLAIM,
            _("Approved"),
            Need.ANOTHER,
            Need.RULES,
            moves=Moves.RESERVE_TO_GRANT,
        ),
        _step(
            "close_unpaid",
            ((State.APPROVED,), State.CLOSED),
            Act.APPROVE_CLAIM,
            _("Closed: nothing to pay"),
        ),
        _step(
            "reject",
            (UNDECIDED, State.REJECTED),
            Act.APPROVE_CLAIM,
            _("Payment refused"),
            Need.LISTED_REASON,
            Need.ANOTHER,
            moves=Moves.RESERVE_RELEASED,
        ),
        _step(
            "withdraw",
            (UNDECIDED, State.WITHDRAWN),
            Act.HANDLE_CLAIM,
            _("Withdrawn by the insured"),
            Need.REASON,
            moves=Moves.RESERVE_RELEASED,
        ),
        _step(
            "reopen",
            ((State.REJECTED, State.WITHDRAWN, State.CLOSED), State.ASSESSING),
            Act.HANDLE_CLAIM,
            _("Reopened"),
            Need.REASON,
            Need.NOTHING_GRANTED,
            moves=Moves.RESERVE_SET,
        ),
        _step(
            "reverse",
            ((State.APPROVED, State.CLOSED), State.ASSESSING),
            Act.APPROVE_CLAIM,
            _("Decision reversed"),
            Need.REASON,
            Need.ANOTHER,
            Need.NOT_GATHERED,
            moves=Moves.TAKEN_BACK,
        ),
        _step(
            "release",
            ((State.APPROVED,), State.PAYING),
            Act.RECORD_PAYMENT,
            _("Payment released"),
            Need.NOT_SUSPENDED,
        ),
        _step(
            "pay",
            ((State.APPROVED, State.PAYING), State.CLOSED),
            Act.RECORD_PAYMENT,
            _("Paid and closed"),
            Need.NOT_SUSPENDED,
            Need.APART,
            moves=Moves.PAID,
        ),
        _step(
            "fail",
            ((State.PAYING,), State.APPROVED),
            Act.RECORD_PAYMENT,
            _("Payment failed at the bank"),
            Need.REASON,
        ),
        _step(
            "take_back",
            ((State.CLOSED,), State.APPROVED),
            Act.RECORD_PAYMENT,
            _("Payment came back"),
            Need.REASON,
            moves=Moves.PAID_BACK,
        ),
    )
}
