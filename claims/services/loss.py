"""A household's loss from report to signed assessment (R12-R14, R26)."""

import datetime
import uuid
from collections.abc import Collection
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.adjudication import assessed_sum
from claims.models import MOST, Cause, Claim, Finding, LossItem, PropertyLoss, SignOff
from claims.services.intake import open_claim
from claims.services.reporting import check_two_years, mark_late
from claims.services.steps import check_step, locked_claim, take_step
from enrollment.models import InsuredHousehold
from enrollment.selectors import terms_of
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record
from jincheng_insurance.scheme.cover import Cover
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.property import Cause as SchemeCause
from jincheng_insurance.scheme.property import check_cause
from jincheng_insurance.web.formats import day
from jincheng_insurance.web.rule_texts import rule_text

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class LossFacts:
    """What happened, as entered. `peril` names the disaster, `recovered` is what others made good, in yuan; the
    police report and the finding are for theft (R13), and may be added later."""

    cause: str
    lost_on: datetime.date
    peril: str = ""
    place: str = ""
    recovered: Decimal = ZERO
    police_report: str = ""
    police_station: str = ""
    police_report_on: datetime.date | None = None
    finding: str = ""


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One thing lost or damaged: how many of what, and its loss in yuan."""

    kind: str
    name: str
    quantity: Decimal
    unit: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class SignFacts:
    """One party's signature (R14): who signed, when, and by what authority an agent did."""

    party: str
    signed_by: str
    on: datetime.date
    authority: str = ""


@transaction.atomic(durable=True)
def report_loss(
    *,
    insured_household: InsuredHousehold,
    facts: LossFacts,
    reserve: Decimal,
    account: str,
    actor: User,
    reported_on: datetime.date | None = None,
    once: uuid.UUID | None = None,
) -> Claim:
    """Open a household's claim for a loss. Refused when it lies outside the cover (R9) or more than two years back
    (R26); whether its cause is covered is for the decision (R12). `once` as in `report_claim`."""
    return open_loss(
        insured_household=insured_household,
        facts=facts,
        reserve=reserve,
        account=account,
        actor=actor,
        reported_on=reported_on,
        once=once,
    )


def open_loss(
    *,
    insured_household: InsuredHousehold,
    facts: LossFacts,
    reserve: Decimal,
    account: str,
    actor: User,
    reported_on: datetime.date | None = None,
    once: uuid.UUID | None = None,
) -> Claim:
    """Open a household's claim for a loss, within the transaction of the service that asks. Refusals as in
    `report_loss`."""
    require(actor, Act.HANDLE_CLAIM, insured_household)
    claim = Claim(
        coverage=Claim.Coverage.PROPERTY, insured_household=insured_household, account=account, once=once
    )
    claim, new = open_claim(claim, reserve=reserve, reported_on=reported_on, actor=actor)
    if new:
        perils = terms_of(claim.policy_year_id).perils
        check_loss(facts, household=insured_household, reported_on=claim.reported_on, perils=perils)
        claim.loss = PropertyLoss.objects.create(claim=claim, **asdict(facts))
        mark_late(claim)
        claim.save(update_fields=["late"])
    return claim


@transaction.atomic(durable=True)
def change_loss(*, claim: Claim, facts: LossFacts, actor: User) -> None:
    """Correct what happened while the claim is being assessed. A change of what others made good voids the
    signatures."""
    claim = locked_claim(claim)
    check_step(claim, "assess", actor)
    _check_is_loss(claim)
    perils = terms_of(claim.policy_year_id).perils
    check_loss(facts, household=claim.insured_household, reported_on=claim.reported_on, perils=perils)
    loss = claim.loss
    before = loss.recovered
    for name, value in asdict(facts).items():
        setattr(loss, name, value)
    loss.save()
    if before != facts.recovered:
        _void_sign_offs(loss)
    mark_late(claim)
    take_step(claim, "assess", actor, told_as="change_loss")
    record(
        "change_loss",
        actor=actor,
        on=loss,
        county_id=claim.county_id,
        facts={"claim": claim.number, "recovered": facts.recovered},
    )


def draft_item(*, claim: Claim, facts: ItemFacts) -> LossItem:
    """An unsaved item, for reckoning before it is entered."""
    return LossItem(loss=claim.loss, **asdict(facts))


@transaction.atomic(durable=True)
def add_item(*, claim: Claim, facts: ItemFacts, actor: User) -> LossItem:
    """Enter an item of the loss. The sum changes, so signatures under the earlier one stand no longer (R14)."""
    return enter_item(locked_claim(claim), facts, actor=actor)


def enter_item(claim: Claim, facts: ItemFacts, *, actor: User) -> LossItem:
    """Enter an item of a locked claim, within the transaction of the service that asks. Refusals as in `add_item`."""
    check_step(claim, "assess", actor)
    _check_is_loss(claim)
    check_item(facts)
    item = draft_item(claim=claim, facts=facts)
    item.entered_by = actor
    item.save()
    _void_sign_offs(claim.loss)
    take_step(claim, "assess", actor, note=facts.name, amount=facts.amount, told_as="add_item")
    record(
        "add_item",
        actor=actor,
        on=item,
        county_id=claim.county_id,
        facts={"claim": claim.number, "amount": facts.amount},
    )
    return item


def check_item(facts: ItemFacts) -> None:
    """Refused unless loss and quantity are amounts that can stand."""
    if not (facts.amount.is_finite() and 0 <= facts.amount < MOST):
        raise Refused(_("The loss must be an amount of zero or more."), field="amount")
    if not (facts.quantity.is_finite() and 0 < facts.quantity < 10**8):
        raise Refused(_("The quantity must be above zero."), field="quantity")


@transaction.atomic(durable=True)
def remove_item(*, item: LossItem, actor: User) -> None:
    """Take back an item. The row stays on record; signatures under the earlier sum stand no longer (R14)."""
    claim = locked_claim(item.loss.claim)
    check_step(claim, "assess", actor)
    if not LossItem.objects.filter(pk=item.pk, loss__claim=claim, standing=True).update(standing=False):
        return
    _void_sign_offs(claim.loss)
    take_step(claim, "assess", actor, note=item.name, told_as="remove_item")
    record("remove_item", actor=actor, on=item, county_id=claim.county_id, facts={"claim": claim.number})


@transaction.atomic(durable=True)
def sign_off(
    *, claim: Claim, party: str, signed_by: str, on: datetime.date, actor: User, authority: str = ""
) -> SignOff:
    """Note one party's signature under the assessed sum (R14): village committee, insured, or insurer. Signing anew
    replaces that party's earlier signature. An agent may sign for the insured if the authority is stated."""
    facts = SignFacts(party, signed_by, on, authority)
    return enter_sign_off(locked_claim(claim), facts, actor=actor)


def enter_sign_off(claim: Claim, facts: SignFacts, *, actor: User) -> SignOff:
    """Note a signature under a locked claim's sum, within the transaction of the service that asks. Refusals as in
    `sign_off`."""
    check_step(claim, "assess", actor)
    _check_is_loss(claim)
    loss = claim.loss
    check_sign_off(facts, lost_on=loss.lost_on, itemised=loss.items.filter(standing=True).exists())
    loss.sign_offs.filter(standing=True, party=facts.party).update(standing=False)
    signed = SignOff.objects.create(
        loss=loss,
        party=facts.party,
        signed_by=facts.signed_by.strip(),
        authority=facts.authority.strip(),
        on=facts.on,
        assessed=assessed_sum(claim),
        entered_by=actor,
    )
    told = f"{signed.get_party_display()} · {signed.signed_by} · {day(signed.on)}"
    take_step(claim, "assess", actor, note=told, amount=signed.assessed, told_as="sign")
    record(
        "sign_off",
        actor=actor,
        on=signed,
        county_id=claim.county_id,
        facts={"claim": claim.number, "amount": signed.assessed},
    )
    return signed


def check_sign_off(facts: SignFacts, *, lost_on: datetime.date, itemised: bool) -> None:
    """Refused unless the loss has items to sign for, only the insured is represented, and the day is possible
    (R14)."""
    if not itemised:
        raise Refused(_("Enter the items of the loss before anybody signs for their sum."))
    if facts.authority.strip() and facts.party != SignOff.Party.INSURED:
        raise Refused(_("Only the insured may be represented by an agent."), field="authority", rule="R14")
    if not lost_on <= facts.on <= timezone.localdate():
        raise Refused(
            _("The signature must be dated from the day of the loss to today."), field="on", rule="R14"
        )


def check_signed(claim: Claim) -> None:
    """Refused unless village committee, insured and insurer have all signed for the sum (R14)."""
    signed = set(claim.loss.sign_offs.filter(standing=True).values_list("party", flat=True))
    missing = [str(party.label) for party in SignOff.Party if party not in signed]
    if missing:
        raise Refused(
            _("The assessment isn't signed by everybody. Missing: %(missing)s."),
            rule="R14",
            missing="、".join(missing),
        )


@dataclass(frozen=True, slots=True)
class Lack:
    """What a claim for a loss still lacks, in words, and the rule that asks for it."""

    text: str
    rule: str


def lacking(claim: Claim) -> list[Lack]:
    """What a household's claim lacks before anybody could approve it: of a theft, police report and finding (R13); the
    signatures (R14). Nothing where the loss itself isn't covered: that is for the decision, and takes no signature."""
    loss = claim.loss
    try:
        check_cause(
            terms=terms_of(claim.policy_year_id), cause=SchemeCause(loss.cause), peril=loss.peril or None
        )
    except RuleError:
        return []
    if loss.finding == Finding.FOUND:
        return []
    lacks = []
    if loss.cause == Cause.THEFT:
        wanting = {"police_report_missing": loss.police_report, "responsible_not_said": loss.finding}
        errors = [RuleError(code) for code, given in wanting.items() if not given]
        lacks += [Lack(str(rule_text(error)), error.rule) for error in errors]
    try:
        check_signed(claim)
    except Refused as refusal:
        lacks.append(Lack(str(refusal), refusal.rule))
    return lacks


def check_proven(claim: Claim) -> None:
    """Refused while a household's claim lacks what its approval needs, all of it named (R13, R14)."""
    lacks = lacking(claim)
    if lacks:
        raise Refused(
            _("Nobody could approve this claim yet. %(lacking)s"),
            rule=lacks[0].rule,
            lacking=" ".join(lack.text for lack in lacks),
        )


def void_sign_offs(claim: Claim) -> None:
    """Let no signature under a locked claim's assessment stand any longer."""
    if claim.is_property:
        _void_sign_offs(claim.loss)


def _void_sign_offs(loss: PropertyLoss) -> None:
    loss.sign_offs.filter(standing=True).update(standing=False)


def _check_is_loss(claim: Claim) -> None:
    if not claim.is_property:
        raise Refused(_("This claim is for medical costs; it takes bills, not items of a loss."))


def check_loss(
    facts: LossFacts,
    *,
    household: InsuredHousehold,
    reported_on: datetime.date,
    perils: Collection[str],
) -> None:
    """What the rules say of a loss reported on a day, by the disasters that the year's terms list. Asks nothing of the
    database. Refusals as in `report_loss`."""
    if facts.lost_on > timezone.localdate():
        raise Refused(_("A loss can't be dated in the future."), field="lost_on")
    cover = Cover(household.cover_from, household.cover_to)
    if facts.lost_on not in cover:
        error = RuleError(
            "outside_cover", on=day(facts.lost_on), cover_from=day(cover.begins), cover_to=day(cover.ends)
        )
        raise Refused(rule_text(error), field="lost_on", rule=error.rule)
    check_two_years(facts.lost_on, reported_on, field="lost_on")
    if not (facts.recovered.is_finite() and 0 <= facts.recovered < MOST):
        raise Refused(_("What others made good must be an amount of zero or more."), field="recovered")
    _check_cause(facts, perils)
    _check_police_report(facts)


def _check_cause(facts: LossFacts, perils: Collection[str]) -> None:
    disaster = facts.cause == Cause.NATURAL_DISASTER
    if disaster and facts.peril not in perils:
        raise Refused(_("Say which natural disaster it was."), field="peril", rule="R12")
    if not disaster and facts.peril:
        raise Refused(_("A natural disaster is named, but the cause is another."), field="peril", rule="R12")


def _check_police_report(facts: LossFacts) -> None:
    on = facts.police_report_on
    if on is not None and not facts.lost_on <= on <= timezone.localdate():
        raise Refused(
            _("The police report must be dated from the day of the loss to today."),
            field="police_report_on",
            rule="R13",
        )
