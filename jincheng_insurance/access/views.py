"""The start page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from jincheng_insurance.access.guards import actor_of
from jincheng_insurance.access.roles import Act

START_PAGES = (
    (Act.HANDLE_CLAIM, "claims:list"),
    (Act.APPROVE_CLAIM, "claims:list"),
    (Act.VIEW_POOL, "riskpool:dashboard"),
    (Act.CONFIRM_GRANT, "access:waiting"),
    (Act.MANAGE_PEOPLE, "access:people"),
    (Act.VIEW_SCHEME, "enrollment:scheme"),
)


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """To the page where this person's work begins."""
    actor = actor_of(request)
    for act, page in START_PAGES:
        if actor.can(act):
            return redirect(reverse(page))
    return render(request, "access/no_grant.html", status=403)
