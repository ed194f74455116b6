"""Acts over the API, as lines of tables: each has an address, a body, the row it is on, and the service that does it.
One machine makes a view of each line: find the row in the caller's reach, read the body, do it once, answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.urls import URLPattern, path
from django.utils.functional import Promise
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from claims import selectors
from claims.api.shapes import NothingInput, WholeClaimOut
from claims.api.views import claim_answer
from claims.models import Claim
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row, require
from jincheng_insurance.api.authentication import caller_of
from jincheng_insurance.api.fields import InputSerializer
from jincheng_insurance.api.idempotency import Deed, once
from jincheng_insurance.api.schema import OK, operation
from jincheng_insurance.api.views import ApiView, read

Answer = Callable[[User, int, Any], Response]


def same(valid: dict[str, Any]) -> dict[str, Any]:
    """A body whose fields are the service's own arguments."""
    return valid


@dataclass(frozen=True, slots=True)
class On:
    """What kind of row acts are on: how it is found in the caller's reach, under which name the service takes it, and
    how it is answered afterwards."""

    name: str
    find: Callable[[User, Act, Any], Any]
    answer: Answer
    shape: type[Serializer[Any]]
    tag: str

    def answered_by(self, answer: Answer, shape: type[Serializer[Any]], tag: str) -> "On":
        """The same rows, answered in another way."""
        return replace(self, answer=answer, shape=shape, tag=tag)


@dataclass(frozen=True, slots=True)
class Line:
    """One act as callers do it. `service` is called with the row, the actor, and what `takes` makes of the valid body;
    `act` is what the caller must be granted on the row. `sent` is an example; without it the body is empty."""

    name: str
    address: str
    summary: str | Promise
    service: Callable[..., object]
    on: On
    act: Act = Act.HANDLE_CLAIM
    body: type[InputSerializer] = NothingInput
    takes: Callable[[dict[str, Any]], dict[str, Any]] = same
    rules: tuple[str, ...] = ()
    sent: Mapping[str, Any] | None = None
    status: int = OK


class LineView(ApiView):
    """An act, from its line."""

    line: Line

    def take(self, request: Request, key: Any) -> Response:
        line, actor = self.line, caller_of(request)
        row = line.on.find(actor, line.act, key)
        sent = line.takes(read(line.body, request.data))

        def act(deed: Deed) -> None:
            with deed.done():
                line.service(**{line.on.name: row}, actor=actor, **sent)

        return once(request, act=act, answer=lambda _on: line.on.answer(actor, line.status, row))


def view_of(line: Line) -> type[LineView]:
    """The view of one line, described by it."""

    def post(self: LineView, request: Request, **key: Any) -> Response:
        return self.take(request, *key.values())

    described = operation(
        name=line.name,
        tag=line.on.tag,
        summary=line.summary,
        rules=line.rules,
        body=line.body if line.sent is not None else None,
        answer=line.on.shape,
        status=line.status,
        row=True,
        idempotent=True,
        sent=dict(line.sent) if line.sent is not None else None,
    )
    members = {"line": line, "act": line.act, "post": described(post)}
    return type("".join(word.title() for word in line.name.split("_")), (LineView,), members)


def addresses_of(lines: tuple[Line, ...]) -> list[URLPattern]:
    return [path(line.address, view_of(line).as_view(), name=line.name) for line in lines]


def _claim_answer(actor: User, status: int, claim: Claim) -> Response:
    return claim_answer(actor, status, pk=claim.pk)


def _found_claim(actor: User, act: Act, number: str) -> Claim:
    return access_row(selectors.claims(actor), actor, act, number=number)


def of_claim(name: str, find: Callable[[User, int], Any], claim_of: Callable[[Any], Claim]) -> On:
    """Rows that belong to a claim, found by their id; the claim is answered."""

    def found(actor: User, act: Act, key: int) -> Any:
        row = find(actor, key)
        require(actor, act, claim_of(row))
        return row

    def answer(actor: User, status: int, row: Any) -> Response:
        return _claim_answer(actor, status, claim_of(row))

    return On(name, found, answer, WholeClaimOut, "claims")


CLAIM = On("claim", _found_claim, _claim_answer, WholeClaimOut, "claims")
BILL = of_claim("bill", selectors.bill_in_scope, lambda bill: bill.claim)
ITEM = of_claim("item", selectors.item_in_scope, lambda item: item.loss.claim)
