"""`manage.py work_case FILE…`: runs worked cases, printing every stage with its rule, expected beside
computed."""

import unicodedata
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jincheng_insurance.scheme.worked_case import CaseError, CaseLine, CaseResult, load_case, run_case

WIDTHS = (44, 6, 18, 18)


class Command(BaseCommand):
    """Needs no database and no running server. Exits with 1 where a figure differs or a file can't be run."""

    help = "Run worked cases of the scheme and compare each figure with the one expected."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a worked case, as in docs/cases")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = [file for file in options["files"] if not self._run(Path(file))]
        if failed:
            raise CommandError(
                f"{len(failed)} of {len(options['files'])} cases are not right: {', '.join(failed)}"
            )

    def _run(self, file: Path) -> bool:
        try:
            result = run_case(load_case(file.read_text(encoding="utf-8")))
        except OSError as error:
            self.stderr.write(f"{file}: can't be read: {error.strerror}")
        except UnicodeDecodeError:
            self.stderr.write(f"{file}: can't be read: it is not UTF-8 text")
        except CaseError as error:
            self.stderr.write(f"{file}: {error}")
        else:
            self._print(file, result)
            return result.ok
        return False

    def _print(self, file: Path, result: CaseResult) -> None:
        self.stdout.write(f"{result.title}  [{' '.join(result.rules)}]  {file}")
        self.stdout.write(_row("", "rule", "expected", "computed"))
        for line in result.lines:
            self._print_line(line)
        self.stdout.write("" if result.ok else "  a figure differs\n")

    def _print_line(self, line: CaseLine) -> None:
        for stage in line.stages:
            inputs = ", ".join(f"{name} {value}" for name, value in stage.inputs)
            label = f"  {stage.code}" + (f" ({inputs})" if inputs else "")
            self.stdout.write(_row(label, stage.rule, "", str(stage.amount)))
        mark = "" if line.expected is None else ("  ok" if line.ok else "  DIFFERS")
        if line.expected is None and not line.ok:
            mark = "  NOT EXPECTED"
        self.stdout.write(_row(line.label, line.rule, line.expected or "", line.computed) + mark)


def _row(label: str, rule: str, expected: str, computed: str) -> str:
    cells = (
        _padded(label, WIDTHS[0]),
        rule.ljust(WIDTHS[1]),
        expected.rjust(WIDTHS[2]),
        computed.rjust(WIDTHS[3]),
    )
    return "  " + " ".join(cells)


def _padded(text: str, width: int) -> str:
    """Filled up to a width on a terminal, where a Chinese character takes two places."""
    places = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * (width - places)
