"""`manage.py settle YEAR`: drafts the settlement of a policy year as the nightly run does, and prints it by line."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enrollment.models import PolicyYear
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.scheme.terms import FIRST_YEAR, LAST_YEAR
from riskpool.models import SettlementDraft, SettlementLine
from riskpool.services.settlement import draft_settlement

FIGURES = (
    ("net premium", "net_premium", "R19"),
    ("claims paid", "paid", "R19"),
    ("open reserves", "reserves", "R19"),
    ("carry-forward, city", "carry_city", "R23"),
    ("carry-forward, county", "carry_county", "R23"),
    ("excess, city", "excess_city", "R23"),
    ("excess, county", "excess_county", "R23"),
    ("refund, city", "refund_city", "R24"),
    ("refund, county", "refund_county", "R24"),
)


class Command(BaseCommand):
    """Confirms nothing: that takes two persons, on the page. Run twice it changes nothing."""

    help = "Draft the settlement of a policy year and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, help="the policy year")
        parser.add_argument("--json", action="store_true", help="print the draft's whole content as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        year = options["year"]
        if not PolicyYear.objects.filter(pk=year).exists():
            raise CommandError(
                f"{year} is no policy year of the scheme, which runs from {FIRST_YEAR} to {LAST_YEAR}."
            )
        try:
            draft = draft_settlement(policy_year_id=year)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(
                json.dumps(draft.content | {"digest": draft.digest}, ensure_ascii=False, indent=2)
            )
        else:
            self._print(draft)

    def _print(self, draft: SettlementDraft) -> None:
        self.stdout.write(
            f"Settlement {draft.policy_year_id}, version {draft.version}, draft {draft.serial}, as of {draft.as_of}"
        )
        for line in draft.lines.select_related("agreement__county", "agreement__insurer"):
            self._print_line(line)
        self.stdout.write(f"SHA-256 {draft.digest}")

    def _print_line(self, line: SettlementLine) -> None:
        self.stdout.write(f"\n{line.agreement}  {line.county}  {line.agreement.insurer}")
        for label, name, rule in FIGURES:
            amount = getattr(line, name)
            if amount or rule == "R19":
                self.stdout.write(f"  {label:<24}{rule:<5}{amount:>18,.2f}")
        for ledger, rows in line.sources.items():
            self.stdout.write(
                f"  {ledger} ledger: {rows['rows']} rows, up to number {rows['largest'] or '-'},"
                f" of {rows['last_on'] or '-'}"
            )
