"""Exports: files made of lists, kept sealed for a day."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Export(models.Model):
    """One file that somebody asked for. The row is the job: its state, rows done and heartbeat let any worker take it
    up again. Only its maker sees it, while the places of its rows (`reach`: county and insurer) still are within the
    maker's; after a day the file is removed and the row stays. A large one with numbers in full waits until somebody
    else approves it (`decided_by`); `reach` then says what was approved."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for approval")
        QUEUED = "queued", _("Waiting to be made")
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        REFUSED = "refused", _("Refused")
        EXPIRED = "expired", _("Expired")

    class Format(models.TextChoices):
        XLSX = "xlsx", _("Excel workbook (.xlsx)")
        CSV = "csv", _("Plain table (.csv), for other programs")

    RUNNING = (State.QUEUED, State.MAKING)

    kind = models.CharField(max_length=40)
    chosen = models.JSONField(default=dict)
    described = models.CharField(_("content"), max_length=300, blank=True)
    format = models.CharField(_("format"), max_length=4, choices=Format, default=Format.XLSX)
    full = models.BooleanField(_("numbers in full"), default=False)
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    heartbeat_at = models.DateTimeField(auto_now_add=True)
    failure = models.CharField(max_length=40, blank=True)
    reach = models.JSONField(default=list)
    stored_as = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(_("size"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    refused_because = models.CharField(_("reason"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    ready_at = models.DateTimeField(_("ready since"), null=True)
    expires_at = models.DateTimeField(_("kept until"), null=True)

    class Meta:
        verbose_name = _("export")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(full=False) | ~Q(purpose=""), name="export_in_full_has_purpose"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | (~Q(stored_as="") & Q(expires_at__isnull=False)),
                name="export_ready_has_file",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("made_by")), name="export_decided_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refused_because="") & Q(decided_by__isnull=False),
                name="export_refused_with_reason",
            ),
        )
        indexes = (
            models.Index(fields=["made_by", "-id"], name="export_of_maker"),
            models.Index(
                fields=["state"],
                name="export_to_attend",
                condition=Q(state__in=("waiting", "queued", "making", "ready")),
            ),
        )

    def __str__(self) -> str:
        return self.kind

    @property
    def number(self) -> str:
        """What a file says of itself, and whoever finds it asks for."""
        return f"DC{self.pk:08d}"

    @property
    def running(self) -> bool:
        return self.state in self.RUNNING
