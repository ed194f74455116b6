from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.menu import MenuItem, register


class RiskpoolConfig(AppConfig):
    name = "riskpool"

    def ready(self) -> None:
        register(
            MenuItem(_("Overview"), "riskpool:dashboard", "chart-column", Act.VIEW_POOL, order=10),
            MenuItem(
                _("Alerts"), "riskpool:alerts", "bell-ring", Act.VIEW_POOL, order=11, count=fired_alerts
            ),
            MenuItem(_("Annual settlement"), "riskpool:settlements", "scale", Act.VIEW_POOL, order=12),
        )


def fired_alerts(request: HttpRequest) -> int:
    """The badge: how many alerts of the year the signed-in person is concerned by."""
    from enrollment.selectors import current_policy_year
    from jincheng_insurance.access.guards import actor_of
    from riskpool.selectors.alerts import alerts

    return alerts(actor_of(request), current_policy_year()).count()
