"""What the record of acts is narrowed to. All of it stands in the address, so a search can be kept and handed on."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.scope import ScopedManager
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.audit.names import called, records_called
from jincheng_insurance.audit.texts import offered_acts
from jincheng_insurance.sheets.forms import ExportForm
from jincheng_insurance.web.forms import DateField, half_width

ALL = _("All")


def object_kinds() -> list[tuple[str, Any]]:
    """What acts are done to: every business model that has a name of its own."""
    kinds = [
        (model._meta.label_lower, model._meta.verbose_name)
        for model in apps.get_models()
        if (isinstance(model._default_manager, ScopedManager) or model._meta.app_label == "access")
        and isinstance(model._meta.verbose_name, Promise)
    ]
    return sorted(kinds, key=lambda kind: kind[0])


class RecordFields(forms.Form):
    """The fields by which acts are found, by an `actor`."""

    actor: User

    name = forms.CharField(
        label=_("Number, code or name"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": _("Claim, household, user …")}),
    )
    who = forms.CharField(label=_("Who"), required=False, max_length=60)
    act = forms.ChoiceField(label=_("Act"), required=False)
    object_type = forms.ChoiceField(label=_("On what"), required=False)
    object_id = forms.CharField(label=_("Its number in the record"), required=False, max_length=40)
    county = forms.ChoiceField(label=_("County"), required=False)
    since = DateField(label=_("From day"), required=False)
    until = DateField(label=_("Until"), required=False)
    request_id = forms.CharField(label=_("Request"), required=False, max_length=36)
    address = forms.GenericIPAddressField(label=_("From address"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counties = Region.objects.filter(level=Region.Level.COUNTY).order_by("code")
        self._offer("act", offered_acts())
        self._offer("object_type", object_kinds())
        self._offer("county", [(str(county.pk), str(county)) for county in counties])

    def clean_name(self) -> str:
        name = half_width(self.cleaned_data["name"])
        if name and not called(self.actor, name):
            raise forms.ValidationError(
                _("Nothing that you may see is called so. Enter the number, code or user name in full.")
            )
        return name

    def clean_object_id(self) -> str:
        key = half_width(self.cleaned_data["object_id"])
        if key and not key.isdecimal():
            raise forms.ValidationError(
                _(
                    "A number in the record is made of digits. Look for a claim number or a code in the other field."
                )
            )
        return key

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = chosen.get("since"), chosen.get("until")
        if since and until and since > until:
            self.add_error(
                "until", _("The last day is before the first. Choose the same day or a later one.")
            )
        return chosen

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", ALL), *choices]


class RecordFilter(RecordFields):
    """The filter above the list. One that isn't valid finds nothing rather than everything."""

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor


class RecordExportForm(RecordFields, ExportForm):
    """The same, for a workbook."""


def narrowed(rows: "QuerySet[AuditRecord]", chosen: Any, actor: User) -> "QuerySet[AuditRecord]":
    """The records that the filled fields ask for; days are those of the clock here, both included. An object is
    found by its name only where the actor may see it."""
    if name := half_width(chosen.get("name") or ""):
        rows = rows.filter(records_called(actor, name))
    for name in ("act", "county", "request_id", "address"):
        if chosen.get(name):
            rows = rows.filter(**{name: chosen[name]})
    rows = rows.filter(_about(chosen.get("object_type") or "", chosen.get("object_id") or ""))
    if who := half_width(chosen.get("who") or ""):
        rows = rows.filter(Q(actor__username__icontains=who) | Q(actor__display_name__icontains=who))
    if since := _day(chosen.get("since")):
        rows = rows.filter(at__gte=_midnight(since))
    if until := _day(chosen.get("until")):
        rows = rows.filter(at__lt=_midnight(until + datetime.timedelta(days=1)))
    return rows


def _about(kind: str, key: str) -> Q:
    """The acts on a kind of object, or on one of them: by its key, and where it carries a number, those that name it in
    their facts too (a bill is entered for a claim)."""
    if not key:
        return Q(object_type=kind) if kind else Q()
    on = Q(object_id=key, **({"object_type": kind} if kind else {}))
    model = apps.get_model(kind) if kind else None
    if (
        model is None
        or not key.isdecimal()
        or not any(field.name == "number" for field in model._meta.fields)
    ):
        return on
    number = model._default_manager.filter(pk=key).values_list("number", flat=True).first()
    if number is None:
        return on
    return on | Q(facts__contains={"claim": number}) | Q(facts__contains={"number": number})


def _day(value: Any) -> datetime.date | None:
    return datetime.date.fromisoformat(value) if isinstance(value, str) and value else value or None


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
