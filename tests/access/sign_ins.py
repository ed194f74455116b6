"""Signing in as a browser does, for the tests of it."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from jincheng_insurance.access.models import User, UserSession
from jincheng_insurance.access.second_factors import (
    begin_second_factor,
    code_at,
    confirm_second_factor,
    pending_secret,
    step_now,
)
from tests.world import PASSWORD

FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def sign_in(client: Client, name: str, password: str = PASSWORD, **more: Any) -> HttpResponse:
    data = {"username": name, "password": password, **more.pop("data", {})}
    return client.post(reverse("access:login"), data, **more)


def signed_in(client: Client) -> bool:
    return client.get(reverse("access:account")).status_code == 200


def session_of(user: User) -> UserSession:
    return UserSession.objects.get(user=user, ended_at=None)


def with_second_factor(user: User) -> tuple[str, list[str]]:
    """Set one up; its secret and recovery codes. The code of the step before was used for it."""
    begin_second_factor(actor=user)
    secret = pending_secret(user)
    assert secret is not None
    return secret, confirm_second_factor(actor=user, code=code_at(secret, step_now() - 1))
