"""The terms of a policy year: every figure of the document, and every parameter it leaves open, with its
source."""
# ruff: noqa: RUF009 -- `_term` only wraps dataclasses.field with an immutable default

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.money import AmountError, to_yuan

FIRST_YEAR, LAST_YEAR = 2026, 2028
WHOLE = Decimal(100)


class DeductibleBasis(StrEnum):
    """Whether a year's bills bear one deductible together, or each its own (R8)."""

    ANNUAL = "annual"
    PER_VISIT = "per_visit"


class MidyearPremium(StrEnum):
    """What is due for who is listed during the year (R18)."""

    FULL = "full"
    PRO_RATA = "pro_rata"


class NetPremiumBasis(StrEnum):
    """Which premium is the denominator of the loss ratio (R19)."""

    DUE = "due"
    RECEIVED = "received"


class SettlementLevel(StrEnum):
    """Whether each agreement is settled alone, or an insurer's counties together (R24)."""

    AGREEMENT = "agreement"
    INSURER = "insurer"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What one figure of the terms is: its rule, its source in the document, its unit, and whether the
    document fixes it or leaves it to a ruling of the city."""

    name: str
    rule: str
    source: str
    unit: str
    fixed: bool


class _Refused(ValueError):
    """A value that a parameter can't have."""


def _exact(value: Any) -> Decimal:
    try:
        return to_yuan(value)
    except AmountError as error:
        raise _Refused from error


def _yuan(value: Any) -> Decimal:
    amount = _exact(value)
    if amount < 0:
        raise _Refused
    return amount


def _ratio(value: Any, *, percent_above: int, at_most: int) -> Decimal:
    """A ratio written as 0.8, 80 or "80%"; bare numbers above `percent_above` are percentages."""
    text = str(value).strip() if isinstance(value, str) else value
    if isinstance(text, str) and text.endswith(("%", "％")):
        ratio = _exact(text[:-1].strip()) / WHOLE
    else:
        number = _exact(text)
        ratio = number / WHOLE if number > percent_above else number
    if not 0 <= ratio <= at_most:
        raise _Refused
    return Decimal(f"{ratio.normalize():f}")


def _share(value: Any) -> Decimal:
    return _ratio(value, percent_above=1, at_most=1)


def _bound(value: Any) -> Decimal:
    return _ratio(value, percent_above=10, at_most=10)


def _levels(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise _Refused
    levels = [_bound(level) * WHOLE for level in value]
    if any(level != level.to_integral_value() for level in levels) or sorted(set(levels)) != levels:
        raise _Refused
    return tuple(int(level) for level in levels)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _Refused
    return value


def _counts(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise _Refused
    return tuple(_count(item) for item in value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Refused
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) and name for name in value):
        raise _Refused
    return tuple(value)


def _day(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"\d\d-\d\d", value):
        raise _Refused
    try:
        datetime.date.fromisoformat(f"{FIRST_YEAR}-{value}")
    except ValueError as error:
        raise _Refused from error
    return value


def _choice(options: type[StrEnum]) -> Callable[[Any], StrEnum]:
    def read(value: Any) -> StrEnum:
        if not isinstance(value, str):
            raise _Refused
        return options(value)

    return read


def _term(
    default: Any, rule: str, source: str, unit: str, read: Callable[[Any], Any], *, fixed: bool = False
) -> Any:
    return field(
        default=default,
        metadata={"rule": rule, "source": source, "unit": unit, "fixed": fixed, "read": read},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All figures and parameters of one policy year. Amounts in yuan, rates as fractions (0.5 is 50 %),
    alert levels in percent."""

    year: int

    deductible_basis: DeductibleBasis = _term(
        DeductibleBasis.ANNUAL, "R8", "§3(1)", "choice", _choice(DeductibleBasis)
    )
    inpatient_deductible: Decimal = _term(Decimal("2000.00"), "R7", "§3(1)", "yuan", _yuan, fixed=True)
    outpatient_deductible: Decimal = _term(Decimal("1000.00"), "R7", "§3(1)", "yuan", _yuan, fixed=True)
    medical_rate: Decimal = _term(Decimal("0.5"), "R7", "§3(1)", "ratio", _share, fixed=True)
    inpatient_cap: Decimal = _term(Decimal("20000.00"), "R7", "§3(1)", "yuan", _yuan, fixed=True)
    outpatient_cap: Decimal = _term(Decimal("10000.00"), "R7", "§3(1)", "yuan", _yuan, fixed=True)
    charity_deducted: bool = _term(False, "R6", "§3(1)", "yes_no", _flag)

    property_cap: Decimal = _term(Decimal("20000.00"), "R14", "§3(2)", "yuan", _yuan, fixed=True)
    perils: tuple[str, ...] = _term(
        ("storm", "flood", "hail", "lightning", "landslide", "snow", "earthquake"),
        "R12",
        "§3(2)",
        "list",
        _names,
    )
    fire_covered: bool = _term(False, "R12", "§3(2)", "yes_no", _flag)

    person_premium: Decimal = _term(Decimal("100.00"), "R18", "§3(1)", "yuan", _yuan, fixed=True)
    household_premium: Decimal = _term(Decimal("30.00"), "R18", "§3(2)", "yuan", _yuan, fixed=True)
    midyear_premium: MidyearPremium = _term(
        MidyearPremium.FULL, "R18", "§3", "choice", _choice(MidyearPremium)
    )
    monitored_share: Decimal = _term(Decimal("0.08"), "R4", "§2", "ratio", _share, fixed=True)
    cover_ends_on_delisting: bool = _term(False, "R3", "§9(2)", "yes_no", _flag)

    net_premium_basis: NetPremiumBasis = _term(
        NetPremiumBasis.DUE, "R19", "§7", "choice", _choice(NetPremiumBasis)
    )
    alert_levels: tuple[int, ...] = _term((80, 100, 120), "R20", "§7", "percent", _levels, fixed=True)
    report_days: tuple[int, ...] = _term((5, 10), "R21", "§7", "working_days", _counts)
    carry_below: Decimal = _term(Decimal("0.8"), "R23", "§7", "ratio", _bound, fixed=True)
    excess_above: Decimal = _term(Decimal("1.2"), "R23", "§7", "ratio", _bound, fixed=True)
    settlement_level: SettlementLevel = _term(
        SettlementLevel.AGREEMENT, "R24", "§7", "choice", _choice(SettlementLevel)
    )
    closing_day: str = _term("03-31", "R24", "§7", "day_of_next_year", _day)

    payment_days: int = _term(10, "R26", "§8(2)", "working_days", _count)
    posting_days: int = _term(0, "R28", "§8(2)", "days", _count)

    @property
    def closes_on(self) -> datetime.date:
        """The closing day of the year's settlement (R24), in the next year."""
        return datetime.date.fromisoformat(f"{self.year + 1}-{self.closing_day}")

    def with_changes(self, changes: Mapping[str, Any]) -> "Terms":
        """These terms with some figures ruled otherwise. Rates may be written as 0.8, 80 or "80%". RuleError
        `unknown_term` or `term_value`.

        >>> default_terms(2026).with_changes({"medical_rate": "60%"}).medical_rate
        Decimal('0.6')
        """
        values: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in _READERS:
                raise RuleError("unknown_term", name=name)
            try:
                values[name] = _READERS[name](value)
            except ValueError:
                raise RuleError("term_value", name=name, value=value) from None
        return replace(self, **values)

    def to_data(self) -> dict[str, Any]:
        """As JSON can keep it, amounts and rates as text."""
        data: dict[str, Any] = {}
        for term in fields(self):
            value = getattr(self, term.name)
            if isinstance(value, tuple):
                value = list(value)
            data[term.name] = str(value) if isinstance(value, Decimal | StrEnum) else value
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Terms":
        """What `to_data` gave, again; parameters the data doesn't know yet have their default."""
        return default_terms(data["year"]).with_changes({name: data[name] for name in data if name != "year"})


PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        term.name: Parameter(
            term.name,
            term.metadata["rule"],
            term.metadata["source"],
            term.metadata["unit"],
            term.metadata["fixed"],
        )
        for term in fields(Terms)
        if term.metadata
    }
)
_READERS: Mapping[str, Callable[[Any], Any]] = {
    term.name: term.metadata["read"] for term in fields(Terms) if term.metadata
}


def default_terms(year: int) -> Terms:
    """The terms of a policy year as the document gives them (§4, §9). RuleError `year_outside_scheme`
    outside the scheme's years.

    >>> default_terms(2026).inpatient_deductible
    Decimal('2000.00')
    """
    if isinstance(year, bool) or not isinstance(year, int) or not FIRST_YEAR <= year <= LAST_YEAR:
        raise RuleError("year_outside_scheme", year=year, first=FIRST_YEAR, last=LAST_YEAR)
    return Terms(year=year)
