"""Writes synthetic roster workbooks of any size, one per county."""

from itertools import groupby
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from demo.people import make_households
from demo.workbooks import write_one_sheet, write_two_sheets

WRITERS = {"one-sheet": write_one_sheet, "two-sheets": write_two_sheets}


class Command(BaseCommand):
    help = "Write synthetic roster workbooks, one per county (or one for the whole city)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--persons", type=int, required=True, help="how many persons in all, at least")
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--county", action="append", help="6-digit code; may be given several times")
        parser.add_argument("--after", type=int, default=0, help="household codes begin after this number")
        parser.add_argument("--style", choices=(*WRITERS, "both"), default="one-sheet")
        parser.add_argument("--one-file", action="store_true", help="the whole city in one workbook")
        parser.add_argument("--out", type=Path, required=True, help="folder to write into")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["out"]
        folder.mkdir(parents=True, exist_ok=True)
        made = make_households(
            persons=options["persons"],
            seed=options["seed"],
            counties=options["county"],
            after=options["after"],
        )
        if options["one_file"]:
            groups = [("140500", list(made))]
        else:
            in_order = sorted(made, key=lambda household: household.county_code)
            groups = [(code, list(part)) for code, part in groupby(in_order, lambda each: each.county_code)]
        styles = list(WRITERS) if options["style"] == "both" else [options["style"]]
        for code, households in groups:
            for style in styles:
                written = WRITERS[style](folder / f"roster-{code}-{style}.xlsx", households)
                self.stdout.write(
                    f"{written.path.name}: {written.households} households, {written.persons} persons,"
                    f" of them monitored {written.monitored_households} and {written.monitored_persons}"
                )
