"""Names of the stages of a claim's calculation, of natural disasters, and of what moved a claim's money."""

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models import RejectionReason
from claims.transitions import TRANSITIONS

AFTER_REASON = re.compile("：|: ")
STAGES = {
    "year_self_pay": _("Self-pay of the year so far, this claim included"),
    "deductible": _("Deductible"),
    "above_deductible": _("Above the deductible"),
    "rate_applied": _("At 50%"),
    "cap": _("Annual cap"),
    "entitlement": _("Entitlement of the year"),
    "already_granted": _("Already granted this year"),
    "set_off": _("Of that overpaid earlier, set off now"),
    "overpayment": _("Overpayment to set off"),
    "granted": _("Granted by this decision"),
    "assessed": _("Assessed loss"),
    "recovered": _("Recovered from others"),
    "net_loss": _("Loss that remains"),
    "property_cap": _("Cap of the household's year"),
    "property_remaining": _("Left of the household's year"),
}

PERILS = {
    "storm": _("storm"),
    "flood": _("flood"),
    "hail": _("hail"),
    "lightning": _("lightning"),
    "landslide": _("landslide"),
    "snow": _("snow"),
    "earthquake": _("earthquake"),
}


# What the timeline tells more exactly than by the step it was.
TOLD = {
    "sign": _("Assessment signed"),
    "add_bill": _("Bill added"),
    "edit_bill": _("Bill corrected"),
    "remove_bill": _("Bill removed"),
    "change_loss": _("Details of the loss corrected"),
    "add_item": _("Item of the loss added"),
    "remove_item": _("Item of the loss removed"),
    "change_reserve": _("Reserve changed"),
}


def step_label(step: str) -> str:
    """What the timeline calls a step."""
    return str(TOLD[step] if step in TOLD else TRANSITIONS[step].label)


def stage_label(code: str) -> str:
    return str(STAGES[code])


def peril_label(peril: str) -> str:
    """A natural disaster by name; one that a ruling added is shown as it was ruled."""
    return str(PERILS.get(peril, peril))


def rejection_words(reason: RejectionReason, account: str) -> str:
    """A rejection's reason from the list, and the reviewer's account of it."""
    return gettext("%(what)s: %(why)s") % {"what": reason.label, "why": account}


def account_of(words: str) -> str:
    """The reviewer's account alone, out of `rejection_words` in any language."""
    return AFTER_REASON.split(words, maxsplit=1)[-1]


def movement_label(reason: str) -> str:
    """Why the ledger moved: the step by name, or the reason somebody wrote."""
    return str(TRANSITIONS[reason].label) if reason in TRANSITIONS else reason
