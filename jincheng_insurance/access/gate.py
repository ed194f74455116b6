"""The gate every request of a signed-in user passes: is the session still open, must the password be changed first, is
a second factor still to be set up."""

import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from jincheng_insurance.access.models import User, UserSession
from jincheng_insurance.access.second_factors import confirmed_factor, required_of
from jincheng_insurance.access.sessions import End, expire_session, note_seen, over, session_of
from jincheng_insurance.audit.context import GetResponse

# Asked by machines, or with a token: no session counts there.
PAST_THE_GATE = ("/healthz", "/readyz", "/metrics", "/api/")
# Open to everybody: who comes with a session that has ended comes as a stranger.
OPEN = ("access:login", "access:second_step", "set_language")
LEAVING = ("access:logout", "set_language")
CHANGE = "access:change_password"
SET_UP = ("access:second_factor", "access:begin_second_factor")
WARNED_DAYS = 10
BY_ITSELF = "X-By-Itself"  # sent by parts of a page that ask again without anybody doing anything


def days_left(user: User) -> int | None:
    """For how many days more the password is good; None where passwords don't age."""
    if not settings.PASSWORD_DAYS:
        return None
    ends = user.password_set_at + datetime.timedelta(days=settings.PASSWORD_DAYS)
    return max(0, -(-(ends - timezone.now()) // datetime.timedelta(days=1)))


def must_change(user: User) -> bool:
    return user.must_change_password or days_left(user) == 0


class GateMiddleware:
    """Stands behind the one that knows the user. Leaves the open session at `request.user_session`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(PAST_THE_GATE) or SESSION_KEY not in request.session:
            return self.get_response(request)
        session = session_of(request)
        why = End.ENDED if session is None else over(session, session.user)
        if why is None and not request.user.is_authenticated:
            why = End.PASSWORD  # set anew past the product: the session's own mark of it fits no more
        if why is not None:
            return self._ended(request, session, why)
        assert session is not None
        if BY_ITSELF not in request.headers:
            note_seen(session)
        request.user_session = session  # type: ignore[attr-defined]
        return self.get_response(request)

    def _ended(self, request: HttpRequest, session: UserSession | None, why: End) -> HttpResponseBase:
        if session is not None and session.ended_at is None:
            expire_session(session=session, why=why)
        request.session.flush()
        request.user = AnonymousUser()
        if request.path in {reverse(name) for name in OPEN}:
            return self.get_response(request)
        return to_page(request, "access:login", next=way_back(request), why=why.value)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """To the one page that comes first, whatever was asked for; nothing else is done meanwhile."""
        user, match = request.user, request.resolver_match
        if not hasattr(request, "user_session") or not isinstance(user, User) or match is None:
            return None
        if match.view_name in LEAVING or match.view_name == CHANGE:
            return None
        if must_change(user):
            return to_page(request, CHANGE)
        if match.view_name not in SET_UP and required_of(user) and confirmed_factor(user) is None:
            return to_page(request, SET_UP[0])
        return None


def way_back(request: HttpRequest) -> str:
    """Where the user was: this page, or the one whose form or fragment this is; always one of ours."""
    if request.method in {"GET", "HEAD"} and not request.headers.get("HX-Request"):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host():
        return ""
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


def safe_next(address: str) -> str:
    """An address that was asked for, if it is a path within this product; empty for any other."""
    ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if ours else ""


def to_page(request: HttpRequest, name: str, **query: str) -> HttpResponse:
    """To another page; where only a fragment was asked for, the whole page goes there."""
    asked = {key: value for key, value in query.items() if value}
    address = reverse(name) + (f"?{urlencode(asked)}" if asked else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
