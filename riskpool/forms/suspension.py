"""Forms of suspensions: asking with evidence, deciding, lifting (R22)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.documents import FilesField, FilesInput
from jincheng_insurance.web.forms import DateField


class AskSuspensionForm(forms.Form):
    """The county's request."""

    violation = forms.CharField(
        label=_("Facts of the violation"),
        max_length=4000,
        help_text=_("What happened, when, how it was found, and what the insurer said to it."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    file = FilesField(
        label=_("Evidence"),
        help_text=_("PDF, JPG or PNG, each at most 10 MB, together at most 25 MB."),
        error_messages={"required": _("Choose a file; all together may have at most 25 MB.")},
        allow_empty_file=True,
        widget=FilesInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class ApproveSuspensionForm(forms.Form):
    """The city's approval, and from when it holds."""

    reason = forms.CharField(
        label=_("Reasons of the decision"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    starts_on = DateField(
        label=_("From the beginning of"),
        required=False,
        help_text=_("Left empty, payments are suspended at once."),
    )


class SuspensionReasonForm(forms.Form):
    """Why it is refused or lifted."""

    reason = forms.CharField(
        label=_("Reasons of the decision"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
