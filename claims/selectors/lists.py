"""Reading what lists of claims are made of: one county's payments and grants of a period, within the actor's scope."""

import datetime
from typing import TypeVar

from django.db.models import Max, Model, Prefetch, QuerySet

from claims.adjudication import DECIDED
from claims.models import Claim, Payment, PaymentBatch, PaymentLine
from claims.paper.facts import place_of
from claims.paper.lists import Paid, Posted
from enrollment.models import Relation, RosterPerson
from jincheng_insurance.access.models import Region, User

MOST_ROWS = 5000

Row = TypeVar("Row", bound=Model)


class TooManyRowsError(Exception):
    """A list would be longer than MOST_ROWS."""


def counties_with_claims(actor: User) -> QuerySet[Region]:
    return Region.objects.filter(pk__in=Claim.objects.visible_to(actor).values("county")).order_by("code")


def payments(actor: User, *, county: Region, first: datetime.date, last: datetime.date) -> QuerySet[Payment]:
    """What was paid in a county from `first` to `last`, both included."""
    visible = Claim.objects.visible_to(actor).filter(county=county)
    return Payment.objects.filter(claim__in=visible, paid_on__range=(first, last))


def grants(actor: User, *, county: Region, first: datetime.date, last: datetime.date) -> QuerySet[Claim]:
    """What was approved in a county from `first` to `last`, both included; claims granted nothing are left out."""
    approved = {"state__in": DECIDED, "granted__gt": 0, "approved_at__date__range": (first, last)}
    return Claim.objects.visible_to(actor).filter(county=county, **approved)


def payments_of(actor: User, *, county: Region, first: datetime.date, last: datetime.date) -> list[Paid]:
    """What was paid in a county from `first` to `last`, both included, by day; a payment taken back stands below zero
    on the day it came back. Raises TooManyRowsError."""
    rows = (
        _checked(payments(actor, county=county, first=first, last=last))
        .select_related("line__batch", *_paths("claim__"))
        .prefetch_related(_members("claim__"))
        .order_by("paid_on", "id")
    )
    return [
        Paid(
            number=row.claim.number,
            batch=row.line.batch.number if row.line is not None else "",
            place=place_of(row.claim.insured_household),
            name=_name(row.claim),
            coverage=row.claim.coverage,
            amount=row.amount,
            paid_on=row.paid_on,
            reference=row.reference,
        )
        for row in rows
    ]


def grants_of(actor: User, *, county: Region, first: datetime.date, last: datetime.date) -> list[Posted]:
    """What was approved in a county from `first` to `last`, both included, village by village; claims granted nothing
    are left out. Raises TooManyRowsError."""
    rows = (
        _checked(grants(actor, county=county, first=first, last=last))
        .select_related(*_paths())
        .prefetch_related(_members())
        .order_by(
            "insured_household__roster_household__township__name",
            "insured_household__roster_household__village__name",
            "approved_at",
        )
    )
    return [
        Posted(place_of(row.insured_household), _name(row), row.coverage, row.granted)
        for row in rows
        if row.granted is not None
    ]


def lines_of(actor: User, batch: PaymentBatch) -> list[Posted]:
    """What a payment batch pays, village by village, lines taken out left out: to be posted before it is released."""
    visible = Claim.objects.visible_to(actor)
    rows = (
        PaymentLine.objects.filter(batch=batch, claim__in=visible)
        .exclude(state=PaymentLine.State.DROPPED)
        .select_related(*_paths("claim__"))
        .prefetch_related(_members("claim__"))
        .order_by(
            "claim__insured_household__roster_household__township__name",
            "claim__insured_household__roster_household__village__name",
            "id",
        )
    )
    return [
        Posted(place_of(row.claim.insured_household), _name(row.claim), row.claim.coverage, row.amount)
        for row in rows
    ]


def paid_until(batch: PaymentBatch) -> datetime.date | None:
    """The day of a batch's last payment, once every line that it kept is paid; None before."""
    kept = batch.lines.exclude(state=PaymentLine.State.DROPPED)
    if not kept.exists() or kept.exclude(state=PaymentLine.State.PAID).exists():
        return None
    paid = Payment.objects.filter(line__in=kept, reverses=None, reversed_by=None)
    last: datetime.date | None = paid.aggregate(last=Max("paid_on"))["last"]
    return last


def _paths(before: str = "") -> tuple[str, ...]:
    household = f"{before}insured_household__"
    return (
        f"{before}insured_person__roster_person",
        f"{household}county",
        f"{household}roster_household__township",
        f"{household}roster_household__village",
    )


def _members(before: str = "") -> "Prefetch[str, QuerySet[RosterPerson], str]":
    return Prefetch(
        f"{before}insured_household__roster_household__persons",
        queryset=RosterPerson.objects.order_by("id"),
    )


def _name(claim: Claim) -> str:
    """The insured person, or the head of the household whose property it is."""
    if claim.insured_person is not None:
        return claim.insured_person.roster_person.name
    members = list(claim.insured_household.roster_household.persons.all())
    heads = [member for member in members if member.relation == Relation.HEAD] or members
    return heads[0].name if heads else ""


def _checked(rows: QuerySet[Row]) -> QuerySet[Row]:
    if rows.count() > MOST_ROWS:
        raise TooManyRowsError
    return rows
