"""Claims as the API reads them: within the caller's scope, with what their shapes show, in few queries."""

from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from claims.models import Claim, LossEntry, LossItem, MedicalBill, Payment, SignOff
from claims.selectors import claims
from enrollment.models import PolicyYear
from jincheng_insurance.access.models import User
from jincheng_insurance.scheme.money import ZERO


def listed_claims(actor: User, policy_year: PolicyYear | None = None) -> Any:
    """Claims with what is held in reserve for each."""
    rows: QuerySet[Claim] = claims(actor, policy_year).select_related(
        "insured_person__insured_household__roster_household"
    )
    # A subquery, so that only the rows of the piece are summed up, not every claim of the year.
    entries = LossEntry.objects.filter(claim=OuterRef("pk"), kind=LossEntry.Kind.RESERVE).order_by()
    held = entries.values("claim").annotate(sum=Sum("amount")).values("sum")
    return rows.annotate(reserve=Coalesce(Subquery(held), ZERO))


def whole_claims(actor: User) -> Any:
    """The same with standing bills, loss, the payment in force, and the timeline."""
    standing = Prefetch(
        "bills", MedicalBill.objects.filter(standing=True).order_by("on", "id"), to_attr="standing_bills"
    )
    paid = Payment.objects.filter(reverses=None, reversed_by=None).order_by("id")
    items = Prefetch("loss__items", LossItem.objects.filter(standing=True), to_attr="standing_items")
    signed = Prefetch("loss__sign_offs", SignOff.objects.filter(standing=True), to_attr="standing_sign_offs")
    in_force = Prefetch("payments", paid, to_attr="payments_in_force")
    return (
        listed_claims(actor)
        .select_related("loss")
        .prefetch_related(standing, items, signed, in_force, "events")
    )
