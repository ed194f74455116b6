"""The main menu: apps register their entries when they start, the frame shows those the person may use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise


class Actor(Protocol):
    """Whoever is signed in, as far as the menu is concerned."""

    @property
    def is_authenticated(self) -> bool: ...

    def can(self, act: str) -> bool: ...


@dataclass(frozen=True)
class MenuItem:
    """One registered entry: shown when `act` is None or the person may do it, ordered by `order`, then label.

    `count(request)` gives the number in the red badge (work waiting for this person); 0 shows none.
    """

    label: str | Promise
    url_name: str
    icon: str
    act: str | None = None
    order: int = 100
    count: Callable[[HttpRequest], int] | None = None


@dataclass(frozen=True)
class Entry:
    """One entry as the frame draws it."""

    label: str
    url: str
    icon: str
    active: bool
    count: int


MENU: dict[str, MenuItem] = {}


def register(*items: MenuItem) -> None:
    """Put entries into the menu, from `AppConfig.ready`. The same `url_name` again replaces the entry."""
    for item in items:
        MENU[item.url_name] = item


def entries_for(request: HttpRequest, actor: Actor) -> list[Entry]:
    """The entries this person sees, the one whose address is the longest start of the current one active."""
    items = sorted(
        (item for item in MENU.values() if item.act is None or actor.can(item.act)),
        key=lambda item: (item.order, str(item.label)),
    )
    urls = [reverse(item.url_name) for item in items]
    here = _active(request.path, urls)
    return [
        Entry(str(item.label), url, item.icon, url == here, item.count(request) if item.count else 0)
        for item, url in zip(items, urls, strict=True)
    ]


def _active(path: str, urls: Sequence[str]) -> str | None:
    """The longest address that `path` lies under; the root only counts when equal."""
    under = [
        url for url in urls if path == url or (url.strip("/") and path.startswith(url.rstrip("/") + "/"))
    ]
    return max(under, key=len, default=None)
