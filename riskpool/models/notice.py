"""Notices: what somebody should know of, in their inbox and by e-mail."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, ScopedManager

MOST_TRIES = 8


class Notice(models.Model):
    """One thing told to one person, once: `about` and `about_id` are what it is about, `turn` tells repeated events
    apart. It holds codes and figures, no personal data; the words are made when it is read. Whose grant no longer
    reaches the agreement no longer reads it. `mailed_at` stays empty until the e-mail has been handed over."""

    scope: ClassVar = Scope(Act.VIEW_POOL, county="county", insurer="agreement__insurer")

    class Kind(models.TextChoices):
        ALERT_FIRED = "alert_fired", _("Alert fired")
        DUTY_OWED = "duty_owed", _("Report owed")
        GOVERNMENT_SHARE = "government_share", _("Government's share begins")
        DUTY_HANDED_IN = "duty_handed_in", _("Report handed in")
        DUTY_RETURNED = "duty_returned", _("Report returned")
        DUTY_RECEIVED = "duty_received", _("Report received")
        DUTY_OVERDUE = "duty_overdue", _("Report overdue")
        CLAIM_RETURNED = "claim_returned", _("Claim returned")
        SUSPENSION_ASKED = "suspension_asked", _("Suspension asked for")
        SUSPENSION_REFUSED = "suspension_refused", _("Suspension refused")
        SUSPENSION_APPROVED = "suspension_approved", _("Payments suspended")
        SUSPENSION_LIFTED = "suspension_lifted", _("Suspension lifted")

    class About(models.TextChoices):
        ALERT = "alert", _("alert")
        DUTY = "duty", _("report duty")
        CLAIM = "claim", _("claim")
        SUSPENSION = "suspension", _("suspension of payments")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    county = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("county"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    about = models.CharField(max_length=10, choices=About)
    about_id = models.BigIntegerField()
    turn = models.BigIntegerField(default=0)
    facts = models.JSONField(default=dict)
    made_at = models.DateTimeField(_("told"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("notice")
        ordering = ("-made_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "kind", "about", "about_id", "turn"), name="notice_told_once"
            ),
        )
        indexes = (
            models.Index(fields=["user", "-made_at", "-id"], name="notice_of_user"),
            models.Index(fields=["user"], name="notice_unread", condition=models.Q(read_at=None)),
            models.Index(
                fields=["id"],
                name="notice_to_mail",
                condition=models.Q(mailed_at=None, mail_tries__lt=MOST_TRIES),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.about_id}"
