"""The scheme's own terms, each with one sentence that explains it: shown where a term occurs (`{% term %}`) and all
together on the glossary's page."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the scheme as the pages write it, what it means, and the rules that say so."""

    word: str | Promise
    says: str | Promise
    rules: str


GROUPS: Mapping[str | Promise, Mapping[str, Term]] = {
    _("Enrolment"): {
        "roster": Term(
            _("Monitoring roster"),
            _("Our copy of the national monitoring system; only who stands in it can be insured."),
            "R2",
        ),
        "category": Term(
            _("Category"),
            _("Out-of-poverty, marginal or severe-difficulty household, as the monitoring system lists it."),
            "R1",
        ),
        "listed_on": Term(
            _("Listed on"),
            _(
                "When the household entered monitoring; marginal and severe-difficulty households are covered no"
                " earlier."
            ),
            "R2",
        ),
        "risk_removed": Term(
            _("Risk removed"),
            _(
                "The monitoring system holds that the risk of falling back into poverty is over; by itself that ends"
                " no cover begun this year, unless the city rules so."
            ),
            "R3",
        ),
        "cover": Term(
            _("Cover"),
            _("The days on which a bill or loss must fall to be paid; it runs to 31 December."),
            "R3 R9",
        ),
        "monitored_budget": Term(
            _("Marginal and severe-difficulty"),
            _(
                "Budgeted at 8% of the county's out-of-poverty households and persons. A warning, no quota: who is"
                " listed is enrolled all the same."
            ),
            "R4",
        ),
        "basic_insurance": Term(
            _("Basic medical insurance"),
            _(
                "Resident or employee medical insurance of the year; without it there is no medical supplement, and"
                " while it is unknown no approval."
            ),
            "R5",
        ),
    },
    _("Claims"): {
        "coverage": Term(
            _("Coverage"),
            _("Medical supplement for each person, or household property for each household."),
            "R7 R14",
        ),
        "medical": Term(
            _("Medical supplement"),
            _(
                "Half of the self-pay above the deductible: inpatient at most 20,000 yuan a person and year, outpatient"
                " at most 10,000."
            ),
            "R7",
        ),
        "property": Term(
            _("Household property"),
            _(
                "Loss by natural disaster or theft, at most 20,000 yuan a household and year, without any deductible."
            ),
            "R12 R14",
        ),
        "self_pay": Term(
            _("Self-pay"),
            _(
                "What is left to the person after basic and serious-illness insurance, medical assistance and every"
                " other reimbursement, whether the costs are in the catalogue or not."
            ),
            "R6",
        ),
        "deductible": Term(
            _("Deductible"),
            _("What the person bears before anything is paid: 2,000 yuan inpatient, 1,000 yuan outpatient."),
            "R7 R8",
        ),
        "annual_cap": Term(
            _("Annual cap"),
            _("The most that is granted for a policy year, however many claims there are."),
            "R7 R14",
        ),
        "left_of_cap": Term(
            _("Left this year"),
            _("The annual cap less what has been granted this year."),
            "R7 R14",
        ),
        "entitlement": Term(
            _("Entitlement of the year"),
            _(
                "What all standing bills of the year carry together; a claim pays what of it is not granted yet."
            ),
            "R8",
        ),
        "granted": Term(
            _("Granted"),
            _("Decided in a claim, whether or not the money has been paid yet."),
            "R8 R14",
        ),
        "sign_off": Term(
            _("Signatures"),
            _(
                "Village committee, insured and insurer assess a loss together; all three sign before it is approved."
            ),
            "R14",
        ),
        "overpayment": Term(
            _("Overpayment"),
            _(
                "Granted beyond what the standing bills carry after a reversal; set off against later grants of the"
                " year."
            ),
            "R11",
        ),
        "to_recover": Term(
            _("To be recovered"),
            _("Money paid under a decision that was reversed later; the payee owes it back."),
            "R11",
        ),
        "documents_asked": Term(
            _("Documents asked for"),
            _("What is missing is asked for once, in one list; the claim waits for it and is not refused."),
            "R26",
        ),
        "posting": Term(
            _("Public posting"),
            _(
                "Village, masked name, coverage and amount are made public: never a full number or a diagnosis."
            ),
            "R28",
        ),
    },
    _("Premiums"): {
        "statement": Term(
            _("Premium statement"),
            _(
                "The frozen count of persons and households insured and what is due for them; it is never edited."
            ),
            "R18",
        ),
        "city_share": Term(
            _("City share"),
            _("Government pays the whole premium; the county's ratio says how city and county divide it."),
            "R15",
        ),
        "county_share": Term(
            _("County share"),
            _("What of the premium the county bears by its ratio: the whole less the city's share."),
            "R15",
        ),
        "due": Term(
            _("Due"),
            _("What city and county bear by the ratio on the statements issued, paid already or not."),
            "R15 R16",
        ),
        "allocated": Term(
            _("Allocated"),
            _(
                "All the money that finance has made available by document, paid on to the insurer already or not."
            ),
            "R16",
        ),
        "paid_in": Term(_("Paid"), _("Money that has been paid over to the insurer."), "R16"),
        "carried_over": Term(
            _("Carried over"),
            _("Carry-forward of an earlier year that is set off against what is due now."),
            "R23",
        ),
        "arrears": Term(_("Arrears"), _("Due, not paid over and not set off."), "R16"),
    },
    _("Loss ratio and settlement"): {
        "net_premium": Term(
            _("Net premium"),
            _(
                "The denominator of the loss ratio: premium due on issued statements less refunds, or premium received"
                " where the city has ruled so."
            ),
            "R19",
        ),
        "claims_paid": Term(
            _("Claims paid"), _("Money paid to the insured, less what came back, of both coverages."), "R19"
        ),
        "reserves": Term(
            _("Open reserves"),
            _("Estimates for claims reported and not paid yet; a payment releases the reserve it settles."),
            "R19",
        ),
        "incurred": Term(_("Incurred"), _("Claims paid and open reserves together."), "R19"),
        "simple_loss_ratio": Term(
            _("Simple loss ratio"),
            _("Claims paid and open reserves divided by net premium; both coverages count together."),
            "R19",
        ),
        "alert": Term(
            _("Alert"),
            _(
                "Fires once a year for each level when the loss ratio exceeds 80, 100 or 120%; exactly 80% is none."
            ),
            "R20 R21",
        ),
        "duty": Term(
            _("Reports owed"),
            _(
                "Above 80% the insurer reports to the county; above 100% the county investigates and reports to the"
                " city."
            ),
            "R21",
        ),
        "suspension": Term(
            _("Suspension of payments"),
            _(
                "After a serious violation the city may stop an insurer's payments; taking claims in and assessing"
                " them goes on."
            ),
            "R22",
        ),
        "settlement": Term(
            _("Annual settlement"),
            _(
                "After year end: what is carried forward or borne by government, drafted by one and confirmed by"
                " another."
            ),
            "R23 R24",
        ),
        "carry_forward": Term(
            _("Carry-forward"),
            _(
                "Below 80%: what the losses lack of 80% of the net premium; it offsets the next year's premium of"
                " city and county."
            ),
            "R23",
        ),
        "excess": Term(
            _("Excess"),
            _("Above 120%: what the losses exceed 120% of the net premium by; borne by city and county."),
            "R23",
        ),
    },
}
TERMS: Mapping[str, Term] = {name: term for group in GROUPS.values() for name, term in group.items()}
