"""What the frame of every page needs to know: the menu, and who is signed in."""

from functools import partial
from typing import Any, cast

from django.http import HttpRequest

from jincheng_insurance.access.models import User
from jincheng_insurance.web.guides import help_for
from jincheng_insurance.web.menu import Actor, entries_for
from jincheng_insurance.web.workplace import switch_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `menu` (entries), `workplace` (the switch of year and county) and `shell` (name, unit, next,
    and where help on this page is); empty where nobody is signed in."""
    returns_to = request.get_full_path() if request.method in {"GET", "HEAD"} else ""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": [], "shell": {"name": "", "unit": "", "next": returns_to}}
    match = request.resolver_match
    return {
        # Counted where it is shown: not on errors.
        "menu": partial(entries_for, request, cast("Actor", user)),
        "workplace": switch_of(request),
        "shell": {
            "name": str(user),
            "unit": getattr(user, "unit", ""),
            "next": returns_to,
            "help": help_for(match.view_name, sorted(user.roles)) if match and isinstance(user, User) else "",
        },
    }
