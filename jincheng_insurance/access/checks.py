"""Django's checks of the keys against the database: `manage.py check --database default`."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import Error, Tags, register
from django.db import DatabaseError, connection

from jincheng_insurance.access.key_marks import KeyMark, key_problems


@register(Tags.database)
def check_keys(app_configs: Any, databases: Sequence[str] | None = None, **options: Any) -> list[Error]:
    """An error for each key that is missing or mistaken; none before the tables exist."""
    if "default" not in (databases or ()):
        return []
    try:
        if KeyMark._meta.db_table not in connection.introspection.table_names():
            return []
        return [Error(problem, id="access.E001") for problem in key_problems()]
    except DatabaseError as error:
        return [
            Error(f"The database can't be asked about the keys: {type(error).__name__}.", id="access.E002")
        ]
