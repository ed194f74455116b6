"""The saved filters of the list at hand."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.http import HttpRequest

from jincheng_insurance.access.models import User
from jincheng_insurance.web.filter_pages import asked_for, page_for
from jincheng_insurance.web.models import SavedFilter
from jincheng_insurance.web.saved import MOST, saved_filters

register = template.Library()


@dataclass(frozen=True)
class Saved:
    """What is kept of a list, and what could be: the query of the filter at hand, "" where there is none to keep."""

    page: str
    rows: list[SavedFilter]
    query: str


@register.simple_tag(takes_context=True)
def saved_for(context: dict[str, Any], form: forms.Form) -> Saved | None:
    """The person's filters of this page's list; None on a page whose filters can't be kept."""
    request: HttpRequest | None = context.get("request")
    match = request.resolver_match if request is not None else None
    user = request.user if request is not None else None
    if request is None or match is None or not isinstance(user, User) or not page_for(match.view_name, user):
        return None
    rows = list(saved_filters(user, match.view_name))
    keep = bool(request.GET) and form.is_bound and form.is_valid() and len(rows) < MOST
    return Saved(match.view_name, rows, urlencode(asked_for(form)) if keep else "")
