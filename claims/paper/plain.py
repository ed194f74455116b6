"""给群众看: a claim's sum as one would explain it at the kitchen table, in large type, drawn step by step."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import override

from claims.models import Claim, DocumentKind
from claims.paper.facts import ClaimFacts, Reckoning
from claims.paper.reasons import (
    objection,
    payment_words,
    reasons,
    reckoned,
    renminbi,
    set_off_sentences,
    taken_back_words,
)
from claims.paper.unreckoned import unreckoned_words
from claims.paper.words import article, part_name
from jincheng_insurance.scheme.terms import DeductibleBasis
from jincheng_insurance.web.charts import Step
from jincheng_insurance.web.formats import yuan
from jincheng_insurance.web.paper import Block, Facts, Paper, Steps, Table, Text

ZERO = Decimal("0.00")
Lines = list[tuple[str, Decimal]]


def plain_words(facts: ClaimFacts, *, language: str = "zh-hans") -> Paper:
    """What the claim pays, the rule, the sum drawn and in figures, what the year still holds, when the money comes, and
    what to do when one disagrees. Where nothing is reckoned (not paid, withdrawn, not decidable yet, nothing entered),
    what that means and what comes next. In the villager's language, whatever the reader's pages are in."""
    with override(language):
        is_reckoned = bool(facts.reckonings)
        title = _("How your payment was reckoned") if is_reckoned else _("How your claim stands")
        blocks = _sum_in_words(facts) if is_reckoned else [Text(unreckoned_words(facts))]
        return Paper(
            title=title,
            number=facts.number,
            file_name=f"{title}-{facts.number}",
            blocks=(*blocks, *_missing(facts), *_in_the_end(facts)),
            large=True,
            closing=(facts.insurer,),
            language=language,
        )


def _sum_in_words(facts: ClaimFacts) -> list[Block]:
    who = {"name": facts.insured, "number": facts.number}
    granted = reckoned(facts)
    word = _("This claim pays you") if facts.granted is not None else _("As entered so far, you would get")
    amount = _("%(amount)s yuan") % {"amount": yuan(granted)}
    blocks: list[Block] = [
        Text((_("%(name)s, this is how claim %(number)s is reckoned:") % who,)),
        *((Text(said),) if (said := taken_back_words(facts)) else ()),
        Facts(((word, f"{amount}（{renminbi(granted)}）"),)),
    ]
    for part in facts.reckonings:
        medical = part.of != "property"
        steps = _medical_steps(facts, part) if medical else _property_steps(part)
        lines = _medical_lines(facts, part) if medical else _property_lines(part)
        blocks += [
            Text((_rule(facts, part),), heading=part_name(part.of)),
            Steps(tuple(step for step in steps if step.value or step.kind in {"total", "result"})),
            Table((_("What"), _("Yuan")), tuple(lines)),
        ]
        if set_off := set_off_sentences(part):
            blocks.append(Text(set_off))
    if not granted:
        blocks.append(Text(reasons(facts)))
    blocks.append(Facts(tuple(_left_of_year(part) for part in facts.reckonings)))
    if facts.granted is not None:
        blocks.append(Text(payment_words(facts), heading=_("Payment")))
    return blocks


def _missing(facts: ClaimFacts) -> tuple[Block, ...]:
    if not facts.missing:
        return ()
    papers = _(", ").join(str(DocumentKind(kind).label) for kind in facts.missing)
    where = _("Hand the papers in at %(insurer)s or through your village committee; photographs will do.")
    return (Text((papers, where % {"insurer": facts.insurer}), heading=_("Papers still missing")),)


def _in_the_end(facts: ClaimFacts) -> tuple[Block, ...]:
    basis = Text((_("Basis: %(article)s.") % {"article": article(facts.coverage)},))
    if facts.state == Claim.State.WITHDRAWN:
        return (basis,)
    return (basis, Text(objection(facts), heading=_("If you do not agree")))


def _rule(facts: ClaimFacts, part: Reckoning) -> str:
    """The rule of R7, R8 or R14 under the terms of the decision."""
    amount = part.breakdown.amount
    if part.of == "property":
        return _(
            "The village committee, you and the insurer assess the loss together. What others have made good is taken"
            " off; you bear nothing first. At most %(cap)s yuan are paid in a year."
        ) % {"cap": yuan(amount("property_cap"))}
    figures = {
        "deductible": yuan(amount("deductible")),
        "rate": f"{facts.terms.medical_rate * 100:.0f}",
        "cap": yuan(amount("cap")),
    }
    if _per_visit(facts):
        return (
            _(
                "Of each bill you bear the first %(deductible)s yuan of what is left for you to pay. Of what lies above"
                " that, the insurance pays %(rate)s per cent, at most %(cap)s yuan in a year."
            )
            % figures
        )
    return (
        _(
            "In a year you bear the first %(deductible)s yuan of what is left for you to pay. Of what lies above that,"
            " the insurance pays %(rate)s per cent, at most %(cap)s yuan in a year."
        )
        % figures
    )


def _per_visit(facts: ClaimFacts) -> bool:
    return facts.terms.deductible_basis == DeductibleBasis.PER_VISIT


def _bears(facts: ClaimFacts) -> str:
    return _("Of each bill you bear the first") if _per_visit(facts) else _("In a year you bear the first")


def _pays_rate(facts: ClaimFacts) -> str:
    return _("The insurance pays %(rate)s per cent of it") % {"rate": f"{facts.terms.medical_rate * 100:.0f}"}


def _billed(facts: ClaimFacts, part: Reckoning) -> tuple[Decimal, Lines, Decimal]:
    """What the hospitals billed, what others paid of it, and what was left, of this claim's bills of one kind."""
    bills = [bill for bill in facts.bills if bill.care == part.of]
    names = (
        (_("Basic medical insurance paid"), "basic"),
        (_("Serious-illness insurance paid"), "serious_illness"),
        (_("Medical assistance paid"), "assistance"),
        (_("Commercial insurance paid"), "commercial"),
        (_("Others paid"), "other"),
    )
    paid = [(label, sum((getattr(bill, name) for bill in bills), ZERO)) for label, name in names]
    own = sum((bill.self_pay for bill in bills), ZERO)
    return sum((bill.bill for bill in bills), ZERO), [line for line in paid if line[1]], own


def _medical_lines(facts: ClaimFacts, part: Reckoning) -> Lines:
    amount = part.breakdown.amount
    billed, paid, own = _billed(facts, part)
    lines = [(_("The hospital billed"), billed), *paid, (_("Left for you to pay"), own)]
    if amount("year_self_pay") != own:
        lines.append((_("With your earlier bills of this year"), amount("year_self_pay")))
    lines += [
        (_bears(facts), amount("deductible")),
        (_("What lies above that"), amount("above_deductible")),
        (_pays_rate(facts), amount("rate_applied")),
        (_("At most in a year"), amount("cap")),
    ]
    if amount("already_granted"):
        lines.append((_("You were granted earlier this year"), amount("already_granted")))
    lines += [(_("Paid too much of it, taken off now"), taken) for taken in _set_off(part) if taken]
    return [*lines, (_("This claim pays"), amount("granted"))]


def _medical_steps(facts: ClaimFacts, part: Reckoning) -> list[Step]:
    """The same sum as a drawing: what stands, what comes off and what is added, down to what is paid."""
    amount = part.breakdown.amount
    billed, paid, own = _billed(facts, part)
    year, above, at_rate = amount("year_self_pay"), amount("above_deductible"), amount("rate_applied")
    return [
        Step(_("The hospital billed"), billed, "total"),
        *(Step(label, taken, "less") for label, taken in paid),
        Step(_("Left for you to pay"), own, "total"),
        Step(_("Your earlier bills of this year"), year - own, "more"),
        Step(_bears(facts), year - above, "less"),
        Step(_("What lies above that"), above, "total"),
        Step(_pays_rate(facts), at_rate, "total"),
        Step(_("Above the limit of a year"), max(ZERO, at_rate - amount("cap")), "less"),
        Step(_("You were granted earlier this year"), amount("already_granted"), "less"),
        *(Step(_("Paid too much of it, taken off now"), taken, "less") for taken in _set_off(part)),
        Step(_("This claim pays"), amount("granted"), "result"),
    ]


def _set_off(part: Reckoning) -> list[Decimal]:
    return [stage.amount for stage in part.breakdown.stages if stage.code == "set_off"]


def _property_lines(part: Reckoning) -> Lines:
    amount = part.breakdown.amount
    lines = [
        (_("The loss as all three assessed it"), amount("assessed")),
        (_("Others have made good"), amount("recovered")),
        (_("What is left of the loss"), amount("net_loss")),
        (_("At most in a year"), amount("property_cap")),
    ]
    if amount("already_granted"):
        lines.append((_("You were granted earlier this year"), amount("already_granted")))
    return [*lines, (_("This claim pays"), amount("granted"))]


def _property_steps(part: Reckoning) -> list[Step]:
    amount = part.breakdown.amount
    recovered, net = amount("recovered"), amount("net_loss")
    left = [Step(_("What is left of the loss"), net, "total")] if recovered else []
    return [
        Step(_("The loss as all three assessed it"), amount("assessed"), "total"),
        Step(_("Others have made good"), recovered, "less"),
        *left,
        Step(_("Above the limit of a year"), net - amount("granted"), "less"),
        Step(_("This claim pays"), amount("granted"), "result"),
    ]


def _left_of_year(part: Reckoning) -> tuple[str, str]:
    """What the year's limit still holds once this claim is paid, as it stood when it was reckoned."""
    amount = part.breakdown.amount
    cap = amount("property_cap" if part.of == "property" else "cap")
    left = max(ZERO, cap - amount("already_granted") - amount("granted"))
    label = _("%(part)s: still left for this year after this claim") % {"part": part_name(part.of)}
    figures = {"left": yuan(left), "cap": yuan(cap)}
    return label, _("%(left)s of %(cap)s yuan") % figures
