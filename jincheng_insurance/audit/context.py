"""Which request is being answered, for the record of acts: its id and the address it came from."""

import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class RequestFacts:
    request_id: str = ""
    address: str | None = None


_current: ContextVar[RequestFacts | None] = ContextVar("request_facts", default=None)


def current_request() -> RequestFacts:
    return _current.get() or RequestFacts()


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
