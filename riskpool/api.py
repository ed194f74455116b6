"""Agreements over the API, each with its simple loss ratio as the ledgers stand (R19)."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.api import PolicyYearField
from enrollment.models import Agreement
from jincheng_insurance.access.roles import Act
from jincheng_insurance.api.authentication import caller_of
from jincheng_insurance.api.fields import MoneyField, PlaceOut
from jincheng_insurance.api.paging import PageInput, piece
from jincheng_insurance.api.schema import operation
from jincheng_insurance.api.views import ApiView, read
from riskpool.selectors.ratio import PoolFigures, pool_figures, pool_of


class AgreementsInput(PageInput):
    """Which agreements to list."""

    policy_year = PolicyYearField()


class LossRatioOut(serializers.Serializer[Any]):
    """The simple loss ratio. Without net premium it isn't applicable: `percent` is null then, never 0 (R19). `percent`
    is rounded for reading; the levels are compared exactly (R20)."""

    applicable = serializers.BooleanField()
    percent = MoneyField(allow_null=True)
    incurred = MoneyField()
    net_premium = MoneyField()


class AgreementOut(serializers.Serializer[PoolFigures]):
    """An agreement and what its year has come to."""

    number = serializers.CharField(source="agreement.number")
    policy_year = serializers.IntegerField(source="agreement.policy_year_id")
    county = PlaceOut(source="agreement.county")
    insurer = serializers.CharField(source="agreement.insurer.code")
    signed_on = serializers.DateField(source="agreement.signed_on")
    payments_suspended_at = serializers.DateTimeField(
        source="agreement.payments_suspended_at",
        allow_null=True,
        help_text=_("Since when no payment is recorded under it (R22); null when payments go on."),
    )
    paid = MoneyField()
    reserves = MoneyField()
    loss_ratio = LossRatioOut(source="ratio")
    alerts = serializers.SerializerMethodField(help_text=_("Levels in percent that have fired this year."))

    def get_alerts(self, figures: PoolFigures) -> list[int]:
        return sorted(alert.level for alert in figures.agreement.alerts.all())


class AgreementsOut(serializers.Serializer[Any]):
    """A piece of the list, and the cursor of the next."""

    results = AgreementOut(many=True)
    next = serializers.CharField(allow_null=True)


class Agreements(ApiView):
    act = Act.VIEW_POOL

    @operation(
        name="agreements_list",
        tag="agreements",
        summary=_("Your agreements of a policy year with their loss ratio"),
        rules=["R17", "R19"],
        query=AgreementsInput,
        answer=AgreementsOut,
    )
    def get(self, request: Request) -> Response:
        wanted = read(AgreementsInput, request.query_params)
        rows = pool_of(caller_of(request), wanted["policy_year"]).prefetch_related("alerts")
        return piece(rows, wanted, AgreementOut, pool_figures)


class OneAgreement(ApiView):
    act = Act.VIEW_POOL

    @operation(
        name="agreement",
        tag="agreements",
        summary=_("An agreement with its loss ratio"),
        rules=["R19", "R20", "R22"],
        answer=AgreementOut,
        row=True,
    )
    def get(self, request: Request, number: str) -> Response:
        rows = Agreement.objects.select_related("county", "insurer").prefetch_related("alerts")
        (figures,) = pool_figures([self.row(rows, number=number)])
        return Response(AgreementOut(figures).data)


urlpatterns = [
    path("agreements", Agreements.as_view(), name="agreements"),
    path("agreements/<number:number>", OneAgreement.as_view(), name="agreement"),
]
