"""What the insured is told in plain words where nothing was reckoned: the claim isn't paid, was withdrawn, can't be
decided yet, or has nothing entered (R5, R9, R12-R14)."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models import Claim
from claims.paper.facts import ClaimFacts
from claims.paper.reasons import taken_back_words
from jincheng_insurance.web.formats import yuan

# What a rule's refusal means for the insured, and what comes next, by its code.
MEANS: Mapping[str, Promise] = {
    "basic_insurance_unknown": gettext_lazy(
        "We do not know yet whether you are in basic medical insurance this year. The county is finding out; as soon as"
        " it is known, the claim is reckoned. If you have a proof, bring it: it goes faster."
    ),
    "not_in_basic_insurance": gettext_lazy(
        "According to our records you are not in basic medical insurance this year, and only who is has this benefit."
        " If that is wrong, bring a proof that you are."
    ),
    "police_report_missing": gettext_lazy(
        "For a theft we need the receipt of your report to the police. Bring it, then the claim is reckoned."
    ),
    "responsible_not_said": gettext_lazy(
        "The police have not said yet whether somebody responsible was found. Bring their finding, then the claim is"
        " reckoned."
    ),
    "responsible_found": gettext_lazy(
        "Somebody responsible for the theft was found and can pay, so the loss is to be claimed from them."
    ),
    "cause_not_covered": gettext_lazy("The insurance doesn't cover a loss by this cause."),
    "peril_not_covered": gettext_lazy("The insurance doesn't cover a loss by this cause."),
    "outside_cover": gettext_lazy("The date lies outside the days on which you are insured."),
    "outside_year": gettext_lazy("The date lies outside the days on which you are insured."),
}
OTHERWISE = gettext_lazy(
    "Something about the claim is being cleared up. We shall tell you as soon as it can be reckoned."
)


def unreckoned_words(facts: ClaimFacts) -> tuple[str, ...]:
    """Paragraphs that greet the insured and say how the claim stands."""
    who = {"name": facts.insured, "number": facts.number}
    if facts.state == Claim.State.REJECTED:
        return (
            _("%(name)s, your claim %(number)s was examined; nothing can be paid on it.") % who,
            _("The reason: %(reason)s") % {"reason": facts.rejected},
            *taken_back_words(facts),
        )
    if facts.state == Claim.State.WITHDRAWN:
        return (
            _("%(name)s, your claim %(number)s was withdrawn at your wish. So nothing was reckoned or paid.")
            % who,
            *taken_back_words(facts),
            _("If you change your mind, tell the insurer: the claim can be taken up again."),
        )
    if facts.taken_back is not None:
        return _examined_anew(facts)
    greeting = _("%(name)s, your claim %(number)s is not decided yet.") % who
    if facts.refusal:
        return (greeting, str(MEANS.get(facts.refused_by, OTHERWISE)))
    return (
        greeting,
        _("No bill is entered yet. Hand in what you have from the hospital, then the claim is reckoned."),
    )


def _examined_anew(facts: ClaimFacts) -> tuple[str, ...]:
    """What is said of a claim whose decision was taken back, until something is entered anew."""
    who = {"name": facts.insured, "number": facts.number}
    said = [_("%(name)s, this is how your claim %(number)s stands:") % who, *taken_back_words(facts)]
    if facts.taken_back is not None and facts.taken_back.overpaid:
        text = _(
            "%(amount)s yuan paid too much earlier this year remain, to be taken off what later claims of this year"
            " pay."
        )
        said.append(text % {"amount": yuan(facts.taken_back.overpaid)})
    if facts.refusal and facts.refused_by in MEANS:
        said.append(str(MEANS[facts.refused_by]))
    said.append(
        _(
            "The claim is being examined anew, and you will be told the new decision. What you have handed in need not"
            " be handed in again unless you are asked for it."
        )
    )
    return tuple(said)
