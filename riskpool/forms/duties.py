"""Forms of report duties: the register's filters, the writer's sections, uploading, returning."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import Region
from riskpool.models import OPEN, Duty
from riskpool.selectors.duties import overdue_condition


class DutyFilter(forms.Form):
    """Filters of the register; every one may be left out."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *Duty.Kind.choices])
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            ("open", _("Not handed in")),
            ("overdue", _("Overdue")),
            *Duty.State.choices,
        ],
    )
    county = forms.ModelChoiceField(
        Region.objects.filter(level=Region.Level.COUNTY),
        label=_("County"),
        required=False,
        empty_label=_("All"),
    )

    def condition(self) -> Q:
        """The filter as a condition on duties; anything unreadable filters nothing."""
        if not self.is_valid():
            return Q()
        wanted, state = Q(), self.cleaned_data["state"]
        if self.cleaned_data["kind"]:
            wanted &= Q(kind=self.cleaned_data["kind"])
        if state == "open":
            wanted &= Q(state__in=OPEN)
        elif state == "overdue":
            wanted &= overdue_condition()
        elif state:
            wanted &= Q(state=state)
        if self.cleaned_data["county"]:
            wanted &= Q(county=self.cleaned_data["county"])
        return wanted


class SectionsForm(forms.Form):
    """What the writer adds to the figures. All three may wait while it is a draft."""

    causes = forms.CharField(
        label=_("Analysis of the causes"),
        required=False,
        max_length=4000,
        help_text=_("Why the losses are as high as the figures show. Name no persons."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    measures = forms.CharField(
        label=_("Measures"),
        required=False,
        max_length=4000,
        help_text=_("What has been done, what will be, by whom and until when."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    forecast = forms.CharField(
        label=_("Forecast for the rest of the year"),
        required=False,
        max_length=4000,
        help_text=_("Where the loss ratio is likely to stand on 31 December, and on what grounds."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ReportUploadForm(forms.Form):
    """A report written elsewhere."""

    file = forms.FileField(
        label=_("Report"),
        help_text=_("A Word document or PDF, at most 10 MB. No draft keeps a file."),
        error_messages={"required": _("Choose the file of the report.")},
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.pdf"}),
    )


class RemarksForm(forms.Form):
    """What has to be put right."""

    remarks = forms.CharField(label=_("Remarks"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
