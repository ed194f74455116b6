from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.menu import MenuItem, register


class RiskpoolConfig(AppConfig):
    name = "riskpool"

    def ready(self) -> None:
        from jincheng_insurance.audit.texts import register_values
        from jincheng_insurance.web.filter_pages import FilterPage, register_filters
        from riskpool.forms.duties import DutyFilter
        from riskpool.forms.pool import LedgerForm, PoolForm
        from riskpool.models import Duty

        register_values("duty", dict(Duty.Kind.choices))
        from jincheng_insurance.web.workbench import register_figures, register_work
        from riskpool import workbench

        register_filters(
            FilterPage(
                "riskpool:duties", _("Reports owed"), Act.VIEW_POOL, lambda data, _actor: DutyFilter(data)
            ),
            FilterPage(
                "riskpool:dashboard",
                _("Overview"),
                Act.VIEW_POOL,
                lambda data, actor: PoolForm(data, actor=actor),
            ),
            FilterPage(
                "riskpool:ledger",
                _("Loss ledger"),
                Act.VIEW_POOL,
                lambda data, actor: LedgerForm(data, actor=actor),
            ),
        )
        register_work(*workbench.WORK)
        register_figures(*workbench.FIGURES)
        register(
            MenuItem(_("Overview"), "riskpool:dashboard", "chart-column", Act.VIEW_POOL, order=10),
            MenuItem(_("Alerts"), "riskpool:alerts", "bell-ring", Act.VIEW_POOL, order=11),
            MenuItem(
                _("Reports owed"),
                "riskpool:duties",
                "file-clock",
                Act.VIEW_POOL,
                order=12,
                count=waiting_duties,
            ),
            MenuItem(
                _("Suspension of payments"), "riskpool:suspensions", "circle-pause", Act.VIEW_POOL, order=13
            ),
            MenuItem(_("Inbox"), "riskpool:inbox", "inbox", Act.VIEW_POOL, order=14, count=unread_notices),
            MenuItem(_("Annual settlement"), "riskpool:settlements", "scale", Act.VIEW_POOL, order=15),
        )


def waiting_duties(request: HttpRequest) -> int:
    """The badge: how many reports and notices the signed-in person has to write, receive or urge."""
    from jincheng_insurance.access.guards import actor_of
    from riskpool.selectors.work import duties_waiting

    return duties_waiting(actor_of(request))


def unread_notices(request: HttpRequest) -> int:
    """The badge: how many notices the signed-in person hasn't read."""
    from jincheng_insurance.access.guards import actor_of
    from riskpool.selectors.inbox import unread_count

    return unread_count(actor_of(request))
