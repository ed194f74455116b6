"""The page of the carry-forward and excess ledgers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from riskpool.selectors.carry import county_carries


@requires(Act.VIEW_POOL)
@require_GET
def carry(request: HttpRequest) -> HttpResponse:
    """County by county: what each year brought in and left, every entry with the balance after it, and the excess."""
    return render(request, "riskpool/carry.html", {"counties": county_carries(actor_of(request))})
