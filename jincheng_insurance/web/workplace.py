"""The policy year and county somebody works in: where the filters of lists begin for them. Kept in the session; it
fills in filters that the address doesn't name, so it can narrow a list and never widens what is seen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.gate import safe_next
from jincheng_insurance.scheme.terms import FIRST_YEAR, LAST_YEAR

YEAR, COUNTY = "workplace_year", "workplace_county"
# What a filter on the page left says of year, county and page: the switch speaks now.
OVERRIDDEN = ("year", "county", "place", "page")
Place = tuple[int, str]


def _nowhere(_actor: Any) -> Iterable[Place]:
    return ()


_counties: Callable[[Any], Iterable[Place]] = _nowhere


def register_counties(counties: Callable[[Any], Iterable[Place]]) -> None:
    """Say, from `AppConfig.ready`, in which counties a person works: key and name of each, in order."""
    global _counties  # noqa: PLW0603 - one registry, filled once
    _counties = counties


def years() -> range:
    """The policy years that have begun, the latest last; the scheme's first before it begins."""
    return range(FIRST_YEAR, min(max(timezone.localdate().year, FIRST_YEAR), LAST_YEAR) + 1)


@dataclass(frozen=True)
class Workplace:
    """A chosen year and a county's key; None where nothing was chosen: the present year, every county in reach."""

    year: int | None = None
    county: int | None = None


class WorkplaceForm(forms.Form):
    """The switch: a year that has begun, and one of the counties the person works in or all of them."""

    year = forms.TypedChoiceField(label=_("Policy year"), coerce=int)
    county = forms.TypedChoiceField(label=_("County"), coerce=int, empty_value=None, required=False)

    def __init__(self, data: Any = None, *, actor: Any, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="workplace_%s", initial=initial)
        places, offered = list(_counties(actor)), [(year, str(year)) for year in reversed(years())]
        self._offer("year", offered)
        everywhere = [("", _("All counties"))] if len(places) > 1 else []
        self._offer("county", [*everywhere, *places])
        self.several = len(places) > 1 or len(offered) > 1
        self.nowhere = not places

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def workplace_of(request: HttpRequest) -> Workplace:
    """Where the person has chosen to work."""
    year, county = request.session.get(YEAR), request.session.get(COUNTY)
    return Workplace(year if year in years() else None, county)


def switch_of(request: HttpRequest) -> WorkplaceForm:
    """The switch as it stands."""
    place = workplace_of(request)
    initial = {"year": place.year or years()[-1], "county": place.county}
    return WorkplaceForm(actor=request.user, initial=initial)


def keep_workplace(request: HttpRequest, form: WorkplaceForm) -> None:
    """Keep a valid choice; the latest year isn't kept, so that the next one follows by itself."""
    year = form.cleaned_data["year"]
    request.session[YEAR] = None if year == years()[-1] else year
    request.session[COUNTY] = form.cleaned_data["county"]


def with_workplace(request: HttpRequest, *, year: str = "", county: str = "") -> QueryDict:
    """The address's filters; the fields named `year` and `county` begin with the workplace where it leaves them out."""
    place, filled = workplace_of(request), request.GET.copy()
    for field, value in ((year, place.year), (county, place.county)):
        if field and value is not None and field not in filled:
            filled[field] = str(value)
    return filled


def back_from(request: HttpRequest) -> str:
    """The page to go back to, without the filters that the switch has just set; the start page where it is no page of
    ours."""
    parts = urlsplit(safe_next(request.POST.get("next", "")) or "/")
    query = QueryDict(parts.query, mutable=True)
    for name in OVERRIDDEN:
        query.pop(name, None)
    return f"{parts.path}?{query.urlencode()}" if query else parts.path
