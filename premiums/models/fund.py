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

    CITY = "city", _("City level")
    COUNTY = "county", _("County level")


ACT_OF_SIDE = {Side.CITY: Act.FUND_CITY_SIDE, Side.COUNTY: Act.FUND_COUNTY_SIDE}
MOVED = ("allocated", "paid")


class FundEntry(AppendOnly):
    """One movement of premium money for one side of one agreement: due by a statement, allocated by a document, paid to
    the insurer, or set off by a carry-forward of earlier years (R23). A correction is a row of exactly the opposite
    amount that says what it reverses and why."""

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
    document = models.CharField(_("document number"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
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
            models.CheckConstraint(
                condition=~Q(kind__in=MOVED) | Q(reverses__isnull=False) | Q(amount__gt=0) & ~Q(document=""),
                name="fund_move_has_amount_and_document",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None) | ~Q(reason=""), name="fund_reversal_has_a_reason"
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


class Receipt(AppendOnly):
    """What the insurer says it received of a payment, and when: a fact beside the entry it is about, which it doesn't
    change. Of several on one payment the latest counts; an amount that differs from the payment's is shown."""

    scope: ClassVar = Scope(Act.VIEW_PREMIUM, county="entry__county", insurer="entry__agreement__insurer")

    entry = models.ForeignKey(FundEntry, models.PROTECT, related_name="receipts")
    amount = models.DecimalField(_("amount received"), max_digits=14, decimal_places=2)
    on = models.DateField(_("received on"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("receipt")
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gte=0, amount__lt=MOST), name="receipt_amount_in_bounds"
            ),
        )

    def __str__(self) -> str:
        return f"{self.entry_id} {self.amount}"


class Reminder(AppendOnly):
    """That a side was reminded, once a month, of the premium it owes (R16): how much, and since when the oldest of it
    is unpaid. Insurers don't see it."""

    scope: ClassVar = Scope(Act.VIEW_PREMIUM, county="county")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+", verbose_name=_("agreement"))
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    side = models.CharField(_("side"), max_length=6, choices=Side)
    month = models.DateField(_("month"))
    arrears = models.DecimalField(_("arrears"), max_digits=14, decimal_places=2)
    unpaid_since = models.DateField(_("unpaid since"))
    reminded_at = models.DateTimeField(_("reminded"), auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("reminder")
        ordering = ("-reminded_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("agreement", "side", "month"), name="reminder_once_a_month"),
            models.CheckConstraint(condition=Q(arrears__gt=0, arrears__lt=MOST), name="reminder_of_arrears"),
        )

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.side} {self.month:%Y-%m}"
