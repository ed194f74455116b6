"""Pages that say what is to be done: the queues of each role, overpayments, and the life of a claim as a table."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from claims import selectors
from claims.models import Claim
from claims.selectors.work import queues
from claims.transitions import TRANSITIONS
from claims.views.intake import WORK
from enrollment.selectors import current_policy_year, policy_year_of, terms_of
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import ACTS_OF, Act, Role
from jincheng_insurance.web.workplace import workplace_of


@requires(*WORK)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    waiting = queues(actor_of(request))
    sections = [
        (_("To assess"), waiting.assess, "waited"),
        (_("To decide"), waiting.decide, "waited"),
        (_("To pay"), waiting.pay, "left"),
    ]
    context = {
        "sections": [section for section in sections if section[1] is not None],
        "payment_days": terms_of(current_policy_year().pk).payment_days,
    }
    return render(request, "claims/queue.html", context)


@requires(Act.VIEW_CLAIM)
@require_GET
def overpayments(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    year = policy_year_of(workplace_of(request).year)
    lines = selectors.recoveries(actor, year)
    context = {
        "year": year,
        "rows": selectors.overpayments(actor, year),
        "recoveries": [(line, actor.can(Act.RECORD_PAYMENT, on=line.batch)) for line in lines],
    }
    return render(request, "claims/overpayments.html", context)


@requires(Act.VIEW_CLAIM)
@require_GET
def life(request: HttpRequest) -> HttpResponse:
    """The table of transitions, as the services follow it."""
    rows = [
        {
            "label": step.label,
            "sources": [Claim.State(state).label for state in Claim.State.values if state in step.sources],
            "target": Claim.State(step.target).label,
            "who": [role.label for role in Role if step.act in ACTS_OF[role]],
            "needs": [need.label for need in step.needs],
            "moves": step.moves.label,
        }
        for step in TRANSITIONS.values()
    ]
    return render(request, "claims/life.html", {"rows": rows})
