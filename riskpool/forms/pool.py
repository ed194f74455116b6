"""What the pages of the risk pool are looked at by: year, day, insurer, agreement, kind of movement."""

import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models import Claim, LossEntry
from enrollment.models import Agreement, PolicyYear
from enrollment.selectors import policy_year_of
from jincheng_insurance.access.models import Insurer, Region, User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.forms import DateField
from riskpool.selectors.ratio import insurers_of, pool_of
from riskpool.selectors.trend import Step


class DayForm(forms.Form):
    """A day up to today that figures hold for; today where none is named or it can't be read."""

    on = DateField(label=_("As of"), required=False)

    def __init__(self, data: QueryDict, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.today = timezone.localdate()
        self.fields["on"].widget.attrs["max"] = self.today.isoformat()

    def clean_on(self) -> datetime.date | None:
        on: datetime.date | None = self.cleaned_data["on"]
        if on is not None and on > self.today:
            raise forms.ValidationError(
                _("A day still to come has no figures. Choose today or an earlier day.")
            )
        return on

    def chosen(self, name: str) -> Any:
        """What was chosen; None where nothing was, or nothing that can be read."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    @property
    def day(self) -> datetime.date:
        day: datetime.date = self.chosen("on") or self.today
        return day


class YearForm(DayForm):
    """A policy year and a day."""

    year = forms.ModelChoiceField(
        PolicyYear.objects.all(), label=_("Policy year"), required=False, empty_label=None
    )
    field_order: tuple[str, ...] = ("year", "on")

    def __init__(self, data: QueryDict, *, actor: User, **kwargs: Any) -> None:
        self.actor, self.policy_year = actor, policy_year_of(data.get("year"))
        filled = data.copy()
        filled.setdefault("year", str(self.policy_year.pk))
        super().__init__(filled, **kwargs)


class PoolForm(YearForm):
    """The same, and one county or insurer where several are within reach."""

    county = forms.ModelChoiceField(
        Region.objects.none(), label=_("County"), required=False, empty_label=_("All")
    )
    insurer = forms.ModelChoiceField(
        Insurer.objects.none(), label=_("Insurer"), required=False, empty_label=_("All")
    )
    field_order = ("year", "on", "county", "insurer")

    def __init__(self, data: QueryDict, *, actor: User, **kwargs: Any) -> None:
        super().__init__(data, actor=actor, **kwargs)
        reached = pool_of(actor, self.policy_year).order_by()
        for name, model in (("county", Region), ("insurer", Insurer)):
            chosen = model.objects.filter(pk__in=reached.values(name))
            self.fields[name].queryset = chosen.order_by("code")  # type: ignore[attr-defined]

    @property
    def pool(self) -> QuerySet[Agreement]:
        """The agreements that the figures are of, by county."""
        chosen = {name: self.chosen(name) for name in ("county", "insurer")}
        return pool_of(self.actor, self.policy_year, **chosen)


class ReachForm(forms.Form):
    """A policy year, and one county or insurer of those within reach, that figures are narrowed to."""

    year = forms.ModelChoiceField(
        PolicyYear.objects.all(), label=_("Policy year"), required=False, empty_label=None
    )
    county = forms.ModelChoiceField(
        Region.objects.none(), label=_("County"), required=False, empty_label=_("All")
    )
    insurer = forms.ModelChoiceField(
        Insurer.objects.none(), label=_("Insurer"), required=False, empty_label=_("All")
    )

    def __init__(self, data: QueryDict, *, actor: User, act: Act, **kwargs: Any) -> None:
        self.policy_year = policy_year_of(data.get("year"))
        filled = data.copy()
        filled.setdefault("year", str(self.policy_year.pk))
        super().__init__(filled, **kwargs)
        reached = [row for row in pool_of(actor, self.policy_year) if actor.can(act, on=row)]
        self.reached = reached
        for name, model in (("county", Region), ("insurer", Insurer)):
            chosen = model.objects.filter(pk__in=[getattr(row, f"{name}_id") for row in reached])
            self.fields[name].queryset = chosen.order_by("code")  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, int]:
        """The keys of the county and the insurer chosen, as far as any are."""
        self.is_valid()
        return {
            name: self.cleaned_data[name].pk for name in ("county", "insurer") if self.cleaned_data.get(name)
        }

    @property
    def pool(self) -> list[Agreement]:
        """The agreements that the figures are of, by county."""
        chosen = self.chosen()
        return [
            row
            for row in self.reached
            if all(getattr(row, f"{name}_id") == key for name, key in chosen.items())
        ]


class LedgerForm(YearForm):
    """Which entries of the loss ledger: of one agreement, one insurer or all within reach, of one kind or coverage."""

    agreement = forms.ModelChoiceField(
        Agreement.objects.none(), label=_("Agreement"), required=False, empty_label=_("All")
    )
    insurer = forms.ModelChoiceField(
        Insurer.objects.none(), label=_("Insurer"), required=False, empty_label=_("All")
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *LossEntry.Kind.choices]
    )
    coverage = forms.ChoiceField(
        label=_("Coverage"), required=False, choices=[("", _("All")), *Claim.Coverage.choices]
    )
    field_order = ("year", "on", "agreement", "insurer", "kind", "coverage")

    def __init__(self, data: QueryDict, *, actor: User, **kwargs: Any) -> None:
        super().__init__(data, actor=actor, **kwargs)
        field = self.fields["agreement"]
        field.queryset = pool_of(actor, self.policy_year)  # type: ignore[attr-defined]
        field.label_from_instance = _named  # type: ignore[attr-defined]
        self.fields["insurer"].queryset = insurers_of(actor, self.policy_year)  # type: ignore[attr-defined]


class TrendForm(DayForm):
    """A day, and how far apart the points of the trend are."""

    step = forms.ChoiceField(label=_("Trend"), required=False, choices=Step.choices)

    @property
    def steps(self) -> Step:
        return Step(self.chosen("step") or Step.MONTH)


def _named(agreement: Agreement) -> str:
    return gettext("%(county)s · %(insurer)s") % {"county": agreement.county, "insurer": agreement.insurer}
