"""The papers of one claim: calculation sheet, decision letter, notice of missing papers, and the sum in plain words."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from claims.models import Claim
from claims.paper.facts import ClaimFacts, Reckoning
from claims.paper.loss import loss_blocks
from claims.paper.unreckoned import unreckoned_words
from claims.paper.words import article, inputs_text, part_name, stage_name
from enrollment.texts import term_rows
from jincheng_insurance.scheme.terms import PARAMETERS, DeductibleBasis
from jincheng_insurance.web.capitals import capitals
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
    blocks: list[Block] = [Facts(_claim_rows(facts))]
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
    paid = (
        _("The money was paid on %(day)s.") % {"day": day(facts.paid_on)}
        if facts.paid_on
        else _("The money is paid into your account within %(days)s working days of the approval.")
        % {"days": facts.terms.payment_days}
    )
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
                    (_("In capitals"), _renminbi(granted)),
                )
            ),
            Text(
                (*_reasons(facts), _("Basis: %(article)s.") % {"article": article(facts.coverage)}),
                heading=_("Why"),
            ),
            Text((paid,) if granted else (_("So nothing is paid on this claim."),), heading=_("Payment")),
            Text(_objection(facts), heading=_("If you do not agree")),
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


@in_chinese
def plain_words(facts: ClaimFacts) -> Paper:
    """The sum as one would explain it at the kitchen table, in large type: billed, paid by others, left, the rule, the
    amount, what the year still holds, and where nothing is due, why. Where nothing is reckoned (not paid, withdrawn,
    not decidable yet, nothing entered), what that means and what comes next."""
    reckoned = bool(facts.reckonings)
    blocks = _sum_in_words(facts) if reckoned else [Text(unreckoned_words(facts))]
    basis = _("Basis: %(article)s.") % {"article": article(facts.coverage)}
    objection = () if facts.state == Claim.State.WITHDRAWN else _objection(facts)
    blocks.append(Text((basis, *objection)))
    title = _("How your payment was reckoned") if reckoned else _("How your claim stands")
    return Paper(
        title=title,
        number=facts.number,
        file_name=f"{title}-{facts.number}",
        blocks=tuple(blocks),
        large=True,
        closing=(facts.insurer,),
    )


def _sum_in_words(facts: ClaimFacts) -> list[Block]:
    blocks: list[Block] = [Text((_greeting(facts),))]
    for part in facts.reckonings:
        lines = _medical_lines(facts, part) if part.of != "property" else _property_lines(part)
        blocks.append(Table((_("What"), _("Yuan")), tuple(lines), heading=part_name(part.of)))
        if set_off := _set_off_sentences(part):
            blocks.append(Text(set_off))
    granted = _reckoned(facts)
    word = _("This claim pays you") if facts.granted is not None else _("As entered so far, you would get")
    amount = _("%(amount)s yuan") % {"amount": yuan(granted)}
    blocks.append(Facts(((word, f"{amount}（{_renminbi(granted)}）"),)))
    if not granted:
        blocks.append(Text(_reasons(facts)))
    return blocks


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
    columns = (
        _("Date"),
        _("Care"),
        _("Hospital and invoice"),
        _("Bill"),
        _("Basic insurance"),
        _("Serious illness"),
        _("Assistance"),
        _("Commercial"),
        _("Others"),
        _("Self-pay"),
    )
    rows = tuple(
        (
            bill.on.isoformat(),
            part_name(bill.care),
            f"{bill.hospital} {bill.invoice}",
            bill.bill,
            bill.basic,
            bill.serious_illness,
            bill.assistance,
            bill.commercial,
            bill.other,
            bill.self_pay,
        )
        for bill in facts.bills
    )
    names = ("bill", "basic", "serious_illness", "assistance", "commercial", "other", "self_pay")
    sums: tuple[Cell, ...] = tuple(sum((getattr(bill, name) for bill in facts.bills), ZERO) for name in names)
    return Table(columns, rows, heading=_("Bills (yuan)"), total=(_("Total"), "", "", *sums))


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
    decided, granted = facts.granted is not None, _reckoned(facts)
    return (
        (_("State"), _("has been decided") if decided else _("not decided yet; reckoned as entered so far")),
        (_("Amount"), _("%(amount)s yuan") % {"amount": yuan(granted)}),
        (_("In capitals"), _renminbi(granted)),
    )


def _term_rows(facts: ClaimFacts) -> tuple[tuple[str, str], ...]:
    shown = TERMS_SHOWN[facts.coverage]
    rows = zip(PARAMETERS, term_rows(facts.terms, {}), strict=True)
    return tuple((f"{row.label}（{row.rule}）", row.value) for name, row in rows if name in shown)


def _reckoned(facts: ClaimFacts) -> Decimal:
    """What is granted; before the decision, what the stages would give."""
    if facts.granted is not None:
        return facts.granted
    return sum((part.breakdown.amount("granted") for part in facts.reckonings), ZERO)


def _renminbi(amount: Decimal) -> str:
    return _("Renminbi %(amount)s") % {"amount": capitals(amount)}


def _greeting(facts: ClaimFacts) -> str:
    return _("%(name)s, this is how claim %(number)s is reckoned:") % {
        "name": facts.insured,
        "number": facts.number,
    }


def _objection(facts: ClaimFacts) -> tuple[str, ...]:
    return (
        _(
            "If you do not agree, ask %(insurer)s to examine the claim again, or turn to the rural-revitalization"
            " office of %(county)s; bring this sheet. The Jincheng rural-revitalization centre interprets the scheme."
        )
        % {"insurer": facts.insurer, "county": facts.county},
    )


def _reasons(facts: ClaimFacts) -> tuple[str, ...]:
    """Why this amount, a sentence for each part of the sum; of a claim not paid, the account its reviewer gave."""
    if facts.rejected:
        return (facts.rejected,)
    return tuple(
        _property_reason(part) if part.of == "property" else _medical_reason(facts, part)
        for part in facts.reckonings
    )


def _medical_reason(facts: ClaimFacts, part: Reckoning) -> str:
    amount = part.breakdown.amount
    figures = {
        "part": part_name(part.of),
        "self_pay": yuan(amount("year_self_pay")),
        "deductible": yuan(amount("deductible")),
        "above": yuan(amount("above_deductible")),
        "rate": f"{facts.terms.medical_rate * 100:.0f}%",
        "at_rate": yuan(amount("rate_applied")),
        "cap": yuan(amount("cap")),
        "before": yuan(amount("already_granted")),
        "granted": yuan(amount("granted")),
    }
    per_visit = facts.terms.deductible_basis == DeductibleBasis.PER_VISIT
    if not amount("above_deductible") and per_visit:
        return (
            _("%(part)s: no bill is above the deductible of %(deductible)s yuan, so nothing is due.")
            % figures
        )
    if not amount("above_deductible"):
        return (
            _(
                "%(part)s: what you paid yourself this year is %(self_pay)s yuan, not more than the deductible of"
                " %(deductible)s yuan, so nothing is due yet. It counts towards later claims of this year."
            )
            % figures
        )
    text = _(
        "%(part)s: what you paid yourself this year is %(self_pay)s yuan; above the deductible of %(deductible)s yuan"
        " lie %(above)s yuan, of which %(rate)s, %(at_rate)s yuan, is due."
    )
    if amount("rate_applied") > amount("cap"):
        text += _("The limit of a year is %(cap)s yuan.")
    if amount("already_granted"):
        text += _("%(before)s yuan were granted earlier this year.")
    text += "".join(_set_off_sentences(part))
    return (text + _("So this claim pays %(granted)s yuan.")) % figures


def _set_off_sentences(part: Reckoning) -> tuple[str, ...]:
    """What was overpaid earlier in the year, as far as it is taken off this claim, and what is left of it (R11)."""
    said = (
        ("set_off", _("%(amount)s yuan paid too much earlier this year have been taken off this claim.")),
        (
            "overpayment",
            _(
                "%(amount)s yuan paid too much earlier this year remain, to be taken off what later claims of this"
                " year pay."
            ),
        ),
    )
    amounts = {stage.code: stage.amount for stage in part.breakdown.stages}
    return tuple(text % {"amount": yuan(amounts[code])} for code, text in said if code in amounts)


def _property_reason(part: Reckoning) -> str:
    amount = part.breakdown.amount
    return _(
        "The loss was assessed at %(assessed)s yuan; others made good %(recovered)s yuan of it; of this year's limit"
        " %(left)s yuan were left. So this claim pays %(granted)s yuan."
    ) % {
        "assessed": yuan(amount("assessed")),
        "recovered": yuan(amount("recovered")),
        "left": yuan(amount("property_remaining")),
        "granted": yuan(amount("granted")),
    }


def _medical_lines(facts: ClaimFacts, part: Reckoning) -> list[tuple[str, Decimal]]:
    bills = [bill for bill in facts.bills if bill.care == part.of]
    amount = part.breakdown.amount
    paid_by_others = (
        (_("Basic medical insurance paid"), "basic"),
        (_("Serious-illness insurance paid"), "serious_illness"),
        (_("Medical assistance paid"), "assistance"),
        (_("Commercial insurance paid"), "commercial"),
        (_("Others paid"), "other"),
    )
    lines = [(_("The hospital billed"), sum((bill.bill for bill in bills), ZERO))]
    for label, name in paid_by_others:
        paid = sum((getattr(bill, name) for bill in bills), ZERO)
        if paid:
            lines.append((label, paid))
    own = sum((bill.self_pay for bill in bills), ZERO)
    lines.append((_("Left for you to pay"), own))
    if amount("year_self_pay") != own:
        lines.append((_("With your earlier bills of this year"), amount("year_self_pay")))
    bears = (
        _("Of each bill you bear the first")
        if facts.terms.deductible_basis == DeductibleBasis.PER_VISIT
        else _("In a year you bear the first")
    )
    per_cent = f"{facts.terms.medical_rate * 100:.0f}"
    lines += [
        (bears, amount("deductible")),
        (_("What lies above that"), amount("above_deductible")),
        (_("The insurance pays %(rate)s per cent of it") % {"rate": per_cent}, amount("rate_applied")),
        (_("At most in a year"), amount("cap")),
    ]
    if amount("already_granted"):
        lines.append((_("You were granted earlier this year"), amount("already_granted")))
    set_off = [stage for stage in part.breakdown.stages if stage.code == "set_off"]
    lines += [(_("Paid too much of it, taken off now"), stage.amount) for stage in set_off]
    left = max(ZERO, amount("cap") - amount("already_granted") - amount("granted"))
    return [*lines, (_("This claim pays"), amount("granted")), (_("Still left for this year"), left)]


def _property_lines(part: Reckoning) -> list[tuple[str, Decimal]]:
    lines = [(stage_name(stage.code), stage.amount) for stage in part.breakdown.stages]
    left = max(ZERO, part.breakdown.amount("property_remaining") - part.breakdown.amount("granted"))
    return [*lines, (_("Still left for this year"), left)]
