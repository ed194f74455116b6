"""Forms of the roster and of enrolment."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category
from enrollment.roster.texts import FIELD_NAMES
from jincheng_insurance.web.forms import DateField


class UploadForm(forms.Form):
    """The workbook of a roster import."""

    file = forms.FileField(
        label=_("Workbook"),
        help_text=_(
            "The export of the monitoring system as .xlsx, .xls or .csv, at most 20 MB; any number of sheets."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )


class ColumnsForm(forms.Form):
    """Which field each column of a sheet holds; one choice for each column that has a title."""

    def __init__(
        self, *args: Any, titles: Sequence[str], found: Mapping[int, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("(not needed)")), *FIELD_NAMES.items()]
        for at, title in enumerate(titles):
            if title:
                self.fields[f"column_{at}"] = forms.ChoiceField(
                    label=title, required=False, choices=choices, initial=(found or {}).get(at, "")
                )

    def chosen(self) -> dict[int, str]:
        """The field of each column by its offset, where one was chosen."""
        return {
            int(name.removeprefix("column_")): field for name, field in self.cleaned_data.items() if field
        }


class HouseholdFilter(forms.Form):
    """What a list of households is narrowed to."""

    code = forms.CharField(label=_("Household code"), required=False, max_length=32)
    category = forms.ChoiceField(
        label=_("Category"), required=False, choices=[("", _("All")), *Category.choices]
    )

    def lookups(self, prefix: str = "") -> dict[str, Any]:
        """The filter as ORM lookups, for fields reached by `prefix`; empty when the form isn't valid."""
        if not self.is_valid():
            return {}
        wanted = {
            f"{prefix}code": self.cleaned_data["code"].strip(),
            f"{prefix}category": self.cleaned_data["category"],
        }
        return {lookup: value for lookup, value in wanted.items() if value}


class HouseholdCodeForm(forms.Form):
    """Finds the roster household to enrol."""

    code = forms.CharField(
        label=_("Household code"), max_length=32, help_text=_("As in the monitoring system.")
    )


class EnrolHouseholdForm(forms.Form):
    """From when a household is covered."""

    cover_from = DateField(
        label=_("Cover from"),
        help_text=_("Within the policy year; not before the listing date of a monitored household."),
    )
