"""The room of what all pages share."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.web.menu import MenuItem, register


class WebConfig(AppConfig):
    name = "jincheng_insurance.web"
    label = "web"

    def ready(self) -> None:
        from jincheng_insurance.access.sealed_columns import register_sealed
        from jincheng_insurance.web.drafts import SEALED

        register_sealed(SEALED)
        register(MenuItem(_("Help"), "help:guides", "life-buoy", order=99))
