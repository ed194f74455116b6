"""Cover, terms, counties, amounts and refusals: the ground the rules stand on."""

import datetime
import json
import pickle
import re
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import jincheng_insurance.scheme
from jincheng_insurance.scheme.breakdown import STAGE_CODES, Breakdown, Stage
from jincheng_insurance.scheme.cover import Category, check_cover, cover_of, earliest_cover, first_of_month
from jincheng_insurance.scheme.errors import RULE_ERROR_CODES, RuleError, rule_of
from jincheng_insurance.scheme.money import AmountError, Ratio, apportion, fen, to_yuan
from jincheng_insurance.scheme.regions import COUNTIES, city_county_ratio
from jincheng_insurance.scheme.terms import PARAMETERS, Terms, default_terms

SOURCES = [
    file.read_text(encoding="utf-8") for file in Path(jincheng_insurance.scheme.__path__[0]).glob("*.py")
]
monitored = st.sampled_from([Category.MARGINAL, Category.SEVERE_DIFFICULTY])
days = st.dates(datetime.date(2024, 1, 1), datetime.date(2029, 12, 31))


@given(monitored, days, days)
def test_no_cover_before_the_listing_or_outside_the_year(
    category: Category, listed: datetime.date, begins: datetime.date
) -> None:
    def check() -> None:
        check_cover(category=category, listed_on=listed, cover_from=begins, year=2026)

    if begins >= listed and begins.year == 2026:
        check()
        assert earliest_cover(category=category, listed_on=listed, year=2026) <= begins
    else:
        with pytest.raises(RuleError) as refused:
            check()
        assert refused.value.rule == ("R2" if begins < listed else "R3")


@pytest.mark.parametrize("listed", [None, datetime.date(2027, 1, 1)])
def test_who_is_not_listed_in_the_year_has_no_earliest_cover(listed: datetime.date | None) -> None:
    with pytest.raises(RuleError, match="R2"):
        earliest_cover(category=Category.MARGINAL, listed_on=listed, year=2026)
    first = earliest_cover(category=Category.OUT_OF_POVERTY, listed_on=listed, year=2026)
    assert first == datetime.date(2026, 1, 1)


@pytest.mark.parametrize(
    "text", ["", "2026", "202613", "20260230", "March", "2026/03", None, True, "２０２６０３"]
)
def test_a_listing_date_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(RuleError) as refused:
        first_of_month(text)
    assert refused.value.code == "listing_unreadable"


def test_cover_ends_on_delisting_only_where_ruled() -> None:
    began, left = datetime.date(2026, 3, 1), datetime.date(2026, 6, 30)
    ruled = default_terms(2026).with_changes({"cover_ends_on_delisting": True})
    assert cover_of(terms=default_terms(2026), cover_from=began, delisted_on=left).ends.month == 12
    assert cover_of(terms=ruled, cover_from=began, delisted_on=left).ends == left
    assert cover_of(terms=ruled, cover_from=began).ends == datetime.date(2026, 12, 31)
    assert cover_of(terms=ruled, cover_from=began, delisted_on=datetime.date(2026, 1, 5)).ends == began


def test_an_unknown_category_is_none() -> None:
    with pytest.raises(ValueError, match="rich"):
        Category("rich")


@pytest.mark.parametrize("year", [2025, 2029, True, "2026", None])
def test_there_are_terms_for_the_scheme_s_years_alone(year: int) -> None:
    with pytest.raises(RuleError) as refused:
        default_terms(year)
    assert refused.value.code == "year_outside_scheme"
    assert [default_terms(right).year for right in (2026, 2027, 2028)] == [2026, 2027, 2028]


def test_the_document_s_figures_are_the_defaults() -> None:
    data = default_terms(2026).to_data()
    figures = {
        "inpatient_deductible": "2000.00",
        "outpatient_deductible": "1000.00",
        "medical_rate": "0.5",
        "inpatient_cap": "20000.00",
        "outpatient_cap": "10000.00",
        "property_cap": "20000.00",
        "person_premium": "100.00",
        "household_premium": "30.00",
        "monitored_share": "0.08",
        "alert_levels": [80, 100, 120],
        "carry_below": "0.8",
        "excess_above": "1.2",
    }
    assert {name: data[name] for name in figures} == figures


def test_every_figure_of_the_terms_has_rule_source_and_unit() -> None:
    assert set(PARAMETERS) == {term.name for term in fields(Terms)} - {"year"}
    for parameter in PARAMETERS.values():
        assert re.fullmatch(r"R\d{1,2}", parameter.rule)
        assert re.fullmatch(r"§\d(\(\d\))?", parameter.source)
        assert parameter.unit


def test_what_the_document_leaves_open_is_a_parameter() -> None:
    assert {name for name, parameter in PARAMETERS.items() if not parameter.fixed} == {
        "deductible_basis", "charity_deducted", "perils", "fire_covered", "midyear_premium",
        "cover_ends_on_delisting", "net_premium_basis", "report_days", "settlement_level", "closing_day",
        "payment_days", "posting_days",
    }  # fmt: skip


def test_terms_survive_being_stored() -> None:
    changes = {
        "deductible_basis": "per_visit", "charity_deducted": True, "perils": ["storm"], "fire_covered": True,
        "midyear_premium": "pro_rata", "net_premium_basis": "received", "report_days": [3, 7],
        "settlement_level": "insurer", "closing_day": "04-30", "payment_days": 5, "posting_days": 7,
        "medical_rate": "55%", "inpatient_cap": "25000", "alert_levels": [70, 90], "cover_ends_on_delisting": True,
    }  # fmt: skip
    terms = default_terms(2027).with_changes(changes)
    assert terms.closes_on == datetime.date(2028, 4, 30)
    assert Terms.from_data(json.loads(json.dumps(terms.to_data()))) == terms
    assert terms != default_terms(2027)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("inpatient_cap", -1), ("inpatient_cap", 20000.5), ("inpatient_cap", "NaN"), ("medical_rate", "101%"),
        ("medical_rate", "half"), ("medical_rate", -1), ("alert_levels", 80), ("alert_levels", [100, 80]),
        ("alert_levels", [80, 80]), ("alert_levels", ["80.5%"]), ("deductible_basis", "monthly"),
        ("deductible_basis", None), ("charity_deducted", "yes"), ("perils", "storm"), ("perils", [""]),
        ("report_days", [-1]), ("report_days", 5), ("payment_days", True), ("payment_days", -1),
        ("closing_day", "02-30"), ("closing_day", "31 March"), ("closing_day", 331), ("speed", 1), ("year", 2027),
    ],
)  # fmt: skip
def test_a_ruling_that_cannot_be_meant_is_refused(name: str, value: object) -> None:
    with pytest.raises(RuleError) as refused:
        default_terms(2026).with_changes({name: value})
    assert refused.value.code in ("term_value", "unknown_term")


def test_six_counties_bear_as_the_document_says() -> None:
    ratios = {county.name: str(county.ratio) for county in COUNTIES}
    half, third = "5 : 5", "3 : 7"
    assert ratios == {
        "城区": half, "陵川县": half, "沁水县": third, "阳城县": third, "泽州县": third, "高平市": third,
    }  # fmt: skip
    assert all(city_county_ratio(county.code) == city_county_ratio(county.name) for county in COUNTIES)
    for unknown in ("140500", "太原市", ""):
        with pytest.raises(RuleError, match="R15"):
            city_county_ratio(unknown)


@pytest.mark.parametrize(
    "value",
    [0.5, True, None, "NaN", "Infinity", "-inf", "1,5", "", Decimal("sNaN"), 10**16, Decimal("1e-12"), b"1"],
)
def test_what_is_no_exact_amount_is_refused(value: object) -> None:
    with pytest.raises(AmountError):
        to_yuan(value)  # type: ignore[arg-type]


def test_amounts_are_read_exactly_and_rounded_away_from_zero() -> None:
    assert str(to_yuan("12.345")) == "12.345"
    assert str(to_yuan("7")) == "7.00"
    assert [str(fen(Decimal(text))) for text in ("0.005", "-0.005", "0.0049", "-0.0049")] == [
        "0.01", "-0.01", "0.00", "0.00",
    ]  # fmt: skip


def test_ratios_and_weights_that_share_nothing_are_refused() -> None:
    for parts in ((0, 0), (-1, 2)):
        with pytest.raises(ValueError, match="no ratio"):
            Ratio(*parts)
    for weights in ([Decimal(0)], [Decimal(2), Decimal(-1)], []):
        with pytest.raises(ValueError, match="weights"):
            apportion(Decimal(1), weights)


def test_every_refusal_has_a_rule_and_is_raised_somewhere() -> None:
    text = "\n".join(SOURCES)
    for code in RULE_ERROR_CODES:
        assert re.fullmatch(r"R([1-9]|1\d|2[0-4])", rule_of(code))
        assert text.count(f'"{code}"') > 1


def test_a_refusal_says_its_rule_and_travels_between_processes() -> None:
    error = RuleError("outside_year", on=datetime.date(2027, 1, 4), year=2026)
    assert str(error) == "R9: 2027-01-04 lies outside the policy year 2026"
    again = pickle.loads(pickle.dumps(error))
    assert (again.code, again.rule, again.params) == (error.code, error.rule, error.params)


def test_every_stage_code_is_used_and_no_other_is_possible() -> None:
    text = "\n".join(SOURCES)
    for code in STAGE_CODES:
        assert f'"{code}"' in text.replace(f'    "{code}",\n', "", 1)
    with pytest.raises(ValueError, match="not a stage"):
        Stage("surprise", "R1", Decimal(0))
    with pytest.raises(KeyError):
        Breakdown(()).amount("due")
