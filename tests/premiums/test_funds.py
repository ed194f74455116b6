"""The premium's money by side: due, allocated, paid, received; reversed, never edited; the age of arrears (R15-R19)."""

import datetime
from decimal import Decimal

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from enrollment.models import PolicyTerm
from enrollment.services.enrolment import enrol_county
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from premiums.models import FundEntry, Receipt, Reminder, Side
from premiums.selectors.fund import account_sums, accounts, movements, net_premiums, reminders
from premiums.services.funds import allocate_funds, confirm_receipt, pay_funds, reverse_entry
from premiums.services.reminders import remind_of_arrears
from premiums.services.statements import issue_statement
from tests.races import at_once
from tests.world import Party, World, insure_household, list_household

FINANCE = {Side.CITY: Role.CITY_FINANCE, Side.COUNTY: Role.COUNTY_FINANCE}


def stated(party: Party, persons: int = 2, on: datetime.date | None = None) -> None:
    """A statement of one household: 230 yuan for two persons, 115 a side in Lingchuan (5 : 5)."""
    insure_household(party, persons=persons)
    issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER], issued_on=on)


def pay(
    party: Party, side: Side, amount: str, document: str = "晋市财农〔2026〕8号", **more: object
) -> FundEntry:
    facts = {"on": timezone.localdate(), "actor": party[FINANCE[side]]} | more
    return pay_funds(
        agreement=party.agreement,
        side=side,
        amount=Decimal(amount),
        document=document,
        **facts,  # type: ignore[arg-type]
    )


def allocate(
    party: Party, side: Side, amount: str, document: str = "晋市财农〔2026〕7号", *, beyond_due: bool = False
) -> FundEntry:
    return allocate_funds(
        beyond_due=beyond_due,
        agreement=party.agreement,
        side=side,
        amount=Decimal(amount),
        document=document,
        on=timezone.localdate(),
        actor=party[FINANCE[side]],
    )


def test_due_allocated_and_paid_stand_apart_for_each_side(world: World) -> None:
    stated(world.own)
    allocate(world.own, Side.CITY, "100")
    pay(world.own, Side.CITY, "90.50")
    pay(world.own, Side.COUNTY, "115")

    city, county = accounts(world.own.agreement)

    assert (city.due, city.allocated, city.paid, city.arrears) == (
        115,
        100,
        Decimal("90.50"),
        Decimal("24.50"),
    )
    assert (city.held, city.unconfirmed) == (Decimal("9.50"), Decimal("90.50"))
    assert (county.due, county.allocated, county.paid, county.arrears) == (115, 0, 115, 0)
    acts = AuditRecord.objects.filter(act__in=("allocate_funds", "pay_funds")).order_by("pk")
    assert [record.act for record in acts] == ["allocate_funds", "pay_funds", "pay_funds"]
    assert acts[1].facts == {"side": "city", "amount": "90.50", "document": "晋市财农〔2026〕8号"}


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("role", list(Role))
def test_each_side_is_paid_by_its_own_finance_alone(world: World, side: Side, role: Role) -> None:
    stated(world.own)
    if role == FINANCE[side]:
        assert pay(world.own, side, "1", actor=world.own[role]).side == side
        return
    with pytest.raises(PermissionDenied):
        pay(world.own, side, "1", actor=world.own[role])


def test_another_countys_finance_pays_nothing_here(world: World) -> None:
    stated(world.own)
    with pytest.raises(PermissionDenied):
        pay(world.own, Side.COUNTY, "1", actor=world.foreign[Role.COUNTY_FINANCE])


def test_more_than_is_due_is_paid_only_when_it_is_meant(world: World) -> None:
    stated(world.own)
    pay(world.own, Side.COUNTY, "100")
    with pytest.raises(Refused, match=r"15\.00") as refusal:
        pay(world.own, Side.COUNTY, "15.01", "另文")
    assert refusal.value.field == "beyond_due"
    pay(world.own, Side.COUNTY, "15.01", "另文", beyond_due=True)
    assert accounts(world.own.agreement)[1].arrears == Decimal("-0.01")


def test_more_than_is_due_is_allocated_only_when_it_is_meant(world: World) -> None:
    stated(world.own)
    allocate(world.own, Side.CITY, "100")
    with pytest.raises(Refused, match=r"0\.01") as refusal:
        allocate(world.own, Side.CITY, "15.01", "另文")
    assert refusal.value.field == "beyond_due"
    allocate(world.own, Side.CITY, "15", "另文")
    allocate(world.own, Side.CITY, "0.01", "再文", beyond_due=True)
    assert accounts(world.own.agreement)[0].to_allocate == Decimal("-0.01")


def test_the_accounts_of_each_side_and_of_both_add_up(world: World) -> None:
    stated(world.own)
    stated(world.foreign, persons=1)
    pay(world.own, Side.CITY, "90.50")
    pay(world.foreign, Side.COUNTY, "20.25")
    every = [
        *accounts(world.own.agreement),
        *accounts(world.foreign.agreement),
    ]

    city, county, both = account_sums(every)

    assert [one.side for one in (city, county, both)] == [Side.CITY, Side.COUNTY, None]
    assert (city.due, county.due, both.due) == (115 + 39, 115 + 91, 360)
    assert (city.paid, county.paid, both.paid) == (Decimal("90.50"), Decimal("20.25"), Decimal("110.75"))
    assert both.arrears == both.due - both.paid
    assert both.unconfirmed == both.paid
    assert account_sums([])[-1].due == 0


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": "1000000000"}, "amount"),
        ({"document": "  "}, "document"),
        ({"document": "长" * 61}, "document"),
        ({"on": timezone.localdate() + datetime.timedelta(days=1)}, "on"),
        ({"on": datetime.date(2020, 1, 1)}, "on"),
    ],
)
def test_a_payment_that_makes_no_sense_is_refused_at_its_field(
    world: World, facts: dict[str, object], field: str
) -> None:
    stated(world.own)
    with pytest.raises(Refused) as refusal:
        pay(world.own, Side.CITY, **({"amount": "1", "beyond_due": True} | facts))  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert not FundEntry.objects.filter(kind="paid").exists()


def test_the_same_document_is_booked_once_even_when_sent_four_times(live_world: World) -> None:
    stated(live_world.own)
    results = at_once(lambda number: pay(live_world.own, Side.CITY, "50"), 4)
    assert [type(result) for result in results].count(Refused) == 3
    assert accounts(live_world.own.agreement)[0].paid == 50


def test_a_reversal_takes_back_exactly_and_once(world: World) -> None:
    stated(world.own)
    wrong = pay(world.own, Side.CITY, "90")
    with pytest.raises(Refused) as refusal:
        reverse_entry(entry=wrong, reason=" ", actor=world.own[Role.CITY_FINANCE])
    assert refusal.value.field == "reason"
    with pytest.raises(PermissionDenied):
        reverse_entry(entry=wrong, reason="金额有误", actor=world.own[Role.COUNTY_FINANCE])

    back = reverse_entry(entry=wrong, reason="金额有误", actor=world.own[Role.CITY_FINANCE])

    assert (back.amount, back.reverses, back.reason) == (-90, wrong, "金额有误")
    assert accounts(world.own.agreement)[0].paid == 0
    for entry in (wrong, back, FundEntry.objects.filter(kind="due", side="city").get()):
        with pytest.raises(Refused):
            reverse_entry(entry=entry, reason="再次", actor=world.own[Role.CITY_FINANCE])
    pay(world.own, Side.CITY, "90")
    assert accounts(world.own.agreement)[0].paid == 90


def test_the_database_knows_no_reversal_that_is_not_the_opposite(world: World) -> None:
    stated(world.own)
    paid = pay(world.own, Side.CITY, "90")
    facts = {
        "agreement": paid.agreement,
        "policy_year_id": paid.policy_year_id,
        "county_id": paid.county_id,
        "side": "city",
        "kind": "paid",
        "on": paid.on,
        "reason": "错",
        "reverses": paid,
        "booked_by": paid.booked_by,
    }
    for wrong in ({"amount": -89}, {"amount": -90, "side": "county"}, {"amount": -90, "kind": "allocated"}):
        with pytest.raises(IntegrityError, match="exact opposite"), transaction.atomic():
            FundEntry.objects.create(**facts | wrong)


def test_what_the_insurer_received_stands_beside_what_was_paid(world: World) -> None:
    stated(world.own)
    entry = pay(world.own, Side.CITY, "90")
    reviewer, today = world.own[Role.REVIEWER], timezone.localdate()
    with pytest.raises(Refused) as refusal:
        confirm_receipt(entry=entry, amount=Decimal("89.50"), on=today, actor=reviewer)
    assert refusal.value.field == "note"
    confirm_receipt(entry=entry, amount=Decimal("89.50"), on=today, note="扣手续费", actor=reviewer)
    (movement,) = movements(world.own.agreement, kind="paid")
    assert movement.differs
    assert accounts(world.own.agreement)[0].unconfirmed == Decimal("0.50")

    confirm_receipt(entry=entry, amount=Decimal(90), on=today, actor=reviewer)

    (movement,) = movements(world.own.agreement, kind="paid")
    assert not movement.differs
    account = accounts(world.own.agreement)[0]
    assert (account.paid, account.received, account.unconfirmed) == (90, 90, 0)
    assert Receipt.objects.count() == 2
    for actor in (world.own[Role.ADJUSTER], world.own[Role.CITY_FINANCE], world.foreign[Role.REVIEWER]):
        with pytest.raises(PermissionDenied):
            confirm_receipt(entry=entry, amount=Decimal(90), on=today, actor=actor)


def test_what_was_reversed_is_not_received(world: World) -> None:
    stated(world.own)
    entry = pay(world.own, Side.CITY, "90")
    today, reviewer = timezone.localdate(), world.own[Role.REVIEWER]
    confirm_receipt(entry=entry, amount=Decimal(90), on=today, actor=reviewer)
    back = reverse_entry(entry=entry, reason="退回", actor=world.own[Role.CITY_FINANCE])
    assert accounts(world.own.agreement)[0].received == 0
    for wrong in (entry, back):
        with pytest.raises(Refused):
            confirm_receipt(entry=wrong, amount=Decimal(90), on=today, note="x", actor=reviewer)


def test_received_premium_counts_what_insurers_confirmed_up_to_the_day(world: World) -> None:
    PolicyTerm.objects.create(
        policy_year=world.year, name="net_premium_basis", value="received", source="晋市乡振中心〔2026〕1号"
    )
    stated(world.own)
    agreement, today = world.own.agreement, timezone.localdate()
    yesterday = today - datetime.timedelta(days=1)
    first = pay(world.own, Side.CITY, "90", on=yesterday)
    second = pay(world.own, Side.COUNTY, "100", on=yesterday)
    assert net_premiums([agreement]) == {}

    confirm_receipt(entry=first, amount=Decimal(90), on=yesterday, actor=world.own[Role.REVIEWER])
    confirm_receipt(entry=second, amount=Decimal(100), on=today, actor=world.own[Role.REVIEWER])

    assert net_premiums([agreement]) == {agreement.pk: 190}
    assert net_premiums([agreement, world.foreign.agreement], until=yesterday) == {agreement.pk: 90}


def test_payments_settle_the_oldest_due_first(world: World) -> None:
    today = timezone.localdate()
    spring, summer = today - datetime.timedelta(days=100), today - datetime.timedelta(days=40)
    stated(world.own, on=spring)
    list_household(world.own, persons=5)
    enrol_county(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])
    issue_statement(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER], issued_on=summer)
    pay(world.own, Side.CITY, "100")
    pay(world.own, Side.COUNTY, "200")

    city, county = accounts(world.own.agreement)

    assert city.unpaid == ((spring, Decimal("15.00")), (summer, Decimal("265.00")))
    assert (city.arrears, city.days_unpaid) == (280, 100)
    assert county.unpaid == ((summer, Decimal("180.00")),)
    assert accounts(world.own.agreement, until=spring)[0].unpaid == ((spring, Decimal("115.00")),)


def test_the_ledger_runs_each_sides_balance_through_every_entry(world: World) -> None:
    stated(world.own)
    allocate(world.own, Side.CITY, "120", beyond_due=True)
    wrong = pay(world.own, Side.CITY, "80")
    reverse_entry(entry=wrong, reason="错记", actor=world.own[Role.CITY_FINANCE])
    pay(world.own, Side.CITY, "70")
    pay(world.own, Side.COUNTY, "15")

    city = movements(world.own.agreement, side="city")

    assert [(row.entry.kind, row.owed, row.held) for row in city] == [
        ("due", 115, 0),
        ("allocated", 115, 120),
        ("paid", 35, 40),
        ("paid", 115, 120),
        ("paid", 45, 50),
    ]
    assert [row.stands for row in city] == [True, True, False, False, True]
    assert [row.owed for row in movements(world.own.agreement, side="county", kind="paid")] == [100]
    assert city[-1].owed == accounts(world.own.agreement)[0].arrears


def test_who_owes_is_reminded_once_a_month(world: World) -> None:
    today = timezone.localdate()
    stated(world.own, on=today - datetime.timedelta(days=40))
    pay(world.own, Side.COUNTY, "115")
    agreement = world.own.agreement.pk

    (reminder,) = remind_of_arrears(agreement_id=agreement)
    assert (reminder.side, reminder.arrears) == ("city", 115)
    assert remind_of_arrears(agreement_id=agreement) == []
    next_month = (today.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
    assert len(remind_of_arrears(agreement_id=agreement, today=next_month)) == 1

    assert reminders(world.own[Role.CITY_FINANCE]).count() == 2
    assert reminders(world.own[Role.CITY_OFFICER]).count() == 2
    for blind in (Role.COUNTY_FINANCE, Role.REVIEWER, Role.ADMINISTRATOR):
        assert reminders(world.own[blind]).count() == 0
    pay(world.own, Side.CITY, "115")
    later = (next_month + datetime.timedelta(days=40)).replace(day=1)
    assert remind_of_arrears(agreement_id=agreement, today=later) == []


def test_what_became_due_this_month_reminds_nobody_yet(world: World) -> None:
    stated(world.own)
    assert remind_of_arrears(agreement_id=world.own.agreement.pk) == []
    assert not Reminder.objects.exists()


def test_a_reminder_goes_by_mail_to_those_who_pay_for_that_side(live_world: World) -> None:
    for role, address in (
        (Role.CITY_FINANCE, "city@example.org"),
        (Role.COUNTY_FINANCE, "county@example.org"),
    ):
        user = live_world.own[role]
        user.email = address
        user.save()
    stated(live_world.own, on=timezone.localdate() - datetime.timedelta(days=40))
    pay(live_world.own, Side.CITY, "115")

    remind_of_arrears(agreement_id=live_world.own.agreement.pk)

    (sent,) = mail.outbox
    assert sent.to == ["county@example.org"]
    assert "115.00" in sent.body
