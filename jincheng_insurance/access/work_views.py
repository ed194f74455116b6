"""The workbench: where each person's work begins, the whole list of one kind of work, and where they work."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jincheng_insurance.access.guards import actor_of, signed_in
from jincheng_insurance.web.pages import paginate
from jincheng_insurance.web.saved import saved_filters
from jincheng_insurance.web.workbench import WORK, figures_of, waiting_for
from jincheng_insurance.web.workplace import WorkplaceForm, back_from, keep_workplace


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, overdue first, and the figures of their place."""
    actor = actor_of(request)
    if not actor.active_grants:
        return render(request, "access/no_grant.html", status=403)
    waiting = waiting_for(actor)
    context = {
        "waiting": waiting,
        "all": sum(each.count for each in waiting),
        "overdue": sum(each.overdue for each in waiting),
        "figures": list(figures_of(actor)),
        "saved": saved_filters(actor),
    }
    return render(request, "access/home.html", context)


@signed_in
@require_GET
def work(request: HttpRequest, name: str) -> HttpResponse:
    """All that waits of one kind."""
    actor, kind = actor_of(request), WORK.get(name)
    if kind is None:
        raise Http404
    if not any(map(actor.can, kind.acts)):
        raise PermissionDenied("no work of this kind is granted")
    page = paginate(request, kind.rows(actor))
    context = {"work": kind, "page": page, "items": [kind.item(row) for row in page]}
    return render(request, "access/work.html", context)


@signed_in
@require_POST
def workplace(request: HttpRequest) -> HttpResponse:
    """Keep, for this session, with which policy year and county the filters of lists begin."""
    form = WorkplaceForm(request.POST, actor=actor_of(request))
    if form.is_valid():
        keep_workplace(request, form)
    else:
        messages.error(request, _("Choose a policy year and county from those offered."))
    return redirect(back_from(request))
