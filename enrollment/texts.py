"""Words of this room: why an import as a whole failed, and the scheme's figures by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.models import BasicInsurance, Category, Relation
from jincheng_insurance.scheme.loss_ratio import duties
from jincheng_insurance.scheme.terms import PARAMETERS, Terms
from jincheng_insurance.sheets.texts import sheet_error_text
from jincheng_insurance.web.formats import day_of_year, listed, yuan

FAILURES = {
    "too_many_attempts": _(
        "The check was interrupted several times. Upload the file again, or ask the administrator."
    ),
    "could_not_apply": _(
        "Writing it failed several times; nothing was changed. Upload the file again, or ask the administrator."
    ),
    "not_allowed": _(
        "Whoever asked for it may no longer do so: disabled, or moved to another post. Nothing was changed."
    ),
}


def failure_text(failure: Mapping[str, Any]) -> str:
    """The text of a failure stored as {"code", "params"}."""
    code = failure["code"]
    return str(FAILURES[code]) if code in FAILURES else sheet_error_text(code, failure["params"])


TERMS = {
    "deductible_basis": _("How the deductible is reckoned"),
    "inpatient_deductible": _("Inpatient deductible"),
    "outpatient_deductible": _("Outpatient deductible"),
    "medical_rate": _("Medical rate"),
    "inpatient_cap": _("Inpatient annual cap"),
    "outpatient_cap": _("Outpatient annual cap"),
    "charity_deducted": _("Charity and fixed-sum benefits are deducted"),
    "property_cap": _("Property cap per household and year"),
    "perils": _("Natural disasters covered"),
    "fire_covered": _("Fire is covered"),
    "person_premium": _("Premium per person and year"),
    "household_premium": _("Premium per household and year"),
    "midyear_premium": _("Premium of households listed in mid-year"),
    "monitored_share": _("Budget for marginal and severe-difficulty households"),
    "cover_ends_on_delisting": _("Cover ends when the risk is removed"),
    "net_premium_basis": _("Net premium is reckoned from"),
    "alert_levels": _("Alert levels"),
    "report_days": _("Days to report"),
    "carry_below": _("Carried forward below"),
    "excess_above": _("Borne by government above"),
    "settlement_level": _("Level of the settlement"),
    "closing_day": _("Closing day of the next year"),
    "payment_days": _("Days to pay after approval"),
    "posting_days": _("Days of posting before payment"),
}
UNITS = {
    "yuan": _("yuan"),
    "working_days": _("working days"),
    "days": _("days"),
}
VALUES = {
    "annual": _("once a year"),
    "per_visit": _("at each visit"),
    "full": _("in full"),
    "pro_rata": _("by months left"),
    "due": _("premium due"),
    "received": _("premium received"),
    "agreement": _("each agreement"),
    "insurer": _("each insurer as a whole"),
    "storm": _("storm"),
    "flood": _("flood"),
    "hail": _("hail"),
    "lightning": _("lightning"),
    "landslide": _("landslide"),
    "snow": _("snow"),
    "earthquake": _("earthquake"),
}


@dataclass(frozen=True, slots=True)
class TermRow:
    """One figure of the scheme as its page shows it."""

    label: str
    value: str
    rule: str
    source: str
    fixed: bool


def term_rows(terms: Terms, rulings: Mapping[str, str]) -> list[TermRow]:
    """Every figure of a year's terms; `rulings` name the city's sources for those it has ruled."""
    values = terms.to_data()
    in_words = {"report_days": _report_days(terms), "closing_day": day_of_year(terms.closes_on)}
    return [
        TermRow(
            label=str(TERMS[name]),
            value=in_words[name] if name in in_words else _shown(values[name], parameter.unit),
            rule=parameter.rule,
            source=rulings.get(name, parameter.source),
            fixed=parameter.fixed,
        )
        for name, parameter in PARAMETERS.items()
    ]


REPORTS = {
    "special_report": _("the insurer's special report above %(level)s%%: %(days)s working days"),
    "investigation": _("the county's report of its investigation above %(level)s%%: %(days)s working days"),
}


def _report_days(terms: Terms) -> str:
    """Within how many working days which report is owed (R21)."""
    return listed(
        REPORTS[duty.code] % {"level": duty.level, "days": duty.working_days}
        for duty in duties(terms=terms)
        if duty.working_days is not None and duty.code in REPORTS
    )


def _shown(value: Any, unit: str) -> str:
    if isinstance(value, list):
        return listed(_shown(part, "percent" if unit == "percent" else "") for part in value) + (
            f" {UNITS[unit]}" if unit in UNITS else ""
        )
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if unit == "ratio":
        return f"{Decimal(value) * 100:.0f}%"
    if unit == "percent":
        return f"{value}%"
    if unit == "yuan":
        return f"{yuan(Decimal(value))} {UNITS[unit]}"
    text = str(VALUES.get(value, value))
    return f"{text} {UNITS[unit]}" if unit in UNITS else text


FIELDS = {
    "category": _("Category"),
    "monitored_kind": _("Monitored as"),
    "listed_on": _("Listed on"),
    "risk_removed": _("Risk removed"),
    "risk_removed_on": _("Risk removed on"),
    "township": _("Township"),
    "village": _("Village"),
    "telephone": _("Telephone"),
    "gone_since": _("Gone from the roster since"),
    "name": _("Name"),
    "code": _("Person code"),
    "relation": _("Relation to head"),
    "basic_insurance": _("Basic medical insurance"),
    "participation": _("Participation in the policy year"),
}
CHOICES: dict[str, Any] = {
    "category": Category,
    "relation": Relation,
    "basic_insurance": BasicInsurance,
    "participation": BasicInsurance,
}


def field_text(field: str) -> str:
    """The name of a roster cell."""
    return str(FIELDS.get(field, field))


def cell_text(field: str, value: str | None) -> str:
    """The stored value of a roster cell in the reader's words; a dash for nothing."""
    if not value:
        return "—"
    if field in CHOICES:
        return str(CHOICES[field](value).label)
    if field == "risk_removed":
        return gettext("yes") if value == "true" else gettext("no")
    return value
