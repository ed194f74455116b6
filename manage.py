#!/usr/bin/env python
"""Django's commands. While `make demo` runs in this folder they talk to its database with no variable set."""

import os
import sys
from pathlib import Path

HOW_TO_START = """There is no database to talk to.
Start the demo with `make demo` in another terminal and try again, or set DATABASE_URL (and REDIS_URL) to a server of
your own."""


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jincheng_insurance.settings")
    given = {"ENVIRONMENT", "DATABASE_URL", "DATABASE_URL_FILE"} & os.environ.keys()
    if not given and not (Path(__file__).resolve().parent / ".demo" / "env").exists():
        os.environ["ENVIRONMENT"] = "build"
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
        return 1
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None):  # a server answered, so it is about the statement
            raise
        advice = "The database that DATABASE_URL names can't be reached." if given else HOW_TO_START
        print(f"{advice}\n({str(error).strip().splitlines()[0]})", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
