"""The insured of a policy year (R1-R3)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from enrollment.models.roster import RosterHousehold, RosterPerson
from enrollment.models.words import BasicInsurance, Category
from enrollment.models.year import Agreement, PolicyYear
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager

STANDING = Q(withdrawn_at=None)
WITHDRAWN_WITH_REASON = Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="") | (
    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")
)


class Withdrawable(models.Model):
    """What is insured until it is found to have been enrolled by mistake (R18): then it is marked, never removed, and
    its cover is void from the beginning. `claimed_at` is a fact that claims set: from then on it stays."""

    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_reason = models.CharField(
        _("reason of the withdrawal"), max_length=200, blank=True, default="", db_default=""
    )
    claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class InsuredHousehold(Withdrawable):
    """A roster household covered for one policy year under its county's agreement. Cover, once begun, runs to the end
    of the year (R3); PostgreSQL itself refuses cover before the listing date (R2). Who moves to another county stays
    insured here until then. One enrolled by mistake is withdrawn, and may be enrolled again."""

    scope: ClassVar = Scope(Act.VIEW_INSURED, county="county", insurer="agreement__insurer")

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="insured_households", verbose_name=_("agreement")
    )
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT, verbose_name=_("policy year"))
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    roster_household = models.ForeignKey(RosterHousehold, models.PROTECT, related_name="insured")
    category = models.CharField(_("category"), max_length=20, choices=Category)
    cover_from = models.DateField(_("cover from"))
    cover_to = models.DateField(_("cover to"))
    enrolled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("insured household")
        ordering = ("roster_household__code",)
        constraints = (
            models.UniqueConstraint(
                fields=("policy_year", "roster_household"),
                condition=STANDING,
                name="insured_household_once_a_year",
            ),
            models.CheckConstraint(
                condition=WITHDRAWN_WITH_REASON, name="insured_household_withdrawn_with_reason"
            ),
            models.CheckConstraint(
                condition=STANDING | Q(claimed_at=None), name="insured_household_claimed_stays"
            ),
            models.CheckConstraint(
                condition=Q(cover_to__gte=F("cover_from")), name="insured_household_cover_in_order"
            ),
        )
        indexes = (
            models.Index(fields=["agreement", "id"], name="insured_household_by_agreement"),
            models.Index(fields=["agreement"], name="insured_household_withdrawn", condition=~STANDING),
        )

    def __str__(self) -> str:
        return str(self.roster_household_id)


class InsuredPerson(Withdrawable):
    """A member of an insured household, covered for the same policy year. One withdrawn household has no member whose
    insurance stands."""

    scope: ClassVar = Scope(
        Act.VIEW_INSURED, county="county", insurer="insured_household__agreement__insurer"
    )

    insured_household = models.ForeignKey(InsuredHousehold, models.PROTECT, related_name="persons")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT, verbose_name=_("policy year"))
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    roster_person = models.ForeignKey(RosterPerson, models.PROTECT, related_name="insured")
    basic_insurance = models.CharField(
        _("basic medical insurance"), max_length=8, choices=BasicInsurance, default=BasicInsurance.UNKNOWN
    )
    cover_from = models.DateField(_("cover from"))
    cover_to = models.DateField(_("cover to"))
    enrolled_at = models.DateTimeField(_("enrolled"), db_default=Now())

    objects = ScopedManager()

    class Meta:
        verbose_name = _("insured person")
        ordering = ("insured_household", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("policy_year", "roster_person"), condition=STANDING, name="insured_person_once_a_year"
            ),
            models.CheckConstraint(
                condition=WITHDRAWN_WITH_REASON, name="insured_person_withdrawn_with_reason"
            ),
            models.CheckConstraint(
                condition=STANDING | Q(claimed_at=None), name="insured_person_claimed_stays"
            ),
            models.CheckConstraint(
                condition=Q(cover_to__gte=F("cover_from")), name="insured_person_cover_in_order"
            ),
        )
        indexes = (
            # the few whose benefit is in doubt (R5)
            models.Index(
                fields=["policy_year", "basic_insurance", "county"],
                name="insured_person_in_doubt",
                condition=Q(basic_insurance__in=("employee", "none", "unknown")),
            ),
            models.Index(fields=["policy_year"], name="insured_person_withdrawn", condition=~STANDING),
        )

    def __str__(self) -> str:
        return str(self.roster_person_id)
