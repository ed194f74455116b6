"""The description of the API (OpenAPI 3): how a token is sent, what every operation may answer, and the whole as one
document for each language."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.serializers import Serializer

from jincheng_insurance.api.fields import ProblemOut
from jincheng_insurance.api.problems import CONTENT_TYPE, KINDS

F = TypeVar("F", bound=Callable[..., Any])
Shape = type[Serializer[Any]] | Serializer[Any]

OK, CREATED = 200, 201
ALWAYS = (401, 403, 429, 500)
ROW = (404,)
BODY = (400, 413, 415, 422)
IDEMPOTENT = (409,)
TAGS = {
    "eligibility": _("Who is covered"),
    "claims": _("Claims"),
    "documents": _("Papers of claims"),
    "batches": _("Payment batches"),
    "premiums": _("Premium statements"),
    "agreements": _("Agreements and their loss ratio"),
}


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "jincheng_insurance.api.authentication.BearerToken"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": str(_("A token made on the page “API access”.")),
        }


def operation(
    *,
    name: str,
    tag: str,
    summary: str | Promise,
    answer: Shape,
    status: int = OK,
    body: Shape | None = None,
    query: Shape | None = None,
    row: bool = False,
    idempotent: bool = False,
    rules: Sequence[str] = (),
    sent: dict[str, Any] | None = None,
    media_type: str = "application/json",
) -> Callable[[F], F]:
    """Describe a method of a view: its answer, and every problem it may answer with."""
    problems = {*ALWAYS, *(ROW if row else ()), *(IDEMPOTENT if idempotent else ())}
    problems |= {*BODY} if body is not None or idempotent else ({422} if query is not None else set())
    parameters: list[Any] = [query] if query is not None else []
    parameters.append(
        OpenApiParameter(
            "Accept-Language",
            str,
            OpenApiParameter.HEADER,
            description=_("Language of texts: Chinese unless English is asked for."),
        )
    )
    parameters.append(_answered("Retry-After", int, [429], _("Seconds until the next request is taken.")))
    if idempotent:
        parameters.append(
            OpenApiParameter(
                "Idempotency-Key",
                {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,100}$", "example": "report-20260301-0001"},
                OpenApiParameter.HEADER,
                required=True,
                description=_(
                    "New for each act. The same key with the same request does the act once and gets the same answer."
                ),
            )
        )
        parameters.append(
            _answered("Idempotency-Replayed", str, [status], _("“true” when the act was done before."))
        )
    if status == CREATED:
        parameters.append(_answered("Location", str, [status], _("Where what was made, or its claim, is.")))
    described: dict[Any, Any] = {status: answer}
    described |= {
        (code, CONTENT_TYPE): OpenApiResponse(ProblemOut, description=_titles(code))
        for code in sorted(problems)
    }
    return extend_schema(
        operation_id=name,
        tags=[tag],
        summary=summary,
        description=_rules(rules),
        parameters=parameters,
        request={media_type: body} if body is not None else None,
        responses=described,
        examples=[OpenApiExample("sent", value=sent, request_only=True)] if sent is not None else [],
    )


def _answered(name: str, kind: Any, statuses: list[int], text: str | Promise) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        kind,
        OpenApiParameter.HEADER,
        response=statuses,
        description=text,
    )


def _titles(status: int) -> str:
    """The names of the problems with a status; their titles stand on the page of the API."""
    return ", ".join(kind.name for kind in KINDS.values() if kind.status == status)


def _rules(rules: Sequence[str]) -> str:
    return " ".join(rules)


def close_bodies(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """A hook of the generator: bodies that are read take no field they don't know."""
    for name, component in result["components"]["schemas"].items():
        if name.endswith("Input"):
            component["additionalProperties"] = False
    return result


@lru_cache(maxsize=8)
def document(language: str) -> dict[str, Any]:
    """The whole description in one language."""
    with translation.override(language):
        described: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
        described["tags"] = [{"name": name, "description": str(text)} for name, text in TAGS.items()]
        return _said(described)


def _said(part: Any) -> Any:
    """The same with every lazy text said in the present language."""
    if isinstance(part, Promise):
        return str(part)
    if isinstance(part, dict):
        return {str(key): _said(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_said(value) for value in part]
    return part
