"""What every import of a workbook keeps: the upload, which is the job too, and its rows as checked. Apps make tables of
them; how they move is `lane`'s."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Upload(models.Model):
    """One uploaded workbook: checked row by row, then applied whole or not at all. The row itself is the job: its
    state, rows done, and heartbeat let any worker take it up again.

    `compared_at` is when its check began to read what it compares with; `confirmed` are the counts that were on the
    page when somebody asked to apply it; `moved` says that what it was compared with has changed since, and that a
    fresh check shows more than was confirmed."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be checked")
        CHECKING = "checking", _("Being checked")
        MAPPING = "mapping", _("Columns to be named")
        CHECKED = "checked", _("Checked")
        APPLYING = "applying", _("Being applied")
        APPLIED = "applied", _("Applied")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        UNDONE = "undone", _("Undone")

    RUNNING = (State.QUEUED, State.CHECKING, State.APPLYING)

    county = models.ForeignKey(
        "access.Region", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("county")
    )
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField(_("size"))
    stored_as = models.CharField(max_length=64, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    heartbeat_at = models.DateTimeField(auto_now_add=True)
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    warned = models.PositiveIntegerField(_("with warnings"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    failure = models.JSONField(null=True, blank=True)
    compared_at = models.DateTimeField(null=True)
    confirmed = models.JSONField(null=True)
    moved = models.BooleanField(default=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ("-id",)

    def __str__(self) -> str:
        return self.file_name

    @property
    def running(self) -> bool:
        return self.state in self.RUNNING

    @property
    def importable(self) -> int:
        """Rows that applying would take."""
        return self.accepted + self.warned


class StagedRow(models.Model):
    """One line of an uploaded workbook as checked, waiting to be applied."""

    class Verdict(models.TextChoices):
        ACCEPT = "accept", _("Accepted")
        WARN = "warn", _("Accepted with a warning")
        REJECT = "reject", _("Rejected")

    sheet = models.CharField(max_length=100)
    row = models.PositiveIntegerField()
    verdict = models.CharField(max_length=6, choices=Verdict)
    problems = models.JSONField(default=list)

    class Meta:
        abstract = True
        ordering: ClassVar = ("id",)

    def __str__(self) -> str:
        return f"{self.sheet}!{self.row}"
