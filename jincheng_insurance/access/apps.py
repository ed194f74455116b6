from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.web.menu import MenuItem, register


class AccessConfig(AppConfig):
    name = "jincheng_insurance.access"
    label = "access"

    def ready(self) -> None:
        from jincheng_insurance.access import checks  # noqa: F401 - registers them
        from jincheng_insurance.access.grant_views import waiting_count
        from jincheng_insurance.access.models import ApiToken, UserSession
        from jincheng_insurance.access.reveals import Number
        from jincheng_insurance.access.sealed_columns import register_sealed
        from jincheng_insurance.access.second_factors import NAMES, SECRET
        from jincheng_insurance.access.sessions import note_signed_in
        from jincheng_insurance.access.workbench import WORK
        from jincheng_insurance.audit.names import register_name
        from jincheng_insurance.audit.texts import register_values
        from jincheng_insurance.web.workbench import register_work

        if unknown := settings.SECOND_FACTOR_ROLES - NAMES:
            raise ImproperlyConfigured(
                f"SECOND_FACTOR_ROLES names {', '.join(sorted(unknown))}; there are {', '.join(sorted(NAMES))}."
            )
        user_logged_in.connect(note_signed_in, dispatch_uid="access.note_signed_in")
        register_sealed(SECRET)
        register_name("access.user", "username")
        register_values("revealed", dict(Number.choices))
        register_values("role", dict(Role.choices))
        register_values("list", {"people": _("People and their posts")})
        register_values("reach", dict(ApiToken.Reach.choices))
        register_values("why", dict(UserSession.End.choices))
        register_work(*WORK)
        register(
            MenuItem(_("My work"), "access:home", "list-todo", order=0),
            MenuItem(_("People"), "access:people", "user-cog", Act.VIEW_PEOPLE, order=95),
            MenuItem(
                _("Posts to confirm"),
                "access:waiting",
                "user-check",
                Act.CONFIRM_GRANT,
                order=94,
                count=waiting_count,
            ),
            MenuItem(_("Master data"), "access:master_data", "database", Act.MANAGE_MASTER_DATA, order=97),
            MenuItem(_("API access"), "access:tokens", "key-round", Act.USE_API, order=96),
        )
