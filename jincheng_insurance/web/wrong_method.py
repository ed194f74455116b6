"""An address that only takes what a form sends, opened as if it were a page: after signing in anew, on switching the
language below a form that was sent back, or typed by hand."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _


class WrongMethodMiddleware:
    """Leads whoever opens such an address in a browser to the page above it, and says that nothing was saved. Programs
    get the 405."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or request.method != "GET":
            return response
        if "text/html" not in request.headers.get("Accept", "") or request.headers.get("HX-Request"):
            return response
        if not messages.get_messages(request):
            text = _("Nothing was saved. If you had filled in a form, please fill it in here once more.")
            messages.warning(request, text)
        return redirect(page_above(request.path))


def page_above(path: str) -> str:
    """The nearest address above that there is; at last the start page."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return "/"
