"""Reading what of the premium waits for whom."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from enrollment.models import Agreement
from enrollment.selectors import current_policy_year
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.scheme.statement import Units
from premiums.models import ACT_OF_SIDE, FundEntry, FundImport, Side
from premiums.selectors.fund import SideAccount, accounts_of
from premiums.selectors.statements import open_units


@dataclass(frozen=True, slots=True)
class ToState:
    """Units of an agreement that the next statement would charge, or the next refund take back."""

    agreement: Agreement
    units: Units
    refund: bool


def to_state(actor: User) -> list[ToState]:
    """The statements and refunds that could be issued now, where the actor issues them."""
    rows = Agreement.objects.open_to(actor, Act.ISSUE_STATEMENT).filter(policy_year=current_policy_year())
    pool = list(rows.select_related("county", "insurer").order_by("county__code"))
    units = open_units(pool)
    found = [
        ToState(agreement, count, refund)
        for agreement in pool
        for refund, count in ((False, units[agreement.pk].to_charge), (True, units[agreement.pk].to_refund))
    ]
    return [each for each in found if each.units.households or each.units.persons]


@dataclass(frozen=True, slots=True)
class Arrears:
    """One side's account of an agreement that owes premium."""

    agreement: Agreement
    account: SideAccount


def in_arrears(actor: User) -> list[Arrears]:
    """The accounts in arrears for which the actor pays, the oldest debt first; who issues a county's statements sees
    the county's."""
    return sorted(
        _arrears(actor),
        key=lambda row: (row.account.unpaid_since or row.agreement.signed_on, row.agreement.pk),
    )


def _arrears(actor: User) -> Iterator[Arrears]:
    acts = {
        side: (act, *((Act.ISSUE_STATEMENT,) if side == Side.COUNTY else ()))
        for side, act in ACT_OF_SIDE.items()
    }
    pool = list(Agreement.objects.visible_to(actor).select_related("county", "insurer"))
    for pk, accounts in accounts_of(pool).items():
        agreement = next(each for each in pool if each.pk == pk)
        for account in accounts:
            if account.arrears > 0 and any(actor.can(act, on=agreement) for act in acts[account.side]):
                yield Arrears(agreement, account)


def to_receive(actor: User) -> QuerySet[FundEntry]:
    """Payments of premium that stand and whose receipt nobody has confirmed, where the actor confirms, oldest first."""
    rows = FundEntry.objects.open_to(actor, Act.CONFIRM_RECEIPT).filter(
        kind=FundEntry.Kind.PAID, reverses=None, reversed_by=None, receipts=None
    )
    return rows.select_related("county", "agreement__insurer").order_by("on", "id")


def imports_to_book(actor: User) -> QuerySet[FundImport]:
    """Workbooks of allocations and payments neither booked nor cancelled, of the side the actor pays for."""
    city = FundImport.objects.open_to(actor, Act.FUND_CITY_SIDE).filter(county=None)
    county = FundImport.objects.open_to(actor, Act.FUND_COUNTY_SIDE).filter(county__isnull=False)
    return (city | county).filter(booked_at=None, cancelled_at=None).select_related("county").order_by("id")
