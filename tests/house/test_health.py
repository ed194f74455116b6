"""What the probes hear: a live process, a database that answers or not, a broker that is only reported."""

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from jincheng_insurance.web import health


class DeadConnection:
    """A database that is away."""

    def cursor(self) -> None:
        raise OperationalError("connection refused")


def test_a_live_process_says_so_without_asking_the_database(
    client: Client, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.block():
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"state": "up"})


@pytest.mark.django_db
def test_it_is_ready_when_database_and_broker_answer(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"state": "ready", "database": "up", "broker": "up"}


@pytest.mark.django_db
def test_a_broker_that_is_down_is_reported_and_nothing_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(health.app.conf, "broker_write_url", nobody)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"state": "ready", "database": "up", "broker": "down"}


def test_it_is_not_ready_without_its_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "connection", DeadConnection())
    monkeypatch.setattr(health, "_broker_answers", lambda: True)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"state": "not ready", "database": "down", "broker": "up"}


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_probe_only_reads_and_its_answer_is_never_kept(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
    assert "no-store" in client.get("/healthz").headers["Cache-Control"]
