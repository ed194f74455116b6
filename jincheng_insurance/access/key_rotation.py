"""Changing keys: every sealed value and file is sealed anew with the current key, or every index made anew, batch by
batch. Run again after it was cut short, it goes on: what is done already is told by the key's id in the value, or by
the index itself."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connections, models, transaction
from django.db.models import F

from jincheng_insurance.access.key_marks import mark_index, retire_keys_but
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.sealed_columns import (
    INDEXED,
    REINDEXING,
    SEALED,
    IndexedColumn,
    SealedColumn,
    key_id,
    keys_in_use,
)
from jincheng_insurance.access.sealed_files import file_keys_in_use, reseal_files
from jincheng_insurance.access.sealing import SealError, indexed, key_ring
from jincheng_insurance.audit.services import record

BATCH = 1_000
PASSES = 3
INDEX_KEY_BYTES = 32

Say = Callable[[str], None]


@dataclass(slots=True)
class Rotation:
    """What a change of keys has done: values and files by place, those that don't open, and the keys now free."""

    changed: dict[str, int] = field(default_factory=dict)
    files: int = 0
    closed: list[str] = field(default_factory=list)
    retired: list[int] = field(default_factory=list)
    left: int = 0

    @property
    def values(self) -> int:
        return sum(self.changed.values())

    def add(self, place: object, changed: int) -> None:
        if changed:
            self.changed[str(place)] = self.changed.get(str(place), 0) + changed


def owner_alias() -> str:
    """The connection that may seal ledgers anew: the tables' owner."""
    return "owner" if "owner" in settings.DATABASES else "default"


def rotate_seal_keys(*, say: Say = lambda line: None) -> Rotation:
    """Seal every value and file with the current key; the former keys are retired once nothing is sealed with them and
    everything opened. Values that processes with the former ring still write meanwhile are taken in further passes."""
    current, using, rotation = key_ring().current, owner_alias(), Rotation()
    for _pass in range(PASSES):
        rotation.closed = []
        for column in SEALED:
            changed, closed = _reseal_column(column, using, say)
            rotation.add(column, changed)
            rotation.closed += closed
        files, names = reseal_files()
        rotation.files += files
        rotation.closed += [f"file {name}" for name in names]
        in_use = [*keys_in_use(using).items(), *file_keys_in_use().items()]
        rotation.left = sum(count for key, count in in_use if key != current)
        if rotation.left <= len(rotation.closed):
            break
    with transaction.atomic(durable=True):
        if not rotation.left:
            rotation.retired = retire_keys_but(current)
        record(
            "rotate_keys",
            actor=None,
            facts={"key": current, "values": rotation.values, "files": rotation.files, "left": rotation.left},
        )
    return rotation


def _reseal_column(column: SealedColumn, using: str, say: Say) -> tuple[int, list[str]]:
    """One pass over a column, in the order of its keys."""
    current, last, done, closed = key_ring().current, 0, 0, []
    todo = column.rows(using).annotate(sealed_with=key_id(column.field), bound_to=F(column.row))
    todo = todo.exclude(sealed_with=current).order_by("pk")
    while rows := list(todo.filter(pk__gt=last).values_list("pk", "bound_to", column.field)[:BATCH]):
        changes = []
        for pk, row, sealed in rows:
            try:
                changes.append((pk, bytes(sealed), key_ring().reseal(bytes(sealed), column.place(row))))
            except SealError:
                closed.append(f"{column} of row {pk}")
        done += _replace(column.of, column.field, changes, using)
        last = rows[-1][0]
        say(f"{column}: {done}")
    return done, closed


def _replace(
    model: type[models.Model], name: str, changes: list[tuple[int, bytes, bytes]], using: str
) -> int:
    """Put new values in place of those that still stand; how many did. What was written meanwhile stays."""
    connection = connections[using]
    table, column = (connection.ops.quote_name(part) for part in (model._meta.db_table, name))
    keys, old, new = ([change[place] for change in changes] for place in range(3))
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET {column} = c.new"
            " FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]) AS c (key, old, new)"
            f" WHERE t.id = c.key AND t.{column} = c.old",
            [keys, old, new],
        )
        return int(cursor.rowcount)


def rotate_index_key(*, say: Say = lambda line: None) -> Rotation:
    """Make every index anew under INDEX_KEY, from FORMER_INDEX_KEY. Nothing else may run meanwhile: who was enrolled
    under one key isn't found under the other. Refused without the former key, and while other processes are at work."""
    former = settings.FORMER_INDEX_KEY.encode()
    if len(former) < INDEX_KEY_BYTES:
        raise Refused("Set FORMER_INDEX_KEY to the index key so far, and INDEX_KEY to the new one.")
    using, rotation = owner_alias(), Rotation()
    if others := _others_at_work(using):
        raise Refused("Stop web, worker and beat first: %(others)s connections are open.", others=others)
    mark_index(changing=True)
    for column in INDEXED:
        changed, closed = _reindex_column(column, former, using, say)
        rotation.add(column, changed)
        rotation.closed += closed
    for finish in REINDEXING:
        finish()
    with transaction.atomic(durable=True):
        if not rotation.closed:
            mark_index(changing=False)
        record(
            "rotate_index_key", actor=None, facts={"values": rotation.values, "left": len(rotation.closed)}
        )
    return rotation


def _reindex_column(column: IndexedColumn, former: bytes, using: str, say: Say) -> tuple[int, list[str]]:
    sealed, last, done, closed = column.sealed, 0, 0, []
    rows_with = sealed.rows(using).annotate(bound_to=F(sealed.row)).order_by("pk")
    while rows := list(
        rows_with.filter(pk__gt=last).values_list("pk", "bound_to", sealed.field, column.field)[:BATCH]
    ):
        changes = []
        for pk, row, value, stands in rows:
            old, new = _indexes(value, sealed, row, former)
            if stands is None or bytes(stands) not in (old, new):
                closed.append(f"{column} of row {pk}")
            elif bytes(stands) != new:
                changes.append((pk, old, new))
        done += _replace(sealed.of, column.field, changes, using)
        last = rows[-1][0]
        say(f"{column}: {done}")
    return done, closed


def _indexes(value: bytes, sealed: SealedColumn, row: int, former: bytes) -> tuple[bytes, bytes]:
    """The index of a sealed value under the former and the new key; nothing equals them where it doesn't open."""
    try:
        opened = key_ring().open(bytes(value), sealed.place(row))
    except SealError:
        return b"", b""
    return indexed(opened, former), key_ring().index(opened)


def _others_at_work(using: str) -> int:
    """How many connections of the product are open to this database besides this process's own."""
    own = []
    for alias in {using, "default"}:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            own.append(cursor.fetchone()[0])
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = %s AND pid <> ALL(%s)",
            [connections[using].settings_dict["OPTIONS"]["application_name"], own],
        )
        return int(cursor.fetchone()[0])
