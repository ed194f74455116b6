"""Signing in: locks after failures, what the gate lets pass, and passwords that must be changed."""

import datetime
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jincheng_insurance.access.gate import safe_next
from jincheng_insurance.access.locks import locked_until, unlock
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from tests.access.sign_ins import FAST, session_of, sign_in, signed_in
from tests.world import PASSWORD, make_user

NEW = "Qinhe-River-2027"


@pytest.fixture
def user(db: None, settings: Any) -> User:
    settings.PASSWORD_HASHERS = FAST
    user = make_user("clerk")
    user.set_password(PASSWORD)
    user.save()
    return user


def fail(client: Client, name: str, times: int, **more: Any) -> None:
    for _time in range(times):
        assert sign_in(client, name, "wrong-Password-1", **more).status_code in {422, 429}


def age_failures(minutes: int) -> None:
    past = timezone.now() - datetime.timedelta(minutes=minutes)
    AccessAttempt.objects.update(attempt_time=past)


# Locks


@pytest.mark.parametrize("name", ["clerk", "nobody-of-that-name"])
def test_after_five_failures_a_name_is_locked_whether_or_not_there_is_one(
    client: Client, user: User, name: str
) -> None:
    fail(client, name, 4)
    assert sign_in(client, name, "wrong-Password-1").status_code == 429
    page = sign_in(client, name, PASSWORD)
    assert page.status_code == 429
    opens = timezone.localtime(timezone.now() + datetime.timedelta(minutes=30))
    times = {f"{opens - datetime.timedelta(minutes=late):%H:%M}" for late in (0, 1)}
    assert any(f"已锁定，{time}自动解锁" in page.content.decode() for time in times)
    assert AuditRecord.objects.filter(act="sign_in_failed").count() == 4
    assert AuditRecord.objects.filter(act="sign_in_locked").count() == 2


def test_a_lock_holds_for_one_address_and_opens_by_itself(client: Client, user: User) -> None:
    fail(client, "clerk", 5)
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9"), "clerk").status_code == 302
    assert locked_until(user) is not None
    age_failures(29)
    assert sign_in(client, "clerk").status_code == 429
    age_failures(31)
    assert locked_until(user) is None
    assert sign_in(client, "clerk").status_code == 302


def test_four_failures_and_a_success_begin_the_count_anew(client: Client, user: User) -> None:
    for _round in range(2):
        fail(client, "clerk", 4)
        assert sign_in(client, "clerk").status_code == 302
        client.post(reverse("access:logout"))


def test_another_browser_at_the_same_address_counts_on(user: User) -> None:
    for number in range(5):
        fail(Client(HTTP_USER_AGENT=f"browser {number}"), "clerk", 1)
    assert sign_in(Client(), "clerk").status_code == 429


def test_a_made_up_address_does_not_escape_the_lock(client: Client, user: User, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(5):
        fail(client, "clerk", 1, HTTP_X_FORWARDED_FOR=f"10.1.1.{number}, 10.9.9.9")
    assert sign_in(client, "clerk", HTTP_X_FORWARDED_FOR="10.1.1.7, 10.9.9.9").status_code == 429
    assert sign_in(client, "clerk", HTTP_X_FORWARDED_FOR="10.9.9.9, 10.1.1.7").status_code == 302


def test_a_name_tried_from_ever_new_addresses_is_locked_everywhere(user: User) -> None:
    for number in range(12):
        fail(Client(REMOTE_ADDR=f"10.0.1.{number}"), "clerk", 4)
    assert sign_in(Client(REMOTE_ADDR="10.0.2.1"), "clerk").status_code == 302
    for number in range(13):
        fail(Client(REMOTE_ADDR=f"10.0.1.{number}"), "clerk", 4)
    assert sign_in(Client(REMOTE_ADDR="10.0.2.1"), "clerk").status_code == 429
    assert locked_until(user) is not None


def test_an_address_that_tries_ever_new_names_is_locked_for_all(user: User) -> None:
    for number in range(25):
        fail(Client(), f"name-{number}", 4)
    assert sign_in(Client(), "clerk").status_code == 429
    assert sign_in(Client(REMOTE_ADDR="10.0.2.1"), "clerk").status_code == 302


def test_a_security_officer_opens_a_lock_and_nobody_else(client: Client, user: User) -> None:
    fail(client, "clerk", 5)
    with pytest.raises(PermissionDenied):
        unlock(user=user, actor=make_user("admin", Role.ADMINISTRATOR))
    unlock(user=user, actor=make_user("officer", Role.SECURITY_OFFICER))
    assert sign_in(client, "clerk").status_code == 302
    assert AuditRecord.objects.get(act="unlock_sign_in").object_id == str(user.pk)


def test_an_unknown_name_and_a_disabled_one_are_answered_as_a_wrong_password(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And take as long: a password is hashed once each time."""
    gone = make_user("gone")
    User.objects.filter(pk=gone.pk).update(is_active=False, password=user.password)
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    pages = []
    for name, password in (("clerk", "wrong-Password-1"), ("no-such", PASSWORD), ("gone", PASSWORD)):
        answer = sign_in(client, name, password)
        pages.append((answer.status_code, answer.content.decode().replace(f'value="{name}"', "")))
        assert len(hashed) == len(pages), name
    assert "用户名或密码错误" in pages[0][1]
    assert {(status, body.partition("<main")[2].partition("csrf")[0]) for status, body in pages} == {
        (422, pages[0][1].partition("<main")[2].partition("csrf")[0])
    }


def test_what_was_typed_as_a_name_is_kept_nowhere(client: Client, user: User) -> None:
    fail(client, "My-Secret-Password-1", 1)
    kept = str(AccessAttempt.objects.values().get()) + str(AuditRecord.objects.values().get())
    assert "My-Secret" not in kept
    assert "wrong-Password" not in kept


# The password that must be changed


def test_until_a_given_password_is_changed_every_page_leads_there(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    change = reverse("access:change_password")
    sign_in(client, "clerk")
    for address in ("access:home", "access:account", "access:second_factor"):
        assert client.get(reverse(address)).headers["Location"] == change
    begun = client.post(reverse("access:begin_second_factor"))
    assert begun.headers["Location"] == change
    assert not hasattr(User.objects.get(pk=user.pk), "second_factor")
    data = {"old": PASSWORD, "new": NEW, "again": NEW}
    assert client.post(change, data | {"again": "x"}).status_code == 422
    assert client.post(change, data).headers["Location"] == reverse("access:account")
    assert signed_in(client)
    assert sign_in(Client(), "clerk", NEW).status_code == 302


def test_a_changed_password_ends_no_session_of_ones_own_and_refusals_stand_at_their_field(
    client: Client, user: User
) -> None:
    sign_in(client, "clerk")
    change = reverse("access:change_password")
    wrong = client.post(change, {"old": "wrong", "new": NEW, "again": NEW})
    assert (wrong.status_code, "密码不正确" in wrong.content.decode()) == (422, True)
    weak = client.post(change, {"old": PASSWORD, "new": "short", "again": "short"})
    assert "10" in weak.context["form"].errors["new"][0]
    before = session_of(user)
    client.post(change, {"old": PASSWORD, "new": NEW, "again": NEW})
    assert signed_in(client)
    assert session_of(user).pk == before.pk


@pytest.mark.parametrize(
    ("days", "forced", "warned"), [(79, False, False), (81, False, True), (91, True, False)]
)
def test_a_password_grows_old_and_that_is_said_ten_days_before(
    client: Client, user: User, settings: Any, days: int, forced: bool, warned: bool
) -> None:
    settings.PASSWORD_DAYS = 90
    User.objects.filter(pk=user.pk).update(password_set_at=timezone.now() - datetime.timedelta(days=days))
    sign_in(client, "clerk")
    page = client.get(reverse("access:account"))
    assert (page.status_code == 302) == forced
    assert ("天后到期" in page.content.decode()) == warned


def test_after_signing_in_only_an_address_of_ours_is_gone_to(client: Client, user: User) -> None:
    assert sign_in(client, "clerk", data={"next": "https://evil.example/"}).headers["Location"] == "/"
    answer = client.post(reverse("access:proof"), {"proof": PASSWORD, "next": "//evil.example/"})
    assert answer.headers["Location"] == reverse("access:account")


@pytest.mark.parametrize("target", ["//evil.example/", "http://testserver//evil.example", "nowhere", ""])
def test_only_a_path_of_ours_is_gone_back_to(target: str) -> None:
    assert safe_next(target) == ""
    assert safe_next("/claims/?page=2") == "/claims/?page=2"
