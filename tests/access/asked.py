"""What a visit asks of what was sent: the names of the fields that the code reads from form, address and body."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.core.handlers.wsgi import WSGIRequest
from django.forms import BaseForm
from django.http import QueryDict

from jincheng_insurance.api.fields import InputSerializer
from tests.access.town import Side, Town

OF_DJANGO = frozenset({"csrfmiddlewaretoken", "language", "next"})


def plain(name: str) -> str:
    """A field's name without the keys of rows in it: `m12-enrol` is `m#-enrol`, and so is each county's own field."""
    return re.sub(r"\d+", "#", name)


@contextmanager
def names_read() -> Iterator[set[str]]:
    """Within it, every name that is looked up in a form, a query or a body of the API is gathered."""
    read: set[str] = set()

    class Noting(QueryDict):
        def __getitem__(self, key: str) -> Any:
            read.add(plain(key))
            return super().__getitem__(key)

        def __contains__(self, key: object) -> bool:
            read.add(plain(str(key)))
            return super().__contains__(key)

        def getlist(self, key: str, default: Any = None) -> Any:
            read.add(plain(key))
            return super().getlist(key, default)

    sent, known = WSGIRequest._load_post_and_files, InputSerializer.to_internal_value
    cleaned = BaseForm.full_clean

    def load(request: Any) -> None:
        sent(request)
        request._post.__class__ = Noting

    def query(request: Any) -> QueryDict:
        return Noting(request.META.get("QUERY_STRING", ""))

    def clean(form: Any) -> None:
        if form.is_bound:
            read.update(plain(form.add_prefix(name)) for name in form.fields)
        cleaned(form)

    def take(body: Any, data: Any) -> Any:
        read.update(body.fields)
        return known(body, data)

    with (
        patch.object(WSGIRequest, "_load_post_and_files", load),
        patch.object(WSGIRequest, "GET", property(query)),
        patch.object(InputSerializer, "to_internal_value", take),
        patch.object(BaseForm, "full_clean", clean),
    ):
        yield read
    read -= OF_DJANGO


def asked_of(town: Town, visitor: str, address: str, method: str, side: Side, row: str) -> set[str]:
    """The names that one visit reads."""
    with names_read() as read:
        town.visit(visitor, address, method, side, row)
    return read
