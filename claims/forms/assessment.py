"""Forms of the assessment: a bill, a loss with its items and signatures, the reserve."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.forms.parts import MOST_YUAN, ZERO, StepForm
from claims.models import Care, Cause, Finding, LossItem, MedicalBill, PropertyLoss, SignOff
from claims.services.bills import BillFacts
from claims.services.loss import ItemFacts, LossFacts
from claims.texts import peril_label
from enrollment.selectors import terms_of
from jincheng_insurance.web.forms import CodeField, DateField, QuantityField, YuanField

AMOUNTS = ("bill", "basic", "serious_illness", "assistance", "commercial", "other", "charity")
REIMBURSED = ("basic", "serious_illness", "assistance", "commercial", "other")
TEXTS = ("care", "hospital", "invoice_number", "diagnosis", "admitted_on", "on")


class BillForm(forms.Form):
    """One hospital settlement with what others reimbursed (R6)."""

    care = forms.ChoiceField(label=_("Care"), choices=Care.choices)
    hospital = forms.CharField(label=_("Hospital"), max_length=80)
    invoice_number = CodeField(label=_("Invoice number"), max_length=40)
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
    charity = YuanField(
        label=_("Charity and fixed-sum benefits"),
        help_text=_("On record only."),
        max_value=MOST_YUAN,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        admitted, on = cleaned.get("admitted_on"), cleaned.get("on")
        if admitted and on and admitted > on:
            self.add_error("admitted_on", _("Admission comes before discharge."))
        return cleaned

    def mark_sum(self, text: str) -> None:
        """Mark every amount that makes the sum, where the service found the reimbursements above the bill (R6); what is
        wrong is said once, at the bill."""
        for name in REIMBURSED:
            if self.cleaned_data.get(name):
                self.fields[name].widget.attrs["aria-invalid"] = "true"
        self.add_error("bill", text)

    def facts(self) -> BillFacts:
        """The valid form as the service takes it; an amount left empty is zero."""
        amounts: dict[str, Any] = {name: self.cleaned_data[name] or ZERO for name in AMOUNTS}
        texts: dict[str, Any] = {name: self.cleaned_data[name] for name in TEXTS}
        return BillFacts(**texts, **amounts)

    @classmethod
    def of(cls, bill: MedicalBill) -> "BillForm":
        """The form filled with a bill, to correct it."""
        return cls(initial={name: getattr(bill, name) for name in (*TEXTS, *AMOUNTS)})


class LossForm(StepForm):
    """What happened to a household's property (R12, R13). `year` says which disasters its terms list."""

    short = "loss"

    cause = forms.ChoiceField(label=_("Cause"), choices=Cause.choices)
    peril = forms.ChoiceField(label=_("Which natural disaster"), required=False)
    lost_on = DateField(label=_("Date of the loss"))
    place = forms.CharField(label=_("Place"), max_length=120, required=False)
    recovered = YuanField(label=_("Recovered from others"), max_value=MOST_YUAN, required=False)
    police_report = CodeField(label=_("Police report, number"), max_length=60, required=False)
    police_station = forms.CharField(label=_("Police station"), max_length=80, required=False)
    police_report_on = DateField(label=_("Police report, date"), required=False)
    finding = forms.ChoiceField(
        label=_("Who is responsible for the theft"),
        choices=[("", _("Not said yet")), *Finding.choices],
        required=False,
    )

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        perils = [(peril, peril_label(peril)) for peril in terms_of(year).perils]
        self.fields["peril"].choices = [("", _("None")), *perils]  # type: ignore[attr-defined]

    def facts(self) -> LossFacts:
        """The valid form as the service takes it."""
        names = LossFacts.__dataclass_fields__
        values: dict[str, Any] = {name: self.cleaned_data[name] for name in names}
        return LossFacts(**values | {"recovered": values["recovered"] or ZERO})

    @classmethod
    def of(cls, loss: PropertyLoss) -> "LossForm":
        """The form filled with a loss, to correct it."""
        names = LossFacts.__dataclass_fields__
        year = loss.claim.policy_year_id
        return cls(year=year, initial={name: getattr(loss, name) for name in names})


class ItemForm(StepForm):
    """One thing lost or damaged (R12)."""

    short = "item"

    kind = forms.ChoiceField(label=_("Kind of property"), choices=LossItem.Kind.choices)
    name = forms.CharField(label=_("What"), max_length=80)
    quantity = QuantityField(
        label=_("Quantity"), min_value=Decimal("0.01"), max_value=Decimal(9_999_999), initial=1
    )
    unit = forms.CharField(label=_("Unit"), max_length=10)
    amount = YuanField(label=_("Assessed loss"), max_value=MOST_YUAN)

    def facts(self) -> ItemFacts:
        """The valid form as the service takes it."""
        return ItemFacts(**self.cleaned_data)


class SignOffForm(StepForm):
    """One party's signature under the assessed sum (R14)."""

    short = "sign"

    party = forms.ChoiceField(label=_("Party"), choices=SignOff.Party.choices)
    signed_by = forms.CharField(label=_("Name of who signed"), max_length=40)
    on = DateField(label=_("Signed on"))
    authority = forms.CharField(
        label=_("Authority of the agent"),
        max_length=120,
        required=False,
        help_text=_("Only where somebody signs for the insured."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": timezone.localdate()})
        super().__init__(*args, **kwargs)


class ReserveForm(StepForm):
    """A new estimate and its reason."""

    short = "reserve"

    reserve = YuanField(label=_("Reserve"), max_value=MOST_YUAN)
    reason = forms.CharField(label=_("Reason"), max_length=200)
