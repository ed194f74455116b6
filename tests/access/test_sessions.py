"""Sessions: one at a time, ended by hand, by idleness and by age, and by what happens to their user."""

import datetime

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from jincheng_insurance.access.models import User, UserSession
from jincheng_insurance.access.passwords import temporary_password
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sessions import end_sessions_of
from jincheng_insurance.access.tasks import sweep
from jincheng_insurance.audit.models import AuditRecord
from tests.access.sign_ins import session_of, signed_in
from tests.world import World, make_user, move_post

ACCOUNT = "access:account"


@pytest.fixture
def user(db: None) -> User:
    return make_user("clerk")


@pytest.fixture
def client(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def move(user: User, **past: datetime.timedelta) -> None:
    UserSession.objects.filter(user=user, ended_at=None).update(
        **{name: timezone.now() - ago for name, ago in past.items()}
    )


def minutes(number: int) -> datetime.timedelta:
    return datetime.timedelta(minutes=number)


def told(client: Client) -> str:
    """Where the next request leads and what it says there."""
    answer = client.get(reverse(ACCOUNT))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{reverse('access:login')}?next=%2Faccount%2F&why=")
    return client.get(answer.headers["Location"]).content.decode()


def test_signing_in_elsewhere_ends_the_session_here_and_says_so(client: Client, user: User) -> None:
    other = Client()
    other.force_login(user)
    page = told(client)
    assert "您的账号在别处登录" in page
    assert "尚未保存的内容须重新填写" in page
    assert signed_in(other)
    assert [session.ended_by for session in UserSession.objects.filter(user=user)] == ["", "elsewhere"]
    assert AuditRecord.objects.get(act="end_session").facts["why"] == "elsewhere"


def test_after_half_an_hour_without_an_act_it_ends(client: Client, user: User) -> None:
    move(user, seen_at=minutes(29))
    assert signed_in(client)
    assert timezone.now() - session_of(user).seen_at < minutes(1)
    move(user, seen_at=minutes(31))
    assert "长时间未操作" in told(client)
    record = AuditRecord.objects.get(act="end_session")
    assert (record.facts["why"], record.actor_id) == ("idle", None)


def test_what_a_page_asks_for_by_itself_keeps_no_session_alive(client: Client, user: User) -> None:
    move(user, seen_at=minutes(20))
    assert client.get(reverse(ACCOUNT), headers={"X-By-Itself": "1"}).status_code == 200
    assert timezone.now() - session_of(user).seen_at >= minutes(20)


def test_after_twelve_hours_it_ends_however_busy(client: Client, user: User) -> None:
    move(user, started_at=datetime.timedelta(hours=12, seconds=-30))
    assert signed_in(client)
    move(user, started_at=datetime.timedelta(hours=12, seconds=1))
    assert "登录时间已达上限" in told(client)


def test_a_fragment_that_comes_too_late_sends_the_whole_page_to_sign_in(client: Client, user: User) -> None:
    move(user, seen_at=minutes(31))
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/roster/?page=2"}
    answer = client.get(reverse(ACCOUNT), headers=headers)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"{reverse('access:login')}?next=%2Froster%2F%3Fpage%3D2&why=idle"


def test_a_form_that_comes_too_late_is_not_acted_upon(client: Client, user: User) -> None:
    move(user, seen_at=minutes(31))
    answer = client.post(reverse("access:begin_second_factor"))
    assert answer.headers["Location"] == f"{reverse('access:login')}?why=idle"
    assert not AuditRecord.objects.filter(act="begin_second_factor").exists()


def test_ones_sessions_are_listed_and_ended(client: Client, user: User) -> None:
    page = client.get(reverse(ACCOUNT)).content.decode()
    assert "当前会话" in page
    foreign = Client()
    foreign.force_login(make_user("other"))
    end = reverse("access:end_session", args=[session_of(user).pk])
    assert foreign.post(end).status_code == 404
    assert signed_in(client)
    client.post(end)
    assert "会话已结束" in told(client)


def test_a_security_officer_ends_anybodys_and_nobody_else_does(client: Client, user: User) -> None:
    with pytest.raises(PermissionDenied):
        end_sessions_of(user=user, actor=make_user("admin", Role.ADMINISTRATOR))
    assert end_sessions_of(user=user, actor=make_user("officer", Role.SECURITY_OFFICER)) == 1
    assert "会话已结束" in told(client)


def test_signing_out_ends_it(client: Client, user: User) -> None:
    client.post(reverse("access:logout"))
    assert UserSession.objects.get(user=user).ended_by == "signed_out"
    assert not signed_in(client)


def test_whoever_is_disabled_is_out_with_the_next_request(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert "您的账号已停用" in told(client)
    assert UserSession.objects.get(user=user).ended_by == "disabled"


def test_a_password_given_anew_ends_the_session(client: Client, user: User) -> None:
    with transaction.atomic():
        temporary_password(user)
    assert "您的密码已重新设置" in told(client)


def test_a_password_set_past_the_product_ends_it_too(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(password="argon2$another")
    assert "您的密码已重新设置" in told(client)


def test_whoever_is_moved_sees_the_new_place_with_the_next_request(world: World) -> None:
    officer, client = world.own[Role.COUNTY_OFFICER], Client()
    client.force_login(officer)
    page = reverse("premiums:ledger", args=[world.own.agreement.pk])
    assert client.get(page).status_code == 200
    move_post(officer, world.foreign.county)
    assert client.get(page).status_code == 404


def test_a_cookie_without_a_session_of_ours_is_none(client: Client, user: User) -> None:
    UserSession.objects.update(key_digest=b"another")
    assert "会话已结束" in told(client)


def test_the_database_keeps_to_one_open_session_a_user(client: Client, user: User) -> None:
    with pytest.raises(IntegrityError, match="user_session_one_at_a_time"), transaction.atomic():
        UserSession.objects.create(user=user, key_digest=b"x")


def test_nothing_is_kept_of_a_cookie_whose_time_has_run_out(client: Client, user: User) -> None:
    sweep()
    assert signed_in(client)
    Session.objects.update(expire_date=timezone.now())
    sweep()
    assert not Session.objects.exists()
    assert UserSession.objects.filter(user=user).exists()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge"),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15", "Safari"),
        ("curl/8.7.1", "curl"),
        ("", ""),
    ],
)
def test_a_browser_is_named_by_what_it_says_first(agent: str, name: str) -> None:
    with override("en"):
        assert UserSession(agent=agent).browser == name
