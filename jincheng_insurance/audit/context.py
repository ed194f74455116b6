"""Which request is being answered, for the record of acts: its id and the address it came from; what is known while
it lasts; and who else wants to know of an act inside its own transaction."""

import ipaddress
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RequestFacts:
    request_id: str = ""
    address: str | None = None
    known: dict[Callable[[], Any], Any] = field(default_factory=dict)


_current: ContextVar[RequestFacts | None] = ContextVar("request_facts", default=None)


def current_request() -> RequestFacts:
    return _current.get() or RequestFacts()


def once_a_request(ask: Callable[[], T]) -> Callable[[], T]:
    """`ask`, whose answer is remembered as long as a request lasts; outside of requests it is asked each time. For what
    a page asks in many places and no request changes."""

    @wraps(ask)
    def remembered() -> T:
        known = current_request().known
        if ask not in known:
            known[ask] = ask()
        answer: T = known[ask]
        return answer

    return remembered


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


def client_address(request: HttpRequest) -> str | None:
    """The address a request came from. Of the proxies in front, as many as TRUSTED_PROXIES says are believed: each adds
    to X-Forwarded-For whom it was called by, so the visitor stands that many places from its end; what stands before
    may be made up. None where nothing readable stands there."""
    way = [request.META.get("REMOTE_ADDR", "")]
    if settings.TRUSTED_PROXIES:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        way = [*forwarded, *way] if forwarded != [""] else way
    at = max(0, len(way) - 1 - settings.TRUSTED_PROXIES)
    try:
        return str(ipaddress.ip_address(way[at].strip()))
    except ValueError:
        return None


class RequestContextMiddleware:
    """Gives each request an id, answered in `X-Request-ID`. One that the caller sends is not taken over: it could be
    made to look like another's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        facts = RequestFacts(str(uuid.uuid4()), client_address(request))
        token = _current.set(facts)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response["X-Request-ID"] = facts.request_id
        return response
