"""What access writes on record of signing in."""

from django.db import transaction

from jincheng_insurance.access.models import User
from jincheng_insurance.audit.services import record


@transaction.atomic(durable=True)
def note_sign_in(*, actor: User) -> None:
    """Record that somebody signed in."""
    record("sign_in", actor=actor, on=actor)


@transaction.atomic(durable=True)
def note_failed_sign_in(*, username: str, locked: bool = False) -> None:
    """Record that a sign-in failed: on the user whose name was typed, if there is one. What else was typed is not kept,
    since passwords get typed into the wrong field."""
    user = User.objects.filter(username=username).first() if "\0" not in username else None
    record("sign_in_locked" if locked else "sign_in_failed", actor=None, on=user)
