"""Headers of every answer: nothing that was shown to somebody stays in a browser or proxy, and no other site takes
parts of it in. Files under STATIC_URL say nothing of anybody, and are kept."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from jincheng_insurance.audit.context import GetResponse

HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class HeadersMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        kept = request.path.startswith(settings.STATIC_URL)
        if not kept and "no-store" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "no-store"
        return response
