"""The household property cover (§3(2)): which losses are covered, and what is paid of the household's
20,000 a year."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from jincheng_insurance.scheme.breakdown import Breakdown, Stage
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.money import ZERO, fen, to_yuan
from jincheng_insurance.scheme.terms import Terms


class Cause(StrEnum):
    """What brought the loss about (R12, §3(2)). FIRE includes an explosion; either is meant where no
    natural disaster caused it."""

    NATURAL_DISASTER = "natural_disaster"
    THEFT = "theft"
    FIRE = "fire"
    OTHER = "other"


class Responsible(StrEnum):
    """What was found about a party responsible for a theft (R13, §3(2))."""

    NONE_FOUND = "none_found"
    CANNOT_PAY = "cannot_pay"
    FOUND = "found"


class SignOff(StrEnum):
    """Who assesses the loss jointly (R14, §3(2)); an agent may sign for the insured."""

    VILLAGE = "village"
    INSURED = "insured"
    INSURER = "insurer"


@dataclass(frozen=True, slots=True)
class PropertyDecision:
    """What a loss is granted, in yuan, and what is then left of the household's year."""

    granted: Decimal
    remaining: Decimal
    breakdown: Breakdown

    def to_data(self) -> dict[str, Any]:
        """As JSON can keep it, amounts as text."""
        return {
            "granted": str(self.granted),
            "remaining": str(self.remaining),
            "breakdown": self.breakdown.to_data(),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "PropertyDecision":
        """What `to_data` gave, again."""
        return cls(
            Decimal(data["granted"]), Decimal(data["remaining"]), Breakdown.from_data(data["breakdown"])
        )


def check_cause(*, terms: Terms, cause: Cause, peril: str | None = None) -> None:
    """Refuse a loss that neither a natural disaster nor theft caused (R12, §3(2)); fire only pays where the
    city ruled `fire_covered`. A disaster's `peril`, where named, must be on the list of the terms.
    RuleError `cause_not_covered`, `peril_not_covered`."""
    if cause == Cause.OTHER or (cause == Cause.FIRE and not terms.fire_covered):
        raise RuleError("cause_not_covered", cause=cause)
    if cause == Cause.NATURAL_DISASTER and peril is not None and peril not in terms.perils:
        raise RuleError("peril_not_covered", peril=peril)


def check_theft(*, police_report: bool, responsible: Responsible | None) -> None:
    """Refuse a theft without a police report, without a finding on who is responsible, or with somebody who
    can pay (R13, §3(2)). RuleError `police_report_missing`, `responsible_not_said`, `responsible_found`."""
    if not police_report:
        raise RuleError("police_report_missing")
    if responsible is None:
        raise RuleError("responsible_not_said")
    if responsible == Responsible.FOUND:
        raise RuleError("responsible_found")


def check_sign_offs(sign_offs: Collection[SignOff]) -> None:
    """Refuse an assessment that village committee, insured and insurer haven't all signed (R14, §3(2)).
    RuleError `sign_offs_missing`."""
    missing = [str(party) for party in SignOff if party not in sign_offs]
    if missing:
        raise RuleError("sign_offs_missing", missing=", ".join(missing))


def adjudicate_property(
    *,
    terms: Terms,
    cause: Cause,
    police_report: bool,
    responsible: Responsible | None,
    sign_offs: Collection[SignOff],
    assessed: Decimal,
    recovered: Decimal,
    granted_before: Decimal,
    peril: str | None = None,
) -> PropertyDecision:
    """Decide a loss (R12-R14, §3(2)): the assessed loss less what others made good, at most what is left of
    the household's 20,000 of the year. No deductible; rounded half-up to the fen at the end. Where others
    made good more than the loss, nothing is paid. RuleError where cause, proof or signatures are wanting,
    `negative_loss` for a negative amount.

    A flood's loss of 12,000 of which 2,000 was recovered, with 15,000 granted before: 5,000.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> adjudicate_property(
    ...     terms=default_terms(2026), cause=Cause.NATURAL_DISASTER, police_report=False, responsible=None,
    ...     sign_offs=tuple(SignOff), assessed=Decimal(12000), recovered=Decimal(2000),
    ...     granted_before=Decimal(15000)).granted
    Decimal('5000.00')
    """
    assessed, recovered, granted_before = to_yuan(assessed), to_yuan(recovered), to_yuan(granted_before)
    for name, amount in (("assessed", assessed), ("recovered", recovered)):
        if amount < 0:
            raise RuleError("negative_loss", name=name, amount=amount)
    check_cause(terms=terms, cause=cause, peril=peril)
    if cause == Cause.THEFT:
        check_theft(police_report=police_report, responsible=responsible)
    check_sign_offs(sign_offs)
    net_loss = max(ZERO, assessed - recovered)
    left = max(ZERO, terms.property_cap - granted_before)
    granted = fen(min(net_loss, left))
    return PropertyDecision(
        granted=granted,
        remaining=left - granted,
        breakdown=Breakdown(
            (
                Stage("assessed", "R14", assessed, (("cause", str(cause)),)),
                Stage("recovered", "R14", recovered),
                Stage("net_loss", "R14", net_loss),
                Stage("property_cap", "R14", terms.property_cap),
                Stage("already_granted", "R11", granted_before),
                Stage("property_remaining", "R14", left),
                Stage("granted", "R14", granted),
            )
        ),
    )
