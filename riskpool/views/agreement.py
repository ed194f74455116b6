"""One agreement's loss ratio in depth, and the ledger entries behind every figure."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enrollment.models import Agreement
from enrollment.selectors import terms_of
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.scheme.terms import NetPremiumBasis
from jincheng_insurance.web.downloads import XLSX, download
from jincheng_insurance.web.pages import paginate_wide
from jincheng_insurance.web.workplace import with_workplace
from riskpool.forms.pool import LedgerForm, TrendForm
from riskpool.models import BreakdownLine
from riskpool.pictures import Picture, percent_of, point_labels, trend_picture
from riskpool.selectors.breakdown import breakdown_of, lines_of
from riskpool.selectors.ledger import entries, ledger_sums
from riskpool.selectors.ratio import coverage_figures, pool_figures
from riskpool.selectors.trend import outlook, points, trend
from riskpool.texts import cause_label, standing, step_of
from riskpool.views.links import Links
from riskpool.workbook import pool_workbook


@requires(Act.VIEW_POOL)
@require_GET
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """An agreement's figures as of a day, its distance to each level, its trend, and what its losses are made of."""
    return _page(request, agreement_of(request, pk), TrendForm(request.GET))


def agreement_of(request: HttpRequest, pk: int) -> Agreement:
    """The agreement within the actor's reach; Http404 otherwise."""
    rows = Agreement.objects.select_related("county", "insurer", "policy_year")
    return access_row(rows, actor_of(request), pk=pk)


def trend_of(row: Agreement, form: TrendForm) -> Picture:
    """The agreement's ratio over the year, up to the day and by the steps chosen."""
    at = points(row.policy_year_id, until=form.day, step=form.steps)
    labels = point_labels(at, form.steps, year=row.policy_year_id)
    levels = terms_of(row.policy_year_id).alert_levels
    return trend_picture(trend([row], at=at), labels, levels, title=_("Loss ratio over the year"))


def _page(request: HttpRequest, row: Agreement, form: TrendForm) -> HttpResponse:
    actor = actor_of(request)
    terms = terms_of(row.policy_year_id)
    (figures,) = pool_figures([row], until=form.day)
    context = {
        "form": form,
        "agreement": row,
        "on": form.day,
        "figures": figures,
        "percent": percent_of(figures.ratio),
        "standing": standing(figures.ratio, terms.alert_levels),
        "received": terms.net_premium_basis == NetPremiumBasis.RECEIVED,
        "coverages": coverage_figures(row, until=form.day),
        "outlook": outlook(figures, terms=terms, on=form.day),
        "lines": trend_of(row, form),
        "address": f"{reverse('riskpool:agreement_picture', args=[row.pk])}?{request.GET.urlencode()}",
        "alerts": row.alerts.order_by("level"),
        "other_years": Agreement.objects.visible_to(actor)
        .filter(county=row.county_id)
        .exclude(pk=row.pk)
        .select_related("insurer")
        .order_by("policy_year"),
        "links": Links(form, actor, agreement=row),
        **_breakdown(actor, row),
    }
    return render(request, "riskpool/agreement.html", context, status=422 if form.errors else 200)


@requires(Act.VIEW_POOL)
@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The same figures and trend as a workbook with charts that can be edited."""
    row = agreement_of(request, pk)
    form = TrendForm(request.GET)
    if form.errors:
        return _page(request, row, form)
    year = row.policy_year_id
    at = points(year, until=form.day, step=form.steps)
    data = pool_workbook(
        pool_figures([row], until=form.day),
        trend([row], at=at),
        point_labels(at, form.steps, year=year),
        terms=terms_of(year),
        on=form.day,
    )
    words = {"county": row.county, "year": year, "day": form.day.isoformat()}
    name = _("Loss ratio %(county)s %(year)s as of %(day)s") % words
    return download(data, name=f"{name}.xlsx", content_type=XLSX)


def _breakdown(actor: User, row: Agreement) -> dict[str, Any]:
    """What the losses are made of, as last counted; of households in villages and causes, else of persons."""
    breakdown = breakdown_of(actor, row)
    if breakdown is None:
        return {"breakdown": None}
    dimension = BreakdownLine.Dimension
    lines = lines_of(breakdown)
    for line in lines[dimension.CAUSE]:
        line.name = line.name and cause_label(line.name)
    incurred, self_pay = _("Incurred"), _("Self-pay of the bills")
    households, persons = _("Households"), _("Persons")
    heads = {
        dimension.VILLAGE: (_("Village"), households, incurred),
        dimension.DIAGNOSIS: (_("Diagnosis"), persons, self_pay),
        dimension.CAUSE: (_("Cause"), households, incurred),
        dimension.HOSPITAL: (_("Hospital"), persons, self_pay),
    }
    return {
        "breakdown": breakdown,
        "parts": [
            (one.label, heads[one], *_parted(lines[one.value])) for one in dimension if lines[one.value]
        ],
    }


def _parted(lines: list[BreakdownLine]) -> tuple[list[BreakdownLine], BreakdownLine | None]:
    """The lines, and the one of all together."""
    whole = next((line for line in lines if line.part == BreakdownLine.Part.TOGETHER), None)
    return [line for line in lines if line is not whole], whole


@requires(Act.VIEW_POOL)
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """The entries of the loss ledger up to a day, newest first, with their sums: what a figure is made of."""
    actor = actor_of(request)
    form = LedgerForm(with_workplace(request, year="year"), actor=actor)
    wanted = {name: form.chosen(name) for name in ("agreement", "insurer", "kind", "coverage")}
    sums = ledger_sums(actor, form.policy_year, until=form.day, **wanted)
    shown = entries(actor, form.policy_year, until=form.day, **wanted)
    page = paginate_wide(request, shown, known=sums.entries)
    may_see_claims = actor.can(Act.VIEW_CLAIM)
    context = {
        "form": form,
        "year": form.policy_year,
        "on": form.day,
        "page": page,
        "rows": [(entry, step_of(entry, in_words=may_see_claims)) for entry in page],
        "sums": sums,
        "may_see_claims": may_see_claims,
    }
    return render(request, "riskpool/ledger.html", context, status=422 if form.errors else 200)
