"""The grants that say who holds which post where."""

import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models.place import Insurer, Region
from jincheng_insurance.access.models.user import User
from jincheng_insurance.access.roles import CITY_ROLES, COUNTY_ROLES, INSURER_ROLES, Role


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
