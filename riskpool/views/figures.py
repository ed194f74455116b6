"""Pages of figures as they stand now, for everybody within their own reach: claims, premium in arrears, households."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from claims.selectors.funnel import counted, open_claims, stage_counts, together
from claims.stages import FUNNEL
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.workplace import with_workplace
from premiums.selectors.fund import accounts_of
from riskpool.claim_pictures import ageing_picture, funnel_picture
from riskpool.forms.pool import ReachForm
from riskpool.household_pictures import county_rows, map_picture
from riskpool.list_links import ListLinks
from riskpool.pictures import Picture
from riskpool.premium_pictures import ZERO, arrears_picture
from riskpool.selectors.households import households as households_of

SECTIONS = (
    ("riskpool:dashboard", _("Loss ratio"), Act.VIEW_POOL),
    ("riskpool:claim_figures", _("Claims"), Act.VIEW_CLAIM),
    ("riskpool:premium_figures", _("Premium in arrears"), Act.VIEW_PREMIUM),
    ("riskpool:household_figures", _("Insured households"), Act.VIEW_INSURED),
)


@dataclass(frozen=True, slots=True)
class Section:
    """One of the pages of figures, as the others lead to it."""

    label: str | Promise
    url: str
    active: bool


def sections(request: HttpRequest, actor: User, query: str) -> list[Section]:
    """The pages of figures that the actor may open, for the same reach."""
    return [
        Section(label, f"{reverse(name)}?{query}", reverse(name) == request.path)
        for name, label, act in SECTIONS
        if actor.can(act)
    ]


@dataclass(frozen=True, slots=True)
class Reach:
    """Who looks, at which agreements, and where their figures lead."""

    actor: User
    form: ReachForm
    links: ListLinks


def reach_of(request: HttpRequest, act: Act) -> Reach:
    actor = actor_of(request)
    form = ReachForm(with_workplace(request, year="year", county="county"), actor=actor, act=act)
    return Reach(actor, form, ListLinks(form))


def claim_pictures(reach: Reach) -> dict[str, Any]:
    pool = reach.form.pool
    counts = stage_counts(reach.actor, pool)
    found = open_claims(reach.actor, pool, today=timezone.localdate())
    return {
        "reported": counted(counts.values(), FUNNEL["all"].stages),
        "open": together(found.values()),
        "funnel": funnel_picture(pool, counts, reach.links),
        "ageing": ageing_picture(pool, found, reach.links),
    }


def premium_pictures(reach: Reach) -> dict[str, Any]:
    pool = reach.form.pool
    accounts = accounts_of(pool)
    every = [account for agreement in pool for account in accounts[agreement.pk]]
    return {
        "due": sum((account.due for account in every), ZERO),
        "paid": sum((account.paid + account.carried for account in every), ZERO),
        "owed": [
            (side, sum((account.arrears for account in every if account.side == side), ZERO))
            for side in dict.fromkeys(account.side for account in every)
        ],
        "arrears": arrears_picture(pool, accounts, reach.links, on=timezone.localdate()),
    }


def household_pictures(reach: Reach) -> dict[str, Any]:
    found = households_of(reach.actor, reach.form.pool)
    picture = map_picture(found, reach.links)
    rows = county_rows(found, reach.links)
    head = [_("County"), *picture.head[1:]]
    return {"map": picture, "counties": rows, "county_head": head}


def _page(
    request: HttpRequest, act: Act, template: str, pictures: Callable[[Reach], dict[str, Any]]
) -> HttpResponse:
    reach = reach_of(request, act)
    query = reach.links.query()
    drawn = pictures(reach)
    context = {
        "form": reach.form,
        "year": reach.form.policy_year,
        "pool": reach.form.pool,
        "links": reach.links,
        "sections": sections(request, reach.actor, query),
        "addresses": {
            name: f"{reverse('riskpool:picture')}?{query}&chart={name}"
            for name, value in drawn.items()
            if isinstance(value, Picture)
        },
        **drawn,
    }
    return render(request, template, context, status=422 if reach.form.errors else 200)


@requires(Act.VIEW_CLAIM)
@require_GET
def claims(request: HttpRequest) -> HttpResponse:
    """How far a year's claims have come, and how old the open ones are."""
    return _page(request, Act.VIEW_CLAIM, "riskpool/claim_figures.html", claim_pictures)


@requires(Act.VIEW_PREMIUM)
@require_GET
def premium(request: HttpRequest) -> HttpResponse:
    """What city and counties owe of a year's premium, and since when."""
    return _page(request, Act.VIEW_PREMIUM, "riskpool/premium_figures.html", premium_pictures)


@requires(Act.VIEW_INSURED)
@require_GET
def households(request: HttpRequest) -> HttpResponse:
    """Where a year's insured households live, and of what category they are."""
    return _page(request, Act.VIEW_INSURED, "riskpool/household_figures.html", household_pictures)
