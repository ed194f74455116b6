from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.menu import MenuItem, register


class AccessConfig(AppConfig):
    name = "jincheng_insurance.access"
    label = "access"

    def ready(self) -> None:
        from jincheng_insurance.access import checks  # noqa: F401 - registers them
        from jincheng_insurance.access.reveals import Number
        from jincheng_insurance.audit.texts import register_values

        register_values("revealed", dict(Number.choices))
        register(
            MenuItem(_("My work"), "access:home", "list-todo", order=0),
            MenuItem(_("People"), "access:people", "user-cog", Act.MANAGE_PEOPLE, order=95),
            MenuItem(_("API access"), "access:tokens", "key-round", Act.USE_API, order=96),
        )
