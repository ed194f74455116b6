"""Posts of the demo's people, as they stand after an administrator proposed and a security officer confirmed them."""

import datetime

from django.utils import timezone

from jincheng_insurance.access.models import Grant, Insurer, Region, User
from jincheng_insurance.access.roles import Role

FIRST_DAY = datetime.date(2026, 1, 1)
KEEPERS = ("admin", "security")  # who gives and who confirms; their own posts were made on the console


def give_post(
    user: User,
    role: Role,
    *,
    region: Region | None = None,
    insurer: Insurer | None = None,
    starts_on: datetime.date = FIRST_DAY,
    ends_on: datetime.date | None = None,
) -> Grant:
    """Let a user hold a post, confirmed, without the steps that lead there."""
    facts = {
        "user": user,
        "role": role,
        "region": region,
        "insurer": insurer,
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    if user.username in KEEPERS:
        return Grant.objects.create(**facts, state=Grant.State.FOUNDING)
    giver, confirmer = (User.objects.get_or_create(username=name)[0] for name in KEEPERS)
    return Grant.objects.create(
        **facts,
        state=Grant.State.CONFIRMED,
        given_by=giver,
        decided_by=confirmer,
        decided_at=timezone.now(),
    )
