"""Writing the record of acts. Services call `record` inside their own transaction, so act and record stand or fall
together."""

import re
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, models, transaction

from jincheng_insurance.audit.context import current_request, current_witness
from jincheng_insurance.audit.marks import mark_of
from jincheng_insurance.audit.models import AuditRecord

LONG_NUMBER = re.compile(r"(?<!\d)\d{11,20}[0-9Xx]?(?!\d)")


def record(
    act: str,
    *,
    actor: AbstractBaseUser | None,
    on: models.Model | None = None,
    county_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditRecord:
    """Add one act to the record. Must run inside a transaction; raises RuntimeError outside one. What looks like a
    personal number in full, typed into a name or a reason, is blanked."""
    if not connection.in_atomic_block:
        raise RuntimeError("an act is recorded in the transaction that does it")
    request = current_request()
    written = AuditRecord(
        act=act,
        actor_id=actor.pk if actor is not None else None,
        object_type=on._meta.label_lower if on is not None else "",
        object_id=str(on.pk) if on is not None else "",
        county_id=county_id if county_id is not None else getattr(on, "county_id", None),
        facts=_plain(facts or {}),
        reason=LONG_NUMBER.sub("***", reason),
        address=request.address,
        request_id=request.request_id,
    )
    written.mac = mark_of(written)
    written.save(force_insert=True)
    if witness := current_witness():
        witness(written)
    return written


@transaction.atomic(durable=True)
def note_view(*, actor: AbstractBaseUser, on: models.Model, county_id: int | None = None) -> None:
    """Record that somebody opened a page of a person, household or claim."""
    record("view_page", actor=actor, on=on, county_id=county_id)


def _plain(value: Any) -> Any:
    """A fact as JSON can hold it, at any depth without personal numbers."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool | int):
        return value
    return LONG_NUMBER.sub("***", str(value))
