"""The form of an export: its format, and for whom numbers may stand in full."""

from typing import Any

from django import forms
from django.utils.choices import flatten_choices
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.sheets.models import Export


class ExportForm(forms.Form):
    """What every export asks. A kind's own form adds fields for what is chosen and puts them first."""

    COMMON = ("format", "full", "purpose")

    format = forms.ChoiceField(label=_("Format"), choices=Export.Format.choices, initial=Export.Format.XLSX)
    full = forms.BooleanField(
        label=_("Identity numbers in full"),
        required=False,
        help_text=_("Otherwise their middle is hidden. Only for whom the law lets you hand them to."),
    )
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=300,
        help_text=_("Who needs the file, and what for. It goes on record."),
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        if not actor.can(Act.EXPORT_FULL):
            del self.fields["full"]
        own = [name for name in self.fields if name not in self.COMMON]
        self.order_fields([*own, *self.COMMON])

    def chosen(self) -> dict[str, Any]:
        """What the valid form has chosen, as it can be stored."""
        return {
            name: str(value)
            for name, value in self.cleaned_data.items()
            if name not in self.COMMON and value not in (None, "")
        }

    def described(self) -> str:
        """The choice in words."""
        parts = []
        for name in self.chosen():
            field, value = self.fields[name], str(self.cleaned_data[name])
            if isinstance(field, forms.ChoiceField):
                texts = dict(flatten_choices(field.widget.choices))
                value = next((str(text) for key, text in texts.items() if str(key) == value), value)
            parts.append(f"{field.label} {value}")
        return " · ".join(parts)


class RefuseExportForm(forms.Form):
    """Why an export is refused; its maker reads it."""

    reason = forms.CharField(label=_("Why it is refused"), max_length=200)
