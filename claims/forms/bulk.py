"""The form of a claims workbook."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.parts import YearField


class ClaimsUploadForm(forms.Form):
    """The workbook, and the policy year its new claims belong to."""

    policy_year = YearField(help_text=_("New claims belong to it; bills are dated within it."))
    file = forms.FileField(
        label=_("Workbook"),
        help_text=_(
            "With the sheets of the empty workbook, or some of them; .xlsx, .xls or .csv, at most 20 MB."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )

    def chosen(self) -> dict[str, Any]:
        """The valid form as the service takes it."""
        file = self.cleaned_data["file"]
        return {
            "data": file.read(),
            "file_name": file.name,
            "policy_year": self.cleaned_data["policy_year"],
        }
