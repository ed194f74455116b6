"""What an agreement's losses are made of, without anybody who could be told (R25)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager

LEAST_CONCERNED = 3


class Breakdown(models.Model):
    """When an agreement's losses were last broken down, and how many entries its ledger had then. Taken anew in the
    background once the ledger has moved: it only counts what stands elsewhere, and may be dropped at any time."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="agreement__county", insurer="agreement__insurer")

    agreement = models.OneToOneField(Agreement, models.PROTECT, related_name="breakdown")
    entries = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField(_("as of"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("breakdown of losses")

    def __str__(self) -> str:
        return str(self.agreement)


class BreakdownLine(models.Model):
    """One village, diagnosis, cause of loss or hospital with what came of it. Only a `NAMED` part has a name; beside it
    there may be what isn't stated, all others, and last all together, everybody and every claim counted once. A line
    that fewer than three are concerned by is never stored: the others take it in."""

    class Dimension(models.TextChoices):
        VILLAGE = "village", _("Villages")
        DIAGNOSIS = "diagnosis", _("Diagnoses")
        CAUSE = "cause", _("Causes of property losses")
        HOSPITAL = "hospital", _("Hospitals")

    class Part(models.TextChoices):
        NAMED = "named", _("named")
        UNSTATED = "unstated", _("not stated")
        OTHERS = "others", _("all others")
        TOGETHER = "together", _("Together")

    breakdown = models.ForeignKey(Breakdown, models.CASCADE, related_name="lines")
    dimension = models.CharField(max_length=10, choices=Dimension)
    part = models.CharField(max_length=10, choices=Part, default=Part.NAMED)
    rank = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200, blank=True)
    concerned = models.PositiveIntegerField(_("persons or households"))
    claims = models.PositiveIntegerField(_("claims"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("line of a breakdown")
        ordering = ("dimension", "rank")
        constraints = (
            models.UniqueConstraint(
                fields=("breakdown", "dimension", "rank"), name="breakdown_line_ranked_once"
            ),
            models.CheckConstraint(
                condition=Q(concerned__gte=LEAST_CONCERNED), name="breakdown_line_tells_nobody"
            ),
        )

    def __str__(self) -> str:
        return f"{self.dimension} {self.rank}"
