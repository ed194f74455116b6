"""Reading duties: the register, overdue ones first (R21)."""

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from enrollment.models import PolicyYear
from jincheng_insurance.access.models import User
from riskpool.models import OPEN, Alert, Duty, DutyPaper


def duties(actor: User, policy_year: PolicyYear | None = None) -> QuerySet[Duty]:
    """The duties the actor may see: overdue first, then the open ones by their last day, then the rest."""
    rows = Duty.objects.visible_to(actor)
    if policy_year is not None:
        rows = rows.filter(policy_year=policy_year)
    rank = Case(
        When(overdue_condition(), then=Value(0)),
        When(state__in=OPEN, then=Value(1)),
        When(state=Duty.State.HANDED_IN, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    related = ("county", "agreement__insurer", "agreement__county", "alert")
    return rows.select_related(*related).order_by(rank, F("due_on").asc(nulls_last=True), "id")


def overdue_condition() -> Q:
    return Q(state__in=OPEN, due_on__lt=timezone.localdate())


def duties_of(actor: User, alert: Alert) -> QuerySet[Duty]:
    return duties(actor).filter(alert=alert)


def duty_papers(actor: User) -> QuerySet[DutyPaper]:
    return DutyPaper.objects.visible_to(actor).select_related("duty")
