"""`manage.py rebuild_loss_days`: prove that the daily sums are the loss ledger's; write them anew where they aren't."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from claims.services.loss_days import rebuild_loss_days


class Command(BaseCommand):
    help = "Compare the loss ledger's sums by day with the ledger; where they differ, write them anew."

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = rebuild_loss_days(database="owner" if "owner" in settings.DATABASES else "default")
        if wrong:
            self.stdout.write(f"{wrong} sums differed from the ledger; all were written anew.")
        else:
            self.stdout.write("Every sum agrees with the ledger; nothing was changed.")
