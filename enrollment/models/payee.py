"""The bank accounts to which benefits go."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models.roster import RosterPerson
from enrollment.models.year import Agreement
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager


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
