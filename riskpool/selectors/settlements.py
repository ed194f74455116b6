"""Reading settlements: a year's drafts and versions as far as one's own agreements stand in them (R24, R25)."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext

from enrollment.models import Agreement, PolicyYear
from enrollment.selectors import terms_of
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.loss_ratio import LossRatio
from jincheng_insurance.scheme.money import ZERO
from jincheng_insurance.web.rule_texts import rule_text
from premiums.models import Side
from riskpool.checks import check_unchanged, checked_drafter
from riskpool.models import Settlement, SettlementDraft, SettlementLine
from riskpool.selectors.reckoning import Reckoning, digest_of, reckon, same_figures

FIGURES = ("net_premium", "paid", "reserves")
MOVED = ("carry", "excess", "refund")
AMOUNTS = (*FIGURES, *(f"{name}_{side}" for name in MOVED for side in Side.values))


@dataclass(frozen=True, slots=True)
class Sums:
    """Lines of a draft added up, in yuan: the figures, and what moves in all."""

    net_premium: Decimal
    incurred: Decimal
    carry: Decimal
    excess: Decimal
    refund: Decimal

    @property
    def ratio(self) -> LossRatio:
        return LossRatio(incurred=self.incurred, net_premium=self.net_premium)


@dataclass(frozen=True, slots=True)
class Share:
    """What one side's part of a movement comes to, what earlier versions have booked of it, and what is to be booked,
    in yuan. `kind` is carry, excess or refund."""

    kind: str
    side: Side
    amount: Decimal
    booked: Decimal

    @property
    def change(self) -> Decimal:
        return self.amount - self.booked


@dataclass(frozen=True, slots=True)
class YearState:
    """Where the settlement of a policy year stands: when its books close, the versions confirmed, the latest draft."""

    policy_year: PolicyYear
    closes_on: datetime.date
    versions: int
    latest: SettlementDraft | None

    @property
    def ended(self) -> bool:
        return timezone.localdate().year > self.policy_year.pk

    @property
    def open_draft(self) -> SettlementDraft | None:
        """The latest draft, where it isn't confirmed."""
        waits = self.latest is not None and self.latest.version > self.versions
        return self.latest if waits else None


def drafts_of(actor: User) -> QuerySet[SettlementDraft]:
    """The drafts in which an agreement within the actor's reach has its line, newest first."""
    mine = SettlementLine.objects.visible_to(actor).filter(draft=OuterRef("pk"))
    return SettlementDraft.objects.filter(Exists(mine)).select_related(
        "drafted_by", "settlement__confirmed_by"
    )


def lines_of(actor: User, draft: SettlementDraft) -> list[SettlementLine]:
    """A draft's lines within reach, by county."""
    rows = SettlementLine.objects.visible_to(actor).filter(draft=draft)
    return list(rows.select_related("agreement__insurer", "county").order_by("county__code", "agreement"))


def sums_of(lines: Iterable[SettlementLine]) -> Sums:
    lines = list(lines)
    return _sums({name: sum((getattr(line, name) for line in lines), ZERO) for name in AMOUNTS})


def sums_by_draft(actor: User, drafts: Iterable[SettlementDraft]) -> dict[int, Sums]:
    """The sums of each draft's lines within reach."""
    lines = SettlementLine.objects.visible_to(actor).filter(draft__in=[draft.pk for draft in drafts])
    rows = lines.order_by().values_list("draft").annotate(*(Sum(name) for name in AMOUNTS))
    return {draft: _sums(dict(zip(AMOUNTS, amounts, strict=True))) for draft, *amounts in rows}


def _sums(amounts: Mapping[str, Decimal]) -> Sums:
    moved = {name: sum((amounts[f"{name}_{side}"] for side in Side.values), ZERO) for name in MOVED}
    return Sums(amounts["net_premium"], amounts["paid"] + amounts["reserves"], **moved)


def shares_of_line(line: SettlementLine) -> list[Share]:
    """What a line comes to for either side beside what earlier versions have booked; what neither has is left out."""
    shares = [
        Share(name, Side(side), getattr(line, f"{name}_{side}"), Decimal(line.booked[name][side]))
        for name in MOVED
        for side in Side.values
    ]
    return [share for share in shares if share.amount or share.booked]


def year_states(actor: User) -> list[YearState]:
    """The policy years of the actor's agreements, the latest first."""
    reached = Agreement.objects.visible_to(actor).order_by().values("policy_year")
    versions = dict(Settlement.objects.order_by().values_list("policy_year").annotate(Max("version")))
    latest: dict[int, SettlementDraft] = {}
    for draft in drafts_of(actor).order_by("policy_year", "version", "serial"):
        latest[draft.policy_year_id] = draft
    return [
        YearState(year, terms_of(year.pk).closes_on, versions.get(year.pk, 0), latest.get(year.pk))
        for year in PolicyYear.objects.filter(pk__in=reached).order_by("-year")
    ]


def is_latest(draft: SettlementDraft) -> bool:
    """Whether no later draft or version of the year stands."""
    rows = SettlementDraft.objects.filter(policy_year=draft.policy_year_id)
    return not (
        rows.filter(version__gt=draft.version).exists()
        or rows.filter(version=draft.version, serial__gt=draft.serial).exists()
    )


def latest_serials(drafts: Iterable[SettlementDraft]) -> dict[tuple[int, int], int]:
    """The last draft's number of each year and version among those of `drafts`' years."""
    years = {draft.policy_year_id for draft in drafts}
    rows = (
        SettlementDraft.objects.filter(policy_year__in=years).order_by().values_list("policy_year", "version")
    )
    return {(year, version): serial for year, version, serial in rows.annotate(Max("serial"))}


def matches_digest(draft: SettlementDraft) -> bool:
    """Whether the content kept still gives the digest, and the lines kept beside it are the content's."""
    if digest_of(draft.content) != draft.digest:
        return False
    kept = {line["agreement"]: line for line in draft.content["lines"]}
    lines = list(SettlementLine.objects.filter(draft=draft).select_related("agreement"))
    return len(lines) == len(kept) and all(
        line.agreement.number in kept and _same_line(line, kept[line.agreement.number]) for line in lines
    )


def _same_line(line: SettlementLine, kept: Mapping[str, Any]) -> bool:
    moved = all(
        getattr(line, f"{name}_{side}") == Decimal(kept[name][side]) for name in MOVED for side in Side.values
    )
    return moved and all(getattr(line, name) == Decimal(kept[name]) for name in FIGURES)


def reckoned_now(policy_year_id: int) -> Reckoning:
    """The year reckoned as its ledgers stand, without waiting for what is on its way. RuleError."""
    return reckon(policy_year_id=policy_year_id, today=timezone.localdate())


def ledgers_agree(draft: SettlementDraft) -> bool:
    """Whether the ledgers still give this draft's figures."""
    try:
        return same_figures(reckoned_now(draft.policy_year_id).content, draft.content)
    except RuleError:
        return False


def obstacle_to_confirming(draft: SettlementDraft, actor: User) -> str:
    """Why `actor` can't confirm the draft now, in the reader's language; "" where nothing stands in the way."""
    if hasattr(draft, "settlement"):
        return gettext("This draft has been confirmed.")
    try:
        checked_drafter(draft, actor)
        check_unchanged(draft, reckoned_now(draft.policy_year_id))
    except Refused as refusal:
        return str(refusal)
    except RuleError as error:
        return rule_text(error)
    return ""
