"""`manage.py verify_audit`: recomputes the chain of seals and says where it doesn't hold."""

import json
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jincheng_insurance.audit.models import AuditSeal
from jincheng_insurance.audit.verifying import breaks

MOST_NAMED = 20


class Command(BaseCommand):
    """Exits with 1 where something was altered, removed, inserted or reordered. Reads only."""

    help = "Recompute the chain of seals; name the first places where it doesn't hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="answer as JSON")
        parser.add_argument(
            "--anchors",
            default=settings.AUDIT_ANCHORS,
            metavar="FILE",
            help="seals' marks kept outside the database: lines that end in `seal NUMBER MARK`",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = list(islice(breaks(options["anchors"]), MOST_NAMED))
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['anchors']} can't be read as seals' marks: {error}") from error
        seals = AuditSeal.objects.count()
        if options["json"]:
            answer = {"holds": not found, "seals": seals, "breaks": [one.as_dict() for one in found]}
            self.stdout.write(json.dumps(answer))
        else:
            for one in found:
                self.stdout.write(str(one))
        if found:
            raise CommandError(f"The chain of {seals} seals does not hold: {found[0]}.")
        if not options["json"]:
            self.stdout.write(f"The chain of {seals} seals holds.")
