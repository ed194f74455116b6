"""What went wrong, as problem details (RFC 9457): one shape for every refusal, with the rule of the scheme behind it
and the field it is about."""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.web.rule_texts import rule_text

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
WHOLE = ""  # an error of the request as a whole, not of one field
API_ROOT = "/api/"
MOST_READ_OFF, PIECE = 64 * 2**20, 2**16  # bytes


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its last part in `type`, its HTTP status, its title."""

    name: str
    status: int
    title: str | Promise


KINDS = {
    kind.name: kind
    for kind in (
        Kind("malformed", 400, gettext_lazy("The request can't be read")),
        Kind("key-missing", 400, gettext_lazy("The request needs an Idempotency-Key")),
        Kind("not-authenticated", 401, gettext_lazy("A valid token is needed")),
        Kind("forbidden", 403, gettext_lazy("Not allowed")),
        Kind("not-found", 404, gettext_lazy("Not found")),
        Kind("method-not-allowed", 405, gettext_lazy("This method isn't offered here")),
        Kind("in-flight", 409, gettext_lazy("The same request is being worked on")),
        Kind("too-large", 413, gettext_lazy("The request is too large")),
        Kind("unsupported-media-type", 415, gettext_lazy("This format isn't read here")),
        Kind("invalid", 422, gettext_lazy("Some fields are not right")),
        Kind("refused", 422, pgettext_lazy("a request", "Refused")),
        Kind("key-reused", 422, gettext_lazy("The key was used for another request")),
        Kind("throttled", 429, gettext_lazy("Too many requests")),
        Kind("failed", 500, gettext_lazy("Something went wrong on our side")),
    )
}
OF_STATUS = {
    400: "malformed",
    401: "not-authenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid",
    429: "throttled",
}


class Problem(Exception):
    """Raised by the API itself; answered as a problem of that kind."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind, self.detail = KINDS[kind], detail


def body_of(
    kind: Kind, detail: str, *, rule: str = "", errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """The members of a problem; `rule` and `errors` only where there are any."""
    body: dict[str, Any] = {
        "type": f"/api/v1/docs#{kind.name}",
        "title": str(kind.title),
        "status": kind.status,
        "detail": detail,
    }
    if rule:
        body["rule"] = rule
    if errors:
        body["errors"] = errors
    return body


FORESEEN: tuple[tuple[type[Exception], str, Promise], ...] = (
    (Http404, "not-found", gettext_lazy("There is nothing here that you may see.")),
    (PermissionDenied, "forbidden", gettext_lazy("Your post doesn't allow this. Ask your administrator.")),
    (
        exceptions.PermissionDenied,
        "forbidden",
        gettext_lazy("Your post doesn't allow this. Ask your administrator."),
    ),
    (RequestDataTooBig, "too-large", gettext_lazy("Send less at once.")),
    (SuspiciousOperation, "malformed", gettext_lazy("The request can't be read.")),
)


def problem_of(error: Exception) -> dict[str, Any]:
    """Any exception as a problem. What nobody foresaw says nothing of its inside."""
    match error:
        case Problem():
            body = body_of(error.kind, error.detail)
        case Refused():
            errors = [{"field": error.field, "message": str(error)}] if error.field else None
            body = body_of(KINDS["refused"], str(error), rule=error.rule, errors=errors)
        case RuleError():
            body = body_of(KINDS["refused"], rule_text(error), rule=error.rule)
        case exceptions.ValidationError():
            errors = [{"field": field, "message": message} for field, message in _flat(error.detail, WHOLE)]
            body = body_of(KINDS["invalid"], _("Put the fields named in “errors” right."), errors=errors)
        case _:
            body = _problem_of_frameworks(error)
    return body


def _problem_of_frameworks(error: Exception) -> dict[str, Any]:
    for kind, name, detail in FORESEEN:
        if isinstance(error, kind):
            return body_of(KINDS[name], str(detail))
    if isinstance(error, exceptions.APIException) and error.status_code in OF_STATUS:
        return body_of(KINDS[OF_STATUS[error.status_code]], str(error.detail))
    return body_of(KINDS["failed"], _("It has been noted. Try again later with the same key."))


def _flat(detail: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every message of a serializer's errors with the path of its field, like `bills.0.on`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _flat(inner, ".".join(part for part in (path, own) if part))
    elif isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _flat(inner, f"{path}.{index}" if nested and inner else path)
    else:
        yield path, str(detail)


def answer(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler: every error becomes a problem; an unforeseen one is logged and signalled too."""
    body = problem_of(error)
    if body["status"] == KINDS["failed"].status:
        request = context["request"]
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        got_request_exception.send(sender=type(context["view"]), request=request._request)
    headers = {}
    if isinstance(error, exceptions.APIException):
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(int(wait))
        if challenge := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = challenge
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def _plain(error: Exception) -> HttpResponse:
    body = problem_of(error)
    return HttpResponse(
        json.dumps(body, ensure_ascii=False), status=body["status"], content_type=CONTENT_TYPE
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: under the API a problem, elsewhere the page. What is too large is read off first, up to
    `MOST_READ_OFF`: a browser that can't send its form to the end shows no answer."""
    too_large = isinstance(exception, RequestDataTooBig)
    left = MOST_READ_OFF if too_large else 0
    while left > 0 and (piece := request.read(PIECE)):
        left -= len(piece)
    if request.path.startswith(API_ROOT):
        return _plain(exception)
    if too_large:
        return render(request, "413.html", status=KINDS["too-large"].status)
    return defaults.bad_request(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: under the API a problem, elsewhere the page."""
    if request.path.startswith(API_ROOT):
        return _plain(Http404())
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: under the API a problem, elsewhere the page."""
    if request.path.startswith(API_ROOT):
        return _plain(RuntimeError())
    return defaults.server_error(request)
