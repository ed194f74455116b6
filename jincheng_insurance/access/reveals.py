"""Looks at numbers in full (R25): each has a reason, is on record before the number is shown, and counts against the
day of whoever looks. And how fast people may be looked up by number."""

import datetime

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.audit.services import record

REVEAL = "reveal_number"
LOOK_UPS = ("find_person", "find_household")
LOOK_UPS_A_MINUTE = 60
SHOWN_SECONDS = 60
SHORTEST_REASON = 4


class Number(models.TextChoices):
    """What is looked at."""

    IDENTITY = "id_number", _("Identity number")
    TELEPHONE = "telephone", _("Telephone")
    ACCOUNT = "account_number", _("Account number")


def reveals_left(actor: User) -> int:
    """How many numbers the actor may still look at today."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    looked = AuditRecord.objects.filter(act=REVEAL, actor=actor, at__gte=today).count()
    return max(0, settings.REVEALS_A_DAY - looked)


@transaction.atomic(durable=True)
def record_reveal(
    *, on: models.Model, place: models.Model, number: Number, reason: str, actor: User
) -> datetime.datetime:
    """Put a look on record, in a transaction of its own, so that it stands whatever becomes of the answer; until when
    the number may be shown. `place` is the row whose county and insurer say whether the actor may look. Refused without
    a reason, and when the actor's looks of the day are used up: two at once can't both be the last."""
    require(actor, Act.REVEAL_NUMBER, place)
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Refused(_("Say what you need the number for, so that others understand it."), field="reason")
    User.objects.select_for_update().get(pk=actor.pk)
    if not reveals_left(actor):
        raise Refused(
            _("You have looked at %(most)s numbers in full today, as many as one person may in a day."),
            rule="R25",
            most=settings.REVEALS_A_DAY,
        )
    county_id = getattr(place, "county_id", None)
    record(REVEAL, actor=actor, on=on, county_id=county_id, facts={"revealed": number.value}, reason=reason)
    return timezone.now() + datetime.timedelta(seconds=SHOWN_SECONDS)


def check_look_ups(actor: User) -> None:
    """Refused to whoever looks people up by number faster than anybody types: numbers are tried out so (R25)."""
    since = timezone.now() - datetime.timedelta(minutes=1)
    if AuditRecord.objects.filter(act__in=LOOK_UPS, actor=actor, at__gt=since).count() >= LOOK_UPS_A_MINUTE:
        raise Refused(
            _("You have looked up %(most)s persons within a minute. Wait a minute."),
            rule="R25",
            most=LOOK_UPS_A_MINUTE,
        )
