"""What the objects of the record are called: a claim by its number, a household by its code, a person by user name.
Rooms register the field of a model that names its rows; no personal number is ever one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.db.models import CharField, Model, Q, QuerySet, Value
from django.db.models.functions import Cast

from jincheng_insurance.access.models import User
from jincheng_insurance.access.scope import ScopedQuerySet
from jincheng_insurance.audit.models import AuditRecord

NAMES: dict[str, str] = {}


def register_name(model: str, lookup: str) -> None:
    """Say by which field, its own or that of a row it belongs to, the rows of a model are called."""
    NAMES[model] = lookup


def names_of(actor: User, records: Iterable[AuditRecord]) -> dict[tuple[str, str], str]:
    """What the objects of these records are called, by kind and key, as far as the actor may see them; one query."""
    keys: dict[str, set[str]] = defaultdict(set)
    for record in records:
        if record.object_type in NAMES and record.object_id.isdecimal():
            keys[record.object_type].add(record.object_id)
    found = _together(
        [_named(actor, kind).filter(pk__in=sorted(wanted)) for kind, wanted in sorted(keys.items())]
    )
    return {(kind, key): called for kind, key, called in found}


def called(actor: User, name: str) -> list[tuple[str, str]]:
    """Kind and key of every object within the actor's reach that is called exactly so; one query."""
    found = _together([_named(actor, kind).filter(**{NAMES[kind]: name}) for kind in sorted(NAMES)])
    return [(kind, key) for kind, key, _called in found]


def records_called(actor: User, name: str) -> Q:
    """The acts on objects called so, and those that name them in their facts (a bill is entered for a claim)."""
    reached = Q(pk__in=())
    for kind, key in called(actor, name):
        reached |= Q(object_type=kind, object_id=key)
        if NAMES[kind] == "number":
            reached |= Q(facts__contains={"claim": name}) | Q(facts__contains={"number": name})
    return reached


def _named(actor: User, kind: str) -> QuerySet[Model]:
    rows = apps.get_model(kind)._default_manager.get_queryset()
    return rows.visible_to(actor) if isinstance(rows, ScopedQuerySet) else rows


def _together(parts: Sequence[QuerySet[Model]]) -> list[tuple[str, str, str]]:
    """Kind, key and name of all these rows."""
    shown: list[QuerySet[Any, Any]] = [
        rows.order_by().values_list(
            Value(rows.model._meta.label_lower, output_field=CharField()),
            Cast("pk", CharField()),
            Cast(NAMES[rows.model._meta.label_lower], CharField()),
        )
        for rows in parts
    ]
    return list(shown[0].union(*shown[1:], all=True)) if shown else []
