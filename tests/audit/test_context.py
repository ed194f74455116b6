"""What is known while a request lasts."""

from itertools import count

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from jincheng_insurance.audit.context import RequestContextMiddleware, once_a_request


def test_what_is_asked_once_a_request_is_asked_anew_in_the_next_one_and_outside_of_any() -> None:
    answers = count()
    ask = once_a_request(lambda: next(answers))

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"{ask()} {ask()}")

    middleware, request = RequestContextMiddleware(view), RequestFactory().get("/")
    assert [middleware(request).content for _ in range(2)] == [b"0 0", b"1 1"]  # type: ignore[union-attr]
    assert (ask(), ask()) == (2, 3)
