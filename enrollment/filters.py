"""What the lists of the roster and the insured are narrowed to. All of it stands in the address, so a list can be kept
and shared; an identity number never does: it has a form of its own, sent by POST."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from enrollment.models import BasicInsurance, Category, PolicyYear
from enrollment.selectors import policy_year_of, visible_insurers
from enrollment.selectors.finding import Order, Risk, Standing, Wanted, places_for
from jincheng_insurance.access.models import Insurer, Region, User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.filter_pages import FilterPage
from jincheng_insurance.web.forms import IdentityNumberField, half_width

ALL = _("All")


def _choice(label: Any, choices: Any, empty: Any = ALL) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", empty), *choices])


class PlaceField(forms.ChoiceField):
    """A county or one of its townships, of those within reach."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.places: dict[str, Region] = {}

    def offer(self, places: list[tuple[Region, list[Region]]]) -> None:
        offered: list[Any] = [("", ALL)]
        for county, townships in places:
            offered.append((str(county), [(str(place.pk), str(place)) for place in (county, *townships)]))
            self.places |= {str(place.pk): place for place in (county, *townships)}
        self.choices = offered


class HouseholdFilter(forms.Form):
    """Narrows a list of households. Asked by `wanted()`; a form that isn't valid narrows nothing."""

    act = Act.VIEW_INSURED

    code = forms.CharField(label=_("Household code"), required=False, max_length=32)
    place = PlaceField(label=_("County or township"))
    village = forms.CharField(label=_("Village"), required=False, max_length=60)
    category = _choice(_("Category"), Category.choices)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place_field.offer(places_for(actor, self.act))

    @property
    def place_field(self) -> PlaceField:
        field = self.fields["place"]
        if not isinstance(field, PlaceField):
            raise TypeError("a place is chosen from those within reach")
        return field

    def wanted(self) -> Wanted:
        if not self.is_valid():
            return Wanted()
        data = {name: value for name, value in self.cleaned_data.items() if name not in {"place", "year"}}
        for name in ("code", "name", "village"):
            data[name] = half_width(data.get(name, "")).replace("\0", "")
        return Wanted(place=self.place_field.places.get(self.cleaned_data["place"]), **data)


class InsuredHouseholdFilter(HouseholdFilter):
    """Narrows the list of insured households of a policy year; without one, of the present year."""

    year = forms.ModelChoiceField(
        PolicyYear.objects.all(), label=_("Policy year"), required=False, empty_label=None
    )
    insurer = forms.ModelChoiceField(
        Insurer.objects.none(), label=_("Insurer"), required=False, empty_label=ALL
    )

    def __init__(self, data: QueryDict, *, actor: User, **kwargs: Any) -> None:
        self.policy_year = policy_year_of(data.get("year"))
        filled = data.copy()
        filled.setdefault("year", str(self.policy_year.pk))
        super().__init__(filled, actor=actor, **kwargs)
        self.fields["insurer"].queryset = visible_insurers(actor)  # type: ignore[attr-defined]


class RosterHouseholdFilter(HouseholdFilter):
    """Narrows the list of roster households."""

    act = Act.VIEW_ROSTER

    standing = _choice(_("Standing"), Standing.choices)
    risk = _choice(_("Monitoring"), Risk.choices)


class PersonFilter(HouseholdFilter):
    """Narrows a list of insured persons."""

    name = forms.CharField(label=_("Name"), required=False, max_length=60)
    basic_insurance = _choice(_("Basic medical insurance"), BasicInsurance.choices)
    order = _choice(_("Sorted by"), Order.choices, _("As searched"))

    field_order = ("name", "code", "place", "village")


class RosterPersonFilter(PersonFilter):
    """Narrows the list of roster persons."""

    act = Act.VIEW_ROSTER

    standing = _choice(_("Standing"), Standing.choices)
    risk = _choice(_("Monitoring"), Risk.choices)


class NumberForm(forms.Form):
    """One person by identity number. Sent by POST, so that the number stands in no address or log."""

    id_number = IdentityNumberField(
        label=_("Identity number"), help_text=_("The whole number; each look-up is on record.")
    )


def _page(address: str, title: Any, act: Act, form: type[HouseholdFilter]) -> FilterPage:
    return FilterPage(address, title, act, lambda data, actor: form(data, actor=actor))


PAGES = (
    _page("roster:households", _("Roster households"), Act.VIEW_ROSTER, RosterHouseholdFilter),
    _page("roster:persons", _("Roster persons"), Act.VIEW_ROSTER, RosterPersonFilter),
    _page("enrollment:insured", _("Insured households"), Act.VIEW_INSURED, InsuredHouseholdFilter),
    _page("enrollment:insured_persons", _("Insured persons"), Act.VIEW_INSURED, PersonFilter),
)
