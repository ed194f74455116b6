"""Notices: telling people, keeping their inbox, and handing the e-mails over (R21, R22)."""

import logging
import smtplib
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import override

from claims.models import ClaimEvent
from enrollment.models import Agreement
from jincheng_insurance.access.models import Grant, User
from jincheng_insurance.access.roles import Role
from jincheng_insurance.web.background import enqueue
from riskpool.models import MOST_TRIES, Alert, Duty, Notice, Suspension
from riskpool.notice_texts import notice_address, notice_text, notice_title

log = logging.getLogger(__name__)

Kind, About = Notice.Kind, Notice.About
ALERTED = frozenset(
    {
        Role.CITY_OFFICER,
        Role.CITY_FINANCE,
        Role.COUNTY_OFFICER,
        Role.COUNTY_FINANCE,
        Role.ADJUSTER,
        Role.REVIEWER,
    }
)
AT_ONCE = 100
CLAIMS_LOOKED_BACK = 500


def people_in(roles: Iterable[Role], agreement: Agreement) -> list[User]:
    """Who holds one of `roles` today where the agreement lies: in its county, at its insurer, or for the city."""
    grants = (
        Grant.objects.in_force(timezone.localdate())
        .filter(role__in=list(roles), user__is_active=True)
        .select_related("user")
        .order_by("user_id")
    )
    reached = {grant.user_id: grant.user for grant in grants if _reaches(grant, agreement)}
    return list(reached.values())


def _reaches(grant: Grant, agreement: Agreement) -> bool:
    return grant.covers(agreement.county_id, agreement.insurer_id)


def tell(
    people: Iterable[User],
    kind: Notice.Kind,
    about: Alert | Duty | Suspension,
    *,
    turn: int = 0,
    facts: dict[str, str | int] | None = None,
) -> None:
    """Put a notice into the inbox of each of `people`, within the transaction of what it tells of; who has it already
    isn't told twice. The e-mails go out after commit, or with the next sweep."""
    what = {Alert: About.ALERT, Duty: About.DUTY, Suspension: About.SUSPENSION}[type(about)]
    _put(people, kind, what, about.pk, about.agreement, turn=turn, facts=facts or {})


def _put(
    people: Iterable[User],
    kind: str,
    about: str,
    about_id: int,
    agreement: Agreement,
    *,
    turn: int,
    facts: dict[str, str | int],
) -> None:
    rows = [
        Notice(
            user=person,
            agreement=agreement,
            county_id=agreement.county_id,
            kind=kind,
            about=about,
            about_id=about_id,
            turn=turn,
            facts=facts,
        )
        for person in people
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        enqueue("riskpool.send_notices")


@transaction.atomic(durable=True)
def tell_of_returned_claims() -> None:
    """Tell adjusters of claims sent back to them that they haven't been told of; looks at the claims' timelines, so it
    may run twice or late."""
    told = Notice.objects.filter(kind=Kind.CLAIM_RETURNED).values("turn")
    events = (
        ClaimEvent.objects.filter(step="return")
        .exclude(pk__in=told)
        .select_related("claim__agreement", "claim__submitted_by", "claim__reported_by")
        .order_by("-id")[:CLAIMS_LOOKED_BACK]
    )
    for event in events:
        claim = event.claim
        _put(
            [claim.submitted_by or claim.reported_by],
            Kind.CLAIM_RETURNED,
            About.CLAIM,
            claim.pk,
            claim.agreement,
            turn=event.pk,
            facts={"number": claim.number},
        )


@transaction.atomic(durable=True)
def mark_read(*, notice: Notice, actor: User) -> None:
    """Mark one notice of the actor's own as read; once is enough."""
    Notice.objects.filter(pk=notice.pk, user=actor, read_at=None).update(read_at=timezone.now())


@transaction.atomic(durable=True)
def mark_all_read(*, actor: User) -> int:
    """Mark all of the actor's notices as read; returns how many were unread."""
    return Notice.objects.filter(user=actor, read_at=None).update(read_at=timezone.now())


def send_notices() -> int:
    """Hand over the e-mails that haven't been, a hundred at a time; returns how many were. Each is tried at most eight
    times. Two workers at once take different ones; one that dies between handing over and noting it sends that e-mail
    a second time, never not at all."""
    sent = 0
    while settings.MAIL_ON and (handed := _send_some()):
        sent += handed
    return sent


@transaction.atomic(durable=True)
def _send_some() -> int:
    """Notices of people without an address stay where they are: should they get one, only what is unread is sent."""
    waiting = list(
        Notice.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(mailed_at=None, mail_tries__lt=MOST_TRIES, read_at=None, user__is_active=True)
        .exclude(user__email="")
        .select_related("user", "agreement__county", "agreement__insurer")
        .order_by("mail_tries", "id")[:AT_ONCE]
    )
    handed = [notice.pk for notice in waiting if _mail(notice)]
    failed = [notice.pk for notice in waiting if notice.pk not in handed]
    Notice.objects.filter(pk__in=handed).update(mailed_at=timezone.now())
    Notice.objects.filter(pk__in=failed).update(mail_tries=F("mail_tries") + 1)
    return len(handed)


def _mail(notice: Notice) -> bool:
    """Whether one e-mail could be handed over."""
    with override("zh-hans"):
        message = EmailMessage(
            notice_title(notice),
            f"{notice_text(notice)}\n\n{settings.SITE_URL}{notice_address(notice)}\n",
            settings.DEFAULT_FROM_EMAIL,
            [notice.user.email],
        )
    try:
        return bool(message.send())
    except (smtplib.SMTPException, OSError, ValueError) as error:
        log.warning("notice %s not mailed (%s); the sweep tries again", notice.pk, type(error).__name__)
        return False
