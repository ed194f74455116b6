"""Policy years and the insured as the API shows them: names, masked numbers, cover."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from enrollment.models import BasicInsurance, InsuredPerson, PolicyYear
from enrollment.selectors import current_policy_year, masked_identity
from jincheng_insurance.scheme.terms import FIRST_YEAR, LAST_YEAR


@extend_schema_field({"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR, "example": FIRST_YEAR})
class PolicyYearField(serializers.IntegerField):
    """A policy year of the scheme; today's where none is sent."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("default", current_policy_year)
        super().__init__(required=False, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool):
            self.fail("invalid")
        year = PolicyYear.objects.filter(pk=super().to_internal_value(data)).first()
        if year is None:
            years = {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise serializers.ValidationError(_("The scheme runs from %(first)s to %(last)s.") % years)
        return year


class PersonOut(serializers.Serializer[InsuredPerson]):
    """An insured person: the identity number only masked, and the cover of the year."""

    name = serializers.CharField(source="roster_person.name")
    identity_number = serializers.SerializerMethodField()
    household = serializers.CharField(source="insured_household.roster_household.code")
    basic_insurance = serializers.ChoiceField(BasicInsurance.choices)
    cover_from = serializers.DateField()
    cover_to = serializers.DateField()

    def get_identity_number(self, person: InsuredPerson) -> str:
        return masked_identity(person.roster_person)
