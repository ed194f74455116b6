"""How cases may be written, and what a slip of the pen is answered with."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
import yaml

from jincheng_insurance.scheme.worked_case import CaseError, CaseResult, load_case, run_case

HEAD = {"title": "a case", "rules": ["R7"], "year": 2026}
VISIT = {"claim": "a", "care": "outpatient", "on": "2026-03-09", "self_pay": 1500}


def case(**parts: Any) -> dict[str, Any]:
    return HEAD | {"expect": {}} | parts


def computed(result: CaseResult, label: str) -> str:
    return next(line.computed for line in result.lines if line.label == label)


def test_amounts_never_pass_through_binary_floats() -> None:
    bill = load_case("{on: 2026-03-01, self_pay: 90.55, bill: 1e3, other: 0.10}")
    assert bill["self_pay"] == Decimal("90.55")
    assert bill["on"] == datetime.date(2026, 3, 1)
    pool = load_case(
        "{title: t, rules: [R20], year: 2026, expect: {pool: {alerts: [80]}},"
        " pool: {county: 140525, net_premium: 900000000000.07, paid: 720000000000.06, reserves: 0}}"
    )
    assert run_case(pool).ok


def test_a_float_that_another_loader_made_is_refused() -> None:
    with pytest.raises(CaseError, match=r"medical\[0\]\.self_pay: expected an exact amount"):
        run_case(case(medical=[VISIT | {"self_pay": 90.55}]))


def test_a_case_read_by_a_plain_loader_runs_although_on_is_a_truth_value_there() -> None:
    text = "{claim: a, care: outpatient, on: 2026-03-09, self_pay: 1500}"
    assert run_case(case(medical=[yaml.safe_load(text)], expect={"claims": {"a": 250}})).ok


@pytest.mark.parametrize("on", ["2026-03-09", datetime.date(2026, 3, 9)])
def test_days_are_dates_or_text(on: object) -> None:
    assert run_case(case(medical=[VISIT | {"on": on}], expect={"claims": {"a": "250.00"}})).ok


@pytest.mark.parametrize(
    "terms",
    [
        {"medical_rate": "60%", "alert_levels": [80, 100, 120], "carry_below": 80, "excess_above": "120%"},
        {"medical_rate": 60, "alert_levels": ["80%", "100%", "120%"], "carry_below": "80%"},
        {
            "medical_rate": Decimal("0.6"),
            "alert_levels": [Decimal("0.8"), 1, Decimal("1.2")],
            "carry_below": Decimal("0.8"),
            "excess_above": Decimal("1.2"),
        },
    ],
)
def test_rates_may_be_fractions_or_percentages(terms: dict[str, Any]) -> None:
    pool = {"county": "城区", "net_premium": 1000, "paid": 1300, "reserves": 0}
    expect = {"claims": {"a": 300}, "pool": {"alerts": [80, 100, 120], "excess": 100, "carry_forward": 0}}
    assert run_case(case(terms=terms, medical=[VISIT], pool=pool, expect=expect)).ok


@pytest.mark.parametrize("county", ["140521", 140521, "沁水县"])
def test_a_county_goes_by_name_or_code(county: object) -> None:
    premium = {"county": county, "households": 0, "persons": 10}
    assert run_case(case(premium=premium, expect={"premium": {"city": 300}})).ok


def test_a_household_may_be_written_in_lower_case_with_any_listing_date() -> None:
    for listed in (202603, "202603", "2026-03-01", datetime.date(2026, 3, 1)):
        household = {"category": "marginal", "listed_on": listed, "cover_from": "2026-03-01"}
        assert run_case(HEAD | {"household": household}).ok
        early = household | {"cover_from": "2026-02-28"}
        assert run_case(HEAD | {"household": early, "error": "R2"}).ok
        assert not run_case(HEAD | {"household": early}).ok


def test_a_wrong_figure_differs_and_all_others_stand() -> None:
    result = run_case(case(medical=[VISIT], expect={"claims": {"a": 251}, "year": {"outpatient": 250}}))
    assert not result.ok
    assert [line.label for line in result.lines if not line.ok] == ["claims a"]


def test_an_expected_refusal_that_does_not_come_is_not_right() -> None:
    parts = HEAD | {"medical": [VISIT], "error": "R5"}
    assert not run_case(parts).ok
    assert run_case(parts | {"medical": [VISIT | {"basic_insurance": "none"}]}).ok
    assert not run_case(parts | {"error": "R6", "medical": [VISIT | {"basic_insurance": "none"}]}).ok


def test_a_refusal_nobody_expected_is_not_right() -> None:
    assert not run_case(case(medical=[VISIT, {"reverse": "z"}])).ok


def test_without_net_premium_the_ratio_is_not_applicable() -> None:
    pool = {"county": "城区", "net_premium": 0, "paid": 1300, "reserves": 0}
    for text in ("not applicable", None, "n/a"):
        assert run_case(case(pool=pool, expect={"pool": {"ratio": text, "alerts": []}})).ok
    assert not run_case(case(pool=pool, expect={"pool": {"ratio": "0.00%"}})).ok


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"medcal": [], "medical": [VISIT]}, "case: unknown key medcal"),
        ({"medical": [VISIT | {"selfpay": 1}]}, r"medical\[0\]: unknown key selfpay"),
        ({"medical": [VISIT | {"bill": 1}]}, "unknown key bill"),
        ({"medical": [{"claim": "a", "on": "2026-01-01", "self_pay": 1}]}, "care is missing"),
        ({"medical": [VISIT | {"care": "dental"}]}, "one of inpatient, outpatient"),
        ({"medical": [VISIT | {"on": "March"}]}, "expected a day"),
        ({"medical": [VISIT | {"on": datetime.datetime(2026, 3, 9)}]}, "expected a day"),  # noqa: DTZ001
        ({"medical": [VISIT | {"self_pay": "much"}]}, "expected an exact amount"),
        ({"medical": [VISIT | {"self_pay": True}]}, "expected an exact amount"),
        ({"medical": [VISIT | {"self_pay": "NaN"}]}, "expected an exact amount"),
        ({"medical": [VISIT, VISIT]}, "already decided"),
        ({"medical": [{"claim": "a", "bills": []}]}, "at least one bill"),
        ({"medical": ["a"]}, "expected a mapping"),
        ({"medical": {"claim": "a"}}, "expected a list"),
        ({"property": [{"claim": "p"}]}, "assessed is missing"),
        ({"property": [{"claim": "p", "assessed": 1, "sign_offs": ["mayor"]}]}, "one of village"),
        ({"premium": {"county": "城区", "households": 1}}, "persons is missing"),
        ({"premium": {"county": "城区", "households": 1, "persons": Decimal("1.5")}}, "whole number"),
        ({"pool": {"county": "城区", "paid": 1, "reserves": 0}}, "net_premium is missing"),
        ({"terms": {"speed": 1}, "medical": [VISIT]}, "speed is not a parameter"),
        ({"terms": {"deductible_basis": "weekly"}, "medical": [VISIT]}, "weekly is not a possible value"),
        ({"medical": [VISIT], "expect": {"claims": {"b": 1}}}, "doesn't compute claims.b"),
        ({"medical": [VISIT], "expect": {"claims": 5}}, "expected a mapping"),
        ({"medical": [VISIT], "expect": {"claims": {"a": "x"}}}, "expected an exact amount"),
        ({"medical": [VISIT], "error": "R5"}, "expect or error, not both"),
        ({"medical": [VISIT], "rules": ["seven"]}, "is not a rule"),
        ({"medical": [VISIT], "year": "2026"}, "whole number"),
        ({}, "nothing to reckon"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_its_place(parts: dict[str, Any], message: str) -> None:
    with pytest.raises(CaseError, match=message):
        run_case(case(**parts))


def test_a_case_needs_its_head_and_something_expected() -> None:
    for name in ("title", "rules", "year"):
        with pytest.raises(CaseError, match=f"{name} is missing"):
            run_case({key: value for key, value in case(medical=[VISIT]).items() if key != name})
    with pytest.raises(CaseError, match="expect is missing"):
        run_case(HEAD | {"medical": [VISIT]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a",
        "a: [",
        "{a: 1, a: 2}",
        "{a: .nan}",
        "{a: .inf}",
        "{a: 2026-13-45}",
        "{a: !!python/object x}",
    ],
)
def test_what_is_no_case_is_refused(text: str) -> None:
    with pytest.raises(CaseError):
        load_case(text)


def test_a_year_outside_the_scheme_is_refused_by_its_rule() -> None:
    (line,) = run_case(case(year=2029, medical=[VISIT])).lines
    assert (line.rule, line.ok) == ("R17", False)


def test_the_same_invoice_twice_is_refused_within_one_claim_too() -> None:
    bill = {"care": "outpatient", "on": "2026-03-09", "self_pay": 1, "hospital": "甲医院", "invoice": 77}
    assert run_case(HEAD | {"medical": [{"claim": "a", "bills": [bill, bill]}], "error": "R10"}).ok


def test_a_year_tells_of_both_coverages_whichever_had_a_claim() -> None:
    loss = {"claim": "p", "assessed": 700}
    year = {"inpatient": 0, "outpatient": 0, "overpayment": 0}
    assert run_case(case(property=[loss], expect={"year": year | {"property": 700}})).ok
    assert run_case(case(medical=[VISIT], expect={"year": year | {"outpatient": 250, "property": 0}})).ok


def test_of_a_claim_decided_again_the_last_decision_is_expected() -> None:
    again = [VISIT, {"reverse": "a"}, VISIT | {"self_pay": 2000}]
    assert run_case(case(medical=again, expect={"claims": {"a": 500}})).ok
    assert not run_case(case(medical=again, expect={"claims": {"a": 250}})).ok


@pytest.mark.parametrize(
    ("text", "ok"), [("80.00%", True), ("80%", True), ("80.01%", False), ("eighty", False)]
)
def test_a_ratio_is_compared_as_it_is_shown(text: str, ok: bool) -> None:
    pool = {"county": "城区", "net_premium": 1000000, "paid": "800000.01", "reserves": 0}
    assert run_case(case(pool=pool, expect={"pool": {"ratio": text}})).ok is ok
