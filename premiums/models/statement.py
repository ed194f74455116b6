"""Premium statements, frozen with their lines (R15, R18)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement, InsuredHousehold, InsuredPerson, PolicyYear
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly

MOST = 10**12
ODD = Exact(Mod(F("serial"), 2), 1)


class PremiumStatement(AppendOnly):
    """What is due for the households and persons insured when it was issued: counts, rates and shares, frozen.
    Who is enrolled later comes in on a supplementary statement; who was enrolled by mistake leaves by a refund
    statement, whose amounts are negative; a statement issued by mistake is cancelled by one of exactly its opposite,
    the latest first. Nothing stated is edited (R18)."""

    scope: ClassVar = Scope(Act.VIEW_PREMIUM, county="county", insurer="agreement__insurer")

    class Kind(models.TextChoices):
        FIRST = "first", _("First statement")
        SUPPLEMENTARY = "supplementary", _("Supplementary statement")
        REFUND = "refund", _("Refund statement")
        CANCELLATION = "cancellation", _("Cancellation statement")

    number = models.CharField(_("statement number"), max_length=40, unique=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, verbose_name=_("agreement"))
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT, verbose_name=_("policy year"))
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    households = models.PositiveIntegerField(_("households"))
    persons = models.PositiveIntegerField(_("persons"))
    due = models.DecimalField(_("due"), max_digits=14, decimal_places=2)
    city_share = models.DecimalField(_("city share"), max_digits=14, decimal_places=2)
    county_share = models.DecimalField(_("county share"), max_digits=14, decimal_places=2)
    breakdown = models.JSONField()
    terms = models.JSONField()
    cancels = models.OneToOneField("self", models.PROTECT, null=True, related_name="cancelled_by")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    issued_on = models.DateField(_("issued on"))
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("premium statement")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(due=F("city_share") + F("county_share")), name="statement_shares_add_up"
            ),
            models.CheckConstraint(
                condition=Q(due__gte=0, due__lt=MOST) & ~Q(kind="refund")
                | Q(due__lte=0, due__gt=-MOST, kind="refund")
                | Q(due__gt=-MOST, due__lt=MOST, kind="cancellation"),
                name="statement_due_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(kind="cancellation", cancels__isnull=False) & ~Q(reason="")
                | ~Q(kind="cancellation") & Q(cancels=None),
                name="statement_cancels_with_a_reason",
            ),
        )

    def __str__(self) -> str:
        return self.number


class StatementLine(AppendOnly):
    """One unit charged or refunded: an insured household for itself (without a person), or one of its persons. The
    lines of a unit are numbered: odd ones charge it, even ones take exactly the charge before them back."""

    statement = models.ForeignKey(PremiumStatement, models.PROTECT, related_name="lines")
    insured_household = models.ForeignKey(InsuredHousehold, models.PROTECT, related_name="statement_lines")
    insured_person = models.ForeignKey(
        InsuredPerson, models.PROTECT, null=True, related_name="statement_lines"
    )
    serial = models.PositiveSmallIntegerField()
    amount = models.DecimalField(_("premium"), max_digits=10, decimal_places=2)

    class Meta:
        verbose_name = _("statement line")
        constraints = (
            models.UniqueConstraint(
                fields=("insured_household", "insured_person", "serial"),
                nulls_distinct=False,
                name="line_unit_stated_once",
            ),
            models.CheckConstraint(
                condition=Q(ODD, amount__gt=0, amount__lt=MOST) | Q(~Q(ODD), amount__lt=0, amount__gt=-MOST),
                name="line_charges_then_refunds",
            ),
        )

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.insured_household_id}/{self.insured_person_id or 0}"
