"""Form fields for what people type here: amounts, days, identity numbers, telephones."""

import datetime
import re
import unicodedata
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.scheme import identity

LARGEST_AMOUNT = Decimal("9999999.99")
SPACES = re.compile(r"[\s\u200b\ufeff]")
THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
DAY_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
MOBILE = re.compile(r"1[3-9]\d{9}")
NO_NULLS = _("Null characters are not allowed.")  # Django's own; named here to be put right in the catalogue
LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?")


def half_width(text: str) -> str:
    """What was typed with full-width digits, letters and signs, as plain ones and without any space."""
    return SPACES.sub("", unicodedata.normalize("NFKC", text).replace("。", "."))


class QuantityField(forms.DecimalField):
    """A number with two decimals. Full-width digits, spaces and thousands commas are taken as meant; NaN and infinity
    are refused."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "commas": _("Write the decimals after a point: 12.5, not 12,5."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(decimal_places=2, **kwargs)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().to_python(value)
        text = half_width(value)
        if "," in text:
            if not THOUSANDS.fullmatch(text):
                raise ValidationError(self.error_messages["commas"], code="commas")
            text = text.replace(",", "")
        if text and not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)", text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(text)


class YuanField(QuantityField):
    """An amount in yuan, two decimals, from 0 to `max_value`; a yuan sign or word around the number may stand."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Enter an amount in yuan, such as 1234.50."),
        "max_decimal_places": _("An amount in yuan has at most two decimals."),
    }

    def __init__(
        self, *, max_value: Decimal = LARGEST_AMOUNT, min_value: Decimal = Decimal(0), **kwargs: Any
    ) -> None:
        super().__init__(max_value=max_value, min_value=min_value, **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = half_width(value).removeprefix("¥").removesuffix("元")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.2f}" if isinstance(value, Decimal) and value.is_finite() else value


class CountField(forms.IntegerField):
    """A whole number from 0 (or `min_value`) on. Full-width digits, spaces and thousands commas are taken as meant."""

    def __init__(self, *, min_value: int = 0, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(min_value=min_value, **kwargs)

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = half_width(value)
            if THOUSANDS.fullmatch(value):
                value = value.replace(",", "")
        return super().to_python(value)


class CodeField(forms.CharField):
    """A number that stands on a paper or in another system: of an invoice, a bank's reference, a household's code.
    Full-width characters are made plain, and spaces fall out."""

    def to_python(self, value: Any) -> str:
        return half_width(str(super().to_python(value) or ""))


class DateField(forms.DateField):
    """A day: by the browser's calendar, or typed as 2026-03-01, 2026/3/1, 2026.3.1, 20260301, or as pages show it."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Enter a day that exists, for example 2026-03-01."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs.setdefault("input_formats", DAY_FORMATS)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime.date | None:
        return super().to_python(half_width(value) if isinstance(value, str) else value)


class IdentityNumberField(forms.CharField):
    """A resident identity number, normalised to 18 places with a capital X. No message repeats the
    number, and browsers are asked not to remember it."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "length": _("An identity number has 18 places."),
        "characters": _("An identity number has 17 digits, then a digit or X."),
        "birth_date": _("Places 7 to 14 are not a date of birth. Compare them with the card."),
        "birth_in_future": _("The date of birth lies in the future. Compare it with the card."),
        "check_digit": _("This is not a valid identity number. Compare it with the card, place by place."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
            ),
        )
        super().__init__(max_length=64, **kwargs)

    def to_python(self, value: Any) -> str:
        text = half_width(str(super().to_python(value) or "")).upper()
        return text.replace("-", "")

    def validate(self, value: Any) -> None:
        super().validate(value)
        code = identity.problem(value, today=timezone.localdate()) if value else None
        if code is not None:
            raise ValidationError(self.error_messages[code], code=code)


class TelephoneField(forms.CharField):
    """A mainland mobile (11 places) or a landline with its area code. No message repeats it."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Enter a mobile number of 11 places, or a landline with its area code."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}))
        super().__init__(max_length=32, **kwargs)

    def to_python(self, value: Any) -> str:
        text = half_width(str(super().to_python(value) or ""))
        mobile = re.sub(r"^\+?86(?=1)|-", "", text)
        return mobile if MOBILE.fullmatch(mobile) else text

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not (MOBILE.fullmatch(value) or LANDLINE.fullmatch(value)):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
