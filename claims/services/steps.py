"""Taking a step in a claim's life: lock it, check the transition table, write the timeline."""

from django.utils.translation import gettext_lazy as _

from claims.models import Claim, ClaimEvent
from claims.transitions import TRANSITIONS
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.scope import require


def locked_claim(claim: Claim) -> Claim:
    """The claim's row, locked until the transaction ends."""
    return (
        Claim.objects.select_for_update(of=("self",))
        .select_related("agreement", "insured_person", "insured_household")
        .get(pk=claim.pk)
    )


def check_step(claim: Claim, step: str, actor: User) -> None:
    """PermissionDenied when the actor may not take the step on this claim, Refused when its state forbids it."""
    transition = TRANSITIONS[step]
    require(actor, transition.act, claim)
    if claim.state not in transition.sources:
        raise Refused(
            _("The claim is now “%(state)s”; this step is not possible any more. Reload the page."),
            state=claim.get_state_display(),
        )


def take_step(claim: Claim, step: str, actor: User, note: str = "") -> None:
    """Move a locked, checked claim on, and add the step to its timeline."""
    before, claim.state = claim.state, TRANSITIONS[step].target
    claim.save()
    ClaimEvent.objects.create(
        claim=claim, step=step, from_state=before, to_state=claim.state, note=note[:300], by=actor
    )
