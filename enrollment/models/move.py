"""Households that move to another county (R3)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models.roster import RosterHousehold
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager


class HouseholdMove(models.Model):
    """One roster household's move to another county: asked for by the county it stands in, confirmed or refused by
    somebody else in the county it comes to. Only confirming changes the roster; the cover of the running year stays
    where it is (R3)."""

    scope: ClassVar = Scope(Act.VIEW_ROSTER, county="from_county", second_county="to_county")

    class State(models.TextChoices):
        ASKED = "asked", _("Waiting for the receiving county")
        CONFIRMED = "confirmed", _("Moved")
        REFUSED = "refused", _("Move refused")
        CANCELLED = "cancelled", _("Request taken back")

    household = models.ForeignKey(RosterHousehold, models.PROTECT, related_name="moves")
    from_county = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name=_("present county")
    )
    to_county = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name=_("receiving county")
    )
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("move")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("household",), condition=Q(state="asked"), name="move_one_open_per_household"
            ),
            models.CheckConstraint(condition=~Q(from_county=F("to_county")), name="move_to_another_county"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by=None, decided_at=None)
                | (~Q(state="asked") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="move_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("confirmed", "refused")) | ~Q(decided_by=F("asked_by")),
                name="move_decided_by_a_second_person",
            ),
        )

    def __str__(self) -> str:
        return f"{self.household_id}: {self.from_county_id} → {self.to_county_id}"
