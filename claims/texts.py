"""Names of the stages of a claim's calculation, of natural disasters, and of what moved a claim's money."""

from django.utils.translation import gettext_lazy as _

from claims.transitions import TRANSITIONS

STAGES = {
    "year_self_pay": _("Self-pay of the year so far, this claim included"),
    "deductible": _("Deductible"),
    "above_deductible": _("Above the deductible"),
    "rate_applied": _("At 50 %"),
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


def stage_label(code: str) -> str:
    return str(STAGES[code])


def peril_label(peril: str) -> str:
    """A natural disaster by name; one that a ruling added is shown as it was ruled."""
    return str(PERILS.get(peril, peril))


def movement_label(reason: str) -> str:
    """Why the ledger moved: the step by name, or the reason somebody wrote."""
    return str(TRANSITIONS[reason].label) if reason in TRANSITIONS else reason
