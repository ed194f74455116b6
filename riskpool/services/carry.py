"""Setting a county's carry-forward off against the premium of the following years (R23). What is to be set off follows
from the ledgers alone, so it may be reckoned again at any time, twice, or late: only the difference is booked."""

from decimal import Decimal

from django.db import connection, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.audit.services import record
from jincheng_insurance.scheme.money import ZERO, Shares
from jincheng_insurance.scheme.settlement import offset
from premiums.models import FundEntry
from premiums.selectors.carry import due_shares
from premiums.services.carry import offset_by_carry_forward
from riskpool.models import CarryEntry, Settlement
from riskpool.selectors.carry import shares_of

Kind = CarryEntry.Kind
CARRY_LOCK = 7400


def lock_carry() -> None:
    """Wait until nobody else books to the carry-forward, to the end of the transaction. Taken before any row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [CARRY_LOCK])


@transaction.atomic(durable=True)
def offset_carry(*, county_id: int) -> list[CarryEntry]:
    """Set off what a county has carried forward against what its following years owe by now; returns what was booked,
    which is nothing where all is set off already."""
    if not CarryEntry.objects.filter(county=county_id).exists():
        return []
    lock_carry()
    return offset_locked(county_id=county_id)


def offset_locked(*, county_id: int) -> list[CarryEntry]:
    """The same inside a transaction that holds the lock. Years go in order: what one year's due can't take is brought
    to the next. It follows the county, whoever insures it then."""
    entries: list[CarryEntry] = []
    pool = (
        Agreement.objects.select_for_update(of=("self",))
        .filter(county=county_id)
        .order_by("policy_year")
        .select_related("county")
    )
    brought = ZERO
    authority: User | None = None
    for agreement in pool:
        mine = CarryEntry.objects.filter(agreement=agreement)
        already = shares_of(mine.filter(kind=Kind.OFFSET))
        if authority is not None:
            target = offset(due=due_shares(agreement), carry=_free(agreement, brought)).used
            # What is set off stands below zero in this ledger.
            change = Shares(target.city + already.city, target.county + already.county)
            entries += _book(agreement, change, authority)
            brought -= target.total
        booked = _sum(mine, Kind.BOOKED)
        confirmed = Settlement.objects.filter(policy_year=agreement.policy_year_id).first()
        if confirmed is not None:
            authority = confirmed.confirmed_by
        brought += booked
    return entries


def _free(agreement: Agreement, brought: Decimal) -> Decimal:
    """What may be set off in a year of what was brought in: what has been refunded of it is gone."""
    mine = CarryEntry.objects.filter(agreement=agreement)
    refunded = max(ZERO, -_sum(mine, Kind.REFUNDED) - _sum(mine, Kind.BOOKED))
    return max(ZERO, brought - refunded)


def _sum(rows: QuerySet[CarryEntry], kind: str) -> Decimal:
    return rows.filter(kind=kind).aggregate(sum=Sum("amount"))["sum"] or ZERO


def _book(agreement: Agreement, change: Shares, authority: User) -> list[CarryEntry]:
    booked = offset_by_carry_forward(
        agreement=agreement, shares=change, on=timezone.localdate(), actor=authority
    )
    entries = [_entry(agreement, fund_entry) for fund_entry in booked]
    if entries:
        record("offset_carry", actor=None, on=agreement, facts={"city": change.city, "county": change.county})
    return entries


def _entry(agreement: Agreement, fund_entry: FundEntry) -> CarryEntry:
    return CarryEntry.objects.create(
        kind=Kind.OFFSET,
        agreement=agreement,
        policy_year_id=agreement.policy_year_id,
        county_id=agreement.county_id,
        side=fund_entry.side,
        amount=-fund_entry.amount,
        on=fund_entry.on,
        fund_entry=fund_entry,
        booked_by=fund_entry.booked_by,
    )
