"""The loss ledger (R19)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.claim import MOST, Claim
from enrollment.models import Agreement, PolicyYear
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly


class LossEntry(AppendOnly):
    """One movement of a claim's cost: a reserve set, changed or released, or a payment. Incurred is their sum (R19);
    corrections are reversing rows."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="county", insurer="agreement__insurer")

    class Kind(models.TextChoices):
        RESERVE = "reserve", _("Reserve")
        PAYMENT = "payment", _("Payment")

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="loss_entries")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="loss_entries")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    coverage = models.CharField(max_length=8, choices=Claim.Coverage)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    on = models.DateField(_("date"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    booked_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("loss entry")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=-MOST, amount__lt=MOST), name="loss_amount_in_bounds"
            ),
        )
        indexes = (models.Index(fields=["agreement", "on"], name="loss_by_agreement"),)

    def __str__(self) -> str:
        return f"{self.claim_id} {self.kind} {self.amount}"
