"""The dashboard of loss ratios, for everybody within their own reach."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enrollment.models import InsuredPerson
from enrollment.selectors import current_policy_year
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.scheme.loss_ratio import LossRatio
from jincheng_insurance.web.charts import Bar, Series, Threshold, bar_chart, line_chart
from jincheng_insurance.web.charts.parts import Tone
from riskpool.selectors.alerts import highest_alerts
from riskpool.selectors.ratio import PoolFigures, YearLine, pool_figures, pool_of, year_lines
from riskpool.texts import standing

THRESHOLDS: tuple[tuple[int, Tone], ...] = ((80, "warn"), (100, "high"), (120, "over"))


def _thresholds() -> list[Threshold]:
    names = {80: _("alert"), 100: _("break-even"), 120: _("government bears")}
    return [Threshold(Decimal(level), f"{names[level]} {level}%", tone) for level, tone in THRESHOLDS]


@requires(Act.VIEW_POOL)
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """The year's loss ratios by county: figures, bars against the thresholds, and lines over the months."""
    actor = actor_of(request)
    year = current_policy_year()
    pool = pool_figures(pool_of(actor, year))
    today = timezone.localdate()
    lines = year_lines([figures.agreement for figures in pool], until=today)
    months = [_("month %(month)d") % {"month": month} for month in range(1, today.month + 1)]
    context: dict[str, Any] = {
        "year": year,
        "today": today,
        "pool": [(figures, standing(figures.ratio)) for figures in pool],
        "total": _total(pool),
        "alerts": highest_alerts(actor, year),
        "insured": InsuredPerson.objects.visible_to(actor)
        .filter(policy_year=year, withdrawn_at=None)
        .count(),
        "bars": _bars(pool),
        "lines": _lines(lines, months),
        "line_head": [_("County"), *months],
        "line_rows": [
            [line.agreement.county.name, *(percent_of(ratio) for ratio in line.ratios)] for line in lines
        ],
    }
    return render(request, "riskpool/dashboard.html", context)


def percent_of(ratio: LossRatio) -> str:
    return f"{ratio.percent}%" if ratio.percent is not None else "—"


def _total(pool: list[PoolFigures]) -> dict[str, Any]:
    zero = Decimal("0.00")
    net_premium = sum((figures.net_premium for figures in pool), zero)
    paid = sum((figures.paid for figures in pool), zero)
    reserves = sum((figures.reserves for figures in pool), zero)
    ratio = LossRatio(incurred=paid + reserves, net_premium=net_premium)
    return {
        "net_premium": net_premium,
        "paid": paid,
        "reserves": reserves,
        "percent": percent_of(ratio),
        "standing": standing(ratio),
        "over": sum(1 for figures in pool if standing(figures.ratio).level),
    }


def _bars(pool: list[PoolFigures]) -> str:
    ranked = sorted(pool, key=lambda figures: figures.ratio.percent or Decimal(-1), reverse=True)
    bars = [
        Bar(
            figures.agreement.county.name,
            figures.ratio.percent,
            display=percent_of(figures.ratio),
            note=str(standing(figures.ratio).label),
            tone=standing(figures.ratio).tone,
        )
        for figures in ranked
    ]
    return bar_chart(title=_("Loss ratio by county"), bars=bars, thresholds=_thresholds(), unit="%")


def _lines(lines: list[YearLine], months: list[str]) -> str:
    series = [
        Series(
            line.agreement.county.name,
            [ratio.percent for ratio in line.ratios],
            end_label=f"{line.agreement.county.name} {percent_of(line.ratios[-1])}",
        )
        for line in lines
        if any(ratio.applicable for ratio in line.ratios)
    ]
    return line_chart(
        title=_("Loss ratio over the year"), series=series, labels=months, thresholds=_thresholds(), unit="%"
    )
