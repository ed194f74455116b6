"""Personal numbers at rest: sealed with AES-256-GCM, found again by a keyed index, shown masked (R25).

A sealed value is `algorithm (1 byte) | key id (1 byte) | nonce (12 bytes) | ciphertext and tag`, bound to the table,
column and row it was sealed for: moved elsewhere it does not open. The algorithm byte leaves room for SM4-GCM.
The index is HMAC-SHA-256 of the normalised value under a key of its own, so equal numbers meet without being opened.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

AES_256_GCM = 1
NONCE_BYTES = 12
KEY_BYTES = 32
KEY_IDS = range(1, 256)  # the id is stored in one byte
SHORT_NUMBER = 10  # below this, a mask that shows both ends would show nearly all


class SealError(Exception):
    """A sealed value does not open: another row's, tampered with, or sealed with a key that is gone."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives."""

    table: str
    column: str
    row: int

    def label(self) -> bytes:
        return f"{self.table}|{self.column}|{self.row}".encode()


class KeyRing:
    """The keys by id, and which of them seals new values."""

    def __init__(self, keys: Mapping[int, bytes], index_key: bytes) -> None:
        if not keys or any(len(key) != KEY_BYTES or key_id not in KEY_IDS for key_id, key in keys.items()):
            raise ImproperlyConfigured("SEAL_KEYS needs 32-byte keys with ids from 1 to 255")
        if len(index_key) < KEY_BYTES:
            raise ImproperlyConfigured("INDEX_KEY needs at least 32 bytes")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = max(keys)
        self._index_key = index_key

    def seal(self, value: str, place: Place) -> bytes:
        return self.seal_bytes(value.encode(), place)

    def open(self, sealed: bytes, place: Place) -> str:
        return self.open_bytes(sealed, place).decode()

    def seal_bytes(self, value: bytes, place: Place) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        body = self._ciphers[self._current].encrypt(nonce, value, place.label())
        return bytes((AES_256_GCM, self._current)) + nonce + body

    def open_bytes(self, sealed: bytes, place: Place) -> bytes:
        sealed = bytes(sealed)
        cipher = self._ciphers.get(sealed[1]) if len(sealed) > NONCE_BYTES + 2 else None
        if cipher is None or sealed[0] != AES_256_GCM:
            raise SealError(f"no key opens {place.table}.{place.column}")
        try:
            nonce, body = sealed[2 : NONCE_BYTES + 2], sealed[NONCE_BYTES + 2 :]
            return cipher.decrypt(nonce, body, place.label())
        except InvalidTag as error:
            raise SealError(f"{place.table}.{place.column} of row {place.row} does not open") from error

    def index(self, value: str) -> bytes:
        return hmac.digest(self._index_key, value.encode(), hashlib.sha256)


@lru_cache(maxsize=1)
def key_ring() -> KeyRing:
    """The ring of the settings SEAL_KEYS ("1:base64,2:base64": the highest id seals) and INDEX_KEY."""
    try:
        pairs = (entry.strip().partition(":") for entry in settings.SEAL_KEYS.split(",") if entry.strip())
        keys = {int(key_id): base64.b64decode(key, validate=True) for key_id, _, key in pairs}
    except ValueError as error:
        raise ImproperlyConfigured('SEAL_KEYS must look like "1:<base64>,2:<base64>"') from error
    return KeyRing(keys, settings.INDEX_KEY.encode())


def seal(value: str, place: Place) -> bytes:
    return key_ring().seal(value, place)


def unseal(sealed: bytes, place: Place) -> str:
    """The value; SealError when it was moved, changed, or its key is gone."""
    return key_ring().open(sealed, place)


def index_of(value: str) -> bytes:
    """The search index of a normalised value: 32 bytes."""
    return key_ring().index(value)


def masked(value: str) -> str:
    """A number as pages show it: the first four and last four characters; a short one, only its last two."""
    if len(value) < SHORT_NUMBER:
        return "*" * max(0, len(value) - 2) + value[-2:]
    return value[:4] + "*" * (len(value) - 8) + value[-4:]
