"""Forms of the decision and of what undoes it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from claims.forms.parts import MOST_YUAN, StepForm, reason_field
from claims.models import RejectionReason
from jincheng_insurance.web.forms import YuanField


class ReturnForm(StepForm):
    """Why a claim goes back, and which of the `papers` that it may need are missing. Where they were `asked` for in
    this round, none is offered again; one that is sent all the same meets the service's refusal (R26)."""

    short = "return"

    reason = reason_field(_("What has to be corrected"))
    missing = forms.MultipleChoiceField(
        label=_("Missing documents"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_(
            "Documents are asked for once, in one list: tick all that are missing. Without a tick, none is asked for."
        ),
    )

    def __init__(
        self, *args: Any, papers: Sequence[tuple[str, str]], asked: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["missing"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = papers
        if asked:
            field.widget = forms.MultipleHiddenInput()


class ApproveForm(StepForm):
    """A remark on the approval; where papers of the checklist are `missing`, also a tick that the reviewer knows."""

    short = "approve"

    reason = reason_field(_("Remark"), required=False)
    without_papers = forms.BooleanField(
        label=_("Approve without these papers; I have seen that they are missing"),
        error_messages={
            "required": _("Papers are missing. Tick that you approve without them, or return the claim.")
        },
    )

    def __init__(self, *args: Any, missing: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if missing:
            self.fields["without_papers"].help_text = _("Missing: %(papers)s") % {
                "papers": "、".join(missing)
            }
        else:
            del self.fields["without_papers"]


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
