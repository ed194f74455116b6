"""The API's description: complete, free of warnings, and kept by what the API answers, whatever is sent by whom."""

import copy
import io
import re
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client, TestCase, override_settings
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from claims.api.steps import STEPS
from claims.transitions import TRANSITIONS
from jincheng_insurance.access.roles import Role
from jincheng_insurance.api.problems import KINDS
from jincheng_insurance.api.schema import document
from jincheng_insurance.urls import API
from tests.access.table import LINES
from tests.access.town import Town, Undone, addresses, build_town
from tests.api_calls import token_for

HEAVIEST_PAGE = 90_000  # bytes; with the style sheet still far below what any page may weigh
EXAMPLES = 4
SEED = 20260101
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DESCRIPTION = document("en")
OPERATIONS = [(path, method) for path, methods in DESCRIPTION["paths"].items() for method in methods]
# What stands in the town under each parameter of an address, so that not every call ends in a 404.
ROWS = {
    "claims": ("assessed#", "submitted#", "approved#", "rejected#", "lost#"),
    "bills": ("bill",),
    "items": ("item",),
    "documents": ("paper",),
    "batches": ("batch#",),
    "payment-lines": ("line", "sent", "paid", "reversed"),
    "premium-statements": ("statement#",),
    "agreements": ("agreement#",),
}


def test_the_description_is_valid_and_leaves_no_warning() -> None:
    written = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=written)
    assert "openapi: 3" in written.getvalue()


def test_every_address_of_the_api_is_described() -> None:
    ours = {name for name in addresses() if name.startswith("api:")} - {"api:schema", "api:docs"}
    assert len(ours) == len(DESCRIPTION["paths"])


def test_every_operation_has_a_name_a_tag_a_summary_and_its_problems() -> None:
    names = []
    for path, method in OPERATIONS:
        item = DESCRIPTION["paths"][path][method]
        names.append(item["operationId"])
        assert item["tags"]
        assert item["summary"]
        statuses = set(item["responses"])
        assert statuses >= {"401", "403", "429", "500"}
        assert ("404" in statuses) == ("{" in path)
        if method == "post" and item["operationId"] != "eligibility":
            assert statuses >= {"400", "409", "413", "415", "422"}
            headers = [given["name"] for given in item["parameters"] if given.get("required")]
            assert "Idempotency-Key" in headers
        for status, answer in item["responses"].items():
            kind = "application/problem+json" if status > "300" else "application/json"
            assert list(answer["content"]) == [kind], (path, status)
    assert len(set(names)) == len(names)


def test_it_is_in_chinese_too() -> None:
    chinese = document("zh-hans")
    for path, method in OPERATIONS:
        summary = chinese["paths"][path][method]["summary"]
        assert summary != DESCRIPTION["paths"][path][method]["summary"]


def test_each_step_offered_is_one_of_the_claims_life() -> None:
    left_to_batches = {"report", "assess", "close_unpaid", "release", "fail", "take_back"}
    assert set(STEPS) == set(TRANSITIONS) - left_to_batches


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_shows_every_operation_shape_and_problem_without_a_script_of_its_own(language: str) -> None:
    client = Client()
    client.cookies["django_language"] = language
    answer = client.get("/api/v1/docs")
    text = answer.content.decode()
    for path, _method in OPERATIONS:
        assert path in text
    for name in DESCRIPTION["components"]["schemas"]:
        assert f'id="shape-{name}"' in text
    for kind in KINDS:
        assert f'id="{kind}"' in text
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    assert " style=" not in text
    assert "<script" not in text
    assert len(answer.content) < HEAVIEST_PAGE


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """As in the access tests: in one open transaction, undone at the end."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()  # type: ignore[attr-defined]
        # Each request of a WSGI server closes a connection that it finds in a transaction.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        try:
            yield build_town()
        finally:
            for signal in (request_started, request_finished):
                signal.connect(close_old_connections)
            TestCase._rollback_atomics(atomics)  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level("ERROR", logger="django.request")
    monkeypatch.setattr("jincheng_insurance.web.background._send", lambda task, ids: None)


@cache
def tried() -> Any:
    """The description without its word on tokens: the test sends its own, else most calls would end in a 401."""
    open_to_all = copy.deepcopy(DESCRIPTION)
    del open_to_all["components"]["securitySchemes"]
    for path, method in OPERATIONS:
        del open_to_all["paths"][path][method]["security"]
    return schemathesis.openapi.from_dict(open_to_all)


def may_use(path: str, method: str, role: Role) -> bool:
    """Whether the access table lets a role through the door of an operation."""
    address = next(
        line for line in LINES if line.method == method.upper() and pattern_of(line.address) == path
    )
    return address.cells[role][0] != "403"


def pattern_of(address: str) -> str:
    """The path of an address of the API as the description writes it."""
    for included in API:
        for each in included.url_patterns:
            if f"api:{each.name}" == address:
                return "/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(each.pattern))
    return ""


def real_rows(town: Town, path: str) -> st.SearchStrategy[dict[str, Any] | None]:
    """Rows of both parties for the parameter of an address, or none to leave what was made up."""
    parameter = path.partition("{")[2].partition("}")[0]
    rows = [
        {parameter: side.rows[name]}
        for side in (town.own, town.foreign)
        for name in ROWS.get(path.split("/")[3], ())
    ]
    return st.sampled_from([None, *rows])


@pytest.mark.parametrize(
    ("role", "mode", "examples"),
    [
        (Role.ADJUSTER, "as described", EXAMPLES),
        (Role.REVIEWER, "as described", EXAMPLES),
        (Role.ADJUSTER, "otherwise", EXAMPLES),
        # every other role is turned away at the door
        *((role, "as described", 1) for role in Role if role not in (Role.ADJUSTER, Role.REVIEWER)),
    ],
)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_answers_keep_to_the_description(
    town: Town, path: str, method: str, role: Role, mode: str, examples: int
) -> None:
    """Calls made from the description, and calls that break it: no failure of ours, and every answer as described."""
    operation = tried()[path][method]
    wsgi, secret, keys = get_wsgi_application(), token_for(town.world.own[role]), count(1)
    modes = schemathesis.GenerationMode
    cases = operation.as_strategy(modes.POSITIVE if mode == "as described" else modes.NEGATIVE)
    statuses: set[int] = set()

    @seed(SEED)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, row=real_rows(town, path))
    def each(case: Any, row: dict[str, Any] | None) -> None:
        if "{" in path and row is not None:
            case.path_parameters = row
        headers = {"Authorization": f"Bearer {secret}"}
        if mode == "as described":
            headers["Idempotency-Key"] = f"{role}-{next(keys)}"
        with Undone():
            answer = case.call(app=wsgi, base_url="http://localhost", headers=headers)
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    with override_settings(API_LIMITS={"requests": 10**6, "looks": 10**6}):
        each()
    assert 401 not in statuses
    if mode == "as described":
        assert (statuses == {403}) == (not may_use(path, method, role)), statuses
