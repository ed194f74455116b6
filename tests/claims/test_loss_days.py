"""The sums by day are the loss ledger's at any moment: after random movements, folded or not, written by many at once
or past the services; and the rebuild finds and mends what somebody with the owner's rights made wrong."""

import datetime
from decimal import Decimal
from random import Random

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from claims.models import Claim, LossDay, LossEntry
from claims.services.intake import change_reserve
from claims.services.loss_days import fold_loss_days, rebuild_loss_days
from claims.services.payment import record_payment
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Role
from riskpool.selectors.ratio import pool_figures
from tests.races import at_once
from tests.world import World, approved_claim, insure_person, reported_claim, reported_loss

AS_OWNER_TOO = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
KEY = ("agreement", "on", "coverage", "kind")
AGREES = "Every sum agrees with the ledger; nothing was changed."


def of_the_ledger() -> dict[tuple[object, ...], tuple[Decimal, int]]:
    rows = LossEntry.objects.order_by().values_list(*KEY).annotate(Sum("amount"), Count("pk"))
    return {tuple(key): (amount, entries) for *key, amount, entries in rows}


def of_the_days() -> dict[tuple[object, ...], tuple[Decimal, int]]:
    rows = LossDay.objects.order_by().values_list(*KEY).annotate(Sum("amount"), Sum("entries"))
    return {tuple(key): (amount, entries) for *key, amount, entries in rows}


def move(claims: list[Claim], actor: User, random: Random, *, count: int) -> None:
    """Ledger rows as any writer may add them: one or several in a statement, of any day, coverage, kind and sign."""
    while count > 0:
        size = min(count, random.choice((1, 1, 2, 7)))
        count -= size
        LossEntry.objects.bulk_create(
            LossEntry(
                claim=claim,
                agreement_id=claim.agreement_id,
                policy_year_id=claim.policy_year_id,
                county_id=claim.county_id,
                coverage=random.choice(Claim.Coverage.values),
                kind=random.choice(LossEntry.Kind.values),
                amount=Decimal(random.randrange(-999_999, 999_999)) / 100,
                on=datetime.date(2026, 1, 1) + datetime.timedelta(days=random.randrange(40)),
                booked_by=actor,
            )
            for claim in random.choices(claims, k=size)
        )


@pytest.fixture
def claims(world: World) -> list[Claim]:
    return [reported_claim(world.own), reported_loss(world.own), reported_claim(world.foreign)]


@pytest.mark.parametrize("seed", range(5))
def test_after_random_movements_the_days_are_the_ledger_folded_or_not(
    world: World, claims: list[Claim], seed: int
) -> None:
    random = Random(seed)
    for _ in range(6):
        move(claims, world.own[Role.ADJUSTER], random, count=random.randrange(60))
        assert of_the_days() == of_the_ledger()
        if random.random() < 0.6:
            connection.cursor().execute("SELECT claims_fold_loss_days()")
            assert of_the_days() == of_the_ledger()
            assert LossDay.objects.count() == len(of_the_ledger())


def test_what_the_services_book_is_in_the_figures_before_and_after_folding(live_world: World) -> None:
    party = live_world.own
    claim = approved_claim(party, self_pay="5000")
    change_reserve(
        claim=reported_claim(party), reserve=Decimal("12.34"), reason="r", actor=party[Role.ADJUSTER]
    )
    record_payment(
        claim=claim,
        paid_on=timezone.localdate(),
        reference="B",
        actor=party.payer,
    )
    for _ in range(2):
        (figures,) = pool_figures([party.agreement])
        assert (figures.paid, figures.reserves) == (Decimal(1500), Decimal("12.34"))
        assert of_the_days() == of_the_ledger()
        fold_loss_days()
    assert fold_loss_days() == 0


def test_a_movement_undone_with_its_transaction_leaves_no_sum(world: World, claims: list[Claim]) -> None:
    before = of_the_days()
    with transaction.atomic():
        move(claims, world.own[Role.ADJUSTER], Random(1), count=5)
        assert of_the_days() != before
        transaction.set_rollback(True)
    assert of_the_days() == before


def test_many_writers_and_foldings_at_once_wait_for_nobody_and_lose_nothing(live_world: World) -> None:
    party = live_world.own
    made = [reported_claim(party, insure_person(party)) for _ in range(3)]

    def work(number: int) -> None:
        if number % 4 == 0:
            for _ in range(10):
                fold_loss_days()
        else:
            for turn in range(5):
                with (
                    transaction.atomic()
                ):  # keys in any order: with a shared row for each they would lock in a ring
                    move(made, party[Role.ADJUSTER], Random(number * 10 + turn), count=12)

    wrong = [result for result in at_once(work, 12) if result is not None]
    assert not wrong
    assert LossEntry.objects.count() == 3 + 9 * 5 * 12
    assert of_the_days() == of_the_ledger()
    fold_loss_days()
    assert of_the_days() == of_the_ledger()
    assert LossDay.objects.filter(folded=False).count() == 0


@AS_OWNER_TOO
def test_a_rebuild_repairs_nothing_after_random_movements(
    live_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = [reported_claim(live_world.own), reported_claim(live_world.foreign)]
    move(claims, live_world.own[Role.ADJUSTER], Random(7), count=200)
    before = set(LossDay.objects.values_list("pk", "amount"))
    call_command("rebuild_loss_days")
    assert capsys.readouterr().out.strip() == AGREES
    assert set(LossDay.objects.values_list("pk", "amount")) == before


@AS_OWNER_TOO
def test_a_rebuild_mends_what_the_tables_owner_made_wrong(
    live_world: World, owner: psycopg.Connection
) -> None:
    claims = [reported_claim(live_world.own), reported_claim(live_world.foreign)]
    move(claims, live_world.own[Role.ADJUSTER], Random(8), count=80)
    right = of_the_days()
    owner.execute(
        "UPDATE claims_lossday SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM claims_lossday)"
    )
    owner.execute("DELETE FROM claims_lossday WHERE id = (SELECT max(id) FROM claims_lossday)")
    owner.commit()
    assert of_the_days() != right
    assert rebuild_loss_days(database="owner") > 0
    assert of_the_days() == right
    assert rebuild_loss_days(database="owner") == 0


def test_the_product_itself_can_write_no_sum_and_rebuild_none(world: World, claims: list[Claim]) -> None:
    for change in (
        "UPDATE claims_lossday SET amount = 0",
        "DELETE FROM claims_lossday",
        "TRUNCATE claims_lossday",
        "INSERT INTO claims_lossday SELECT * FROM claims_lossday",
        "ALTER TABLE claims_lossentry DISABLE TRIGGER claims_lossentry_days",
        "SELECT claims_rebuild_loss_days()",
    ):
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
            connection.cursor().execute(change)
    row = LossDay.objects.first()
    assert row is not None
    for act in (row.save, row.delete):
        with pytest.raises(TypeError, match="kept by the database"):
            act()
