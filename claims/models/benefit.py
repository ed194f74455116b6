"""The yearly totals that cap what is granted (R7, R14)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims.models.claim import MOST
from enrollment.models import InsuredHousehold, InsuredPerson, PolicyYear


class BenefitYear(models.Model):
    """What one person (medical) or one household (property) has been granted in a policy year, and the caps above it.
    This row is locked before any decision reads it, and its checks refuse a total above the cap (R7, R11, R14)."""

    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    insured_person = models.OneToOneField(
        InsuredPerson, models.PROTECT, null=True, related_name="benefit_year"
    )
    insured_household = models.OneToOneField(
        InsuredHousehold, models.PROTECT, null=True, related_name="benefit_year"
    )
    inpatient_cap = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    inpatient_granted = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    outpatient_cap = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    outpatient_granted = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    property_cap = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    property_granted = models.DecimalField(max_digits=12, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("benefit year")
        constraints = (
            models.CheckConstraint(
                condition=Q(inpatient_granted__gte=0, inpatient_granted__lte=F("inpatient_cap")),
                name="benefit_inpatient_within_cap",
            ),
            models.CheckConstraint(
                condition=Q(outpatient_granted__gte=0, outpatient_granted__lte=F("outpatient_cap")),
                name="benefit_outpatient_within_cap",
            ),
            models.CheckConstraint(
                condition=Q(property_granted__gte=0, property_granted__lte=F("property_cap")),
                name="benefit_property_within_cap",
            ),
            models.CheckConstraint(
                condition=Q(inpatient_cap__lt=MOST, outpatient_cap__lt=MOST, property_cap__lt=MOST),
                name="benefit_caps_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(insured_person__isnull=False, insured_household=None, property_cap=0)
                | Q(insured_person=None, insured_household__isnull=False, inpatient_cap=0, outpatient_cap=0),
                name="benefit_of_person_or_household",
            ),
        )

    def __str__(self) -> str:
        return f"{self.policy_year_id}/{self.insured_person_id or self.insured_household_id}"
