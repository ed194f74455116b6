"""What a worked case says of one year's claims and premium: a person's medical decisions, a household's
property decisions, a county's statement."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jincheng_insurance.scheme import medical, premium
from jincheng_insurance.scheme.case_figures import Figure
from jincheng_insurance.scheme.case_text import (
    CaseError,
    Fields,
    read_amount,
    read_choice,
    read_count,
    read_day,
    read_fields,
    read_flag,
    read_list,
    read_text,
)
from jincheng_insurance.scheme.cover import BasicInsurance, cover_of
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.medical import Bill, Care
from jincheng_insurance.scheme.money import ZERO, Shares
from jincheng_insurance.scheme.property import Cause, Responsible, SignOff, adjudicate_property
from jincheng_insurance.scheme.terms import Terms


@dataclass
class _Standing:
    """A person-year's claims that stand: their bills and what each was granted, by kind of care."""

    bills: dict[str, list[Bill]] = field(default_factory=dict)
    granted: dict[str, dict[Care, Decimal]] = field(default_factory=dict)

    def all_bills(self) -> list[Bill]:
        return [bill for bills in self.bills.values() for bill in bills]

    def all_granted(self) -> dict[Care, Decimal]:
        return {care: sum((by_care[care] for by_care in self.granted.values()), ZERO) for care in Care}


def run_medical(terms: Terms, entries: list[Any]) -> list[Figure]:
    """One person's decisions in order, then the person's year (R5-R11)."""
    standing, figures = _Standing(), []
    for place, entry in enumerate(entries):
        fields = Fields(entry, f"medical[{place}]")
        if "reverse" in fields:
            _reverse(fields, standing.bills, standing.granted)
            continue
        claim = _claim_name(fields, standing.bills)
        basic_insurance = fields.maybe(
            "basic_insurance", read_choice(BasicInsurance), BasicInsurance.RESIDENT
        )
        cover = cover_of(
            terms=terms,
            cover_from=fields.maybe("cover_from", read_day, datetime.date(terms.year, 1, 1)),
            delisted_on=_maybe_day(fields, "delisted_on"),
        )
        bills = _bills(fields)
        fields.end()
        decision = medical.adjudicate(
            terms=terms,
            year=terms.year,
            standing=standing.all_bills(),
            new=bills,
            granted=standing.all_granted(),
            basic_insurance=basic_insurance,
            cover_from=cover.begins,
            cover_to=cover.ends,
        )
        figures += [
            Figure("", f"{claim}, {care.care}", care.granted, "R7", care.breakdown.stages)
            for care in decision.cares
        ]
        if decision.flags:
            figures.append(Figure("flags", claim, decision.flags, "R9"))
        figures.append(Figure("claims", claim, decision.granted, "R11"))
        standing.bills[claim] = bills
        standing.granted[claim] = {care: decision.granted_for(care) for care in Care}
    granted = standing.all_granted()
    over = medical.overpayment(terms=terms, standing=standing.all_bills(), granted=granted)
    figures += [Figure("year", str(care), granted[care], "R11") for care in Care]
    figures.append(Figure("year", "overpayment", sum(over.values(), ZERO), "R11"))
    return figures


def run_property(terms: Terms, entries: list[Any]) -> list[Figure]:
    """One household's decisions in order, then the household's year (R12-R14)."""
    granted: dict[str, Decimal] = {}
    figures = []
    for place, entry in enumerate(entries):
        fields = Fields(entry, f"property[{place}]")
        if "reverse" in fields:
            _reverse(fields, granted)
            continue
        claim = _claim_name(fields, granted)
        sign_offs = fields.maybe("sign_offs", read_list, [str(party) for party in SignOff])
        read_party = read_choice(SignOff)
        responsible: Responsible | None = None
        if "responsible" in fields:
            responsible = fields.take("responsible", read_choice(Responsible))
        facts: dict[str, Any] = {
            "cause": fields.maybe("cause", read_choice(Cause), Cause.NATURAL_DISASTER),
            "peril": fields.take("peril", read_text) if "peril" in fields else None,
            "police_report": fields.maybe("police_report", read_flag, False),
            "sign_offs": [read_party(party, f"{fields.where}.sign_offs") for party in sign_offs],
            "assessed": fields.take("assessed", read_amount),
            "recovered": fields.maybe("recovered", read_amount, ZERO),
        }
        fields.end()
        decision = adjudicate_property(
            terms=terms, responsible=responsible, granted_before=sum(granted.values(), ZERO), **facts
        )
        figures.append(Figure("claims", claim, decision.granted, "R14", decision.breakdown.stages))
        granted[claim] = decision.granted
    figures.append(Figure("year", "property", sum(granted.values(), ZERO), "R14"))
    return figures


def run_premium(terms: Terms, fields: Fields) -> list[Figure]:
    """A county's statement, its budget, and where the case says more: a refund, funding, use of the budget
    (R4, R15, R16, R18)."""
    county = fields.take("county", read_text)
    households, persons = fields.take("households", read_count), fields.take("persons", read_count)
    month = fields.maybe("month", read_count, 1)
    due = premium.premium_due(terms=terms, households=households, persons=persons, county=county, month=month)
    planned = premium.budget(terms=terms, households=households, persons=persons)
    figures = [
        Figure("premium", "due", due.due, "R18", due.breakdown.stages),
        Figure("premium", "city", due.city, "R15"),
        Figure("premium", "county", due.county, "R15"),
        Figure("premium", "budget_households", planned.households, "R4", planned.breakdown.stages),
        Figure("premium", "budget_persons", planned.persons, "R4"),
    ]
    if "listed" in fields:
        listed = fields.take("listed", read_fields)
        use = premium.budget_use(
            budget=planned,
            households=listed.take("households", read_count),
            persons=listed.take("persons", read_count),
        )
        listed.end()
        figures.append(Figure("premium", "budget_warning", use.warning, "R4"))
    if "refund" in fields:
        back = fields.take("refund", read_fields)
        line = premium.refund(
            terms=terms,
            households=back.take("households", read_count),
            persons=back.take("persons", read_count),
            county=county,
            month=month,
        )
        back.end()
        figures.append(Figure("premium", "refund", line.due, "R18", line.breakdown.stages))
        figures.append(Figure("premium", "refund_city", line.city, "R15"))
        figures.append(Figure("premium", "refund_county", line.county, "R15"))
    if "allocated" in fields or "paid" in fields:
        figures += _funding(fields, due.shares)
    fields.end()
    return figures


def _funding(fields: Fields, due: Shares) -> list[Figure]:
    money = {}
    for name in ("allocated", "paid"):
        sides = fields.maybe(name, read_fields, Fields({}, name))
        money[name] = {side: sides.maybe(side, read_amount, ZERO) for side in ("city", "county")}
        sides.end()
    figures = []
    for side, funds in premium.funding(due=due, **money).items():
        figures.append(Figure("premium", f"arrears_{side}", funds.arrears, "R16", funds.breakdown.stages))
        figures.append(Figure("premium", f"held_{side}", funds.held, "R16"))
    return figures


def _bills(fields: Fields) -> list[Bill]:
    """The bills of a claim: a list, or the one bill that the line itself describes."""
    if "bills" not in fields:
        return [_bill(fields)]
    entries = fields.take("bills", read_list)
    if not entries:
        raise CaseError(f"{fields.where}.bills: a claim has at least one bill")
    bills = []
    for place, entry in enumerate(entries):
        own = Fields(entry, f"{fields.where}.bills[{place}]")
        bills.append(_bill(own))
        own.end()
    return bills


def _bill(fields: Fields) -> Bill:
    facts: dict[str, Any] = {
        "care": fields.take("care", read_choice(Care)),
        "on": fields.take("on", read_day),
        "admitted": _maybe_day(fields, "admitted"),
        "hospital": fields.maybe("hospital", read_text, ""),
        "invoice": fields.maybe("invoice", read_text, ""),
    }
    if "self_pay" in fields:
        return Bill.of_self_pay(self_pay=fields.take("self_pay", read_amount), **facts)
    amounts: dict[str, Any] = {"bill": fields.take("bill", read_amount)}
    for name in (*medical.REIMBURSEMENTS, "charity"):
        amounts[name] = fields.maybe(name, read_amount, ZERO)
    return Bill(**facts, **amounts)


def _maybe_day(fields: Fields, name: str) -> datetime.date | None:
    return fields.take(name, read_day) if name in fields else None


def _claim_name(fields: Fields, standing: dict[str, Any]) -> str:
    claim = fields.take("claim", read_text)
    if claim in standing:
        raise CaseError(f"{fields.where}: claim {claim} is already decided; reverse it first")
    return claim


def _reverse(fields: Fields, *standing: dict[str, Any]) -> None:
    claim = fields.take("reverse", read_text)
    fields.end()
    if claim not in standing[0]:
        raise RuleError("claim_not_standing", claim=claim)
    for kept in standing:
        del kept[claim]
