"""The app on a telephone that shows codes, and the codes that stand in for it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models.user import User


class SecondFactor(models.Model):
    """The app on a user's telephone that shows a new code every 30 seconds (TOTP): the secret both sides count with,
    sealed. Not asked for before `confirmed_at`. `last_step`: the step of time of the last code that was accepted; none
    is accepted twice. `failures` and `failed_at` count wrong codes."""

    user = models.OneToOneField(User, models.PROTECT, related_name="second_factor")
    secret_sealed = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(_("set up"), null=True)
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("second factor")

    def __str__(self) -> str:
        return f"{self.user_id}"


class RecoveryCode(models.Model):
    """One of the codes that stand in for a lost telephone, each once. Only its SHA-256 is kept: a code is random and
    long."""

    factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(unique=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "recovery code"

    def __str__(self) -> str:
        return f"{self.factor_id}"
