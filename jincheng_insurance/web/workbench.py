"""What waits for whom: apps register kinds of work and figures when they start, the workbench shows people theirs."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

from jincheng_insurance.web.menu import Actor
from jincheng_insurance.web.working_days import working_days_left

SHOWN = 5
Rows = QuerySet[Any] | Sequence[Any]


@dataclass(frozen=True)
class Item:
    """One thing that waits, as the workbench shows it: its name, the address that leads to it, where it is, a word on
    what is the matter; the last day for it, or since when it waits. `post`: the address is asked by POST. The makers of
    items mask personal numbers, or leave them out."""

    label: str
    url: str
    place: str = ""
    note: str = ""
    due_on: datetime.date | None = None
    since: datetime.date | None = None
    post: bool = False

    @property
    def overdue(self) -> bool:
        return self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def tone(self) -> str:
        """How urgent: overdue, the last day or the one before it, or neither."""
        if self.due_on is None:
            return ""
        if self.overdue:
            return "bad"
        return "warn" if working_days_left(timezone.localdate(), self.due_on) <= 1 else "neutral"

    @property
    def clock(self) -> str:
        """Working days over or left, as terms are reckoned (R21, R26), or calendar days waited, in words."""
        today = timezone.localdate()
        if self.due_on is not None:
            return _term(self.due_on, today)
        if self.since is None:
            return ""
        waited = (today - self.since).days
        if waited <= 0:
            return gettext("since today")
        return ngettext("waiting %(n)s day", "waiting %(n)s days", waited) % {"n": waited}


def _term(due_on: datetime.date, today: datetime.date) -> str:
    left = working_days_left(today, due_on)
    if due_on == today:
        return gettext("due today")
    if due_on > today:
        return ngettext("%(n)s working day left", "%(n)s working days left", left) % {"n": left}
    if left == 0:
        return gettext("overdue")
    return ngettext("%(n)s working day overdue", "%(n)s working days overdue", -left) % {"n": -left}


@dataclass(frozen=True)
class Known:
    """How many rows there are, and the keys of the first few (of more than these, where several lists are one)."""

    count: int
    first: list[int]


@dataclass(frozen=True)
class Work:
    """One registered kind of work, for whoever may do one of `acts`. `rows(actor)` gives all that waits for the actor,
    the most urgent first, read through the scope of the act; `item(row)` shows one. `page` is the name of the address
    where such work is done at large; `hint` says what to do; `late` is the condition of
    overdue rows, which stand first; `known(actor)` says what is kept of the same rows, where finding them takes
    long."""

    name: str
    title: str | Promise
    icon: str
    acts: tuple[str, ...]
    rows: Callable[[Any], Rows]
    item: Callable[[Any], Item]
    page: str
    hint: str | Promise = ""
    late: Callable[[], Q] | None = None
    known: Callable[[Any], Known] | None = None
    order: int = 100


@dataclass(frozen=True)
class Waiting:
    """A kind of work with what waits of it: how much, how much of that is overdue, and the first few."""

    work: Work
    count: int
    overdue: int
    items: list[Item]

    @property
    def urgency(self) -> tuple[bool, datetime.date, int]:
        """Overdue before all else, the longest first; then by the kind's own order."""
        late = next((item.due_on for item in self.items if item.overdue), None)
        return late is None, late or datetime.date.max, self.work.order

    @property
    def more(self) -> int:
        """How many aren't among the first few."""
        return self.count - len(self.items)


@dataclass(frozen=True)
class Figure:
    """One quick figure of a person's place. `share` draws a bar against three `levels`, the last of which
    is its end; `tone` is that of a stat."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    url: str = ""
    note_url: str = ""
    tone: str = ""
    share: int | None = None
    levels: tuple[int, ...] = ()


@dataclass(frozen=True)
class Figures:
    """A registered maker of figures, for whoever may do one of `acts`."""

    name: str
    acts: tuple[str, ...]
    make: Callable[[Any], Iterable[Figure]]
    order: int = 100


WORK: dict[str, Work] = {}
FIGURES: dict[str, Figures] = {}


def register_work(*kinds: Work) -> None:
    """Put kinds of work on the workbench, from `AppConfig.ready`. The same name again replaces the kind."""
    for kind in kinds:
        WORK[kind.name] = kind


def register_figures(*makers: Figures) -> None:
    """Put figures on the workbench, from `AppConfig.ready`."""
    for maker in makers:
        FIGURES[maker.name] = maker


def work_of(actor: Actor) -> list[Work]:
    """The kinds of work this person has, in order."""
    kinds = (kind for kind in WORK.values() if any(map(actor.can, kind.acts)))
    return sorted(kinds, key=lambda kind: kind.order)


def waiting_for(actor: Actor) -> list[Waiting]:
    """What waits for this person, kinds with something overdue first; kinds of which nothing waits are left out. A kind
    takes one query for the keys of the first few, another for these where there are any, and one to count it where
    there are more (and one for the overdue ones, where there are more than those)."""
    found = (_waiting(kind, actor) for kind in work_of(actor))
    return sorted((each for each in found if each.count), key=lambda each: each.urgency)


def _waiting(kind: Work, actor: Actor) -> Waiting:
    rows = kind.rows(actor)
    if isinstance(rows, QuerySet):
        known = kind.known(actor) if kind.known is not None else _known(rows)
        count, first = known.count, rows.filter(pk__in=known.first)[:SHOWN] if known.count else []
    else:
        count, first = len(rows), rows[:SHOWN]
    items = [kind.item(row) for row in first]
    overdue = sum(item.overdue for item in items)
    if overdue == SHOWN < count and kind.late is not None and isinstance(rows, QuerySet):
        overdue = rows.filter(kind.late()).order_by().count()
    return Waiting(kind, count, overdue, items)


def _known(rows: QuerySet[Any]) -> Known:
    """How many, and which are the first: their keys alone, so that nothing else of the many is read and sorted."""
    first = list(rows.values_list("pk", flat=True)[: SHOWN + 1])
    return Known(rows.order_by().count() if len(first) > SHOWN else len(first), first[:SHOWN])


def figures_of(actor: Actor) -> Iterator[Figure]:
    """The quick figures of this person's place."""
    for maker in sorted(FIGURES.values(), key=lambda maker: maker.order):
        if any(map(actor.can, maker.acts)):
            yield from maker.make(actor)
