"""Forms that take a claim in: finding person or household, the report."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.forms.assessment import LossForm
from claims.forms.parts import MOST_YUAN, OnceForm, StepForm, YearField
from jincheng_insurance.web.forms import CodeField, DateField, IdentityNumberField, YuanField


class FindPersonForm(forms.Form):
    """Who the claim is for. Sent by POST, so that the number stands in no address or log."""

    id_number = IdentityNumberField(
        label=_("Identity number"),
        help_text=_("18 characters; the person must be insured for the policy year."),
    )
    year = YearField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["id_number"].widget.attrs["autofocus"] = True


class FindHouseholdForm(StepForm):
    """Whose property the claim is about: by household code, or by the identity number of a member."""

    short = "household"

    code = CodeField(label=_("Household code"), max_length=32, required=False)
    member = IdentityNumberField(
        label=_("Or the identity number of a member"), required=False, help_text=_("18 characters.")
    )
    year = YearField()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and bool(cleaned.get("code")) == bool(cleaned.get("member")):
            self.add_error("code", _("Enter the household code, or the identity number of a member."))
        return cleaned


class ReportForm(OnceForm):
    """What happened, and a first estimate; where claims are `open` already, also a tick that this is another one."""

    reported_on = DateField(label=_("Reported on"))
    reserve = YuanField(
        label=_("Reserve"),
        help_text=_("Estimate in yuan of what the claim will cost; it counts into the loss ratio at once."),
        max_value=MOST_YUAN,
    )
    account = forms.CharField(
        label=_("Account of the event"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, already_open: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"reported_on": timezone.localdate()})
        super().__init__(*args, **kwargs)
        if already_open:
            self.fields["another"] = forms.BooleanField(
                label=_("Open another claim beside those still open"),
                error_messages={
                    "required": _(
                        "A claim is open already. Tick that this is another event, or go on with that one."
                    )
                },
            )

    def report(self) -> dict[str, Any]:
        """The valid report as the services take it."""
        return {name: self.cleaned_data[name] for name in ReportForm.base_fields}


class ReportLossForm(LossForm, ReportForm):
    """The report of a household's loss."""

    short = "report"
    field_order = ("cause", "peril", "lost_on", "place", "reported_on", "reserve", "account")
