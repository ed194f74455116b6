"""docker-compose.yml read against the settings: every variable known, every service watched, no default secret."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from jincheng_insurance.settings import VARIABLES

ROOT: Path = settings.BASE_DIR
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("web", "worker", "beat", "migrate")
SECRETS = {name for name, variable in VARIABLES.items() if variable.secret}


def environment(service: str) -> dict[str, str]:
    return {name: str(value) for name, value in SERVICES[service].get("environment", {}).items()}


def plain(name: str) -> str:
    return name.removesuffix("_FILE")


def mounted(service: str) -> set[str]:
    return set(SERVICES[service].get("secrets", ()))


def test_the_services_are_the_product_and_what_it_stands_on() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "redis"}


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_one_that_the_settings_know(service: str) -> None:
    assert {plain(name) for name in environment(service)} <= set(VARIABLES)


@pytest.mark.parametrize("service", OURS)
def test_nothing_required_in_production_is_left_out(service: str) -> None:
    required = {name for name, variable in VARIABLES.items() if variable.required}
    assert required <= {plain(name) for name in environment(service)}


@pytest.mark.parametrize("service", OURS)
def test_every_secret_comes_from_a_file_that_the_service_mounts(service: str) -> None:
    for name, value in environment(service).items():
        if plain(name) in SECRETS:
            assert name.endswith("_FILE"), f"{name} is a secret and stands in the compose file"
            assert value.removeprefix("/run/secrets/") in mounted(service)


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_service_has_a_health_check(service: str) -> None:
    check = SERVICES[service]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout"} <= set(check)


def test_every_mounted_secret_is_a_file_that_make_secrets_writes() -> None:
    written = set(
        re.findall(r"^put (\w+) ", (ROOT / "deploy/make-secrets.sh").read_text("utf-8"), re.MULTILINE)
    )
    assert {name: entry["file"] for name, entry in COMPOSE["secrets"].items()} == {
        name: f"deploy/secrets/{name}" for name in written
    }
    assert set().union(*(mounted(service) for service in SERVICES)) == written


def test_secret_files_are_kept_out_of_git_and_of_the_image() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "--quiet", "deploy/secrets/secret_key"], cwd=ROOT, check=False
    )
    assert ignored.returncode == 0
    assert "deploy/secrets" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def test_no_value_in_the_compose_file_falls_back_on_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert not re.findall(r"\$\{\w+:?-[^}]*\}", text)


def test_only_the_migration_holds_the_owner_of_the_tables() -> None:
    owners = {service for service in SERVICES if "owner_database_url" in mounted(service)}
    assert owners == {"migrate"}
    assert environment("migrate")["RUNTIME_ROLE"] in (ROOT / "deploy/postgres/10-roles.sql").read_text(
        "utf-8"
    )


def test_the_broker_keeps_what_it_was_given() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_exactly_one_beat_runs() -> None:
    beats = [name for name in SERVICES if "beat" in SERVICES[name].get("command", [])]
    assert beats == ["beat"]
    assert "deploy" not in SERVICES["beat"]


def test_the_deployment_guide_lists_exactly_the_settings_variables() -> None:
    guide = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
    table = guide.partition("## Variables")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)) == sorted(VARIABLES)


def test_the_image_is_made_from_the_production_lock_alone_and_runs_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert any("--require-hashes" in line and "-r requirements.lock" in line for line in lines)
    assert not any("requirements-dev" in line for line in lines)
    last_user = [line for line in lines if line.startswith("USER ")][-1]
    assert last_user not in {"USER root", "USER 0"}
