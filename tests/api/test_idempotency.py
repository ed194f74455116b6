"""The same request with the same key does its act once, whatever comes between: a second request, fifty at once, a
process that dies before or after its commit."""

import datetime
from collections import Counter
from typing import Any

import pytest
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone

from claims.models import Claim, LossItem, MedicalBill
from enrollment.models import InsuredPerson
from enrollment.selectors import identity_place
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import unseal
from jincheng_insurance.api import idempotency
from jincheng_insurance.api.models import IdempotencyKey
from jincheng_insurance.api.tasks import sweep
from jincheng_insurance.audit.models import AuditRecord
from tests.api_calls import call, token_for
from tests.races import at_once
from tests.world import World, insure_person, reported_claim, reported_loss

CLAIMS = "/api/v1/claims"
State = IdempotencyKey.State


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jincheng_insurance.web.background._send", lambda task, ids: None)


def report_of(person: InsuredPerson, reserve: str = "500.00") -> dict[str, Any]:
    number = unseal(bytes(person.roster_person.id_number_sealed), identity_place(person.roster_person_id))
    return {"identity_number": number, "policy_year": person.policy_year_id, "reserve": reserve}


@pytest.fixture
def secret(world: World) -> str:
    return token_for(world.own[Role.ADJUSTER])


def test_sent_again_the_act_is_done_once_and_the_answer_comes_again(world: World, secret: str) -> None:
    body = report_of(insure_person(world.own))
    first = call(secret, "POST", CLAIMS, body, key="k1")
    again = call(secret, "POST", CLAIMS, body, key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["Location"] == again.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Claim.objects.count() == 1
    assert call(secret, "GET", first.headers["Location"]).json()["number"] == first.json()["number"]


def test_the_stored_answer_is_the_first_one_even_when_the_claim_has_moved_on(
    world: World, secret: str
) -> None:
    claim = reported_claim(world.own, reserve="1000")
    path = f"{CLAIMS}/{claim.number}/reserve"
    first = call(secret, "POST", path, {"reserve": "2000.00", "reason": "a"}, key="k1")
    call(secret, "POST", path, {"reserve": "3000.00", "reason": "b"}, key="k2")
    again = call(secret, "POST", path, {"reserve": "2000.00", "reason": "a"}, key="k1")
    assert first.json()["reserve"] == again.json()["reserve"] == "2000.00"
    assert call(secret, "GET", f"{CLAIMS}/{claim.number}").json()["reserve"] == "3000.00"


def test_another_body_or_address_under_the_same_key_is_refused(world: World, secret: str) -> None:
    claim, other = reported_claim(world.own), reported_claim(world.own)
    path = f"{CLAIMS}/{claim.number}/reserve"
    body = {"reserve": "2000.00", "reason": "a"}
    assert call(secret, "POST", path, body, key="k1").status_code == 200
    for address, sent in (
        (path, body | {"reserve": "2000.01"}),
        (f"{CLAIMS}/{other.number}/reserve", body),
    ):
        refused = call(secret, "POST", address, sent, key="k1")
        assert refused.status_code == 422
        assert refused.json()["type"].endswith("#key-reused")


def test_a_key_is_its_users_own(world: World, secret: str) -> None:
    body = report_of(insure_person(world.own))
    assert call(secret, "POST", CLAIMS, body, key="k1").status_code == 201
    other = token_for(world.foreign[Role.ADJUSTER])
    answer = call(other, "POST", CLAIMS, report_of(insure_person(world.foreign)), key="k1")
    assert answer.status_code == 201
    assert Claim.objects.count() == 2


@pytest.mark.parametrize("key", ["", "ü", "a b", "x" * 101])
def test_a_request_without_a_usable_key_does_nothing(world: World, secret: str, key: str) -> None:
    answer = call(
        secret,
        "POST",
        CLAIMS,
        report_of(insure_person(world.own)),
        key="",
        **({"Idempotency-Key": key} if key else {}),
    )
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("#key-missing")
    assert not Claim.objects.exists()


def test_a_refused_act_leaves_the_key_free(world: World, secret: str) -> None:
    claim = reported_claim(world.own)
    path = f"{CLAIMS}/{claim.number}/transitions/submit"
    assert call(secret, "POST", path, key="k1").status_code == 422
    assert not IdempotencyKey.objects.exists()
    bill = {"care": "inpatient", "hospital": "H", "invoice_number": "1", "bill": "9000.00"}
    on = f"{world.year.year}-01-02"
    assert call(secret, "POST", f"{CLAIMS}/{claim.number}/bills", bill | {"on": on}).status_code == 201
    assert call(secret, "POST", path, key="k1").status_code == 200


def test_the_key_keeps_neither_the_identity_number_nor_a_digest_that_gives_it_away(
    world: World, secret: str
) -> None:
    import hashlib
    import json

    body = report_of(insure_person(world.own))
    call(secret, "POST", CLAIMS, body, key="k1")
    row = IdempotencyKey.objects.get()
    assert body["identity_number"] not in str(row.body)
    assert bytes(row.body_index) != hashlib.sha256(json.dumps(body).encode()).digest()


def reports_at_once(world: World, count: int) -> list[Any]:
    """As many equal reports with one key, all at once: nothing but the key keeps them from opening as many claims."""
    secret = token_for(world.own[Role.ADJUSTER])
    body = report_of(insure_person(world.own))
    return at_once(lambda number: call(secret, "POST", CLAIMS, body, key="one", raising=False), count)


def test_fifty_at_once_with_one_key_do_the_act_once(live_world: World) -> None:
    answers = reports_at_once(live_world, 50)

    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}, statuses
    assert statuses[201] >= 1
    assert Claim.objects.count() == 1
    assert AuditRecord.objects.filter(act="report_claim").count() == 1
    assert {answer.json()["number"] for answer in answers if answer.status_code == 201} == {
        Claim.objects.get().number
    }


def test_without_the_guard_the_same_fifty_do_it_more_than_once(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken out: the row of the key that all of them share."""

    def unguarded(request: Any) -> IdempotencyKey:
        return IdempotencyKey.objects.create(
            user=request.user,
            key=str(idempotency.index_of(str(id(request))).hex())[:60],
            request="",
            body_index=b"",
            started_at=timezone.now(),
        )

    monkeypatch.setattr(idempotency, "_held", unguarded)
    reports_at_once(live_world, 50)
    assert Claim.objects.count() > 1


def test_one_in_flight_is_answered_409_and_not_done(world: World, secret: str) -> None:
    body = report_of(insure_person(world.own))
    call(secret, "POST", CLAIMS, body, key="k1")
    IdempotencyKey.objects.update(state=State.IN_FLIGHT, started_at=timezone.now())
    answer = call(secret, "POST", CLAIMS, body, key="k1")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("#in-flight")
    assert Claim.objects.count() == 1


class Died(BaseException):
    """The process is gone: nothing after this point runs."""


def _dies(*_args: object, **_kwargs: object) -> None:
    raise Died


def test_who_died_before_the_commit_left_nothing_and_the_key_is_free_after_a_while(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Death is made real by keeping the clean-up of the key from running too."""
    secret = token_for(live_world.own[Role.ADJUSTER])
    body = report_of(insure_person(live_world.own))
    with monkeypatch.context() as dying:
        dying.setattr("claims.services.intake.record", _dies)
        dying.setattr(QuerySet, "delete", _dies)
        with pytest.raises(Died):
            call(secret, "POST", CLAIMS, body, key="k1")
    assert not Claim.objects.exists()
    assert IdempotencyKey.objects.get().state == State.IN_FLIGHT
    assert call(secret, "POST", CLAIMS, body, key="k1").status_code == 409

    IdempotencyKey.objects.update(started_at=timezone.now() - idempotency.STALE_AFTER)
    assert call(secret, "POST", CLAIMS, body, key="k1").status_code == 201
    assert Claim.objects.count() == 1


def test_who_died_after_the_commit_is_answered_for_by_the_next_request(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = token_for(live_world.own[Role.ADJUSTER])
    body = report_of(insure_person(live_world.own))
    with monkeypatch.context() as dying:
        dying.setattr("claims.api.views.claim_answer", _dies)
        with pytest.raises(Died):
            call(secret, "POST", CLAIMS, body, key="k1")
    assert Claim.objects.count() == 1
    assert IdempotencyKey.objects.get().state == State.ACTED

    again = call(secret, "POST", CLAIMS, body, key="k1")

    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json()["number"] == Claim.objects.get().number
    assert call(secret, "POST", CLAIMS, body, key="k1").json() == again.json()


def test_who_was_slow_and_overtaken_commits_nothing(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of the first act, a second request takes the stale key over and does it. Nothing but the key keeps
    an item from being entered twice."""
    secret = token_for(live_world.own[Role.ADJUSTER])
    claim = reported_loss(live_world.own)
    body = {"kind": "tool", "name": "锄头", "quantity": "2", "unit": "把", "amount": "60.00"}
    path = f"{CLAIMS}/{claim.number}/items"
    second: list[HttpResponse] = []
    once = idempotency.Deed.done

    def overtaken(deed: idempotency.Deed) -> Any:
        monkeypatch.setattr(idempotency.Deed, "done", once)
        IdempotencyKey.objects.update(started_at=timezone.now() - idempotency.STALE_AFTER)
        second.append(call(secret, "POST", path, body, key="k1"))
        return once(deed)

    monkeypatch.setattr(idempotency.Deed, "done", overtaken)
    first = call(secret, "POST", path, body, key="k1")

    assert second[0].status_code == 201
    assert first.status_code == 409
    assert LossItem.objects.filter(loss__claim=claim, name="锄头").count() == 1
    assert (
        AuditRecord.objects.filter(act="add_item").count() == 2
    )  # the world's own, and the second request's


def test_the_sweep_removes_keys_after_48_hours(world: World, secret: str) -> None:
    claim = reported_claim(world.own)
    for key in ("old", "new"):
        call(
            secret,
            "POST",
            f"{CLAIMS}/{claim.number}/reserve",
            {"reserve": "1.00", "reason": key},
            key=key,
        )
    past = timezone.now() - idempotency.KEPT_FOR - datetime.timedelta(minutes=1)
    IdempotencyKey.objects.filter(key="old").update(created_at=past)
    sweep()
    sweep()
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]
    assert MedicalBill.objects.count() == 0
