"""`manage.py messages`: compile the Chinese catalogue; with --update gather message ids; with --check judge it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jincheng_insurance.web import catalogue


class Command(BaseCommand):
    help = "Compile the Chinese message catalogue; --update gathers message ids first, --check only judges."
    requires_system_checks: list[str] = []  # works without a database, in an image build too

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_mutually_exclusive_group()
        acts.add_argument("--update", action="store_true", help="gather message ids, keep their translations")
        acts.add_argument("--check", action="store_true", help="fail on missing, fuzzy or obsolete messages")

    def handle(self, *args: Any, update: bool, check: bool, **options: Any) -> None:
        path = catalogue.po_file(settings.BASE_DIR)
        if check:
            self._check()
            return
        if update:
            gathered = catalogue.gather(settings.BASE_DIR)
            catalogue.write(catalogue.merge(gathered, catalogue.read(path)), path)
        compiled = catalogue.compile_catalogue(path)
        self.stdout.write(f"Compiled {compiled.relative_to(settings.BASE_DIR)}.")

    def _check(self) -> None:
        translated = catalogue.read(catalogue.po_file(settings.BASE_DIR))
        found = catalogue.findings(catalogue.gather(settings.BASE_DIR), translated)
        for finding in found:
            self.stderr.write(str(finding))
        if found:
            raise CommandError(f"{len(found)} messages to put right in locale/{catalogue.LOCALE}.")
        self.stdout.write("Every message is translated.")
