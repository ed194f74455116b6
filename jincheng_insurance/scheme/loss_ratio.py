"""The simple loss ratio (§7): what was paid and is reserved beside the net premium, its levels, and the
duties that follow when one is passed."""

from dataclasses import dataclass
from decimal import Decimal

from jincheng_insurance.scheme.money import ZERO, exact, fen, to_yuan
from jincheng_insurance.scheme.terms import NetPremiumBasis, Terms

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossRatio:
    """Simple loss ratio 简单赔付率 (R19, §7): direct claims paid and open reserves (`incurred`) over net
    premium, in yuan. Both coverages count together; a payment has released the reserve it settles. Without
    net premium there is no ratio, never one of 0 %.

    >>> ratio = LossRatio(incurred=Decimal("800000.01"), net_premium=Decimal(1000000))
    >>> ratio.percent, ratio.exceeds(80), ratio.exceeds(100)
    (Decimal('80.00'), True, False)
    """

    incurred: Decimal
    net_premium: Decimal

    def __post_init__(self) -> None:
        object.__setattr__(self, "incurred", to_yuan(self.incurred))
        object.__setattr__(self, "net_premium", to_yuan(self.net_premium))

    @property
    def applicable(self) -> bool:
        """Whether there is a net premium to compare with (R19)."""
        return self.net_premium > 0

    @property
    def percent(self) -> Decimal | None:
        """The ratio in percent for showing, rounded half-up to two places; None where it isn't applicable.
        Never compare it: 80.00 shown may be just above 80 %."""
        return fen(self.incurred * HUNDRED / self.net_premium) if self.applicable else None

    def exceeds(self, level: int | Decimal) -> bool:
        """Whether the ratio is above a level in percent (R20, §7): strictly, and exactly, by
        cross-multiplying. False where it isn't applicable."""
        return self.applicable and self.incurred * HUNDRED > self.net_premium * level

    def passed_levels(self, terms: Terms) -> tuple[int, ...]:
        """The alert levels it is above, lowest first (R20, §7)."""
        return tuple(level for level in terms.alert_levels if self.exceeds(level))

    def distance(self, level: int | Decimal) -> Decimal | None:
        """How many yuan may still be incurred until the ratio stands at a level in percent, exactly;
        negative once it is above, None where it isn't applicable.

        >>> LossRatio(incurred=Decimal(750000), net_premium=Decimal(1000000)).distance(80)
        Decimal('50000.00')
        """
        if not self.applicable:
            return None
        return exact(self.net_premium * level / HUNDRED - self.incurred)


@dataclass(frozen=True, slots=True)
class Duty:
    """What passing a level obliges whom to (R21, §7): `owner` reports to `to`, within `working_days` where
    the terms set a number."""

    level: int
    code: str
    owner: str
    to: tuple[str, ...]
    working_days: int | None


_DUTIES = (
    ("special_report", "insurer", ("county_rural_revitalization", "county_finance")),
    ("investigation", "county", ("city_rural_revitalization", "city_finance")),
    ("government_share", "government", ()),
)


def duties(*, terms: Terms) -> tuple[Duty, ...]:
    """The duty of each alert level, lowest first (R21, §7): a special report of the insurer to county
    rural-revitalization and finance; those two's investigation and report to the city's; the government's
    share.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> [(duty.level, duty.code, duty.working_days) for duty in duties(terms=default_terms(2026))]
    [(80, 'special_report', 5), (100, 'investigation', 10), (120, 'government_share', None)]
    """
    days = dict(enumerate(terms.report_days))
    return tuple(
        Duty(level, code, owner, to, days.get(place))
        for place, (level, (code, owner, to)) in enumerate(zip(terms.alert_levels, _DUTIES, strict=False))
    )


def levels_to_fire(*, ratio: LossRatio, terms: Terms, fired: frozenset[int]) -> tuple[int, ...]:
    """The levels that fire now: those passed and not yet `fired` this year. Each fires once a year for an
    agreement; falling back below re-fires nothing (R21).

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> ratio = LossRatio(incurred=Decimal(110), net_premium=Decimal(100))
    >>> levels_to_fire(ratio=ratio, terms=default_terms(2026), fired=frozenset({80}))
    (100,)
    """
    return tuple(level for level in ratio.passed_levels(terms) if level not in fired)


def payable(*, approved: Decimal, suspended: bool) -> Decimal:
    """What may be paid now of what is approved and unpaid under an agreement (R22, §7): nothing while the
    city has suspended its payments. Intake, reserves and assessment go on, so the loss ratio stays as it
    is.

    >>> payable(approved=Decimal(1250), suspended=True)
    Decimal('0.00')
    """
    return ZERO if suspended else to_yuan(approved)


def net_premium(*, terms: Terms, due: Decimal, refunded: Decimal, received: Decimal) -> Decimal:
    """The denominator of the ratio (R19, §7): premium due on issued statements less refunds, or what the
    insurer has received where `net_premium_basis` is ruled so. A carry-forward never lessens it (R23).

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> net_premium(
    ...     terms=default_terms(2026), due=Decimal(1000), refunded=Decimal(130), received=Decimal(500))
    Decimal('870.00')
    """
    if terms.net_premium_basis == NetPremiumBasis.RECEIVED:
        return to_yuan(received)
    return to_yuan(due) - to_yuan(refunded)
