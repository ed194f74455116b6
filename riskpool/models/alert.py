"""Alerts on the loss ratio of an agreement: each level fires once a year and stays on record (R20, R21)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement, PolicyYear
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly


class Alert(AppendOnly):
    """A level (80, 100 or 120 %) that an agreement's simple loss ratio passed, with the figures of that moment."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="county", insurer="agreement__insurer")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="alerts")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    level = models.PositiveSmallIntegerField(_("level"))
    incurred = models.DecimalField(_("incurred"), max_digits=14, decimal_places=2)
    net_premium = models.DecimalField(_("net premium"), max_digits=14, decimal_places=2)
    fired_at = models.DateTimeField(_("fired"), auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("alert")
        ordering = ("-fired_at", "-level")
        constraints = (
            models.UniqueConstraint(fields=("agreement", "level"), name="alert_fires_once_a_year"),
            models.CheckConstraint(condition=Q(net_premium__gt=0), name="alert_needs_premium"),
        )

    def __str__(self) -> str:
        return f"{self.agreement_id} > {self.level} %"
