"""Reading exports: one's own only."""

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import ACTS_OF, Act, Role
from jincheng_insurance.sheets.exports import KINDS
from jincheng_insurance.sheets.models import Export


def exports_of(actor: User) -> QuerySet[Export]:
    return Export.objects.filter(made_by=actor).order_by("-pk")


def to_fetch(actor: User) -> QuerySet[Export]:
    """The actor's own files that are ready and not removed yet."""
    return exports_of(actor).filter(state=Export.State.READY, expires_at__gt=timezone.now())


def own_export(actor: User, pk: int) -> Export:
    """An export the actor asked for; Http404 for anybody else's."""
    return get_object_or_404(exports_of(actor), pk=pk)


def waiting_for_approval(actor: User) -> list[Export]:
    """The exports that the actor may approve or refuse."""
    waiting = Export.objects.filter(state=Export.State.WAITING).exclude(made_by=actor)
    return [
        export for export in waiting.select_related("made_by").order_by("pk") if may_decide(export, actor)
    ]


def may_decide(export: Export, actor: User) -> bool:
    """Whether it is somebody else's, and every place whose numbers it holds in full is the actor's to approve."""
    revealed = [(county, insurer) for county, insurer, in_full in export.reach if in_full]
    return (
        bool(revealed)
        and export.made_by_id != actor.pk
        and all(covers(actor, Act.APPROVE_EXPORT, county, insurer) for county, insurer in revealed)
    )


def export_to_decide(actor: User, pk: int) -> Export:
    """One export that waits for an approval which the actor may give; Http404 for any other."""
    export = get_object_or_404(Export.objects.select_related("made_by"), pk=pk, state=Export.State.WAITING)
    if not may_decide(export, actor):
        raise Http404
    return export


def covers(actor: User, act: Act, county_id: int | None, insurer_id: int | None) -> bool:
    """Whether a grant in force today lets the actor do `act` at that place."""
    return any(
        act in ACTS_OF[Role(grant.role)] and grant.covers(county_id, insurer_id)
        for grant in actor.active_grants
    )


def within_reach(export: Export, actor: User) -> bool:
    """Whether the actor may still read every place whose rows the file holds, with numbers in full if it has them."""
    kind = KINDS.get(export.kind)
    if kind is None or not actor.can(kind.act):
        return False
    return all(
        covers(actor, kind.act, county, insurer)
        and (not revealed or covers(actor, Act.EXPORT_FULL, county, insurer))
        for county, insurer, revealed in export.reach
    )
