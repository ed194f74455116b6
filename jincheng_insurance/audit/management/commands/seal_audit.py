"""`manage.py seal_audit`: seals what was added since the last seal, as every five minutes."""

from typing import Any

from django.core.management.base import BaseCommand

from jincheng_insurance.audit.chain import seal_records


class Command(BaseCommand):
    help = "Seal the records, ledgers and histories that were added since the last seal."

    def handle(self, *args: Any, **options: Any) -> None:
        seals = 0
        while (seal := seal_records()) is not None:
            seals += 1
            self.stdout.write(f"seal {seal.number} {bytes(seal.mac).hex()}")
        if not seals:
            self.stdout.write("Nothing was added since the last seal.")
