"""Forms of the decision and of what undoes it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.parts import MOST_YUAN, StepForm, reason_field
from claims.models import DocumentKind, RejectionReason
from jincheng_insurance.web.forms import YuanField


class ReturnForm(StepForm):
    """Why a claim goes back, and which documents are missing (R26)."""

    short = "return"

    reason = reason_field(_("What has to be corrected"))
    missing = forms.MultipleChoiceField(
        label=_("Missing documents"),
        choices=DocumentKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Documents are asked for once, in one list: tick all that are missing."),
    )


class ApproveForm(StepForm):
    """A remark on the approval."""

    short = "approve"

    reason = reason_field(_("Remark"), required=False)


class RejectForm(StepForm):
    """Why a claim isn't paid: from the list, and in words for the insured."""

    short = "reject"

    reason_code = forms.ChoiceField(label=_("Reason"), choices=RejectionReason.choices)
    reason = reason_field(_("Account of the reason, for the insured"), long=True)


class WithdrawForm(StepForm):
    """Why the insured withdraws the claim."""

    short = "withdraw"

    reason = reason_field(_("Reason of the insured"))


class ReopenForm(StepForm):
    """Why a claim is taken up again, and what it may cost."""

    short = "reopen"

    reason = reason_field(_("Reason"))
    reserve = YuanField(label=_("Reserve"), max_value=MOST_YUAN)


class ReverseForm(StepForm):
    """Why a decision is taken back, and what the claim may still cost."""

    short = "reverse"

    reason = reason_field(_("Reason"))
    reserve = YuanField(
        label=_("New reserve"), max_value=MOST_YUAN, help_text=_("What the claim may still cost, in yuan.")
    )
