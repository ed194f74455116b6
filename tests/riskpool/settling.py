"""States of a policy year at its end, made through the product's own services."""

from dataclasses import replace
from decimal import Decimal

from claims.models import Claim
from enrollment.models import Agreement, PolicyYear
from jincheng_insurance.access.models import Insurer, User
from jincheng_insurance.access.roles import Role
from premiums.services.statements import issue_statement
from riskpool.models import CarryEntry, ExcessEntry, Settlement
from riskpool.services.settlement import confirm_settlement, draft_settlement
from tests.world import Party, World, insure_person, make_user, reported_claim

PREMIUM = Decimal(130)  # one household of one person


def incurred(party: Party, amount: str) -> Claim:
    """One insured person stated at 130 yuan, and a claim that holds `amount` in reserve."""
    person = insure_person(party)
    issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])
    return reported_claim(party, person, reserve=amount)


def colleague() -> User:
    """A second officer of the city: whoever puts a settlement forward doesn't confirm it."""
    return User.objects.filter(username="清算同事").first() or make_user("清算同事", Role.CITY_OFFICER)


def settled(world: World, year: int = 2026) -> Settlement:
    """The year put forward by one officer and confirmed by city finance."""
    draft = draft_settlement(policy_year_id=year, actor=colleague())
    return confirm_settlement(draft=draft, actor=world.own[Role.CITY_FINANCE])


def in_year(party: Party, year: int, insurer: Insurer | None = None) -> Party:
    """The party's agreement of another year, with the same people; under another insurer where one is named."""
    insurer = insurer or party.insurer
    agreement = Agreement.objects.create(
        policy_year=PolicyYear.objects.get(pk=year),
        county=party.county,
        insurer=insurer,
        number=f"XY-{party.county.code}-{year}",
        signed_on=f"{year}-01-01",
    )
    agreement.refresh_from_db()
    return replace(party, insurer=insurer, agreement=agreement)


def carried(agreement: Agreement, kind: str = "booked") -> dict[str, Decimal]:
    """The carry ledger of an agreement by side, summed; sides without a row are left out."""
    return _by_side(CarryEntry.objects.filter(agreement=agreement, kind=kind))


def exceeded(agreement: Agreement) -> dict[str, Decimal]:
    return _by_side(ExcessEntry.objects.filter(agreement=agreement))


def _by_side(rows) -> dict[str, Decimal]:  # type: ignore[no-untyped-def]
    sums: dict[str, Decimal] = {}
    for side, amount in rows.values_list("side", "amount"):
        sums[side] = sums.get(side, Decimal(0)) + amount
    return sums
