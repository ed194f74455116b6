"""Members who come and those who leave: supplementary and refund statements that state every unit once (R18)."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from enrollment.models import Agreement, InsuredPerson, PolicyTerm
from enrollment.services.enrolment import enrol_household
from enrollment.services.leaving import withdraw_household, withdraw_person
from enrollment.services.members import enrol_members
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from premiums.models import FundEntry, PremiumStatement, Side, StatementLine
from premiums.selectors.fund import accounts
from premiums.selectors.statements import open_of, stated_households
from premiums.services import statements as services
from premiums.services.statements import issue_refund, issue_statement
from riskpool.selectors.ratio import agreement_ratio
from tests.races import at_once
from tests.world import Party, World, add_member, insure_household, list_household


def issue(party: Party) -> PremiumStatement:
    return issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])


def refund(party: Party) -> PremiumStatement:
    return issue_refund(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])


def leave(party: Party, person: InsuredPerson) -> None:
    withdraw_person(insured_person=person, reason="entered twice", actor=party[Role.COUNTY_OFFICER])


def sums(party: Party) -> dict[str, Decimal]:
    return {account.side.value: account.due for account in accounts(party.agreement)}


def test_a_member_who_comes_later_stands_alone_on_the_supplementary_statement(world: World) -> None:
    insured = insure_household(world.own, persons=2)
    issue(world.own)
    member = add_member(insured.roster_household)
    enrol_members(
        insured_household=insured,
        persons=[member],
        cover_from=insured.cover_from,
        actor=world.own[Role.COUNTY_OFFICER],
    )
    assert (
        open_of(world.own.agreement).to_charge.households,
        open_of(world.own.agreement).to_charge.persons,
    ) == (0, 1)

    second = issue(world.own)

    assert (second.kind, second.households, second.persons, second.due) == ("supplementary", 0, 1, 100)
    (row,) = stated_households(second)
    assert (row["whole"], row["persons"], row["sum"]) == (0, 1, 100)
    with pytest.raises(Refused):
        issue(world.own)


@pytest.mark.parametrize("place", ["own", "foreign"])
def test_a_household_enrolled_by_mistake_leaves_by_a_refund_of_exactly_what_it_was_charged(
    world: World, place: str
) -> None:
    party: Party = getattr(world, place)
    wrong, right = insure_household(party, persons=3), insure_household(party, persons=1)
    first = issue(party)
    withdraw_household(insured_household=wrong, reason="not poor", actor=party[Role.COUNTY_OFFICER])
    assert (open_of(party.agreement).to_refund.households, open_of(party.agreement).to_refund.persons) == (
        1,
        3,
    )

    back = refund(party)

    assert (back.kind, back.households, back.persons, back.due) == ("refund", 1, 3, -330)
    assert back.number == f"BF{world.year.year}-{party.county.code}-002"
    assert back.city_share + back.county_share == -330
    assert back.lines.aggregate(sum=Sum("amount"))["sum"] == -330
    assert FundEntry.objects.filter(statement=back, kind="due").aggregate(sum=Sum("amount"))["sum"] == -330
    first.refresh_from_db()
    assert (first.due, first.lines.count()) == (460, 6)
    only = statement_of_one(party)
    assert sums(party) == only
    assert agreement_ratio(party.agreement).net_premium == 130
    assert open_of(party.agreement).to_charge.households == open_of(party.agreement).to_refund.persons == 0
    assert right.withdrawn_at is None
    assert AuditRecord.objects.get(act="issue_refund").facts["due"] == "-330.00"
    with pytest.raises(Refused):
        refund(party)


def statement_of_one(party: Party) -> dict[str, Decimal]:
    """What a household of one person costs either side."""
    tenths = {"140524": 5, "140581": 3}[str(party.county.code)]
    return {"city": Decimal(130) * tenths / 10, "county": Decimal(130) * (10 - tenths) / 10}


def test_who_leaves_before_any_statement_is_neither_charged_nor_refunded(world: World) -> None:
    insured = insure_household(world.own, persons=2)
    leave(world.own, insured.persons.order_by("id")[0])
    assert issue(world.own).due == 130
    with pytest.raises(Refused):
        refund(world.own)


def test_one_enrolled_again_after_a_withdrawal_is_charged_anew(world: World) -> None:
    insured = insure_household(world.own, persons=1)
    issue(world.own)
    withdraw_household(insured_household=insured, reason="x", actor=world.own[Role.COUNTY_OFFICER])
    again = enrol_household(
        agreement=world.own.agreement,
        household=insured.roster_household,
        cover_from=insured.cover_from,
        actor=world.own[Role.COUNTY_OFFICER],
    )
    assert again.pk != insured.pk
    assert issue(world.own).due == 130
    assert refund(world.own).due == -130
    assert sums(world.own) == {"city": 65, "county": 65}


def test_where_the_city_rules_pro_rata_a_line_follows_its_month_and_its_refund_follows_the_line(
    world: World,
) -> None:
    PolicyTerm.objects.create(
        policy_year=world.year, name="midyear_premium", value="pro_rata", source="市中心批复"
    )
    year = world.year.year
    insure_household(world.own, persons=1)
    late = insure_household(world.own, persons=3, category="MARGINAL", listed_on=datetime.date(year, 8, 20))
    first = issue(world.own)
    # August to December: 5 months of twelve, 12.50 a household and 41.67 a person, rounded for each.
    assert first.due == 130 + Decimal("12.50") + 3 * Decimal("41.67")
    leave(world.own, late.persons.order_by("id")[1])
    assert refund(world.own).due == Decimal("-41.67")
    withdraw_household(insured_household=late, reason="x", actor=world.own[Role.COUNTY_OFFICER])
    assert refund(world.own).due == -(Decimal("12.50") + 2 * Decimal("41.67"))
    assert sums(world.own) == {"city": 65, "county": 65}


@pytest.mark.parametrize("role", [Role.COUNTY_FINANCE, Role.CITY_OFFICER, Role.ADJUSTER, Role.AUDITOR])
def test_only_the_countys_officer_issues_refunds(world: World, role: Role) -> None:
    insured = insure_household(world.own, persons=2)
    issue(world.own)
    leave(world.own, insured.persons.order_by("id")[0])
    for actor in (world.own[role], world.foreign[Role.COUNTY_OFFICER]):
        with pytest.raises(PermissionDenied):
            issue_refund(agreement=world.own.agreement, actor=actor)


def test_a_refund_is_not_dated_in_the_future(world: World) -> None:
    with pytest.raises(Refused) as refusal:
        issue_refund(
            agreement=world.own.agreement,
            actor=world.own[Role.COUNTY_OFFICER],
            issued_on=timezone.localdate() + datetime.timedelta(days=1),
        )
    assert refusal.value.field == "issued_on"


def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        services,
        "locked_agreement",
        lambda agreement: Agreement.objects.select_related("county").get(pk=agreement.pk),
    )


def test_refunds_asked_for_at_once_refund_everybody_once(live_world: World) -> None:
    party = live_world.own
    for _ in range(3):
        insured = insure_household(party, persons=2)
    issue(party)
    withdraw_household(insured_household=insured, reason="x", actor=party[Role.COUNTY_OFFICER])

    results = at_once(lambda number: refund(party), 4)

    assert [type(result) for result in results].count(Refused) == 3
    assert PremiumStatement.objects.get(kind="refund").due == -230
    assert FundEntry.objects.aggregate(sum=Sum("amount"))["sum"] == 460


@pytest.mark.parametrize("act", [issue, refund])
def test_without_the_lock_two_issue_the_same_units_and_only_the_database_refuses(
    live_world: World, monkeypatch: pytest.MonkeyPatch, act: object
) -> None:
    """Both count the same units before either states them: the lock keeps that from happening, and were it missing,
    one of them alone gets through, the others break on a constraint or on the count."""
    party = live_world.own
    without_lock(monkeypatch)
    failures = []
    for _ in range(10):
        insured = insure_household(party, persons=2)
        if act is refund:
            issue(party)
            withdraw_household(insured_household=insured, reason="x", actor=party[Role.COUNTY_OFFICER])
        results = at_once(lambda number: act(party), 4)  # type: ignore[operator]
        failures += [result for result in results if isinstance(result, IntegrityError | RuntimeError)]
        if failures:
            break
    assert failures, "nobody got in another's way, so this race shows nothing"
    serials = StatementLine.objects.filter(insured_household=insured).values_list("insured_person", "serial")
    assert len(serials) == len(set(serials)) == (6 if act is refund else 3)


def add_line(
    statement: PremiumStatement, household: int, person: int | None, serial: int, amount: str
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO premiums_statementline (statement_id, insured_household_id, insured_person_id, serial, amount)"
            " VALUES (%s, %s, %s, %s, %s)",
            [statement.pk, household, person, serial, amount],
        )


def refused_by(*line: object) -> str | None:
    try:
        add_line(*line)  # type: ignore[arg-type]
    except IntegrityError as error:
        return error.__cause__.diag.constraint_name  # type: ignore[union-attr]
    return None


def test_raw_sql_is_refused_lines_that_do_not_fit(world: World) -> None:
    insured, other = insure_household(world.own, persons=2), insure_household(world.foreign, persons=1)
    person = insured.persons.order_by("id")[0]
    first = issue(world.own)
    stranger = other.persons.get()
    assert refused_by(first, insured.pk, None, 1, "30") == "line_unit_stated_once"
    assert refused_by(first, insured.pk, person.pk, 1, "100") == "line_unit_stated_once"
    assert refused_by(first, insured.pk, stranger.pk, 1, "100") == "line_person_of_household"
    assert refused_by(first, other.pk, None, 1, "30") == "line_under_its_agreement"
    assert refused_by(first, insured.pk, person.pk, 2, "-100") == "line_fits_its_statement"
    leave(world.own, person)
    back = refund(world.own)
    assert back.lines.get().insured_person_id == person.pk
    assert refused_by(back, insured.pk, None, 2, "-30") == "line_fits_its_unit"
    assert refused_by(back, insured.pk, person.pk, 4, "-100") == "line_refunds_its_charge"
    assert refused_by(back, insured.pk, person.pk, 2, "-100") == "line_unit_stated_once"
    fresh = insure_household(world.own, persons=1)
    assert refused_by(first, fresh.pk, None, 1, "-30") == "line_charges_then_refunds"
    assert refused_by(first, fresh.pk, None, 1, "30") is None


def test_raw_sql_refunds_no_other_amount_than_was_charged(world: World) -> None:
    insured = insure_household(world.own, persons=3)
    issue(world.own)
    one, two, _three = insured.persons.order_by("id")
    leave(world.own, one)
    back = refund(world.own)
    leave(world.own, two)
    assert refused_by(back, insured.pk, two.pk, 2, "-99.99") == "line_refunds_its_charge"
    assert refused_by(back, insured.pk, two.pk, 2, "-100") is None


def test_a_charge_is_positive_and_a_refund_statement_negative(world: World) -> None:
    insure_household(world.own)
    first = issue(world.own)
    with pytest.raises(IntegrityError, match="statement_due_in_bounds"), transaction.atomic():
        PremiumStatement.objects.create(
            **{
                field: getattr(first, field)
                for field in ("agreement", "policy_year", "county", "households", "persons", "due")
            },
            city_share=first.city_share,
            county_share=first.county_share,
            breakdown={},
            terms={},
            number="X",
            kind="refund",
            issued_on=first.issued_on,
            issued_by=first.issued_by,
        )
    assert {entry.side for entry in first.entries.all()} == {Side.CITY, Side.COUNTY}


def test_households_of_a_statement_are_shown_one_line_each(world: World) -> None:
    for persons in (1, 2, 4):
        insure_household(world.own, persons=persons)
    list_household(world.own)
    first = issue(world.own)
    assert [(row["persons"], row["whole"], row["sum"]) for row in stated_households(first)] == [
        (1, 1, 130),
        (2, 1, 230),
        (4, 1, 430),
    ]
