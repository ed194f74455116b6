"""Stays of users, from signing in to their end."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models.user import User

BROWSERS = {
    "MicroMessenger": _("WeChat"),
    "Edg/": _("Edge"),
    "QQBrowser": _("QQ Browser"),
    "Firefox/": _("Firefox"),
    "Chrome/": _("Chrome"),
    "Safari/": _("Safari"),
}


class UserSession(models.Model):
    """One stay of one user, from signing in to its end; a user has one at a time. Kept when it has ended. Of the key in
    the browser's cookie only the SHA-256 is kept. `seen_at` is the last thing the user did, not what a page asked
    for by itself; `proved_at`, when they last gave their password or a code."""

    class End(models.TextChoices):
        SIGNED_OUT = "signed_out", _("signed out")
        ELSEWHERE = "elsewhere", _("signed in elsewhere")
        ENDED = "ended", _("ended by hand")
        IDLE = "idle", _("nothing done for too long")
        EXPIRED = "expired", _("longest time reached")
        PASSWORD = "password", _("password set anew")
        DISABLED = "disabled", _("user disabled")

    user = models.ForeignKey(User, models.PROTECT, related_name="sessions")
    key_digest = models.BinaryField(unique=True)
    started_at = models.DateTimeField(_("signed in at"), default=timezone.now)
    seen_at = models.DateTimeField(_("last active"), default=timezone.now)
    proved_at = models.DateTimeField(default=timezone.now)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    agent = models.CharField(_("browser"), max_length=200, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.CharField(_("ended how"), max_length=10, choices=End, blank=True)

    class Meta:
        verbose_name = _("session")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("user",), condition=Q(ended_at=None), name="user_session_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="user_session_says_how_it_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.started_at}"

    @property
    def browser(self) -> str:
        """The browser in a word, as far as it says so; they all claim to be each other, so the order matters."""
        for mark, name in BROWSERS.items():
            if mark in self.agent:
                return str(name)
        return self.agent.partition("/")[0]
