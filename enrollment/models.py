"""Policy years and agreements, our mirror of the national monitoring roster, and the insured (R1-R3, R17)."""

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate, Now
from django.utils.translation import gettext_lazy as _

from enrollment.import_models import (
    ParticipationImport,
    ParticipationRow,
    RosterChange,
    RosterDifference,
    RosterReach,
)
from jincheng_insurance.access.models import Insurer, Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.sheets.models import StagedRow, Upload

__all__ = [
    "MONITORED",
    "Agreement",
    "BasicInsurance",
    "Category",
    "InsuredHousehold",
    "InsuredPerson",
    "ParticipationImport",
    "ParticipationRow",
    "PolicyTerm",
    "PolicyYear",
    "Relation",
    "RosterChange",
    "RosterDifference",
    "RosterHousehold",
    "RosterImport",
    "RosterPerson",
    "RosterReach",
    "RosterRow",
]


class Category(models.TextChoices):
    """What kind of household the roster lists (R1)."""

    OUT_OF_POVERTY = "OUT_OF_POVERTY", _("Out-of-poverty household")
    MARGINAL = "MARGINAL", _("Marginal household")
    SEVERE_DIFFICULTY = "SEVERE_DIFFICULTY", _("Severe-difficulty household")


MONITORED = (Category.MARGINAL, Category.SEVERE_DIFFICULTY)
NEWBORN_WITHIN = datetime.timedelta(days=731)


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
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


STANDING = Q(withdrawn_at=None)
WITHDRAWN_WITH_REASON = Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="") | (
    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")
)


class Withdrawable(models.Model):
    """What is insured until it is found to have been enrolled by mistake (R18): then it is marked, never removed, and
    its cover is void from the beginning. `claimed_at` is a fact that claims set: from then on it stays."""

    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_reason = models.CharField(
        _("reason of the withdrawal"), max_length=200, blank=True, default="", db_default=""
    )
    claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class InsuredHousehold(Withdrawable):
    """A roster household covered for one policy year under its county's agreement. Cover, once begun, runs to the end
    of the year (R3); PostgreSQL itself refuses cover before the listing date (R2). Who moves to another county stays
    insured here until then. One enrolled by mistake is withdrawn, and may be enrolled again."""

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
                fields=("policy_year", "roster_household"),
                condition=STANDING,
                name="insured_household_once_a_year",
            ),
            models.CheckConstraint(
                condition=WITHDRAWN_WITH_REASON, name="insured_household_withdrawn_with_reason"
            ),
            models.CheckConstraint(
                condition=STANDING | Q(claimed_at=None), name="insured_household_claimed_stays"
            ),
            models.CheckConstraint(
                condition=Q(cover_to__gte=F("cover_from")), name="insured_household_cover_in_order"
            ),
        )
        indexes = (models.Index(fields=["agreement", "id"], name="insured_household_by_agreement"),)

    def __str__(self) -> str:
        return str(self.roster_household_id)


class InsuredPerson(Withdrawable):
    """A member of an insured household, covered for the same policy year. One withdrawn household has no member whose
    insurance stands."""

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
    enrolled_at = models.DateTimeField(_("enrolled"), db_default=Now())

    objects = ScopedManager()

    class Meta:
        verbose_name = _("insured person")
        ordering = ("insured_household", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("policy_year", "roster_person"), condition=STANDING, name="insured_person_once_a_year"
            ),
            models.CheckConstraint(
                condition=WITHDRAWN_WITH_REASON, name="insured_person_withdrawn_with_reason"
            ),
            models.CheckConstraint(
                condition=STANDING | Q(claimed_at=None), name="insured_person_claimed_stays"
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


class PayeeAccount(models.Model):
    """The bank account to which an insured person's benefits go. A change is proposed by one person and confirmed by
    another; what was proposed is never edited. At most one account of a person is confirmed, at most one waits."""

    scope: ClassVar = Scope(Act.VIEW_INSURED, county="county", insurer="agreement__insurer")

    class Relation(models.TextChoices):
        """Who the holder is to the insured person."""

        SELF = "self", _("The insured person")
        GUARDIAN = "guardian", _("Guardian")
        HEAD = "head", _("Head of the household")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for confirmation")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUSED = "refused", _("Refused")
        SUPERSEDED = "superseded", _("Superseded")

    person = models.ForeignKey(
        RosterPerson, models.PROTECT, related_name="accounts", verbose_name=_("insured person")
    )
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="payee_accounts", verbose_name=_("agreement")
    )
    holder_name = models.CharField(_("account holder"), max_length=60)
    relation = models.CharField(_("holder is"), max_length=8, choices=Relation)
    proof_note = models.CharField(_("proof"), max_length=200, blank=True)
    bank_name = models.CharField(_("bank"), max_length=80)
    account_sealed = models.BinaryField()
    account_index = models.BinaryField()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("payee account")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="payee_account_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None, decided_at=None)
                | Q(state__in=("confirmed", "refused"), decided_by__isnull=False, decided_at__isnull=False)
                | Q(state="superseded"),
                name="payee_account_decision_fits_state",
            ),
            models.CheckConstraint(
                condition=Q(relation="self") | ~Q(proof_note=""), name="payee_account_of_another_has_proof"
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="payee_account_refused_with_reason"
            ),
            models.UniqueConstraint(
                fields=("person",), condition=Q(state="confirmed"), name="payee_account_one_confirmed"
            ),
            models.UniqueConstraint(
                fields=("person",), condition=Q(state="proposed"), name="payee_account_one_waiting"
            ),
        )
        indexes = (models.Index(fields=["account_index"], name="payee_account_by_index"),)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


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
