"""Row history: what a row was before it was changed or removed, written by triggers of the database, so that a change
made past the product leaves its trace too.

A history row is the row as it was; the newest state stands in the table itself, and additions need no history, which
keeps bulk imports as fast as they are. Left out everywhere are the sealed columns and their indexes: the old number
would outlive its key, and new keys would be taken for changes of every row. That a number was changed, by whom and why,
stands in the record of acts.

Who acts is said to the triggers by a setting of the connection, `pghistory.context_metadata`."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
import pghistory.models
from django.db import connection, models
from django.http import HttpRequest, HttpResponseBase

from jincheng_insurance.audit.append_only import AppendOnly
from jincheng_insurance.audit.context import GetResponse, current_request

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
SET = "SELECT set_config('pghistory.context_metadata', %s, false)"
_said = threading.local()  # whether this thread's connection has been told
HIDDEN = ("_sealed", "_index", "password", "digest")


class RowHistory(AppendOnly, pghistory.models.Event):
    """A row as it was before it was changed or removed (`pgh_label`), and what the connection said of who did it."""

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True


def history_of(tracked: type[models.Model], *, without: tuple[str, ...] = ()) -> type[models.Model]:
    """Make the model that keeps the history of `tracked`, in the models of its app. Changes of the fields `without` are
    no history, nor are those of sealed numbers. Its table is guarded by `guard_append_only` in a migration."""
    hidden = [field.name for field in tracked._meta.local_concrete_fields if field.name.endswith(HIDDEN)]
    made: type[models.Model] = pghistory.create_event_model(
        tracked,
        pghistory.UpdateEvent("changed", row=pghistory.Old),
        pghistory.DeleteEvent("removed", row=pghistory.Old),
        exclude=[*hidden, *without],
        obj_field=pghistory.ObjForeignKey(
            related_name="history", related_query_name="history", db_index=True
        ),
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]
        append_only=False,
        model_name=f"{tracked.__name__}History",
        base_model=RowHistory,
        meta={"verbose_name": f"history of {tracked._meta.model_name}"},
        abstract=False,
    )
    return made


@contextmanager
def acting(**facts: Any) -> Iterator[None]:
    """Within it, history rows say `facts`: the user's id, the request or the task."""
    _say(json.dumps({name: value for name, value in facts.items() if value is not None}))
    try:
        yield
    finally:
        _be_silent()


def say_actor(user_id: int) -> None:
    """Within a request: it acts for this user, signed in or known by a token."""
    _say(json.dumps({"request": current_request().request_id, "user": user_id}))


def _say(facts: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SET, [facts])
    _said.now = bool(facts)


def _be_silent() -> None:
    """Take back what was said of who acts, if anything was and the connection still stands."""
    if getattr(_said, "now", False) and connection.connection is not None and not connection.needs_rollback:
        _say("")


class HistoryMiddleware:
    """Says who acts, for requests that may change something. Stands behind the one that knows the user."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in SAFE:
            return self.get_response(request)
        if request.user.is_authenticated:
            say_actor(request.user.pk)
        try:
            return self.get_response(request)
        finally:
            _be_silent()
