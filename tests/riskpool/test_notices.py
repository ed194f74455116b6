"""Notices: who is told, read once, mailed even when no message came through (R21, R22)."""

import datetime

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.services.decision import return_claim
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Role
from riskpool.models import Alert, Duty, Notice
from riskpool.selectors.inbox import notices, unread, unread_count
from riskpool.services.notices import mark_all_read, mark_read, send_notices
from riskpool.tasks import sweep, sweep_duties
from tests.broker import broker_down
from tests.riskpool.test_duties import alerted
from tests.world import World, insure_person, reported_claim, submitted_claim


def give_addresses() -> None:
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(email=f"u{user.pk}@example.cn")


def test_those_concerned_are_told_and_nobody_else(world: World) -> None:
    alerted(world.own, reserve="104.01")
    told = {role: unread_count(person) for role, person in world.own.people.items() if unread_count(person)}
    assert told == {
        Role.CITY_OFFICER: 1,
        Role.CITY_FINANCE: 1,
        Role.COUNTY_OFFICER: 1,
        Role.COUNTY_FINANCE: 1,
        Role.ADJUSTER: 2,
        Role.REVIEWER: 2,
    }
    for role in (Role.COUNTY_OFFICER, Role.ADJUSTER):
        assert unread_count(world.foreign[role]) == 0


def test_reading_marks_ones_own_notices_only(world: World) -> None:
    alerted(world.own, reserve="104.01")
    officer, adjuster = world.own[Role.COUNTY_OFFICER], world.own[Role.ADJUSTER]
    mark_read(notice=notices(adjuster).first(), actor=officer)
    assert unread_count(adjuster) == 2
    mark_read(notice=notices(adjuster).first(), actor=adjuster)
    assert unread_count(adjuster) == 1
    assert mark_all_read(actor=adjuster) == 1
    assert (unread_count(adjuster), unread_count(officer)) == (0, 1)


def test_a_claim_sent_back_is_told_to_its_adjuster_once(world: World) -> None:
    claim = submitted_claim(world.own)
    return_claim(claim=claim, reason="补发票", actor=world.own[Role.REVIEWER])
    sweep_duties()
    sweep_duties()
    notice = Notice.objects.get(kind=Notice.Kind.CLAIM_RETURNED)
    assert (notice.user, notice.facts) == (world.own[Role.ADJUSTER], {"number": claim.number})


def test_mails_go_out_once_and_failed_ones_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alerted(world.own, reserve="104.01")
    give_addresses()
    send = EmailMessage.send

    def unreachable(self: EmailMessage, fail_silently: bool = False) -> int:
        raise OSError

    monkeypatch.setattr(EmailMessage, "send", unreachable)
    assert send_notices() == 0
    assert set(Notice.objects.values_list("mailed_at", "mail_tries")) == {(None, 1)}
    monkeypatch.setattr(EmailMessage, "send", send)
    assert send_notices() == 10
    assert send_notices() == 0
    assert len(mail.outbox) == 10
    first = mail.outbox[0]
    assert world.own.county.name in first.subject
    assert "http://localhost:8000/" in first.body


def test_with_the_broker_down_nothing_is_lost_and_the_sweeps_find_all(live_world: World) -> None:
    give_addresses()
    with broker_down():
        alerted(live_world.own)
        claim = submitted_claim(live_world.foreign)
        return_claim(claim=claim, reason="补发票", actor=live_world.foreign[Role.REVIEWER])
    assert mail.outbox == []
    sweep_duties()
    assert len(mail.outbox) == Notice.objects.count() > 0
    assert Notice.objects.filter(mailed_at=None).count() == 0


def test_an_emptied_broker_delays_alerts_and_their_duties_until_the_sweep(live_world: World) -> None:
    from premiums.services.statements import issue_statement

    own = live_world.own
    with broker_down():
        person = insure_person(own)
        issue_statement(agreement=own.agreement, actor=own[Role.COUNTY_OFFICER])
        reported_claim(own, person, reserve="156.01")
    assert not Alert.objects.exists()
    sweep()
    sweep()
    assert Alert.objects.count() == Duty.objects.count() == 3


def test_the_menu_counts_what_is_unread_and_a_notice_leads_to_its_page(world: World, client: Client) -> None:
    duty = alerted(world.own, reserve="104.01")["special_report"]
    client.force_login(world.own[Role.ADJUSTER])
    page = client.get(_address("inbox"))
    assert page.status_code == 200
    assert world.own.county.name in page.content.decode()
    notice = notices(world.own[Role.ADJUSTER]).get(kind=Notice.Kind.DUTY_OWED)
    answer = client.post(_address("open_notice", notice.pk))
    assert answer.url == _address("duty", duty.pk)
    notice.refresh_from_db()
    assert notice.read_at is not None


def _address(name: str, *args: int) -> str:
    from django.urls import reverse

    return reverse(f"riskpool:{name}", args=args)


def test_the_newest_notice_stands_first_whatever_was_stored_last(world: World, client: Client) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    moment = timezone.now()
    made = {}
    for number, days in enumerate((3, 1, 2)):
        notice = Notice.objects.create(
            user=actor,
            agreement=world.own.agreement,
            county=world.own.county,
            kind=Notice.Kind.ALERT_FIRED,
            about=Notice.About.ALERT,
            about_id=number,
            facts={"level": 80, "county": "x"},
        )
        made[days] = notice.pk
        Notice.objects.filter(pk=notice.pk).update(made_at=moment - datetime.timedelta(days=days))
    newest_first = [made[1], made[2], made[3]]
    assert [notice.pk for notice in unread(actor)] == newest_first
    client.force_login(actor)
    assert [row.pk for row, *_ in client.get(reverse("riskpool:inbox")).context["rows"]] == newest_first
    work = client.get(reverse("access:home")).content.decode()
    places = [work.index(reverse("riskpool:open_notice", args=[pk])) for pk in newest_first]
    assert places == sorted(places)
