"""API tokens: made and revoked by the user they act for, and found again by their digest (R25)."""

import datetime
import secrets
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.grants import check_reason
from jincheng_insurance.access.models import ApiToken, Insurer, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealing import digest_of
from jincheng_insurance.audit.services import record

BEGINNING = "jpi_"  # what is blanked in logs, and what secret scanners look for
TOKEN_BYTES = 32
SHOWN = 10
MOST_IN_FORCE = 10
USE_IS_NOTED_EVERY = datetime.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token with its secret, which is never seen again."""

    token: ApiToken
    secret: str


def insurers_of(user: User) -> QuerySet[Insurer]:
    """The insurers at which the user holds a post today."""
    return Insurer.objects.filter(pk__in=[grant.insurer_id for grant in user.grants_for(Act.USE_API)])


def tokens_of(user: User) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(user=user).select_related("insurer")


@transaction.atomic(durable=True)
def make_token(
    *,
    actor: User,
    name: str,
    days: int,
    insurer: Insurer | None = None,
    reach: ApiToken.Reach = ApiToken.Reach.ALL,
) -> MadeToken:
    """Make a token of the actor's own, valid for `days` (1 to 365), on request for one of their insurers or for some
    acts only."""
    require(actor, Act.USE_API)
    User.objects.select_for_update().get(pk=actor.pk)
    if not name.strip():
        raise Refused(_("Give the token a name that says which system uses it."), field="name")
    if not 1 <= days <= ApiToken.LONGEST.days:
        raise Refused(_("A token is valid for 1 to 365 days."), field="days")
    if insurer is not None and not insurers_of(actor).filter(pk=insurer.pk).exists():
        raise Refused(_("You hold no post at this insurer."), field="insurer")
    now = timezone.now()
    if tokens_of(actor).filter(revoked_at=None, expires_at__gt=now).count() >= MOST_IN_FORCE:
        raise Refused(_("You have ten tokens in force. Revoke one that is no longer used."))
    secret = BEGINNING + secrets.token_urlsafe(TOKEN_BYTES)
    token = ApiToken.objects.create(
        user=actor,
        name=name.strip(),
        prefix=secret[:SHOWN],
        digest=digest_of(secret),
        insurer=insurer,
        reach=reach,
        created_at=now,
        expires_at=now + datetime.timedelta(days=days),
    )
    record(
        "make_token",
        actor=actor,
        on=token,
        facts={
            "token": token.name,
            "reach": token.reach,
            "valid_until": timezone.localdate(token.expires_at),
        },
    )
    return MadeToken(token, secret)


@transaction.atomic(durable=True)
def revoke_token(*, token: ApiToken, actor: User) -> None:
    """End a token of the actor's own at once. One that has ended already stays as it is."""
    if token.user_id == actor.pk:
        _revoke(token, actor)


@transaction.atomic(durable=True)
def revoke_somebodys_token(*, token: ApiToken, reason: str, actor: User) -> None:
    """End anybody's token at once, as a security officer who says why. One that has ended already stays as it is."""
    require(actor, Act.SECURE_ACCOUNTS)
    check_reason(reason)
    _revoke(token, actor, reason)


def _revoke(token: ApiToken, actor: User, reason: str = "") -> None:
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record("revoke_token", actor=actor, on=token, facts={"token": token.name}, reason=reason)


def end_tokens(user: User, *, actor: User) -> None:
    """Revoke all of somebody's tokens in force. For services, inside their own transaction."""
    for token in tokens_of(user).filter(revoked_at=None, expires_at__gt=timezone.now()):
        _revoke(token, actor)


def token_in_force(secret: str) -> ApiToken | None:
    """The token of a secret, if neither it nor its user has ended; its use is noted once a minute. Its user then holds
    their posts at insurers only (at the token's own, where it is narrowed), and does what the token reaches."""
    now = timezone.now()
    token = (
        ApiToken.objects.filter(
            digest=digest_of(secret), revoked_at=None, expires_at__gt=now, user__is_active=True
        )
        .select_related("user")
        .first()
    )
    if token is None:
        return None
    ApiToken.objects.filter(
        Q(last_used_at=None) | Q(last_used_at__lt=now - USE_IS_NOTED_EVERY), pk=token.pk
    ).update(last_used_at=now)
    token.user.keep_grants(
        grant
        for grant in token.user.active_grants
        if grant.insurer_id is not None and token.insurer_id in {None, grant.insurer_id}
    )
    if (acts := ApiToken.ACTS.get(ApiToken.Reach(token.reach))) is not None:
        token.user.keep_acts(acts)
    return token
