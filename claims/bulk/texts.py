"""What is said about a line of a claims workbook: what is wrong, and what to do. Codes are stored, texts are made when
shown."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.roster import texts as roster
from enrollment.roster.cells import CELL_TEXTS
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.web.rule_texts import rule_text

PROBLEM_TEXTS = {
    **CELL_TEXTS,
    "care_unknown": _("Enter inpatient (住院) or outpatient (门诊)."),
    "choice_unknown": _("Choose one of the list: %(words)s."),
    "number_unreadable": _("Enter a number above zero with at most two decimals, such as 2 or 1.5."),
    "not_yours_to_report": _(
        "Claims and what belongs to them are imported by an adjuster. Hand this sheet to one."
    ),
    "not_yours_to_pay": _("Payments are imported by a reviewer. Hand this sheet to one."),
    "person_unknown": _(
        "Nobody with this number is insured under your agreements for %(year)s. Check the number, or ask the county."
    ),
    "name_other": _(
        "The insured person with this number has another name. Compare number and name with the card."
    ),
    "household_unknown": _(
        "No household with this code is insured under your agreements for %(year)s. Check the code, or ask the county."
    ),
    "member_unknown": _(
        "No insured member of this household has this name. Compare code and name with the roster."
    ),
    "peril_unknown": _(
        "The year's terms don't list this natural disaster. Choose one of the list, or leave it empty for another"
        " cause."
    ),
    "reference_twice": _(
        "This case number stands in row %(row)s of sheet “%(sheet)s” already. Leave one of the two rows."
    ),
    "reference_taken": _(
        "Your company has given this case number to another claim already. Enter another one."
    ),
    "claim_differs": _(
        "Under this case number claim %(number)s was imported with other figures here. An import changes nothing that"
        " stands: correct the claim on its own page, or this row."
    ),
    "claim_refused": _(
        "The claim in row %(row)s of sheet “%(sheet)s” isn't taken, so this row isn't either. Correct that row."
    ),
    "claim_unknown": _(
        "No claim with this number is known within your reach. Add it to the sheet of claims."
    ),
    "claim_of_property": _("Claim %(number)s is about household property and has no hospital bills."),
    "claim_of_medical": _(
        "Claim %(number)s is about medical costs and has no report of a loss, items or signatures."
    ),
    "item_twice": _(
        "The same thing of this kind stands in row %(row)s of sheet “%(sheet)s” already. Add the quantities up in one"
        " row."
    ),
    "item_differs": _(
        "This thing was entered on claim %(number)s with other figures here. An import changes nothing that stands:"
        " correct the item on the claim's page, or this row."
    ),
    "item_ended": _(
        "This thing was entered on claim %(number)s and taken out since. Look at the claim; if it belongs there, enter"
        " it there."
    ),
    "item_refused": _(
        "The item in row %(row)s of sheet “%(sheet)s” isn't taken, so nobody can sign for the sum yet. Correct that"
        " row."
    ),
    "signatures_fall": _(
        "The claim is signed already. With this item its sum changes, and all three have to sign anew."
    ),
    "sign_twice": _(
        "This party's signature stands in row %(row)s of sheet “%(sheet)s” already. Leave one of the two rows."
    ),
    "sign_differs": _(
        "This party has signed for claim %(number)s already, with something else here. Correct the signature on the"
        " claim's page, or this row."
    ),
    "sign_ended": _(
        "This signature on claim %(number)s was given for an earlier sum and stands no longer. Have the party sign for"
        " the new sum and enter that signature."
    ),
    "assessed_not_sum": _(
        "The items come to %(sum)s yuan, not this. Correct the items, or have the party sign for their sum."
    ),
    "claims_apart": _("Case number and claim number belong to two different claims. Correct one of them."),
    "claim_not_named": _("Enter the case number or the claim number."),
    "invoice_twice": _(
        "The same invoice of this hospital stands in row %(row)s of sheet “%(sheet)s” already. Leave one of the two"
        " rows."
    ),
    "bill_differs": _(
        "This invoice was entered on claim %(number)s with other figures here. An import changes nothing that stands:"
        " correct the bill on the claim's page, or this row."
    ),
    "bill_ended": _(
        "This invoice was entered on claim %(number)s and corrected or taken out since. Look at the claim; if the bill"
        " belongs there, enter it there."
    ),
    "claim_just_reported": _(
        "The claim is only being reported by this workbook. It can be paid once it is approved."
    ),
    "payment_twice": _(
        "A payment of this claim stands in row %(row)s of sheet “%(sheet)s” already. Leave one of the two rows."
    ),
    "payment_differs": _(
        "Claim %(number)s is paid already, with another date or bank reference. Compare with the bank; if money came"
        " back, record that on the claim first."
    ),
    "in_a_batch": _(
        "Claim %(number)s is paid with batch %(batch)s. Leave this row out: open the batch on the page “Payment"
        " batches” and record the result on the claim's line there, once the batch is released."
    ),
    "amount_not_granted": _("Claim %(number)s was granted %(granted)s yuan, not this. Pay exactly that."),
    "participation_unknown": _(
        "It isn't known whether the person is in basic medical insurance. Have the county find out; until then the"
        " claim can't be approved."
    ),
    "participation_none": _("The person isn't in basic medical insurance, so the claim can't be approved."),
    "late": _("Reported late: the claim will be flagged. It is paid all the same."),
    "crosses_year_end": _("The stay began in the year before; it belongs to the year of discharge."),
}


def text_of(code: str, params: Mapping[str, Any]) -> str:
    """The text of a problem by its code, in the language of the reader."""
    if code == "rule":
        return rule_text(RuleError(params["rule"], **params["params"]))
    if code == "refused":
        said, values = params["message"], params["params"]
        return gettext(said) % values if values else gettext(said)
    text = PROBLEM_TEXTS.get(code)
    return str(text) % params if text is not None else roster.text_of(code, dict(params))


RULES = {
    "invoice_twice": "R10",
    "participation_unknown": "R5",
    "participation_none": "R5",
    "late": "R26",
    "peril_unknown": "R12",
    "item_refused": "R14",
    "signatures_fall": "R14",
    "sign_ended": "R14",
    "assessed_not_sum": "R14",
    "crosses_year_end": "R9",
}


def rule_of(code: str, params: Mapping[str, Any]) -> str:
    """The rule a problem follows from, or ""."""
    if code == "rule":
        return RuleError(params["rule"], **params["params"]).rule
    return str(params.get("rule", "")) if code == "refused" else RULES.get(code, "")
