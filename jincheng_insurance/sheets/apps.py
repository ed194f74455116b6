from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.menu import MenuItem, register


class SheetsConfig(AppConfig):
    name = "jincheng_insurance.sheets"
    label = "sheets"

    def ready(self) -> None:
        register(MenuItem(_("Exports"), "sheets:exports", "file-down", Act.VIEW_INSURED, order=45))
