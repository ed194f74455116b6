"""Forms of the roster and of enrolment."""

from django import forms
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.web.forms import DateField


class UploadForm(forms.Form):
    """The workbook of a roster import."""

    file = forms.FileField(
        label=_("Workbook"),
        help_text=_("The export of the monitoring system as .xlsx, at most 20 MB; any number of sheets."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )


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
