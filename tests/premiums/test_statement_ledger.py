"""What a statement leaves behind: lines and dues that add up in every county, terms that stand, accounts per side
(R15-R18)."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from enrollment.models import Agreement, PolicyTerm
from enrollment.selectors import current_policy_year
from enrollment.services.enrolment import enrol_county
from jincheng_insurance.access.models import Insurer, Region
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.scheme.breakdown import Breakdown
from jincheng_insurance.scheme.terms import Terms, default_terms
from premiums.models import FundEntry, PremiumStatement, Side, StatementLine
from premiums.selectors.fund import accounts
from premiums.selectors.statements import (
    count_stated_households,
    open_of,
    stated_households,
    statements,
)
from premiums.services.statements import issue_statement
from tests.races import at_once
from tests.world import Party, World, insure_household, list_household, make_user

CITY_SHARE_IN_TENTHS = {"140524": 5, "140502": 5, "140525": 3, "140581": 3, "140522": 3, "140521": 3}


def issue(party: Party) -> PremiumStatement:
    return issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])


def book(party: Party, side: Side, kind: str, amount: str, reverses: FundEntry | None = None) -> FundEntry:
    agreement = party.agreement
    return FundEntry.objects.create(
        agreement=agreement,
        policy_year_id=agreement.policy_year_id,
        county_id=agreement.county_id,
        side=side,
        kind=kind,
        amount=Decimal(amount),
        on=timezone.localdate(),
        document="晋市财农〔2026〕8号",
        reason="错记" if reverses else "",
        reverses=reverses,
        booked_by=party[Role.COUNTY_OFFICER],
    )


def test_lines_and_dues_add_up_to_the_statements(world: World) -> None:
    insure_household(world.own, persons=3)
    insure_household(world.own, persons=1)
    insure_household(world.foreign, persons=5)
    first = issue(world.own)
    list_household(world.own, persons=4)
    enrol_county(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])
    second = issue(world.own)

    assert [count_stated_households(statement) for statement in (first, second)] == [2, 1]
    assert sorted((row["persons"], row["sum"]) for row in stated_households(first)) == [(1, 130), (3, 330)]
    assert [(row["persons"], row["sum"]) for row in stated_households(second)] == [(4, 430)]
    for statement in (first, second):
        assert statement.lines.aggregate(sum=Sum("amount"))["sum"] == statement.due
        assert statement.entries.aggregate(sum=Sum("amount"))["sum"] == statement.due
    year = world.year.year
    assert (first.number, second.number) == (f"BF{year}-140524-001", f"BF{year}-140524-002")
    first.refresh_from_db()
    assert (first.households, first.persons, first.due) == (2, 4, 460)
    assert AuditRecord.objects.filter(act="issue_statement").count() == 2


@pytest.mark.parametrize("code", sorted(CITY_SHARE_IN_TENTHS))
@pytest.mark.usefixtures("db")
def test_each_countys_ratio_shares_the_due_out_to_the_fen(code: str) -> None:
    county = Region.objects.get(code=code)
    year = current_policy_year()
    agreement = Agreement.objects.create(
        policy_year=year,
        county=county,
        insurer=Insurer.objects.create(code="A", name="A"),
        number=f"XY-{code}",
        signed_on=datetime.date(year.year, 1, 1),
    )
    payer = make_user("payer", Role.REVIEWER, insurer=agreement.insurer)
    party = Party(county, agreement.insurer, agreement, payer)
    party.people[Role.COUNTY_OFFICER] = make_user("officer", Role.COUNTY_OFFICER, region=county)
    party.people[Role.CITY_OFFICER] = make_user("city", Role.CITY_OFFICER)
    insure_household(party, persons=3)

    statement = issue(party)

    assert statement.city_share == statement.due * CITY_SHARE_IN_TENTHS[code] / 10
    assert statement.city_share + statement.county_share == statement.due == 330


def test_before_anybody_is_enrolled_there_is_nothing_to_state(world: World) -> None:
    list_household(world.own)
    with pytest.raises(Refused):
        issue(world.own)
    assert not PremiumStatement.objects.exists()
    assert open_of(world.own.agreement).to_charge.households == 0
    assert [(row.due, row.paid, row.arrears) for row in accounts(world.own.agreement)] == [(0, 0, 0)] * 2


def test_a_statement_is_not_dated_in_the_future(world: World) -> None:
    insure_household(world.own)
    with pytest.raises(Refused) as refusal:
        issue_statement(
            agreement=world.own.agreement,
            actor=world.own[Role.COUNTY_OFFICER],
            issued_on=timezone.localdate() + datetime.timedelta(days=1),
        )
    assert refusal.value.field == "issued_on"


@pytest.mark.parametrize("role", [Role.COUNTY_FINANCE, Role.CITY_OFFICER, Role.ADJUSTER, Role.AUDITOR])
def test_only_the_countys_officer_issues_statements(world: World, role: Role) -> None:
    insure_household(world.own)
    for actor in (world.own[role], world.foreign[Role.COUNTY_OFFICER]):
        with pytest.raises(PermissionDenied):
            issue_statement(agreement=world.own.agreement, actor=actor)
    assert not PremiumStatement.objects.exists()


def test_the_terms_and_the_sum_are_kept_with_the_statement_and_stand(world: World) -> None:
    insure_household(world.own, persons=3)
    statement = PremiumStatement.objects.get(pk=issue(world.own).pk)

    assert Terms.from_data(statement.terms) == default_terms(world.year.year)
    breakdown = Breakdown.from_data(statement.breakdown)
    assert breakdown.amount("due") == statement.due == 330
    assert breakdown.amount("city_share") == statement.city_share
    with pytest.raises(IntegrityError, match="stand"), transaction.atomic():
        PolicyTerm.objects.create(policy_year=world.year, name="posting_days", value=3, source="x")


def test_the_database_lets_no_household_stand_on_two_statements(world: World) -> None:
    insured = insure_household(world.own)
    statement = issue(world.own)
    with pytest.raises(IntegrityError, match="line_unit_stated_once"), transaction.atomic():
        StatementLine.objects.create(
            statement=statement, insured_household=insured, serial=1, amount=Decimal(30)
        )


def test_two_statements_asked_for_at_once_state_everybody_once(live_world: World) -> None:
    for _ in range(3):
        insure_household(live_world.own, persons=2)

    results = at_once(lambda number: issue(live_world.own), 4)

    assert [type(result) for result in results].count(Refused) == 3
    assert PremiumStatement.objects.get().households == 3
    assert FundEntry.objects.aggregate(sum=Sum("amount"))["sum"] == 690


def test_accounts_keep_due_allocated_and_paid_apart(world: World) -> None:
    insure_household(world.own, persons=2)
    issue(world.own)
    book(world.own, Side.CITY, "allocated", "100")
    book(world.own, Side.CITY, "paid", "90")
    wrong = book(world.own, Side.COUNTY, "paid", "500")
    book(world.own, Side.COUNTY, "paid", "-500", reverses=wrong)
    book(world.own, Side.COUNTY, "paid", "115")
    book(world.foreign, Side.CITY, "paid", "7")

    city, county = accounts(world.own.agreement)

    assert (city.side, city.due, city.allocated, city.paid, city.arrears) == ("city", 115, 100, 90, 25)
    assert (county.side, county.due, county.allocated, county.paid) == ("county", 115, 0, 115)
    assert county.arrears == 0


def test_a_county_sees_its_own_statements_alone(world: World) -> None:
    for party in (world.own, world.foreign):
        insure_household(party)
        issue(party)
    seen = statements(world.own[Role.COUNTY_FINANCE], world.year)
    assert [statement.county_id for statement in seen] == [world.own.county.pk]
    assert statements(world.own[Role.CITY_FINANCE], world.year).count() == 2
    assert statements(world.own[Role.ADMINISTRATOR], world.year).count() == 0
