"""Charts as files, for whoever may open the page they stand on, and of the same figures."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.web.charts.raster import NoChineseFontError, png_file, svg_file
from jincheng_insurance.web.downloads import download
from riskpool.forms.pool import PoolForm, TrendForm
from riskpool.pictures import Picture
from riskpool.views import agreement, dashboard, figures

FORMATS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "svg": ("image/svg+xml", svg_file),
    "png": ("image/png", png_file),
}
Draw = Callable[[figures.Reach], dict[str, Any]]
Page = Callable[[HttpRequest], HttpResponseBase]
DRAWN: dict[str, tuple[Act, Draw, Page]] = {
    "funnel": (Act.VIEW_CLAIM, figures.claim_pictures, figures.claims),
    "ageing": (Act.VIEW_CLAIM, figures.claim_pictures, figures.claims),
    "arrears": (Act.VIEW_PREMIUM, figures.premium_pictures, figures.premium),
    "map": (Act.VIEW_INSURED, figures.household_pictures, figures.households),
}


@requires(Act.VIEW_POOL)
@require_GET
def picture(request: HttpRequest) -> HttpResponseBase:
    """A chart as a file: `?chart=` names it as its page does, `?format=` is svg or png; 404 for any other."""
    chart = request.GET.get("chart", "bars")
    if chart in DRAWN:
        act, draw, page = DRAWN[chart]
        require(actor_of(request), act)
        reach = figures.reach_of(request, act)
        return page(request) if reach.form.errors else _file(request, draw(reach)[chart])
    if chart not in {"bars", "lines"}:
        raise Http404
    form = PoolForm(request.GET, actor=actor_of(request))
    if form.errors:
        return dashboard.dashboard(request)
    return _file(request, dashboard.figures_of(form.actor, form)[chart])


@requires(Act.VIEW_POOL)
@require_GET
def of_agreement(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The trend of one agreement as a file."""
    row = agreement.agreement_of(request, pk)
    form = TrendForm(request.GET)
    if form.errors:
        return agreement.agreement(request, pk=pk)
    return _file(request, agreement.trend_of(row, form))


def _file(request: HttpRequest, drawn: Picture) -> HttpResponse:
    wanted = request.GET.get("format", "svg")
    if wanted not in FORMATS:
        raise Http404
    content_type, write = FORMATS[wanted]
    try:
        data = write(drawn.chart)
    except NoChineseFontError:
        query = request.GET.copy()
        query["format"] = "svg"
        return render(request, "riskpool/no_font.html", {"query": query.urlencode()}, status=503)
    return download(data, name=f"{drawn.title}.{wanted}", content_type=content_type)
