"""Grants: proposed and ended by an administrator, confirmed or refused by a security officer. Nothing is in force that
two people didn't want, and nobody decides on a post of their own (R25)."""

import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import Grant, Insurer, Region, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import CITY_ROLES, COUNTY_ROLES, KEEPER_ROLES, Act, Role
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record

# Without them nobody could give a post any more.
INDISPENSABLE = (Role.ADMINISTRATOR, Role.SECURITY_OFFICER)


@transaction.atomic(durable=True)
def propose_grant(
    *,
    person: User,
    role: Role,
    region: Region | None,
    insurer: Insurer | None,
    starts_on: datetime.date,
    ends_on: datetime.date | None,
    reason: str,
    actor: User,
) -> Grant:
    """Propose a post for somebody; it holds once a security officer has confirmed it. Refused where the place doesn't
    fit the role, the days lie in the past, they hold the same post already, or posts meet that one person may not hold
    together."""
    require(actor, Act.MANAGE_PEOPLE)
    person = locked_person(person)
    if not person.is_active:
        raise Refused(_("This person is disabled. Enable them first."))
    _check_place(role, region, insurer)
    _check_days(starts_on, ends_on)
    if not reason.strip():
        raise Refused(_("Say why, such as the number of the appointment."), field="reason")
    grant = Grant(
        user=person,
        role=role,
        region=region,
        insurer=insurer,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason.strip(),
        given_by=actor,
        given_at=timezone.now(),
    )
    _check_same_post(grant)
    _check_apart(grant)
    grant.save()
    record(
        "propose_grant",
        actor=actor,
        on=person,
        county_id=grant.region_id,
        facts=facts_of(grant),
        reason=reason,
    )
    return grant


@transaction.atomic(durable=True)
def confirm_grant(*, grant: Grant, actor: User) -> None:
    """Confirm a proposed post, which holds from then on within its days: where its first day has passed, from today.
    Refused to whoever proposed it or would hold it, and where posts would meet that nobody may hold together."""
    grant = _to_decide(grant, actor)
    grant.starts_on = max(grant.starts_on, timezone.localdate())
    if not grant.user.is_active:
        raise Refused(_("This person is disabled. Refuse the post."))
    if grant.ends_on is not None and grant.ends_on < grant.starts_on:
        raise Refused(_("Its last day has passed. Refuse it; a new one can be proposed."))
    _check_apart(grant)
    grant.state = Grant.State.CONFIRMED
    grant.decided_by, grant.decided_at = actor, timezone.now()
    grant.save()
    record("confirm_grant", actor=actor, on=grant.user, county_id=grant.region_id, facts=facts_of(grant))


@transaction.atomic(durable=True)
def refuse_grant(*, grant: Grant, reason: str, actor: User) -> None:
    """Refuse a proposed post, with the reason that the administrator reads."""
    grant = _to_decide(grant, actor)
    check_reason(reason)
    grant.state, grant.refusal = Grant.State.REFUSED, reason.strip()
    grant.decided_by, grant.decided_at = actor, timezone.now()
    grant.save()
    record(
        "refuse_grant",
        actor=actor,
        on=grant.user,
        county_id=grant.region_id,
        facts=facts_of(grant),
        reason=reason,
    )


@transaction.atomic(durable=True)
def end_grant(*, grant: Grant, last_day: datetime.date | None, reason: str, actor: User) -> None:
    """End a post after `last_day`, or at once where none is given; a proposed one is taken back. What has ended stays
    so, and an end is never put off. Refused for the last administrator and the last security officer."""
    require(actor, Act.MANAGE_PEOPLE)
    person = locked_person(grant.user)
    grant = Grant.objects.select_for_update(of=("self",)).select_related("user").get(pk=grant.pk)
    if grant.standing in {"ended", "refused"}:
        raise Refused(_("This post has ended already."))
    check_reason(reason)
    if last_day is not None:
        _check_last_day(grant, last_day)
    if grant.state in Grant.HOLDING:
        check_not_the_last(person, Role(grant.role))
    if last_day is None:
        grant.ended_at = timezone.now()
    else:
        grant.ends_on = last_day
    grant.save()
    record(
        "end_grant", actor=actor, on=person, county_id=grant.region_id, facts=facts_of(grant), reason=reason
    )


def check_not_the_last(person: User, role: Role | None = None) -> None:
    """Refused where nobody else would be left in a post that the house can't be without: for one post, or for all those
    of a person. The holders are locked, so that two ends don't pass each other."""
    today = timezone.localdate()
    for post in INDISPENSABLE:
        if role not in {None, post}:
            continue
        holders = Grant.objects.in_force(today).filter(role=post, user__is_active=True)
        users = list(holders.select_for_update(of=("self",)).values_list("user_id", "ends_on"))
        others = [user for user, ends_on in users if user != person.pk and ends_on is None]
        if person.pk in {user for user, _ends_on in users} and not others:
            raise Refused(
                _("Nobody else holds the post %(post)s without an end. Let somebody else hold it first."),
                post=post.label,
            )


def facts_of(grant: Grant) -> dict[str, object]:
    """What the record says of a post."""
    facts: dict[str, object] = {"role": grant.role, "starts_on": grant.starts_on}
    places = {"region": grant.region, "insurer": grant.insurer}
    facts |= {name: str(place) for name, place in places.items() if place is not None}
    return facts | ({"last_day": grant.ends_on} if grant.ends_on else {})


def locked_person(person: User) -> User:
    """Somebody as they stand, locked: whatever changes them or their posts waits its turn."""
    return User.objects.select_for_update().get(pk=person.pk)


def check_reason(reason: str) -> None:
    """Refused where no reason is given."""
    if not reason.strip():
        raise Refused(_("Say why."), field="reason")


def _to_decide(grant: Grant, actor: User) -> Grant:
    require(actor, Act.CONFIRM_GRANT)
    locked_person(grant.user)
    grant = (
        Grant.objects.select_for_update(of=("self",))
        .select_related("user", "region", "insurer")
        .get(pk=grant.pk)
    )
    if grant.standing != "waiting":
        raise Refused(_("This post no longer waits for a decision."))
    if actor.pk == grant.given_by_id:
        raise Refused(_("You proposed this post yourself; somebody else has to decide on it."))
    if actor.pk == grant.user_id:
        raise Refused(_("This post would be yours; somebody else has to decide on it."))
    return grant


def _check_place(role: Role, region: Region | None, insurer: Insurer | None) -> None:
    if role in CITY_ROLES:
        if region is not None:
            raise Refused(_("This post is for the whole city: leave the county empty."), field="region")
        if insurer is not None:
            raise Refused(_("This post is the government's: leave the insurer empty."), field="insurer")
        return
    if region is not None and region.level != Region.Level.COUNTY:
        raise Refused(_("Choose one of the counties."), field="region")
    if role in COUNTY_ROLES:
        if region is None:
            raise Refused(_("Say for which county."), field="region")
        if insurer is not None:
            raise Refused(_("This post is the government's: leave the insurer empty."), field="insurer")
    elif insurer is None:
        raise Refused(_("Say at which insurer."), field="insurer")


def _check_days(starts_on: datetime.date, ends_on: datetime.date | None) -> None:
    if starts_on < timezone.localdate():
        raise Refused(_("A post can't begin in the past."), field="starts_on")
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("The last day lies before the first."), field="ends_on")


def _check_last_day(grant: Grant, last_day: datetime.date) -> None:
    if last_day < max(timezone.localdate(), grant.starts_on):
        raise Refused(
            _("Choose today or a later day on which the post holds; leave it empty to end at once."),
            field="last_day",
        )
    if grant.ends_on is not None and last_day > grant.ends_on:
        raise Refused(_("The post ends earlier already. Whoever goes on needs a new one."), field="last_day")


def _overlapping(grant: Grant) -> "QuerySet[Grant]":
    """The person's other posts, held or proposed, that share a day with it."""
    others = Grant.objects.filter(user=grant.user, ended_at=None).exclude(pk=grant.pk)
    others = others.exclude(state=Grant.State.REFUSED)
    others = others.filter(Q(ends_on=None) | Q(ends_on__gte=grant.starts_on))
    return others if grant.ends_on is None else others.filter(starts_on__lte=grant.ends_on)


def _check_same_post(grant: Grant) -> None:
    same = _overlapping(grant).filter(role=grant.role, region=grant.region, insurer=grant.insurer)
    if same.exists():
        raise Refused(
            _("They hold this post in these days already, or it waits for confirmation."), field="role"
        )


def _check_apart(grant: Grant) -> None:
    """Administrator, security officer and auditor watch each other and the others."""
    others = _overlapping(grant).exclude(role=grant.role)
    if grant.role not in KEEPER_ROLES:
        others = others.filter(role__in=KEEPER_ROLES)
    if (other := others.order_by(F("id")).first()) is not None:
        raise Refused(
            _(
                "Administrator, security officer and auditor hold no other post, and they hold or would hold: %(post)s."
            ),
            field="role",
            post=other.get_role_display(),
        )
