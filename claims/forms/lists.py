"""What the list of claims is narrowed to, and its order."""

from typing import Any

from django import forms
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.forms.parts import YearField
from claims.models import Claim
from jincheng_insurance.access.models import Region

ORDERS: dict[str, tuple[Any, ...]] = {
    "": ("-id",),
    "reported": ("reported_on", "id"),
    "due": ("pay_by", "id"),
    "granted": (F("granted").desc(nulls_last=True), "-id"),
}


class ClaimFilter(forms.Form):
    """Filters of the list; every one may be left out."""

    number = forms.CharField(label=_("Claim number"), required=False, max_length=40)
    name = forms.CharField(label=_("Name begins with"), required=False, max_length=20)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *Claim.State.choices]
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
        choices=[("", _("All")), ("overdue", _("Payment overdue")), ("late", _("Reported late"))],
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

    def condition(self) -> Q:
        """The filter as a condition on claims with `subject` (the name) at hand; anything unreadable filters
        nothing."""
        if not self.is_valid():
            return Q()
        wanted = self.cleaned_data
        plain: dict[str, Any] = {
            "number": wanted["number"].strip(),
            "subject__startswith": wanted["name"].strip(),
            "state": wanted["state"],
            "coverage": wanted["coverage"],
            "county": wanted["county"],
        }
        condition = Q(**{lookup: value for lookup, value in plain.items() if value})
        if wanted["clock"] == "late":
            condition &= Q(late=True)
        if wanted["clock"] == "overdue":
            condition &= Q(state__in=("approved", "paying"), pay_by__lt=timezone.localdate())
        return condition

    def order(self) -> tuple[Any, ...]:
        """The order asked for, newest first otherwise."""
        return ORDERS[self.cleaned_data["sort"] if self.is_valid() else ""]
