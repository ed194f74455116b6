"""Setting a carry-forward of earlier years against what city and county owe (R23). Called by whoever keeps the
carry-forward, inside its own transaction."""

import datetime

from django.db import connection

from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.scheme.money import Shares
from premiums.models import FundEntry, Side


def offset_by_carry_forward(
    *, agreement: Agreement, shares: Shares, on: datetime.date, actor: User
) -> list[FundEntry]:
    """Book to the fund ledger what a carry-forward takes off each side's premium, in yuan; below zero gives it back. A
    side with nothing to book gets no entry. The premium due, and with it the loss ratio's denominator, stays. `actor`
    confirmed the settlement it comes from. Must run inside a transaction; RuntimeError outside one."""
    if not connection.in_atomic_block:
        raise RuntimeError("an offset is booked in the transaction that takes it off the carry-forward")
    return [
        FundEntry.objects.create(
            agreement=agreement,
            policy_year_id=agreement.policy_year_id,
            county_id=agreement.county_id,
            side=side,
            kind=FundEntry.Kind.CARRIED,
            amount=amount,
            on=on,
            booked_by=actor,
        )
        for side, amount in ((Side.CITY, shares.city), (Side.COUNTY, shares.county))
        if amount
    ]
