"""The claim itself: its state, who did what to it, and its timeline."""

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement, InsuredHousehold, InsuredPerson, PolicyYear
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly

MOST = 10**10
OPEN = ("reported", "assessing", "submitted", "approved", "paying")


class Care(models.TextChoices):
    """Kind of treatment; each has its own deductible and annual cap (R7)."""

    INPATIENT = "inpatient", _("Inpatient")
    OUTPATIENT = "outpatient", _("Outpatient")


class RejectionReason(models.TextChoices):
    """Why a claim isn't paid."""

    OUTSIDE_COVER = "outside_cover", _("Outside the cover or the policy year")
    NOT_IN_BASIC_INSURANCE = "not_in_basic_insurance", _("Not in basic medical insurance")
    CAUSE_NOT_COVERED = "cause_not_covered", _("Cause of the loss not covered")
    RESPONSIBLE_PARTY = "responsible_party", _("Somebody responsible can pay")
    CLAIMED_ALREADY = "claimed_already", _("Claimed already")
    UNTRUE = "untrue", _("Documents or statements untrue")
    NOT_PROVEN = "not_proven", _("Not proven by the documents")
    OTHER = "other", _("Another reason")


class Claim(models.Model):
    """One reported event of an insured person or household, from report to payment. Its money is in the loss ledger;
    the state only says where the work stands. Who submits neither approves nor rejects: PostgreSQL refuses it.
    `round` counts how often the claim was taken up: 1 at first, one more each time it is reopened or its decision
    reversed. `late` says that it was reported late (R26), `pay_by` the last day for its payment."""

    scope: ClassVar = Scope(Act.VIEW_CLAIM, county="county", insurer="agreement__insurer")

    class State(models.TextChoices):
        REPORTED = "reported", _("Reported")
        ASSESSING = "assessing", _("Being assessed")
        SUBMITTED = "submitted", _("Submitted")
        APPROVED = "approved", _("Approved")
        PAYING = "paying", _("Being paid")
        CLOSED = "closed", _("Closed")
        REJECTED = "rejected", _("Payment refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

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
    round = models.PositiveSmallIntegerField(default=1)
    reported_on = models.DateField(_("reported on"))
    late = models.BooleanField(_("reported late"), default=False)
    account = models.TextField(_("account of the event"), blank=True)
    granted = models.DecimalField(_("granted"), max_digits=12, decimal_places=2, null=True, blank=True)
    once = models.UUIDField(null=True, unique=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    pay_by = models.DateField(_("to be paid by"), null=True, blank=True)
    rejected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    rejection_reason = models.CharField(
        _("reason of the rejection"), max_length=24, choices=RejectionReason, blank=True
    )
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
                condition=Q(rejected_by=None)
                | (Q(submitted_by__isnull=False) & ~Q(rejected_by=F("submitted_by")))
                | (Q(submitted_by=None) & ~Q(rejected_by=F("reported_by"))),
                name="claim_rejected_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected")
                | (Q(rejected_by__isnull=False) & Q(rejection_reason__in=RejectionReason.values)),
                name="claim_rejected_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "paying", "closed"))
                | Q(approved_by__isnull=False, granted__isnull=False),
                name="claim_approved_has_decision",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("approved", "paying", "closed")) | Q(granted=None),
                name="claim_granted_only_once_decided",
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
        indexes = (
            models.Index(fields=["agreement", "state"], name="claim_by_state"),
            # The city's list of a year by state, newest first.
            models.Index(fields=["policy_year", "state", "-id"], name="claim_of_year_by_state"),
            # The same, earliest report first.
            models.Index(fields=["policy_year", "reported_on", "id"], name="claim_of_year_by_report"),
            # The few that are open, by age.
            models.Index(
                fields=["agreement", "reported_on"],
                name="claim_open_by_age",
                include=["state", "submitted_at", "pay_by"],
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                fields=["pay_by"], name="claim_to_pay", condition=Q(state__in=("approved", "paying"))
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def open_to_assessment(self) -> bool:
        return self.state in (self.State.REPORTED, self.State.ASSESSING)

    @property
    def is_property(self) -> bool:
        return self.coverage == self.Coverage.PROPERTY

    @property
    def overdue(self) -> bool:
        """Whether its payment should have been made by now (R26)."""
        return (
            self.state in (self.State.APPROVED, self.State.PAYING)
            and self.pay_by is not None
            and self.pay_by < timezone.localdate()
        )

    @property
    def approved_on(self) -> datetime.date | None:
        return None if self.approved_at is None else timezone.localdate(self.approved_at)


class ClaimEvent(AppendOnly):
    """One step of a claim's life as its timeline shows it, with the amount it was about, in yuan."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="events")
    step = models.CharField(max_length=20)
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10, choices=Claim.State)
    note = models.CharField(_("note"), max_length=300, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2, null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("event")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.claim_id} {self.step}"
