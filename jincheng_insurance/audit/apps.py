from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.menu import MenuItem, register


class AuditConfig(AppConfig):
    name = "jincheng_insurance.audit"
    label = "audit"

    def ready(self) -> None:
        from jincheng_insurance.audit import workbench
        from jincheng_insurance.audit.exports import EXPORTS
        from jincheng_insurance.audit.forms import RecordFilter
        from jincheng_insurance.sheets.exports import register_export
        from jincheng_insurance.web.filter_pages import FilterPage, register_filters
        from jincheng_insurance.web.workbench import register_figures

        register_export(*EXPORTS)
        register_filters(
            FilterPage(
                "audit:records",
                _("Audit record"),
                Act.VIEW_AUDIT,
                lambda data, actor: RecordFilter(data, actor=actor),
            )
        )
        register_figures(*workbench.FIGURES)
        register(MenuItem(_("Audit record"), "audit:records", "scroll-text", Act.VIEW_AUDIT, order=80))
