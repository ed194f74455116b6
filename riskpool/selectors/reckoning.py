"""Reckoning a policy year's settlement from its ledgers: every figure with where it comes from (R19, R23, R24). It
writes nothing, and of the same ledger rows gives the same, to the last byte of its canonical JSON."""

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from claims.models import LossEntry
from enrollment.models import Agreement
from enrollment.selectors import terms_of
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.money import ZERO, Shares
from jincheng_insurance.scheme.settlement import (
    Movement,
    Pool,
    SettlementLine,
    final_refund,
    has_next_year,
    settle,
)
from jincheng_insurance.scheme.terms import NetPremiumBasis, Terms
from premiums.models import FundEntry
from premiums.selectors.carry import contributed_shares
from riskpool.models import CarryEntry, Settlement
from riskpool.selectors.carry import Booked, booked_of
from riskpool.selectors.ratio import PoolFigures, pool_figures

# The entries behind the net premium: what is due, or the payments that receipts confirm and what is set off.
FUND_KINDS = {
    NetPremiumBasis.DUE: (FundEntry.Kind.DUE,),
    NetPremiumBasis.RECEIVED: (FundEntry.Kind.PAID, FundEntry.Kind.CARRIED),
}


@dataclass(frozen=True, slots=True)
class Refund:
    """What is paid back for a county after the scheme's last year: what is left of its carry-forward, in yuan, and by
    what contributions; `problem` is the code of the rule where it can't be shared."""

    left: Decimal
    contributed: Shares
    shares: Shares
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ReckonedLine:
    """One agreement's line: its figures, what moves, what of that is booked already, and the rows it was read from."""

    figures: PoolFigures
    line: SettlementLine
    booked: Booked
    refund: Refund | None
    sources: dict[str, dict[str, Any]]

    @property
    def agreement(self) -> Agreement:
        return self.figures.agreement

    @property
    def refunded(self) -> Shares:
        return self.refund.shares if self.refund else Shares(ZERO, ZERO)

    @property
    def difference(self) -> Booked:
        """What a settlement of this line would book now."""
        before = self.booked.refund
        return Booked(
            self.line.movement.less(self.booked.movement),
            Shares(self.refunded.city - before.city, self.refunded.county - before.county),
        )

    @property
    def moves(self) -> bool:
        """Whether there is anything to book."""
        change = self.difference
        return bool(change.movement) or any((change.refund.city, change.refund.county))

    @property
    def problem(self) -> str:
        return self.refund.problem if self.refund else ""

    def to_data(self) -> dict[str, Any]:
        """As JSON can keep it, amounts as text."""
        return {
            "agreement": self.agreement.number,
            "county": str(self.agreement.county.code),
            "insurer": self.agreement.insurer.code,
            "net_premium": str(self.figures.net_premium),
            "paid": str(self.figures.paid),
            "reserves": str(self.figures.reserves),
            "incurred": str(self.figures.ratio.incurred),
            "carry": _plain(self.line.movement.carry),
            "excess": _plain(self.line.movement.excess),
            "refund": _plain(self.refunded),
            "booked": self.booked_data(),
            "breakdown": self.line.breakdown.to_data(),
            "sources": self.sources,
            "problem": self.problem,
        }

    def booked_data(self) -> dict[str, dict[str, str]]:
        """What earlier versions have booked."""
        movement = self.booked.movement
        return {
            "carry": _plain(movement.carry),
            "excess": _plain(movement.excess),
            "refund": _plain(self.booked.refund),
        }


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A policy year as its ledgers stood on a day: the version that it would be, its terms and lines."""

    version: int
    as_of: datetime.date
    terms: Terms
    lines: tuple[ReckonedLine, ...]

    @property
    def moves(self) -> bool:
        return any(line.moves for line in self.lines)

    @property
    def content(self) -> dict[str, Any]:
        """All that went in and came out."""
        return {
            "policy_year": self.terms.year,
            "version": self.version,
            "as_of": self.as_of.isoformat(),
            "closes_on": self.terms.closes_on.isoformat(),
            "terms": self.terms.to_data(),
            "lines": [line.to_data() for line in self.lines],
        }


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON: keys sorted, no spaces, characters as they are, UTF-8.

    >>> digest_of({"b": "晋城", "a": "1.00"})[:16]
    'c9c98297ea3c3f80'
    """
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def same_figures(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two contents differ in nothing but the day they were read."""
    return {**one, "as_of": ""} == {**other, "as_of": ""}


def agreements_to_settle(policy_year_id: int) -> QuerySet[Agreement]:
    """The year's agreements in the order of their lines."""
    rows = Agreement.objects.filter(policy_year=policy_year_id)
    return rows.select_related("county", "insurer").order_by("county__code", "pk")


def cut_off(*, terms: Terms, version: int, today: datetime.date) -> datetime.date:
    """Up to which day entries count: the first version takes what is dated up to the closing day; what comes after it
    is for the next versions (R24)."""
    return min(today, terms.closes_on) if version == 1 else today


def next_version_of(policy_year_id: int) -> int:
    """The version that a draft made now would be: one more than is confirmed."""
    return Settlement.objects.filter(policy_year=policy_year_id).count() + 1


def reckon(*, policy_year_id: int, today: datetime.date) -> Reckoning:
    """The year's settlement as its ledgers stand. RuleError where the agreements can't be one year's (R17)."""
    terms = terms_of(policy_year_id)
    version = next_version_of(policy_year_id)
    as_of = cut_off(terms=terms, version=version, today=today)
    figures = pool_figures(agreements_to_settle(policy_year_id), until=as_of)
    pools = [
        Pool(
            key=each.agreement.number,
            insurer=each.agreement.insurer.code,
            county=str(each.agreement.county.code),
            net_premium=each.net_premium,
            incurred=each.ratio.incurred,
        )
        for each in figures
    ]
    settled = settle(terms=terms, pools=pools)
    loss, fund = _sources(figures, terms, as_of)
    lines = tuple(
        ReckonedLine(
            figures=each,
            line=line,
            booked=booked_of(each.agreement),
            refund=None if has_next_year(terms) else _refund(each.agreement, line.movement, as_of),
            sources={
                "fund": fund.get(each.agreement.pk, NO_ROWS),
                "loss": loss.get(each.agreement.pk, NO_ROWS),
            },
        )
        for each, line in zip(figures, settled.lines, strict=True)
    )
    return Reckoning(version, as_of, terms, lines)


NO_ROWS: dict[str, Any] = {"rows": 0, "largest": None, "last_on": None}


def _sources(
    figures: Sequence[PoolFigures], terms: Terms, as_of: datetime.date
) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
    """Which rows of the loss and of the fund ledger were counted, by agreement: how many, the largest id, the latest
    date."""
    pool = [each.agreement.pk for each in figures]
    loss = LossEntry.objects.filter(agreement__in=pool, on__lte=as_of)
    fund = FundEntry.objects.filter(
        agreement__in=pool, on__lte=as_of, kind__in=FUND_KINDS[terms.net_premium_basis]
    )
    return _rows_of(loss), _rows_of(fund)


def _rows_of(entries: QuerySet[LossEntry] | QuerySet[FundEntry]) -> dict[int, dict[str, Any]]:
    rows = entries.order_by().values_list("agreement")
    return {
        agreement: {"rows": count, "largest": largest, "last_on": last_on.isoformat()}
        for agreement, count, largest, last_on in rows.annotate(Count("pk"), Max("pk"), Max("on"))
    }


def _refund(agreement: Agreement, movement: Movement, as_of: datetime.date) -> Refund:
    """What is left of the county's carry-forward with this last year's own, shared by what each side paid in all years
    (R24)."""
    earlier = CarryEntry.objects.filter(county=agreement.county_id).exclude(
        agreement=agreement, kind__in=(CarryEntry.Kind.BOOKED, CarryEntry.Kind.REFUNDED)
    )
    left = movement.carry_forward + (earlier.aggregate(sum=Sum("amount"))["sum"] or ZERO)
    left = max(ZERO, left)
    contributed = contributed_shares(agreement.county_id, until=as_of)
    try:
        return Refund(left, contributed, final_refund(left=left, contributed=contributed))
    except RuleError as error:
        return Refund(left, contributed, Shares(ZERO, ZERO), error.code)


def _plain(shares: Shares) -> dict[str, str]:
    return {"city": str(shares.city), "county": str(shares.county)}
