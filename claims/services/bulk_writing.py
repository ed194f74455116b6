"""Writes the new lines of a checked claims workbook, each by the inner part of its own service."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from claims.bulk.facts import bill_facts_of, item_facts_of, loss_facts_of, restored, sign_facts_of
from claims.bulk.known import chunks
from claims.bulk.reading import Kind
from claims.models import Claim, ClaimImport, ClaimReference, ClaimRow
from claims.services.bills import enter_bill
from claims.services.intake import open_claim
from claims.services.loss import enter_item, enter_sign_off, open_loss
from claims.services.payment import pay_claim
from claims.services.steps import locked_agreement, locked_claim
from enrollment.models import InsuredHousehold, InsuredPerson
from enrollment.selectors import terms_of
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.scheme.terms import Terms

BATCH = 1_000


class Writer:
    """Writes the new lines of one workbook in the order in which they were judged: claims, what belongs to them,
    payments. Runs inside the lane's transaction."""

    def __init__(self, upload: ClaimImport) -> None:
        if upload.applied_by is None:
            raise TypeError("only an import that somebody asked for is written")
        self.upload = upload
        self.actor = upload.applied_by
        self.rows = ClaimRow.objects.filter(claim_import=upload, new=True).order_by("id")
        self.claims: dict[int, Claim] = {}
        self.opened: dict[str, Claim] = {}
        self.terms: dict[int, Terms] = {}
        self.of: Mapping[str, Callable[[ClaimRow], Claim]] = {
            Kind.CLAIM: self._open,
            Kind.LOSS: self._open_loss,
            Kind.BILL: self._bill,
            Kind.ITEM: self._item,
            Kind.SIGN: self._sign,
        }

    def run(self) -> Mapping[str, int]:
        """How many lines of each kind were written. Refused or RuleError where one no longer passes."""
        payments = list(self.rows.filter(kind=Kind.PAYMENT))
        agreements = self._lock_agreements(payments)
        counts: Counter[str] = Counter()
        written = []
        for row in self.rows.exclude(kind=Kind.PAYMENT):
            row.claim_key = self.of[row.kind](row).pk
            written.append(row)
            counts[row.kind] += 1
        ClaimRow.objects.bulk_update(written, ["claim_key"], batch_size=BATCH)
        for row in sorted(payments, key=lambda row: row.claim_key or 0):
            claim = self._claim(row)
            facts = restored(row.facts)
            pay_claim(
                agreements[claim.agreement_id],
                claim,
                paid_on=facts["paid_on"],
                reference=facts["bank_reference"],
                actor=self.actor,
            )
            counts[row.kind] += 1
        return dict(counts)

    def _lock_agreements(self, payments: Iterable[ClaimRow]) -> dict[int, Any]:
        """Agreements are locked before claims, and in one order, as everywhere."""
        keys = {row.claim_key or 0 for row in payments}
        wanted = Claim.objects.filter(pk__in=keys).values_list("agreement_id", flat=True).distinct()
        return {pk: locked_agreement(pk) for pk in sorted(wanted)}

    def _open(self, row: ClaimRow) -> Claim:
        person = self._people[row.person_key or 0]
        require(self.actor, Act.HANDLE_CLAIM, person)
        facts = restored(row.facts)
        claim = Claim(
            coverage=Claim.Coverage.MEDICAL,
            insured_household_id=person.insured_household_id,
            insured_person=person,
            account=facts["account"] or "",
        )
        open_claim(claim, reserve=facts["reserve"], reported_on=facts["reported_on"], actor=self.actor)
        return self._known_as(row, claim)

    def _open_loss(self, row: ClaimRow) -> Claim:
        facts = restored(row.facts)
        claim = open_loss(
            insured_household=self._households[row.household_key or 0],
            facts=loss_facts_of(facts),
            reserve=facts["reserve"],
            account=facts["account"] or "",
            reported_on=facts["reported_on"],
            actor=self.actor,
        )
        return self._known_as(row, claim)

    def _known_as(self, row: ClaimRow, claim: Claim) -> Claim:
        ClaimReference.objects.create(
            insurer_id=self.upload.insurer_id,
            reference=row.reference,
            claim=claim,
            claim_import=self.upload,
        )
        self.opened[row.reference] = claim
        return claim

    def _bill(self, row: ClaimRow) -> Claim:
        claim = self._claim(row)
        terms = self._terms_of(claim.policy_year_id)
        enter_bill(claim, bill_facts_of(restored(row.facts)), actor=self.actor, terms=terms)
        return claim

    def _item(self, row: ClaimRow) -> Claim:
        """Refused where the thing was entered otherwise since the check: no invoice number keeps it from standing
        twice."""
        claim, facts = self._claim(row), item_facts_of(restored(row.facts))
        standing = row.claim_key and claim.loss.items.filter(kind=facts.kind, name=facts.name).exists()
        if standing:
            raise Refused(_("This thing was entered on the claim meanwhile."), field="name")
        enter_item(claim, facts, actor=self.actor)
        return claim

    def _sign(self, row: ClaimRow) -> Claim:
        """Refused where the party signed otherwise since the check, or the sum is no longer the one shown then
        (R14)."""
        claim, facts = self._claim(row), restored(row.facts)
        if row.claim_key and claim.loss.sign_offs.filter(standing=True, party=facts["party"]).exists():
            raise Refused(_("This party signed the assessment meanwhile."), field="party")
        signed = enter_sign_off(claim, sign_facts_of(facts), actor=self.actor)
        if signed.assessed != facts["assessed"]:
            raise Refused(_("The sum of the items changed meanwhile."), field="assessed", rule="R14")
        return claim

    def _terms_of(self, year: int) -> Terms:
        """The terms of a policy year, read once."""
        if year not in self.terms:
            self.terms[year] = terms_of(year)
        return self.terms[year]

    @cached_property
    def _people(self) -> dict[int, InsuredPerson]:
        held: dict[int, InsuredPerson] = {}
        for keys in chunks(row.person_key or 0 for row in self.rows.filter(kind=Kind.CLAIM)):
            people = InsuredPerson.objects.filter(pk__in=keys)
            held |= {person.pk: person for person in people.select_related("insured_household__agreement")}
        return held

    @cached_property
    def _households(self) -> dict[int, InsuredHousehold]:
        held: dict[int, InsuredHousehold] = {}
        for keys in chunks(row.household_key or 0 for row in self.rows.filter(kind=Kind.LOSS)):
            held |= InsuredHousehold.objects.select_related("agreement").in_bulk(keys)
        return held

    def _claim(self, row: ClaimRow) -> Claim:
        """The claim of a line: opened by this workbook, or a standing one, locked once for all its lines."""
        if row.reference in self.opened:
            return self.opened[row.reference]
        key = row.claim_key or 0
        if key not in self.claims:
            self.claims[key] = locked_claim(Claim(pk=key))
        return self.claims[key]
