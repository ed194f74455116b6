"""Words of the risk pool: where a ratio stands, and what each level obliges whom to (R20, R21)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.scheme.loss_ratio import LossRatio
from jincheng_insurance.web.charts.parts import Tone


@dataclass(frozen=True, slots=True)
class Standing:
    """A ratio's place among the levels: the highest one exceeded (0 for none), its name, tone and chip."""

    level: int
    label: Promise | str
    tone: Tone
    chip: str


STANDINGS = (
    Standing(120, _("above 120 %: government's share"), "over", "bad"),
    Standing(100, _("above 100 %: investigation"), "high", "high"),
    Standing(80, _("above 80 %: alert"), "warn", "warn"),
)
CALM = Standing(0, _("normal"), "", "good")
NONE = Standing(0, _("not applicable"), "", "neutral")

LEVEL_TEXTS = {
    80: _(
        "The insurer owes a special report to the county's rural-revitalization and finance departments within 5"
        " working days."
    ),
    100: _(
        "The county's rural-revitalization and finance departments investigate and report to the city's within 10"
        " working days."
    ),
    120: _("What exceeds 120 % of the net premium is borne by government, city and county by their ratio."),
}


def standing(ratio: LossRatio) -> Standing:
    """Where a ratio stands; bounds are strict and exact (R20)."""
    if ratio.percent is None:
        return NONE
    return next((place for place in STANDINGS if ratio.exceeds(place.level)), CALM)


DUTY_STEPS = {
    "owed": _("Owed since the alert"),
    "drafted": _("Draft begun"),
    "handed_in": _("Handed in"),
    "received": _("Received"),
    "returned": _("Returned with remarks"),
    "overdue": _("Last day passed: escalated to the city"),
}
