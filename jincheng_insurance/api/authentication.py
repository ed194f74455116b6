"""Who calls: `Authorization: Bearer <token>`, and nothing else. No session and no cookie counts here, so there is
nothing for a forged cross-site request to use."""

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from jincheng_insurance.access.models import ApiToken, User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.tokens import token_in_force
from jincheng_insurance.audit.history import say_actor

SCHEME = "bearer"


class BearerToken(BaseAuthentication):
    """The user of a token in force, with their posts at insurers."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != SCHEME or not secret.strip():
            raise AuthenticationFailed(_("Send the token as “Authorization: Bearer <token>”."))
        token = token_in_force(secret.strip())
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, revoked or expired. Make a new one."))
        say_actor(token.user.pk)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class Granted(BasePermission):
    """A post at an insurer that may use the API, and one of the acts the view asks for."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        if not isinstance(user, User):
            return False
        return user.can(Act.USE_API) and user.can(view.act)  # type: ignore[attr-defined]


def caller_of(request: Request) -> User:
    """The user for whom an authenticated request acts."""
    if not isinstance(request.user, User):
        raise TypeError("this view is for callers with a token")
    return request.user
