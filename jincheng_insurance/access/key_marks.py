"""Which keys the database was sealed and indexed with: a mark of each, so that a key that is lost or mistaken is said
when a process starts, and not when somebody's number doesn't open (R25)."""

import hmac
import logging

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, models
from django.utils import timezone

from jincheng_insurance.access.sealed_columns import keys_in_use
from jincheng_insurance.access.sealed_files import file_keys_in_use
from jincheng_insurance.access.sealing import KEY_IDS, Place, SealError, key_ring

log = logging.getLogger(__name__)

INDEX = "index"
KNOWN = "known text of a key's mark"


class KeyMark(models.Model):
    """One key that the database's values need: a known text sealed with the key of that id (`seal-1`), or indexed
    (`index`). It tells whether a key is the same one, and nothing else. `retired_at`: nothing is sealed with it any
    more. An index mark that is empty says that the index key is being changed."""

    name = models.CharField(max_length=10, unique=True)
    mark = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "access"
        verbose_name = "key mark"

    def __str__(self) -> str:
        return self.name


def _name(key_id: int) -> str:
    return f"seal-{key_id}"


def _place(key_id: int) -> Place:
    return Place("access_keymark", "mark", key_id)


def key_problems() -> list[str]:
    """What is wrong with the keys as they are set, each with what to do; none when all fit. One small query unless
    something is wrong, or the database has no marks yet."""
    marks = {mark.name: mark for mark in KeyMark.objects.filter(retired_at=None)}
    index = marks.pop(INDEX, None)
    problems = _index_problems(bytes(index.mark)) if index is not None else []
    if not marks:
        return problems + _lost(set(keys_in_use()) | set(file_keys_in_use()))
    needed = {int(name.removeprefix("seal-")): bytes(mark.mark) for name, mark in marks.items()}
    missing = needed.keys() - key_ring().ids
    return problems + (_lost(missing) if missing else []) + _mistaken(needed)


def _index_problems(mark: bytes) -> list[str]:
    if not mark:
        return [
            "INDEX_KEY is being changed. Run `manage.py rotate_keys --index` to its end; then start again."
        ]
    if hmac.compare_digest(mark, key_ring().index(KNOWN)):
        return []
    return [
        "INDEX_KEY is not the key that this database was indexed with: nobody would be found by number, and"
        " people could be listed twice. Set the former key again, or change it by"
        " `manage.py rotate_keys --index` (docs/deploy.md)."
    ]


def _lost(key_ids: set[int]) -> list[str]:
    """Of the keys that aren't in the ring, those that values or files are still sealed with."""
    values, files = keys_in_use(), file_keys_in_use()
    return [
        f"SEAL_KEYS lacks key {key_id}: {values.get(key_id, 0)} values and {files.get(key_id, 0)} files are sealed with"
        " it and can't be opened. Put the key back; `manage.py rotate_keys` says when it may go (docs/deploy.md)."
        for key_id in sorted(key_ids - key_ring().ids)
        if key_id in KEY_IDS and (values.get(key_id) or files.get(key_id))
    ]


def _mistaken(needed: dict[int, bytes]) -> list[str]:
    problems = []
    for key_id in sorted(needed.keys() & key_ring().ids):
        try:
            key_ring().open(needed[key_id], _place(key_id))
        except SealError:
            problems.append(
                f"Key {key_id} of SEAL_KEYS is another one than the key {key_id} that this database was sealed with."
                " Put the former one back, and give the new key the next number (docs/deploy.md)."
            )
    return problems


def mark_keys() -> None:
    """Note the key that seals now, and the index key, unless they are noted already."""
    ring = key_ring()
    names = {_name(ring.current): ring.seal(KNOWN, _place(ring.current)), INDEX: ring.index(KNOWN)}
    noted = set(KeyMark.objects.filter(name__in=names).values_list("name", flat=True))
    marks = [KeyMark(name=name, mark=mark) for name, mark in names.items() if name not in noted]
    if marks:
        KeyMark.objects.bulk_create(marks, ignore_conflicts=True)


def retire_keys_but(key_id: int) -> list[int]:
    """Note that nothing is sealed any more with the other keys; their ids."""
    others = KeyMark.objects.filter(retired_at=None).exclude(name__in=(INDEX, _name(key_id)))
    retired = sorted(int(mark.name.removeprefix("seal-")) for mark in others)
    others.update(retired_at=timezone.now())
    return retired


def mark_index(*, changing: bool) -> None:
    """Note that the index key is being changed, or that the one set now is the database's."""
    mark = b"" if changing else key_ring().index(KNOWN)
    KeyMark.objects.update_or_create(name=INDEX, defaults={"mark": mark})


def confirm_keys() -> None:
    """For a process that starts: ImproperlyConfigured when the keys don't fit the database, else they are marked. A
    database that is away, or has no tables yet, stops nobody: what needs it says so itself."""
    try:
        problems = key_problems()
        if not problems:
            mark_keys()
    except DatabaseError as error:
        log.warning("the keys could not be compared with the database: %s", type(error).__name__)
        return
    finally:
        if not connection.in_atomic_block:
            connection.close()  # none is shared by processes that a server forks after this
    if problems:
        raise ImproperlyConfigured("\n".join(problems))
