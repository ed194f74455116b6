"""Keyed marks of rows: HMAC-SHA-256 under AUDIT_KEY of a row's values, written down one way only."""

import datetime
import hashlib
import hmac
import ipaddress
import json
import uuid
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings

MARKED = ("at", "actor_id", "act", "object_type", "object_id", "county_id", "facts", "reason", "request_id")


def keyed(purpose: str, content: bytes) -> bytes:
    """32 bytes; `purpose` keeps marks of one kind from passing for another."""
    return hmac.digest(settings.AUDIT_KEY.encode(), purpose.encode() + b"\0" + content, hashlib.sha256)


def written_down(values: Mapping[str, Any]) -> bytes:
    """The values by name as JSON, the same for equal ones, whether just made or read from the database."""
    return ENCODER.encode(values).encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    raise TypeError(f"{type(value).__name__} can't be written down")


ENCODER = json.JSONEncoder(default=_plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=4096)
def _packed(address: str) -> bytes:
    return ipaddress.ip_address(address).packed


def mark_of(record: Any) -> bytes:
    """The product's own mark on a record of an act: an `AuditRecord`, or a tuple with names of what is MARKED and the
    address."""
    values = {name: getattr(record, name) for name in MARKED}
    address = record.address and _packed(record.address)
    return keyed("record", written_down(values | {"address": address}))
