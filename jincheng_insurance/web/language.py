"""The language of a page: Chinese, unless this person has chosen English. What the browser prefers doesn't count: an
office PC's browser is English more often than its user."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

CHOICES = frozenset(code for code, _ in settings.LANGUAGES)


class LanguageMiddleware:
    """Activates the language of the cookie that the language switch sets."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in CHOICES else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response
