"""The room of what all pages share."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.web.menu import MenuItem, register


class WebConfig(AppConfig):
    name = "jincheng_insurance.web"
    label = "web"

    def ready(self) -> None:
        register(MenuItem(_("Help"), "help:guides", "life-buoy", order=99))
