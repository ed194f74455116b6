"""Uploaded files at rest: encrypted in the private upload folder, in the clear only for as long as they are read."""

import os
import re
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from jincheng_insurance.access.sealing import NONCE_BYTES, Place, SealError, key_id_of, key_ring

NAME = re.compile(r"[0-9a-f]{32}")


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


def kept_files() -> Iterator[Path]:
    """The files that `store_sealed` has kept."""
    folder = Path(settings.UPLOAD_DIR)
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))


def file_keys_in_use() -> dict[int, int]:
    """How many kept files are sealed with which key."""
    found: Counter[int] = Counter()
    for path in kept_files():
        with suppress(FileNotFoundError), path.open("rb") as file:
            found[key_id_of(file.read(NONCE_BYTES + 3))] += 1
    return dict(found)


def reseal_files() -> tuple[int, list[str]]:
    """Seal every kept file with the current key; how many were, and the names of those that don't open. Each is
    replaced at one stroke: whoever reads it finds the old or the new one. Run again, it goes on where it was cut
    short."""
    done, closed = 0, []
    for path in kept_files():
        try:
            sealed = path.read_bytes()
            if key_id_of(sealed) == key_ring().current:
                continue
            _replace(path, key_ring().reseal(sealed, _place(path.name)))
            done += 1
        except FileNotFoundError:
            continue  # removed meanwhile
        except SealError:
            closed.append(path.name)
    return done, closed


def _replace(path: Path, data: bytes) -> None:
    fresh = path.with_name(f".{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if not path.exists():  # removed meanwhile: it must not come back
        fresh.unlink()
        raise FileNotFoundError(path.name)
    fresh.replace(path)
