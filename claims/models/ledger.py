"""The loss ledger, and its sums by day (R19)."""

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
from jincheng_insurance.audit.derived import Derived


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
        indexes = (
            # An agreement's ledger as of a day, newest first.
            models.Index(fields=["agreement", "-on", "-id"], name="loss_by_agreement_and_day"),
            # The same of a whole year.
            models.Index(fields=["policy_year", "-on", "-id"], name="loss_by_year_and_day"),
        )

    def __str__(self) -> str:
        return f"{self.claim_id} {self.kind} {self.amount}"


class LossDay(Derived):
    """What the loss ledger says of one agreement, day, coverage and kind: the sum of its entries, and their number.

    A trigger adds a row beside each INSERT into the ledger, in its transaction, whoever inserts; rows are only added
    there, so that nobody waits for anybody. From time to time those rows are folded into one for each key. Between two
    foldings a key has several rows, and their sum is exact at any moment."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="agreement__county", insurer="agreement__insurer")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="loss_days")
    on = models.DateField(_("date"))
    coverage = models.CharField(max_length=8, choices=Claim.Coverage)
    kind = models.CharField(_("kind"), max_length=8, choices=LossEntry.Kind)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    entries = models.PositiveIntegerField()
    folded = models.BooleanField(default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("sum of a day's losses")
        constraints = (
            models.UniqueConstraint(
                fields=("agreement", "on", "coverage", "kind"),
                condition=Q(folded=True),
                name="loss_day_folded_once",
            ),
        )
        indexes = (
            # An agreement's figures as of a day, and its days.
            models.Index(fields=["agreement", "on"], name="loss_day_by_agreement"),
            # What the next folding takes.
            models.Index(fields=["id"], name="loss_day_to_fold", condition=Q(folded=False)),
        )

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.on} {self.coverage} {self.kind} {self.amount}"
