"""The roster's way in from the shell: check a workbook, and apply it."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enrollment.models import RosterImport, RosterRow
from enrollment.roster.texts import text_of
from enrollment.services import roster
from enrollment.texts import failure_text
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role

COUNTS = (
    "accepted",
    "warned",
    "rejected",
    "households",
    "persons",
    "monitored_households",
    "monitored_persons",
)


class Command(BaseCommand):
    help = "Check a roster workbook; with --apply, write its valid rows to the roster. Exits 1 when it can't be read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--apply", action="store_true", help="apply what was accepted")
        parser.add_argument("--json", action="store_true", help="print counts and rows as JSON")
        parser.add_argument("--user", help="user name to act as; without it a city officer")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        actor = _actor(options["user"])
        try:
            uploaded = roster.upload_roster(data=data, file_name=path.name, actor=actor)
            roster.check_import(import_id=uploaded.pk)
            uploaded.refresh_from_db()
            _raise_if_failed(uploaded)
            if options["apply"]:
                roster.request_apply(roster_import=uploaded, actor=actor)
                roster.apply_import(import_id=uploaded.pk)
                uploaded.refresh_from_db()
                _raise_if_failed(uploaded)
            answer = _answer(uploaded)
            if not options["apply"]:
                roster.cancel_import(roster_import=uploaded, actor=actor)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self._print(answer, applied=options["apply"])

    def _print(self, answer: dict[str, Any], *, applied: bool) -> None:
        self.stdout.write("  ".join(f"{name} {answer[name]}" for name in COUNTS))
        for row in answer["rows"]:
            for problem in row["problems"]:
                where = f"{row['sheet']}!{problem['column']}{row['row']} {problem['title']}".rstrip()
                stands = f" [{problem['value']}]" if problem["value"] else ""
                self.stdout.write(f"{where}{stands} {problem['severity']}: {problem['message']}")
        self.stdout.write("applied" if applied else "checked only; --apply writes it")


def _actor(username: str | None) -> User:
    users = User.objects.filter(is_active=True)
    user = (
        users.filter(username=username).first()
        if username
        else users.filter(grants__role=Role.CITY_OFFICER).order_by("pk").first()
    )
    if user is None:
        raise CommandError(
            f"No active user {username!r}."
            if username
            else "There is no city officer to act as: name one by --user."
        )
    return user


def _raise_if_failed(uploaded: RosterImport) -> None:
    if uploaded.state in (RosterImport.State.FAILED, RosterImport.State.MAPPING) and uploaded.failure:
        raise CommandError(failure_text(uploaded.failure))


def _answer(uploaded: RosterImport) -> dict[str, Any]:
    """The counts, and every row with its verdict and problems; numbers in problems are masked already."""
    rows = (
        RosterRow.objects.filter(roster_import=uploaded)
        .order_by("id")
        .values("sheet", "row", "verdict", "problems")
    )
    return {name: getattr(uploaded, name) for name in COUNTS} | {
        "rows": [
            {
                "sheet": row["sheet"],
                "row": row["row"],
                "verdict": row["verdict"],
                "problems": [
                    {
                        "column": problem["column"],
                        "title": problem["title"],
                        "value": problem.get("value", ""),
                        "severity": problem["severity"],
                        "code": problem["code"],
                        "message": text_of(problem["code"], problem["params"]),
                    }
                    for problem in row["problems"]
                ],
            }
            for row in rows.iterator()
        ]
    }
