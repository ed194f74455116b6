"""The papers of one claim that are filed or sent: calculation sheet, decision letter, notice of missing papers."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from claims.models import Claim
from claims.paper.facts import BillLine, ClaimFacts, Reckoning
from claims.paper.loss import loss_blocks
from claims.paper.reasons import objection, payment_words, reasons, reckoned, renminbi
from claims.paper.words import article, inputs_text, part_name, stage_name
from enrollment.texts import term_rows
from jincheng_insurance.scheme.terms import PARAMETERS
from jincheng_insurance.web.formats import day, yuan
from jincheng_insurance.web.paper import Block, Cell, Facts, Paper, Signatures, Table, Text, in_chinese

ZERO = Decimal("0.00")
TERMS_SHOWN = {
    "medical": (
        "deductible_basis",
        "inpatient_deductible",
        "outpatient_deductible",
        "medical_rate",
        "inpatient_cap",
        "outpatient_cap",
        "charity_deducted",
    ),
    "property": ("property_cap", "fire_covered"),
}


@in_chinese
def calculation_sheet(facts: ClaimFacts) -> Paper:
    """理算书: every bill, every stage with its rule and what went into it, and the terms it was reckoned under."""
    event = ((_("Account of the event"), facts.account),) if facts.account else ()
    blocks: list[Block] = [Facts((*_claim_rows(facts), *event))]
    if facts.bills:
        blocks.append(_bills_table(facts))
    if facts.loss is not None:
        blocks += loss_blocks(facts.loss)
    blocks += [_stages_table(part) for part in facts.reckonings]
    return Paper(
        title=_("Calculation sheet"),
        number=facts.number,
        file_name=f"{_('Calculation sheet')}-{facts.number}",
        blocks=(
            *blocks,
            Facts(_result_rows(facts), heading=_("Result")),
            Facts(_term_rows(facts), heading=_("Terms it was reckoned under")),
            Facts(
                (
                    (_("Assessed by"), facts.submitted_by or "—"),
                    (_("Approved by"), facts.decided_by or "—"),
                    (_("Approved on"), day(facts.decided_on)),
                )
            ),
        ),
        closing=(facts.insurer,),
    )


@in_chinese
def decision_letter(facts: ClaimFacts) -> Paper:
    """赔付决定通知书: what was granted, in figures and capitals, or that nothing is; why, when it is paid, and how to
    object. For a decided claim only."""
    if facts.decided_on is None:
        raise ValueError("a claim that isn't decided has no letter")
    granted = facts.granted or ZERO
    opening = _("Your claim reported on %(day)s has been examined. We have decided as follows.")
    return Paper(
        title=_("Notice of decision"),
        number=facts.number,
        file_name=f"{_('Notice of decision')}-{facts.number}",
        blocks=(
            Text((f"{facts.insured}：", opening % {"day": day(facts.reported_on)})),
            Facts(
                (
                    *_claim_rows(facts),
                    *(((_("Decision"), _("Payment refused")),) if facts.rejected else ()),
                    (_("Amount granted"), _("%(amount)s yuan") % {"amount": yuan(granted)}),
                    (_("In capitals"), renminbi(granted)),
                )
            ),
            Text(
                (*reasons(facts), _("Basis: %(article)s.") % {"article": article(facts.coverage)}),
                heading=_("Why"),
            ),
            Text(payment_words(facts), heading=_("Payment")),
            Text(objection(facts), heading=_("If you do not agree")),
        ),
        closing=(facts.insurer, day(facts.decided_on)),
    )


@in_chinese
def documents_notice(
    facts: ClaimFacts, *, papers: Sequence[tuple[str, str]], note: str, asked_on: datetime.date
) -> Paper:
    """补正材料通知书: everything that is missing, in one list (R26). `papers` are names with what each has to show."""
    numbered = tuple((str(place), name, purpose) for place, (name, purpose) in enumerate(papers, 1))
    opening = _("For your claim %(number)s reported on %(day)s the following papers are still missing.") % {
        "number": facts.number,
        "day": day(facts.reported_on),
    }
    blocks: tuple[Block, ...] = (
        Text((f"{facts.insured}：", opening)),
        Table((_("No."), _("Paper"), _("What it has to show")), numbered),
        *((Text((note,), heading=_("Note")),) if note else ()),
        Text(
            (
                _("This is the whole list: we ask once, and shall not ask for more."),
                _("Hand the papers in at %(insurer)s or through your village committee; photographs will do.")
                % {"insurer": facts.insurer},
            )
        ),
        Signatures((_("Received by"),)),
    )
    return Paper(
        title=_("Notice of missing papers"),
        number=facts.number,
        file_name=f"{_('Notice of missing papers')}-{facts.number}",
        blocks=blocks,
        closing=(facts.insurer, day(asked_on)),
    )


def _claim_rows(facts: ClaimFacts) -> tuple[tuple[str, str], ...]:
    rows = [
        (_("Claim number"), facts.number),
        (_("Insured person"), facts.insured),
        (_("Identity number"), facts.identity),
        (_("Address"), f"{facts.county} {facts.place}" if facts.place != facts.county else facts.county),
        (_("Coverage"), facts.coverage_name),
        (_("Policy year"), str(facts.policy_year)),
        (_("Insurer and agreement"), f"{facts.insurer}（{facts.agreement}）"),
        (_("Reported on"), day(facts.reported_on)),
    ]
    return tuple((name, value) for name, value in rows if value)


def _bills_table(facts: ClaimFacts) -> Table:
    given = any(bill.charity for bill in facts.bills)
    columns = (
        _("Stay, or day of the visit"),
        _("Care"),
        _("Hospital and invoice"),
        _("Bill"),
        _("Basic insurance"),
        _("Serious illness"),
        _("Assistance"),
        _("Commercial"),
        _("Others"),
        _("Self-pay"),
        *((_("Charity"),) if given else ()),
    )
    rows = tuple(
        (
            _days_of(bill),
            part_name(bill.care),
            f"{bill.hospital} {bill.invoice}",
            bill.bill,
            bill.basic,
            bill.serious_illness,
            bill.assistance,
            bill.commercial,
            bill.other,
            bill.self_pay,
            *((bill.charity,) if given else ()),
        )
        for bill in facts.bills
    )
    names = ["bill", "basic", "serious_illness", "assistance", "commercial", "other", "self_pay"]
    names += ["charity"] if given else []
    sums: tuple[Cell, ...] = tuple(sum((getattr(bill, name) for bill in facts.bills), ZERO) for name in names)
    return Table(columns, rows, heading=_("Bills (yuan)"), total=(_("Total"), "", "", *sums))


def _days_of(bill: BillLine) -> str:
    """From admission to discharge, where the admission is entered."""
    if bill.admitted_on is None:
        return bill.on.isoformat()
    days = {"first": bill.admitted_on.isoformat(), "last": bill.on.isoformat()}
    return _("%(first)s to %(last)s") % days


def _stages_table(part: Reckoning) -> Table:
    rows = tuple(
        (stage_name(stage.code), stage.rule, inputs_text(stage.inputs), stage.amount)
        for stage in part.breakdown.stages
    )
    columns = (_("Step"), _("Rule"), _("Reckoned from"), _("Amount (yuan)"))
    return Table(columns, rows, heading=part_name(part.of))


def _result_rows(facts: ClaimFacts) -> tuple[tuple[str, str], ...]:
    if facts.refusal:
        return ((_("State"), facts.refusal),)
    granted = reckoned(facts)
    state = (
        _("not decided yet; reckoned as entered so far")
        if facts.granted is None
        else str(Claim.State(facts.state).label)
    )
    return (
        (_("State"), state),
        (_("Amount"), _("%(amount)s yuan") % {"amount": yuan(granted)}),
        (_("In capitals"), renminbi(granted)),
    )


def _term_rows(facts: ClaimFacts) -> tuple[tuple[str, str], ...]:
    shown = TERMS_SHOWN[facts.coverage]
    rows = zip(PARAMETERS, term_rows(facts.terms, {}), strict=True)
    return tuple((f"{row.label}（{row.rule}）", row.value) for name, row in rows if name in shown)
