"""Claims as the API reads them: within the caller's scope, with what their shapes show, in few queries."""

from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from claims.models import Claim, LossEntry, MedicalBill
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
    """The same with standing bills, payment and timeline."""
    standing = Prefetch(
        "bills", MedicalBill.objects.filter(standing=True).order_by("on", "id"), to_attr="standing_bills"
    )
    return listed_claims(actor).select_related("payment").prefetch_related(standing, "events")
