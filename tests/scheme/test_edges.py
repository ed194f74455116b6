"""Where a rule turns: the day, the yuan or the share at which its answer changes."""

import datetime
from decimal import Decimal

import pytest

from jincheng_insurance.scheme.arrears import unpaid_dues
from jincheng_insurance.scheme.cover import Category
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.identity import check_identity_number, problem
from jincheng_insurance.scheme.loss_ratio import LossRatio, duties, net_premium, payable
from jincheng_insurance.scheme.medical import Bill, Care, check_invoices
from jincheng_insurance.scheme.money import (
    AmountError,
    Ratio,
    Shares,
    apportion,
    check_amount,
    split,
    to_yuan,
)
from jincheng_insurance.scheme.premium import Budget, budget, budget_use
from jincheng_insurance.scheme.settlement import Movement, Settlement, final_refund, offset
from jincheng_insurance.scheme.terms import Terms, default_terms
from tests.scheme.strategies import TERMS

DAYS = [datetime.date(2026, month, 1) for month in (1, 4, 7, 10)]
DUES = [(DAYS[2], Decimal(300)), (DAYS[0], Decimal(700)), (DAYS[1], Decimal("0.50"))]


@pytest.mark.parametrize(
    ("settled", "left"),
    [
        (0, [(DAYS[0], 700), (DAYS[1], Decimal("0.50")), (DAYS[2], 300)]),
        (700, [(DAYS[1], Decimal("0.50")), (DAYS[2], 300)]),
        (Decimal("700.25"), [(DAYS[1], Decimal("0.25")), (DAYS[2], 300)]),
        (1000, [(DAYS[2], Decimal("0.50"))]),
        (2000, []),
        (-50, [(DAYS[0], 700), (DAYS[1], Decimal("0.50")), (DAYS[2], 300)]),
    ],
)
def test_what_is_paid_settles_the_oldest_due_first(
    settled: Decimal | int, left: list[tuple[datetime.date, Decimal]]
) -> None:
    assert unpaid_dues(DUES, Decimal(settled)) == tuple(left)


def test_a_refund_settles_as_a_payment_does_whenever_it_came() -> None:
    refunded = [(DAYS[3], Decimal(-200)), (DAYS[0], Decimal(-1)), (DAYS[1], Decimal(0))]
    assert unpaid_dues([*DUES, *refunded], Decimal(600)) == ((DAYS[2], Decimal("199.50")),)


def test_nothing_is_payable_while_payments_are_suspended() -> None:
    assert payable(approved=Decimal("1250.5"), suspended=False) == Decimal("1250.50")
    assert payable(approved=Decimal("1250.5"), suspended=True) == 0


def test_the_denominator_is_what_is_due_less_refunds_or_what_was_received() -> None:
    received = TERMS.with_changes({"net_premium_basis": "received"})
    money = {"due": Decimal(1000), "refunded": Decimal(130), "received": Decimal(500)}
    assert (net_premium(terms=TERMS, **money), net_premium(terms=received, **money)) == (870, 500)


def test_what_may_still_be_incurred_is_told_exactly() -> None:
    ratio = LossRatio(incurred=Decimal("800000.01"), net_premium=Decimal(1000000))
    assert [ratio.distance(level) for level in (80, 100)] == [Decimal("-0.01"), Decimal("199999.99")]
    none = LossRatio(incurred=Decimal(1), net_premium=Decimal(0))
    assert (none.distance(80), none.percent, none.exceeds(0), none.applicable) == (None, None, False, False)


def test_who_reports_to_whom_at_which_level() -> None:
    assert [
        (duty.level, duty.code, duty.owner, duty.to, duty.working_days) for duty in duties(terms=TERMS)
    ] == [
        (80, "special_report", "insurer", ("county_rural_revitalization", "county_finance"), 5),
        (100, "investigation", "county", ("city_rural_revitalization", "city_finance"), 10),
        (120, "government_share", "government", (), None),
    ]
    assert len(duties(terms=TERMS.with_changes({"alert_levels": [70, 80, 90, 100]}))) == 3
    assert len(duties(terms=TERMS.with_changes({"alert_levels": [70]}))) == 1


@pytest.mark.parametrize(
    ("value", "right"),
    [
        (10**15, True),
        (10**15 + 1, False),
        (-(10**15), True),
        ("0.000000001", True),
        ("0.0000000001", False),
        ("0e-12", True),
    ],
)
def test_an_amount_may_be_as_large_and_as_fine_as_can_be_reckoned_exactly(
    value: int | str, right: bool
) -> None:
    if right:
        assert to_yuan(value) == Decimal(value)
    else:
        with pytest.raises(AmountError, match="too large or too fine"):
            to_yuan(value)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (True, "True is a bool, not an exact amount"),
        ("NaN", "'NaN' is not a finite amount"),
        ("much", "'much' is not an amount in yuan"),
    ],
)
def test_what_is_no_amount_is_told(value: object, says: str) -> None:
    with pytest.raises(AmountError) as refused:
        to_yuan(value)  # type: ignore[arg-type]
    assert str(refused.value) == says


def test_money_that_moved_is_in_whole_fen_and_not_negative() -> None:
    assert check_amount("0") == 0
    assert str(check_amount(Decimal("5.100"))) == "5.10"
    for value, says in (("-0.01", "-0.01 is negative"), ("0.001", "0.001 is not an amount in whole fen")):
        with pytest.raises(AmountError) as refused:
            check_amount(value)
        assert str(refused.value) == says


def test_a_side_may_bear_everything_or_nothing() -> None:
    assert split(Decimal(7), Ratio(0, 1)) == Shares(Decimal(0), Decimal(7))
    assert split(Decimal(7), Ratio(1, 0)) == Shares(Decimal(7), Decimal(0))
    for parts in ((0, -1), (-1, 0), (0, 0)):
        with pytest.raises(ValueError, match=f"{parts[0]} : {parts[1]} is no ratio"):
            Ratio(*parts)
    assert apportion(Decimal(0), [Decimal(0), Decimal(0)]) == (0, 0)
    assert apportion(Decimal(10), [Decimal(0), Decimal(1)]) == (0, 10)


def test_a_budget_warns_from_each_level_on_for_either_count() -> None:
    planned = Budget(100, 300)
    counts = [(89, 269), (90, 0), (0, 270), (99, 299), (100, 0), (0, 300), (500, 0)]
    uses = [budget_use(budget=planned, households=homes, persons=people) for homes, people in counts]
    assert [use.warning for use in uses] == [0, 90, 90, 90, 100, 100, 100]
    assert (uses[0].households, uses[0].persons, uses[0].budget) == (89, 269, planned)
    nobody = Budget(0, 0)
    assert budget_use(budget=nobody, households=0, persons=0).warning == 0
    assert budget_use(budget=nobody, households=1, persons=0).warning == 100
    assert budget(terms=TERMS, households=6, persons=7) == Budget(0, 1)


def test_a_carry_forward_is_set_off_no_further_than_what_is_owed() -> None:
    small = offset(due=Shares(Decimal(300), Decimal(700)), carry=Decimal("0.01"))
    assert (small.used, small.left) == (Shares(Decimal(0), Decimal("0.01")), 0)
    large = offset(due=Shares(Decimal(300), Decimal(700)), carry=Decimal(1200))
    assert (large.used, large.owed, large.left) == (
        Shares(Decimal(300), Decimal(700)),
        Shares(Decimal(0), Decimal(0)),
        200,
    )
    one_side = offset(due=Shares(Decimal(-5), Decimal(700)), carry=Decimal(100))
    assert (one_side.used, one_side.owed) == (
        Shares(Decimal(0), Decimal(100)),
        Shares(Decimal(-5), Decimal(600)),
    )
    none = offset(due=Shares(Decimal(-5), Decimal(0)), carry=Decimal(100))
    assert (none.used, none.left) == (Shares(Decimal(0), Decimal(0)), 100)


def test_what_is_left_at_the_end_goes_to_those_who_paid() -> None:
    assert final_refund(left=Decimal(100), contributed=Shares(Decimal(-1), Decimal(5))) == Shares(
        Decimal(0), Decimal(100)
    )
    assert final_refund(left=Decimal(0), contributed=Shares(Decimal(0), Decimal(0))) == Shares(
        Decimal(0), Decimal(0)
    )


def test_a_movement_tells_whether_it_moves_anything() -> None:
    nothing, one = Shares(Decimal(0), Decimal(0)), Decimal("0.01")
    assert not Movement(nothing, nothing)
    for shares in (Shares(one, -one), Shares(-one, one), Shares(one, Decimal(0)), Shares(Decimal(0), one)):
        assert Movement(shares, nothing)
        assert Movement(nothing, shares)
    left = Movement(Shares(Decimal(5), Decimal(7)), Shares(Decimal(11), Decimal(13))).less(
        Movement(Shares(Decimal(1), Decimal(2)), Shares(Decimal(3), Decimal(4)))
    )
    assert left == Movement(Shares(Decimal(4), Decimal(5)), Shares(Decimal(8), Decimal(9)))
    with pytest.raises(KeyError, match="B"):
        Settlement(2026, ()).line("B")


def test_invoices_are_compared_by_hospital_and_number_together() -> None:
    day = datetime.date(2026, 5, 1)

    def bill(hospital: str, invoice: str) -> Bill:
        return Bill.of_self_pay(
            care=Care.INPATIENT, on=day, self_pay=Decimal(1), hospital=hospital, invoice=invoice
        )

    check_invoices(
        standing=[bill("甲", "a7"), bill("甲", "")], new=[bill("乙", "a7"), bill("甲", "a8"), bill("甲", "")]
    )


@pytest.mark.parametrize(
    ("text", "today", "code"),
    [
        ("110101199003070177", datetime.date(1990, 3, 7), None),
        ("110101199003070177", datetime.date(1990, 3, 6), "birth_in_future"),
        ("11010119900307017", None, "length"),
        ("1101011990030701777", None, "length"),
        ("11010119900307017x", None, "characters"),
        ("11010119900307017Ｘ", None, "characters"),
        ("1101011990030７0177", None, "characters"),
        ("X10101199003070177", None, "characters"),
        ("110101199013070177", None, "birth_date"),
        ("110101189912310170", None, "birth_date"),
        ("110101199003070178", None, "check_digit"),
    ],
)
def test_an_identity_number_is_wrong_in_one_way(
    text: str, today: datetime.date | None, code: str | None
) -> None:
    assert problem(text, today=today) == code


def test_an_identity_number_tells_its_bearer_s_sex_and_county() -> None:
    man = check_identity_number("110101199003070177", today=None)
    assert man == ("110101199003070177", datetime.date(1990, 3, 7), "male", "110101")
    assert check_identity_number("140524194910011225", today=None).sex == "female"
    assert [problem(text) for text in ("110101190001010014", "11010118991231001X")] == [None, "birth_date"]


def test_a_category_goes_by_its_name_in_any_case_and_by_no_other() -> None:
    assert Category("marginal") is Category.MARGINAL
    for wrong in ("MARGINALS", 1, None):
        with pytest.raises(ValueError, match="is not a valid Category"):
            Category(wrong)


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        ({"inpatient_deductible": 0}, 0),
        ({"inpatient_deductible": "0.50"}, Decimal("0.50")),
        ({"medical_rate": 1}, 1),
        ({"medical_rate": "1.5"}, Decimal("0.015")),
        ({"medical_rate": " 50 ％ "}, Decimal("0.5")),
        ({"medical_rate": 0}, 0),
        ({"carry_below": 10}, 10),
        ({"carry_below": 11}, Decimal("0.11")),
        ({"carry_below": 80}, Decimal("0.8")),
        ({"excess_above": "1000%"}, 10),
        ({"alert_levels": ["80%", 1, "1.2"]}, (80, 100, 120)),
        ({"report_days": [0, 7]}, (0, 7)),
        ({"posting_days": 0}, 0),
        ({"perils": ("storm",)}, ("storm",)),
        ({"closing_day": "12-31"}, "12-31"),
    ],
)
def test_a_ruling_is_read_as_it_is_meant(changes: dict[str, object], read: object) -> None:
    (name,) = changes
    assert getattr(TERMS.with_changes(changes), name) == read


@pytest.mark.parametrize(
    "changes",
    [
        {"carry_below": "1001%"},
        {"excess_above": "1000.1%"},
        {"medical_rate": "100.1%"},
        {"medical_rate": 0.5},
        {"perils": ["storm", 1]},
        {"closing_day": "3-31"},
        {"closing_day": "03-310"},
        {"alert_levels": ["80.5%", 90]},
        {"midyear_premium": ["full"]},
    ],
)
def test_a_ruling_just_outside_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(RuleError, match="R8"):
        TERMS.with_changes(changes)


def test_stored_terms_that_lack_a_parameter_have_its_default() -> None:
    data = TERMS.with_changes({"medical_rate": "0.6"}).to_data()
    del data["payment_days"]
    read = Terms.from_data(data)
    assert (read.medical_rate, read.payment_days, read.year) == (Decimal("0.6"), 10, 2026)
    assert default_terms(2027).closes_on == datetime.date(2028, 3, 31)
