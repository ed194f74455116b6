"""Row scope: every business row is read through `visible_to(actor)`, which shows nothing unless a grant does (R25)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.http import Http404

from jincheng_insurance.access.roles import Act

if TYPE_CHECKING:
    from jincheng_insurance.access.models import User

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Scope:
    """How a model's rows find their place: the act that lets one read them, and the lookups to their county and
    insurer. A model without an insurer lookup shows nothing to insurers. `second_county` leads to another county that
    reads the row too; acts on it are still the first one's."""

    view: Act
    county: str | None
    insurer: str | None = None
    second_county: str | None = None


class ScopedQuerySet(models.QuerySet[M]):
    def visible_to(self, actor: User | AnonymousUser) -> Self:
        """The rows the actor's grants reach; none for strangers, and none for a model that declares no scope."""
        scope: Scope | None = getattr(self.model, "scope", None)
        if scope is None or isinstance(actor, AnonymousUser):
            return self.none()
        counties = [lookup for lookup in (scope.county, scope.second_county) if lookup is not None]
        return self._reached(actor, scope.view, scope, counties)

    def open_to(self, actor: User | AnonymousUser, act: Act) -> Self:
        """Of the rows the actor sees, those on which a grant lets them do `act`: what `can(act, on=row)` says, for all
        rows at once."""
        scope: Scope | None = getattr(self.model, "scope", None)
        if scope is None or isinstance(actor, AnonymousUser):
            return self.none()
        counties = [] if scope.county is None else [scope.county]
        return self.visible_to(actor)._reached(actor, act, scope, counties)

    def _reached(self, actor: User, act: Act, scope: Scope, counties: list[str]) -> Self:
        """The rows at the places of the grants that allow `act`."""
        reach = Q()
        for grant in actor.grants_for(act):
            if grant.insurer_id is not None and scope.insurer is None:
                continue
            insurer: dict[str, int] = {}
            if grant.insurer_id is not None and scope.insurer is not None:
                insurer[scope.insurer] = grant.insurer_id
            if grant.region_id is not None:
                for county in counties:
                    reach |= Q(**insurer, **{county: grant.region_id})
            elif insurer:
                reach |= Q(**insurer)
            else:
                return self.all()
        return self.filter(reach) if reach else self.none()


class ScopedManager(models.Manager[M]):
    """The manager of business models. It does not filter by itself: `visible_to` has to be asked, and selectors do."""

    def get_queryset(self) -> ScopedQuerySet[M]:
        return ScopedQuerySet(self.model, using=self._db)

    def visible_to(self, actor: User | AnonymousUser) -> ScopedQuerySet[M]:
        return self.get_queryset().visible_to(actor)

    def open_to(self, actor: User | AnonymousUser, act: Act) -> ScopedQuerySet[M]:
        return self.get_queryset().open_to(actor, act)


def place_of(row: models.Model) -> tuple[int | None, int | None]:
    """The ids of a row's county and insurer, found by its model's scope."""
    scope: Scope | None = getattr(type(row), "scope", None)
    if scope is None:
        raise TypeError(f"{type(row).__name__} declares no scope")
    return _follow(row, scope.county), _follow(row, scope.insurer)


def _follow(row: Any, path: str | None) -> int | None:
    if path is None:
        return None
    *steps, last = path.split("__")
    for step in steps:
        row = getattr(row, step)
    value: int | None = getattr(row, f"{last}_id") if last != "id" else row.pk
    return value


def access_row(
    queryset: models.QuerySet[M], actor: User | AnonymousUser, act: Act | None = None, **lookup: Any
) -> M:
    """The one row of `queryset` that `lookup` names, if the actor may see it.

    Raises Http404 out of scope (whether or not the row exists), PermissionDenied in scope without `act` there."""
    if not isinstance(queryset, ScopedQuerySet):
        raise TypeError(f"{queryset.model.__name__} has no row scope")
    row: M | None = queryset.visible_to(actor).filter(**lookup).first()
    if row is None:
        raise Http404
    if act is not None:
        require(actor, act, row)
    return row


def require(actor: User | AnonymousUser, act: Act, row: models.Model | None = None) -> None:
    """Raise PermissionDenied unless the actor may do `act` (on that row)."""
    if isinstance(actor, AnonymousUser) or not actor.can(act, on=row):
        raise PermissionDenied(f"{act.value} is not granted")
