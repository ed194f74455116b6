"""`migrate` as the tables' owner, followed by the runtime role's rights and a look at the keys."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.exceptions import InconsistentMigrationHistory

from jincheng_insurance.access.key_marks import KeyMark, key_problems, mark_keys
from jincheng_insurance.access.rights import grant_runtime_rights

OF_A_DRAFT = """{error}
This database was made by a draft of the product whose migrations were replaced. Nothing was changed. Make it anew:
the demo's with `make demo-reset`, any other as an empty database."""


class Command(migrate.Command):
    help = "Migrate as the owner of the tables, then give the runtime role its rights."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner" if "owner" in settings.DATABASES else "default")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        except InconsistentMigrationHistory as error:
            raise CommandError(OF_A_DRAFT.format(error=error)) from error
        if options.get("plan") or options.get("check_unapplied"):
            return
        connection = connections[options["database"]]
        if settings.RUNTIME_ROLE:
            grant_runtime_rights(connection, apps, settings.RUNTIME_ROLE)
        if KeyMark._meta.db_table in connection.introspection.table_names():
            if problems := key_problems():
                raise CommandError("\n".join(problems))
            mark_keys()
