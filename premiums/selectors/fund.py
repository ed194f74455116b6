"""Reading the fund ledger: each side's account, its movements, and the denominator of the loss ratio (R16, R19)."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from enrollment.models import Agreement
from enrollment.selectors import terms_of
from jincheng_insurance.access.models import User
from jincheng_insurance.scheme.arrears import unpaid_dues
from jincheng_insurance.scheme.terms import NetPremiumBasis
from premiums.models import ACT_OF_SIDE, FundEntry, Receipt, Reminder, Side

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class SideAccount:
    """One side's premium for an agreement, from the fund ledger (R16): due by the ratio, carried over from the year
    before, allocated, paid, and received as the insurer says; `unpaid` is what of the arrears became due when, the
    oldest first."""

    side: Side
    due: Decimal
    allocated: Decimal
    paid: Decimal
    carried: Decimal = ZERO
    received: Decimal = ZERO
    unpaid: tuple[tuple[datetime.date, Decimal], ...] = field(default=())

    @property
    def arrears(self) -> Decimal:
        """Due, not carried over and not paid yet; negative where more was paid than due."""
        return self.due - self.carried - self.paid

    @property
    def to_allocate(self) -> Decimal:
        """Due, not carried over and not allocated yet; negative where more was allocated than is due."""
        return self.due - self.carried - self.allocated

    @property
    def held(self) -> Decimal:
        """Allocated and not paid on yet; negative where more was paid than allocated."""
        return self.allocated - self.paid

    @property
    def unconfirmed(self) -> Decimal:
        """Paid and not confirmed as received by the insurer."""
        return self.paid - self.received

    @property
    def unpaid_since(self) -> datetime.date | None:
        return self.unpaid[0][0] if self.unpaid else None

    @property
    def days_unpaid(self) -> int:
        """Since how many days the oldest arrears are due; 0 where there are none."""
        since = self.unpaid_since
        return max(0, (timezone.localdate() - since).days) if since is not None else 0


@dataclass(frozen=True, slots=True)
class AccountSum:
    """Several accounts together: of one side, or of both, where `side` is None."""

    side: Side | None
    due: Decimal
    carried: Decimal
    allocated: Decimal
    paid: Decimal
    received: Decimal
    arrears: Decimal
    unconfirmed: Decimal


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of an agreement's fund ledger with its side's balances after it, and what the insurer confirmed."""

    entry: FundEntry
    owed: Decimal
    held: Decimal
    receipt: Receipt | None
    stands: bool

    @property
    def differs(self) -> bool:
        """The insurer received another amount than was paid."""
        return self.receipt is not None and self.receipt.amount != self.entry.amount


def accounts(agreement: Agreement, *, until: datetime.date | None = None) -> list[SideAccount]:
    """The accounts of an agreement, of the city and of the county, by entries dated up to `until`."""
    return accounts_of([agreement], until=until)[agreement.pk]


def account_sums(pool: Iterable[SideAccount]) -> list[AccountSum]:
    """The accounts of each side together, then those of both."""
    pool = list(pool)
    names = [one.name for one in fields(AccountSum) if one.name != "side"]
    return [
        AccountSum(
            side,
            **{
                name: sum((getattr(one, name) for one in pool if side in (None, one.side)), ZERO)
                for name in names
            },
        )
        for side in (*Side, None)
    ]


def account_of(agreement: Agreement, side: Side) -> SideAccount:
    return next(account for account in accounts(agreement) if account.side == side)


def accounts_of(
    pool: Iterable[Agreement], *, until: datetime.date | None = None
) -> dict[int, list[SideAccount]]:
    """Both sides' accounts of each agreement, by its id."""
    pool = list(pool)
    sums: defaultdict[tuple[int, str, str], Decimal] = defaultdict(lambda: ZERO)
    dues: defaultdict[tuple[int, str], list[tuple[datetime.date, Decimal]]] = defaultdict(list)
    entries = FundEntry.objects.filter(agreement__in=pool, **({"on__lte": until} if until else {}))
    cancelled = Exists(entries.filter(reverses=OuterRef("pk")))
    figures = entries.values_list("agreement", "side", "kind").annotate(Sum("amount"))
    for pk, side, kind, amount in figures:
        sums[pk, side, kind] = amount
    standing = entries.filter(kind=FundEntry.Kind.DUE, reverses=None).exclude(cancelled)
    for pk, side, on, amount in standing.values_list("agreement", "side", "on", "amount"):
        dues[pk, side].append((on, amount))
    received = {(pk, side): amount for pk, side, amount in _received_by_side(pool, until)}
    return {
        agreement.pk: [
            _account(agreement.pk, side, sums, dues[agreement.pk, side], received) for side in Side
        ]
        for agreement in pool
    }


def _account(
    agreement: int,
    side: Side,
    sums: defaultdict[tuple[int, str, str], Decimal],
    dues: list[tuple[datetime.date, Decimal]],
    received: dict[tuple[int, str], Decimal],
) -> SideAccount:
    carried, paid = sums[agreement, side, FundEntry.Kind.CARRIED], sums[agreement, side, FundEntry.Kind.PAID]
    return SideAccount(
        side,
        due=sums[agreement, side, FundEntry.Kind.DUE],
        allocated=sums[agreement, side, FundEntry.Kind.ALLOCATED],
        paid=paid,
        carried=carried,
        received=received.get((agreement, str(side)), ZERO),
        unpaid=unpaid_dues(dues, carried + paid),
    )


def movements(
    agreement: Agreement, *, until: datetime.date | None = None, side: str = "", kind: str = ""
) -> list[Movement]:
    """An agreement's fund ledger in order of date, up to `until`, of one side or kind if given. The balances count
    every entry of the side, whichever are shown."""
    entries = FundEntry.objects.filter(agreement=agreement, **({"on__lte": until} if until else {}))
    rows = list(entries.select_related("statement", "booked_by", "reverses").order_by("on", "pk"))
    receipts = {
        receipt.entry_id: receipt
        for receipt in Receipt.objects.filter(entry__agreement=agreement)
        .select_related("confirmed_by")
        .order_by("pk")
        if until is None or receipt.on <= until
    }
    reversed_ones = {row.reverses_id for row in rows if row.reverses_id is not None}
    owed: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    held: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    shown = []
    for row in rows:
        _count(row, owed, held)
        if (side and row.side != side) or (kind and row.kind != kind):
            continue
        stands = row.reverses_id is None and row.pk not in reversed_ones
        shown.append(Movement(row, owed[row.side], held[row.side], receipts.get(row.pk), stands))
    return shown


def _count(row: FundEntry, owed: defaultdict[str, Decimal], held: defaultdict[str, Decimal]) -> None:
    kind = row.kind
    if kind == FundEntry.Kind.DUE:
        owed[row.side] += row.amount
    elif kind in (FundEntry.Kind.PAID, FundEntry.Kind.CARRIED):
        owed[row.side] -= row.amount
    if kind == FundEntry.Kind.ALLOCATED:
        held[row.side] += row.amount
    elif kind == FundEntry.Kind.PAID:
        held[row.side] -= row.amount


def payable_sides(actor: User, agreement: Agreement) -> list[Side]:
    """The sides of an agreement for which the actor allocates and pays."""
    return [side for side in Side if actor.can(ACT_OF_SIDE[side], on=agreement)]


def reminders(actor: User) -> QuerySet[Reminder]:
    """The reminders of the sides that the actor pays for; whoever pays for none sees all within reach."""
    rows = Reminder.objects.visible_to(actor).select_related("agreement__insurer", "county")
    sides = [side for side in Side if actor.can(ACT_OF_SIDE[side])]
    return rows.filter(side__in=sides) if sides else rows


def net_premiums(pool: Iterable[Agreement], *, until: datetime.date | None = None) -> dict[int, Decimal]:
    """The denominator of each agreement's loss ratio (R19), in yuan by agreement id: what its year's terms take, the
    premium due less refunds, or what the insurer confirmed as received and what a carry-forward stands for (R23);
    dated up to `until`. Agreements without premium are left out."""
    by_due, by_receipt = _by_basis(pool)
    sums: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for agreement, _side, amount in _received_by_side(by_receipt, until):
        sums[agreement] += amount
    booked = _booked(by_due, by_receipt, until).values_list("agreement").annotate(Sum("amount"))
    for agreement, amount in booked:
        sums[agreement] += amount
    return dict(sums)


def net_premium_days(
    pool: Iterable[Agreement], *, until: datetime.date
) -> list[tuple[int, datetime.date, Decimal]]:
    """The same by the days on which it changed: agreement id, day, and the change in yuan, in no order."""
    by_due, by_receipt = _by_basis(pool)
    booked = _booked(by_due, by_receipt, until)
    changes = list(booked.values_list("agreement", "on").annotate(Sum("amount")))
    payments = FundEntry.objects.filter(agreement__in=by_receipt, kind=FundEntry.Kind.PAID, reverses=None)
    for payment in payments.select_related("reversed_by").prefetch_related("receipts"):
        changes += [(payment.agreement_id, day, change) for day, change in _receipt_days(payment, until)]
    return changes


def _by_basis(pool: Iterable[Agreement]) -> tuple[list[Agreement], list[Agreement]]:
    """Agreements whose net premium is what is due, and those where it is what was received (R19)."""
    pool = list(pool)
    received = {
        year
        for year in {each.policy_year_id for each in pool}
        if terms_of(year).net_premium_basis == NetPremiumBasis.RECEIVED
    }
    return (
        [each for each in pool if each.policy_year_id not in received],
        [each for each in pool if each.policy_year_id in received],
    )


def _booked(
    by_due: list[Agreement], by_receipt: list[Agreement], until: datetime.date | None
) -> QuerySet[FundEntry]:
    """The entries that count towards the net premium as they stand."""
    dated = Q(on__lte=until) if until else Q()
    counted = Q(kind=FundEntry.Kind.DUE, agreement__in=by_due) | Q(
        kind=FundEntry.Kind.CARRIED, agreement__in=by_receipt
    )
    return FundEntry.objects.filter(counted, dated).order_by()


def _receipt_days(payment: FundEntry, until: datetime.date) -> list[tuple[datetime.date, Decimal]]:
    """How what counts as received of one payment changed from day to day: the latest receipt dated by then, nothing
    from its reversal on."""
    receipts = sorted(payment.receipts.all(), key=lambda receipt: receipt.pk)
    reversal = getattr(payment, "reversed_by", None)
    days = {receipt.on for receipt in receipts} | ({reversal.on} if reversal else set())
    changes, before = [], ZERO
    for day in sorted(day for day in days if day <= until):
        known = [receipt.amount for receipt in receipts if receipt.on <= day]
        now = ZERO if (reversal and reversal.on <= day) or not known else known[-1]
        changes.append((day, now - before))
        before = now
    return changes


def _received_by_side(pool: list[Agreement], until: datetime.date | None) -> list[tuple[int, str, Decimal]]:
    """What insurers confirmed as received, by agreement and side: the latest receipt of each payment that stands."""
    if not pool:
        return []
    dated = {"on__lte": until} if until else {}
    reversal = FundEntry.objects.filter(reverses=OuterRef("pk"), **dated)
    latest = Receipt.objects.filter(entry=OuterRef("pk"), **dated).order_by("-pk").values("amount")[:1]
    payments = FundEntry.objects.filter(agreement__in=pool, kind=FundEntry.Kind.PAID, reverses=None)
    confirmed = (
        payments.exclude(Exists(reversal)).annotate(confirmed=Subquery(latest)).exclude(confirmed=None)
    )
    return list(confirmed.values_list("agreement", "side").annotate(Sum("confirmed")))
