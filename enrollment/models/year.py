"""Policy years with their terms, and the agreements of a year (R8, R17)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import Insurer, Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.scheme.terms import FIRST_YEAR, LAST_YEAR


class PolicyYear(models.Model):
    """One insurance year, 1 January to 31 December (§9). Its terms are the scheme's defaults and the city's rulings
    (`PolicyTerm`), which stand still from the moment a claim or statement has used them."""

    year = models.PositiveSmallIntegerField(_("policy year"), primary_key=True)
    terms_used_at = models.DateTimeField(_("terms used since"), null=True, blank=True)

    class Meta:
        verbose_name = _("policy year")
        ordering = ("year",)
        constraints = (
            models.CheckConstraint(
                condition=Q(year__range=(FIRST_YEAR, LAST_YEAR)), name="policy_year_of_the_scheme"
            ),
        )

    def __str__(self) -> str:
        return str(self.year)


class PolicyTerm(models.Model):
    """One parameter that the city has ruled for a policy year otherwise than the scheme's default, and its source."""

    policy_year = models.ForeignKey(PolicyYear, models.PROTECT, related_name="terms")
    name = models.CharField(max_length=40)
    value = models.JSONField()
    source = models.CharField(_("source"), max_length=200)
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("term")
        constraints = (
            models.UniqueConstraint(fields=("policy_year", "name"), name="policy_term_once_a_year"),
        )

    def __str__(self) -> str:
        return f"{self.policy_year_id} {self.name}"


class Agreement(models.Model):
    """The annual agreement of one insurer for one county (R17). `payments_suspended_at` is a fact the risk pool sets
    (R22): from then on no payment is recorded under it."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="county", insurer="insurer")

    policy_year = models.ForeignKey(PolicyYear, models.PROTECT, verbose_name=_("policy year"))
    county = models.ForeignKey(Region, models.PROTECT, verbose_name=_("county"))
    insurer = models.ForeignKey(Insurer, models.PROTECT, verbose_name=_("insurer"))
    number = models.CharField(_("agreement number"), max_length=40, unique=True)
    signed_on = models.DateField(_("signed on"))
    payments_suspended_at = models.DateTimeField(_("payments suspended since"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("agreement")
        ordering = ("policy_year", "county__code")
        constraints = (
            models.UniqueConstraint(
                fields=("policy_year", "county"), name="agreement_one_per_county_and_year"
            ),
        )

    def __str__(self) -> str:
        return self.number
