"""Forms of a claim: finding the person, the report, a bill, the decision, the payment."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models import Care, Claim
from claims.services.bills import BillFacts
from jincheng_insurance.web.forms import DateField, IdentityNumberField, YuanField

MOST_YUAN = Decimal(9_999_999)


class FindPersonForm(forms.Form):
    """Who the claim is for. Sent by POST, so that the number stands in no address or log."""

    id_number = IdentityNumberField(
        label=_("Identity number"),
        help_text=_("18 characters; the person must be insured for the policy year."),
    )


class ReportForm(forms.Form):
    """What happened, and a first estimate."""

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"reported_on": timezone.localdate()})
        super().__init__(*args, **kwargs)


class BillForm(forms.Form):
    """One hospital settlement with what others reimbursed (R6)."""

    care = forms.ChoiceField(label=_("Care"), choices=Care.choices)
    hospital = forms.CharField(label=_("Hospital"), max_length=80)
    invoice_number = forms.CharField(label=_("Invoice number"), max_length=40)
    diagnosis = forms.CharField(label=_("Diagnosis"), max_length=120, required=False)
    admitted_on = DateField(label=_("Admitted on"), required=False)
    on = DateField(label=_("Discharged or visited on"))
    bill = YuanField(label=_("Bill in all"), max_value=MOST_YUAN)
    basic = YuanField(label=_("Basic insurance paid"), max_value=MOST_YUAN, required=False)
    serious_illness = YuanField(
        label=_("Serious-illness insurance paid"), max_value=MOST_YUAN, required=False
    )
    assistance = YuanField(label=_("Medical assistance paid"), max_value=MOST_YUAN, required=False)
    commercial = YuanField(label=_("Commercial insurance paid"), max_value=MOST_YUAN, required=False)
    other = YuanField(label=_("Others reimbursed"), max_value=MOST_YUAN, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        admitted, on = cleaned.get("admitted_on"), cleaned.get("on")
        if admitted and on and admitted > on:
            self.add_error("admitted_on", _("Admission comes before discharge."))
        return cleaned

    def facts(self) -> BillFacts:
        """The valid form as the service takes it; an amount left empty is zero."""
        amounts: dict[str, Any] = {
            name: self.cleaned_data[name] or Decimal("0.00")
            for name in ("bill", "basic", "serious_illness", "assistance", "commercial", "other")
        }
        texts: dict[str, Any] = {
            name: self.cleaned_data[name]
            for name in ("care", "hospital", "invoice_number", "diagnosis", "admitted_on", "on")
        }
        return BillFacts(**texts, **amounts)


class ReserveForm(forms.Form):
    """A new estimate and its reason."""

    reserve = YuanField(label=_("Reserve"), max_value=MOST_YUAN)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ReasonForm(forms.Form):
    """Why a claim goes back."""

    reason = forms.CharField(label=_("What has to be corrected"), max_length=300)


class ApproveForm(forms.Form):
    """A remark on the approval."""

    reason = forms.CharField(label=_("Remark"), max_length=300, required=False)


class PaymentForm(forms.Form):
    """When and under which bank reference the money went out."""

    paid_on = DateField(label=_("Paid on"))
    reference = forms.CharField(label=_("Bank reference"), max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"paid_on": timezone.localdate()})
        super().__init__(*args, **kwargs)


class ClaimFilter(forms.Form):
    """What the list of claims is narrowed to."""

    number = forms.CharField(label=_("Claim number"), required=False, max_length=40)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *Claim.State.choices]
    )

    def lookups(self) -> dict[str, Any]:
        """The filter as ORM lookups; empty when the form isn't valid."""
        if not self.is_valid():
            return {}
        wanted = {"number": self.cleaned_data["number"].strip(), "state": self.cleaned_data["state"]}
        return {lookup: value for lookup, value in wanted.items() if value}
