"""What every answer carries, what production refuses, and what only one's own networks see."""

import json
import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client, override_settings
from django.urls import reverse

from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.context import RequestFacts, _current
from jincheng_insurance.web import metrics
from jincheng_insurance.web.logs import AsJson
from tests.world import PASSWORD, World

SECRETS = {
    "SECRET_KEY": "k9Qz7xW" * 10,
    "SEAL_KEYS": "1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=",
    "INDEX_KEY": "i7" * 20,
    "AUDIT_KEY": "a5" * 20,
}
PRODUCTION = {
    "ENVIRONMENT": "production",
    "ALLOWED_HOSTS": "insurance.example.cn",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "UPLOAD_DIR": "/tmp",
    "TRUSTED_PROXIES": "1",
    **SECRETS,
}
# Answers of every kind: a page, a redirect, nothing found, a method refused, a host refused, a stranger's form.
VISITS = (
    ("GET", "/sign-in/", {}, 200),
    ("GET", "/", {}, 302),
    ("GET", "/nothing-here/", {}, 404),
    ("GET", "/api/v1/claims", {}, 401),
    ("GET", "/api/v1/nothing", {}, 404),
    ("GET", "/sign-out/", {}, 405),
    ("GET", "/sign-in/", {"HTTP_HOST": "elsewhere.example"}, 400),
    ("POST", "/sign-in/", {}, 403),
)


def in_production(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        cwd=settings.BASE_DIR,
        env=clean | PRODUCTION | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "extra", "status"), VISITS)
def test_every_answer_carries_the_headers(method: str, path: str, extra: dict[str, str], status: int) -> None:
    answer = Client(enforce_csrf_checks=True).generic(method, path, **extra)
    assert answer.status_code == status
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert len(answer["X-Request-ID"]) == 36


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("TRACE", "/sign-in/", 405),
        ("GET", "/static/", 404),
        ("GET", "/help/", 302),
        ("GET", "/api/v1/claims", 401),
    ],
)
def test_no_folder_is_listed_no_trace_is_answered_and_no_other_origin_is_let_in(
    method: str, path: str, status: int
) -> None:
    answer = Client().generic(method, path, HTTP_ORIGIN="https://elsewhere.example")
    assert answer.status_code == status
    assert "elsewhere" not in answer.content.decode() + answer.get("Location", "")
    assert not [name for name in answer.headers if name.startswith("Access-Control-")]


def test_what_was_typed_is_text_on_the_page_that_shows_it(world: World) -> None:
    typed = "<img src=x onerror=alert(1)>'\"&"
    client = Client()
    client.force_login(world.own[Role.ADMINISTRATOR])
    person = world.own[Role.AUDITOR]
    client.post(reverse("access:change_person", args=[person.pk]), {"name": typed, "unit": typed})
    pages = [reverse("access:person", args=[person.pk]), f"{reverse('access:people')}?q=%3Cimg"]
    for page in pages:
        shown = client.get(page).content.decode()
        assert "<img src=x" not in shown
        assert "&lt;img src=x onerror=alert(1)&gt;&#x27;&quot;&amp;" in shown


def test_an_error_carries_them_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise ZeroDivisionError

    client = Client(raise_request_exception=False)
    client.force_login(world.own[Role.AUDITOR])
    monkeypatch.setattr("jincheng_insurance.audit.views.paginate_wide", broken)
    answer = client.get("/audit/")
    assert answer.status_code == 500
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Request-ID"]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_and_choosing_a_language_lead_to_no_other_site(world: World, target: str) -> None:
    client = Client()
    user = world.own[Role.AUDITOR]
    answer = client.post(
        f"{reverse('access:login')}", {"username": user.username, "password": PASSWORD, "next": target}
    )
    assert answer["Location"] == reverse("access:home")
    answer = client.post(reverse("set_language"), {"language": "en", "next": target})
    assert "evil" not in answer["Location"]
    assert "script" not in answer["Location"]


def test_django_s_own_check_of_a_deployment_is_clean() -> None:
    done = in_production("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_cookies_of_production_belong_to_this_host_alone() -> None:
    done = in_production(
        "-c",
        "import jincheng_insurance.settings as s, json; print(json.dumps({n: str(getattr(s, n)) for n in dir(s) if"
        " 'COOKIE' in n or n in ('LOGGING', 'SECURE_HSTS_SECONDS')}))",
    )
    found = json.loads(done.stdout)
    for name in ("SESSION", "CSRF", "LANGUAGE"):
        assert found[f"{name}_COOKIE_NAME"].startswith("__Host-")
        assert found[f"{name}_COOKIE_SECURE"] == "True"
    assert int(found["SECURE_HSTS_SECONDS"]) >= 31_536_000
    assert "AsJson" in found["LOGGING"]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("AUDIT_KEEP_DAYS", "182", "183"),
        ("AUDIT_KEEP_DAYS", "ten years", "183"),
        ("TRUSTED_PROXIES", "-1", "proxies"),
        ("TRUSTED_PROXIES", "", "not set"),
        ("METRICS_NETWORKS", "everybody", "networks"),
        ("AUDIT_KEY", "demo-" + "a" * 40, "made up"),
        ("AUDIT_KEY", "", "not set"),
    ],
)
def test_production_does_not_start_with(variable: str, value: str, said: str) -> None:
    done = in_production("-c", "import jincheng_insurance.settings", **{variable: value})
    assert done.returncode != 0
    assert said in done.stderr
    assert variable in done.stderr


@pytest.mark.django_db
def test_figures_are_for_one_s_own_networks(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    assert "jincheng_up 1" in lines
    assert any(line.startswith("jincheng_audit_records ") for line in lines)
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 404
    with override_settings(TRUSTED_PROXIES=1):
        assert client.get("/metrics", HTTP_X_FORWARDED_FOR="192.0.2.1").status_code == 404

    class Dead:
        def cursor(self) -> None:
            raise OperationalError("away")

    monkeypatch.setattr(metrics, "connection", Dead())
    answer = client.get("/metrics")
    assert answer.content.decode().splitlines()[-1] == "jincheng_up 0"


def test_a_line_of_the_log_is_json_with_its_request_and_without_numbers() -> None:
    token = _current.set(RequestFacts("an-id"))
    try:
        try:
            raise ValueError("140524194408101452")
        except ValueError:
            record = logging.getLogger("x").makeRecord(
                "x",
                logging.ERROR,
                "f",
                1,
                "seen %s and jpi_%s",
                ("140524194408101452", "a" * 30),
                sys.exc_info(),
            )
        line = AsJson().format(record)
    finally:
        _current.reset(token)
    said = json.loads(line)
    assert said["message"].startswith("seen *** and jpi_***")
    assert "ValueError: ***" in said["message"]
    assert (said["request"], said["level"], said["logger"]) == ("an-id", "ERROR", "x")
    assert "\n" not in line


def test_a_refusal_stands_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    client = Client()
    client.force_login(world.own[Role.AUDITOR])
    assert client.post(reverse("claims:find")).status_code == 403
    (line,) = [record for record in caplog.records if record.name == "django.request"]
    assert (line.levelname, line.status_code) == ("WARNING", 403)  # type: ignore[attr-defined]
    assert reverse("claims:find") in line.getMessage()
