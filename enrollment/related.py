"""What other rooms know of an insured household: they register it when they start, its page shows people theirs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from enrollment.models import InsuredHousehold
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.workbench import Item

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Related:
    """One kind of thing, for those who may do `act`: `rows(actor, household)` reads within the actor's scope, the
    latest first and no more than one beyond `SHOWN`. `none` says that there are none."""

    title: str | Promise
    act: Act
    rows: Callable[[User, InsuredHousehold], Sequence[Item]]
    none: str | Promise


@dataclass(frozen=True, slots=True)
class Panel:
    """A kind of thing as one household's page shows it; `more`: there are others, earlier ones."""

    title: str | Promise
    items: list[Item]
    more: bool
    none: str | Promise


RELATED: list[Related] = []


def register_related(*kinds: Related) -> None:
    """Add kinds; called from `AppConfig.ready`."""
    RELATED.extend(kinds)


def related_to(actor: User, household: InsuredHousehold) -> list[Panel]:
    """What the actor may know of a household."""
    panels = []
    for kind in RELATED:
        if actor.can(kind.act, on=household):
            items = list(kind.rows(actor, household))
            panels.append(Panel(kind.title, items[:SHOWN], len(items) > SHOWN, kind.none))
    return panels
