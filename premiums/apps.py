from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.menu import MenuItem, register


class PremiumsConfig(AppConfig):
    name = "premiums"

    def ready(self) -> None:
        register(MenuItem(_("Premiums"), "premiums:list", "banknote", Act.VIEW_PREMIUM, order=50))
