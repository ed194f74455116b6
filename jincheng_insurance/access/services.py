"""What access writes: the notes of signing in and out."""

from django.db import transaction

from jincheng_insurance.access.models import User
from jincheng_insurance.audit.services import record


@transaction.atomic(durable=True)
def note_sign_in(*, actor: User) -> None:
    """Record that somebody signed in."""
    record("sign_in", actor=actor, on=actor)


@transaction.atomic(durable=True)
def note_failed_sign_in(*, username: str) -> None:
    """Record that a sign-in failed: on the user whose name was typed, if there is one. What else was typed is not kept,
    since passwords get typed into the wrong field."""
    user = User.objects.filter(username=username).first() if "\0" not in username else None
    record("sign_in_failed", actor=None, on=user)


@transaction.atomic(durable=True)
def note_sign_out(*, actor: User) -> None:
    """Record that somebody signed out."""
    record("sign_out", actor=actor, on=actor)
