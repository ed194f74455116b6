"""The description of the API for machines and, drawn from the same document, for people. It holds nobody's data, so it
is open to all; the page needs no script and loads nothing from elsewhere."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from jincheng_insurance.api.problems import KINDS
from jincheng_insurance.api.schema import TAGS, document
from jincheng_insurance.api.views import language_of

OPENAPI = "application/vnd.oai.openapi+json"
DETAILS = ("pattern", "minimum", "maximum", "minLength", "maxLength", "default")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a body or a parameter: its type in words, the shape it refers to, what is allowed."""

    name: str
    kind: str
    shape: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One address and method, as the page shows it. The headers, which are the same everywhere, it explains once."""

    name: str
    method: str
    path: str
    summary: str
    rules: list[str]
    parameters: list[Field]
    needs_key: bool
    body: str
    example: str
    answer: str
    status: str
    problems: list[str]


@csrf_exempt  # nothing here can be changed
@require_safe
def schema(request: HttpRequest) -> JsonResponse:
    """OpenAPI 3 as JSON, in the language that `Accept-Language` asks for."""
    answer = JsonResponse(document(language_of(request)), content_type=OPENAPI)
    answer["Vary"] = "Accept-Language"
    return answer


@csrf_exempt
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The same to read: every operation, every shape, every problem."""
    described = document(get_language() or "zh-hans")
    operations = list(_operations(described))
    shapes = described["components"]["schemas"]
    context = {
        "title": described["info"]["title"],
        "note": described["info"]["description"],
        "groups": [(text, [item for tag, item in operations if tag == name]) for name, text in TAGS.items()],
        "shapes": [
            (name, shape.get("description", ""), list(_fields(shape)), shape.get("enum", []))
            for name, shape in shapes.items()
        ],
        "kinds": list(KINDS.values()),
    }
    return render(request, "api/docs.html", context)


def _operations(described: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, methods in described["paths"].items():
        for method, item in methods.items():
            status, answer = next((code, body) for code, body in item["responses"].items() if code < "300")
            (body,) = item.get("requestBody", {}).get("content", {"": {}}).values()
            example = next((given["value"] for given in body.get("examples", {}).values()), None)
            given_here = item.get("parameters", [])
            yield (
                item["tags"][0],
                Operation(
                    name=item["operationId"],
                    method=method.upper(),
                    path=path,
                    summary=item["summary"],
                    rules=item.get("description", "").split(),
                    parameters=[_parameter(given) for given in given_here if given["in"] != "header"],
                    needs_key=any(given["name"] == "Idempotency-Key" for given in given_here),
                    body=_kind(body.get("schema", {}))[1],
                    example=json.dumps(example, ensure_ascii=False, indent=2) if example else "",
                    answer=_kind(answer["content"]["application/json"]["schema"])[1],
                    status=status,
                    problems=sorted({code for code in item["responses"] if code > "300"}),
                ),
            )


def _parameter(given: dict[str, Any]) -> Field:
    kind, shape = _kind(given["schema"])
    return Field(given["name"], kind, shape, given.get("required", False), given.get("description", ""))


def _fields(shape: dict[str, Any]) -> Iterator[Field]:
    required = set(shape.get("required", []))
    for name, part in shape.get("properties", {}).items():
        kind, other = _kind(part)
        yield Field(name, kind, other, name in required, part.get("description", ""))


def _kind(part: dict[str, Any]) -> tuple[str, str]:
    """A schema in a few words, and the shape it refers to, if any."""
    if "$ref" in part:
        return "", part["$ref"].rpartition("/")[2]
    if part.get("type") == "array":
        words, shape = _kind(part["items"])
        return f"array {words}".strip(), shape
    for choice in (*part.get("allOf", []), *part.get("oneOf", [])):
        words, shape = _kind(choice)
        if shape:
            return " ".join(filter(None, (words, "null" if part.get("nullable") else ""))), shape
    said = [str(part.get("format") or part.get("type", ""))]
    said += [f"{name} {part[name]}" for name in DETAILS if name in part and said != ["decimal"]]
    said += ["null"] if part.get("nullable") else []
    return " · ".join(word for word in said if word), ""
