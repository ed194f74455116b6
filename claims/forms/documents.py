"""Forms of claims' papers: handing in, removing, asking, and the period of a list."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from claims.models import DocumentKind
from jincheng_insurance.access.models import Region
from jincheng_insurance.web.forms import DateField

MOST_AT_ONCE = 10
Choices = Sequence[tuple[str, str]]


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files of one kind."""

    default_error_messages = {"many": _("Send at most %(most)s files at once.")}

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [super(FilesField, self).clean(one, initial) for one in data or [None]]
        if len(files) > MOST_AT_ONCE:
            raise forms.ValidationError(self.error_messages["many"] % {"most": MOST_AT_ONCE})
        return files


class DocumentForm(forms.Form):
    """Papers of one kind."""

    kind = forms.ChoiceField(label=_("Kind of paper"), choices=DocumentKind.choices)
    file = FilesField(
        label=_("Files"),
        help_text=_(
            "PDF, JPG or PNG, each at most 10 MB, together at most 25 MB; several of one kind at once."
        ),
        error_messages={"required": _("Choose a file; all together may have at most 25 MB.")},
        allow_empty_file=True,
        widget=FilesInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class OpeningForm(forms.Form):
    """Why a paper is looked at (R25)."""

    reason = forms.CharField(label=_("Why you open it"), max_length=200)


class RemovalForm(forms.Form):
    """Why a paper goes."""

    reason = forms.CharField(label=_("Why it is removed"), max_length=200)


class AskForm(forms.Form):
    """The one list of what is still missing (R26): of the `papers` that the claim may need. `sure` comes from the page
    that names them once more."""

    missing = forms.MultipleChoiceField(label=_("Papers to ask for"), widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(
        label=_("Note to the insured"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, papers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["missing"].choices = papers  # type: ignore[attr-defined]


class PeriodForm(forms.Form):
    """A county and the days of a list."""

    county = forms.ModelChoiceField(label=_("County"), queryset=Region.objects.none(), empty_label=None)
    first = DateField(label=_("From day"))
    last = DateField(label=_("Until"))

    def __init__(self, *args: Any, counties: QuerySet[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["county"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = counties

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day comes before the first."))
        return cleaned
