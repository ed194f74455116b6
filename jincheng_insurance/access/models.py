"""Places, parties and people: regions, insurers, users, and the grants that say who holds which post where."""

import datetime
from collections.abc import Iterable

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.key_marks import KeyMark
from jincheng_insurance.access.roles import (
    ACTS_OF,
    CITY_ROLES,
    COUNTY_ROLES,
    INSURER_ROLES,
    TOKEN_HANDLES,
    TOKEN_READS,
    Act,
    Role,
)
from jincheng_insurance.access.scope import Scope, ScopedManager, place_of
from jincheng_insurance.audit.history import history_of


class Region(models.Model):
    """One administrative place. The city, its counties and today's townships carry their official code; villages, and
    townships merged away that a roster still names, come with the roster and carry only a name."""

    class Level(models.TextChoices):
        CITY = "city", _("City")
        COUNTY = "county", _("County")
        TOWNSHIP = "township", _("Township")
        VILLAGE = "village", _("Village")

    code = models.CharField(_("code"), max_length=12, unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=60)
    level = models.CharField(_("level"), max_length=8, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        verbose_name = _("region")
        ordering = ("code", "name")
        constraints = [
            models.UniqueConstraint(fields=("parent", "name"), name="region_name_once_per_parent"),
            models.CheckConstraint(
                condition=Q(level="city", parent=None) | (~Q(level="city") & Q(parent__isnull=False)),
                name="region_only_the_city_has_no_parent",
            ),
            models.CheckConstraint(
                condition=Q(level__in=("township", "village")) | Q(code__isnull=False),
                name="region_county_has_code",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Insurer(models.Model):
    """One of the companies chosen city-wide for 2026-2028 (R17)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("insurer")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


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
                tuple(Grant.objects.in_force(timezone.localdate()).filter(user=self).select_related("region"))
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


class GrantQuerySet(models.QuerySet["Grant"]):
    def confirmed(self) -> "GrantQuerySet":
        """Those that hold or held or will hold; not the proposed and refused ones, nor those ended at once."""
        return self.filter(state__in=Grant.HOLDING, ended_at=None)

    def in_force(self, day: datetime.date) -> "GrantQuerySet":
        return self.confirmed().filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)

    def waiting(self) -> "GrantQuerySet":
        """Proposed ones that nobody has decided on or taken back."""
        return self.filter(state=Grant.State.PROPOSED, ended_at=None)


class Grant(models.Model):
    """One post of one user: a role, for the whole city, one county, or one insurer (in all its counties, or in
    one). In force from `starts_on` to `ends_on`, both included, once a security officer has confirmed what an
    administrator proposed (`given_by`), or until it is ended at once (`ended_at`). Never removed, revived or prolonged:
    whoever goes on holding a post gets a new grant. The database holds to all of that (access: `0003_guards`)."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waiting for confirmation")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("refused")
        FOUNDING = "founding", _("made on the console")

    HOLDING = (State.CONFIRMED, State.FOUNDING)

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("county"))
    insurer = models.ForeignKey(Insurer, models.PROTECT, null=True, blank=True, verbose_name=_("insurer"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="grants_given")
    given_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="grants_decided")
    decided_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        constraints = [
            models.CheckConstraint(
                name="grant_place_fits_role",
                condition=Q(role__in=sorted(CITY_ROLES), region=None, insurer=None)
                | Q(role__in=sorted(COUNTY_ROLES), region__isnull=False, insurer=None)
                | Q(role__in=sorted(INSURER_ROLES), insurer__isnull=False),
            ),
            models.CheckConstraint(
                name="grant_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
            ),
            models.CheckConstraint(
                name="grant_decided_by_a_third_person",
                condition=Q(state="founding", decided_by=None)
                | Q(state="proposed", given_by__isnull=False, decided_by=None, decided_at=None)
                | Q(
                    ~Q(decided_by=models.F("given_by")),
                    ~Q(decided_by=models.F("user")),
                    state__in=("confirmed", "refused"),
                    given_by__isnull=False,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        where = " ".join(str(place) for place in (self.insurer, self.region) if place)
        return f"{self.get_role_display()} · {where}" if where else str(self.get_role_display())

    @property
    def standing(self) -> str:
        """What it comes to today: waiting, refused, ended, coming or held."""
        today = timezone.localdate()
        if self.state == Grant.State.REFUSED:
            return "refused"
        if self.ended_at is not None or (self.ends_on is not None and self.ends_on < today):
            return "ended"
        if self.state == Grant.State.PROPOSED:
            return "waiting"
        return "coming" if self.starts_on > today else "held"

    def covers(self, county_id: int | None, insurer_id: int | None) -> bool:
        """Whether this grant reaches a row of that county and insurer."""
        if self.insurer_id is not None and self.insurer_id != insurer_id:
            return False
        return self.region_id is None or self.region_id == county_id


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


# Who may do what is tracked as it was; passwords and tokens' digests are not.
HISTORIES = (
    history_of(User, without=("last_login",)),
    history_of(Grant),
    history_of(ApiToken, without=("last_used_at",)),
)

__all__ = [
    "HISTORIES",
    "ApiToken",
    "FormerPassword",
    "Grant",
    "Insurer",
    "KeyMark",
    "RecoveryCode",
    "Region",
    "Scope",
    "ScopedManager",
    "SecondFactor",
    "User",
    "UserSession",
]
