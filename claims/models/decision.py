"""Decisions: granted, or taken back."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.claim import MOST, Claim
from enrollment.models import InsuredHousehold, InsuredPerson, PolicyYear
from jincheng_insurance.access.models import Region
from jincheng_insurance.audit.append_only import AppendOnly


class Decision(AppendOnly):
    """What was granted on a claim, or taken back (`reverses`), with every stage of the sum and the terms it was
    reckoned under, so that it can be explained and replayed years later. Never made by who submitted the claim."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="decisions")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    insured_person = models.ForeignKey(InsuredPerson, models.PROTECT, null=True, related_name="decisions")
    insured_household = models.ForeignKey(
        InsuredHousehold, models.PROTECT, null=True, related_name="decisions"
    )
    inpatient = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    outpatient = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    loss = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    breakdown = models.JSONField()
    terms = models.JSONField()
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("decision")
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    inpatient__gt=-MOST,
                    inpatient__lt=MOST,
                    outpatient__gt=-MOST,
                    outpatient__lt=MOST,
                    loss__gt=-MOST,
                    loss__lt=MOST,
                ),
                name="decision_amounts_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, inpatient__gte=0, outpatient__gte=0, loss__gte=0)
                | Q(reverses__isnull=False, inpatient__lte=0, outpatient__lte=0, loss__lte=0),
                name="decision_grants_or_takes_back",
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.granted}"

    @property
    def granted(self) -> Decimal:
        """All of it, in yuan; below zero where it takes back."""
        return self.inpatient + self.outpatient + self.loss
