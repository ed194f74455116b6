"""Personal numbers at rest: sealed with AES-256-GCM, found again by a keyed index, shown masked (R25).

A sealed value is `algorithm (1 byte) | key id (1 byte) | nonce (12 bytes) | ciphertext and tag`, bound to the table,
column and row it was sealed for: moved elsewhere it does not open. The algorithm byte leaves room for SM4-GCM.
Which columns hold such values is said in `sealed_columns`; how keys are changed, in `key_rotation`.
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
MOBILE_LENGTH = 11  # below this, a mask that shows both ends would show nearly all


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
        self._nonce_key = hmac.digest(keys[self._current], b"nonces of resealed values", hashlib.sha256)
        self._index_key = index_key

    @property
    def current(self) -> int:
        """The id of the key that seals new values."""
        return self._current

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(self._ciphers)

    def seal(self, value: str, place: Place) -> bytes:
        return self.seal_bytes(value.encode(), place)

    def open(self, sealed: bytes, place: Place) -> str:
        return self.open_bytes(sealed, place).decode()

    def seal_bytes(self, value: bytes, place: Place) -> bytes:
        return self._sealed(value, os.urandom(NONCE_BYTES), place)

    def reseal(self, sealed: bytes, place: Place) -> bytes:
        """The same value under the current key; what is sealed with it already is returned as it is. SealError when it
        doesn't open.

        The nonce follows from the old seal, which is random itself: so a seal that stands in several rows (a telephone
        on the roster, in its staged row, in its changes) is the same everywhere afterwards too, and doing it twice ends
        the same. One nonce then never serves two values: another value has another seal."""
        sealed = bytes(sealed)
        value = self.open_bytes(sealed, place)
        if key_id_of(sealed) == self._current:
            return sealed
        return self._sealed(value, hmac.digest(self._nonce_key, sealed, hashlib.sha256)[:NONCE_BYTES], place)

    def _sealed(self, value: bytes, nonce: bytes, place: Place) -> bytes:
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
        return indexed(value, self._index_key)


def indexed(value: str, index_key: bytes) -> bytes:
    """The search index of a value under an index key: 32 bytes."""
    return hmac.digest(index_key, value.encode(), hashlib.sha256)


def key_id_of(sealed: bytes) -> int:
    """Which key a value is sealed with; 0 for what is no sealed value."""
    return sealed[1] if len(sealed) > NONCE_BYTES + 2 else 0


@lru_cache(maxsize=1)
def key_ring() -> KeyRing:
    """The ring of the settings SEAL_KEYS ("1:base64,2:base64", or one a line: the highest id seals) and INDEX_KEY."""
    try:
        entries = settings.SEAL_KEYS.replace("\n", ",").split(",")
        pairs = (entry.strip().partition(":") for entry in entries if entry.strip())
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


def masked(number: str) -> str:
    """A personal number as pages show it, its middle hidden: of a mobile number the first three and last four places,
    of a longer one four at both ends, of a shorter one the last two.

    >>> masked("140524194408101452"), masked("13812345678"), masked("1380000")
    ('1405**********1452', '138****5678', '*****00')
    """
    if len(number) < MOBILE_LENGTH:
        return "*" * (len(number) - 2) + number[-2:]
    shown = 3 if len(number) == MOBILE_LENGTH else 4
    return number[:shown] + "*" * (len(number) - shown - 4) + number[-4:]


def digest_of(secret: str) -> bytes:
    """What is kept of a secret of our own making: 32 bytes. It is random and long, so a fast digest can't be turned
    round."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
