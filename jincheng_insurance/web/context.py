"""What the frame of every page needs to know: the menu, and who is signed in."""

from typing import Any, cast

from django.http import HttpRequest

from jincheng_insurance.web.menu import Actor, entries_for
from jincheng_insurance.web.workplace import switch_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `menu` (entries), `workplace` (the switch of year and county) and `shell` (name, unit, next);
    empty where nobody is signed in."""
    returns_to = request.get_full_path() if request.method in {"GET", "HEAD"} else ""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": [], "shell": {"name": "", "unit": "", "next": returns_to}}
    return {
        "menu": entries_for(request, cast("Actor", user)),
        "workplace": switch_of(request),
        "shell": {"name": str(user), "unit": getattr(user, "unit", ""), "next": returns_to},
    }
