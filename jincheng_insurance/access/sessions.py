"""A user's stays: begun by signing in, one at a time, ended by the user, by somebody else, by another sign-in, or by
time. The list is kept; the gate asks it at every request."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from jincheng_insurance.access.models import User, UserSession
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealing import digest_of
from jincheng_insurance.audit.context import client_address
from jincheng_insurance.audit.services import record

End = UserSession.End
SEEN_IS_NOTED_EVERY = datetime.timedelta(minutes=1)


def session_of(request: HttpRequest) -> UserSession | None:
    """The session a request comes with, ended or not."""
    key = request.session.session_key
    rows = UserSession.objects.select_related("user")
    return rows.filter(key_digest=digest_of(key)).first() if key else None


def sessions_of(user: User) -> QuerySet[UserSession]:
    return UserSession.objects.filter(user=user)


@transaction.atomic(durable=True)
def begin_session(*, request: HttpRequest, user: User) -> UserSession:
    """Note that a user has signed in with this request. Their former session ends."""
    if request.session.session_key is None:
        request.session.create()
    User.objects.select_for_update().get(pk=user.pk)
    end_sessions(user, why=End.ELSEWHERE, actor=user)
    now = timezone.now()
    return UserSession.objects.create(
        user=user,
        started_at=now,
        seen_at=now,
        proved_at=now,
        key_digest=digest_of(str(request.session.session_key)),
        address=client_address(request),
        agent=request.META.get("HTTP_USER_AGENT", "")[:200].replace("\0", ""),
    )


def note_signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """For Django's signal: whichever way somebody signs in, a session begins."""
    begin_session(request=request, user=user)


def over(session: UserSession, user: User) -> End | None:
    """Why a session has come to its end, if it has."""
    now = timezone.now()
    if session.ended_at is not None:
        return End(session.ended_by)
    if not user.is_active:
        return End.DISABLED
    if now - session.started_at > datetime.timedelta(hours=settings.SESSION_HOURS):
        return End.EXPIRED
    if now - session.seen_at > datetime.timedelta(minutes=settings.SESSION_IDLE_MINUTES):
        return End.IDLE
    return None


def note_seen(session: UserSession) -> None:
    """Note that the user did something; once a minute is enough."""
    now = timezone.now()
    if now - session.seen_at >= SEEN_IS_NOTED_EVERY:
        UserSession.objects.filter(pk=session.pk, ended_at=None).update(seen_at=now)


def end_sessions(user: User, *, why: End = End.ENDED, actor: User | None = None) -> int:
    """End all of a user's sessions, from the next request on; how many there were. For services, inside their own
    transaction: `actor` is who ends them, None for the system."""
    open_ones = list(UserSession.objects.select_for_update().filter(user=user, ended_at=None))
    for session in open_ones:
        session.ended_at, session.ended_by = timezone.now(), why
        session.save(update_fields=["ended_at", "ended_by"])
        record("end_session", actor=actor, on=user, facts={"why": why.value, "session": session.pk})
    return len(open_ones)


@transaction.atomic(durable=True)
def end_sessions_of(*, user: User, actor: User) -> int:
    """End somebody's sessions: one's own, or as a security officer anybody's."""
    if user.pk != actor.pk:
        require(actor, Act.SECURE_ACCOUNTS)
    return end_sessions(user, actor=actor)


@transaction.atomic(durable=True)
def expire_session(*, session: UserSession, why: End) -> None:
    """Note that a session ended by time, or with its user's account; it is the system that ends it."""
    end_sessions(session.user, why=why)


@transaction.atomic(durable=True)
def sign_out(*, actor: User) -> None:
    """End the actor's session because they sign out, and put that on record."""
    sessions_of(actor).filter(ended_at=None).update(ended_at=timezone.now(), ended_by=End.SIGNED_OUT)
    record("sign_out", actor=actor, on=actor)


def forget_sessions() -> None:
    """Remove what Django kept of sessions whose time has run out; that there were some stays on record. May run
    twice."""
    SessionStore.clear_expired()


def follow_key(session: UserSession, key: str) -> None:
    """The cookie of a session has got another key."""
    UserSession.objects.filter(pk=session.pk).update(key_digest=digest_of(key))
