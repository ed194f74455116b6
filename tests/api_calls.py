"""Calls of the API as an insurer's system makes them."""

import datetime
import json
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from jincheng_insurance.access.models import ApiToken, Insurer, User
from jincheng_insurance.access.sealing import digest_of

_serial = count(1)


def token_for(user: User, *, insurer: Insurer | None = None, days: int = 30) -> str:
    """The secret of a token of that user, whatever their posts."""
    secret = f"jpi_{next(_serial):06d}-{user.username}"
    now = timezone.now()
    ApiToken.objects.create(
        user=user,
        name="理赔系统",
        prefix=secret[:10],
        digest=digest_of(secret),
        insurer=insurer,
        created_at=now,
        expires_at=now + datetime.timedelta(days=days),
    )
    return secret


def new_key() -> str:
    return f"key-{next(_serial)}"


def call(
    secret: str | None,
    method: str,
    path: str,
    body: Any = None,
    *,
    key: str | None = None,
    raising: bool = True,
    **headers: str,
) -> HttpResponse:
    """One request. A POST gets a key of its own unless one is given; `key=""` sends none."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=raising)
    if secret is not None:
        headers["Authorization"] = f"Bearer {secret}"
    if method == "POST" and key != "":
        headers["Idempotency-Key"] = key or new_key()
    content = body if isinstance(body, str | bytes) else json.dumps(body) if body is not None else ""
    kind = headers.pop("Content-Type", "application/json")
    return client.generic(method, path, content, content_type=kind, headers=headers)


def hand_in(
    secret: str | None, path: str, *, kind: str, data: bytes, name: str = "scan.png", key: str | None = None
) -> HttpResponse:
    """Hand in a paper, as multipart/form-data."""
    content = encode_multipart(BOUNDARY, {"kind": kind, "file": SimpleUploadedFile(name, data)})
    return call(secret, "POST", path, content, key=key, **{"Content-Type": MULTIPART_CONTENT})
