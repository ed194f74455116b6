"""What a token may be, and what is noted of it and of signing in."""

import datetime
import hashlib
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from demo.posts import give_post
from jincheng_insurance.access.models import ApiToken, User
from jincheng_insurance.access.people import issue_password
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.reveals import Number, record_reveal, reveals_left
from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.access.sealing import digest_of
from jincheng_insurance.access.services import note_failed_sign_in, note_sign_in
from jincheng_insurance.access.tokens import (
    insurers_of,
    make_token,
    revoke_somebodys_token,
    revoke_token,
    token_in_force,
    tokens_of,
)
from jincheng_insurance.audit.models import AuditRecord
from tests.world import World, make_user

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 25, 9, 0, tzinfo=timezone.get_default_timezone())
DAY = datetime.timedelta(days=1)


@pytest.fixture
def adjuster(world: World) -> User:
    return world.own[Role.ADJUSTER]


def set_now(monkeypatch: pytest.MonkeyPatch, now: datetime.datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def last_record() -> AuditRecord:
    record = AuditRecord.objects.order_by("pk").last()
    assert record is not None
    return record


def said_of(record: AuditRecord) -> tuple[Any, ...]:
    return record.act, record.actor, record.object_type, record.object_id, record.facts


def test_a_token_is_kept_by_its_digest_and_recognised_by_its_beginning(
    adjuster: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_now(monkeypatch, NOW)
    made = make_token(actor=adjuster, name="  理赔系统 ", days=30, insurer=world.own.insurer)
    token = ApiToken.objects.get()
    assert made.token == token
    assert made.secret.startswith("jpi_")
    assert len(made.secret) == 47
    assert (token.name, token.user, token.insurer) == ("理赔系统", adjuster, world.own.insurer)
    assert (token.prefix, bytes(token.digest)) == (
        made.secret[:10],
        hashlib.sha256(made.secret.encode()).digest(),
    )
    assert (token.created_at, token.expires_at) == (NOW, NOW + 30 * DAY)
    assert (token.last_used_at, token.revoked_at) == (None, None)
    facts = {"token": "理赔系统", "reach": "all", "valid_until": "2026-12-25"}
    assert said_of(last_record()) == ("make_token", adjuster, "access.apitoken", str(token.pk), facts)
    assert make_token(actor=adjuster, name="x", days=1).secret != made.secret


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": "  "}, "name"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
        ({"insurer": "foreign"}, "insurer"),
    ],
)
def test_a_token_that_may_not_be_is_refused_beside_its_field(
    adjuster: User, world: World, facts: dict[str, Any], field: str
) -> None:
    if "insurer" in facts:
        facts = {"insurer": world.foreign.insurer}
    with pytest.raises(Refused) as refused:
        make_token(actor=adjuster, **{"name": "x", "days": 1} | facts)
    assert refused.value.field == field
    assert not ApiToken.objects.exists()


def test_a_token_lives_a_day_at_least_and_a_year_at_most(adjuster: User) -> None:
    for days in (1, 365):
        token = make_token(actor=adjuster, name="x", days=days).token
        assert token.expires_at - token.created_at == days * DAY


def test_only_who_may_use_the_api_makes_a_token(world: World) -> None:
    with pytest.raises(PermissionDenied):
        make_token(actor=world.own[Role.COUNTY_OFFICER], name="x", days=1)


def test_ten_tokens_in_force_are_enough_and_ended_ones_do_not_count(
    adjuster: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_token(actor=world.own[Role.REVIEWER], name="somebody else's", days=1)
    made = [make_token(actor=adjuster, name="x", days=2 + number) for number in range(10)]
    with pytest.raises(Refused) as refused:
        make_token(actor=adjuster, name="x", days=1)
    assert refused.value.field is None
    revoke_token(token=made[9].token, actor=adjuster)
    make_token(actor=adjuster, name="x", days=30)
    set_now(monkeypatch, made[0].token.expires_at)
    make_token(actor=adjuster, name="x", days=1)
    assert tokens_of(adjuster).count() == 12
    assert ApiToken.objects.count() == 13


def test_a_token_is_revoked_by_its_user_alone_and_only_once(
    adjuster: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_now(monkeypatch, NOW)
    token = make_token(actor=adjuster, name="理赔系统", days=1).token
    revoke_token(token=token, actor=world.own[Role.REVIEWER])
    token.refresh_from_db()
    assert token.in_force
    revoke_token(token=token, actor=adjuster)
    token.refresh_from_db()
    assert (token.in_force, token.revoked_at) == (False, NOW)
    facts = {"token": "理赔系统"}
    assert said_of(last_record()) == ("revoke_token", adjuster, "access.apitoken", str(token.pk), facts)
    set_now(monkeypatch, NOW + DAY)
    revoke_token(token=token, actor=adjuster)
    token.refresh_from_db()
    assert token.revoked_at == NOW
    assert AuditRecord.objects.filter(act="revoke_token").count() == 1


def test_a_token_is_found_until_it_ends_or_its_user_does(
    adjuster: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_now(monkeypatch, NOW)
    made = make_token(actor=adjuster, name="x", days=1)
    assert token_in_force(made.secret) == made.token
    assert token_in_force(made.secret[:-1]) is None
    set_now(monkeypatch, NOW + DAY)
    assert token_in_force(made.secret) is None
    made.token.expires_at = NOW + DAY
    assert not made.token.in_force
    set_now(monkeypatch, NOW)
    assert made.token.in_force
    User.objects.filter(pk=adjuster.pk).update(is_active=False)
    assert token_in_force(made.secret) is None


def test_its_use_is_noted_once_a_minute(adjuster: User, monkeypatch: pytest.MonkeyPatch) -> None:
    set_now(monkeypatch, NOW)
    made, other = (make_token(actor=adjuster, name=name, days=1) for name in "ab")
    for seconds, noted in ((0, 0), (59, 0), (60, 0), (61, 61), (62, 61)):
        set_now(monkeypatch, NOW + datetime.timedelta(seconds=seconds))
        token_in_force(made.secret)
        made.token.refresh_from_db()
        assert made.token.last_used_at == NOW + datetime.timedelta(seconds=noted)
    other.token.refresh_from_db()
    assert other.token.last_used_at is None


def test_its_user_then_holds_their_posts_at_insurers_only(adjuster: User, world: World) -> None:
    give_post(adjuster, Role.REVIEWER, insurer=world.foreign.insurer)
    give_post(adjuster, Role.CITY_FINANCE)
    user = User.objects.get(pk=adjuster.pk)
    assert set(insurers_of(user)) == {world.own.insurer, world.foreign.insurer}
    wide = make_token(actor=user, name="wide", days=1)
    narrow = make_token(actor=user, name="narrow", days=1, insurer=world.foreign.insurer)
    for made, roles in ((wide, {Role.ADJUSTER, Role.REVIEWER}), (narrow, {Role.REVIEWER})):
        token = token_in_force(made.secret)
        assert token is not None
        assert token.user.roles == roles
        assert not token.user.can(Act.VIEW_AUDIT)


def test_a_secret_that_no_encoding_holds_is_nobody_s() -> None:
    assert token_in_force("jpi_\udc80") is None
    assert digest_of("jpi_\udc80") == digest_of("jpi_?")


def test_signing_in_is_noted_on_whoever_did(adjuster: User) -> None:
    who = ("access.user", str(adjuster.pk), {})
    note_sign_in(actor=adjuster)
    assert said_of(last_record()) == ("sign_in", adjuster, *who)
    note_failed_sign_in(username=adjuster.username)
    assert said_of(last_record()) == ("sign_in_failed", None, *who)
    for unknown in ("Taihang-2026", f"{adjuster.username}\0", ""):
        note_failed_sign_in(username=unknown)
        assert said_of(last_record()) == ("sign_in_failed", None, "", "", {})


class TestReveals:
    def reveal(self, world: World, actor: User, reason: str = "核对证件", **place: Any) -> datetime.datetime:
        return record_reveal(
            on=world.own.insurer,
            place=place.get("place", world.own.agreement),
            number=Number.ACCOUNT,
            reason=reason,
            actor=actor,
        )

    def test_a_look_is_on_record_with_its_county_and_ends_after_a_minute(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        set_now(monkeypatch, NOW)
        officer = world.own[Role.COUNTY_OFFICER]
        assert self.reveal(world, officer, "  核对证件 ") == NOW + datetime.timedelta(seconds=60)
        record = last_record()
        on = ("access.insurer", str(world.own.insurer.pk))
        assert said_of(record) == ("reveal_number", officer, *on, {"revealed": "account_number"})
        assert (record.reason, record.county) == ("核对证件", world.own.county)

    def test_a_reason_has_four_characters_at_least(self, world: World) -> None:
        with pytest.raises(Refused) as refused:
            self.reveal(world, world.own[Role.COUNTY_OFFICER], " 核对一 ")
        assert refused.value.field == "reason"
        assert not AuditRecord.objects.exists()

    def test_only_looks_of_today_count_and_only_ones_own(
        self, world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.REVEALS_A_DAY = 2
        officer, adjuster = world.own[Role.COUNTY_OFFICER], world.own[Role.ADJUSTER]
        midnight = NOW.replace(hour=0)
        at = AuditRecord._meta.get_field("at")
        monkeypatch.setattr(at, "_get_default", lambda: timezone.now())  # noqa: PLW0108 (set again below)
        set_now(monkeypatch, midnight)
        self.reveal(world, officer)
        note_sign_in(actor=officer)
        assert (reveals_left(officer), reveals_left(adjuster)) == (1, 2)
        set_now(monkeypatch, midnight + datetime.timedelta(hours=23, minutes=59, seconds=59))
        self.reveal(world, officer)
        assert reveals_left(officer) == 0
        with pytest.raises(Refused, match="2") as refused:
            self.reveal(world, officer)
        assert (refused.value.rule, refused.value.field) == ("R25", None)
        settings.REVEALS_A_DAY = 1
        assert reveals_left(officer) == 0
        set_now(monkeypatch, midnight + DAY)
        assert reveals_left(officer) == 1

    def test_who_may_not_look_there_is_not_let_to_and_leaves_no_record(self, world: World) -> None:
        for actor in (world.foreign[Role.COUNTY_OFFICER], world.own[Role.AUDITOR]):
            with pytest.raises(PermissionDenied):
                self.reveal(world, actor)
        with pytest.raises(PermissionDenied):
            self.reveal(world, world.own[Role.COUNTY_OFFICER], place=world.foreign.agreement)
        assert not AuditRecord.objects.exists()


def test_a_password_given_anew_ends_the_tokens(adjuster: User, world: World) -> None:
    made = make_token(actor=adjuster, name="理赔系统", days=30)
    issue_password(person=adjuster, actor=world.own[Role.ADMINISTRATOR])
    assert token_in_force(made.secret) is None
    revoked = AuditRecord.objects.get(act="revoke_token")
    assert (revoked.actor, revoked.facts) == (world.own[Role.ADMINISTRATOR], {"token": "理赔系统"})


def test_the_security_officer_alone_revokes_somebodys_token_and_says_why(
    adjuster: User, world: World
) -> None:
    token, other = (make_token(actor=adjuster, name=name, days=1).token for name in ("理赔系统", "报表"))
    officer = make_user("aqy", Role.SECURITY_OFFICER)
    for actor in (world.own[Role.ADMINISTRATOR], world.own[Role.AUDITOR], adjuster):
        with pytest.raises(PermissionDenied):
            revoke_somebodys_token(token=token, reason="外泄", actor=actor)
    with pytest.raises(Refused):
        revoke_somebodys_token(token=token, reason=" ", actor=officer)
    client = Client()
    client.force_login(officer)
    page = reverse("access:person", args=[adjuster.pk])
    address = reverse("access:revoke_somebodys_token", args=[token.pk])
    assert address in client.get(page).content.decode()
    assert client.post(address, {"reason": "密钥外泄"}).url == page
    token.refresh_from_db()
    other.refresh_from_db()
    assert (token.in_force, other.in_force) == (False, True)
    said = last_record()
    assert (said.act, said.actor, said.reason, said.object_id) == (
        "revoke_token",
        officer,
        "密钥外泄",
        str(token.pk),
    )
    assert address not in client.get(page).content.decode()
    client.post(address, {"reason": "又一次"})
    assert AuditRecord.objects.filter(act="revoke_token").count() == 1


@pytest.mark.parametrize("reach", ApiToken.Reach)
def test_a_token_does_no_more_than_it_was_made_for(world: World, reach: ApiToken.Reach) -> None:
    user = world.own.payer
    give_post(user, Role.ADJUSTER, insurer=world.own.insurer)
    held = token_in_force(make_token(actor=user, name="x", days=1, reach=reach).secret)
    assert held is not None
    acts = (Act.VIEW_CLAIM, Act.HANDLE_CLAIM, Act.APPROVE_CLAIM, Act.RECORD_PAYMENT, Act.REVEAL_NUMBER)
    allowed = {"read": 1, "handle": 2, "all": 5}[reach]
    assert [held.user.can(act, on=world.own.agreement) for act in acts] == [at < allowed for at in range(5)]
    assert [bool(held.user.grants_for(act)) for act in acts] == [at < allowed for at in range(5)]


def test_a_token_of_the_page_neither_decides_nor_pays_unless_that_is_chosen(adjuster: User) -> None:
    client = Client()
    client.force_login(adjuster)
    for chosen in ({}, {"kind": "read"}, {"kind": "all"}):
        client.post("/api-tokens/", {"name": "x", "days": "30", **chosen})
    assert list(ApiToken.objects.order_by("pk").values_list("reach", flat=True)) == ["handle", "read", "all"]
