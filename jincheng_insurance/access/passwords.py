"""Passwords: a temporary one that its owner must change, changing one's own, and how old one may grow."""

import secrets

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import FormerPassword, User, UserSession
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.sessions import end_sessions
from jincheng_insurance.audit.services import record

# Read out over the telephone and copied by hand: no letter or digit that looks like another.
LETTERS, DIGITS = "abcdefghijkmnpqrstuvwxyz", "23456789"
GROUP = 4


def temporary_password(user: User) -> str:
    """Give the user a new password of some 67 bits, such as `Kfmw-hpzq-tnad-7234`, and return it. It must be changed
    at the next sign-in; the user's sessions end. For services, inside their own transaction: they put it on record."""
    groups = ["".join(secrets.choice(LETTERS) for _place in range(GROUP)) for _group in range(3)]
    digits = "".join(secrets.choice(DIGITS) for _place in range(GROUP))
    password = f"{'-'.join(groups).capitalize()}-{digits}"
    _set(user, password, must_change=True)
    end_sessions(user, why=UserSession.End.PASSWORD)
    return password


@transaction.atomic(durable=True)
def change_password(*, actor: User, old: str, new: str) -> None:
    """Change one's own password. Refused when the old one is wrong, or the new one is none of the allowed ones."""
    user = User.objects.select_for_update().get(pk=actor.pk)
    if not user.check_password(old):
        raise Refused(_("This is not your password so far."), field="old")
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="new") from error
    _set(user, new, must_change=False)
    record("change_password", actor=user, on=user)


def _set(user: User, password: str, *, must_change: bool) -> None:
    """Set a password and keep the hash of the one before, as many as PASSWORD_HISTORY asks for."""
    if user.pk and user.has_usable_password():
        FormerPassword.objects.create(user=user, password=user.password)
        kept = FormerPassword.objects.filter(user=user).values_list("pk", flat=True)[
            : settings.PASSWORD_HISTORY
        ]
        FormerPassword.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
    user.set_password(password)
    user.must_change_password, user.password_set_at = must_change, timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_set_at"])
