"""The year's end on record: drafts with their lines, and the settlements confirmed of them (R23, R24)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement, PolicyYear
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.append_only import AppendOnly


class SettlementDraft(AppendOnly):
    """A policy year reckoned as its ledgers stood on `as_of`. `content` is all that went in and came out, with its
    sources; `digest` is the SHA-256 of its canonical JSON. A draft of the nightly run has no drafter and can't be
    confirmed: a person puts it forward by drafting it anew. It is the city's paper; others see their own lines."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county=None)

    policy_year = models.ForeignKey(PolicyYear, models.PROTECT, verbose_name=_("policy year"))
    version = models.PositiveSmallIntegerField(_("version"))
    serial = models.PositiveIntegerField(_("draft"))
    as_of = models.DateField(_("as of"))
    content = models.JSONField()
    digest = models.CharField(_("digest"), max_length=64)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("put forward by"),
    )
    drafted_at = models.DateTimeField(_("drafted"), auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("settlement draft")
        ordering = ("-policy_year", "-version", "-serial")
        constraints = (
            models.UniqueConstraint(fields=("policy_year", "version", "serial"), name="draft_numbered_once"),
            models.CheckConstraint(condition=Q(version__gte=1, serial__gte=1), name="draft_numbers_from_one"),
            models.CheckConstraint(
                condition=Q(digest__regex="^[0-9a-f]{64}$"), name="draft_digest_is_sha256"
            ),
        )

    def __str__(self) -> str:
        return f"{self.policy_year_id}-{self.version}/{self.serial}"


class SettlementLine(AppendOnly):
    """One agreement's line of a draft, in yuan: its year's figures, what it comes to for either side, and what earlier
    versions have booked of that already. `refund` is only of the scheme's last year. `problem` is the code of a rule
    that stands in the way of confirming."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="county", insurer="agreement__insurer")

    draft = models.ForeignKey(SettlementDraft, models.PROTECT, related_name="lines")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="settlement_lines")
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    net_premium = models.DecimalField(_("net premium"), max_digits=14, decimal_places=2)
    paid = models.DecimalField(_("claims paid"), max_digits=14, decimal_places=2)
    reserves = models.DecimalField(_("open reserves"), max_digits=14, decimal_places=2)
    carry_city = models.DecimalField(_("carry-forward, city"), max_digits=14, decimal_places=2)
    carry_county = models.DecimalField(_("carry-forward, county"), max_digits=14, decimal_places=2)
    excess_city = models.DecimalField(_("excess, city"), max_digits=14, decimal_places=2)
    excess_county = models.DecimalField(_("excess, county"), max_digits=14, decimal_places=2)
    refund_city = models.DecimalField(_("refund, city"), max_digits=14, decimal_places=2)
    refund_county = models.DecimalField(_("refund, county"), max_digits=14, decimal_places=2)
    booked = models.JSONField()
    breakdown = models.JSONField()
    sources = models.JSONField()
    problem = models.CharField(max_length=40, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("settlement line")
        ordering = ("draft", "county__code")
        constraints = (
            models.UniqueConstraint(fields=("draft", "agreement"), name="settlement_line_once_per_agreement"),
            models.CheckConstraint(
                condition=Q(
                    carry_city__gte=0,
                    carry_county__gte=0,
                    excess_city__gte=0,
                    excess_county__gte=0,
                    refund_city__gte=0,
                    refund_county__gte=0,
                ),
                name="settlement_line_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(carry_city=0, carry_county=0) | Q(excess_city=0, excess_county=0),
                name="settlement_line_carries_or_exceeds",
            ),
        )

    def __str__(self) -> str:
        return f"{self.draft_id} {self.agreement_id}"


class Settlement(AppendOnly):
    """A draft confirmed by the city, by someone other than who put it forward: frozen, and its differences booked. A
    year's versions follow one another without a gap; each books what the ones before it haven't (R24)."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county=None)

    policy_year = models.ForeignKey(PolicyYear, models.PROTECT, verbose_name=_("policy year"))
    version = models.PositiveSmallIntegerField(_("version"))
    draft = models.OneToOneField(SettlementDraft, models.PROTECT, related_name="settlement")
    digest = models.CharField(_("digest"), max_length=64)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    confirmed_on = models.DateField(_("confirmed on"))
    confirmed_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("settlement")
        ordering = ("-policy_year", "-version")
        constraints = (
            models.UniqueConstraint(fields=("policy_year", "version"), name="settlement_version_once"),
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("drafted_by")), name="settlement_takes_two_persons"
            ),
        )

    def __str__(self) -> str:
        return f"{self.policy_year_id}-{self.version}"
