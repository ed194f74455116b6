"""What bodies are made of: amounts as strings with two decimals, days, identity numbers; and bodies that refuse what
they don't know."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError as FormError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from jincheng_insurance.web.forms import IdentityNumberField

AMOUNT = {"type": "string", "pattern": r"^[0-9]{1,7}(\.[0-9]{1,2})?$", "example": "1234.50"}
DAY_LENGTH = len("2026-03-01")
MOST_DIGITS = 9


class InputSerializer(serializers.Serializer[Any]):
    """What a request may hold. A field it doesn't know is an error: a misspelt amount must not count as left out."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(map(str, data)) - set(self.fields))):
            raise serializers.ValidationError({name: [_("This field is unknown here.")] for name in unknown})
        return super().to_internal_value(data)


@extend_schema_field(AMOUNT)
class AmountField(serializers.DecimalField):
    """An amount in yuan as it is sent: a string, from 0, at most two decimals. JSON numbers are refused, since most
    programs would make binary fractions of them."""

    default_error_messages = {
        "not_a_string": gettext_lazy("Send an amount as a string such as “1234.50”, not as a number.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=MOST_DIGITS, decimal_places=2, min_value=Decimal(0), **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("not_a_string")
        return super().to_internal_value(data)


class MoneyField(serializers.DecimalField):
    """An amount in yuan as it is answered: a string with two decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, read_only=True, **kwargs)


@extend_schema_field({"type": "string", "format": "date", "example": "2026-03-01"})
class DayField(serializers.DateField):
    """A day as 2026-03-01."""

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str) or len(value) != DAY_LENGTH:
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


@extend_schema_field(
    {
        "type": "string",
        "pattern": r"^[0-9]{17}[0-9Xx]$",
        "writeOnly": True,
        "example": "110101190001010006",
    }
)
class IdentityField(serializers.CharField):
    """A resident identity number, checked and normalised. No message repeats it, no answer holds it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(write_only=True, max_length=64, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            return str(IdentityNumberField().clean(text))
        except FormError as error:
            raise serializers.ValidationError(error.messages) from None


class PlaceOut(serializers.Serializer[Any]):
    """A county: its official code and name."""

    code = serializers.CharField()
    name = serializers.CharField()


class ProblemErrorOut(serializers.Serializer[Any]):
    """One field that isn't right; an empty name means the request as a whole."""

    field = serializers.CharField(allow_blank=True)
    message = serializers.CharField()


class ProblemOut(serializers.Serializer[Any]):
    """What went wrong, as RFC 9457 has it."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    rule = serializers.CharField(
        required=False, help_text=gettext_lazy("The rule of the scheme, such as R7.")
    )
    errors = ProblemErrorOut(many=True, required=False)  # type: ignore[assignment]
