"""What is said about a line of a workbook of allocations and payments: what is wrong, and what to do. Codes are stored,
texts are made when shown."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.roster.cells import CELL_TEXTS

PROBLEM_TEXTS = {
    **CELL_TEXTS,
    "year_unreadable": _("This is no policy year. Enter a year such as 2026."),
    "side_unknown": _("Enter 市级 for the city's money or 县级 for the county's."),
    "kind_unknown": _("Enter 下达 for money made available or 拨付 for money that went to the insurer."),
    "yes_unknown": _("Enter 是, or leave the cell empty."),
    "no_agreement": _(
        "There is no agreement of this county for %(year)s within your reach. Correct the county or the year, or have "
        "that county's finance book it."
    ),
    "county_unknown": _("There is no agreement of this county within your reach. Correct the county."),
    "not_your_side": _(
        "You don't book this side's money. City finance books the city's, county finance its own county's. Take the "
        "row out and hand it to them."
    ),
    "twice": _("The same stands in row %(row)s of sheet “%(sheet)s” already. Leave one of the two rows."),
    "allocated_beyond": _(
        "With this row, %(beyond)s yuan more than is due of this side would be allocated. Compare it with the "
        "document; it can be booked all the same."
    ),
    "beyond_due": _(
        "This side still owes %(owed)s yuan, less than this payment. Correct the amount, or enter 是 in the last "
        "column if more than is due is paid on purpose."
    ),
}
RULES = {
    "no_agreement": "R17",
    "county_unknown": "R17",
    "not_your_side": "R15",
    "twice": "R16",
    "allocated_beyond": "R16",
    "beyond_due": "R16",
}


def text_of(code: str, params: Mapping[str, Any]) -> str:
    """The text of a problem by its code, in the language of the reader."""
    if code == "refused":
        said, values = params["message"], params["params"]
        return gettext(said) % values if values else gettext(said)
    return str(PROBLEM_TEXTS[code]) % params


def rule_of(code: str, params: Mapping[str, Any]) -> str:
    """The rule a problem follows from, or ""."""
    return str(params.get("rule", "")) if code == "refused" else RULES.get(code, "")
