"""What a password must be, besides long, uncommon and unlike its owner: of three kinds of characters, and none of the
last ones. In the shape of Django's password validators."""

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jincheng_insurance.access.models import User

KINDS = 3


class ThreeKinds:
    """Of capital letters, small letters, digits and other characters, at least three kinds."""

    def validate(self, password: str, user: User | None = None) -> None:
        found = {_kind(character) for character in password}
        if len(found) < KINDS:
            raise ValidationError(self.get_help_text(), code="password_of_few_kinds")

    def get_help_text(self) -> str:
        return _("Use at least three of: capital letters, small letters, digits, other characters.")


def _kind(character: str) -> str:
    for name in ("isupper", "islower", "isdecimal"):
        if getattr(character, name)():
            return name
    return "other"


class NoneOfTheLast:
    """Neither the password so far, nor one of the last PASSWORD_HISTORY."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or not user.pk or not settings.PASSWORD_HISTORY:
            return
        kept = user.former_passwords.values_list("password", flat=True)[: settings.PASSWORD_HISTORY - 1]
        if any(check_password(password, former) for former in (user.password, *kept)):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        return ngettext(
            "Do not use the password you have now.",
            "Use none of your last %(count)s passwords.",
            settings.PASSWORD_HISTORY,
        ) % {"count": settings.PASSWORD_HISTORY}
