"""The dashboard of loss ratios, for everybody within their own reach: the city's, a county's, an insurer's."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enrollment.selectors import terms_of
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.downloads import XLSX, download
from jincheng_insurance.web.workplace import with_workplace
from riskpool.forms.pool import PoolForm
from riskpool.pictures import percent_of, point_labels, standing_picture, trend_picture
from riskpool.selectors.alerts import highest_alerts
from riskpool.selectors.ratio import PoolFigures, by_insurer, pool_figures, together
from riskpool.selectors.trend import Step, outlooks, points, trend
from riskpool.texts import standing
from riskpool.views.figures import sections
from riskpool.views.links import Links
from riskpool.workbook import pool_workbook


@requires(Act.VIEW_POOL)
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """A year's loss ratios as of a day: figures, lines over the months, bars against the levels, and by insurer."""
    return _page(request, _form(request))


@requires(Act.VIEW_POOL)
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The same figures as a workbook with charts that can be edited."""
    form = _form(request)
    if form.errors:
        return _page(request, form)
    year, on = form.policy_year, form.day
    pool = pool_figures(form.pool, until=on)
    at = points(year.pk, until=on)
    lines = trend([figures.agreement for figures in pool], at=at)
    labels = point_labels(at, Step.MONTH, year=year.pk)
    data = pool_workbook(pool, lines, labels, terms=terms_of(year.pk), on=on)
    name = _("Loss ratios %(year)s as of %(day)s") % {"year": year, "day": on.isoformat()}
    return download(data, name=f"{name}.xlsx", content_type=XLSX)


def _form(request: HttpRequest) -> PoolForm:
    return PoolForm(with_workplace(request, year="year", county="county"), actor=actor_of(request))


def _page(request: HttpRequest, form: PoolForm) -> HttpResponse:
    actor = form.actor
    links = Links(form, actor)
    context = {
        "form": form,
        **figures_of(actor, form),
        "links": links,
        "sections": sections(request, actor, urlencode(links.reach())),
        "address": f"{reverse('riskpool:picture')}{links.query()}&chart=",
    }
    return render(request, "riskpool/dashboard.html", context, status=422 if form.errors else 200)


def figures_of(actor: User, form: PoolForm) -> dict[str, Any]:
    """What the dashboard shows."""
    year, on = form.policy_year, form.day
    terms = terms_of(year.pk)
    levels = terms.alert_levels
    pool = pool_figures(form.pool, until=on)
    at = points(year.pk, until=on)
    lines = trend([figures.agreement for figures in pool], at=at)
    labels = point_labels(at, Step.MONTH, year=year.pk)
    total = together(pool)
    insurers = by_insurer(pool)
    shown = {figures.agreement.pk for figures in pool}
    ahead = [*zip(pool, outlooks(pool, terms=terms, on=on), strict=True)]
    return {
        "year": year,
        "on": on,
        "pool": [(figures, standing(figures.ratio, levels)) for figures in pool],
        "total": total,
        "percent": percent_of(total.ratio),
        "standing": standing(total.ratio, levels),
        "first_level": levels[0],
        "over": _over(pool, levels[0]),
        "insurers": [
            (insurer, sums, percent_of(sums.ratio), standing(sums.ratio, levels))
            for insurer, sums in insurers
        ]
        if len(insurers) > 1
        else [],
        "alerts": [
            alert for alert in highest_alerts(actor, year) if alert.agreement_id in shown and on == form.today
        ],
        "outlook": ahead[0][1] if len(ahead) == 1 else None,
        "ahead": ahead if len(ahead) > 1 else [],
        "lines": trend_picture(lines, labels, levels, title=_("Loss ratio over the year")),
        "bars": standing_picture(pool, levels),
    }


def _over(pool: list[PoolFigures], level: int) -> int:
    return sum(1 for figures in pool if figures.ratio.exceeds(level))
