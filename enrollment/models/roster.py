"""Our mirror of the national monitoring roster, and its imports (R1, R2)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from enrollment.models.words import NEWBORN_WITHIN, BasicInsurance, Category, Relation
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.sheets.models import StagedRow, Upload


class RosterImport(Upload):
    """One upload of a roster workbook, and what it would change: households and persons that are new, changed in some
    cell, or as they stand. `undone_by` took all of it back again."""

    scope: ClassVar = Scope(Act.VIEW_ROSTER, county="county")

    households = models.PositiveIntegerField(_("households"), default=0)
    persons = models.PositiveIntegerField(_("persons"), default=0)
    monitored_households = models.PositiveIntegerField(default=0)
    monitored_persons = models.PositiveIntegerField(default=0)
    new_households = models.PositiveIntegerField(default=0)
    new_persons = models.PositiveIntegerField(default=0)
    changed_households = models.PositiveIntegerField(default=0)
    changed_persons = models.PositiveIntegerField(default=0)
    gone_households = models.PositiveIntegerField(default=0)
    gone_persons = models.PositiveIntegerField(default=0)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    objects = ScopedManager()

    class Meta(Upload.Meta):
        abstract = False
        verbose_name = _("roster import")

    @property
    def checked_rows(self) -> int | None:
        """How many rows of data the file has, known when it was checked to the end; titles and totals are none."""
        rows = self.accepted + self.warned + self.rejected
        return rows if rows and not self.running else None

    @property
    def same_households(self) -> int:
        return self.households - self.new_households - self.changed_households

    @property
    def same_persons(self) -> int:
        return self.persons - self.new_persons - self.changed_persons


class RosterRow(StagedRow):
    """One line of an uploaded workbook as checked, waiting to be applied. The keys are those its household and person
    have, or will have, in the roster: sealed numbers are bound to them already. A line that isn't carried into the
    roster has none, but names whom it is about as far as that could be read: a rejected line doesn't make anybody gone.
    A telephone that stands already is staged as it stands, so that an equal one is equal byte by byte."""

    roster_import = models.ForeignKey(RosterImport, models.CASCADE, related_name="rows", db_index=False)
    household_key = models.BigIntegerField(null=True)
    person_key = models.BigIntegerField(null=True)
    household_new = models.BooleanField(default=False)
    person_new = models.BooleanField(default=False)
    county_key = models.BigIntegerField(null=True)
    household_code = models.CharField(max_length=32, blank=True)
    person_code = models.CharField(max_length=32, blank=True)
    name = models.CharField(max_length=60, blank=True)
    township = models.CharField(max_length=60, blank=True)
    village = models.CharField(max_length=60, blank=True)
    category = models.CharField(max_length=20, blank=True)
    monitored_kind = models.CharField(max_length=40, blank=True)
    listed_on = models.DateField(null=True)
    risk_removed = models.BooleanField(null=True)
    risk_removed_on = models.DateField(null=True)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=6, blank=True)
    relation = models.CharField(max_length=20, blank=True)
    basic_insurance = models.CharField(max_length=8, blank=True)
    id_number_sealed = models.BinaryField(null=True)
    id_number_index = models.BinaryField(null=True)
    telephone_sealed = models.BinaryField(null=True)
    household_telephone_sealed = models.BinaryField(null=True)

    class Meta(StagedRow.Meta):
        abstract = False
        indexes = (models.Index(fields=["roster_import", "verdict"], name="roster_row_by_verdict"),)


class UnplacedSheet(models.Model):
    """The sheet for which an import waits in `MAPPING`: its first rows, cells cut short and personal numbers masked, so
    that somebody can say which column holds what. Gone when that is said, or the import is given up."""

    roster_import = models.OneToOneField(RosterImport, models.CASCADE, related_name="unplaced_sheet")
    sheet = models.CharField(max_length=100)
    header_row = models.PositiveIntegerField()
    rows = models.JSONField()

    class Meta:
        verbose_name = _("sheet with unknown columns")

    def __str__(self) -> str:
        return self.sheet


class ColumnMapping(models.Model):
    """What a column title means, as somebody has said once: a field of the roster, or nothing ("") for a title to pass
    over. It holds for the imports of its county; without one, for all, unless a county has said otherwise."""

    scope: ClassVar = Scope(Act.VIEW_ROSTER, county="county")

    county = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("county")
    )
    key = models.CharField(max_length=130)
    title = models.CharField(_("title"), max_length=130)
    field = models.CharField(_("field"), max_length=30, blank=True)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    said_at = models.DateTimeField(_("since"), auto_now=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("remembered column title")
        ordering = ("title", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("county", "key"), name="column_mapping_once_per_reach", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return self.title


class RosterHousehold(models.Model):
    """A household as the monitoring system lists it. `listed_on` is when monitoring began (R2). `listed_by` is the
    import that added it, `seen_in` the one that wrote it last. `gone_since`: when an import of the county's whole
    roster no longer listed it; cover it has stays (R3)."""

    scope: ClassVar = Scope(Act.VIEW_ROSTER, county="county")

    code = models.CharField(_("household code"), max_length=32, unique=True)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    township = models.ForeignKey(
        Region, models.PROTECT, null=True, related_name="+", verbose_name=_("township")
    )
    village = models.ForeignKey(
        Region, models.PROTECT, null=True, related_name="+", verbose_name=_("village")
    )
    category = models.CharField(_("category"), max_length=20, choices=Category)
    monitored_kind = models.CharField(_("monitored as"), max_length=40, blank=True)
    listed_on = models.DateField(_("listed on"), null=True, blank=True)
    risk_removed = models.BooleanField(_("risk removed"), null=True)
    risk_removed_on = models.DateField(_("risk removed on"), null=True, blank=True)
    telephone_sealed = models.BinaryField(null=True)
    gone_since = models.DateTimeField(_("gone from the roster since"), null=True, blank=True)
    listed_by = models.ForeignKey(RosterImport, models.PROTECT, related_name="+")
    seen_in = models.ForeignKey(
        RosterImport, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = _("roster household")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=Q(category=Category.OUT_OF_POVERTY) | Q(listed_on__isnull=False),
                name="roster_monitored_has_listing_date",
            ),
        )
        indexes = (
            models.Index(fields=["county", "category"], name="roster_by_county_category"),
            # a county's list and a township's, in their order
            models.Index(fields=["county", "code"], name="roster_by_county_code"),
            models.Index(fields=["township", "code"], name="roster_by_township_code"),
            # the few who can't be enrolled
            models.Index(fields=["id"], name="roster_household_gone", condition=Q(gone_since__isnull=False)),
        )

    def __str__(self) -> str:
        return self.code


class RosterPerson(models.Model):
    """A member of a roster household. The identity number is sealed, and unique in the whole roster by its index.
    A newborn without a number yet may be listed by the county itself: `added_by` and `added_on` mark that source, and
    the number is pending until the county or a roster import completes it (R2)."""

    scope: ClassVar = Scope(Act.VIEW_ROSTER, county="household__county")

    household = models.ForeignKey(RosterHousehold, models.PROTECT, related_name="persons")
    code = models.CharField(_("person code"), max_length=32, blank=True)
    name = models.CharField(_("name"), max_length=60)
    id_number_sealed = models.BinaryField(null=True)
    id_number_index = models.BinaryField(unique=True, null=True)
    number_pending = models.BooleanField(_("number pending"), default=False, db_default=False)
    birth_date = models.DateField(_("birth date"))
    sex = models.CharField(_("sex"), max_length=6)
    relation = models.CharField(_("relation to head"), max_length=20, choices=Relation)
    basic_insurance = models.CharField(
        _("basic medical insurance"), max_length=8, choices=BasicInsurance, default=BasicInsurance.UNKNOWN
    )
    telephone_sealed = models.BinaryField(null=True)
    gone_since = models.DateTimeField(_("gone from the roster since"), null=True, blank=True)
    listed_by = models.ForeignKey(
        RosterImport, models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    seen_in = models.ForeignKey(
        RosterImport, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("added by")
    )
    added_on = models.DateField(_("added on"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("roster person")
        ordering = ("household", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(number_pending=True, id_number_sealed=None, id_number_index=None)
                | Q(number_pending=False, id_number_sealed__isnull=False, id_number_index__isnull=False),
                name="roster_person_number_or_pending",
            ),
            models.CheckConstraint(
                condition=Q(added_by=None, added_on=None, seen_in__isnull=False, number_pending=False)
                | Q(added_by__isnull=False, added_on__isnull=False),
                name="roster_person_has_source",
            ),
            models.CheckConstraint(
                condition=Q(added_on=None)
                | Q(birth_date__lte=F("added_on"), birth_date__gt=F("added_on") - NEWBORN_WITHIN),
                name="roster_person_added_is_newborn",
            ),
            models.UniqueConstraint(
                fields=("household", "name", "birth_date"),
                condition=Q(number_pending=True),
                name="roster_person_pending_once",
            ),
        )
        indexes = (
            # names from the first character on, in the order of characters, whatever the database's own order is
            models.Index(Collate("name", "C"), "id", name="roster_person_by_name"),
            # the few whose benefit is in doubt (R5)
            models.Index(
                fields=["basic_insurance", "household"],
                name="roster_person_in_doubt",
                condition=Q(basic_insurance__in=("employee", "none", "unknown")),
            ),
            # the few who can't be enrolled
            models.Index(fields=["id"], name="roster_person_gone", condition=Q(gone_since__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
