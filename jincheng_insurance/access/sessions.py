"""A user's stays: begun by signing in, one at a time, ended by the user, by somebody else, by another sign-in, or by
time. The list is kept; whether a request still belongs to an open one is asked by `gate`."""

import hashlib

from django.utils import timezone

from jincheng_insurance.access.models import User, UserSession
from jincheng_insurance.audit.services import record


def digest_of_key(key: str) -> bytes:
    """What is kept of the key in a cookie: 32 bytes. It is random and long, so a fast digest can't be turned round."""
    return hashlib.sha256(key.encode()).digest()


def end_sessions(
    user: User, *, why: UserSession.End = UserSession.End.ENDED, actor: User | None = None
) -> int:
    """End all of a user's sessions, from the next request on; how many there were. For services, inside their own
    transaction: `actor` is who ends them, None for the system."""
    open_ones = list(UserSession.objects.select_for_update().filter(user=user, ended_at=None))
    for session in open_ones:
        end(session, why=why, actor=actor)
    return len(open_ones)


def end(session: UserSession, *, why: UserSession.End, actor: User | None) -> None:
    """End one session that the caller has locked, and put it on record."""
    session.ended_at, session.ended_by = timezone.now(), why
    session.save(update_fields=["ended_at", "ended_by"])
    record("end_session", actor=actor, on=session.user, facts={"why": why.value, "session": session.pk})
