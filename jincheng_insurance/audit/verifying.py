"""Checking the chain of seals from its start: every seal, every row it covers, and what stands in no seal."""

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice

from django.apps import apps
from django.db import models
from django.utils import timezone

from jincheng_insurance.audit.chain import (
    LATE,
    MARK_BYTES,
    START,
    anchors,
    covered,
    digest_of,
    keys_of,
    mac_of,
    marks_of,
)
from jincheng_insurance.audit.marks import MARKED, mark_of
from jincheng_insurance.audit.models import AuditRecord, AuditSeal, SealPart

AT_ONCE = 5_000
SEALED_WITHIN = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain doesn't hold: in which seal and table, at which row, and what is wrong there."""

    what: str
    seal: int | None = None
    table: str = ""
    row: int | None = None

    def __str__(self) -> str:
        places = (("seal", self.seal), ("table", self.table), ("row", self.row))
        return ", ".join(
            [self.what, *(f"{name} {value}" for name, value in places if value not in (None, ""))]
        )

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def breaks(anchor_file: str = "") -> Iterator[Break]:
    """Every place where the chain doesn't hold, in the order of seals. None: all stands as it was written."""
    yield from _seals()
    if anchor_file:
        yield from _anchored(anchor_file)
    for model in covered():
        yield from _outside(model)
    yield from _forged()
    yield from _unsealed()


def _seals() -> Iterator[Break]:
    previous, expected = START, 1
    for seal in AuditSeal.objects.order_by("number").prefetch_related("parts").iterator(chunk_size=100):
        if seal.number != expected:
            yield Break("seal missing", expected)
        elif bytes(seal.previous) != previous:
            yield Break("seal does not follow the one before", seal.number)
        parts = list(seal.parts.all())
        if bytes(seal.mac) != mac_of(seal) or bytes(seal.parts_digest) != digest_of(parts):
            yield Break("seal altered", seal.number)
        for part in parts:
            yield from _rows(seal.number, part)
        previous, expected = bytes(seal.mac), seal.number + 1


def _rows(number: int, part: SealPart) -> Iterator[Break]:
    """The rows of one part against their marks."""
    model = next((model for model in apps.get_models() if model._meta.db_table == part.table), None)
    known = {field.attname for field in model._meta.local_concrete_fields} if model is not None else set()
    if model is None or not known.issuperset(part.fields):
        yield Break("table or column gone", number, part.table)
        return
    marks = bytes(part.marks)
    all_marks = {marks[at : at + MARK_BYTES] for at in range(0, len(marks), MARK_BYTES)}
    keys = keys_of(part.ranges)
    at = 0
    while some := list(islice(keys, AT_ONCE)):
        found = dict(marks_of(model, part.fields, some))
        for key in some:
            expected, at = marks[at : at + MARK_BYTES], at + MARK_BYTES
            mark = found.get(key)
            if mark is None:
                yield Break("row removed", number, part.table, key)
            elif mark != expected:
                what = "rows reordered" if mark in all_marks else "row altered"
                yield Break(what, number, part.table, key)


def _anchored(path: str) -> Iterator[Break]:
    """The marks that were left outside the database: each seal must still stand with its own."""
    macs = dict(AuditSeal.objects.values_list("number", "mac"))
    for number, mac in sorted(anchors(path).items()):
        if number not in macs:
            yield Break("seal missing", number)
        elif bytes(macs[number]) != mac:
            yield Break("seal made anew", number)


def _outside(model: type[models.Model]) -> Iterator[Break]:
    """Rows in no seal, too far below the highest sealed key to be merely late."""
    table = model._meta.db_table
    ranges = [
        tuple(one)
        for some in SealPart.objects.filter(table=table).values_list("ranges", flat=True)
        for one in some
    ]
    ceiling = max((last for _first, last in ranges), default=0) - LATE
    sealed = iter(sorted(ranges))
    first, last = next(sealed, (0, 0))
    below = model._base_manager.filter(pk__lte=ceiling).order_by("pk").values_list("pk", flat=True)
    for key in below.iterator(chunk_size=10_000):
        while key > last:
            first, last = next(sealed, (ceiling + LATE + 1, ceiling + LATE + 1))
        if key < first:
            yield Break("row inserted", None, table, key)


def _forged() -> Iterator[Break]:
    """Records without the product's own mark. Those of before there were marks stand in the first seal."""
    first = SealPart.objects.filter(seal__number=1, table=AuditRecord._meta.db_table).first()
    old = first.ranges if first is not None else []
    records = AuditRecord.objects.order_by("pk").values_list("pk", "mac", "address", *MARKED, named=True)
    for record in records.iterator(chunk_size=2000):
        if record.mac is None and any(low <= record.pk <= high for low, high in old):
            continue
        if record.mac is None or bytes(record.mac) != mark_of(record):
            yield Break("row not written by the product", None, AuditRecord._meta.db_table, record.pk)


def _unsealed() -> Iterator[Break]:
    """The first act that should have been sealed long ago: nobody seals, or the last seals were taken away."""
    table = AuditRecord._meta.db_table
    last = SealPart.objects.filter(table=table).aggregate(last=models.Max("last"))["last"] or 0
    waiting = AuditRecord.objects.filter(pk__gt=last, at__lt=timezone.now() - SEALED_WITHIN).order_by("pk")
    if (first := waiting.first()) is not None:
        yield Break("row not sealed in time", None, table, first.pk)
