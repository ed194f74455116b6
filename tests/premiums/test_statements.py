"""Premium statements: counts frozen, shares that add up, the due in the fund ledger (R15, R18)."""

from decimal import Decimal

import pytest

from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from premiums.models import FundEntry, PremiumStatement, StatementLine
from premiums.selectors.fund import accounts
from premiums.services.statements import issue_statement
from tests.world import World, insure_household


def test_the_first_statement_states_everybody_and_later_ones_only_who_came_since(world: World) -> None:
    officer = world.own[Role.COUNTY_OFFICER]
    insure_household(world.own, persons=3)
    insure_household(world.own, persons=1)
    first = issue_statement(agreement=world.own.agreement, actor=officer)
    insure_household(world.own, persons=2)
    second = issue_statement(agreement=world.own.agreement, actor=officer)

    assert (first.kind, first.households, first.persons, first.due) == ("first", 2, 4, Decimal("460.00"))
    assert (second.kind, second.households, second.due) == ("supplementary", 1, Decimal("230.00"))
    assert StatementLine.objects.filter(statement=first).count() == 2 + 4
    with pytest.raises(Refused):
        issue_statement(agreement=world.own.agreement, actor=officer)


@pytest.mark.parametrize(("place", "city"), [("own", "65.00"), ("foreign", "39.00")])
def test_city_and_county_share_by_the_countys_ratio(world: World, place: str, city: str) -> None:
    party = getattr(world, place)
    insure_household(party, persons=1)
    statement = issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])

    assert statement.city_share == Decimal(city)
    assert statement.city_share + statement.county_share == statement.due == Decimal("130.00")
    due = {account.side.value: account for account in accounts(party.agreement)}
    assert due["city"].due == statement.city_share
    assert due["county"].arrears == statement.county_share
    assert FundEntry.objects.filter(statement=statement).count() == 2
    assert PremiumStatement.objects.get().terms["person_premium"] == "100.00"
