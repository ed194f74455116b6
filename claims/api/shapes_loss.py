"""What requests about a household's loss may hold, and what a loss looks like (R12-R14)."""

from typing import Any

from rest_framework import serializers

from claims.models import Cause, Finding, LossItem, PropertyLoss, SignOff
from claims.services.loss import ItemFacts, LossFacts
from enrollment.api import PolicyYearField
from jincheng_insurance.api.fields import AmountField, DayField, InputSerializer, MoneyField
from jincheng_insurance.scheme.money import ZERO


class LossInput(InputSerializer):
    """What happened; `peril` names the disaster, the police report and the finding are for theft."""

    cause = serializers.ChoiceField(Cause.choices)
    peril = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    lost_on = DayField()
    place = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    recovered = AmountField(required=False, default=ZERO)
    police_report = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    police_station = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    police_report_on = DayField(required=False, default=None)
    finding = serializers.ChoiceField(Finding.choices, required=False, default="", allow_blank=True)


class LossReportInput(LossInput):
    """A household's loss reported: the household by its code on the roster."""

    household = serializers.CharField(max_length=40)
    policy_year = PolicyYearField()
    reported_on = DayField(required=False, default=None)
    reserve = AmountField()
    account = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class ItemInput(InputSerializer):
    """One thing lost or damaged: how many of what, and its loss."""

    kind = serializers.ChoiceField(LossItem.Kind.choices)
    name = serializers.CharField(max_length=80)
    quantity = AmountField()
    unit = serializers.CharField(max_length=10)
    amount = AmountField()


class SignOffInput(InputSerializer):
    """One party's signature; `authority` only where an agent signs for the insured."""

    party = serializers.ChoiceField(SignOff.Party.choices)
    signed_by = serializers.CharField(max_length=40)
    on = DayField()
    authority = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


def loss_facts(valid: dict[str, Any]) -> LossFacts:
    """A valid LossInput as the service takes it."""
    return LossFacts(**valid)


def item_facts(valid: dict[str, Any]) -> ItemFacts:
    """A valid ItemInput as the service takes it."""
    return ItemFacts(**valid)


class ItemOut(serializers.Serializer[LossItem]):
    """An item that stands."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(LossItem.Kind.choices)
    name = serializers.CharField()
    quantity = MoneyField()
    unit = serializers.CharField()
    amount = MoneyField()


class SignOffOut(serializers.Serializer[SignOff]):
    """A signature that stands, and the sum it was given for."""

    party = serializers.ChoiceField(SignOff.Party.choices)
    signed_by = serializers.CharField()
    authority = serializers.CharField(allow_blank=True)
    on = serializers.DateField()
    assessed = MoneyField()


class LossOut(serializers.Serializer[PropertyLoss]):
    """What happened to a household's property, with its standing items and signatures."""

    cause = serializers.ChoiceField(Cause.choices)
    peril = serializers.CharField(allow_blank=True)
    lost_on = serializers.DateField()
    place = serializers.CharField(allow_blank=True)
    recovered = MoneyField()
    police_report = serializers.CharField(allow_blank=True)
    police_station = serializers.CharField(allow_blank=True)
    police_report_on = serializers.DateField(allow_null=True)
    finding = serializers.ChoiceField(Finding.choices, allow_blank=True)
    items = ItemOut(many=True, source="standing_items")
    sign_offs = SignOffOut(many=True, source="standing_sign_offs")
