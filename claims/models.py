"""Claims with their bills, the yearly totals that cap them, decisions, payments, and the loss ledger (R5-R14, R19)."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement, InsuredHousehold, InsuredPerson, PolicyYear
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly

MOST = 10**10


class Care(models.TextChoices):
    """Kind of treatment; each has its own deductible and annual cap (R7)."""

    INPATIENT = "inpatient", _("Inpatient")
    OUTPATIENT = "outpatient", _("Outpatient")


class BenefitYear(models.Model):
    """What one person has been granted in a policy year, and the caps above it. This row is locked before any
    decision reads it, and its checks refuse a total above the cap (R7, R11)."""

    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    insured_person = models.OneToOneField(InsuredPerson, models.PROTECT, related_name="benefit_year")
    inpatient_cap = models.DecimalField(max_digits=12, decimal_places=2)
    inpatient_granted = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    outpatient_cap = models.DecimalField(max_digits=12, decimal_places=2)
    outpatient_granted = models.DecimalField(max_digits=12, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("benefit year")
        constraints = (
            models.CheckConstraint(
                condition=Q(inpatient_granted__gte=0, inpatient_granted__lte=F("inpatient_cap")),
                name="benefit_inpatient_within_cap",
            ),
            models.CheckConstraint(
                condition=Q(outpatient_granted__gte=0, outpatient_granted__lte=F("outpatient_cap")),
                name="benefit_outpatient_within_cap",
            ),
            models.CheckConstraint(
                condition=Q(inpatient_cap__lt=MOST, outpatient_cap__lt=MOST), name="benefit_caps_in_bounds"
            ),
        )

    def __str__(self) -> str:
        return f"{self.policy_year_id}/{self.insured_person_id}"


class Claim(models.Model):
    """One reported event of one insured person, from report to payment. Its money is in the loss ledger; the state
    only says where the work stands. Who submits never approves: PostgreSQL refuses it."""

    scope: ClassVar = Scope(Act.VIEW_CLAIM, county="county", insurer="agreement__insurer")

    class State(models.TextChoices):
        REPORTED = "reported", _("Reported")
        ASSESSING = "assessing", _("Being assessed")
        SUBMITTED = "submitted", _("Submitted")
        APPROVED = "approved", _("Approved")
        CLOSED = "closed", _("Closed")

    class Coverage(models.TextChoices):
        MEDICAL = "medical", _("Medical supplement")
        PROPERTY = "property", _("Household property")

    number = models.CharField(_("claim number"), max_length=40, unique=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, verbose_name=_("agreement"))
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT, verbose_name=_("policy year"))
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    coverage = models.CharField(_("coverage"), max_length=8, choices=Coverage)
    insured_household = models.ForeignKey(InsuredHousehold, models.PROTECT, related_name="claims")
    insured_person = models.ForeignKey(
        InsuredPerson, models.PROTECT, null=True, related_name="claims", verbose_name=_("insured person")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.REPORTED)
    reported_on = models.DateField(_("reported on"))
    account = models.TextField(_("account of the event"), blank=True)
    granted = models.DecimalField(_("granted"), max_digits=12, decimal_places=2, null=True, blank=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("claim")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | (Q(submitted_by__isnull=False) & ~Q(approved_by=F("submitted_by"))),
                name="claim_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "closed"))
                | Q(approved_by__isnull=False, granted__isnull=False),
                name="claim_approved_has_decision",
            ),
            models.CheckConstraint(
                condition=Q(granted=None) | Q(granted__gte=0, granted__lt=MOST),
                name="claim_granted_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(coverage="property", insured_person=None)
                | Q(coverage="medical", insured_person__isnull=False),
                name="claim_medical_is_a_persons",
            ),
        )
        indexes = (models.Index(fields=["agreement", "state"], name="claim_by_state"),)

    def __str__(self) -> str:
        return self.number

    @property
    def open_to_assessment(self) -> bool:
        return self.state in (self.State.REPORTED, self.State.ASSESSING)


class MedicalBill(models.Model):
    """One hospital settlement with what others reimbursed. While it stands, the same invoice stands nowhere else, in
    any county, with any insurer (R10)."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="bills")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    care = models.CharField(_("care"), max_length=10, choices=Care)
    hospital = models.CharField(_("hospital"), max_length=80)
    hospital_key = models.CharField(max_length=80)
    invoice_number = models.CharField(_("invoice number"), max_length=40)
    diagnosis = models.CharField(_("diagnosis"), max_length=120, blank=True)
    admitted_on = models.DateField(_("admitted on"), null=True, blank=True)
    on = models.DateField(_("discharged or visited on"))
    bill = models.DecimalField(_("bill"), max_digits=12, decimal_places=2)
    basic = models.DecimalField(_("basic insurance paid"), max_digits=12, decimal_places=2)
    serious_illness = models.DecimalField(
        _("serious-illness insurance paid"), max_digits=12, decimal_places=2
    )
    assistance = models.DecimalField(_("medical assistance paid"), max_digits=12, decimal_places=2)
    commercial = models.DecimalField(_("commercial insurance paid"), max_digits=12, decimal_places=2)
    other = models.DecimalField(_("others reimbursed"), max_digits=12, decimal_places=2)
    standing = models.BooleanField(default=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("bill")
        ordering = ("on", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("hospital_key", "invoice_number"),
                condition=Q(standing=True),
                name="bill_invoice_stands_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    bill__gte=0,
                    basic__gte=0,
                    serious_illness__gte=0,
                    assistance__gte=0,
                    commercial__gte=0,
                    other__gte=0,
                )
                & Q(
                    bill__gte=F("basic")
                    + F("serious_illness")
                    + F("assistance")
                    + F("commercial")
                    + F("other"),
                    bill__lt=MOST,
                ),
                name="bill_self_pay_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(admitted_on=None) | Q(admitted_on__lte=F("on")), name="bill_dates_in_order"
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim_id}/{self.pk}"

    @property
    def reimbursed(self) -> Decimal:
        return self.basic + self.serious_illness + self.assistance + self.commercial + self.other

    @property
    def self_pay(self) -> Decimal:
        """What is left to the person after every reimbursement (R6)."""
        return self.bill - self.reimbursed

    @property
    def crosses_year_end(self) -> bool:
        return self.admitted_on is not None and self.admitted_on.year != self.on.year


class Decision(AppendOnly):
    """What was granted on a claim, or taken back (`reverses`), with every stage of the sum and the terms it was
    reckoned under, so that it can be explained and replayed years later."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="decisions")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    insured_person = models.ForeignKey(InsuredPerson, models.PROTECT, null=True, related_name="decisions")
    inpatient = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    outpatient = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    breakdown = models.JSONField()
    terms = models.JSONField()
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("decision")
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    inpatient__gt=-MOST, inpatient__lt=MOST, outpatient__gt=-MOST, outpatient__lt=MOST
                ),
                name="decision_amounts_in_bounds",
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.inpatient + self.outpatient}"


class Payment(models.Model):
    """Money sent to the insured for a claim; a claim is paid once."""

    claim = models.OneToOneField(Claim, models.PROTECT, related_name="payment")
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    paid_on = models.DateField(_("paid on"))
    reference = models.CharField(_("bank reference"), max_length=60)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("payment")
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lt=MOST), name="payment_amount_in_bounds"
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.amount}"


class LossEntry(AppendOnly):
    """One movement of a claim's cost: a reserve set, changed or released, or a payment. Incurred is their sum (R19);
    corrections are reversing rows."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="county", insurer="agreement__insurer")

    class Kind(models.TextChoices):
        RESERVE = "reserve", _("Reserve")
        PAYMENT = "payment", _("Payment")

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="loss_entries")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="loss_entries")
    policy_year = models.ForeignKey(PolicyYear, models.PROTECT)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    coverage = models.CharField(max_length=8, choices=Claim.Coverage)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    on = models.DateField(_("date"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    booked_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("loss entry")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=-MOST, amount__lt=MOST), name="loss_amount_in_bounds"
            ),
        )
        indexes = (models.Index(fields=["agreement", "on"], name="loss_by_agreement"),)

    def __str__(self) -> str:
        return f"{self.claim_id} {self.kind} {self.amount}"


class ClaimEvent(AppendOnly):
    """One step of a claim's life as its timeline shows it."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="events")
    step = models.CharField(max_length=20)
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10, choices=Claim.State)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("event")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.claim_id} {self.step}"


from claims.models_document import ClaimDocument, DocumentKind, DocumentRequest  # noqa: E402, F401
