"""What `migrate` says of a database that it can't bring up to date."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connections


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_database_of_a_draft_is_refused_and_the_way_out_is_said() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE (app, name) = ('audit', '0002_guards')")
    with pytest.raises(
        CommandError, match=r"applied before its dependency audit\.0002_guards.*\n.*\n.*demo-reset"
    ):
        call_command("migrate")
