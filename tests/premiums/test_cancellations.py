"""A statement issued by mistake is cancelled whole, the latest first, and nothing stated is edited (R18)."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Sum

from enrollment.services.enrolment import enrol_county
from enrollment.services.leaving import withdraw_person
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.scheme.breakdown import Breakdown
from premiums.models import FundEntry, PremiumStatement, StatementLine
from premiums.selectors.fund import accounts, net_premiums
from premiums.selectors.statements import open_of
from premiums.services.statements import cancel_statement, issue_refund, issue_statement
from tests.races import at_once
from tests.world import Party, World, insure_household, list_household


def issue(party: Party) -> PremiumStatement:
    return issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])


def cancel(party: Party, statement: PremiumStatement, reason: str = "名单有误") -> PremiumStatement:
    return cancel_statement(statement=statement, reason=reason, actor=party[Role.COUNTY_OFFICER])


def two_statements(party: Party) -> tuple[PremiumStatement, PremiumStatement]:
    insure_household(party, persons=3)
    first = issue(party)
    list_household(party, persons=4)
    enrol_county(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])
    return first, issue(party)


def test_a_cancellation_is_the_exact_opposite_and_everybody_can_be_stated_anew(world: World) -> None:
    insure_household(world.own, persons=3)
    statement = issue(world.own)

    cancelled = cancel(world.own, statement)

    assert (cancelled.kind, cancelled.cancels, cancelled.reason) == ("cancellation", statement, "名单有误")
    assert (cancelled.due, cancelled.city_share, cancelled.county_share) == (-330, -165, -165)
    assert Breakdown.from_data(cancelled.breakdown).amount("due") == -330
    assert cancelled.lines.aggregate(sum=Sum("amount"))["sum"] == -330
    entries = FundEntry.objects.filter(statement=cancelled).select_related("reverses")
    assert {(entry.side, entry.amount, entry.reverses.statement_id) for entry in entries} == {  # type: ignore[union-attr]
        ("city", Decimal(-165), statement.pk),
        ("county", Decimal(-165), statement.pk),
    }
    assert [account.due for account in accounts(world.own.agreement)] == [0, 0]
    assert [account.unpaid for account in accounts(world.own.agreement)] == [(), ()]
    assert net_premiums([world.own.agreement]) == {world.own.agreement.pk: 0}
    assert AuditRecord.objects.filter(act="cancel_statement").count() == 1

    assert (
        open_of(world.own.agreement).to_charge.households,
        open_of(world.own.agreement).to_charge.persons,
    ) == (1, 3)
    anew = issue(world.own)
    assert (anew.kind, anew.due, anew.number[-3:]) == ("first", 330, "003")
    assert StatementLine.objects.filter(statement=anew, serial=3).count() == 4


def test_the_latest_is_cancelled_first(world: World) -> None:
    first, second = two_statements(world.own)
    with pytest.raises(Refused, match=second.number):
        cancel(world.own, first)
    cancel(world.own, second)
    cancel(world.own, first)
    assert sum(account.due for account in accounts(world.own.agreement)) == 0
    for statement in PremiumStatement.objects.all():
        with pytest.raises(Refused):
            cancel(world.own, statement)


def test_a_refund_is_cancelled_too_and_can_be_issued_again(world: World) -> None:
    insured = insure_household(world.own, persons=3)
    first = issue(world.own)
    leaver = insured.persons.order_by("-pk").first()
    assert leaver is not None
    withdraw_person(insured_person=leaver, reason="重复录入", actor=world.own[Role.COUNTY_OFFICER])
    refund = issue_refund(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])

    cancelled = cancel(world.own, refund)

    assert (cancelled.due, refund.due) == (100, -100)
    assert open_of(world.own.agreement).to_refund.persons == 1
    again = issue_refund(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])
    assert (again.due, sum(account.due for account in accounts(world.own.agreement))) == (-100, 230)
    cancel(world.own, again)
    cancel(world.own, first)
    assert [(account.due) for account in accounts(world.own.agreement)] == [0, 0]
    assert (
        open_of(world.own.agreement).to_charge.persons,
        open_of(world.own.agreement).to_refund.persons,
    ) == (2, 0)


@pytest.mark.parametrize("reason", ["", " x ", "长" * 201])
def test_a_cancellation_says_why(world: World, reason: str) -> None:
    insure_household(world.own)
    with pytest.raises(Refused) as refusal:
        cancel(world.own, issue(world.own), reason)
    assert refusal.value.field == "reason"


@pytest.mark.parametrize("role", [Role.COUNTY_FINANCE, Role.CITY_OFFICER, Role.REVIEWER, Role.AUDITOR])
def test_only_the_countys_officer_cancels(world: World, role: Role) -> None:
    insure_household(world.own)
    statement = issue(world.own)
    for actor in (world.own[role], world.foreign[Role.COUNTY_OFFICER]):
        with pytest.raises(PermissionDenied):
            cancel_statement(statement=statement, reason="名单有误", actor=actor)


def test_four_who_cancel_at_once_cancel_it_once(live_world: World) -> None:
    insure_household(live_world.own)
    statement = issue(live_world.own)
    results = at_once(lambda number: cancel(live_world.own, statement), 4)
    assert [type(result) for result in results].count(Refused) == 3
    assert FundEntry.objects.aggregate(sum=Sum("amount"))["sum"] == 0


def copy_of(statement: PremiumStatement, **changes: object) -> dict[str, object]:
    facts = {
        field.attname: getattr(statement, field.attname)
        for field in PremiumStatement._meta.concrete_fields
        if field.attname not in {"id", "issued_at"}
    }
    return facts | {"number": "X"} | changes


def test_the_database_itself_keeps_one_standing_first_and_opposite_cancellations(world: World) -> None:
    first, second = two_statements(world.own)
    with pytest.raises(IntegrityError, match="one first statement"), transaction.atomic():
        PremiumStatement.objects.create(**copy_of(first))
    opposite = {"kind": "cancellation", "reason": "错", "city_share": -second.city_share}
    for wrong, said in (
        ({"cancels_id": second.pk, "county_share": 0, "due": -second.city_share}, "exact opposite"),
        (
            {
                "cancels_id": first.pk,
                "due": -first.due,
                "city_share": -first.city_share,
                "county_share": -first.county_share,
            },
            "from the latest on",
        ),
    ):
        with pytest.raises(IntegrityError, match=said), transaction.atomic():
            PremiumStatement.objects.create(**copy_of(second, **opposite | wrong))
    cancelled = cancel(world.own, second)
    line = first.lines.order_by("pk").first()
    assert line is not None
    with pytest.raises(IntegrityError, match="takes back the lines"), transaction.atomic():
        StatementLine.objects.create(
            statement=cancelled,
            insured_household_id=line.insured_household_id,
            insured_person_id=line.insured_person_id,
            serial=2,
            amount=-line.amount,
        )
