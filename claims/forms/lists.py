"""What the list of claims is narrowed to, and its order."""

from typing import Any

from django import forms
from django.db.models import F, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.forms.parts import YearField
from claims.models import Claim
from claims.stages import BANDS, GROUPS, in_band, overdue
from enrollment.models import PolicyYear
from enrollment.selectors import current_policy_year, visible_insurers
from jincheng_insurance.access.models import Insurer, Region, User
from jincheng_insurance.web.forms import CodeField

ORDERS: dict[str, tuple[Any, ...]] = {
    "": ("-id",),
    "reported": ("reported_on", "id"),
    "due": ("pay_by", "id"),
    "granted": (F("granted").desc(nulls_last=True), "-id"),
}


class ClaimFilter(forms.Form):
    """Filters of the list; every one may be left out."""

    number = CodeField(label=_("Claim number"), required=False, max_length=40)
    name = forms.CharField(label=_("Name begins with"), required=False, max_length=20)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            *Claim.State.choices,
            (_("Several together"), [(name, label) for name, (label, _condition) in GROUPS.items()]),
        ],
    )
    coverage = forms.ChoiceField(
        label=_("Coverage"), required=False, choices=[("", _("All")), *Claim.Coverage.choices]
    )
    county = forms.ModelChoiceField(
        Region.objects.filter(level=Region.Level.COUNTY),
        label=_("County"),
        required=False,
        empty_label=_("All"),
    )
    clock = forms.ChoiceField(
        label=_("Clock"),
        required=False,
        choices=[
            ("", _("All")),
            ("overdue", _("Payment overdue")),
            ("late", _("Reported late")),
            (_("Open, and reported how long ago"), [(f"age_{band.name}", band.label) for band in BANDS]),
        ],
    )
    insurer = forms.ModelChoiceField(
        Insurer.objects.none(), label=_("Insurer"), required=False, empty_label=_("All")
    )
    year = YearField()
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("", _("Newest first")),
            ("reported", _("Reported earliest first")),
            ("due", _("Payment due first")),
            ("granted", _("Largest grant first")),
        ],
    )

    def __init__(self, data: QueryDict, *, actor: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["insurer"].queryset = visible_insurers(actor)  # type: ignore[attr-defined]
        insurers = {grant.insurer_id for grant in actor.active_grants}
        self.one_insurer = len(insurers) == 1 and None not in insurers
        if self.one_insurer:
            self.fields["insurer"].widget = forms.HiddenInput()

    def condition(self) -> Q:
        """The filter as a condition on claims with `subject` (the name) at hand; a field that is unreadable filters
        nothing, and is one of `misread`."""
        wanted = self._read
        state = wanted.get("state", "")
        plain: dict[str, Any] = {
            "number": wanted.get("number", "").strip(),
            "subject__startswith": wanted.get("name", "").strip(),
            "state": state if state not in GROUPS else "",
            "coverage": wanted.get("coverage"),
            "county": wanted.get("county"),
            "agreement__insurer": wanted.get("insurer"),
        }
        condition = Q(**{lookup: value for lookup, value in plain.items() if value})
        if state in GROUPS:
            condition &= GROUPS[state][1]
        return condition & self._clock(wanted.get("clock", ""))

    @property
    def _read(self) -> dict[str, Any]:
        """What of the filter could be read."""
        self.is_valid()
        return self.cleaned_data

    @property
    def misread(self) -> list[str]:
        """The fields that hold something unreadable, by name."""
        return [str(self.fields[name].label) for name in self.errors if name in self.fields]

    def year_shown(self) -> PolicyYear:
        """The policy year asked for, the present one otherwise."""
        year = self._read.get("year") or current_policy_year()
        assert isinstance(year, PolicyYear)
        return year

    def _clock(self, clock: str) -> Q:
        today = timezone.localdate()
        if clock == "late":
            return Q(late=True)
        if clock == "overdue":
            return overdue(today)
        return next((in_band(band, today) for band in BANDS if clock == f"age_{band.name}"), Q())

    def order(self) -> tuple[Any, ...]:
        """The order asked for, newest first otherwise."""
        return ORDERS[self._read.get("sort", "")]
