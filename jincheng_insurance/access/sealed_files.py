"""Uploaded files at rest: encrypted in the private upload folder, in the clear only for as long as they are read."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from jincheng_insurance.access.sealing import Place, key_ring


def _place(name: str) -> Place:
    return Place("upload", name, 0)


def store_sealed(data: bytes) -> str:
    """Encrypt and keep `data`; returns the random name it is kept under."""
    name = secrets.token_hex(16)
    folder = Path(settings.UPLOAD_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key_ring().seal_bytes(data, _place(name)))
    return name


@contextmanager
def opened_sealed(name: str, *, suffix: str) -> Iterator[Path]:
    """A temporary readable copy of a kept file, readable by this user alone and removed at the end."""
    data = key_ring().open_bytes((Path(settings.UPLOAD_DIR) / name).read_bytes(), _place(name))
    with tempfile.TemporaryDirectory(prefix="upload-") as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(data)
        yield path


def read_sealed(name: str) -> bytes:
    """What `store_sealed` kept. Raises SealError when it doesn't open, FileNotFoundError when it is gone."""
    return key_ring().open_bytes((Path(settings.UPLOAD_DIR) / name).read_bytes(), _place(name))


def remove_sealed(name: str) -> None:
    """Remove a kept file; one that is gone already is no error."""
    (Path(settings.UPLOAD_DIR) / name).unlink(missing_ok=True)
