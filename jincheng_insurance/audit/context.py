"""Which request is being answered, for the record of acts: its id and the address it came from; and who else wants to
know of an act inside its own transaction."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class RequestFacts:
    request_id: str = ""
    address: str | None = None


_current: ContextVar[RequestFacts | None] = ContextVar("request_facts", default=None)


def current_request() -> RequestFacts:
    return _current.get() or RequestFacts()


Witness = Callable[[Any], None]
_witness: ContextVar[Witness | None] = ContextVar("witness", default=None)


@contextmanager
def witnessed(witness: Witness) -> Iterator[None]:
    """Within it, every act recorded calls `witness` with its record, in the transaction of the act: what the witness
    writes stands or falls with the act, and when it raises, the act is undone."""
    token = _witness.set(witness)
    try:
        yield
    finally:
        _witness.reset(token)


def current_witness() -> Witness | None:
    return _witness.get()


class RequestContextMiddleware:
    """Gives each request an id, answered in `X-Request-ID`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        facts = RequestFacts(str(uuid.uuid4()), request.META.get("REMOTE_ADDR") or None)
        token = _current.set(facts)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response["X-Request-ID"] = facts.request_id
        return response
