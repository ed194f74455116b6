"""Words of the risk pool: where a ratio stands, and what each level obliges whom to (R20, R21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models import Cause, LossEntry
from claims.texts import movement_label, peril_label
from claims.transitions import TRANSITIONS
from jincheng_insurance.scheme.loss_ratio import LossRatio
from jincheng_insurance.scheme.terms import FIRST_YEAR, default_terms
from jincheng_insurance.web.charts import Threshold
from jincheng_insurance.web.charts.parts import Tone


@dataclass(frozen=True, slots=True)
class Standing:
    """A ratio's place among the levels: the highest one exceeded (0 for none), its name, tone and chip."""

    level: int
    label: str
    tone: Tone
    chip: str


# The stages of a settlement's line by their codes.
STAGES = {
    "net_premium": _("Net premium"),
    "incurred": _("Incurred: claims paid and open reserves"),
    "carry_bound": _("Bound of the carry-forward"),
    "carry_forward": _("Carry-forward in all"),
    "carry_city": _("Carry-forward, city's share"),
    "carry_county": _("Carry-forward, county's share"),
    "excess_bound": _("Bound of the excess"),
    "excess": _("Excess in all"),
    "excess_city": _("Excess, city's share"),
    "excess_county": _("Excess, county's share"),
}
MOVEMENTS = {
    "carry": _("Carry-forward to the next year"),
    "excess": _("Excess borne by government"),
    "refund": _("Refund after the last year"),
}
MOVEMENT_RULES = {"carry": "R23", "excess": "R23", "refund": "R24"}
LEDGERS = {"fund": _("Fund ledger"), "loss": _("Loss ledger")}
POOLED = _("all counties of the insurer together")

LEVEL_TEXTS = {
    80: _(
        "The insurer owes a special report to the county's rural-revitalization and finance departments within 5"
        " working days."
    ),
    100: _(
        "The county's rural-revitalization and finance departments investigate and report to the city's within 10"
        " working days."
    ),
    120: _("What exceeds 120% of the net premium is borne by government, city and county by their ratio."),
}


# Of the alert levels in their order, lowest first; further ones look like the last.
TONES: tuple[Tone, ...] = ("warn", "high", "over")
CHIPS = ("warn", "high", "bad")
ABOVE = (
    _("above %(level)d%%: alert"),
    _("above %(level)d%%: investigation"),
    _("above %(level)d%%: government's share"),
)
BOUNDS = (_("alert %(level)d%%"), _("break-even %(level)d%%"), _("government bears %(level)d%%"))
LEVELS = default_terms(FIRST_YEAR).alert_levels


def standing(ratio: LossRatio, levels: Sequence[int] = LEVELS) -> Standing:
    """Where a ratio stands among the alert levels of its year's terms; bounds are strict and exact (R20)."""
    if not ratio.applicable:
        return Standing(0, gettext("not applicable"), "", "neutral")
    passed = [place for place, level in enumerate(levels) if ratio.exceeds(level)]
    if not passed:
        return Standing(0, gettext("normal"), "", "good")
    level, place = levels[passed[-1]], min(passed[-1], len(TONES) - 1)
    return Standing(level, str(ABOVE[place]) % {"level": level}, TONES[place], CHIPS[place])


def bounds(levels: Sequence[int]) -> list[Threshold]:
    """The alert levels as a chart draws them."""
    return [
        Threshold(
            Decimal(level),
            str(BOUNDS[min(place, len(BOUNDS) - 1)]) % {"level": level},
            TONES[min(place, len(TONES) - 1)],
        )
        for place, level in enumerate(levels)
    ]


def cause_label(code: str) -> str:
    """A cause of a property loss by its code: a natural disaster's, or the cause's own."""
    return str(Cause(code).label) if code in Cause.values else peril_label(code)


def step_of(entry: LossEntry, *, in_words: bool) -> str:
    """Why the ledger moved: the step by its name; a reason that somebody wrote only where `in_words`."""
    return movement_label(entry.reason) if in_words or entry.reason in TRANSITIONS else ""


DUTY_STEPS = {
    "owed": _("Owed since the alert"),
    "drafted": _("Draft begun"),
    "handed_in": _("Handed in"),
    "received": _("Received"),
    "returned": _("Returned with remarks"),
    "overdue": _("Last day passed: escalated to the city"),
}
