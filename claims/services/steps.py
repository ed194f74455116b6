"""Taking a step in a claim's life: lock it, check the transition table, write the timeline.

Locks are always taken in this order, so that nobody waits in a circle: agreement, benefit year, claim (several by
key), payment line."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from claims.models import Claim, ClaimEvent
from claims.transitions import TRANSITIONS, Need
from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.scope import require


def locked_agreement(agreement_id: int) -> Agreement:
    """The agreement's row, locked until the transaction ends: all that pays under it goes one after the other."""
    return (
        Agreement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("county")
        .get(pk=agreement_id)
    )


def locked_claim(claim: Claim) -> Claim:
    """The claim's row, locked until the transaction ends."""
    return (
        Claim.objects.select_for_update(of=("self",))
        .select_related("agreement", "insured_person", "insured_household")
        .get(pk=claim.pk)
    )


def check_step(claim: Claim, step: str, actor: User) -> None:
    """PermissionDenied when the actor may not take the step on this claim; Refused when its state forbids it, or the
    actor submitted what somebody else must decide."""
    transition = TRANSITIONS[step]
    require(actor, transition.act, claim)
    if claim.state not in transition.sources:
        raise Refused(
            _("The claim is now “%(state)s”; this step is not possible any more. Reload the page."),
            state=claim.get_state_display(),
        )
    if Need.ANOTHER in transition.needs and brought_by(claim) == actor.pk:
        raise Refused(_("You brought this claim in yourself; somebody else has to decide it."))


def brought_by(claim: Claim) -> int:
    """Who submitted the claim, or reported it where nobody has submitted it: the one who doesn't decide it."""
    return claim.submitted_by_id or claim.reported_by_id


def check_reason(claim_step: str, reason: str) -> None:
    """Refused without a reason where the step needs one."""
    if Need.REASON in TRANSITIONS[claim_step].needs and not reason.strip():
        raise Refused(_("Give the reason."), field="reason")


def take_step(
    claim: Claim,
    step: str,
    actor: User,
    note: str = "",
    *,
    amount: Decimal | None = None,
    told_as: str = "",
) -> None:
    """Move a locked, checked claim on, and add the step to its timeline with the amount in yuan it was about. `told_as`
    is a more exact word of `claims.texts.TOLD` for the timeline."""
    before, claim.state = claim.state, TRANSITIONS[step].target
    claim.save()
    ClaimEvent.objects.create(
        claim=claim,
        step=told_as or step,
        from_state=before,
        to_state=claim.state,
        note=note[:300],
        amount=amount,
        by=actor,
    )
