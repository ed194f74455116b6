"""Forms of the roster and of enrolment."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category, PolicyYear, RosterImport
from jincheng_insurance.access.models import Region
from jincheng_insurance.web.formats import moment
from jincheng_insurance.web.forms import DateField


class UploadForm(forms.Form):
    """The workbook of a roster import."""

    file = forms.FileField(
        label=_("Workbook"),
        help_text=_("The export of the monitoring system as .xlsx, at most 20 MB; any number of sheets."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )


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


class UndoForm(forms.Form):
    """Why an applied import is taken back."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("It stands in the record of acts."),
        widget=forms.TextInput(),
    )


class ParticipationForm(UploadForm):
    """The workbook of who is in basic medical insurance, and for which year."""

    policy_year = forms.ModelChoiceField(
        label=_("Policy year"), queryset=PolicyYear.objects.order_by("year"), empty_label=None
    )

    field_order = ("policy_year", "file")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "With the columns identity number (证件号码), name (姓名) and participation (基本医保参保情况: 居民, 职工"
            " or 未参保); .xlsx, at most 20 MB."
        )


class ChangesForm(forms.Form):
    """Which county's roster, and between which two applied imports."""

    county = forms.ModelChoiceField(label=_("County"), queryset=Region.objects.none(), empty_label=None)
    after = forms.ModelChoiceField(
        label=_("After import"),
        queryset=RosterImport.objects.none(),
        required=False,
        empty_label=_("From the start"),
    )
    until = forms.ModelChoiceField(
        label=_("Up to import"), queryset=RosterImport.objects.none(), required=False, empty_label=_("Today")
    )

    def __init__(
        self, *args: Any, counties: QuerySet[Region], imports: QuerySet[RosterImport], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("county", counties), ("after", imports), ("until", imports)):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = rows
                if name != "county":
                    field.label_from_instance = _import_label  # type: ignore[method-assign,assignment]


def _import_label(row: RosterImport) -> str:
    return f"{moment(row.applied_at)} · {row.file_name}"
