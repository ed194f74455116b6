"""The counts of claims and of insured households are right at any moment: as the services move them, folded or not,
past the services too; and the rebuild finds and mends what somebody with the owner's rights made wrong."""

import datetime

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from claims.models import OPEN, Claim, ClaimCount
from claims.services.decision import approve_claim, return_claim
from claims.services.payment import record_payment
from claims.stages import ASIDE, BANDS, FUNNEL, Band, in_band, overdue
from enrollment.models import HouseholdCount, InsuredHousehold, RosterHousehold
from enrollment.services.leaving import withdraw_household
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Role
from tests.world import (
    World,
    approved_claim,
    insure_household,
    rejected_claim,
    reported_claim,
    reported_loss,
    submitted_claim,
)

AS_OWNER_TOO = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def counted_claims() -> dict[tuple[int, str], int]:
    rows = ClaimCount.objects.order_by().values_list("agreement", "stage").annotate(Sum("number"))
    return {(agreement, stage): number for agreement, stage, number in rows if number}


def claims_as_they_are() -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    for claim in Claim.objects.all():
        stage = "unpaid" if claim.state == "closed" and claim.granted == 0 else claim.state
        found[claim.agreement_id, stage] = found.get((claim.agreement_id, stage), 0) + 1
    return found


def counted_households() -> dict[tuple[object, ...], int]:
    keys = ("agreement", "township", "category")
    rows = HouseholdCount.objects.order_by().values_list(*keys).annotate(Sum("number"))
    return {tuple(key): number for *key, number in rows if number}


def households_as_they_are() -> dict[tuple[object, ...], int]:
    keys = ("agreement", "roster_household__township", "category")
    rows = InsuredHousehold.objects.filter(withdrawn_at=None).order_by().values_list(*keys)
    return {tuple(key): number for *key, number in rows.annotate(Count("pk"))}


def fold() -> None:
    for function in ("claims_fold_counts", "enrollment_fold_counts"):
        connection.cursor().execute(f"SELECT {function}()")


def test_claims_are_counted_at_their_stage_whatever_moves_them(world: World) -> None:
    own, foreign = world.own, world.foreign
    reported_claim(own)
    reported_loss(foreign)
    rejected_claim(own)
    unpaid = submitted_claim(own, self_pay="100")
    approve_claim(claim=unpaid, reason="", actor=own[Role.REVIEWER])
    return_claim(claim=submitted_claim(own), reason="补", actor=own[Role.REVIEWER])
    paid = approved_claim(own, self_pay="5000")
    assert counted_claims()[own.agreement.pk, "approved"] == 1
    record_payment(claim=paid, paid_on=timezone.localdate(), reference="B", actor=own.payer)
    for _ in range(2):
        assert counted_claims() == claims_as_they_are()
        assert counted_claims()[own.agreement.pk, "closed"] == 1
        assert counted_claims()[own.agreement.pk, "unpaid"] == 1
        fold()
    assert ClaimCount.objects.count() >= len(claims_as_they_are())
    assert not ClaimCount.objects.filter(folded=False).exists()


def test_the_steps_of_the_funnel_count_what_their_conditions_find(world: World) -> None:
    for make in (reported_claim, rejected_claim, submitted_claim, approved_claim):
        make(world.own)
    unpaid = submitted_claim(world.own, self_pay="100")
    approve_claim(claim=unpaid, reason="", actor=world.own[Role.REVIEWER])
    record_payment(
        claim=approved_claim(world.own, self_pay="5000"),
        paid_on=timezone.localdate(),
        reference="B",
        actor=world.own.payer,
    )
    figures = {}
    for name, group in (FUNNEL | ASIDE).items():
        by_stage = sum(
            number for (_agreement, stage), number in counted_claims().items() if stage in group.stages
        )
        assert by_stage == Claim.objects.filter(group.condition).count(), name
        figures[name] = by_stage
    assert figures == {
        "all": 6,
        "assessed": 4,
        "handed_in": 4,
        "granted": 3,
        "paid": 1,
        "unpaid": 1,
        "rejected": 1,
        "withdrawn": 0,
    }


def test_each_open_claim_has_one_age_in_working_days(world: World) -> None:
    today = datetime.date(2026, 11, 25)  # a Wednesday without holidays around
    claim = reported_claim(world.own)

    def bands_of(day: datetime.date) -> list[Band]:
        Claim.objects.filter(pk=claim.pk).update(reported_on=day)
        return [band for band in BANDS if Claim.objects.filter(in_band(band, today)).exists()]

    for day, name in (
        (today, "0"),
        (datetime.date(2026, 11, 18), "0"),  # five working days ago
        (datetime.date(2026, 11, 17), "6"),
        (datetime.date(2026, 11, 11), "6"),  # ten
        (datetime.date(2026, 11, 10), "11"),
        (datetime.date(2026, 10, 28), "11"),  # twenty
        (datetime.date(2026, 10, 27), "21"),
        (datetime.date(2026, 1, 1), "21"),
    ):
        assert [band.name for band in bands_of(day)] == [name], day
    Claim.objects.filter(pk=claim.pk).update(state="withdrawn")
    assert bands_of(today) == []


def test_a_payment_is_overdue_from_the_day_after_its_last_one(world: World) -> None:
    claim = approved_claim(world.own)
    assert claim.state in OPEN
    assert claim.pay_by is not None
    assert not Claim.objects.filter(overdue(claim.pay_by)).exists()
    assert Claim.objects.filter(overdue(claim.pay_by + datetime.timedelta(days=1))).get() == claim


def test_households_are_counted_where_the_roster_has_them(world: World) -> None:
    own = world.own
    one, two, wrong = (
        insure_household(own, persons=1),
        insure_household(world.foreign, persons=1),
        insure_household(own, persons=1),
    )
    insure_household(own, category="MARGINAL", listed_on=datetime.date(2026, 2, 1))
    withdraw_household(insured_household=wrong, reason="误录", actor=own[Role.COUNTY_OFFICER])
    township, other = Region.objects.filter(parent=own.county, level="township")[:2]
    for place in (township, other):
        one.roster_household.township = place
        one.roster_household.save()
        assert counted_households() == households_as_they_are()
        fold()
        assert counted_households() == households_as_they_are()
    assert counted_households()[own.agreement.pk, other.pk, "OUT_OF_POVERTY"] == 1
    assert (own.agreement.pk, township.pk, "OUT_OF_POVERTY") not in counted_households()
    assert counted_households()[two.agreement_id, None, "OUT_OF_POVERTY"] == 1


def test_a_change_undone_with_its_transaction_leaves_no_count(world: World) -> None:
    reported_claim(world.own)
    before = counted_claims(), counted_households()
    with transaction.atomic():
        Claim.objects.update(state="withdrawn")
        RosterHousehold.objects.update(township=Region.objects.filter(level="township").first())
        assert counted_claims() != before[0]
        assert counted_households() != before[1]
        transaction.set_rollback(True)
    assert (counted_claims(), counted_households()) == before


@AS_OWNER_TOO
def test_a_rebuild_mends_what_the_tables_owner_made_wrong_and_nothing_else(
    live_world: World, owner: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    reported_claim(live_world.own)
    reported_claim(live_world.foreign)
    right = counted_claims(), counted_households()
    call_command("rebuild_counts")
    assert capsys.readouterr().out.strip() == "Every count is right; nothing was changed."
    owner.execute("UPDATE claims_claimcount SET number = 7")
    owner.execute("DELETE FROM enrollment_householdcount")
    owner.commit()
    assert (counted_claims(), counted_households()) != right
    call_command("rebuild_counts")
    assert capsys.readouterr().out.startswith("4 counts were wrong")
    assert (counted_claims(), counted_households()) == right


@pytest.mark.parametrize("table", ["claims_claimcount", "enrollment_householdcount"])
def test_the_product_itself_can_write_no_count_and_rebuild_none(world: World, table: str) -> None:
    app = table.partition("_")[0]
    for change in (
        f"UPDATE {table} SET number = 0",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"INSERT INTO {table} SELECT * FROM {table}",
        f"SELECT {app}_rebuild_counts()",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(change)
