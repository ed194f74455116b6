"""`migrate` as the tables' owner, followed by the runtime role's rights."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections

from jincheng_insurance.access.rights import grant_runtime_rights


class Command(migrate.Command):
    help = "Migrate as the owner of the tables, then give the runtime role its rights."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner" if "owner" in settings.DATABASES else "default")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not options.get("plan") and not options.get("check_unapplied") and settings.RUNTIME_ROLE:
            grant_runtime_rights(connections[options["database"]], apps, settings.RUNTIME_ROLE)
