"""What requests about claims may hold, and what a claim looks like to an insurer's system."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from claims.api.calculation import calculation_of
from claims.api.shapes_loss import LossOut
from claims.models import Care, Claim, ClaimEvent, DocumentKind, MedicalBill, Payment, RejectionReason
from claims.services.bills import BillFacts
from enrollment.api import PersonOut, PolicyYearField
from jincheng_insurance.api.fields import (
    AmountField,
    DayField,
    IdentityField,
    InputSerializer,
    MoneyField,
    PlaceOut,
)
from jincheng_insurance.api.paging import PageInput
from jincheng_insurance.scheme.money import ZERO

REIMBURSED = ("basic", "serious_illness", "assistance", "commercial", "other")


class EligibilityInput(InputSerializer):
    """Whose cover is asked for; the number stands in the body, so in no address and no log."""

    identity_number = IdentityField()
    policy_year = PolicyYearField()


class CapOut(serializers.Serializer[Any]):
    """What has been granted this year, and what is left below the cap."""

    granted = MoneyField()
    left = MoneyField()


class CapsOut(serializers.Serializer[Any]):
    """The person's caps for each kind of care, and the household's for losses (R7, R14)."""

    inpatient = CapOut()
    outpatient = CapOut()
    property = CapOut()


class EligibilityOut(serializers.Serializer[Any]):
    """The cover of a person in a policy year. Somebody out of reach is answered like somebody unknown."""

    insured = serializers.BooleanField()
    policy_year = serializers.IntegerField()
    person = PersonOut(allow_null=True)
    county = PlaceOut(allow_null=True)
    agreement = serializers.CharField(allow_null=True)
    insurer = serializers.CharField(allow_null=True)
    caps = CapsOut(allow_null=True)


class ClaimsInput(PageInput):
    """Which claims to list."""

    policy_year = PolicyYearField()
    state = serializers.ChoiceField(Claim.State.choices, required=False)


class ReportInput(InputSerializer):
    """A medical claim reported for an insured person."""

    identity_number = IdentityField()
    policy_year = PolicyYearField()
    reported_on = DayField(required=False, default=None)
    reserve = AmountField()
    account = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class ReserveInput(InputSerializer):
    """A new estimate and its reason."""

    reserve = AmountField()
    reason = serializers.CharField(max_length=200)


class BillInput(InputSerializer):
    """One hospital settlement with what others reimbursed (R6); an amount left out is zero."""

    care = serializers.ChoiceField(Care.choices)
    hospital = serializers.CharField(max_length=80)
    invoice_number = serializers.CharField(max_length=40)
    diagnosis = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    admitted_on = DayField(required=False, default=None)
    on = DayField()
    bill = AmountField()
    basic = AmountField(required=False, default=ZERO)
    serious_illness = AmountField(required=False, default=ZERO)
    assistance = AmountField(required=False, default=ZERO)
    commercial = AmountField(required=False, default=ZERO)
    other = AmountField(required=False, default=ZERO)
    charity = AmountField(required=False, default=ZERO)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["admitted_on"] is not None and attrs["admitted_on"] > attrs["on"]:
            raise serializers.ValidationError({"admitted_on": _("Admission comes before discharge.")})
        return attrs


def bill_facts(valid: dict[str, Any]) -> BillFacts:
    """A valid BillInput as the service takes it."""
    return BillFacts(**valid)


class NothingInput(InputSerializer):
    """A step that needs to be told nothing."""


class ReasonInput(InputSerializer):
    """Why a step is taken."""

    reason = serializers.CharField(max_length=300)


class ReturnInput(ReasonInput):
    """Why a claim goes back, and the one list of papers that are missing, if any (R26)."""

    missing = serializers.ListField(
        child=serializers.ChoiceField(DocumentKind.choices), required=False, default=list, max_length=20
    )


class RejectInput(ReasonInput):
    """Why a claim isn't paid: from the list, and in words for the insured."""

    reason_code = serializers.ChoiceField(RejectionReason.choices)


class RemarkInput(InputSerializer):
    """A remark on an approval."""

    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class PaymentInput(InputSerializer):
    """When and under which bank reference the money went out."""

    paid_on = DayField()
    reference = serializers.CharField(max_length=60)


class BillOut(serializers.Serializer[MedicalBill]):
    """A bill that stands."""

    id = serializers.IntegerField()
    care = serializers.ChoiceField(Care.choices)
    hospital = serializers.CharField()
    invoice_number = serializers.CharField()
    diagnosis = serializers.CharField(allow_blank=True)
    admitted_on = serializers.DateField(allow_null=True)
    on = serializers.DateField()
    bill = MoneyField()
    basic = MoneyField()
    serious_illness = MoneyField()
    assistance = MoneyField()
    commercial = MoneyField()
    other = MoneyField()
    charity = MoneyField()
    self_pay = MoneyField()


class EventOut(serializers.Serializer[ClaimEvent]):
    """One step of the claim's life."""

    step = serializers.CharField()
    from_state = serializers.CharField(allow_blank=True)
    to_state = serializers.ChoiceField(Claim.State.choices)
    note = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class PaymentOut(serializers.Serializer[Payment]):
    amount = MoneyField()
    paid_on = serializers.DateField()
    reference = serializers.CharField()


class ClaimOut(serializers.Serializer[Claim]):
    """A claim as lists show it."""

    number = serializers.CharField()
    state = serializers.ChoiceField(Claim.State.choices)
    coverage = serializers.ChoiceField(Claim.Coverage.choices)
    policy_year = serializers.IntegerField(source="policy_year_id")
    county = PlaceOut()
    agreement = serializers.CharField(source="agreement.number")
    insurer = serializers.CharField(source="agreement.insurer.code")
    household = serializers.CharField(source="insured_household.roster_household.code")
    person = PersonOut(source="insured_person", allow_null=True)
    reported_on = serializers.DateField()
    reserve = MoneyField()
    granted = MoneyField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)


class StageOut(serializers.Serializer[Any]):
    """One stage of the sum, with the rule behind it."""

    part = serializers.ChoiceField(["inpatient", "outpatient", "property"])
    code = serializers.CharField()
    rule = serializers.CharField()
    amount = MoneyField()


class CalculationOut(serializers.Serializer[Any]):
    """How a claim is reckoned: as decided, or before that as the rules would give now (a loss as if all had signed).
    `refusal` is the text of the rule that gives nothing."""

    decided = serializers.BooleanField()
    granted = MoneyField()
    stages = StageOut(many=True)
    refusal = serializers.CharField(allow_blank=True)
    rule = serializers.CharField(allow_blank=True)


class WholeClaimOut(ClaimOut):
    """A claim with its bills or its loss, how it is reckoned, its payment and its timeline."""

    account = serializers.CharField(allow_blank=True)
    round = serializers.IntegerField()
    rejection_reason = serializers.ChoiceField(RejectionReason.choices, allow_blank=True)
    pay_by = serializers.DateField(allow_null=True)
    bills = BillOut(many=True, source="standing_bills")
    loss = serializers.SerializerMethodField()
    calculation = serializers.SerializerMethodField()
    payment = serializers.SerializerMethodField()
    events = EventOut(many=True)

    @extend_schema_field(LossOut(allow_null=True))
    def get_loss(self, claim: Any) -> Any:
        return LossOut(claim.loss).data if claim.is_property else None

    @extend_schema_field(CalculationOut)
    def get_calculation(self, claim: Any) -> Any:
        return CalculationOut(calculation_of(claim)).data

    @extend_schema_field(PaymentOut(allow_null=True))
    def get_payment(self, claim: Any) -> Any:
        return PaymentOut(claim.payments_in_force[-1]).data if claim.payments_in_force else None


class ClaimsOut(serializers.Serializer[Any]):
    """A piece of the list, and the cursor of the next."""

    results = ClaimOut(many=True)
    next = serializers.CharField(allow_null=True)
