"""Amounts in yuan as exact decimals: how they are read, rounded to the fen, and shared so that nothing is
lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

FEN = Decimal("0.01")
ZERO = Decimal("0.00")
LARGEST = Decimal(10) ** 15
FINEST = -9


class AmountError(ValueError):
    """What was given is not an exact, finite amount in yuan."""


def fen(amount: Decimal) -> Decimal:
    """An amount in yuan, rounded half-up (away from zero) to the fen.

    >>> fen(Decimal("295.275")), fen(Decimal("0.0049")), fen(Decimal("-0.005"))
    (Decimal('295.28'), Decimal('0.00'), Decimal('-0.01'))
    """
    rounded = amount.quantize(FEN, rounding=ROUND_HALF_UP)
    return rounded if rounded else ZERO


def to_yuan(value: Decimal | int | str) -> Decimal:
    """An amount read exactly, with at least two decimals; nothing is rounded. AmountError for a float, a
    truth value, NaN, infinity, text that is no number, or one too large or too fine to be reckoned with
    exactly.

    >>> to_yuan("1500"), to_yuan(90), to_yuan(Decimal("50000.01"))
    (Decimal('1500.00'), Decimal('90.00'), Decimal('50000.01'))
    >>> to_yuan(90.55)
    Traceback (most recent call last):
    ...
    jincheng_insurance.scheme.money.AmountError: 90.55 is a float, not an exact amount
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise AmountError(f"{value!r} is a {type(value).__name__}, not an exact amount")
    try:
        amount = Decimal(value)
        if not amount.is_finite():
            raise AmountError(f"{value!r} is not a finite amount")
        if abs(amount) > LARGEST or (amount and _exponent(amount) < FINEST):
            raise AmountError(f"{value!r} is too large or too fine for an amount in yuan")
        return amount.quantize(FEN) if _exponent(amount) > _exponent(FEN) else amount
    except InvalidOperation:
        raise AmountError(f"{value!r} is not an amount in yuan") from None


def exact(amount: Decimal) -> Decimal:
    """The same amount, not rounded, with as many decimals as it needs and at least two.

    >>> exact(Decimal("800000.000")), exact(Decimal("0.008"))
    (Decimal('800000.00'), Decimal('0.008'))
    """
    return to_yuan(amount.normalize())


def check_amount(value: Decimal | int | str) -> Decimal:
    """An amount that can have been paid or billed: read as `to_yuan` does, not negative, in whole fen.
    AmountError where it isn't.

    >>> check_amount("50000.01")
    Decimal('50000.01')
    >>> check_amount("0.005")
    Traceback (most recent call last):
    ...
    jincheng_insurance.scheme.money.AmountError: 0.005 is not an amount in whole fen
    """
    amount = to_yuan(value)
    if amount < 0:
        raise AmountError(f"{value} is negative")
    if amount != fen(amount):
        raise AmountError(f"{value} is not an amount in whole fen")
    return fen(amount)


def _exponent(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


@dataclass(frozen=True, slots=True)
class Ratio:
    """City : county, as in 3 : 7 (R15, §5). Parts are not negative, and not both zero."""

    city: int
    county: int

    def __post_init__(self) -> None:
        if self.city < 0 or self.county < 0 or self.city + self.county == 0:
            raise ValueError(f"{self.city} : {self.county} is no ratio")

    def __str__(self) -> str:
        return f"{self.city} : {self.county}"


@dataclass(frozen=True, slots=True)
class Shares:
    """An amount as borne by city and county, in yuan; the two add up to it."""

    city: Decimal
    county: Decimal

    @property
    def total(self) -> Decimal:
        """Both shares together."""
        return self.city + self.county


def split(amount: Decimal, ratio: Ratio) -> Shares:
    """Share an amount between city and county (R15, §5): the city's share is rounded half-up to the fen,
    the county gets the rest, so the shares always add up to the amount.

    >>> split(Decimal("1027370"), Ratio(3, 7))
    Shares(city=Decimal('308211.00'), county=Decimal('719159.00'))
    >>> split(Decimal("0.01"), Ratio(5, 5))
    Shares(city=Decimal('0.01'), county=Decimal('0.00'))
    """
    amount = to_yuan(amount)
    city = fen(amount * ratio.city / (ratio.city + ratio.county))
    return Shares(city=city, county=amount - city)


def apportion(amount: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Share an amount in fen by weights. Running totals are rounded half-up to the fen and each part is the
    step from one to the next: parts add up to the amount exactly, none has the other sign. ValueError where
    an amount meets no weight, or a weight is negative.

    >>> apportion(Decimal("100.00"), [Decimal(1), Decimal(1), Decimal(1)])
    (Decimal('33.33'), Decimal('33.34'), Decimal('33.33'))
    """
    whole = sum(weights, Decimal(0))
    if any(weight < 0 for weight in weights) or (amount and not whole):
        raise ValueError("an amount can only be shared by weights of which one is positive and none negative")
    parts: list[Decimal] = []
    weight_so_far, shared = Decimal(0), ZERO
    for weight in weights:
        weight_so_far += weight
        running = fen(amount * weight_so_far / whole) if whole else ZERO
        parts.append(running - shared)
        shared = running
    return tuple(parts)
