"""What the forms of claims share."""

import uuid
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.models import PolicyYear
from enrollment.selectors import current_policy_year

MOST_YUAN = Decimal(9_999_999)
ZERO = Decimal("0.00")


class StepForm(forms.Form):
    """A form that stands beside others on one page: its fields' ids begin with its own `short` name."""

    short: ClassVar[str] = "step"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"id_{self.short}_%s")
        super().__init__(*args, **kwargs)


class OnceForm(forms.Form):
    """A form whose second sending, by a double click or a reload, does nothing new."""

    once = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"once": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class YearField(forms.ModelChoiceField):
    """A policy year that has begun; the present one unless another is chosen."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Policy year"))
        super().__init__(PolicyYear.objects.all(), required=False, empty_label=None, **kwargs)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        current = current_policy_year()
        self.queryset = PolicyYear.objects.filter(pk__lte=current.pk)
        self.initial = current
        return super().get_bound_field(form, field_name)

    def clean(self, value: Any) -> Any:
        return super().clean(value) or current_policy_year()


def reason_field(label: Any, *, required: bool = True, long: bool = False) -> forms.CharField:
    """A reason in a sentence."""
    widget = forms.Textarea(attrs={"rows": 2}) if long else forms.TextInput()
    return forms.CharField(label=label, max_length=300, required=required, widget=widget)
