"""Kept figures are what would be counted now, whatever has changed the roster or the insured, and aren't counted again
while nothing has."""

import datetime
from collections import Counter
from collections.abc import Callable

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enrollment.eligibility import Verdict, bounds, eligible_households, roster_of, waiting_members
from enrollment.models import (
    Agreement,
    InsuredHousehold,
    InsuredPerson,
    KeptFigures,
    RosterHousehold,
    RosterPerson,
)
from enrollment.selectors.kept import changes
from enrollment.selectors.plan import plan_of
from enrollment.selectors.standing import enrolment_status, waiting_to_be_enrolled
from enrollment.services.counts import fold_counts
from enrollment.services.enrolment import enrol_county
from enrollment.services.leaving import withdraw_household
from enrollment.services.members import enrol_waiting_members
from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.web.workbench import WORK, waiting_for
from premiums.selectors.statements import open_of
from premiums.services.statements import issue_refund, issue_statement
from premiums.units import units_to_charge, units_to_refund
from tests.world import World, insure_household, list_household


def kept_of(agreement: Agreement) -> tuple[object, ...]:
    status, units, plan = enrolment_status(agreement), open_of(agreement), plan_of(agreement).preview()
    return (
        (status.listed_households, status.listed_persons, status.monitored_persons),
        (status.insured_households, status.insured_persons),
        (status.waiting_households, status.waiting_members),
        (status.left_out_households, status.withdrawn_households),
        (units.by_month, units.withdrawn),
        (plan.households, plan.persons, plan.from_first_day, plan.from_listing),
        (plan.by_category, plan.refused),
    )


def counted_of(agreement: Agreement) -> tuple[object, ...]:
    households = RosterHousehold.objects.filter(county=agreement.county_id)
    persons = RosterPerson.objects.filter(household__in=households)
    insured = InsuredHousehold.objects.filter(agreement=agreement, withdrawn_at=None)
    members = InsuredPerson.objects.filter(insured_household__agreement=agreement, withdrawn_at=None)
    monitored = persons.exclude(household__category="OUT_OF_POVERTY")
    verdicts = Counter(Verdict(verdict) for (verdict,) in roster_of(agreement).values_list("verdict"))
    eligible = list(eligible_households(agreement))
    on_first_day = [
        each
        for each in eligible
        if not each.listed_on or each.listed_on <= bounds(agreement.policy_year_id)[0]
    ]
    with_them = RosterPerson.objects.filter(household__in=eligible, gone_since=None)
    return (
        (households.count(), persons.count(), monitored.count()),
        (insured.count(), members.count()),
        (verdicts[Verdict.ELIGIBLE], waiting_members(agreement).count()),
        (
            verdicts.total() - verdicts[Verdict.ELIGIBLE] - verdicts[Verdict.INSURED],
            verdicts[Verdict.WITHDRAWN],
        ),
        (units_to_charge(agreement), units_to_refund(agreement)),
        (len(eligible), with_them.count(), len(on_first_day), len(eligible) - len(on_first_day)),
        (
            dict(Counter(str(each.category) for each in eligible)),
            {verdict: number for verdict, number in verdicts.items() if verdict is not Verdict.ELIGIBLE},
        ),
    )


def test_kept_figures_follow_whatever_changes_the_roster_or_the_insured(world: World) -> None:
    own, foreign = world.own, world.foreign
    officer = own[Role.COUNTY_OFFICER]
    insured = insure_household(own, persons=2)
    list_household(foreign, persons=1)
    steps: tuple[Callable[[], object], ...] = (
        lambda: list_household(own, persons=3),
        lambda: list_household(own, category="MARGINAL", listed_on=datetime.date(2026, 2, 1)),
        lambda: RosterPerson.objects.filter(household=insured.roster_household).update(
            gone_since=timezone.now()
        ),
        lambda: RosterPerson.objects.update(gone_since=None),
        lambda: enrol_county(agreement=own.agreement, actor=officer),
        lambda: issue_statement(agreement=own.agreement, actor=officer),
        lambda: RosterPerson.objects.filter(household__county=foreign.county).update(
            household=insured.roster_household
        ),
        lambda: enrol_waiting_members(
            agreement=own.agreement, cover_from=datetime.date(2026, 3, 1), actor=officer
        ),
        lambda: withdraw_household(insured_household=insured, reason="误录", actor=officer),
        lambda: issue_refund(agreement=own.agreement, actor=officer),
        lambda: RosterHousehold.objects.filter(county=own.county).update(county=foreign.county),
        lambda: withdraw_household(
            insured_household=own.agreement.insured_households.filter(withdrawn_at=None)[0],
            reason="误录",
            actor=officer,
        ),
        fold_counts,
    )
    seen = set()
    for step in steps:
        step()
        for agreement in (own.agreement, foreign.agreement):
            assert kept_of(agreement) == counted_of(agreement)
        seen.add(repr(kept_of(own.agreement)))
    assert len(seen) > len(steps) // 2


def test_nothing_is_counted_again_while_nothing_has_changed(world: World) -> None:
    insured = insure_household(world.own, persons=2)
    kept_of(world.own.agreement)
    kept = list(KeptFigures.objects.order_by("pk").values())
    before = changes([world.own.county.pk, world.foreign.county.pk])
    insured.persons.update(claimed_at=timezone.now())
    fold_counts()
    with CaptureQueriesContext(connection) as asked:
        kept_of(world.own.agreement)
    assert not any("enrollment_roster" in query["sql"] for query in asked)
    assert list(KeptFigures.objects.order_by("pk").values()) == kept
    insured.persons.update(withdrawn_reason="")
    assert changes(list(before)) == before
    withdraw_household(
        insured_household=insure_household(world.own, persons=1),
        reason="误录",
        actor=world.own[Role.COUNTY_OFFICER],
    )
    after = changes(list(before))
    assert after[world.own.county.pk] > before[world.own.county.pk]


def test_a_change_undone_with_its_transaction_leaves_what_was_kept(world: World) -> None:
    insure_household(world.own, persons=2)
    before = kept_of(world.own.agreement)
    with transaction.atomic():
        InsuredPerson.objects.all().delete()
        assert kept_of(world.own.agreement) != before
        transaction.set_rollback(True)
    assert kept_of(world.own.agreement) == before == counted_of(world.own.agreement)


def test_the_workbench_shows_the_first_of_those_who_wait(world: World) -> None:
    codes = sorted(list_household(world.own).code for _ in range(7))
    assert waiting_to_be_enrolled([world.own.agreement], "households").count == 7
    found = {each.work.name: each for each in waiting_for(world.own[Role.COUNTY_OFFICER])}
    shown = found["households-to-enrol"]
    assert [item.label for item in shown.items] == codes[:5]
    assert (shown.count, shown.more) == (7, 2)
    assert WORK["households-to-enrol"].acts == (Act.ENROL,)


def test_a_county_without_a_roster_is_told_to_import_one(world: World) -> None:
    def told(role: Role) -> list[str]:
        found = {each.work.name: each for each in waiting_for(world.own[role])}
        return (
            [item.label for item in found["rosters-to-import"].items] if "rosters-to-import" in found else []
        )

    both = sorted((world.own.county, world.foreign.county), key=lambda county: county.code)
    assert told(Role.COUNTY_OFFICER) == [world.own.county.name]
    assert told(Role.CITY_OFFICER) == [county.name for county in both]
    assert told(Role.AUDITOR) == []
    list_household(world.own)
    assert told(Role.COUNTY_OFFICER) == []
    assert told(Role.CITY_OFFICER) == [world.foreign.county.name]
