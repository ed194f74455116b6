"""The lists whose filters can be kept: apps register theirs when they start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise

from jincheng_insurance.audit.texts import register_values
from jincheng_insurance.web.menu import Actor


@dataclass(frozen=True)
class FilterPage:
    """A list by its address's name, for whoever may do `act`. `form(data, actor)` is its filter, bound."""

    address: str
    title: str | Promise
    act: str
    form: Callable[[QueryDict, Any], forms.Form]


PAGES: dict[str, FilterPage] = {}


def register_filters(*pages: FilterPage) -> None:
    """Let the filters of lists be kept, from `AppConfig.ready`, and be named in the record by their list. The same
    address again replaces the page."""
    register_values("list", {page.address: page.title for page in pages})
    for page in pages:
        PAGES[page.address] = page


def page_for(address: str, actor: Actor) -> FilterPage | None:
    """The list of that address, if it is one whose filters can be kept and the person may open it."""
    page = PAGES.get(address)
    return page if page is not None and actor.can(page.act) else None


def asked_for(form: forms.Form) -> dict[str, str]:
    """What a bound form asks for, cleaned, as its fields would be filled in; what is left to its default, empty or
    wrong is left out."""
    form.is_valid()
    return {
        name: str(field.prepare_value(value))
        for name, field in form.fields.items()
        if form.data.get(name) and (value := form.cleaned_data.get(name)) not in field.empty_values
    }


def address_of(page: FilterPage, fields: Mapping[str, str], actor: Actor) -> tuple[str, int]:
    """Where the list stands with these fields as far as they still hold, and how many don't. Every field of the filter
    is named, so that no default comes in between."""
    query = QueryDict(mutable=True)
    query.update(fields)
    form = page.form(query, actor)
    kept = asked_for(form)
    filled = QueryDict(mutable=True)
    filled.update({name: kept.get(name, "") for name in form.fields})
    return f"{reverse(page.address)}?{filled.urlencode()}", len(set(fields) - set(kept))
