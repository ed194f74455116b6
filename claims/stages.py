"""How far claims have come, as the funnel counts them and the list of claims is narrowed to: stages, groups of stages,
and the ages of open claims in working days."""

import datetime
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.models import OPEN, Claim
from jincheng_insurance.web.working_days import is_working_day

State = Claim.State
UNPAID = "unpaid"  # closed, and nothing was to be paid
DECIDED = (State.APPROVED, State.PAYING, State.CLOSED)
GRANTED_NOTHING = Q(state=State.CLOSED, granted=0)


@dataclass(frozen=True, slots=True)
class Group:
    """Claims counted together: their name, the stages that claims are counted by, and the same as a condition."""

    label: Promise | str
    stages: frozenset[str]
    condition: Q


def _group(label: Promise | str, *states: str, but: Q | None = None, unpaid: bool = False) -> Group:
    condition = Q(state__in=states) & (Q() if but is None else ~but)
    return Group(label, frozenset((*states, UNPAID) if unpaid else states), condition)


# Each step of the funnel holds all that have come so far or further, as they stand today.
FUNNEL: dict[str, Group] = {
    "all": Group(_("Reported in all"), frozenset((*State.values, UNPAID)), Q()),
    "assessed": _group(
        _("Assessment begun, or further"), State.ASSESSING, State.SUBMITTED, *DECIDED, unpaid=True
    ),
    "handed_in": _group(_("Submitted, or further"), State.SUBMITTED, *DECIDED, unpaid=True),
    "granted": _group(_("Approved, or further"), *DECIDED, unpaid=True),
    "paid": _group(_("Paid and closed"), State.CLOSED, but=GRANTED_NOTHING),
}
ASIDE: dict[str, Group] = {
    "unpaid": Group(_("Closed: nothing to pay"), frozenset((UNPAID,)), GRANTED_NOTHING),
    "rejected": _group(_("Payment refused"), State.REJECTED),
    "withdrawn": _group(_("Withdrawn"), State.WITHDRAWN),
}
# Sent back by the reviewer, reversed or reopened since they were first submitted.
BACK = Q(state=State.ASSESSING, submitted_at__isnull=False)
GROUPS: dict[str, tuple[Promise | str, Q]] = {
    "open": (_("Open claims"), Q(state__in=OPEN)),
    "back": (_("Back at the adjuster"), BACK),
    **{name: (group.label, group.condition) for name, group in FUNNEL.items() if name != "all"},
    "unpaid": (ASIDE["unpaid"].label, ASIDE["unpaid"].condition),
}


@dataclass(frozen=True, slots=True)
class Band:
    """Open claims reported `first` to `last` working days ago, both included; without `last`, `first` or longer ago."""

    name: str
    label: Promise | str
    first: int
    last: int | None


BANDS = (
    Band("0", _("up to 5 working days"), 0, 5),
    Band("6", _("6 to 10 working days"), 6, 10),
    Band("11", _("11 to 20 working days"), 11, 20),
    Band("21", _("over 20 working days"), 21, None),
)


def overdue(today: datetime.date) -> Q:
    """Claims whose payment should have been made by now (R26)."""
    return Q(state__in=(State.APPROVED, State.PAYING), pay_by__lt=today)


def in_band(band: Band, today: datetime.date) -> Q:
    """Open claims of that age."""
    condition = Q(state__in=OPEN)
    if band.first:
        condition &= Q(reported_on__lt=_earliest(today, band.first - 1))
    if band.last is not None:
        condition &= Q(reported_on__gte=_earliest(today, band.last))
    return condition


def _earliest(today: datetime.date, days: int) -> datetime.date:
    """The earliest day since which no more than `days` working days have passed, today counted and that day not."""
    day = today
    while days >= is_working_day(day):
        days -= is_working_day(day)
        day -= datetime.timedelta(days=1)
    return day
