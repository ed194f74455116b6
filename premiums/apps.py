from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.menu import MenuItem, register


class PremiumsConfig(AppConfig):
    name = "premiums"

    def ready(self) -> None:
        from enrollment.related import register_related
        from jincheng_insurance.audit.names import register_name
        from jincheng_insurance.audit.texts import register_values
        from jincheng_insurance.sheets.exports import register_export
        from jincheng_insurance.web.filter_pages import FilterPage, register_filters
        from jincheng_insurance.web.workbench import register_work
        from premiums import related, workbench
        from premiums.exports import EXPORTS
        from premiums.forms import YearFilter
        from premiums.models import Side

        register_export(*EXPORTS)
        register_values("side", dict(Side.choices))
        register_name("premiums.premiumstatement", "number")
        register_filters(
            FilterPage(
                "premiums:list", _("Premiums"), Act.VIEW_PREMIUM, lambda data, _actor: YearFilter(data)
            )
        )
        register_work(*workbench.WORK)
        register_related(*related.RELATED)
        register(
            MenuItem(_("Premiums"), "premiums:list", "banknote", Act.VIEW_PREMIUM, order=50),
            MenuItem(_("Premium budget"), "premiums:budget", "calculator", Act.VIEW_BUDGET, order=51),
        )
