"""The two ledgers that a settlement books to: what is carried forward, and what the government owes (R23)."""

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
from premiums.models import FundEntry, Side
from riskpool.models.settlement import Settlement


class CarryEntry(AppendOnly):
    """One movement of a county's carry-forward, for one side: booked by a settlement of the agreement's year, set off
    against the due of the agreement (below zero), or refunded when the scheme has ended (below zero). The sum over a
    county is what is left to be set off."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="county", insurer="agreement__insurer")

    class Kind(models.TextChoices):
        BOOKED = "booked", _("Carried forward")
        OFFSET = "offset", _("Set off against the due")
        REFUNDED = "refunded", _("Refunded")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="carry_entries")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    side = models.CharField(_("side"), max_length=6, choices=Side)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    on = models.DateField(_("date"))
    settlement = models.ForeignKey(Settlement, models.PROTECT, null=True, related_name="carry_entries")
    fund_entry = models.OneToOneField(FundEntry, models.PROTECT, null=True, related_name="carry_entry")
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    booked_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("carry-forward entry")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("settlement", "agreement", "side", "kind"), name="carry_booked_once_by_a_settlement"
            ),
            models.CheckConstraint(
                condition=Q(kind="offset", settlement=None, fund_entry__isnull=False)
                | Q(kind__in=("booked", "refunded"), settlement__isnull=False, fund_entry=None),
                name="carry_has_its_ground",
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="carry_moves_something"),
        )
        indexes = (models.Index(fields=["county", "kind"], name="carry_by_county"),)

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.side} {self.kind} {self.amount}"


class ExcessEntry(AppendOnly):
    """What one side of government owes the insurer of an agreement beyond 120 % of the net premium, or a later
    version's difference to that."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="county", insurer="agreement__insurer")

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="excess_entries")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="excess_entries")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    side = models.CharField(_("side"), max_length=6, choices=Side)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    on = models.DateField(_("date"))
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    booked_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("excess entry")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("settlement", "agreement", "side"), name="excess_booked_once_by_a_settlement"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="excess_moves_something"),
        )

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.side} {self.amount}"
