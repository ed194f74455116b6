"""The refusal of a rule: which rule, a stable code that pages translate, and the facts of the case."""

from collections.abc import Mapping
from types import MappingProxyType

_MESSAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # code: (rule, message)
        "unknown_term": ("R8", "{name} is not a parameter of the terms"),
        "term_value": ("R8", "{value} is not a possible value of {name}"),
        "year_outside_scheme": ("R17", "{year} lies outside the scheme, which runs from {first} to {last}"),
        "unknown_county": ("R15", "{county} is not a county of Jincheng"),
        "unknown_category": ("R1", "{category} is not a category of household"),
        "not_listed": ("R2", "a {category} household must have been listed before it can be covered"),
        "cover_before_listing": (
            "R2",
            "cover can't begin on {cover_from}, before the listing of {listed_on}",
        ),
        "listing_unreadable": ("R2", "{listed_on} is not a listing date"),
        "cover_outside_year": ("R3", "cover from {cover_from} doesn't begin in {year}"),
        "not_in_basic_insurance": ("R5", "not in basic medical insurance in {year}: no medical supplement"),
        "basic_insurance_unknown": ("R5", "participation in basic medical insurance in {year} is unknown"),
        "negative_self_pay": ("R6", "reimbursements exceed the bill: self-pay would be {self_pay}"),
        "negative_amount": ("R6", "{name} is negative: {amount}"),
        "outside_year": ("R9", "{on} lies outside the policy year {year}"),
        "outside_cover": ("R9", "{on} lies outside the cover from {cover_from} to {cover_to}"),
        "admitted_after_discharge": ("R9", "admitted on {admitted}, after the discharge on {on}"),
        "invoice_twice": ("R10", "invoice {invoice} of {hospital} has already been claimed"),
        "claim_not_standing": ("R11", "claim {claim} can't be reversed: no such claim stands"),
        "cause_not_covered": ("R12", "a loss by {cause} is not covered"),
        "peril_not_covered": ("R12", "{peril} is not among the natural disasters covered"),
        "police_report_missing": ("R13", "theft pays only with a police report"),
        "responsible_not_said": ("R13", "theft pays only once it is found whether somebody is responsible"),
        "responsible_found": ("R13", "theft doesn't pay where a responsible party is found and can pay"),
        "sign_offs_missing": ("R14", "the assessment is not signed by: {missing}"),
        "negative_loss": ("R14", "{name} is negative: {amount}"),
        "negative_count": ("R18", "{name} is negative: {count}"),
        "refund_above_charged": ("R18", "{refunded} can't be refunded, only {charged} was charged"),
        "month_outside_year": ("R18", "{month} is not a month"),
        "negative_funding": ("R16", "{name} is negative: {amount}"),
        "county_twice": ("R17", "{county} has two agreements for one year"),
        "too_many_insurers": ("R17", "{insurers} insurers: the city chooses three"),
        "settled_twice": ("R24", "{key} occurs twice in one settlement"),
        "nothing_contributed": ("R24", "{amount} can't be refunded by contribution: nobody paid anything"),
    }
)

RULE_ERROR_CODES: tuple[str, ...] = tuple(_MESSAGES)


class RuleError(Exception):
    """A rule refuses what was asked.

    >>> error = RuleError("negative_self_pay", self_pay="-200.00")
    >>> error.rule, error.code, str(error)
    ('R6', 'negative_self_pay', 'R6: reimbursements exceed the bill: self-pay would be -200.00')
    """

    rule: str
    code: str
    params: Mapping[str, str]

    def __init__(self, code: str, **params: object) -> None:
        self.rule, message = _MESSAGES[code]
        self.code = code
        self.params = MappingProxyType({name: str(value) for name, value in params.items()})
        super().__init__(f"{self.rule}: {message.format_map(self.params)}")

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuilt, (self.code, dict(self.params)))


def rule_of(code: str) -> str:
    """The rule a code belongs to."""
    return _MESSAGES[code][0]


def _rebuilt(code: str, params: dict[str, str]) -> RuleError:
    return RuleError(code, **params)
