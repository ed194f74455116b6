"""Figures of a worked case: what was computed, under which name a case may expect it, and the two
compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jincheng_insurance.scheme.breakdown import Stage
from jincheng_insurance.scheme.case_text import CaseError, Fields, read_amount, read_list
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.money import AmountError, to_yuan
from jincheng_insurance.scheme.terms import FIRST_YEAR, default_terms

NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure a case came to: `section` and `name` say where `expect` would name it. Amounts are
    Decimal, counts int, levels a tuple of int, words a tuple of str or a str. A figure without a section
    only tells its stages."""

    section: str
    name: str
    computed: Decimal | int | str | tuple[int, ...] | tuple[str, ...]
    rule: str
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of a case that was run: what it is, the stages that led to it, its rule, and what was
    expected (None: nothing was) beside what was computed."""

    label: str
    stages: tuple[Stage, ...]
    rule: str
    expected: str | None
    computed: str
    ok: bool


def compare(figures: list[Figure], expect: Fields) -> list[CaseLine]:
    """A line for each figure, in order; of a claim decided again, the last decision is the one expected. CaseError
    where `expect` names what the case doesn't compute."""
    expected: dict[tuple[str, str], Any] = {}
    _flatten(expect, "", expected)
    last = {(figure.section, figure.name): figure for figure in figures}
    lines = []
    for figure in figures:
        key = (figure.section, figure.name)
        label = f"{figure.section} {figure.name}".strip()
        shown, ok = None, True
        if figure.section and key in expected and last[key] is figure:
            shown, ok = _compared(figure, expected.pop(key), f"expect.{figure.section}.{figure.name}")
        lines.append(CaseLine(label, figure.stages, figure.rule, shown, show(figure.computed), ok))
    if expected:
        names = ", ".join(f"{section}.{name}" for section, name in expected)
        raise CaseError(f"expect: the case doesn't compute {names}")
    return lines


def show(value: object) -> str:
    """A figure as text."""
    if isinstance(value, tuple | list):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return str(value)


def _flatten(fields: Fields, section: str, found: dict[tuple[str, str], Any]) -> None:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            _flatten(Fields(value, f"{fields.where}.{name}"), f"{section}.{name}".lstrip("."), found)
        elif not section:
            raise CaseError(f"{fields.where}.{name}: expected a mapping, found {value!r}")
        else:
            found[section, name] = value


def _compared(figure: Figure, value: Any, where: str) -> tuple[str, bool]:
    computed = figure.computed
    if isinstance(computed, tuple):
        items = read_list(value, where)
        if figure.name in ("alerts", "fires"):
            items = list(_levels(items, where))
        return show(items), sorted(map(str, items)) == sorted(map(str, computed))
    if isinstance(computed, str):
        return _ratio(computed, value) if figure.name == "ratio" else (str(value), str(value) == computed)
    amount = read_amount(value, where)
    return str(amount if isinstance(computed, Decimal) else value), amount == computed


def _levels(items: list[Any], where: str) -> tuple[int, ...]:
    """Alert levels however they are written: 80, 0.8 or "80%"."""
    try:
        terms = default_terms(FIRST_YEAR)
        return tuple(terms.with_changes({"alert_levels": [item]}).alert_levels[0] for item in items)
    except RuleError:
        raise CaseError(f"{where}: expected alert levels such as [80, 100], found {items!r}") from None


def _ratio(computed: str, value: Any) -> tuple[str, bool]:
    if value is None or str(value).strip().lower() in (NOT_APPLICABLE, "n/a", "not_applicable", "none"):
        return NOT_APPLICABLE, computed == NOT_APPLICABLE
    text = str(value).strip()
    try:
        return text, to_yuan(text.removesuffix("%").strip()) == to_yuan(computed.removesuffix("%"))
    except AmountError:
        return text, False
