"""What an import would change and has changed, and the participation workbook: tables beside the roster's own."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly
from jincheng_insurance.sheets.models import StagedRow, Upload


class Change(models.Model):
    """One cell of the roster, before and after. The keys are those of the household and person, which an undone import
    may have taken away again; without a person it is a cell of the household. Telephones stay sealed, and bound to
    their row."""

    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    household_key = models.BigIntegerField()
    person_key = models.BigIntegerField(null=True)
    field = models.CharField(max_length=20)
    old = models.TextField(null=True)  # noqa: DJ001 - nothing and an empty cell differ
    new = models.TextField(null=True)  # noqa: DJ001
    old_sealed = models.BinaryField(null=True)
    new_sealed = models.BinaryField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.field} {self.pk}"


class RosterDifference(Change):
    """A cell that a checked import would change: its preview, and what applying writes."""

    scope: ClassVar = Scope(Act.VIEW_ROSTER, county="county")

    roster_import = models.ForeignKey(
        "enrollment.RosterImport", models.CASCADE, related_name="differences", db_index=False
    )

    objects = ScopedManager()

    class Meta:
        ordering = ("household_key", "person_key", "id")
        indexes = (
            models.Index(
                fields=["roster_import", "household_key", "person_key"], name="roster_difference_of_import"
            ),
        )


class RosterChange(AppendOnly, Change):
    """A cell that an applied import has changed. Rows that it added are known by their `listed_by`; that a row is gone
    from the roster, or back, is a change of its `gone_since`."""

    scope: ClassVar = Scope(Act.VIEW_ROSTER, county="county")

    roster_import = models.ForeignKey(
        "enrollment.RosterImport", models.PROTECT, null=True, related_name="changes"
    )
    participation_import = models.ForeignKey(
        "enrollment.ParticipationImport", models.PROTECT, null=True, related_name="changes"
    )
    at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(roster_import__isnull=True) ^ Q(participation_import__isnull=True),
                name="roster_change_by_one_import",
            ),
        )
        indexes = (
            models.Index(fields=["household_key"], name="roster_change_of_household"),
            models.Index(fields=["person_key"], name="roster_change_of_person"),
        )


class RosterReach(models.Model):
    """How much of one county's roster an import holds: of what stood there when it was checked, what it lists again.
    `whole` is the person's word that the file is the county's whole roster, so that what it doesn't list is gone."""

    scope: ClassVar = Scope(Act.VIEW_ROSTER, county="county")

    roster_import = models.ForeignKey("enrollment.RosterImport", models.CASCADE, related_name="reach")
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    listed_households = models.PositiveIntegerField()
    listed_persons = models.PositiveIntegerField()
    found_households = models.PositiveIntegerField()
    found_persons = models.PositiveIntegerField()
    whole = models.BooleanField()

    objects = ScopedManager()

    class Meta:
        ordering = ("county__code",)
        constraints = (
            models.UniqueConstraint(fields=("roster_import", "county"), name="roster_reach_once_a_county"),
        )

    def __str__(self) -> str:
        return f"{self.roster_import_id} {self.county_id}"

    @property
    def missing_households(self) -> int:
        return self.listed_households - self.found_households

    @property
    def missing_persons(self) -> int:
        return self.listed_persons - self.found_persons

    @property
    def share(self) -> int:
        """Whole percent of the county's listed persons that the file lists again, rounded down."""
        return self.found_persons * 100 // self.listed_persons if self.listed_persons else 100


class RosterPlace(models.Model):
    """A township or village that an applied import made, because a row named it and its county had none of that name.
    Undoing the import takes it back, unless somebody else stands there by then."""

    roster_import = models.ForeignKey("enrollment.RosterImport", models.CASCADE, related_name="places")
    region = models.OneToOneField(Region, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("place made by an import")

    def __str__(self) -> str:
        return f"{self.roster_import_id} {self.region_id}"


class ParticipationImport(Upload):
    """One workbook that says who is in basic medical insurance in a policy year (R5)."""

    scope: ClassVar = Scope(Act.VIEW_ROSTER, county="county")

    policy_year = models.ForeignKey(
        "enrollment.PolicyYear", models.PROTECT, related_name="+", verbose_name=_("policy year")
    )
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    not_found = models.PositiveIntegerField(default=0)

    objects = ScopedManager()

    class Meta(Upload.Meta):
        abstract = False
        verbose_name = _("participation import")


class ParticipationRow(StagedRow):
    """One line of a participation workbook: the roster person it was matched with, what stands and what it says.
    `insured_old` is what stands for the person insured in that year, null for one who isn't."""

    participation_import = models.ForeignKey(ParticipationImport, models.CASCADE, related_name="rows")
    person_key = models.BigIntegerField(null=True)
    county_key = models.BigIntegerField(null=True)
    household_key = models.BigIntegerField(null=True)
    old = models.CharField(max_length=8, blank=True)
    insured_old = models.CharField(max_length=8, null=True)  # noqa: DJ001 - null is not insured
    new = models.CharField(max_length=8, blank=True)
    changed = models.BooleanField(default=False)

    class Meta(StagedRow.Meta):
        abstract = False
        indexes = (
            models.Index(
                fields=["participation_import", "verdict", "changed"], name="participation_row_by_verdict"
            ),
        )
