from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.menu import MenuItem, register


class SheetsConfig(AppConfig):
    name = "jincheng_insurance.sheets"
    label = "sheets"

    def ready(self) -> None:
        from jincheng_insurance.sheets import workbench
        from jincheng_insurance.web.workbench import register_work

        register_work(*workbench.WORK)
        register(MenuItem(_("Exports"), "sheets:exports", "file-down", Act.VIEW_INSURED, order=45))
