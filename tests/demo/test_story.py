"""The demo's year, told in small: every county stands where its story wants it, and the ledgers agree."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db.models import Sum

from claims.models import BenefitYear, Claim, Decision, LossEntry, Payment
from demo.people import make_households
from demo.story import BANK_FEE, TARGETS
from enrollment.models import Agreement, PayeeAccount, RosterPerson
from jincheng_insurance.access.models import User
from jincheng_insurance.web.workbench import waiting_for
from premiums.models import FundEntry, Receipt
from riskpool.models import Alert, Duty
from riskpool.selectors.ratio import pool_figures
from tests.clock import Clock


def every_county_stands_where_the_story_wants_it() -> None:
    told = Agreement.objects.exclude(insured_households=None).select_related("county")
    for figures in pool_figures(told):
        assert figures.ratio.percent is not None
        assert abs(figures.ratio.percent - TARGETS[str(figures.agreement.county.code)]) < 5


@pytest.mark.django_db
def test_the_demo_tells_its_year_through_the_services(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch).set(2026, 11, 20)
    call_command("load_demo", persons=800)

    every_county_stands_where_the_story_wants_it()
    assert set(Alert.objects.values_list("county__code", "level")) >= {("140524", 120), ("140581", 100)}
    fired = Alert.objects.filter(county__code="140524").order_by("level").values_list("fired_at", flat=True)
    assert sorted(set(fired)) == list(fired), "each level was passed on a day of its own"
    reports = Duty.objects.filter(kind="special_report").values_list("county__code", "state")
    assert {("140524", "returned"), ("140581", "received"), ("140522", "owed")} <= set(reports)
    assert Duty.objects.get(county__code="140581", kind="investigation").handed_in_late
    paid = LossEntry.objects.filter(kind="payment").aggregate(sum=Sum("amount"))["sum"]
    assert paid == Payment.objects.aggregate(sum=Sum("amount"))["sum"]
    granted = BenefitYear.objects.aggregate(sum=Sum("inpatient_granted"))["sum"]
    assert granted == Decision.objects.aggregate(sum=Sum("inpatient"))["sum"]
    reserves = LossEntry.objects.filter(kind="reserve", claim__state="closed").aggregate(sum=Sum("amount"))[
        "sum"
    ]
    assert reserves == Decimal(0)
    assert {"assessing", "submitted", "approved", "closed"} <= set(
        Claim.objects.values_list("state", flat=True)
    )

    received = dict(Receipt.objects.values_list("entry__county__code").annotate(Sum("amount")))
    paid_in = dict(FundEntry.objects.filter(kind="paid").values_list("county__code").annotate(Sum("amount")))
    assert paid_in["140581"] - received["140581"] == BANK_FEE
    assert received["140522"] == paid_in["140522"]
    assert received["140524"] < paid_in["140524"]

    city = User.objects.get(username="city")
    assert {each.work.name for each in waiting_for(city)} >= {"duties-to-receive", "suspensions-to-decide"}

    late = [each for each in waiting_for(User.objects.get(username="payer")) if each.overdue]
    assert late, "somebody has a payment to make that is overdue"

    assert set(PayeeAccount.objects.values_list("state", flat=True)) == {"proposed", "confirmed"}

    persons = RosterPerson.objects.count()
    call_command("load_demo", persons=800)
    assert RosterPerson.objects.count() == persons


@pytest.mark.django_db
def test_the_demo_can_be_told_when_the_year_has_hardly_begun(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch).set(2027, 1, 4)
    call_command("load_demo", persons=400)
    every_county_stands_where_the_story_wants_it()


def test_the_workbook_to_try_the_import_with_lists_other_households_than_the_story() -> None:
    codes = [
        {household.code for household in make_households(persons=200, counties=["140524"], after=after)}
        for after in (0, 500_000)
    ]
    assert not codes[0] & codes[1]
