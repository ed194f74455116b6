"""Sentences that more than one paper of a claim needs: why this amount, the amount in capitals, how to object."""

from decimal import Decimal

from django.utils.translation import gettext as _

from claims.paper.facts import ClaimFacts, Reckoning
from claims.paper.words import part_name
from jincheng_insurance.scheme.terms import DeductibleBasis
from jincheng_insurance.web.capitals import capitals
from jincheng_insurance.web.formats import day, yuan

ZERO = Decimal("0.00")


def reckoned(facts: ClaimFacts) -> Decimal:
    """What is granted; before the decision, what the stages would give."""
    if facts.granted is not None:
        return facts.granted
    return sum((part.breakdown.amount("granted") for part in facts.reckonings), ZERO)


def renminbi(amount: Decimal) -> str:
    return _("Renminbi %(amount)s") % {"amount": capitals(amount)}


def payment_words(facts: ClaimFacts) -> tuple[str, ...]:
    """When the money of a decided claim comes or came (R26), or that none does."""
    if not facts.granted:
        return (_("So nothing is paid on this claim."),)
    if facts.paid_on:
        return (_("The money was paid on %(day)s.") % {"day": day(facts.paid_on)},)
    within = {"days": facts.terms.payment_days, "day": day(facts.pay_by)}
    return (
        _(
            "The money is paid into your account within %(days)s working days of the approval, on %(day)s at the"
            " latest."
        )
        % within,
    )


def taken_back_words(facts: ClaimFacts) -> tuple[str, ...]:
    """That an earlier decision was taken back and why, and what of the money paid under it is to be given back (R11).
    Empty where neither is so."""
    said = []
    if (was := facts.taken_back) is not None:
        text = _("The decision of %(decided)s, which granted %(amount)s yuan, was taken back on %(day)s.")
        said.append(text % {"decided": day(was.decided_on), "amount": yuan(was.granted), "day": day(was.on)})
        said.append(_("The reason: %(reason)s") % {"reason": was.reason})
    if facts.to_give_back:
        text = _(
            "%(amount)s yuan were paid to you under a decision since taken back and are to be given back; %(insurer)s"
            " tells you how. They are not set off against what this claim pays."
        )
        said.append(text % {"amount": yuan(facts.to_give_back), "insurer": facts.insurer})
    return tuple(said)


def objection(facts: ClaimFacts) -> tuple[str, ...]:
    return (
        _(
            "If you do not agree, ask %(insurer)s to examine the claim again, or turn to the rural-revitalization"
            " office of %(county)s; bring this sheet. The Jincheng rural-revitalization centre interprets the scheme."
        )
        % {"insurer": facts.insurer, "county": facts.county},
    )


def reasons(facts: ClaimFacts) -> tuple[str, ...]:
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
    text += "".join(set_off_sentences(part))
    return (text + _("So this claim pays %(granted)s yuan.")) % figures


def set_off_sentences(part: Reckoning) -> tuple[str, ...]:
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
