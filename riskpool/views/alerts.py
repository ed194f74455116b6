"""Pages of the alerts fired."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from enrollment.selectors import policy_year_of
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.scheme.loss_ratio import LossRatio
from jincheng_insurance.web.pages import paginate
from jincheng_insurance.web.workplace import workplace_of
from riskpool.models import Alert
from riskpool.selectors.alerts import alerts as alerts_of
from riskpool.selectors.duties import duties_of
from riskpool.selectors.ratio import pool_figures
from riskpool.texts import LEVEL_TEXTS, standing


@requires(Act.VIEW_POOL)
@require_GET
def alerts(request: HttpRequest) -> HttpResponse:
    """The alerts of the year, newest first."""
    actor = actor_of(request)
    year = policy_year_of(workplace_of(request).year)
    page = paginate(request, alerts_of(actor, year).order_by("-fired_at", "-level"))
    rows = [(alert, LossRatio(incurred=alert.incurred, net_premium=alert.net_premium)) for alert in page]
    return render(request, "riskpool/alerts.html", {"year": year, "page": page, "rows": rows})


@requires(Act.VIEW_POOL)
@require_GET
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert: the figures of that moment, those of today, and what the level obliges whom to."""
    row = access_row(
        Alert.objects.select_related("agreement__county", "agreement__insurer"), actor_of(request), pk=pk
    )
    (now,) = pool_figures([row.agreement])
    context = {
        "alert": row,
        "then": LossRatio(incurred=row.incurred, net_premium=row.net_premium),
        "now": now,
        "standing": standing(now.ratio),
        "text": LEVEL_TEXTS[row.level],
        "duties": duties_of(actor_of(request), row),
    }
    return render(request, "riskpool/alert.html", context)
