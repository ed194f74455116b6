"""Reading what a person or a household still has to give back: payments whose decision was reversed (R11)."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from claims.adjudication import ZERO
from claims.models import Claim, PaymentLine
from enrollment.models import InsuredHousehold, InsuredPerson
from jincheng_insurance.access.models import User


@dataclass(frozen=True, slots=True)
class Owed:
    """One payment to be recovered, in yuan; `claim` is where it was made, None where the actor may not see that."""

    amount: Decimal
    claim: Claim | None


@dataclass(frozen=True, slots=True)
class ToRecover:
    """All that is to be recovered from a person or household, of whichever year and insurer."""

    rows: list[Owed]

    @property
    def total(self) -> Decimal:
        return sum((row.amount for row in self.rows), ZERO)


def to_recover_from_person(actor: User, person: InsuredPerson) -> ToRecover:
    """What an insured person has to give back on medical claims."""
    return _owed(actor, Claim.objects.filter(insured_person__roster_person=person.roster_person_id))


def to_recover_from_household(actor: User, household: InsuredHousehold) -> ToRecover:
    """What an insured household has to give back on claims for losses."""
    roster = household.roster_household_id
    return _owed(
        actor,
        Claim.objects.filter(coverage="property", insured_household__roster_household=roster),
    )


def _owed(actor: User, claims: QuerySet[Claim]) -> ToRecover:
    """The sum tells of claims out of the actor's reach too, so that nothing is granted unawares; which claims they are
    it doesn't tell (R25)."""
    lines = PaymentLine.objects.filter(claim__in=claims, state=PaymentLine.State.RECOVER).order_by("id")
    amounts = list(lines.values_list("claim", "amount"))
    if not amounts:
        return ToRecover([])
    seen = Claim.objects.visible_to(actor).in_bulk([claim for claim, _amount in amounts])
    return ToRecover([Owed(amount, seen.get(claim)) for claim, amount in amounts])
