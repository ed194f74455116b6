"""Reading claims: within the actor's scope."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from claims.adjudication import ZERO, overpayment_of
from claims.models import BenefitYear, Claim, LossItem, MedicalBill, PaymentBatch, PaymentLine
from claims.services.batches import free_claims
from claims.texts import movement_label
from enrollment.models import Agreement, InsuredHousehold, InsuredPerson, PolicyYear, Relation, RosterPerson
from enrollment.selectors import agreements, terms_of
from jincheng_insurance.access.models import User


def claims(actor: User, policy_year: PolicyYear | None = None) -> QuerySet[Claim]:
    """Claims with what a list or page of them shows; `subject` is the insured's name, of a household its head's."""
    shown = Claim.objects.visible_to(actor)
    return with_subject(shown if policy_year is None else shown.filter(policy_year=policy_year))


def with_subject(rows: QuerySet[Claim]) -> QuerySet[Claim]:
    """These claims with what a list or page of them shows."""
    head = RosterPerson.objects.filter(
        household=OuterRef("insured_household__roster_household"), relation=Relation.HEAD
    ).order_by("pk")
    return rows.select_related(
        "county",
        "agreement__insurer",
        "insured_person__roster_person",
        "insured_household__roster_household",
    ).annotate(subject=Coalesce(F("insured_person__roster_person__name"), Subquery(head.values("name")[:1])))


def claims_on_paper(actor: User) -> QuerySet[Claim]:
    """The same with what a paper about one of them says: place, and who submitted and approved it."""
    household = "insured_household__roster_household__"
    return claims(actor).select_related(
        f"{household}township", f"{household}village", "submitted_by", "approved_by"
    )


def bill_in_scope(actor: User, pk: int) -> MedicalBill:
    """A bill of a claim the actor may see; Http404 otherwise."""
    visible = MedicalBill.objects.filter(claim__in=Claim.objects.visible_to(actor))
    return get_object_or_404(visible.select_related("claim__agreement"), pk=pk)


def item_in_scope(actor: User, pk: int) -> LossItem:
    """An item of a loss the actor may see; Http404 otherwise."""
    visible = LossItem.objects.filter(loss__claim__in=Claim.objects.visible_to(actor))
    return get_object_or_404(visible.select_related("loss__claim__agreement"), pk=pk)


def line_in_scope(actor: User, pk: int) -> PaymentLine:
    """A payment line the actor may see; Http404 otherwise."""
    visible = PaymentLine.objects.filter(batch__in=PaymentBatch.objects.visible_to(actor))
    return get_object_or_404(visible.select_related("batch__agreement", "claim__agreement"), pk=pk)


def insured_household(
    actor: User, policy_year: PolicyYear, *, code: str = "", member_of: InsuredPerson | None = None
) -> InsuredHousehold | None:
    """The insured household with that code, or of that person, if the actor may see it."""
    shown = InsuredHousehold.objects.visible_to(actor).filter(policy_year=policy_year, withdrawn_at=None)
    if member_of is not None:
        return shown.filter(pk=member_of.insured_household_id).first()
    return shown.filter(roster_household__code=code).first()


def head_of(household: InsuredHousehold) -> RosterPerson | None:
    """The head of an insured household, as the roster has it."""
    return household.roster_household.persons.filter(relation=Relation.HEAD).order_by("pk").first()


@dataclass(frozen=True, slots=True)
class CapUse:
    """What a person has been granted this year, and what is left, in yuan (R7)."""

    inpatient_granted: Decimal
    inpatient_left: Decimal
    outpatient_granted: Decimal
    outpatient_left: Decimal


def cap_use(person: InsuredPerson) -> CapUse:
    benefit = BenefitYear.objects.filter(insured_person=person).first()
    if benefit is None:
        terms = terms_of(person.policy_year_id)
        return CapUse(ZERO, terms.inpatient_cap, ZERO, terms.outpatient_cap)
    return CapUse(
        benefit.inpatient_granted,
        benefit.inpatient_cap - benefit.inpatient_granted,
        benefit.outpatient_granted,
        benefit.outpatient_cap - benefit.outpatient_granted,
    )


@dataclass(frozen=True, slots=True)
class HouseholdUse:
    """What a household has been granted for losses this year, and what is left, in yuan (R14)."""

    granted: Decimal
    left: Decimal


def household_use(household: InsuredHousehold) -> HouseholdUse:
    benefit = BenefitYear.objects.filter(insured_household=household).first()
    if benefit is None:
        return HouseholdUse(ZERO, terms_of(household.policy_year_id).property_cap)
    return HouseholdUse(benefit.property_granted, benefit.property_cap - benefit.property_granted)


def household_left(household: InsuredHousehold) -> Decimal:
    """What is left of a household's year for losses, in yuan (R14)."""
    return household_use(household).left


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of a claim's loss ledger as its page shows it, and the reserve after it, in yuan."""

    on: object
    label: str
    kind: str
    amount: Decimal
    reserve: Decimal
    by: object


def movements(claim: Claim) -> list[Movement]:
    """A claim's ledger in order: every reserve it had, every payment, every reversal (R19)."""
    reserve = ZERO
    shown = []
    for entry in claim.loss_entries.select_related("booked_by").order_by("id"):
        if entry.kind == entry.Kind.RESERVE:
            reserve += entry.amount
        shown.append(
            Movement(
                entry.on,
                movement_label(entry.reason),
                str(entry.get_kind_display()),
                entry.amount,
                reserve,
                entry.booked_by,
            )
        )
    return shown


@dataclass(frozen=True, slots=True)
class Overpaid:
    """A person granted more this year than the standing bills carry, by kind of care in yuan (R11)."""

    person: InsuredPerson
    inpatient: Decimal
    outpatient: Decimal

    @property
    def total(self) -> Decimal:
        return self.inpatient + self.outpatient


def overpaid(person: InsuredPerson) -> Overpaid:
    """A person's overpayment as it stands."""
    inpatient, outpatient = overpayment_of(person).values()
    return Overpaid(person, inpatient, outpatient)


def overpayments(actor: User, policy_year: PolicyYear) -> list[Overpaid]:
    """Every overpayment within the actor's reach. Only where something was reversed can there be one (R11)."""
    reached = Claim.objects.visible_to(actor).filter(policy_year=policy_year)
    persons = (
        InsuredPerson.objects.filter(claims__in=reached, decisions__reverses__isnull=False)
        .distinct()
        .select_related("roster_person", "county", "insured_household__roster_household")
        .order_by("pk")
    )
    return [row for row in map(overpaid, persons) if row.total]


def recoveries(actor: User, policy_year: PolicyYear) -> QuerySet[PaymentLine]:
    """Payments whose decision was reversed, and that haven't come back yet."""
    return to_recover(PaymentBatch.objects.visible_to(actor).filter(policy_year=policy_year))


def to_recover(batches: QuerySet[PaymentBatch]) -> QuerySet[PaymentLine]:
    """The payments of these batches whose decision was reversed, and that haven't come back yet."""
    rows = PaymentLine.objects.filter(batch__in=batches, state=PaymentLine.State.RECOVER)
    return rows.select_related("claim", "batch", "claim__county").order_by("recorded_at")


def batches(actor: User, policy_year: PolicyYear | None = None) -> QuerySet[PaymentBatch]:
    """Payment batches with the number and sum of their lines, those taken out left out."""
    kept = ~Q(lines__state=PaymentLine.State.DROPPED)
    shown = PaymentBatch.objects.visible_to(actor)
    if policy_year is not None:
        shown = shown.filter(policy_year=policy_year)
    return shown.select_related(
        "agreement__insurer", "agreement__county", "county", "gathered_by", "released_by"
    ).annotate(count=Count("lines", filter=kept), total=Sum("lines__amount", filter=kept))


def subjects(actor: User, batch: PaymentBatch) -> dict[int, str]:
    """The names of the insured of a batch's claims, by claim."""
    rows = claims(actor).filter(payment_lines__batch=batch).order_by().distinct()
    return dict(rows.values_list("pk", "subject"))  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class Payable:
    """What of an agreement waits to be gathered into a batch."""

    agreement: Agreement
    count: int
    total: Decimal


def payable(actor: User, policy_year: PolicyYear) -> list[Payable]:
    """Agreements in the actor's reach with approved claims in no batch."""
    return gatherable(agreements(actor, policy_year))


def gatherable(pool: QuerySet[Agreement]) -> list[Payable]:
    """Of these agreements, those with approved claims in no batch."""
    free = free_claims().filter(agreement__in=pool.values("pk")).order_by()
    sums = {
        pk: (count, total)
        for pk, count, total in free.values_list("agreement").annotate(Count("pk"), Sum("granted"))
    }
    return [Payable(agreement, *sums[agreement.pk]) for agreement in pool.filter(pk__in=sums)] if sums else []
