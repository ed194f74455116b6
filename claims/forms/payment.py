"""Forms of payment: a payee, and what came of a payment."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.forms.parts import StepForm, reason_field
from claims.models import PaymentLine
from claims.payee import Payee
from jincheng_insurance.web.forms import CodeField, DateField


class PaymentForm(StepForm):
    """When and under which bank reference the money went out."""

    short = "payment"

    paid_on = DateField(label=_("Paid on"))
    reference = CodeField(label=_("Bank reference"), max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"paid_on": timezone.localdate()})
        super().__init__(*args, **kwargs)


class PayeeForm(forms.Form):
    """Whom a line is paid to. The account number is never shown again in full."""

    holder_name = forms.CharField(label=_("Account holder"), max_length=60)
    bank_name = forms.CharField(label=_("Bank"), max_length=80)
    account = forms.CharField(
        label=_("Account number"),
        max_length=40,
        help_text=_("8 to 30 digits; kept sealed, and shown masked from now on."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
    )
    relation = forms.ChoiceField(label=_("Payee"), choices=PaymentLine.Payee.choices)
    proof = forms.CharField(
        label=_("Proof of relation or authority"),
        max_length=120,
        required=False,
        help_text=_(
            "Needed unless the payee is the insured: a paper and its number, or who gave the authority."
        ),
    )

    def payee(self) -> Payee:
        """The valid form as the service takes it."""
        return Payee(**self.cleaned_data)


class FailureForm(StepForm):
    """Why the bank couldn't pay."""

    short = "failure"

    reason = reason_field(_("What the bank says"))


class TakeBackForm(StepForm):
    """Why money came back."""

    short = "back"

    reason = reason_field(_("Why it came back"))


class RecoveryForm(StepForm):
    """Under which reference a payment was given back."""

    short = "recovery"

    reference = CodeField(label=_("Bank reference"), max_length=60)
