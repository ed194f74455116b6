"""Running a worked case: a situation in the form of docs/cases, reckoned by the scheme, each figure beside
the one expected."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jincheng_insurance.scheme.case_figures import CaseLine, Figure, compare
from jincheng_insurance.scheme.case_pool import run_pool, run_settlement
from jincheng_insurance.scheme.case_text import (
    CaseError,
    Fields,
    load_case,
    read_count,
    read_day,
    read_fields,
    read_list,
    read_raw,
    read_text,
)
from jincheng_insurance.scheme.case_year import run_medical, run_premium, run_property
from jincheng_insurance.scheme.cover import Category, check_cover, earliest_cover, first_of_month
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.terms import Terms, default_terms

__all__ = ["CaseError", "CaseLine", "CaseResult", "load_case", "run_case"]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A worked case that was run: its title and rules, and a line for each figure."""

    title: str
    rules: tuple[str, ...]
    lines: tuple[CaseLine, ...]

    @property
    def ok(self) -> bool:
        """Whether every figure is as expected."""
        return all(line.ok for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Situation:
    """The parts of a case that compute something, as they are written."""

    year: int
    terms: Mapping[str, Any]
    household: Fields | None
    medical: list[Any] | None
    property: list[Any] | None
    premium: Fields | None
    pool: Fields | None
    settlement: Fields | None


def run_case(case: Mapping[str, Any]) -> CaseResult:
    """Run a worked case (as `load_case` reads it). A refusal by a rule is a line of its own, expected where
    the case says `error`. CaseError where the case can't be run as it is written.

    >>> visit = {"claim": "a", "care": "outpatient", "on": "2026-03-09", "self_pay": 1500}
    >>> result = run_case({"title": "a visit", "rules": ["R7"], "year": 2026, "medical": [visit],
    ...                    "expect": {"claims": {"a": 250}}})
    >>> result.ok, [(line.label, line.expected, line.computed) for line in result.lines if line.expected]
    (True, [('claims a', '250.00', '250.00')])
    """
    fields = Fields(case, "case")
    title = fields.take("title", read_text)
    rules = tuple(_rule(rule, "rules") for rule in fields.take("rules", read_list))
    situation = _situation(fields)
    refusal = fields.take("error", _rule) if "error" in fields else None
    expect = fields.take("expect", read_fields) if "expect" in fields else None
    fields.end()
    if refusal is not None and expect is not None:
        raise CaseError("case: a case has expect or error, not both")
    if refusal is None and expect is None and situation.household is None:
        raise CaseError("case: expect is missing")
    try:
        figures = _figures(situation)
    except RuleError as error:
        return CaseResult(title, rules, (_refused(error, refusal),))
    lines = compare(figures, expect or Fields({}, "expect"))
    if refusal is not None:
        lines.append(CaseLine("refusal", (), refusal, refusal, "nothing was refused", ok=False))
    return CaseResult(title, rules, tuple(lines))


def _situation(fields: Fields) -> _Situation:
    situation = _Situation(
        year=fields.take("year", read_count),
        terms=fields.maybe("terms", _mapping, {}),
        household=fields.maybe("household", read_fields, None),
        medical=fields.maybe("medical", read_list, None),
        property=fields.maybe("property", read_list, None),
        premium=fields.maybe("premium", read_fields, None),
        pool=fields.maybe("pool", read_fields, None),
        settlement=fields.maybe("settlement", read_fields, None),
    )
    if all(getattr(situation, part) is None for part in _Situation.__slots__[2:]):
        raise CaseError("case: there is nothing to reckon: no household, medical, property, premium or pool")
    return situation


def _figures(situation: _Situation) -> list[Figure]:
    terms = default_terms(situation.year)
    try:
        terms = terms.with_changes(situation.terms)
    except RuleError as error:
        raise CaseError(f"case.terms: {error}") from error
    figures: list[Figure] = []
    if situation.household is not None:
        figures += _household(terms, situation.household)
    if situation.medical is not None or situation.property is not None:
        figures += run_medical(terms, situation.medical or [])
        figures += run_property(terms, situation.property or [])
    if situation.premium is not None:
        figures += run_premium(terms, situation.premium)
    if situation.pool is not None:
        figures += run_pool(terms, situation.pool)
    if situation.settlement is not None:
        figures += run_settlement(terms, situation.settlement)
    return figures


def _household(terms: Terms, fields: Fields) -> list[Figure]:
    """Whether a household's cover may begin on a day (R1, R2)."""
    category = fields.take("category", _category)
    listed = fields.maybe("listed_on", read_raw, None)
    listed_on = None if listed is None else first_of_month(listed)
    cover_from = fields.maybe("cover_from", read_day, datetime.date(terms.year, 1, 1))
    fields.end()
    check_cover(category=category, listed_on=listed_on, cover_from=cover_from, year=terms.year)
    earliest = earliest_cover(category=category, listed_on=listed_on, year=terms.year)
    return [
        Figure("household", "category", str(category), "R1"),
        Figure("household", "earliest_cover", str(earliest), "R2"),
        Figure("household", "cover_from", str(cover_from), "R2"),
    ]


def _refused(error: RuleError, expected: str | None) -> CaseLine:
    return CaseLine("refusal", (), error.rule, expected, str(error), ok=error.rule == expected)


def _category(value: Any, where: str) -> Category:
    name = read_text(value, where)
    try:
        return Category(name)
    except ValueError:
        raise RuleError("unknown_category", category=name) from None


def _rule(value: Any, where: str) -> str:
    text = read_text(value, where)
    if not re.fullmatch(r"R[1-9][0-9]?", text):
        raise CaseError(f"{where}: {text} is not a rule such as R5")
    return text


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise CaseError(f"{where}: expected a mapping, found {value!r}")
    return value
