"""What access writes: the note of a sign-in."""

from django.db import transaction

from jincheng_insurance.access.models import User
from jincheng_insurance.audit.services import record


@transaction.atomic(durable=True)
def note_sign_in(*, actor: User) -> None:
    """Record that somebody signed in."""
    record("sign_in", actor=actor, on=actor)
