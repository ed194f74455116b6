"""The chain of seals over everything that is only ever added: the record of acts, the ledgers of money, the history of
rows. Each seal marks every row added since the one before and names the seal before it, all under AUDIT_KEY, which the
database doesn't have: whoever changes, removes or adds rows past the product, even as its superuser, is found.

Keys are handed out before commit, so a row may appear below others that are sealed already. A seal therefore says
exactly which rows it covers, and a late row stands in the next one.

A seal's last line goes to the log and, where AUDIT_ANCHORS names a file, there too: outside the database, so that
cutting the chain's end off is found as well."""

import datetime
import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from jincheng_insurance.audit.append_only import AppendOnly
from jincheng_insurance.audit.marks import keyed, written_down
from jincheng_insurance.audit.models import AuditSeal, SealPart

log = logging.getLogger("jincheng_insurance.audit.anchor")

LOCK = 7144
MARK_BYTES = 16
MOST_ROWS = 50_000  # of a table in one seal
LATE = 50_000  # how far below the highest sealed key a late row is still looked for
HIDDEN = ("_sealed", "_index")  # sealed anew when keys change
OWN = (AuditSeal, SealPart)
START = bytes(32)


def covered() -> list[type[models.Model]]:
    """The models whose rows are sealed."""
    found = [model for model in apps.get_models() if issubclass(model, AppendOnly) and model not in OWN]
    return sorted(found, key=lambda model: model._meta.db_table)


def fields_of(model: type[models.Model]) -> list[str]:
    """The columns a mark is made of: all but the key, which is its place, and what changes with the keys of seals."""
    return sorted(
        field.attname
        for field in model._meta.local_concrete_fields
        if not field.primary_key and not field.attname.endswith(HIDDEN)
    )


def marks_of(
    model: type[models.Model], fields: list[str], keys: Iterable[int]
) -> Iterator[tuple[int, bytes]]:
    """Key and mark of each row with one of the keys, which ascend, in their order."""
    keys, table = list(keys), model._meta.db_table
    if not keys:
        return
    # Without a gap, as they nearly always are, two keys say which, instead of thousands.
    gapless = keys[-1] - keys[0] == len(keys) - 1
    wanted = {"pk__range": (keys[0], keys[-1])} if gapless else {"pk__in": keys}
    rows = model._base_manager.filter(**wanted).order_by("pk").values_list("pk", *fields)
    for key, *values in rows.iterator(chunk_size=2000):
        content = written_down(dict(zip(fields, values, strict=True)))
        yield key, keyed(table, content)[:MARK_BYTES]


@transaction.atomic(durable=True)
def seal_records() -> AuditSeal | None:
    """Seal what was added and committed since the last seal; None when nothing was. One at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = AuditSeal.objects.order_by("-number").first()
    parts = [part for model in covered() if (part := _new_part(model)) is not None]
    if not parts:
        return None
    number = last.number + 1 if last is not None else 1
    seal = AuditSeal(
        number=number,
        at=timezone.now(),
        parts_digest=digest_of(parts),
        previous=last.mac if last is not None else START,
    )
    seal.mac = mac_of(seal)
    seal.save(force_insert=True)
    for part in parts:
        part.seal = seal
    SealPart.objects.bulk_create(parts)
    transaction.on_commit(lambda: _anchor(seal))
    return seal


def _new_part(model: type[models.Model]) -> SealPart | None:
    """What of a table isn't sealed yet."""
    table, fields = model._meta.db_table, fields_of(model)
    highest = SealPart.objects.filter(table=table).aggregate(models.Max("last"))["last__max"] or 0
    floor = max(0, highest - LATE)
    sealed: set[int] = set()
    for ranges in SealPart.objects.filter(table=table, last__gt=floor).values_list("ranges", flat=True):
        sealed.update(key for key in keys_of(ranges) if key > floor)
    present = model._base_manager.filter(pk__gt=floor).order_by("pk").values_list("pk", flat=True)
    keys = list(islice((key for key in present.iterator(chunk_size=10_000) if key not in sealed), MOST_ROWS))
    marked = list(marks_of(model, fields, keys))
    if not marked:
        return None
    return SealPart(
        table=table,
        fields=fields,
        ranges=ranges_of([key for key, _mark in marked]),
        last=marked[-1][0],
        marks=b"".join(mark for _key, mark in marked),
    )


def ranges_of(keys: Iterable[int]) -> list[list[int]]:
    """Ascending keys as ranges without a gap.

    >>> ranges_of([1, 2, 3, 7, 9, 10])
    [[1, 3], [7, 7], [9, 10]]
    """
    ranges: list[list[int]] = []
    for key in keys:
        if ranges and ranges[-1][1] == key - 1:
            ranges[-1][1] = key
        else:
            ranges.append([key, key])
    return ranges


def keys_of(ranges: list[list[int]]) -> Iterator[int]:
    for first, last in ranges:
        yield from range(first, last + 1)


def digest_of(parts: Iterable[SealPart]) -> bytes:
    """One digest of all that a seal's parts say."""
    whole = hashlib.sha256()
    for part in sorted(parts, key=lambda part: part.table):
        whole.update(json.dumps([part.table, part.fields, part.ranges, part.last]).encode())
        whole.update(hashlib.sha256(bytes(part.marks)).digest())
    return whole.digest()


def mac_of(seal: AuditSeal) -> bytes:
    return keyed(
        "seal",
        written_down(
            {
                "number": seal.number,
                "at": seal.at.astimezone(datetime.UTC),
                "parts": bytes(seal.parts_digest),
                "previous": bytes(seal.previous),
            }
        ),
    )


def _anchor(seal: AuditSeal) -> None:
    """Leave the seal's mark outside the database."""
    line = f"seal {seal.number} {bytes(seal.mac).hex()}"
    log.info("%s", line)
    if settings.AUDIT_ANCHORS:
        with Path(settings.AUDIT_ANCHORS).open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def anchors(path: str) -> dict[int, bytes]:
    """The seals' marks that were left outside, by number. Raises ValueError where a line is none."""
    found = {}
    lines: list[Any] = Path(path).read_text(encoding="utf-8").splitlines()
    for line in lines:
        _seal, number, mac = line.split()[-3:]
        found[int(number)] = bytes.fromhex(mac)
    return found
