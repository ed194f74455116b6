"""Kept files: encrypted, for this user alone, bound to their name, and changed at one stroke."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jincheng_insurance.access import sealed_files
from jincheng_insurance.access.sealed_files import (
    file_keys_in_use,
    kept_files,
    opened_sealed,
    read_sealed,
    remove_sealed,
    reseal_files,
    store_sealed,
)
from jincheng_insurance.access.sealing import SealError, key_id_of, key_ring

WORKBOOK = b"PK a workbook \xff\x00"
NEXT = base64.b64encode(b"test-" + b"t" * 27).decode()


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.UPLOAD_DIR = str(tmp_path / "kept" / "uploads")
    key_ring.cache_clear()
    yield tmp_path / "kept" / "uploads"
    key_ring.cache_clear()


@pytest.fixture
def next_key(settings: Any) -> Callable[[], None]:
    """What a test calls after it has stored: key 2 seals from then on."""

    def change() -> None:
        settings.SEAL_KEYS = f"{settings.SEAL_KEYS},2:{NEXT}"
        key_ring.cache_clear()

    return change


def test_a_file_is_kept_encrypted_and_for_this_user_alone(folder: Path) -> None:
    name = store_sealed(WORKBOOK)
    kept = folder / name
    assert len(name) == 32
    assert WORKBOOK not in kept.read_bytes()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert read_sealed(name) == WORKBOOK
    assert store_sealed(WORKBOOK) != name


def test_a_file_under_another_name_does_not_open(folder: Path) -> None:
    one, other = store_sealed(WORKBOOK), store_sealed(b"another")
    (folder / one).replace(folder / other)
    with pytest.raises(SealError):
        read_sealed(other)
    with pytest.raises(FileNotFoundError):
        read_sealed(one)
    with pytest.raises(SealError), opened_sealed(other, suffix=".xlsx"):
        pass


def test_a_readable_copy_lives_only_as_long_as_it_is_used() -> None:
    with opened_sealed(store_sealed(WORKBOOK), suffix=".xlsx") as copy:
        assert copy.read_bytes() == WORKBOOK
        assert copy.suffix == ".xlsx"
        assert copy.parent.name.startswith("upload-")
        assert copy.parent.stat().st_mode & 0o777 == 0o700
    assert not copy.parent.exists()


def test_a_file_is_removed_once_and_removing_it_again_is_no_error() -> None:
    name = store_sealed(WORKBOOK)
    remove_sealed(name)
    remove_sealed(name)
    assert list(kept_files()) == []


def test_only_what_was_stored_counts_as_kept(folder: Path) -> None:
    assert list(kept_files()) == []
    assert file_keys_in_use() == {}
    names = sorted(store_sealed(bytes([number])) for number in range(3))
    for stranger in (f".{names[0]}.new", "README", f"{names[0]}0"):
        (folder / stranger).write_bytes(b"")
    assert [path.name for path in kept_files()] == names
    assert file_keys_in_use() == {1: 3}


def test_files_are_sealed_anew_and_those_that_do_not_open_are_named(
    folder: Path, next_key: Callable[[], None]
) -> None:
    names = sorted(store_sealed(bytes([number])) for number in range(4))
    before_of = {place: read_sealed(name) for place, name in enumerate(names)}
    (folder / names[1]).write_bytes(b"no sealed file")
    (folder / names[2]).write_bytes((folder / names[0]).read_bytes())
    next_key()
    fresh = store_sealed(WORKBOOK)
    assert file_keys_in_use() == {0: 1, 1: 3, 2: 1}
    before = (folder / fresh).read_bytes()
    assert reseal_files() == (2, [names[1], names[2]])
    assert all(read_sealed(names[place]) == before_of[place] for place in (0, 3))
    assert {key_id_of((folder / names[place]).read_bytes()) for place in (0, 3)} == {2}
    assert (folder / names[0]).stat().st_mode & 0o777 == 0o600
    assert (folder / fresh).read_bytes() == before
    assert reseal_files() == (0, [names[1], names[2]])


def test_a_file_removed_while_it_is_sealed_anew_does_not_come_back(
    folder: Path, next_key: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, stays = sorted(store_sealed(bytes([number])) for number in range(2))
    next_key()
    synced = sealed_files.os.fsync
    monkeypatch.setattr(
        sealed_files.os, "fsync", lambda handle: (synced(handle), (folder / gone).unlink(missing_ok=True))
    )
    assert reseal_files() == (1, [])
    assert [path.name for path in folder.iterdir()] == [stays]
