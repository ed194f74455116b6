"""Payments: gathered into batches, released by somebody else, settled line by line (R22, R26)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from claims.models.claim import MOST, Claim
from enrollment.models import Agreement, PolicyYear
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly


class PaymentBatch(models.Model):
    """Approved claims of one agreement that go to the bank together. Who gathers them doesn't release them. A `single`
    batch holds one claim whose payment was recorded directly, by somebody else than who approved it; PostgreSQL keeps
    both (`batch_released_by_another`, `payment_single_by_another`), and that a batch stays what it was made."""

    scope: ClassVar = Scope(Act.VIEW_CLAIM, county="county", insurer="agreement__insurer")

    class State(models.TextChoices):
        DRAFT = "draft", _("Being gathered")
        RELEASED = "released", _("Released")
        SETTLED = "settled", _("Settled")
        CANCELLED = "cancelled", _("Cancelled")

    number = models.CharField(_("batch number"), max_length=40, unique=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="payment_batches")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    single = models.BooleanField(default=False)
    gathered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    gathered_at = models.DateTimeField(_("gathered"), auto_now_add=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(_("released"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("payment batch")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(released_by=None) | Q(single=True) | ~Q(released_by=F("gathered_by")),
                name="batch_released_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("released", "settled"))
                | Q(released_by__isnull=False, released_at__isnull=False),
                name="batch_released_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.number


class PaymentLine(models.Model):
    """One claim in a batch: whom the bank pays, how much, and what came of it. A claim stands in one live line at
    most; the account number is sealed."""

    class State(models.TextChoices):
        PENDING = "pending", _("Not paid yet")
        PAID = "paid", pgettext_lazy("of a claim", "Paid")
        FAILED = "failed", _("Failed at the bank")
        RETURNED = "returned", _("Money came back")
        RECOVER = "recover", _("To be recovered")
        DROPPED = "dropped", _("Taken out")

    class Payee(models.TextChoices):
        """Who the payee is to the insured."""

        SELF = "self", _("The insured")
        GUARDIAN = "guardian", _("Guardian")
        HEAD = "head", _("Head of the household")

    batch = models.ForeignKey(PaymentBatch, models.PROTECT, related_name="lines")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="payment_lines")
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    holder_name = models.CharField(_("account holder"), max_length=60, blank=True)
    bank_name = models.CharField(_("bank"), max_length=80, blank=True)
    account_sealed = models.BinaryField(null=True)
    relation = models.CharField(_("payee"), max_length=8, choices=Payee, blank=True)
    proof = models.CharField(_("proof of relation or authority"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("payment line")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("claim",), condition=Q(state__in=("pending", "paid")), name="line_claim_once_live"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lt=MOST), name="payment_line_amount_in_bounds"
            ),
            models.CheckConstraint(
                condition=Q(relation__in=("", "self")) | ~Q(proof=""), name="line_payee_of_another_has_proof"
            ),
        )

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.claim_id}"

    @property
    def has_payee(self) -> bool:
        return self.account_sealed is not None


class Payment(AppendOnly):
    """Money sent to the insured for a claim, or come back (`reverses`, with the amount below zero). A line is paid
    once, and a claim has one live line: so nothing goes out twice."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="payments")
    line = models.ForeignKey(PaymentLine, models.PROTECT, null=True, related_name="payments")
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    paid_on = models.DateField(_("paid on"))
    reference = models.CharField(_("bank reference"), max_length=60)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("payment")
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lt=MOST, reverses=None)
                | Q(amount__lt=0, amount__gt=-MOST, reverses__isnull=False),
                name="payment_amount_in_bounds",
            ),
            models.UniqueConstraint(fields=("line",), condition=Q(reverses=None), name="payment_once_a_line"),
            models.UniqueConstraint(
                fields=("claim",), condition=Q(reverses=None, line=None), name="payment_without_line_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.amount}"
