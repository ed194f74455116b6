"""Who may open a view: signed in, and granted the act somewhere. Rows are then reached through `access_row`."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase

from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def requires(*acts: Act) -> Callable[[View[P]], View[P]]:
    """Sign-in first, then 403 unless one of `acts` is granted somewhere."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            actor = actor_of(request)
            if not any(actor.can(act) for act in acts):
                require(actor, acts[0])
            return view(request, *args, **kwargs)

        return login_required(guarded)

    return guard


def actor_of(request: HttpRequest) -> User:
    """The signed-in user of a guarded view."""
    if not isinstance(request.user, User):
        raise TypeError("this view is for signed-in users")
    return request.user
