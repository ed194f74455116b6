"""Reading what of the risk pool waits for whom: duties, suspensions, settlements."""

from django.db.models import QuerySet

from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from riskpool.models import OPEN, Duty, Suspension
from riskpool.selectors.duties import duties, overdue_condition
from riskpool.selectors.settlements import YearState, year_states
from riskpool.selectors.suspension import suspensions
from riskpool.services.duties import PARTIES

State = Duty.State


def _to_write(actor: User) -> QuerySet[Duty]:
    rows = Duty.objects.none()
    for kind, parties in PARTIES.items():
        if parties.write is not None and actor.can(parties.write):
            rows = rows | Duty.objects.open_to(actor, parties.write).filter(kind=kind, state__in=OPEN)
    return rows


def _to_receive(actor: User) -> QuerySet[Duty]:
    rows = Duty.objects.none()
    for kind, parties in PARTIES.items():
        if actor.can(parties.receive):
            waits = State.HANDED_IN if kind != Duty.Kind.GOVERNMENT_SHARE else State.OWED
            mine = Duty.objects.open_to(actor, parties.receive).filter(kind=kind, state=waits)
            rows = rows | mine.exclude(handed_in_by=actor)
    return rows


def _to_urge(actor: User) -> QuerySet[Duty]:
    late = Duty.objects.open_to(actor, Act.DECIDE_SUSPENSION).filter(overdue_condition())
    return late if actor.can(Act.DECIDE_SUSPENSION) else Duty.objects.none()


def duties_to_write(actor: User) -> QuerySet[Duty]:
    """Reports that the actor writes and that aren't handed in, overdue ones first."""
    return duties(actor).filter(pk__in=_to_write(actor).order_by().values("pk"))


def duties_to_receive(actor: User) -> QuerySet[Duty]:
    """Reports handed in by somebody else, and notices of the government's share, that the actor receives."""
    return duties(actor).filter(pk__in=_to_receive(actor).order_by().values("pk"))


def duties_to_urge(actor: User) -> QuerySet[Duty]:
    """Reports of anybody that are overdue, for the city's officers, who are told of them."""
    return duties(actor).filter(pk__in=_to_urge(actor).order_by().values("pk"))


def duties_waiting(actor: User) -> int:
    """How many duties wait for the actor: to write, to receive, and to urge."""
    return (_to_write(actor) | _to_receive(actor) | _to_urge(actor)).order_by().count()


def suspensions_to_decide(actor: User) -> QuerySet[Suspension]:
    """Requests to suspend payments that the actor decides on; never one's own."""
    mine = Suspension.objects.open_to(actor, Act.DECIDE_SUSPENSION).filter(state=Suspension.State.ASKED)
    return suspensions(actor).filter(pk__in=mine.exclude(asked_by=actor).values("pk")).order_by("id")


def settlements_to_confirm(actor: User) -> list[YearState]:
    """The years whose latest draft somebody else has put forward and nobody confirmed."""
    waiting = []
    for state in year_states(actor):
        draft = state.open_draft
        if draft is not None and draft.drafted_by_id not in (None, actor.pk):
            waiting.append(state)
    return waiting
