"""Forms of enrolling many, of members, of withdrawing and of moving."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from enrollment.eligibility import Verdict
from enrollment.models import RosterHousehold, RosterPerson
from enrollment.selectors.plan import TownshipCount
from jincheng_insurance.access.models import Region
from jincheng_insurance.web.formats import count
from jincheng_insurance.web.forms import DateField


class TownshipsField(forms.ModelMultipleChoiceField):
    """Townships to tick, each with how many households wait there."""

    counts: dict[int, int]

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({count(self.counts.get(obj.pk, 0))})"


class EnrolCountyForm(forms.Form):
    """Which townships are enrolled; none ticked means the whole county."""

    township = TownshipsField(
        label=_("Only these townships"),
        help_text=_("None ticked means the whole county. In brackets: households that may be enrolled."),
        queryset=Region.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, counts: Iterable[TownshipCount], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = list(counts)
        field = self.fields["township"]
        assert isinstance(field, TownshipsField)
        field.counts = {each.township.pk: each.households for each in found}
        field.queryset = Region.objects.filter(pk__in=field.counts)


class NotEligibleFilter(forms.Form):
    """For which reason households aren't eligible."""

    reason = forms.ChoiceField(required=False, choices=[("", _("All")), *Verdict.choices])

    def wanted(self, found: Collection[Verdict]) -> list[Verdict]:
        """The one that was asked for, if anybody isn't eligible for it; all of them when none, or nonsense, was."""
        reason = self.cleaned_data["reason"] if self.is_valid() else ""
        return [verdict for verdict in found if reason in {"", verdict}]


class WaitingMembersForm(forms.Form):
    """From when all waiting members are covered."""

    cover_from = DateField(
        label=_("Cover from"),
        help_text=_("Or later: from the household's own cover, its listing, or the member's birth."),
    )


class MembersField(forms.ModelMultipleChoiceField):
    """Members to tick."""

    naming: Callable[[Any], str]

    def label_from_instance(self, obj: Any) -> str:
        return self.naming(obj)


class MembersForm(forms.Form):
    """Which members are insured, and from when."""

    persons = MembersField(
        label=_("Members"), queryset=RosterPerson.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    cover_from = DateField(label=_("Cover from"))

    def __init__(
        self, *args: Any, persons: QuerySet[RosterPerson], labels: Callable[[Any], str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["persons"]
        assert isinstance(field, MembersField)
        field.naming = labels
        field.queryset = persons


class WithdrawForm(forms.Form):
    """Why somebody was enrolled by mistake."""

    reason = forms.CharField(
        label=_("Why it was a mistake"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the record, and shown with the household."),
    )


Places = Sequence[tuple[Region, Sequence[Region]]]


class PlaceField(forms.ModelChoiceField):
    """A township or village of one county, villages grouped by township."""

    def offer(self, places: Places) -> None:
        """Offer these townships and their villages."""
        self.queryset = Region.objects.filter(
            pk__in=[place.pk for township, villages in places for place in (township, *villages)]
        )
        choices: list[tuple[Any, Any]] = [("", _("Choose"))]
        for township, villages in places:
            offered = [(township.pk, _("%(township)s (no village)") % {"township": township.name})]
            offered += [(village.pk, f"{township.name} {village.name}") for village in villages]
            choices.append((township.name, offered))
        self.choices = choices


class ConfirmMoveForm(forms.Form):
    """Where in the county a household lives now."""

    place = PlaceField(label=_("Township or village"), queryset=Region.objects.none())

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        assert isinstance(field, PlaceField)
        field.offer(places)


class MoveForm(ConfirmMoveForm):
    """A move within the county, and its reason."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class AskMoveForm(forms.Form):
    """To which county a household has moved."""

    to_county = forms.ModelChoiceField(
        label=_("Receiving county"), queryset=Region.objects.none(), empty_label=_("Choose")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, household: RosterHousehold, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", None)
        kwargs.setdefault("auto_id", "id_ask_%s")
        super().__init__(*args, **kwargs)
        field = self.fields["to_county"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Region.objects.filter(level=Region.Level.COUNTY).exclude(pk=household.county_id)


class RefuseMoveForm(forms.Form):
    """Why a household isn't taken over."""

    reason = forms.CharField(label=_("Why it isn't taken over"), max_length=200)
