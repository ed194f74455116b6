"""Hospital bills (R6, R9, R10)."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims.models.claim import MOST, Care, Claim
from enrollment.models import PolicyYear
from jincheng_insurance.access.models import Region


class MedicalBill(models.Model):
    """One hospital settlement with what others reimbursed. While it stands, the same invoice stands nowhere else, in
    any county, with any insurer (R10). A row is never edited: a correction is a new one, and `ended_as` says why the
    old one stands no longer."""

    class Ended(models.TextChoices):
        """Why a bill stands no longer; a rejected or withdrawn claim's bills stand again when it is reopened."""

        REMOVED = "removed", _("Removed")
        REPLACED = "replaced", _("Corrected")
        REJECTED = "rejected", _("Claim rejected")
        WITHDRAWN = "withdrawn", _("Claim withdrawn")
        REVERSED = "reversed", _("Decision reversed")

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="bills")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    care = models.CharField(_("care"), max_length=10, choices=Care)
    hospital = models.CharField(_("hospital"), max_length=80)
    hospital_key = models.CharField(max_length=80)
    invoice_number = models.CharField(_("invoice number"), max_length=40)
    diagnosis = models.CharField(_("diagnosis"), max_length=120, blank=True)
    admitted_on = models.DateField(_("admitted on"), null=True, blank=True)
    on = models.DateField(_("discharged or visited on"))
    bill = models.DecimalField(_("bill"), max_digits=12, decimal_places=2)
    basic = models.DecimalField(_("basic insurance paid"), max_digits=12, decimal_places=2)
    serious_illness = models.DecimalField(
        _("serious-illness insurance paid"), max_digits=12, decimal_places=2
    )
    assistance = models.DecimalField(_("medical assistance paid"), max_digits=12, decimal_places=2)
    commercial = models.DecimalField(_("commercial insurance paid"), max_digits=12, decimal_places=2)
    other = models.DecimalField(_("others reimbursed"), max_digits=12, decimal_places=2)
    charity = models.DecimalField(
        _("charity and fixed-sum benefits"), max_digits=12, decimal_places=2, default=0
    )
    standing = models.BooleanField(default=True)
    ended_as = models.CharField(max_length=10, choices=Ended, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("bill")
        ordering = ("on", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("hospital_key", "invoice_number"),
                condition=Q(standing=True),
                name="bill_invoice_stands_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    bill__gte=0,
                    basic__gte=0,
                    serious_illness__gte=0,
                    assistance__gte=0,
                    commercial__gte=0,
                    other__gte=0,
                )
                & Q(
                    bill__gte=F("basic")
                    + F("serious_illness")
                    + F("assistance")
                    + F("commercial")
                    + F("other"),
                    bill__lt=MOST,
                ),
                name="bill_self_pay_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(charity__gte=0, charity__lt=MOST), name="bill_charity_in_bounds"
            ),
            models.CheckConstraint(
                condition=Q(admitted_on=None) | Q(admitted_on__lte=F("on")), name="bill_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(standing=False) | Q(ended_as=""), name="bill_standing_has_not_ended"
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim_id}/{self.pk}"

    @property
    def reimbursed(self) -> Decimal:
        return self.basic + self.serious_illness + self.assistance + self.commercial + self.other

    @property
    def split(self) -> list[tuple[str, Decimal]]:
        """What of the bill others reimbursed, by who did, in yuan; who paid nothing left out."""
        names = {"basic", "serious_illness", "assistance", "commercial", "other"}
        fields = (field for field in self._meta.concrete_fields if field.name in names)
        parts = ((str(field.verbose_name), getattr(self, field.name)) for field in fields)
        return [(label, amount) for label, amount in parts if amount]

    @property
    def self_pay(self) -> Decimal:
        """What is left to the person after every reimbursement (R6)."""
        return self.bill - self.reimbursed

    @property
    def crosses_year_end(self) -> bool:
        return self.admitted_on is not None and self.admitted_on.year != self.on.year
