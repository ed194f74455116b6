"""Tokens: whoever holds one reaches what its user's posts at insurers reach at that moment, and nothing else."""

import datetime
import logging

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from demo.posts import give_post
from jincheng_insurance.access.models import ApiToken, Grant
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import digest_of
from jincheng_insurance.access.tokens import MOST_IN_FORCE, make_token, revoke_token
from jincheng_insurance.audit.models import AuditRecord
from tests.api_calls import call, token_for
from tests.world import World, make_user, reported_claim

CLAIMS = "/api/v1/claims"


def numbers(secret: str) -> list[str]:
    answer = call(secret, "GET", CLAIMS)
    assert answer.status_code == 200, answer.content
    return [claim["number"] for claim in answer.json()["results"]]


def test_a_token_made_on_the_page_is_shown_once_and_works(world: World) -> None:
    client = Client()
    client.force_login(world.own[Role.ADJUSTER])

    page = client.post("/api-tokens/", {"name": "claims system", "days": "30"})

    secret = page.context["made"].secret
    assert secret in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert secret not in client.get("/api-tokens/").content.decode()
    token = ApiToken.objects.get()
    assert bytes(token.digest) == digest_of(secret)
    assert secret not in " ".join(str(value) for value in vars(token).values())
    assert secret not in str(list(AuditRecord.objects.values()))
    assert AuditRecord.objects.filter(act="make_token", actor=world.own[Role.ADJUSTER]).count() == 1
    assert numbers(secret) == []


def test_without_a_token_or_with_a_wrong_one_the_answer_is_401(world: World) -> None:
    for secret in (None, "jpi_unknown", "jpi_ü", ""):
        answer = call(secret, "GET", CLAIMS)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_session_counts_for_nothing(world: World) -> None:
    client = Client()
    client.force_login(world.own[Role.ADJUSTER])
    assert client.get(CLAIMS).status_code == 401


def test_a_token_sees_its_users_claims_only(world: World) -> None:
    own, foreign = reported_claim(world.own), reported_claim(world.foreign)
    secret = token_for(world.own[Role.ADJUSTER])
    assert numbers(secret) == [own.number]
    answer = call(secret, "GET", f"{CLAIMS}/{foreign.number}")
    unknown = call(secret, "GET", f"{CLAIMS}/PA2026-140581-999999")
    assert answer.status_code == unknown.status_code == 404
    assert answer.content == unknown.content


def test_what_ends_the_users_access_ends_the_tokens_with_the_next_request(world: World) -> None:
    adjuster = world.own[Role.ADJUSTER]
    secret = token_for(adjuster)
    assert call(secret, "GET", CLAIMS).status_code == 200
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Grant.objects.filter(user=adjuster).update(ends_on=yesterday)
    assert call(secret, "GET", CLAIMS).status_code == 403
    give_post(adjuster, Role.ADJUSTER, insurer=world.own.insurer)
    assert call(secret, "GET", CLAIMS).status_code == 200
    adjuster.is_active = False
    adjuster.save()
    assert call(secret, "GET", CLAIMS).status_code == 401


def test_a_revoked_or_expired_token_is_refused(world: World) -> None:
    adjuster = world.own[Role.ADJUSTER]
    made = make_token(actor=adjuster, name="system", days=30)
    assert call(made.secret, "GET", CLAIMS).status_code == 200
    revoke_token(token=made.token, actor=adjuster)
    revoke_token(token=made.token, actor=adjuster)
    assert call(made.secret, "GET", CLAIMS).status_code == 401
    assert AuditRecord.objects.filter(act="revoke_token").count() == 1

    past = timezone.now() - datetime.timedelta(days=31)
    secret = token_for(adjuster)
    ApiToken.objects.filter(digest=digest_of(secret)).update(
        created_at=past, expires_at=past + datetime.timedelta(days=30)
    )
    assert call(secret, "GET", CLAIMS).status_code == 401


def test_a_token_carries_no_post_of_government(world: World) -> None:
    """Somebody who is county officer and adjuster at once reaches by token what the adjuster reaches."""
    both = make_user("both", Role.ADJUSTER, insurer=world.own.insurer)
    give_post(
        both,
        Role.COUNTY_OFFICER,
        region=world.foreign.county,
    )
    own, foreign = reported_claim(world.own), reported_claim(world.foreign)
    assert numbers(token_for(both)) == [own.number]
    client = Client()
    client.force_login(both)
    assert foreign.number in client.get("/claims/").content.decode()


def test_a_narrowed_token_reaches_one_insurer_only(world: World) -> None:
    both = make_user("both", Role.ADJUSTER, insurer=world.own.insurer)
    give_post(
        both,
        Role.ADJUSTER,
        insurer=world.foreign.insurer,
    )
    own, foreign = reported_claim(world.own), reported_claim(world.foreign)
    assert numbers(token_for(both)) == [foreign.number, own.number]
    made = make_token(actor=both, name="one", days=1, insurer=world.foreign.insurer)
    assert numbers(made.secret) == [foreign.number]


def test_a_token_is_refused_for_too_long_for_another_insurer_and_beyond_ten(world: World) -> None:
    adjuster = world.own[Role.ADJUSTER]
    with pytest.raises(Refused, match="365"):
        make_token(actor=adjuster, name="x", days=366)
    with pytest.raises(Refused):
        make_token(actor=adjuster, name="x", days=1, insurer=world.foreign.insurer)
    for _ in range(MOST_IN_FORCE):
        make_token(actor=adjuster, name="x", days=1)
    with pytest.raises(Refused):
        make_token(actor=adjuster, name="x", days=1)
    now = timezone.now()
    with pytest.raises(IntegrityError, match="api_token_lives_a_year_at_most"), transaction.atomic():
        ApiToken.objects.update(created_at=now, expires_at=now + datetime.timedelta(days=366))


def test_use_is_noted_and_no_token_reaches_the_log(world: World) -> None:
    secret = token_for(world.own[Role.ADJUSTER])
    assert call(secret, "GET", CLAIMS).status_code == 200
    assert ApiToken.objects.get().last_used_at is not None
    from jincheng_insurance.web.logs import Redacted

    record = logging.LogRecord("x", logging.INFO, "", 1, "sent %s", (f"Bearer {secret}",), None)
    assert secret not in Redacted().format(record)
    assert "sent Bearer jpi_***" in Redacted().format(record)
