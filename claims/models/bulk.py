"""The insurer's workbook of claims, losses and payments on its way in, and the numbers insurers know claims by."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.claim import Claim
from enrollment.models import PolicyYear
from jincheng_insurance.access.models import Insurer
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly
from jincheng_insurance.sheets.models import StagedRow, Upload


class ClaimImport(Upload):
    """One workbook of an insurer with claims, what belongs to them, and payments. New claims belong to its policy
    year. The `new_` counts are what applying it writes; `same` are lines that stand already, just as they are. Nobody
    outside the insurer works with it; it has a county only where its uploader works in one alone."""

    scope: ClassVar = Scope(Act.VIEW_CLAIM, county="county", insurer="insurer")

    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+", verbose_name=_("insurer"))
    policy_year = models.ForeignKey(
        PolicyYear, models.PROTECT, related_name="+", verbose_name=_("policy year")
    )
    new_claims = models.PositiveIntegerField(default=0)
    new_bills = models.PositiveIntegerField(default=0)
    new_losses = models.PositiveIntegerField(default=0)
    new_items = models.PositiveIntegerField(default=0)
    new_signs = models.PositiveIntegerField(default=0)
    new_payments = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)

    objects = ScopedManager()

    class Meta(Upload.Meta):
        abstract = False
        verbose_name = _("claims import")

    @property
    def new(self) -> int:
        """How many lines applying writes."""
        property_lines = self.new_losses + self.new_items + self.new_signs
        return self.new_claims + self.new_bills + property_lines + self.new_payments


class ClaimRow(StagedRow):
    """One line of a claims workbook as checked. `facts` are its cells, cleaned; never an identity number: `person_key`
    is whom it was found to be, `household_key` whose loss it is. `claim_key` is the claim it is about; of a new one it
    is known once applied."""

    class Kind(models.TextChoices):
        CLAIM = "claim", _("Claim")
        BILL = "bill", _("Bill")
        LOSS = "loss", _("Loss of a household")
        ITEM = "item", _("Item of a loss")
        SIGN = "sign", _("Signature")
        PAYMENT = "payment", _("Payment")

    claim_import = models.ForeignKey(ClaimImport, models.CASCADE, related_name="rows", db_index=False)
    kind = models.CharField(max_length=7, choices=Kind)
    new = models.BooleanField(default=False)
    reference = models.CharField(max_length=60, blank=True)
    person_key = models.BigIntegerField(null=True)
    household_key = models.BigIntegerField(null=True)
    claim_key = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)

    class Meta(StagedRow.Meta):
        abstract = False
        constraints = (
            models.CheckConstraint(
                condition=~Q(verdict="reject") | Q(new=False), name="claim_row_rejected_is_not_new"
            ),
        )
        indexes = (models.Index(fields=["claim_import", "verdict", "new"], name="claim_row_by_verdict"),)


class ClaimReference(AppendOnly):
    """The number an insurer knows a claim by: given once, to one claim of that insurer."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(_("the insurer's case number"), max_length=60)
    claim = models.OneToOneField(Claim, models.PROTECT, related_name="own_reference")
    claim_import = models.ForeignKey(ClaimImport, models.PROTECT, null=True, related_name="references")

    class Meta:
        verbose_name = _("the insurer's case number")
        constraints = (
            models.UniqueConstraint(fields=("insurer", "reference"), name="claim_reference_once_an_insurer"),
        )

    def __str__(self) -> str:
        return self.reference
