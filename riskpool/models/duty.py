"""What an alert obliges whom to hand in, and what was handed in (R21)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement, PolicyYear
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly
from jincheng_insurance.web.working_days import working_days_left
from riskpool.models.alert import Alert


class Duty(models.Model):
    """One obligation that follows from an alert: a report with a last day, or the notice that government bears a
    share from here on (no last day; it is acknowledged). Made with its alert, never deleted; what it is about never
    changes, and a received one stands still. `causes`, `measures` and `forecast` are what the writer adds to the
    figures."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="county", insurer="agreement__insurer")

    class Kind(models.TextChoices):
        SPECIAL_REPORT = "special_report", _("Special report")
        INVESTIGATION = "investigation", _("Investigation and report")
        GOVERNMENT_SHARE = "government_share", _("Notice of the government's share")

    class State(models.TextChoices):
        OWED = "owed", _("Owed")
        DRAFTED = "drafted", _("Drafted")
        HANDED_IN = "handed_in", _("Handed in")
        RETURNED = "returned", _("Returned with remarks")
        RECEIVED = "received", _("Received")

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="duties")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="duties")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OWED)
    due_on = models.DateField(_("due on"), null=True)
    causes = models.TextField(_("causes"), blank=True)
    measures = models.TextField(_("measures"), blank=True)
    forecast = models.TextField(_("forecast"), blank=True)
    remarks = models.CharField(_("remarks"), max_length=500, blank=True)
    handed_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    handed_in_at = models.DateTimeField(_("handed in"), null=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(_("received"), null=True)
    escalated_at = models.DateTimeField(_("escalated"), null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("report duty")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("alert", "kind"), name="duty_once_per_alert"),
            models.CheckConstraint(
                condition=Q(kind="government_share", due_on=None)
                | (~Q(kind="government_share") & Q(due_on__isnull=False)),
                name="duty_report_has_a_last_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(received_by__isnull=False, received_at__isnull=False),
                name="duty_received_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind="government_share")
                | ~Q(state__in=("handed_in", "returned", "received"))
                | Q(handed_in_by__isnull=False, handed_in_at__isnull=False),
                name="duty_handed_in_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(received_by=None)
                | Q(handed_in_by=None)
                | ~Q(received_by=models.F("handed_in_by")),
                name="duty_received_by_another",
            ),
        )
        indexes = (models.Index(fields=["state", "due_on"], name="duty_by_last_day"),)

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def is_report(self) -> bool:
        return self.kind != self.Kind.GOVERNMENT_SHARE

    @property
    def open(self) -> bool:
        """Whether it is still with whoever owes it."""
        return self.state in OPEN

    @property
    def overdue(self) -> bool:
        return self.open and self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def handed_in_late(self) -> bool:
        return (
            self.handed_in_at is not None
            and self.due_on is not None
            and timezone.localdate(self.handed_in_at) > self.due_on
        )

    @property
    def days_left(self) -> int | None:
        """Working days up to its last day; below zero, how many have passed since. None where none is counted."""
        if self.due_on is None or not self.open:
            return None
        return working_days_left(timezone.localdate(), self.due_on)

    @property
    def days_over(self) -> int:
        return -(self.days_left or 0)

    @property
    def sections(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in SECTIONS}


OPEN = frozenset({Duty.State.OWED, Duty.State.DRAFTED, Duty.State.RETURNED})
SECTIONS = ("causes", "measures", "forecast")


class DutyEvent(AppendOnly):
    """One step of a duty's life; `by` is empty for what the clock did."""

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="events")
    step = models.CharField(max_length=12)
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("event")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.duty_id} {self.step}"


class DutyPaper(AppendOnly):
    """A report as it was handed in, kept sealed outside the web root. `made` tells that it was written from the
    figures and the writer's sections, not uploaded."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="duty__county", insurer="duty__agreement__insurer")

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="papers")
    made = models.BooleanField()
    file_name = models.CharField(_("file"), max_length=100)
    stored_as = models.CharField(max_length=64, unique=True)
    content_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField(_("size"))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("report handed in")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.file_name
