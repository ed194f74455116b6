"""The register of sealed columns: where each sealed value of the database stands, and what it is bound to. Whoever
adds such a column registers it from `AppConfig.ready`; a test fails for one that is forgotten, because a change of keys
would pass it by."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, Count, Func, IntegerField, QuerySet, Value, When
from django.db.models.lookups import GreaterThan

from jincheng_insurance.access.sealing import NONCE_BYTES, Place

SHORTER = NONCE_BYTES + 2


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One column of a model whose values are sealed for (`table`, `column`, the row that `row` names). `only` says
    which of its rows, where they are bound in different ways."""

    model: str
    field: str
    table: str
    column: str
    row: str = "pk"
    only: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.model}.{self.field}"

    @property
    def of(self) -> type[models.Model]:
        return apps.get_model(self.model)

    def place(self, row: int) -> Place:
        return Place(self.table, self.column, row)

    def rows(self, using: str = "default") -> QuerySet[Any]:
        """The rows that hold a value here."""
        filled = {f"{self.field}__isnull": False}
        return self.of._base_manager.using(using).filter(**self.only, **filled).order_by()


def key_id(column: str) -> Case:
    """Which key a column's value is sealed with: its second byte; -1 for what is shorter than any seal."""
    length = Func(column, function="length", output_field=IntegerField())
    second = Func(column, Value(1), function="get_byte", output_field=IntegerField())
    return Case(When(GreaterThan(length, SHORTER), then=second), default=Value(-1))


@dataclass(frozen=True, slots=True)
class IndexedColumn:
    """A column that holds the search index of a sealed column's value in the same row."""

    field: str
    sealed: SealedColumn

    def __str__(self) -> str:
        return f"{self.sealed.model}.{self.field}"


SEALED: list[SealedColumn] = []
INDEXED: list[IndexedColumn] = []
# What else is done once every index is made anew under another key.
REINDEXING: list[Callable[[], None]] = []


def register_sealed(*columns: SealedColumn) -> None:
    """Say which columns are sealed. The same again changes nothing."""
    SEALED.extend(column for column in columns if column not in SEALED)


def register_indexed(*columns: IndexedColumn, finish: Callable[[], None] | None = None) -> None:
    """Say which columns are indexes of sealed ones, and what `finish` does about indexes without a sealed value."""
    INDEXED.extend(column for column in columns if column not in INDEXED)
    if finish is not None and finish not in REINDEXING:
        REINDEXING.append(finish)


def sealed_fields() -> set[str]:
    """The registered columns as `app.Model.field`."""
    return {f"{column.of._meta.label}.{column.field}" for column in SEALED}


def keys_in_use(using: str = "default") -> dict[int, int]:
    """How many values of the database are sealed with which key. Reads every sealed column: not for each start."""
    found: dict[int, int] = {}
    for column in SEALED:
        for key_id, count in _counts(column, using):
            found[key_id] = found.get(key_id, 0) + count
    return found


def _counts(column: SealedColumn, using: str) -> Iterator[tuple[int, int]]:
    counted = (
        column.rows(using)
        .annotate(sealed_with=key_id(column.field))
        .values("sealed_with")
        .annotate(n=Count("pk"))
    )
    yield from counted.values_list("sealed_with", "n")
