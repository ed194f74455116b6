"""The second factor: set up by a code, asked for when signing in, each code once, and recovery codes."""

import base64
import datetime
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jincheng_insurance.access.apps import AccessConfig
from jincheng_insurance.access.models import RecoveryCode, SecondFactor, User, UserSession
from jincheng_insurance.access.qr import qr_code
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.second_factors import (
    begin_second_factor,
    check_code,
    code_at,
    confirm_second_factor,
    pending_secret,
    remove_second_factor,
    renew_recovery_codes,
    required_of,
    reset_second_factor,
    setup_address,
    step_now,
)
from jincheng_insurance.audit.models import AuditRecord
from tests.access.sign_ins import FAST, sign_in, signed_in, with_second_factor
from tests.clock import Clock
from tests.world import PASSWORD, World, make_user

STEP, PAGE = "access:second_step", "access:second_factor"


@pytest.fixture
def user(db: None, settings: Any) -> User:
    settings.PASSWORD_HASHERS = FAST
    user = make_user("clerk")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"),
     (2000000000, "279037"), (20000000000, "353130")],
)  # fmt: skip
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B: SHA-1, the last six of its eight digits."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert code_at(secret, seconds // 30) == code


def test_it_is_set_up_by_a_code_and_the_recovery_codes_are_shown_once(client: Client, user: User) -> None:
    client.force_login(user)
    client.post(reverse("access:begin_second_factor"))
    secret = pending_secret(user)
    assert secret is not None
    page = client.get(reverse(PAGE)).content.decode()
    assert " ".join(secret[at : at + 4] for at in range(0, 32, 4)) in page
    assert '<svg class="qr"' in page
    assert secret.encode() not in bytes(SecondFactor.objects.get().secret_sealed)
    wrong = client.post(reverse(PAGE), {"code": "000000"})
    assert wrong.status_code == 422
    assert SecondFactor.objects.get().confirmed_at is None
    shown = client.post(reverse(PAGE), {"code": code_at(secret, step_now())}).content.decode()
    assert shown.count("<li>") >= 10
    assert RecoveryCode.objects.count() == 10
    again = client.get(reverse(PAGE)).content.decode()
    assert secret[:4] not in again
    assert 'class="codes' not in again
    assert set(AuditRecord.objects.values_list("act", flat=True)) >= {
        "begin_second_factor",
        "confirm_second_factor",
    }


def test_the_picture_holds_the_whole_address() -> None:
    short, long = qr_code("otpauth://totp/x?secret=A"), qr_code("otpauth://totp/x?secret=" + "A" * 200)
    assert short.size < long.size
    assert short.path.startswith("M4 4h1v1h-1z")  # the corner mark, behind a border of four


def test_signing_in_then_takes_a_code(client: Client, user: User) -> None:
    secret, _codes = with_second_factor(user)
    first = sign_in(client, "clerk", data={"next": "/account/"})
    assert first.headers["Location"] == f"{reverse(STEP)}?next=%2Faccount%2F"
    assert not signed_in(client)
    assert client.post(reverse(STEP), {"code": "123"}).status_code == 422
    done = client.post(reverse(STEP), {"code": code_at(secret, step_now()), "next": "/account/"})
    assert done.headers["Location"] == "/account/"
    assert signed_in(client)
    assert AuditRecord.objects.filter(act="sign_in").count() == 1


def test_a_code_without_the_password_before_it_opens_nothing(client: Client, user: User) -> None:
    secret, _codes = with_second_factor(user)
    answer = client.post(reverse(STEP), {"code": code_at(secret, step_now())})
    assert answer.headers["Location"] == reverse("access:login")
    assert not signed_in(client)


def test_half_a_sign_in_is_good_for_five_minutes(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, _codes = with_second_factor(user)
    sign_in(client, "clerk")
    session = client.session
    session["halfway"] |= {"at": session["halfway"]["at"] - 301}
    session.save()
    answer = client.post(reverse(STEP), {"code": code_at(secret, step_now())})
    assert answer.headers["Location"] == reverse("access:login")


def test_no_code_is_taken_twice_nor_one_before_it(user: User) -> None:
    secret, _codes = with_second_factor(user)
    now = step_now()
    check_code(user=user, code=f" {code_at(secret, now)[:3]} {code_at(secret, now)[3:]} ")
    for step in (now - 1, now):
        with pytest.raises(Refused):
            check_code(user=user, code=code_at(secret, step))


def test_a_clock_may_be_half_a_minute_off_and_no_more(user: User) -> None:
    secret, _codes = with_second_factor(user)
    with pytest.raises(Refused):
        check_code(user=user, code=code_at(secret, step_now() + 3))
    check_code(user=user, code=code_at(secret, step_now() + 1))


def test_a_recovery_code_stands_in_once(client: Client, user: User) -> None:
    _secret, codes = with_second_factor(user)
    assert len(set(codes)) == 10
    sign_in(client, "clerk")
    assert client.post(reverse(STEP), {"code": codes[3].lower()}).status_code == 302
    assert signed_in(client)
    with pytest.raises(Refused):
        check_code(user=user, code=codes[3])
    assert AuditRecord.objects.get(act="use_recovery_code").facts == {"left": 9}


def test_after_five_wrong_codes_even_the_right_one_waits(user: User) -> None:
    secret, codes = with_second_factor(user)
    for _time in range(5):
        with pytest.raises(Refused):
            check_code(user=user, code="000000")
    for right in (code_at(secret, step_now()), codes[0]):
        with pytest.raises(Refused, match="错误次数过多"):
            check_code(user=user, code=right)
    past = timezone.now() - datetime.timedelta(minutes=31)
    SecondFactor.objects.update(failed_at=past)
    check_code(user=user, code=code_at(secret, step_now()))


def wrong_codes(user: User, times: int) -> SecondFactor:
    for _time in range(times):
        with pytest.raises(Refused) as refused:
            check_code(user=user, code="000000")
        assert refused.value.field == "code"
    return SecondFactor.objects.get(user=user)


def test_wrong_codes_are_counted_one_by_one_and_forgotten_with_a_right_one(user: User) -> None:
    secret, codes = with_second_factor(user)
    with_second_factor(make_user("other"))
    assert wrong_codes(user, 4).failures == 4
    check_code(user=user, code=code_at(secret, step_now()))
    assert wrong_codes(user, 3).failures == 3
    check_code(user=user, code=codes[0])
    factor = SecondFactor.objects.get(user=user)
    assert (factor.failures, factor.failed_at) == (0, None)
    assert SecondFactor.objects.get(user__username="other").failures == 0


def test_each_ones_setting_up_is_their_own(user: User) -> None:
    other = make_user("other")
    begin_second_factor(actor=other)
    assert pending_secret(user) is None
    with pytest.raises(Refused):
        confirm_second_factor(actor=user, code="000000")
    begin_second_factor(actor=user)
    secret = pending_secret(user)
    assert secret is not None
    assert (len(base64.b32decode(secret)), secret == pending_secret(other)) == (20, False)
    with pytest.raises(Refused):
        confirm_second_factor(actor=user, code="000000")
    assert SecondFactor.objects.get(user=user).failures == 1
    begin_second_factor(actor=user)
    assert SecondFactor.objects.get(user=user).failures == 0
    again = pending_secret(user)
    assert again is not None
    confirm_second_factor(actor=user, code=code_at(again, step_now()))
    for act in (lambda: begin_second_factor(actor=user), lambda: confirm_second_factor(actor=user, code="0")):
        with pytest.raises(Refused):
            act()
    assert pending_secret(user) is None
    assert SecondFactor.objects.get(user=other).confirmed_at is None


def test_who_typed_too_many_is_told_until_when(user: User, clock: Clock, settings: Any) -> None:
    settings.LOCK_MINUTES = 30
    secret, _codes = with_second_factor(user)
    wrong_codes(user, 5)
    clock.moment += datetime.timedelta(minutes=29, seconds=59)
    with pytest.raises(Refused) as refused:
        check_code(user=user, code=code_at(secret, step_now()))
    assert (refused.value.field, refused.value.params) == ("code", {"time": "10:30"})
    clock.moment += datetime.timedelta(seconds=1)
    check_code(user=user, code=code_at(secret, step_now()))


def test_wrong_codes_far_apart_lock_nobody(user: User, clock: Clock, settings: Any) -> None:
    settings.LOCK_MINUTES = 15
    with_second_factor(user)
    assert wrong_codes(user, 4).failures == 4
    clock.moment += datetime.timedelta(minutes=15)
    assert wrong_codes(user, 1).failures == 5
    clock.moment += datetime.timedelta(minutes=15, seconds=1)
    assert wrong_codes(user, 4).failures == 4


def test_the_app_shows_whose_account_it_is_and_of_what(user: User) -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    address = unquote(setup_address(user, secret))
    assert address.startswith("otpauth://totp/晋城市防贫综合保险:clerk?")
    assert "issuer=晋城市防贫综合保险" in address
    assert f"secret={secret}" in address


def test_who_has_none_gets_no_recovery_codes_not_even_of_another(user: User) -> None:
    with_second_factor(make_user("other"))
    with pytest.raises(Refused):
        renew_recovery_codes(actor=user)
    begin_second_factor(actor=user)
    with pytest.raises(Refused):
        renew_recovery_codes(actor=user)


def test_new_recovery_codes_void_the_former_ones(client: Client, user: User) -> None:
    _secret, codes = with_second_factor(user)
    client.force_login(user)
    assert client.post(reverse("access:recovery_codes")).status_code == 200
    with pytest.raises(Refused):
        check_code(user=user, code=codes[0])


def test_whose_post_wants_one_gets_no_further_without(client: Client, world: World, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = frozenset({"reviewer", "exporters"})
    reviewer, adjuster = world.own[Role.REVIEWER], world.own[Role.ADJUSTER]
    assert required_of(world.own[Role.COUNTY_OFFICER])
    assert not required_of(adjuster)
    client.force_login(adjuster)
    assert signed_in(client)
    client.force_login(reviewer)
    assert client.get(reverse("claims:list")).headers["Location"] == reverse(PAGE)
    assert client.get(reverse(PAGE)).status_code == 200
    with_second_factor(reviewer)
    assert client.get(reverse("claims:list")).status_code == 200
    with pytest.raises(Refused):
        remove_second_factor(actor=reviewer)
    remove_second_factor(actor=adjuster)


def test_a_role_that_does_not_exist_is_said_at_the_start(settings: Any) -> None:
    import jincheng_insurance.access as package

    settings.SECOND_FACTOR_ROLES = frozenset({"reviewers"})
    with pytest.raises(ImproperlyConfigured, match="SECOND_FACTOR_ROLES names reviewers"):
        AccessConfig("jincheng_insurance.access", package).ready()


def test_a_lost_one_is_reset_by_a_security_officer_who_is_somebody_else(client: Client, user: User) -> None:
    with_second_factor(user)
    officer = make_user("officer", Role.SECURITY_OFFICER)
    with_second_factor(officer)
    client.force_login(user)
    with pytest.raises(PermissionDenied):
        reset_second_factor(person=user, reason="手机丢失", actor=make_user("auditor", Role.AUDITOR))
    with pytest.raises(Refused):
        reset_second_factor(person=officer, reason="手机丢失", actor=officer)
    with pytest.raises(Refused, match="原因"):
        reset_second_factor(person=user, reason=" ", actor=officer)
    reset_second_factor(person=user, reason="手机丢失", actor=officer)
    assert AuditRecord.objects.get(act="reset_second_factor").reason == "手机丢失"
    assert not UserSession.objects.filter(user=user, ended_at=None).exists()
    assert sign_in(client, "clerk").headers["Location"] == "/"
