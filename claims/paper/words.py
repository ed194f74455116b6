"""Words of claims' papers: stages, what went into them, parts of the sum, and the scheme's own articles."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models import Cause, Claim
from claims.texts import STAGES
from enrollment.texts import VALUES

PARTS: Mapping[str, Promise] = {
    "inpatient": gettext_lazy("Inpatient"),
    "outpatient": gettext_lazy("Outpatient"),
    "property": gettext_lazy("Household property"),
}
INPUTS: Mapping[str, Promise] = {
    "bills": gettext_lazy("number of bills"),
    "basis": gettext_lazy("deductible"),
    "rate": gettext_lazy("rate"),
    "cause": gettext_lazy("cause"),
}
CAUSES: Mapping[str, Promise | str] = dict(Cause.choices)


def stage_name(code: str) -> str:
    return str(STAGES.get(code, code))


def part_name(of: str) -> str:
    return str(PARTS[of])


def coverage_name(code: str) -> str:
    return str(Claim.Coverage(code).label)


def inputs_text(inputs: Iterable[tuple[str, str]]) -> str:
    """What went into a stage: "bills 3", "deductible once a year", "rate 50%"."""
    said = (f"{INPUTS.get(name, name)} {_value(name, value)}" for name, value in inputs)
    return "；".join(said)


def _value(name: str, value: str) -> str:
    if name == "rate":
        return f"{Decimal(value) * 100:.0f}%"
    return str(VALUES.get(value) or CAUSES.get(value, value))


def article(coverage: str) -> str:
    """The scheme's own words for where a claim's right stands."""
    if coverage == "property":
        return _("Implementation scheme 晋市乡振中心〔2025〕6号, section 3 (2)")
    return _("Implementation scheme 晋市乡振中心〔2025〕6号, section 3 (1)")
