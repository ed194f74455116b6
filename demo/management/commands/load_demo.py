"""Loads the demo, once, and lists its sign-ins."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.sign_ins import PASSWORD, SIGN_INS
from demo.story import tell


class Command(BaseCommand):
    help = "Load synthetic demo data; does nothing when it is there already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--persons", type=int, default=3000)
        parser.add_argument("--sign-ins", action="store_true", help="only list who can sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ENVIRONMENT == "production":
            raise CommandError("The demo has a known password and is never loaded in production.")
        if options["sign_ins"]:
            for sign_in in SIGN_INS:
                where = sign_in.unit
                self.stdout.write(
                    f"  {sign_in.username:<18} {sign_in.role.value:<16} {sign_in.name}  {where}"
                )
            self.stdout.write(f"  password for all: {PASSWORD}")
            return
        tell(persons=options["persons"], say=lambda line: self.stdout.write(f"  {line}"))
