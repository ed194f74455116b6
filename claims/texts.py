"""Names of the stages of a claim's calculation, as the page shows them."""

from django.utils.translation import gettext_lazy as _

STAGES = {
    "year_self_pay": _("Self-pay of the year so far, this claim included"),
    "deductible": _("Deductible"),
    "above_deductible": _("Above the deductible"),
    "rate_applied": _("At 50 %"),
    "cap": _("Annual cap"),
    "entitlement": _("Entitlement of the year"),
    "already_granted": _("Already granted this year"),
    "overpayment": _("Overpayment to set off"),
    "granted": _("Granted by this decision"),
}


def stage_label(code: str) -> str:
    return str(STAGES[code])
