"""What each line of a household's loss comes to: its report, its items, the signatures under their sum (R12-R14). And
the judging of all lines of a workbook."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal

from claims.bulk.facts import item_facts_of, loss_facts_of, sign_facts_of
from claims.bulk.judging import ZERO, Judge
from claims.bulk.known import Known
from claims.bulk.reading import Kind, Line
from claims.clocks import is_late
from claims.models import Claim, ClaimImport, PropertyLoss, SignOff
from claims.services.intake import check_report
from claims.services.loss import (
    LossFacts,
    SignFacts,
    check_item,
    check_loss,
    check_sign_off,
)
from claims.services.steps import check_step
from enrollment.models import InsuredHousehold
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.formats import yuan

ORDER = (Kind.CLAIM, Kind.LOSS, Kind.BILL, Kind.ITEM, Kind.SIGN, Kind.PAYMENT)
LOSS_NAMES = tuple(LossFacts.__dataclass_fields__)


def judge(lines: Sequence[Line], *, upload: ClaimImport, actor: User, known: Known) -> list[Line]:
    """The lines in the order in which they are written: claims, what belongs to them, payments. Asks nothing of the
    database for a single line."""
    judges = LossJudge(upload, actor, known)
    ordered = [line for kind in ORDER for line in lines if line.kind == kind]
    for line in ordered:
        judges.of[Kind(line.kind)](line)
    return ordered


class LossJudge(Judge):
    """The judge of all lines. Of each case it remembers the items that are new, as their sum in yuan, and the first one
    that isn't taken: nobody signs for a sum that lacks it."""

    def __init__(self, upload: ClaimImport, actor: User, known: Known) -> None:
        super().__init__(upload, actor, known)
        self.added: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        self.left_out: dict[str, Line] = {}
        self.of |= {Kind.LOSS: self.loss, Kind.ITEM: self.item, Kind.SIGN: self.sign}

    # The report

    def loss(self, line: Line) -> None:
        self.head(line, self._loss_case)

    def _loss_case(self, line: Line) -> Claim | None:
        household = self._household(line)
        if household is None:
            return None
        standing = self.known.by_reference.get(line.reference)
        if standing is not None:
            return self._stands_as(line, standing, household)
        if line.reference in self.known.taken:
            line.refuse("reference", "reference_taken")
            return None
        return self._new_loss(line, household)

    def _household(self, line: Line) -> InsuredHousehold | None:
        if not self.actor.can(Act.HANDLE_CLAIM):
            line.refuse("reference", "not_yours_to_report")
            return None
        household = self.known.households.get(line.values["household_code"])
        if household is None or not self.actor.can(Act.HANDLE_CLAIM, on=household):
            line.refuse("household_code", "household_unknown", year=self.upload.policy_year_id)
            return None
        if line.values["name"] not in self.known.members.get(household.pk, ()):
            line.refuse("name", "member_unknown")
            return None
        line.household_key = household.pk
        return household

    def _stands_as(self, line: Line, standing: Claim, household: InsuredHousehold) -> Claim | None:
        if not standing.is_property:
            line.refuse("reference", "claim_of_medical", number=standing.number)
            return None
        stands = {"household_code": standing.insured_household_id} | self.stands(standing)
        stands |= {name: getattr(standing.loss, name) for name in LOSS_NAMES}
        return self.compared(line, standing, line.values | {"household_code": household.pk}, stands)

    def _new_loss(self, line: Line, household: InsuredHousehold) -> Claim | None:
        """The claim as it would be, not saved."""
        agreement = household.agreement
        perils = self.known.terms_of(agreement.policy_year_id).perils
        facts = loss_facts_of(line.values)
        if facts.peril and facts.peril not in perils:
            line.refuse("peril", "peril_unknown")
            return None
        try:
            on = check_report(
                reserve=line.values["reserve"],
                reported_on=line.values["reported_on"],
                cover_from=household.cover_from,
            )
            check_loss(facts, household=household, reported_on=on, perils=perils)
        except Refused as refusal:
            line.refuse_by(refusal, "reported_on")
            return None
        if is_late(facts.lost_on, on):
            line.warn("lost_on", "late")
        line.new = True
        claim = Claim(
            coverage=Claim.Coverage.PROPERTY,
            insured_household=household,
            agreement=agreement,
            policy_year_id=agreement.policy_year_id,
            county_id=agreement.county_id,
            reported_on=on,
        )
        claim.loss = PropertyLoss(claim=claim, **asdict(facts))
        return claim

    def _loss_of(self, line: Line) -> Claim | None:
        """The household's claim an item or signature belongs to."""
        if not self.actor.can(Act.HANDLE_CLAIM):
            line.refuse("reference", "not_yours_to_report")
        claim = self.claim_of(line)
        if claim is None:
            return None
        if not claim.is_property:
            line.refuse("reference", "claim_of_medical", number=claim.number or line.reference)
        line.claim_key = claim.pk
        return None if line.rejected else claim

    # Items

    def item(self, line: Line) -> None:
        values = line.values
        if line.reference and values["kind"] and values["name"]:
            self.once(line, "name", "item_twice", ("item", line.reference, values["kind"], values["name"]))
        claim = self._loss_of(line)
        if claim is not None and not self._item_stands(line, claim):
            self._check_item(line, claim)
        if line.rejected:
            self.left_out.setdefault(line.reference, line)
        elif line.new:
            self.added[line.reference] += values["amount"]

    def _item_stands(self, line: Line, claim: Claim) -> bool:
        """Whether this thing was entered on this very claim before, and so the line is done with."""
        values = line.values
        same = [
            item
            for item in self.known.items.get(claim.pk or 0, ())
            if (item.kind, item.name) == (values["kind"], values["name"])
        ]
        standing = [item for item in same if item.standing]
        if not standing:
            if same:
                line.refuse("name", "item_ended", number=claim.number)
            return bool(same)
        differing = [
            [name for name in ("quantity", "unit", "amount") if getattr(item, name) != values[name]]
            for item in standing
        ]
        for name in min(differing, key=len):
            line.refuse(name, "item_differs", number=claim.number)
        return True

    def _check_item(self, line: Line, claim: Claim) -> None:
        try:
            check_step(claim, "assess", self.actor)
            check_item(item_facts_of(line.values))
        except Refused as refusal:
            line.refuse_by(refusal, "reference")
            return
        line.new = True
        if any(sign.standing for sign in self.known.signs.get(claim.pk or 0, ())):
            line.warn("amount", "signatures_fall")

    # Signatures

    def sign(self, line: Line) -> None:
        if line.reference and line.values["party"]:
            self.once(line, "party", "sign_twice", ("sign", line.reference, line.values["party"]))
        claim = self._loss_of(line)
        if claim is None:
            return
        left_out = self.left_out.get(line.reference)
        if left_out is not None:
            line.refuse("reference", "item_refused", sheet=left_out.sheet, row=left_out.row)
        elif not self._sign_stands(line, claim):
            self._check_sign(line, claim)

    def _sign_stands(self, line: Line, claim: Claim) -> bool:
        """Whether the party has signed for this very sum before, or its signature given here stands no longer."""
        facts = sign_facts_of(line.values)
        before = [sign for sign in self.known.signs.get(claim.pk or 0, ()) if sign.party == facts.party]
        standing = next((sign for sign in before if sign.standing), None)
        if standing is not None and line.reference not in self.added:
            differing = [name for name in asdict(facts) if getattr(standing, name) != getattr(facts, name)]
            if line.values["assessed"] != standing.assessed:
                differing.append("assessed")
            for name in differing:
                line.refuse(name, "sign_differs", number=claim.number)
            return True
        if any(_is_of(sign, facts) for sign in before):
            line.refuse("on", "sign_ended", number=claim.number)
            return True
        return False

    def _check_sign(self, line: Line, claim: Claim) -> None:
        items = [item.amount for item in self.known.items.get(claim.pk or 0, ()) if item.standing]
        assessed = sum(items, self.added.get(line.reference, ZERO))
        itemised = bool(items) or line.reference in self.added
        try:
            check_step(claim, "assess", self.actor)
            check_sign_off(sign_facts_of(line.values), lost_on=claim.loss.lost_on, itemised=itemised)
        except Refused as refusal:
            line.refuse_by(refusal, "reference")
            return
        if line.values["assessed"] != assessed:
            line.refuse("assessed", "assessed_not_sum", sum=yuan(assessed))
            return
        line.new = True


def _is_of(sign: SignOff, facts: SignFacts) -> bool:
    return all(getattr(sign, name) == value for name, value in asdict(facts).items())
