"""How a result came about: every stage of a sum by a stable code, with its rule, in order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

STAGE_CODES: tuple[str, ...] = (
    # medical supplement
    "year_self_pay",
    "deductible",
    "above_deductible",
    "rate_applied",
    "cap",
    "entitlement",
    "already_granted",
    "granted",
    "overpayment",
    "set_off",
    # household property
    "assessed",
    "recovered",
    "net_loss",
    "property_cap",
    "property_remaining",
    # premium, budget and funding
    "person_premiums",
    "household_premiums",
    "full_year_due",
    "months_left",
    "due",
    "city_share",
    "county_share",
    "budget_households",
    "budget_persons",
    "allocated",
    "paid",
    "arrears",
    # risk pool
    "net_premium",
    "incurred",
    "carry_bound",
    "carry_forward",
    "carry_city",
    "carry_county",
    "excess_bound",
    "excess",
    "excess_city",
    "excess_county",
)
_KNOWN = frozenset(STAGE_CODES)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: a code of STAGE_CODES, the rule it follows, its amount (yuan, unless the code counts
    persons, households or months), and the figures that went into it by name."""

    code: str
    rule: str
    amount: Decimal
    inputs: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.code not in _KNOWN:
            raise ValueError(f"{self.code} is not a stage")


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The stages of one result, in the order they were reckoned.

    >>> breakdown = Breakdown((Stage("deductible", "R7", Decimal("2000.00"), (("basis", "annual"),)),))
    >>> breakdown.amount("deductible")
    Decimal('2000.00')
    >>> Breakdown.from_data(breakdown.to_data()) == breakdown
    True
    """

    stages: tuple[Stage, ...]

    def amount(self, code: str) -> Decimal:
        """The amount of the stage with that code; KeyError where there is none."""
        for stage in self.stages:
            if stage.code == code:
                return stage.amount
        raise KeyError(code)

    def to_data(self) -> list[dict[str, Any]]:
        """As JSON can keep it, amounts as text."""
        return [
            {
                "code": stage.code,
                "rule": stage.rule,
                "amount": str(stage.amount),
                "inputs": dict(stage.inputs),
            }
            for stage in self.stages
        ]

    @classmethod
    def from_data(cls, data: Iterable[Mapping[str, Any]]) -> "Breakdown":
        """What `to_data` gave, again."""
        return cls(
            tuple(
                Stage(row["code"], row["rule"], Decimal(row["amount"]), tuple(row.get("inputs", {}).items()))
                for row in data
            )
        )
