"""Keys by which an insurer's own system acts for a user."""

import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models.place import Insurer
from jincheng_insurance.access.models.user import User
from jincheng_insurance.access.roles import TOKEN_HANDLES, TOKEN_READS


class ApiToken(models.Model):
    """A key by which an insurer's own system acts for one user over the API. Only its SHA-256 is kept; `prefix` lets
    people recognise it. It reaches what the user's grants at an insurer reach at that moment, or less: `insurer`
    narrows it to one, `reach` to some acts. Never deleted: an end is `revoked_at` or `expires_at`, at most a year after
    it was made."""

    class Reach(models.TextChoices):
        READ = "read", _("Read only")
        HANDLE = "handle", _("Report and handle claims; no decisions, no payments")
        ALL = "all", _("All that my posts allow, payments too")

    ACTS = {Reach.READ: TOKEN_READS, Reach.HANDLE: TOKEN_HANDLES}
    LONGEST = datetime.timedelta(days=365)

    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(_("begins with"), max_length=12)
    digest = models.BinaryField(unique=True)
    insurer = models.ForeignKey(Insurer, models.PROTECT, null=True, blank=True, verbose_name=_("insurer"))
    reach = models.CharField(_("may do"), max_length=6, choices=Reach, default=Reach.ALL)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("valid until"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    expires_at__gt=models.F("created_at"),
                    expires_at__lte=models.F("created_at") + datetime.timedelta(days=365),
                ),
                name="api_token_lives_a_year_at_most",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_force(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()
