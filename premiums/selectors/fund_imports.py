"""Reading imports of allocations and payments: within the actor's scope."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.roles import Act
from premiums.bulk.texts import rule_of, text_of
from premiums.models import ACT_OF_SIDE, FundImport, Side
from premiums.models.imports import rejects


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of an import as its page shows it."""

    line: Mapping[str, Any]
    amount: Decimal | None
    problems: list[tuple[Mapping[str, Any], str, str]]
    rejected: bool


def fund_imports(actor: User) -> QuerySet[FundImport]:
    return FundImport.objects.visible_to(actor).select_related("county", "uploaded_by", "booked_by")


def same_import(fund_import: FundImport, actor: User) -> FundImport | None:
    """The latest booked import of the very same file within the actor's reach, if there is one."""
    same = fund_imports(actor).filter(sha256=fund_import.sha256, booked_at__isnull=False)
    return same.exclude(pk=fund_import.pk).order_by("-booked_at").first()


def payers_act(fund_import: FundImport) -> Act:
    """The act of those who work on an import: the city's finance, or the county's whose finance uploaded it."""
    return ACT_OF_SIDE[Side.CITY if fund_import.county_id is None else Side.COUNTY]


def counties_offered(actor: User) -> list[str]:
    """The names of the counties that a workbook may be filled in for."""
    mine = {grant.region_id for grant in actor.active_grants}
    counties = Region.objects.filter(level=Region.Level.COUNTY).order_by("code")
    chosen = counties if None in mine else counties.filter(pk__in=[pk for pk in mine if pk is not None])
    return list(chosen.values_list("name", flat=True))


def shown_lines(lines: Iterable[Mapping[str, Any]]) -> list[Shown]:
    """One page of rows, each problem with its text and its rule."""
    return [
        Shown(
            line,
            _amount(line),
            [
                (one, text_of(one["code"], one["params"]), rule_of(one["code"], one["params"]))
                for one in line["problems"]
            ],
            rejects(line),
        )
        for line in lines
    ]


def _amount(line: Mapping[str, Any]) -> Decimal | None:
    """The amount; None where what stands there is none."""
    said = line["said"]["amount"]
    return (
        None
        if not said or any(one["code"].startswith("amount_") for one in line["problems"])
        else Decimal(said)
    )
