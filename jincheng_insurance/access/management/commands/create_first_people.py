"""`create_first_people`: the first administrator and security officer of a new system."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jincheng_insurance.access.people import make_first_people
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role


class Command(BaseCommand):
    help = (
        "Make the first administrator and the first security officer, and print their temporary passwords once. "
        "Refused where both posts are held; makes one where only the other is."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--administrator", required=True, metavar="USERNAME")
        parser.add_argument("--security-officer", required=True, metavar="USERNAME")

    def handle(self, *args: Any, **options: Any) -> None:
        usernames = {
            Role.ADMINISTRATOR: options["administrator"],
            Role.SECURITY_OFFICER: options["security_officer"],
        }
        try:
            made = make_first_people(usernames=usernames)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for issued in made:
            self.stdout.write(f"{issued.person.display_name} {issued.person.username}: {issued.password}")
