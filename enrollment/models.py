"""Policy years and agreements, our mirror of the national monitoring roster, and the insured (R1-R3, R17)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import Insurer, Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager


class Category(models.TextChoices):
    """What kind of household the roster lists (R1)."""

    OUT_OF_POVERTY = "OUT_OF_POVERTY", _("Out-of-poverty household")
    MARGINAL = "MARGINAL", _("Marginal household")
    SEVERE_DIFFICULTY = "SEVERE_DIFFICULTY", _("Severe-difficulty household")


MONITORED = (Category.MARGINAL, Category.SEVERE_DIFFICULTY)


class BasicInsurance(models.TextChoices):
    """Participation in basic medical insurance (R5)."""

    RESIDENT = "resident", _("Resident insurance")
    EMPLOYEE = "employee", _("Employee insurance")
    NONE = "none", _("Not insured")
    UNKNOWN = "unknown", _("Unknown")


class Relation(models.TextChoices):
    """Who a person is to the head of the household."""

    HEAD = "HEAD", _("Head")
    SPOUSE = "SPOUSE", _("Spouse")
    SON = "SON", _("Son")
    DAUGHTER = "DAUGHTER", _("Daughter")
    SON_IN_LAW = "SON_IN_LAW", _("Son-in-law")
    DAUGHTER_IN_LAW = "DAUGHTER_IN_LAW", _("Daughter-in-law")
    FATHER = "FATHER", _("Father")
    MOTHER = "MOTHER", _("Mother")
    PARENT_IN_LAW = "PARENT_IN_LAW", _("Parent-in-law")
    GRANDCHILD = "GRANDCHILD", _("Grandchild")
    GRANDPARENT = "GRANDPARENT", _("Grandparent")
    SIBLING = "SIBLING", _("Sibling")
    OTHER = "OTHER", _("Other")


class PolicyYear(models.Model):
    """One insurance year, 1 January to 31 December (§9). Its terms are the scheme's defaults and the city's rulings
    (`PolicyTerm`), which stand still from the moment a claim or statement has used them."""

    year = models.PositiveSmallIntegerField(_("policy year"), primary_key=True)
    terms_used_at = models.DateTimeField(_("terms used since"), null=True, blank=True)

    class Meta:
        verbose_name = _("policy year")
        ordering = ("year",)
        constraints = (
            models.CheckConstraint(condition=Q(year__range=(2026, 2028)), name="policy_year_of_the_scheme"),
        )

    def __str__(self) -> str:
        return str(self.year)


class PolicyTerm(models.Model):
    """One parameter that the city has ruled for a policy year otherwise than the scheme's default, and its source."""

    policy_year = models.ForeignKey(PolicyYear, models.PROTECT, related_name="terms")
    name = models.CharField(max_length=40)
    value = models.JSONField()
    source = models.CharField(_("source"), max_length=200)
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("term")
        constraints = (
            models.UniqueConstraint(fields=("policy_year", "name"), name="policy_term_once_a_year"),
        )

    def __str__(self) -> str:
        return f"{self.policy_year_id} {self.name}"


class Agreement(models.Model):
    """The annual agreement of one insurer for one county (R17). `payments_suspended_at` is a fact the risk pool sets
    (R22): from then on no payment is recorded under it."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="county", insurer="insurer")

    policy_year = models.ForeignKey(PolicyYear, models.PROTECT, verbose_name=_("policy year"))
    county = models.ForeignKey(Region, models.PROTECT, verbose_name=_("county"))
    insurer = models.ForeignKey(Insurer, models.PROTECT, verbose_name=_("insurer"))
    number = models.CharField(_("agreement number"), max_length=40, unique=True)
    signed_on = models.DateField(_("signed on"))
    payments_suspended_at = models.DateTimeField(_("payments suspended since"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("agreement")
        ordering = ("policy_year", "county__code")
        constraints = (
            models.UniqueConstraint(
                fields=("policy_year", "county"), name="agreement_one_per_county_and_year"
            ),
        )

    def __str__(self) -> str:
        return self.number


class RosterImport(models.Model):
    """One upload of a roster workbook: checked row by row, then applied whole or not at all. The row itself is the
    job: its state, rows done, and heartbeat let any worker take it up again."""

    scope: ClassVar = Scope(Act.VIEW_ROSTER, county="county")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be checked")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        APPLYING = "applying", _("Being applied")
        APPLIED = "applied", _("Applied")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    RUNNING = (State.QUEUED, State.CHECKING, State.APPLYING)

    county = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("county"))
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
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
    households = models.PositiveIntegerField(_("households"), default=0)
    persons = models.PositiveIntegerField(_("persons"), default=0)
    monitored_households = models.PositiveIntegerField(default=0)
    monitored_persons = models.PositiveIntegerField(default=0)
    failure = models.JSONField(null=True, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("roster import")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.file_name

    @property
    def running(self) -> bool:
        return self.state in self.RUNNING


class RosterRow(models.Model):
    """One line of an uploaded workbook as checked, waiting to be applied. The keys are those its household and person
    have, or will have, in the roster: sealed numbers are bound to them already."""

    class Verdict(models.TextChoices):
        ACCEPT = "accept", _("Accepted")
        WARN = "warn", _("Accepted with a warning")
        REJECT = "reject", _("Rejected")

    roster_import = models.ForeignKey(RosterImport, models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=100)
    row = models.PositiveIntegerField()
    verdict = models.CharField(max_length=6, choices=Verdict)
    problems = models.JSONField(default=list)
    household_key = models.BigIntegerField(null=True)
    person_key = models.BigIntegerField(null=True)
    record = models.JSONField(null=True)
    id_number_sealed = models.BinaryField(null=True)
    id_number_index = models.BinaryField(null=True)
    telephone_sealed = models.BinaryField(null=True)
    household_telephone_sealed = models.BinaryField(null=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["roster_import", "verdict"], name="roster_row_by_verdict"),)

    def __str__(self) -> str:
        return f"{self.sheet}!{self.row}"


class RosterHousehold(models.Model):
    """A household as the monitoring system lists it. `listed_on` is when monitoring began (R2)."""

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
    listed_by = models.ForeignKey(RosterImport, models.PROTECT, related_name="+")
    seen_in = models.ForeignKey(RosterImport, models.PROTECT, related_name="+")

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
        )

    def __str__(self) -> str:
        return self.code


class RosterPerson(models.Model):
    """A member of a roster household. The identity number is sealed, and unique in the whole roster by its index."""

    scope: ClassVar = Scope(Act.VIEW_ROSTER, county="household__county")

    household = models.ForeignKey(RosterHousehold, models.PROTECT, related_name="persons")
    code = models.CharField(_("person code"), max_length=32, blank=True)
    name = models.CharField(_("name"), max_length=60)
    id_number_sealed = models.BinaryField()
    id_number_index = models.BinaryField(unique=True)
    birth_date = models.DateField(_("birth date"))
    sex = models.CharField(_("sex"), max_length=6)
    relation = models.CharField(_("relation to head"), max_length=20, choices=Relation)
    basic_insurance = models.CharField(
        _("basic medical insurance"), max_length=8, choices=BasicInsurance, default=BasicInsurance.UNKNOWN
    )
    telephone_sealed = models.BinaryField(null=True)
    seen_in = models.ForeignKey(RosterImport, models.PROTECT, related_name="+")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("roster person")
        ordering = ("household", "id")
        indexes = (
            # names from the first character on, in the order of characters, whatever the database's own order is
            models.Index(Collate("name", "C"), "id", name="roster_person_by_name"),
            # the few whose benefit is in doubt (R5)
            models.Index(
                fields=["basic_insurance", "household"],
                name="roster_person_in_doubt",
                condition=Q(basic_insurance__in=("employee", "none", "unknown")),
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class InsuredHousehold(models.Model):
    """A roster household covered for one policy year under its county's agreement. Cover, once begun, runs to the end
    of the year (R3); PostgreSQL itself refuses cover before the listing date (R2)."""

    scope: ClassVar = Scope(Act.VIEW_INSURED, county="county", insurer="agreement__insurer")

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="insured_households", verbose_name=_("agreement")
    )
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT, verbose_name=_("policy year"))
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    roster_household = models.ForeignKey(RosterHousehold, models.PROTECT, related_name="insured")
    category = models.CharField(_("category"), max_length=20, choices=Category)
    cover_from = models.DateField(_("cover from"))
    cover_to = models.DateField(_("cover to"))
    enrolled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("insured household")
        ordering = ("roster_household__code",)
        constraints = (
            models.UniqueConstraint(
                fields=("policy_year", "roster_household"), name="insured_household_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(cover_to__gte=F("cover_from")), name="insured_household_cover_in_order"
            ),
        )
        indexes = (models.Index(fields=["agreement", "id"], name="insured_household_by_agreement"),)

    def __str__(self) -> str:
        return str(self.roster_household_id)


class InsuredPerson(models.Model):
    """A member of an insured household, covered for the same policy year."""

    scope: ClassVar = Scope(
        Act.VIEW_INSURED, county="county", insurer="insured_household__agreement__insurer"
    )

    insured_household = models.ForeignKey(InsuredHousehold, models.PROTECT, related_name="persons")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT, verbose_name=_("policy year"))
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    roster_person = models.ForeignKey(RosterPerson, models.PROTECT, related_name="insured")
    basic_insurance = models.CharField(
        _("basic medical insurance"), max_length=8, choices=BasicInsurance, default=BasicInsurance.UNKNOWN
    )
    cover_from = models.DateField(_("cover from"))
    cover_to = models.DateField(_("cover to"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("insured person")
        ordering = ("insured_household", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("policy_year", "roster_person"), name="insured_person_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(cover_to__gte=F("cover_from")), name="insured_person_cover_in_order"
            ),
        )
        indexes = (
            # the few whose benefit is in doubt (R5)
            models.Index(
                fields=["policy_year", "basic_insurance", "county"],
                name="insured_person_in_doubt",
                condition=Q(basic_insurance__in=("employee", "none", "unknown")),
            ),
        )

    def __str__(self) -> str:
        return str(self.roster_person_id)
