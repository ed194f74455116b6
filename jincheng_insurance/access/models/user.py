"""Users, and the passwords they had before."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import ACTS_OF, Act, Role
from jincheng_insurance.access.scope import place_of

if TYPE_CHECKING:
    from jincheng_insurance.access.models.grant import Grant


class User(AbstractUser):
    """Somebody who signs in. What they may do comes from their grants alone: Django's flags of staff and superuser are
    never set."""

    display_name = models.CharField(_("name"), max_length=40, blank=True)
    unit = models.CharField(_("unit"), max_length=80, blank=True)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    password_set_at = models.DateTimeField(_("password set at"), default=timezone.now)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_superuser=False, is_staff=False), name="user_is_no_superuser"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def active_grants(self) -> "tuple[Grant, ...]":
        """The grants in force today; read once per loaded user, so a change counts from the next request."""
        cached: tuple[Grant, ...] | None = self.__dict__.get("_active_grants")
        if cached is None:
            cached = (
                tuple(self.grants.in_force(timezone.localdate()).select_related("region"))
                if self.is_active and self.pk
                else ()
            )
            self.__dict__["_active_grants"] = cached
        return cached

    def keep_grants(self, kept: "Iterable[Grant]") -> None:
        """Let this loaded user hold these of their grants only, for as long as a request lasts."""
        self.__dict__["_active_grants"] = tuple(grant for grant in kept if grant in self.active_grants)

    def keep_acts(self, kept: frozenset[Act]) -> None:
        """Let this loaded user do these acts only, for as long as a request lasts."""
        self.__dict__["_kept_acts"] = kept

    def _allows(self, grant: "Grant", act: Act | str) -> bool:
        kept: frozenset[Act] | None = self.__dict__.get("_kept_acts")
        return act in ACTS_OF[Role(grant.role)] and (kept is None or act in kept)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(grant.role) for grant in self.active_grants)

    def can(self, act: Act | str, on: models.Model | None = None) -> bool:
        """Whether a grant allows `act`; with `on`, whether one allows it for that row's county and insurer."""
        place = None if on is None else place_of(on)
        return any(
            self._allows(grant, act) and (place is None or grant.covers(*place))
            for grant in self.active_grants
        )

    def grants_for(self, act: Act) -> "list[Grant]":
        """The grants in force today that allow `act`."""
        return [grant for grant in self.active_grants if self._allows(grant, act)]


class FormerPassword(models.Model):
    """The hash of a password that somebody had before, so that it isn't chosen again soon. As many are kept as
    PASSWORD_HISTORY asks for; no page shows any."""

    user = models.ForeignKey(User, models.PROTECT, related_name="former_passwords")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "former password"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.user_id}"
