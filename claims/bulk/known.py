"""What stands already, looked up for all lines of a workbook together: no query for each line."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import TypeVar

from claims.bulk.reading import Kind, Line
from claims.models import (
    Claim,
    ClaimEvent,
    ClaimImport,
    ClaimReference,
    LossItem,
    MedicalBill,
    Payment,
    PaymentLine,
    SignOff,
)
from claims.services.bills import invoice_key
from enrollment.models import InsuredHousehold, InsuredPerson
from enrollment.selectors import terms_of
from jincheng_insurance.access.models import User
from jincheng_insurance.access.sealing import index_of
from jincheng_insurance.scheme.terms import Terms

CHUNK = 2_000
T = TypeVar("T")
Invoice = tuple[str, str]


@dataclass(slots=True)
class Known:
    """What the lines of one workbook meet: persons by the index of their number, claims by case and claim number as far
    as the uploader sees them, case numbers of the insurer on other claims (`taken`), standing bills by invoice wherever
    they are, and the claims among those that the uploader may see; claims `waiting` to be paid, and in which batch.
    Households by code with the names of their insured members; items and signatures of losses by claim, also those that
    stand no longer."""

    persons: dict[bytes, InsuredPerson] = field(default_factory=dict)
    households: dict[str, InsuredHousehold] = field(default_factory=dict)
    members: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_reference: dict[str, Claim] = field(default_factory=dict)
    by_number: dict[str, Claim] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    first_reserves: dict[int, Decimal] = field(default_factory=dict)
    invoices: dict[Invoice, MedicalBill] = field(default_factory=dict)
    ended: set[tuple[int, str, str]] = field(default_factory=set)
    items: defaultdict[int, list[LossItem]] = field(default_factory=lambda: defaultdict(list))
    signs: defaultdict[int, list[SignOff]] = field(default_factory=lambda: defaultdict(list))
    shown: dict[int, Claim] = field(default_factory=dict)
    payments: dict[int, Payment] = field(default_factory=dict)
    waiting: dict[int, str] = field(default_factory=dict)
    terms: dict[int, Terms] = field(default_factory=dict)

    def terms_of(self, year: int) -> Terms:
        """The terms of a policy year, read once."""
        if year not in self.terms:
            self.terms[year] = terms_of(year)
        return self.terms[year]


def invoice_of(line: Line) -> Invoice:
    """Hospital and invoice number of a bill, as they are compared (R10)."""
    return invoice_key(line.values["hospital"]), invoice_key(line.values["invoice_number"])


class LookUp:
    """The queries, a fixed number for each CHUNK of lines."""

    def __init__(self, lines: Sequence[Line], upload: ClaimImport, actor: User) -> None:
        self.lines = lines
        self.upload = upload
        self.actor = actor
        self.known = Known()

    def run(self) -> Known:
        self._persons()
        self._households()
        self._claims()
        self._of_claims()
        self._of_losses()
        self._invoices()
        return self.known

    @cached_property
    def _mine(self) -> dict[int, Claim]:
        return {
            claim.pk: claim for claim in (*self.known.by_reference.values(), *self.known.by_number.values())
        }

    def _values(self, name: str, *kinds: Kind) -> Iterator[str]:
        return (line.values[name] for line in self.lines if line.kind in kinds and line.values.get(name))

    def _persons(self) -> None:
        people = InsuredPerson.objects.visible_to(self.actor).filter(
            policy_year=self.upload.policy_year_id,
            insured_household__agreement__insurer=self.upload.insurer_id,
            withdrawn_at=None,
        )
        for numbers in chunks({index_of(number) for number in self._values("id_number", Kind.CLAIM)}):
            found = people.filter(roster_person__id_number_index__in=numbers).select_related(
                "roster_person", "insured_household__agreement__county"
            )
            for person in found:
                number = person.roster_person.id_number_index
                assert number is not None, "it was found by its number"
                self.known.persons[bytes(number)] = person

    def _households(self) -> None:
        households = InsuredHousehold.objects.visible_to(self.actor).filter(
            policy_year=self.upload.policy_year_id,
            agreement__insurer=self.upload.insurer_id,
            withdrawn_at=None,
        )
        for codes in chunks(set(self._values("household_code", Kind.LOSS))):
            found = households.filter(roster_household__code__in=codes).select_related(
                "agreement__county", "roster_household"
            )
            by_key = {household.pk: household for household in found}
            self.known.households |= {one.roster_household.code: one for one in by_key.values()}
            members = InsuredPerson.objects.filter(insured_household__in=by_key, withdrawn_at=None)
            for key, name in members.values_list("insured_household_id", "roster_person__name"):
                self.known.members[key].add(name)

    def _claims(self) -> None:
        seen = Claim.objects.visible_to(self.actor).filter(agreement__insurer=self.upload.insurer_id)
        seen = seen.select_related(
            "agreement__county", "insured_person__insured_household", "insured_household", "loss"
        )
        for references in chunks(set(self._values("reference", *Kind))):
            keys = dict(
                ClaimReference.objects.filter(
                    insurer=self.upload.insurer_id, reference__in=references
                ).values_list("claim_id", "reference")
            )
            for claim in seen.filter(pk__in=keys):
                self.known.by_reference[keys.pop(claim.pk)] = claim
            self.known.taken |= set(keys.values())
        for numbers in chunks(set(self._values("claim_number", Kind.PAYMENT))):
            self.known.by_number |= {claim.number: claim for claim in seen.filter(number__in=numbers)}

    def _of_claims(self) -> None:
        known = self.known
        for keys in chunks(self._mine):
            known.first_reserves |= {
                event.claim_id: event.amount or Decimal(0)
                for event in ClaimEvent.objects.filter(claim__in=keys, step="report")
            }
            known.ended |= set(
                MedicalBill.objects.filter(claim__in=keys, standing=False).values_list(
                    "claim_id", "hospital_key", "invoice_number"
                )
            )
            paid = Payment.objects.filter(claim__in=keys, reverses=None, reversed_by=None)
            known.payments |= {payment.claim_id: payment for payment in paid}
            lines = PaymentLine.objects.filter(claim__in=keys, state=PaymentLine.State.PENDING)
            known.waiting |= dict(lines.values_list("claim_id", "batch__number"))

    def _of_losses(self) -> None:
        losses = [claim.pk for claim in self._mine.values() if claim.is_property]
        for keys in chunks(losses):
            for item in LossItem.objects.filter(loss__claim__in=keys).select_related("loss"):
                self.known.items[item.loss.claim_id].append(item)
            for sign in SignOff.objects.filter(loss__claim__in=keys).select_related("loss"):
                self.known.signs[sign.loss.claim_id].append(sign)

    def _invoices(self) -> None:
        pairs = {
            invoice_of(line)
            for line in self.lines
            if line.kind == Kind.BILL and line.values.get("hospital") and line.values.get("invoice_number")
        }
        for chunk in chunks(pairs):
            standing = MedicalBill.objects.filter(
                standing=True,
                hospital_key__in={hospital for hospital, _ in chunk},
                invoice_number__in={number for _, number in chunk},
            )
            for bill in standing:
                key = (bill.hospital_key, bill.invoice_number)
                if key in pairs:
                    self.known.invoices[key] = bill
        for keys in chunks({bill.claim_id for bill in self.known.invoices.values()}):
            seen = Claim.objects.visible_to(self.actor).filter(pk__in=keys)
            self.known.shown |= {claim.pk: claim for claim in seen}


def look_up(lines: Sequence[Line], *, upload: ClaimImport, actor: User) -> Known:
    """What stands for these lines, as far as the actor may know of it."""
    return LookUp(lines, upload, actor).run()


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
