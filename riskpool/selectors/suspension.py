"""Reading suspensions of payments (R22)."""

from django.db.models import QuerySet

from enrollment.models import Agreement, PolicyYear
from enrollment.selectors import agreements
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from riskpool.models import Suspension, SuspensionPaper


def suspensions(actor: User) -> QuerySet[Suspension]:
    """The history the actor may see, newest first."""
    rows = Suspension.objects.visible_to(actor)
    return rows.select_related(
        "county", "agreement__insurer", "agreement__county", "asked_by", "decided_by", "lifted_by"
    ).order_by("-id")


def suspension_papers(actor: User) -> QuerySet[SuspensionPaper]:
    return SuspensionPaper.objects.visible_to(actor).select_related("suspension__agreement")


def may_be_suspended(actor: User, policy_year: PolicyYear) -> list[Agreement]:
    """The agreements of the year for which the actor may ask, and nothing is open yet."""
    open_states = (Suspension.State.ASKED, Suspension.State.APPROVED, Suspension.State.IN_FORCE)
    rows = agreements(actor, policy_year).exclude(
        pk__in=Suspension.objects.filter(state__in=open_states).values("agreement")
    )
    return [row for row in rows if actor.can(Act.ASK_SUSPENSION, on=row)]
