"""The fund ledger, which says where every yuan of premium came from (R15, R16)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement, PolicyYear
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly
from premiums.models.statement import MOST, PremiumStatement


class Side(models.TextChoices):
    """Who bears a share of the premium (R15)."""

    CITY = "city", _("City")
    COUNTY = "county", _("County")


class FundEntry(AppendOnly):
    """One movement of premium money: due, allocated, paid, or set off by a carry-forward of earlier years (R23), for
    one side of one agreement. Corrections reverse."""

    scope: ClassVar = Scope(Act.VIEW_PREMIUM, county="county", insurer="agreement__insurer")

    class Kind(models.TextChoices):
        DUE = "due", _("Due")
        ALLOCATED = "allocated", _("Allocated")
        PAID = "paid", _("Paid")
        CARRIED = "carried", _("Set off by carry-forward")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="fund_entries")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    side = models.CharField(_("side"), max_length=6, choices=Side)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    on = models.DateField(_("date"))
    statement = models.ForeignKey(PremiumStatement, models.PROTECT, null=True, related_name="entries")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    booked_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("fund entry")
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=-MOST, amount__lt=MOST), name="fund_amount_in_bounds"
            ),
            models.UniqueConstraint(
                fields=("statement", "side"),
                condition=Q(reverses=None, kind="due"),
                name="fund_due_once_per_statement",
            ),
        )
        indexes = (models.Index(fields=["agreement", "kind", "on"], name="fund_by_agreement"),)

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.side} {self.kind} {self.amount}"
