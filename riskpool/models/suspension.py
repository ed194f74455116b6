"""Suspending an insurer's payments for a serious violation, and lifting that again (R22)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement, PolicyYear
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly


class Suspension(models.Model):
    """The county's request to suspend the payments under an agreement, and what the city made of it. While it is in
    force, `Agreement.payments_suspended_at` is set; one that was approved for a later moment waits for it."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="county", insurer="agreement__insurer")

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for the city")
        REFUSED = "refused", _("Refused")
        APPROVED = "approved", _("Approved, not begun")
        IN_FORCE = "in_force", _("In force")
        LIFTED = "lifted", _("Lifted")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="suspensions")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ASKED)
    violation = models.TextField(_("facts of the violation"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    answer = models.CharField(_("reasons of the decision"), max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    starts_at = models.DateTimeField(_("in force from"), null=True)
    lift_reason = models.CharField(_("why it was lifted"), max_length=500, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(_("lifted"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("suspension of payments")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("agreement",),
                condition=Q(state__in=("asked", "approved", "in_force")),
                name="suspension_one_open_per_agreement",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="suspension_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None)
                | (~Q(state="asked") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="suspension_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "in_force", "lifted")) | Q(starts_at__isnull=False),
                name="suspension_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="lifted", lifted_by__isnull=False, lifted_at__isnull=False)
                | (~Q(state="lifted") & Q(lifted_by=None, lifted_at=None)),
                name="suspension_lifted_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.state}"

    @property
    def open(self) -> bool:
        return self.state in (self.State.ASKED, self.State.APPROVED, self.State.IN_FORCE)


class SuspensionPaper(AppendOnly):
    """A piece of evidence, kept sealed outside the web root."""

    scope: ClassVar = Scope(
        Act.VIEW_POOL, county="suspension__county", insurer="suspension__agreement__insurer"
    )

    suspension = models.ForeignKey(Suspension, models.PROTECT, related_name="papers")
    file_name = models.CharField(_("file"), max_length=100)
    stored_as = models.CharField(max_length=64, unique=True)
    content_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField(_("size"))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("evidence")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.file_name
