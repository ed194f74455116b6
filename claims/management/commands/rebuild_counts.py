"""`manage.py rebuild_counts`: prove that the counts of claims and households are right; write them anew where not."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from claims.services.counts import rebuild_counts as rebuild_claims
from enrollment.services.counts import rebuild_counts as rebuild_households


class Command(BaseCommand):
    help = "Count claims and insured households; where the kept counts differ, write them anew."

    def handle(self, *args: Any, **options: Any) -> None:
        owner = "owner" if "owner" in settings.DATABASES else "default"
        wrong = rebuild_claims(database=owner) + rebuild_households(database=owner)
        if wrong:
            self.stdout.write(f"{wrong} counts were wrong; all were written anew.")
        else:
            self.stdout.write("Every count is right; nothing was changed.")
