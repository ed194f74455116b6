"""What a rule's refusal says on the page: by its code, what is wrong and what to do."""

import datetime
import re

from django.utils.translation import gettext_lazy as _

from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.web.formats import day

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")

TEXTS = {
    "unknown_term": _("“%(name)s” is no parameter of the scheme."),
    "term_value": _("“%(value)s” is no possible value of %(name)s."),
    "year_outside_scheme": _("%(year)s lies outside the scheme, which runs from %(first)s to %(last)s."),
    "unknown_county": _("“%(county)s” is no county of this city."),
    "unknown_category": _("“%(category)s” is no category of household."),
    "not_listed": _("This household must be listed in monitoring before it can be covered."),
    "cover_before_listing": _("Cover can't begin on %(cover_from)s, before the listing of %(listed_on)s."),
    "listing_unreadable": _("“%(listed_on)s” is no listing date."),
    "cover_outside_year": _("Cover from %(cover_from)s doesn't begin in %(year)s."),
    "not_in_basic_insurance": _(
        "The person isn't in basic medical insurance in %(year)s, so there is no medical supplement."
    ),
    "basic_insurance_unknown": _(
        "It isn't known whether the person is in basic medical insurance in %(year)s. Have the county find out; until"
        " then the claim can't be approved."
    ),
    "negative_self_pay": _("The reimbursements are more than the bill. Check the amounts."),
    "negative_amount": _("An amount is below zero (%(amount)s). Check the amounts."),
    "outside_year": _("The date %(on)s lies outside the policy year %(year)s."),
    "outside_cover": _("The date %(on)s lies outside the cover, %(cover_from)s to %(cover_to)s."),
    "admitted_after_discharge": _(
        "Admission on %(admitted)s comes after discharge on %(on)s. Check the dates."
    ),
    "invoice_twice": _("This invoice of this hospital has already been claimed. Check the invoice number."),
    "claim_not_standing": _("This claim can't be reversed: nothing granted on it stands."),
    "cause_not_covered": _("A loss by this cause isn't covered."),
    "peril_not_covered": _("“%(peril)s” isn't among the natural disasters covered."),
    "police_report_missing": _("Theft pays only with a police report. Add it."),
    "responsible_not_said": _("Say whether somebody responsible for the theft was found."),
    "responsible_found": _("Theft doesn't pay where somebody responsible is found and can pay."),
    "sign_offs_missing": _("The assessment isn't signed by everybody. Missing: %(missing)s."),
    "negative_loss": _("An amount of the loss is below zero (%(amount)s). Check it."),
    "negative_count": _("A count is below zero (%(count)s). Check it."),
    "refund_above_charged": _("%(refunded)s yuan can't be refunded: only %(charged)s yuan stand charged."),
    "month_outside_year": _("“%(month)s” is no month."),
    "negative_funding": _("An amount is below zero (%(amount)s). Check the amounts."),
    "county_twice": _("%(county)s has two agreements for one year."),
    "too_many_insurers": _("%(insurers)s insurers are named, but the city chooses three."),
    "settled_twice": _("%(key)s occurs twice in one settlement."),
    "nothing_contributed": _("%(amount)s can't be refunded: nobody has paid anything."),
}


def rule_text(error: RuleError) -> str:
    """The refusal in the reader's language."""
    return str(TEXTS[error.code]) % {name: _plain(value) for name, value in error.params.items()}


def _plain(value: str) -> str:
    """A day as pages write it; anything else as it is."""
    if not ISO_DAY.fullmatch(value):
        return value
    try:
        return day(datetime.date.fromisoformat(value))
    except ValueError:
        return value
