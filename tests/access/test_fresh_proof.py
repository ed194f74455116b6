"""Fresh proof: who pays, exports or looks at a number in full has given password or code a short while ago."""

import datetime
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jincheng_insurance.access.locks import name_mark
from jincheng_insurance.access.models import ApiToken, SecondFactor, User, UserSession
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.second_factors import code_at, step_now
from jincheng_insurance.audit.models import AuditRecord
from tests.access.sign_ins import FAST, sign_in, with_second_factor
from tests.world import PASSWORD, World, approved_claim, insure_household

REASON = {"reason": "核对身份证号码"}


@pytest.fixture
def officer(world: World, settings: Any) -> User:
    settings.PASSWORD_HASHERS = FAST
    officer = world.own[Role.COUNTY_OFFICER]
    officer.set_password(PASSWORD)
    officer.save()
    return officer


@pytest.fixture
def client(client: Client, officer: User) -> Client:
    client.force_login(officer)
    let_go_stale()
    return client


@pytest.fixture
def reveal(world: World) -> str:
    person = insure_household(world.own).persons.order_by("id")[0]
    return reverse("enrollment:reveal_identity", args=[person.pk])


def let_go_stale() -> None:
    UserSession.objects.update(proved_at=timezone.now() - datetime.timedelta(minutes=11))


def hidden(page: str) -> dict[str, str]:
    main = page.partition('<main id="main"')[2]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main)
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def test_a_stale_one_is_asked_for_and_what_was_posted_goes_on(client: Client, reveal: str) -> None:
    assert client.get(reveal).status_code == 200
    came_from = {"Referer": f"http://testserver{reveal}"}
    asked = client.post(reveal, REASON | {"csrfmiddlewaretoken": "x"}, headers=came_from)
    assert asked.status_code == 403
    assert not AuditRecord.objects.filter(act="reveal_number").exists()
    kept = hidden(asked.content.decode())
    assert kept == REASON
    assert "csrfmiddlewaretoken" not in dict(asked.context["kept"])
    assert f'href="{reveal}"' in asked.content.decode()
    wrong = client.post(reveal, kept | {"proof": "wrong"})
    assert (wrong.status_code, "密码不正确" in wrong.content.decode()) == (422, True)
    assert list(wrong.context["form"].errors) == ["proof"]
    assert hidden(wrong.content.decode()) == REASON
    shown = client.post(reveal, kept | {"proof": PASSWORD})
    assert shown.status_code == 200
    assert AuditRecord.objects.filter(act="reveal_number").count() == 1
    assert [AuditRecord.objects.filter(act=act).count() for act in ("proof_failed", "give_proof")] == [1, 1]
    assert client.post(reveal, REASON).status_code == 200


def test_whoever_has_a_second_factor_gives_a_code(client: Client, officer: User, reveal: str) -> None:
    secret, _codes = with_second_factor(officer)
    assert "动态验证码" in client.post(reveal, REASON).content.decode()
    assert client.post(reveal, REASON | {"proof": PASSWORD}).status_code == 422
    assert client.post(reveal, REASON | {"proof": code_at(secret, step_now())}).status_code == 200


def test_wrong_passwords_lock_here_as_at_the_sign_in(client: Client, reveal: str) -> None:
    for _time in range(5):
        client.post(reveal, REASON | {"proof": "wrong"})
    locked = client.post(reveal, REASON | {"proof": PASSWORD})
    assert (locked.status_code, "错误次数过多" in locked.content.decode()) == (422, True)
    assert not AuditRecord.objects.filter(act="reveal_number").exists()


def test_a_right_proof_forgets_what_failed_here_and_under_this_name_only(
    world: World, client: Client, officer: User, reveal: str
) -> None:
    other = world.own[Role.REVIEWER].username
    sign_in(Client(), officer.username, "wrong")
    sign_in(Client(), officer.username, "wrong", REMOTE_ADDR="10.1.1.1")
    sign_in(Client(), other, "wrong")
    client.post(reveal, REASON | {"proof": PASSWORD})
    left = set(AccessAttempt.objects.values_list("username", "ip_address"))
    assert left == {(name_mark(officer.username), "10.1.1.1"), (name_mark(other), "127.0.0.1")}
    proofs = AuditRecord.objects.filter(act__in=("proof_failed", "give_proof"))
    assert [(row.act, row.actor, row.object_id) for row in proofs] == [
        ("give_proof", officer, str(officer.pk))
    ]


def test_the_page_itself_leads_back(client: Client, reveal: str) -> None:
    page = reverse("access:proof")
    assert client.post(page, {"proof": "wrong", "next": reveal}).status_code == 422
    assert client.post(page, {"proof": PASSWORD, "next": reveal}).headers["Location"] == reveal
    assert client.post(reveal, REASON).status_code == 200


def test_a_fragment_sends_the_whole_page_to_the_question(client: Client, reveal: str) -> None:
    answer = client.post(
        reveal, REASON, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{reveal}"}
    )
    way = parse_qs(urlsplit(answer.headers["HX-Redirect"]).query)
    assert answer.headers["HX-Redirect"].startswith(reverse("access:proof") + "?")
    assert way == {"next": [reveal]}


def test_with_no_minutes_set_none_is_asked_for(client: Client, reveal: str, settings: Any) -> None:
    settings.FRESH_PROOF_MINUTES = 0
    assert client.post(reveal, REASON).status_code == 200


def test_a_payment_waits_for_it(world: World, client: Client) -> None:
    claim = approved_claim(world.own)
    client.force_login(world.own.payer)
    let_go_stale()
    data = {"paid_on": timezone.localdate().isoformat(), "reference": "B1"}
    pay = reverse("claims:pay", args=[claim.pk])
    assert client.post(pay, data).status_code == 403
    claim.refresh_from_db()
    assert claim.state == "approved"
    UserSession.objects.update(proved_at=timezone.now())
    client.post(pay, data)
    claim.refresh_from_db()
    assert claim.state != "approved"


def test_a_token_which_would_pay_without_one_is_made_only_with_one(world: World, client: Client) -> None:
    client.force_login(world.own[Role.REVIEWER])
    let_go_stale()
    asked = client.post(reverse("access:tokens"), {"name": "理赔系统", "days": "30"})
    assert (asked.status_code, ApiToken.objects.count()) == (403, 0)
    assert hidden(asked.content.decode()) == {"name": "理赔系统", "days": "30"}


def test_a_second_factor_is_reset_only_with_one(world: World, client: Client, officer: User) -> None:
    with_second_factor(officer)
    client.force_login(world.own[Role.SECURITY_OFFICER])
    let_go_stale()
    assert (
        client.post(
            reverse("access:reset_second_factor", args=[officer.pk]), {"reason": "手机丢失"}
        ).status_code
        == 403
    )
    assert SecondFactor.objects.filter(user=officer).exists()


def test_the_password_so_far_is_not_guessed_on_the_page_that_changes_it(client: Client) -> None:
    new = {"new": "Qinhe-River-2027", "again": "Qinhe-River-2027"}
    page = reverse("access:change_password")
    for _time in range(5):
        assert client.post(page, new | {"old": "wrong"}).status_code == 422
    locked = client.post(page, new | {"old": PASSWORD})
    assert (locked.status_code, "错误次数过多" in locked.content.decode()) == (422, True)
    assert AuditRecord.objects.filter(act="proof_failed").count() == 6
