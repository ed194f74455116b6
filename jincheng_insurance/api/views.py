"""What every view of the API is: a token, an act at the door, JSON in and out, the reader's language, problems."""

from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.api.authentication import BearerToken, Granted, caller_of
from jincheng_insurance.api.throttling import PerToken

S = TypeVar("S", bound=Serializer[Any])


class StrictJSON(JSONParser):
    """JSON; what nests too deep to be read is malformed, not a failure."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(f"JSON parse error - {error}") from error


class AlwaysJSON(BaseContentNegotiation):
    """JSON is answered whatever `Accept` says: there is nothing else."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: Any = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


def language_of(request: HttpRequest) -> str:
    """The first language of `Accept-Language` that the product speaks, else Chinese."""
    known = {code.partition("-")[0]: code for code, _name in settings.LANGUAGES}
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if (language := known.get(code.partition("-")[0])) is not None:
            return language
    return settings.LANGUAGE_CODE


class ApiView(APIView):
    """A view of the API. `act` is what the caller must be granted somewhere; rows are then reached by `row`. `largest`
    is how many bytes a body may have where that is more than usual."""

    act: Act
    largest: int | None = None
    authentication_classes = [BearerToken]
    permission_classes = [Granted]
    throttle_classes = [PerToken]
    parser_classes = [StrictJSON]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJSON

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        language = language_of(request)
        with translation.override(language):
            response = super().dispatch(request, *args, **kwargs)
            response.headers["Content-Language"] = language
            response.headers.setdefault("Cache-Control", "no-store")
            patch_vary_headers(response, ["Accept-Language", "Authorization"])
            return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the caller in, then read the body whole, so that its size is limited and its bytes can be compared."""
        super().initial(request, *args, **kwargs)
        if self.largest is None:
            _ = request._request.body
        else:
            _read_body(request._request, self.largest)

    def row(self, queryset: Any, **lookup: Any) -> Any:
        """The row in the caller's reach on which they may do this view's act; Http404, PermissionDenied otherwise."""
        return access_row(queryset, caller_of(self.request), self.act, **lookup)


def _read_body(request: HttpRequest, largest: int) -> None:
    """Read a body of at most `largest` bytes; RequestDataTooBig beyond. Django's own limit is for other bodies."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > largest:
        raise RequestDataTooBig
    request._body = request.read()


def read(body: type[S], data: Any) -> dict[str, Any]:
    """The valid data of a body or of query parameters; ValidationError otherwise."""
    serializer = body(data=data.dict() if hasattr(data, "dict") else data)
    serializer.is_valid(raise_exception=True)
    valid: dict[str, Any] = serializer.validated_data
    return valid
