"""Forms of the premium: moving money, confirming it, reasons, filters, and the counts of a budget."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import PolicyYear
from enrollment.selectors import current_policy_year
from jincheng_insurance.access.models import Region
from jincheng_insurance.scheme.statement import Units
from jincheng_insurance.web.forms import CodeField, CountField, DateField, YuanField
from premiums.models import FundEntry, Side
from premiums.services.funds import LARGEST

MOST_COUNTED = 9_999_999


class MoveForm(forms.Form):
    """An allocation or a payment of one side; which one is asked only of who pays for both."""

    side = forms.ChoiceField(label=_("Side"))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in (FundEntry.Kind.ALLOCATED, FundEntry.Kind.PAID)],
        help_text=_("Allocated: the money was made available. Paid: it went to the insurer."),
    )
    amount = YuanField(label=_("Amount (yuan)"), min_value=Decimal("0.01"), max_value=LARGEST)
    on = DateField(label=_("Date of the document or payment"))
    document = CodeField(label=_("Document number"), max_length=60)
    beyond_due = forms.BooleanField(
        label=_("More than is due is allocated or paid on purpose"),
        required=False,
        help_text=_("Only where an allocation or payment goes beyond what is due of this side."),
    )

    def __init__(self, *args: Any, sides: Sequence[Side], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sides = sides
        if len(sides) == 1:
            del self.fields["side"]
        else:
            self.fields["side"].choices = [(side.value, side.label) for side in sides]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if len(self.sides) == 1:
            cleaned["side"] = self.sides[0].value
        return cleaned


class FundUploadForm(forms.Form):
    """A workbook of allocations and payments."""

    file = forms.FileField(
        label=_("Workbook"),
        help_text=_("The empty workbook, filled in; .xlsx, .xls or .csv, at most 500 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )


class ReceiptForm(forms.Form):
    """What the insurer received of a payment."""

    amount = YuanField(label=_("Amount received (yuan)"), max_value=LARGEST)
    on = DateField(label=_("Received on"))
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, help_text=_("Why another amount than was paid.")
    )


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class YearFilter(forms.Form):
    """The policy year of a list; the present one unless another is chosen."""

    year = forms.ModelChoiceField(PolicyYear.objects.all(), label=_("Policy year"), empty_label=None)

    def __init__(self, data: Any) -> None:
        super().__init__(data if "year" in data else {"year": current_policy_year().pk})

    def chosen(self) -> PolicyYear:
        year: PolicyYear = self.cleaned_data["year"] if self.is_valid() else current_policy_year()
        return year


class LedgerFilter(forms.Form):
    """Which entries of the ledger, as of which day."""

    side = forms.ChoiceField(label=_("Side"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    until = DateField(label=_("As of"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("side", Side.choices), ("kind", FundEntry.Kind.choices)):
            self.fields[name].choices = [("", _("all")), *choices]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """The filter of `movements`; nothing filtered where a choice is no good."""
        if not self.is_valid():
            return {}
        chosen = self.cleaned_data
        until: datetime.date | None = chosen["until"]
        return {"side": chosen["side"], "kind": chosen["kind"], "until": until}

    @property
    def as_of(self) -> datetime.date:
        return (self.is_valid() and self.cleaned_data["until"]) or timezone.localdate()


class BudgetForm(forms.Form):
    """Households and persons out of poverty that a county's budget supposes; the roster's where left empty."""

    def __init__(self, *args: Any, counties: Sequence[Region], years: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counties = counties
        self.fields["year"] = forms.TypedChoiceField(
            label=_("Policy year"), choices=[(year, year) for year in years], coerce=int
        )
        for county in counties:
            for letter, name in (("h", _("Out-of-poverty households")), ("p", _("Out-of-poverty persons"))):
                self.fields[f"{letter}{county.code}"] = CountField(
                    label=f"{county} · {name}",
                    required=False,
                    max_value=MOST_COUNTED,
                    widget=forms.TextInput(
                        attrs={
                            "inputmode": "numeric",
                            "autocomplete": "off",
                            "size": 6,
                            "aria-label": f"{county} · {name}",
                        }
                    ),
                )

    def supposed(self, counted: dict[str, Units]) -> dict[str, Units]:
        """The counts of the counties for which something else than the roster's was typed in."""
        supposed = {}
        for county in self.counties:
            code = str(county.code)
            roster = counted[code]
            households, persons = (self.cleaned_data.get(f"{letter}{code}") for letter in "hp")
            units = Units(
                roster.households if households is None else households,
                roster.persons if persons is None else persons,
            )
            if units != roster:
                supposed[code] = units
        return supposed
