"""Reading premium statements: within the actor's scope."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, When

from enrollment.models import Agreement, PolicyYear
from enrollment.selectors.kept import changes, kept
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.scheme.money import Shares
from jincheng_insurance.scheme.statement import Units
from premiums.models import PremiumStatement, StatementLine
from premiums.units import Withdrawn, units_to_charge, units_to_refund

ZERO = Decimal("0.00")


def statements(actor: User, policy_year: PolicyYear) -> QuerySet[PremiumStatement]:
    return (
        PremiumStatement.objects.visible_to(actor)
        .filter(policy_year=policy_year)
        .select_related("county", "agreement__insurer", "issued_by", "cancelled_by")
    )


@dataclass(frozen=True, slots=True)
class StatedSum:
    """Several statements together: how many, their households and persons, those refunded or cancelled taken off, and
    what is due by them, in yuan."""

    number: int
    households: int
    persons: int
    due: Decimal
    city_share: Decimal
    county_share: Decimal


def sum_of_statements(rows: QuerySet[PremiumStatement]) -> StatedSum:
    """All of these statements together."""
    sums = rows.order_by().aggregate(
        number=Count("pk"),
        **{name: _stated(name) for name in ("households", "persons")},
        **{name: Sum(name, default=ZERO) for name in ("due", "city_share", "county_share")},
    )
    return StatedSum(**sums)


def _stated(name: str) -> Sum:
    """Counts are stored without a sign; what is due has one."""
    return Sum(Case(When(due__lt=0, then=-F(name)), default=F(name), output_field=IntegerField()), default=0)


def may_cancel(actor: User, statement: PremiumStatement) -> bool:
    """Whether the actor may cancel this statement now: it stands, and no later one does."""
    if statement.kind == PremiumStatement.Kind.CANCELLATION or not actor.can(
        Act.ISSUE_STATEMENT, on=statement
    ):
        return False
    standing = PremiumStatement.objects.filter(agreement=statement.agreement_id, cancelled_by=None)
    latest = standing.exclude(kind=PremiumStatement.Kind.CANCELLATION).order_by("-pk").first()
    return latest is not None and latest.pk == statement.pk


def charged_shares(agreement: Agreement) -> Shares:
    """What statements have charged an agreement so far, less refunds, by side (R15)."""
    sums = PremiumStatement.objects.filter(agreement=agreement).aggregate(
        city=Sum("city_share"), county=Sum("county_share")
    )
    return Shares(city=sums["city"] or ZERO, county=sums["county"] or ZERO)


@dataclass(frozen=True, slots=True)
class Open:
    """What the next statement of an agreement would charge, by the month that cover begins, and what the next refund
    would take back."""

    by_month: dict[int, Units]
    withdrawn: Withdrawn

    @property
    def to_charge(self) -> Units:
        return all_of(self.by_month)

    @property
    def to_refund(self) -> Units:
        return self.withdrawn.units


def open_units(pool: Iterable[Agreement]) -> dict[int, Open]:
    """Both of each agreement, by its id: counted anew when the insured have changed or something was stated."""
    by_key = {agreement.pk: agreement for agreement in pool}
    changed = changes({agreement.county_id for agreement in by_key.values()})
    issued = PremiumStatement.objects.filter(agreement__in=list(by_key)).order_by().values_list("agreement")
    statements: dict[int, int] = dict(issued.annotate(Count("pk")))
    states = {
        key: f"{changed[agreement.county_id]}/{statements.get(key, 0)}" for key, agreement in by_key.items()
    }
    figures = kept("units by month", states, lambda key: _open_units(by_key[key]))
    return {key: _from_kept(of_one) for key, of_one in figures.items()}


def open_of(agreement: Agreement) -> Open:
    """Both of one agreement."""
    return open_units([agreement])[agreement.pk]


def _open_units(agreement: Agreement) -> dict[str, list[Any]]:
    charge, back = units_to_charge(agreement), units_to_refund(agreement)
    return {
        "charge": [[month, part.households, part.persons] for month, part in charge.items()],
        "withdrawn": [
            back.units.households,
            back.units.persons,
            str(back.for_households),
            str(back.for_persons),
        ],
    }


def _from_kept(figures: Mapping[str, Any]) -> Open:
    households, persons, for_households, for_persons = figures["withdrawn"]
    return Open(
        {month: Units(*part) for month, *part in figures["charge"]},
        Withdrawn(Units(households, persons), Decimal(for_households), Decimal(for_persons)),
    )


def all_of(by_month: Mapping[int, Units]) -> Units:
    """The units of all months together."""
    parts = by_month.values()
    return Units(sum(part.households for part in parts), sum(part.persons for part in parts))


def count_stated_households(statement: PremiumStatement) -> int:
    """How many households the lines of a statement are of."""
    return int(statement.lines.aggregate(number=Count("insured_household", distinct=True))["number"])


def stated_households(statement: PremiumStatement) -> QuerySet[StatementLine, Any]:
    """The lines of a statement by household: its code and township, how many of its persons, whether the household
    itself is among them, and the sum."""
    return (
        statement.lines.values(
            "insured_household",
            code=F("insured_household__roster_household__code"),
            township=F("insured_household__roster_household__township__name"),
            village=F("insured_household__roster_household__village__name"),
        )
        .annotate(
            persons=Count("insured_person"),
            whole=Count("pk", filter=Q(insured_person=None)),
            for_household=Sum("amount", filter=Q(insured_person=None), default=ZERO),
            for_persons=Sum("amount", filter=~Q(insured_person=None), default=ZERO),
            sum=Sum("amount"),
        )
        .order_by("code", "insured_household")
    )
