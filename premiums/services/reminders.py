"""Reminding each side, once a month, of the premium it owes (R16)."""

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from enrollment.models import Agreement
from enrollment.services.enrolment import locked_agreement
from jincheng_insurance.access.models import Grant, User
from jincheng_insurance.access.roles import ACTS_OF, Role
from jincheng_insurance.audit.services import record
from jincheng_insurance.web.formats import yuan
from premiums.models import ACT_OF_SIDE, Reminder, Side
from premiums.selectors.fund import accounts


@transaction.atomic(durable=True)
def remind_of_arrears(*, agreement_id: int, today: datetime.date | None = None) -> list[Reminder]:
    """Make this month's reminder for each side of an agreement that owes premium due before this month; returns those
    made now. Running it again in the month makes none. E-mail goes to those who pay for that side, after commit."""
    today = today or timezone.localdate()
    month = today.replace(day=1)
    agreement = locked_agreement(Agreement.objects.get(pk=agreement_id))
    reminded = set(Reminder.objects.filter(agreement=agreement, month=month).values_list("side", flat=True))
    made = []
    for account in accounts(agreement):
        since = account.unpaid_since
        if account.side in reminded or since is None or since >= month:
            continue
        reminder = Reminder.objects.create(
            agreement=agreement,
            policy_year_id=agreement.policy_year_id,
            county_id=agreement.county_id,
            side=account.side,
            month=month,
            arrears=account.arrears,
            unpaid_since=since,
        )
        record(
            "remind_of_arrears",
            actor=None,
            on=reminder,
            facts={"side": reminder.side, "arrears": reminder.arrears},
        )
        made.append(reminder)
    if made:
        transaction.on_commit(lambda: _send(made), robust=True)
    return made


def payers(agreement: Agreement, side: Side) -> list[User]:
    """Who allocates and pays for a side of an agreement, by the grants in force today."""
    act = ACT_OF_SIDE[side]
    roles = [role for role in Role if act in ACTS_OF[role]]
    grants = Grant.objects.in_force(timezone.localdate()).filter(role__in=roles, user__is_active=True)
    return [
        grant.user
        for grant in grants.select_related("user", "region")
        if grant.covers(agreement.county_id, agreement.insurer_id)
    ]


def _send(reminders: Iterable[Reminder]) -> None:
    for reminder in reminders:
        addresses = [user.email for user in payers(reminder.agreement, Side(reminder.side)) if user.email]
        if not addresses:
            continue
        with override(settings.LANGUAGE_CODE):
            facts = {
                "county": reminder.county.name,
                "agreement": reminder.agreement.number,
                "side": Side(reminder.side).label,
                "arrears": yuan(reminder.arrears),
                "since": reminder.unpaid_since.isoformat(),
            }
            send_mail(
                _("Premium in arrears: %(county)s, %(agreement)s") % facts,
                _(
                    "%(side)s: %(arrears)s yuan of premium under agreement %(agreement)s (%(county)s) are unpaid, the "
                    "oldest of it since %(since)s."
                )
                % facts,
                None,
                addresses,
            )
