"""`rotate_keys`: seals everything anew with the current key, or with `--index` makes every index anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from jincheng_insurance.access.key_marks import key_problems, mark_keys
from jincheng_insurance.access.key_rotation import Rotation, rotate_index_key, rotate_seal_keys
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.sealing import key_ring

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Seal every personal number and kept file with the newest key of SEAL_KEYS. May be cut short and run again. "
        "With --index: make every search index anew under INDEX_KEY, from FORMER_INDEX_KEY, while nothing else runs. "
        "docs/deploy.md tells the whole way."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--index", action="store_true", help="change the index key instead of the seal key"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["index"]:
                self._say_done(rotate_index_key(say=self._say), "made anew")
                return
            if problems := key_problems():
                raise CommandError("\n".join(problems))
            mark_keys()
            rotation = rotate_seal_keys(say=self._say)
            self._say_done(rotation, f"sealed with key {key_ring().current}")
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except DatabaseError as error:
            raise CommandError(
                f"The database refused: {str(error).splitlines()[0]}\nOWNER_DATABASE_URL must name the tables' owner,"
                " and `manage.py migrate` must be up to date. What is done stays done; run it again."
            ) from error
        for key_id in rotation.retired:
            self.stdout.write(
                f"Nothing is sealed with key {key_id} any more: take it out of SEAL_KEYS. Keep a copy for as long as"
                " backups from before today are kept."
            )

    def _say(self, line: str) -> None:
        self.stdout.write(line)

    def _say_done(self, rotation: Rotation, what: str) -> None:
        self.stdout.write(f"{rotation.values} values and {rotation.files} files {what}.")
        if rotation.closed:
            shown = "\n".join(f"  {place}" for place in rotation.closed[:SHOWN])
            more = f"\n  and {len(rotation.closed) - SHOWN} more" if len(rotation.closed) > SHOWN else ""
            raise CommandError(
                f"{len(rotation.closed)} don't open, and stay as they are: moved, damaged, or their key is gone.\n"
                f"{shown}{more}"
            )
        if rotation.left:
            raise CommandError(
                f"{rotation.left} are sealed with a former key again: a process still runs with the former SEAL_KEYS."
                " Start it anew, then run this once more."
            )
