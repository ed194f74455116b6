"""Refusals over the API: one shape, the rule and the field named, in the caller's language, never a page."""

import json
from unittest import mock

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enrollment.models import Agreement
from jincheng_insurance.access.roles import Role
from jincheng_insurance.api.models import RequestCount
from jincheng_insurance.api.throttling import forget_counts, used
from tests.api_calls import call, token_for
from tests.world import World, approved_claim, insure_person, reported_claim

CLAIMS = "/api/v1/claims"
MOST_QUERIES = 12


@pytest.fixture
def secret(world: World) -> str:
    return token_for(world.own[Role.ADJUSTER])


def test_a_rules_refusal_names_the_rule(world: World, secret: str) -> None:
    claim = reported_claim(world.own)
    body = {
        "care": "inpatient",
        "hospital": "H",
        "invoice_number": "1",
        "on": f"{world.year.year}-01-02",
        "bill": "100.00",
        "basic": "100.01",
    }
    answer = call(secret, "POST", f"{CLAIMS}/{claim.number}/bills", body)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["rule"]) == (422, "R6")
    assert problem["title"] == "不予办理"
    assert problem["type"] == "/api/v1/docs#refused"


def test_a_refusal_names_its_rule_and_its_field(world: World) -> None:
    claim = approved_claim(world.own)
    secret = token_for(world.own.payer)
    path = f"{CLAIMS}/{claim.number}/transitions/pay"
    body = {"paid_on": f"{timezone.localdate().year + 1}-01-01", "reference": "B"}
    late = call(secret, "POST", path, body).json()
    assert [error["field"] for error in late["errors"]] == ["paid_on"]
    Agreement.objects.filter(pk=claim.agreement_id).update(payments_suspended_at=timezone.now())
    suspended = call(secret, "POST", path, body | {"paid_on": timezone.localdate().isoformat()})
    assert suspended.json()["rule"] == "R22"


def test_every_field_that_is_wrong_is_named_at_once(world: World, secret: str) -> None:
    answer = call(
        secret,
        "POST",
        CLAIMS,
        {"identity_number": "140524194910011230", "reserve": 500, "reported_on": "3.1.2026", "reserv": "1"},
    )
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"reserv"}
    answer = call(
        secret,
        "POST",
        CLAIMS,
        {"identity_number": "140524194910011230", "reserve": 500, "reported_on": "3.1.2026"},
    )
    assert {error["field"] for error in answer.json()["errors"]} == {
        "identity_number",
        "reserve",
        "reported_on",
    }
    assert "140524194910011230" not in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("", "部分字段填写有误"),
        ("zh-CN,zh;q=0.9", "部分字段填写有误"),
        ("en-GB", "Some fields are not right"),
        ("fr,en;q=0.5", "Some fields are not right"),
        ("xx;q=,,;", "部分字段填写有误"),
    ],
)
def test_texts_are_chinese_unless_english_is_asked_for(
    world: World, secret: str, language: str, title: str
) -> None:
    answer = call(secret, "POST", CLAIMS, {}, **{"Accept-Language": language})
    assert answer.json()["title"] == title
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("body", ["{", "nul", "[" * 100_000, b"\xff\xfe", '{"a": NaN}'])
def test_what_is_no_json_is_400(world: World, secret: str, body: str | bytes) -> None:
    answer = call(secret, "POST", CLAIMS, body)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("#malformed")


@pytest.mark.parametrize(
    "body", ["[]", "1", '"x"', "null", '{"reserve": "\\u0000"}', '{"account": "\\ud800"}']
)
def test_what_is_no_object_or_no_text_is_422(world: World, secret: str, body: str) -> None:
    assert call(secret, "POST", CLAIMS, body).status_code == 422


def test_other_kinds_of_body_methods_and_addresses_are_problems_too(world: World, secret: str) -> None:
    answers = {
        404: call(secret, "GET", "/api/v1/nowhere"),
        405: call(secret, "DELETE", CLAIMS),
        415: call(secret, "POST", CLAIMS, "<a/>", **{"Content-Type": "text/xml"}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
def test_too_much_at_once_is_413(world: World, secret: str) -> None:
    answer = call(secret, "POST", CLAIMS, {"account": "x" * 2000})
    assert answer.status_code == 413


def test_a_failure_of_ours_tells_nothing_of_the_inside(world: World, secret: str) -> None:
    with mock.patch("claims.api.views.listed_claims", side_effect=ZeroDivisionError("140524194910011233")):
        answer = call(secret, "GET", CLAIMS, raising=False)
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "ZeroDivision" not in answer.content.decode()
    assert "140524194910011233" not in answer.content.decode()


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The counts of a test fall into one minute, however late in it the test began."""
    began = timezone.now()
    monkeypatch.setattr("jincheng_insurance.api.throttling.used", lambda bucket, now: used(bucket, began))


@pytest.mark.usefixtures("one_minute")
def test_too_many_requests_wait_for_the_next_minute(world: World, secret: str) -> None:
    with override_settings(API_LIMITS={"requests": 2, "looks": 60}):
        statuses = [call(secret, "GET", CLAIMS).status_code for _ in range(3)]
        late = call(secret, "GET", CLAIMS)
        other = call(token_for(world.foreign[Role.ADJUSTER]), "GET", CLAIMS)
    assert statuses == [200, 200, 429]
    assert 1 <= int(late.headers["Retry-After"]) <= 60
    assert late.json()["type"].endswith("#throttled")
    assert other.status_code == 200


@pytest.mark.usefixtures("one_minute")
@override_settings(API_LIMITS={"requests": 600, "looks": 1})
def test_looks_at_persons_have_a_limit_of_their_own_wherever_they_are_made(world: World, secret: str) -> None:
    body = {"identity_number": "140524194910011233"}
    assert call(secret, "POST", "/api/v1/eligibility", body).status_code == 200
    assert call(secret, "POST", "/api/v1/eligibility", body).status_code == 429
    assert call(secret, "POST", CLAIMS, body | {"reserve": "1.00"}).status_code == 429
    assert call(secret, "GET", CLAIMS).status_code == 200


def test_the_count_is_the_databases_and_old_ones_are_swept(world: World) -> None:
    now = timezone.now()
    assert [used("requests:1", now) for _ in range(3)] == [1, 2, 3]
    assert used("requests:2", now) == 1
    used("requests:1", now - timezone.timedelta(hours=2))
    assert forget_counts() == 1
    assert RequestCount.objects.count() == 2


def test_lists_come_in_pieces_without_a_gap_or_a_repetition(world: World, secret: str) -> None:
    person = insure_person(world.own)
    numbers = [reported_claim(world.own, person).number for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        piece = call(secret, "GET", f"{CLAIMS}?limit=2{cursor}").json()
        seen += [claim["number"] for claim in piece["results"]]
        reported_claim(world.own, person)  # one that comes in meanwhile shifts nothing
        if piece["next"] is None:
            break
        cursor = f"&cursor={piece['next']}"
    assert seen == numbers[::-1]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=%00", "state=x", "policy_year=2029", "x=1"],
)
def test_a_query_that_says_nothing_is_422(world: World, secret: str, query: str) -> None:
    answer = call(secret, "GET", f"{CLAIMS}?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [query.partition("=")[0]]


def test_a_longer_list_takes_no_more_queries(world: World, secret: str) -> None:
    paths = (CLAIMS, "/api/v1/agreements", "/api/v1/premium-statements")
    reported_claim(world.own)
    call(secret, "GET", CLAIMS)  # notes the token's use, once a minute
    few = []
    for path in paths:
        with CaptureQueriesContext(connection) as queries:
            assert call(secret, "GET", path).status_code == 200
        few.append(len(queries))
    for _ in range(5):
        approved_claim(world.own)
    for path, count in zip(paths, few, strict=True):
        with CaptureQueriesContext(connection) as queries:
            assert call(secret, "GET", path).status_code == 200
        assert len(queries) == count, path
    assert max(few) <= MOST_QUERIES


def test_amounts_are_strings_and_times_carry_their_offset(world: World) -> None:
    claim = approved_claim(world.own)
    answer = call(token_for(world.own[Role.REVIEWER]), "GET", f"{CLAIMS}/{claim.number}").json()
    assert answer["granted"] == "1500.00"
    assert answer["reserve"] == "1500.00"
    assert answer["approved_at"].endswith("+08:00")
    assert answer["bills"][0]["self_pay"] == "5000.00"
    assert answer["person"]["identity_number"].count("*") == 10
    assert json.dumps(answer)


def test_an_agreement_without_premium_has_no_loss_ratio(world: World) -> None:
    reported_claim(world.own)
    number = world.own.agreement.number
    answer = call(token_for(world.own[Role.REVIEWER]), "GET", f"/api/v1/agreements/{number}").json()
    assert answer["loss_ratio"] == {
        "applicable": False,
        "percent": None,
        "incurred": "1000.00",
        "net_premium": "0.00",
    }


def test_somebody_out_of_reach_is_answered_like_somebody_unknown(world: World, secret: str) -> None:
    from tests.api.test_idempotency import report_of

    number = report_of(insure_person(world.foreign))["identity_number"]
    answers = [
        call(secret, "POST", "/api/v1/eligibility", {"identity_number": asked}).json()
        for asked in (number, "140524194910011233")
    ]
    assert answers[0] == answers[1]
    assert answers[0]["insured"] is False
    own = insure_person(world.own)
    known = call(
        secret, "POST", "/api/v1/eligibility", {"identity_number": report_of(own)["identity_number"]}
    )
    assert known.json()["insured"] is True
    assert known.json()["caps"]["inpatient"] == {"granted": "0.00", "left": "20000.00"}
