"""Workbooks of allocations and payments on their way into the fund ledger."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.sheets.problems import ERROR


class FundImport(models.Model):
    """One workbook of allocations and payments. `lines` are its rows as last checked: what stands in their cells, what
    is wrong, and, once booked, their entries; it is booked once, the lines without a problem all together, or given up
    before. It has a county where a county's finance uploaded it, none where the city's did. Insurers don't see it."""

    scope: ClassVar = Scope(Act.VIEW_PREMIUM, county="county")

    county = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+", verbose_name=_("county"))
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    stored_as = models.CharField(max_length=64, unique=True)
    lines = models.JSONField(default=list)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    booked_at = models.DateTimeField(_("booked"), null=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("import of allocations and payments")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(booked_at=None, booked_by=None)
                | Q(booked_at__isnull=False, booked_by__isnull=False),
                name="fund_import_booked_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False, booked_at=None),
                name="fund_import_cancelled_instead_of_booked",
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    @property
    def waits(self) -> bool:
        """Whether it is neither booked nor given up."""
        return self.booked_at is None and self.cancelled_at is None

    @property
    def good(self) -> int:
        """How many lines can be booked, with a warning or without."""
        return sum(not rejects(line) for line in self.lines)

    @property
    def warned(self) -> int:
        """How many of those have a warning."""
        return sum(bool(line["problems"]) for line in self.lines) - self.bad

    @property
    def bad(self) -> int:
        return len(self.lines) - self.good


def rejects(line: Mapping[str, Any]) -> bool:
    """Whether a line of an import, as kept, can't be booked."""
    return any(problem["severity"] == ERROR for problem in line["problems"])
