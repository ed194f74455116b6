"""What is said about a roster row: what is wrong, and what to do. Codes are stored, texts are made when
shown."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.sheets.problems import Problem

PROBLEM_TEXTS = {
    "name_missing": _("The name is missing. Fill it in as on the identity card."),
    "household_code_missing": _("The household code is missing. Copy it from the monitoring system."),
    "household_code_digits_lost": _(
        "The household code was stored as a number and has lost its last digits. Format the column as text"
        " and copy the code from the monitoring system again."
    ),
    "too_long": _("The text has %(length)s characters; at most %(limit)s are stored. Shorten it."),
    "id_number_missing": _("The identity number is missing. Fill it in as on the identity card."),
    "id_number_digits_lost": _(
        "The identity number was stored as a number and has lost its last digits. They can't be restored:"
        " format the column as text and copy the number from the monitoring system again."
    ),
    "id_number_scientific": _(
        "The identity number is in scientific notation, its digits are lost. Format the column as text and"
        " copy the number from the monitoring system again."
    ),
    "id_number_length": _(
        "The identity number has %(length)s places, not 18. Compare it with the identity card."
    ),
    "id_number_characters": _(
        "The identity number holds other signs than digits and a final X. Compare it with the identity card."
    ),
    "id_number_birth_date": _(
        "The identity number contains a birth date that doesn't exist (%(birth_date)s). Compare it with the"
        " identity card."
    ),
    "id_number_birth_in_future": _(
        "The birth date in the identity number lies in the future (%(birth_date)s). Compare it with the"
        " identity card."
    ),
    "id_number_check_digit": _(
        "The last place of the identity number doesn't fit the others, so one of them is wrong. Compare it"
        " with the identity card."
    ),
    "category_missing": _("The kind of household is missing. Fill it in as in the monitoring system."),
    "category_unknown": _(
        "“%(value)s” is no kind of household that is insured. Enter out-of-poverty household, marginal"
        " household or severe-difficulty household as in the monitoring system."
    ),
    "not_monitored": _(
        "An ordinary household that isn't monitored can't be insured. Enter the kind of monitoring, or"
        " remove the row."
    ),
    "listing_date_missing": _(
        "A monitored household needs the date on which it was listed. Copy it from the monitoring system."
    ),
    "listing_date_unreadable": _(
        "“%(value)s” is no date. Enter the listing date such as 2025-09-29 or 202509."
    ),
    "listing_date_future": _(
        "The listing date %(value)s lies in the future. Copy the date from the monitoring system."
    ),
    "county_missing": _("The county is missing. Fill it in."),
    "county_outside_city": _("“%(value)s” is no county of this city. Remove the row, or correct the county."),
    "county_outside_reach": _(
        "You aren't responsible for %(value)s. Hand this row to that county or the city."
    ),
    "person_in_two_households": _(
        "The same identity number stands in household %(household)s too (sheet “%(sheet)s”, row %(row)s)."
        " Find out where the person belongs and remove the other row."
    ),
    "listed_in_another_household": _(
        "The roster already lists this person in another household. Find out where the person belongs; if it"
        " is here, the other household's row has to go first."
    ),
    "listed_in_household": _(
        "The roster already lists this person in household %(household)s (%(place)s). Find out where the person"
        " belongs; if it is here, the other household's row has to go first."
    ),
    "participation_unknown": _(
        "“%(value)s” doesn't say whether the person is insured. Enter resident (居民), employee (职工) or not insured"
        " (未参保)."
    ),
    "participation_twice": _(
        "The same identity number stands in row %(row)s of sheet “%(sheet)s” already. Leave one of the two rows."
    ),
    "person_not_found": _(
        "Nobody with identity number %(number)s stands on the roster of your counties. Compare it with the identity"
        " card, or leave the row out."
    ),
    "name_differs": _(
        "The roster has another name for this identity number: %(name)s. Compare both with the identity card."
    ),
    "household_of_another_county": _(
        "The roster already has this household code in another county. Compare the code and the county with"
        " the monitoring system."
    ),
    "listed_twice": _("This person stands in row %(row)s of sheet “%(sheet)s” already and is counted once."),
    "no_head": _("Household %(household)s has no head. Enter who is its head."),
    "several_heads": _("Household %(household)s has %(heads)s heads. Leave one of them."),
    "several_spouses": _(
        "Household %(household)s has %(spouses)s spouses of its head. Correct the relation of the others."
    ),
    "household_differs": _(
        "The members of household %(household)s have different kinds of household or listing dates; those"
        " of the first row count. Make them the same."
    ),
    "category_contradiction": _(
        "An out-of-poverty household can't be a marginal one too; it is taken as out-of-poverty. Correct"
        " one of the two."
    ),
    "insurance_both_no": _(
        "Neither resident nor employee medical insurance: without one there is no medical benefit. Check"
        " whether the person is insured."
    ),
    "insurance_both_yes": _(
        "Both resident and employee medical insurance are said to be there; employee insurance is taken."
        " Correct one of the two."
    ),
    "township_new": _(
        "%(county)s has no township “%(value)s” so far; %(rows)s rows name it, this one first. If it is wrong, correct"
        " it in the workbook; importing it makes it a township of the county."
    ),
    "township_new_like": _(
        "%(county)s has no township “%(value)s” so far, but “%(nearest)s”; %(rows)s rows name it, this one first. If it"
        " is wrong, correct it in the workbook; importing it makes it a township of the county."
    ),
    "telephone": _("“%(value)s” is no telephone number and is left out. Enter a mobile number of 11 digits."),
    "county_prefix": _(
        "The identity number begins with %(prefix)s, which was never a county. Compare it with the identity"
        " card."
    ),
    "listed_date_unreadable": _(
        "“%(value)s” is no date and is left out. Enter it such as 2014-01 or 201401."
    ),
    "removal_date_unreadable": _(
        "“%(value)s” is no date and is left out. Enter it such as 2024-06 or 202406."
    ),
}

TOWNSHIP_CODES = ("township_new", "township_new_like")

FIELD_NAMES = {
    "household_code": _("Household code"),
    "person_code": _("Person code"),
    "name": _("Name"),
    "id_number": _("Identity number"),
    "relation": _("Relation to head"),
    "household_kind": _("Kind of household"),
    "monitored_kind": _("Kind of monitored household"),
    "monitored_on": _("Listing date of a monitored household"),
    "first_listed_on": _("First listing date"),
    "risk_removed": _("Whether the risk is removed"),
    "risk_removed_on": _("Date the risk was removed"),
    "county": _("County"),
    "township": _("Township"),
    "village": _("Village"),
    "natural_village": _("Natural village or group"),
    "resident_insurance": _("Resident medical insurance, yes or no"),
    "employee_insurance": _("Employee medical insurance, yes or no"),
    "household_telephone": _("Household's telephone"),
    "telephone": _("Person's telephone"),
    "as_of": _("Date of the data"),
}


def problem_text(problem: Problem) -> str:
    """What is wrong and what to do, in the language of the reader."""
    return text_of(problem.code, problem.params)


def text_of(code: str, params: dict[str, Any]) -> str:
    """The text of a problem by its code."""
    text = PROBLEM_TEXTS.get(code)
    return gettext("This row can't be taken.") if text is None else str(text) % params
