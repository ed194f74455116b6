"""Premium statements over the API: those of the caller's own agreements, as issued, with their lines."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.api import PersonOut, PolicyYearField
from jincheng_insurance.access.roles import Act
from jincheng_insurance.api.authentication import caller_of
from jincheng_insurance.api.fields import MoneyField, PlaceOut
from jincheng_insurance.api.paging import PageInput, piece
from jincheng_insurance.api.schema import operation
from jincheng_insurance.api.views import ApiView, read
from premiums.models import PremiumStatement, StatementLine
from premiums.selectors.statements import statements


class StatementsInput(PageInput):
    """Which statements to list."""

    policy_year = PolicyYearField()


class StatementOut(serializers.Serializer[PremiumStatement]):
    """What is due for the households and persons insured when the statement was issued (R15, R18)."""

    number = serializers.CharField()
    kind = serializers.ChoiceField(PremiumStatement.Kind.choices)
    agreement = serializers.CharField(source="agreement.number")
    insurer = serializers.CharField(source="agreement.insurer.code")
    policy_year = serializers.IntegerField(source="policy_year_id")
    county = PlaceOut()
    households = serializers.IntegerField()
    persons = serializers.IntegerField()
    due = MoneyField()
    city_share = MoneyField()
    county_share = MoneyField()
    issued_on = serializers.DateField()
    issued_at = serializers.DateTimeField()


class StatementsOut(serializers.Serializer[Any]):
    """A piece of the list, and the cursor of the next."""

    results = StatementOut(many=True)
    next = serializers.CharField(allow_null=True)


class StatementLineOut(serializers.Serializer[StatementLine]):
    """One unit of a statement: a household, or where `person` is given one of its persons; refunded below zero."""

    household = serializers.CharField(source="insured_household.roster_household.code")
    person = PersonOut(source="insured_person", allow_null=True)
    amount = MoneyField()
    cover_from = serializers.DateField(source="insured_household.cover_from")
    cover_to = serializers.DateField(source="insured_household.cover_to")


class StatementLinesOut(serializers.Serializer[Any]):
    """A piece of the lines, and the cursor of the next."""

    results = StatementLineOut(many=True)
    next = serializers.CharField(allow_null=True)


class Statements(ApiView):
    act = Act.VIEW_PREMIUM

    @operation(
        name="statements_list",
        tag="premiums",
        summary=_("Premium statements of your agreements, newest first"),
        rules=["R15", "R18"],
        query=StatementsInput,
        answer=StatementsOut,
    )
    def get(self, request: Request) -> Response:
        wanted = read(StatementsInput, request.query_params)
        rows = statements(caller_of(request), wanted["policy_year"])
        return piece(rows, wanted, StatementOut)


class Statement(ApiView):
    act = Act.VIEW_PREMIUM

    @operation(
        name="statement",
        tag="premiums",
        summary=_("A premium statement as issued"),
        rules=["R18"],
        answer=StatementOut,
        row=True,
    )
    def get(self, request: Request, number: str) -> Response:
        rows = PremiumStatement.objects.select_related("county", "agreement__insurer")
        return Response(StatementOut(self.row(rows, number=number)).data)


class StatementLines(ApiView):
    act = Act.VIEW_PREMIUM

    @operation(
        name="statement_lines",
        tag="premiums",
        summary=_("The households and persons of a premium statement"),
        rules=["R18", "R25"],
        query=PageInput,
        answer=StatementLinesOut,
        row=True,
    )
    def get(self, request: Request, number: str) -> Response:
        statement = self.row(PremiumStatement.objects.all(), number=number)
        wanted = read(PageInput, request.query_params)
        rows = statement.lines.select_related(
            "insured_household__roster_household",
            "insured_person__roster_person",
            "insured_person__insured_household__roster_household",
        )
        return piece(rows, wanted, StatementLineOut)


urlpatterns = [
    path("premium-statements", Statements.as_view(), name="statements"),
    path("premium-statements/<number:number>", Statement.as_view(), name="statement"),
    path("premium-statements/<number:number>/lines", StatementLines.as_view(), name="statement_lines"),
]
