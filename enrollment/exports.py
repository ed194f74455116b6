"""What of the roster and the insured can be exported: the insured list for an agreement's insurer, who can't be
enrolled, and the changes since a day."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from enrollment.models import InsuredPerson, RosterPerson
from enrollment.selectors import agreements, current_policy_year, identity_place, masked_identity
from enrollment.selectors.changes import Why, ineligible, insured_changes, insured_list
from enrollment.selectors.finding import places_for
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.sealing import masked, unseal
from jincheng_insurance.sheets.exports import DAY, TEXT, Column, ExportKind, SheetResource
from jincheng_insurance.sheets.forms import ExportForm
from jincheng_insurance.web.forms import DateField

SEXES = {"male": pgettext_lazy("sex", "Male"), "female": pgettext_lazy("sex", "Female")}
PERSON = "roster_person__"
HOUSEHOLD = "insured_household__roster_household__"


class AgreementForm(ExportForm):
    """One agreement of the policy year, or all within reach."""

    agreement = forms.ChoiceField(label=_("Agreement"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            (str(agreement.pk), f"{agreement.county} · {agreement.insurer} · {agreement.number}")
            for agreement in agreements(self.actor, current_policy_year())
        ]
        self.fields["agreement"] = forms.ChoiceField(
            label=_("Agreement"), required=False, choices=[("", _("All within your reach")), *offered]
        )


class SinceForm(AgreementForm):
    """The same, since a day."""

    since = DateField(label=_("Since"), help_text=_("Who was enrolled, or left, on this day or later."))


class CountyForm(ExportForm):
    """One county, or all within reach."""

    county = forms.ChoiceField(label=_("County"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            (str(county.pk), str(county)) for county, _townships in places_for(self.actor, Act.VIEW_ROSTER)
        ]
        self.fields["county"] = forms.ChoiceField(
            label=_("County"), required=False, choices=[("", _("All within your reach")), *offered]
        )


class PersonResource(SheetResource):
    """What persons' lists have in common: how a number and a sex are written."""

    def identity(self, row: Any, person: RosterPerson) -> str:
        if person.id_number_sealed is None:
            return masked_identity(person)
        number = unseal(bytes(person.id_number_sealed), identity_place(person.pk))
        return number if self.reveals(row) else masked(number)

    @staticmethod
    def sex(person: RosterPerson) -> str:
        return str(SEXES.get(person.sex, ""))


class InsuredResource(PersonResource):
    """One insured person a row, as the insurer keeps them."""

    county = Column("county__name", _("County"), width=10)
    township = Column(f"{HOUSEHOLD}township__name", _("Township"))
    village = Column(f"{HOUSEHOLD}village__name", _("Village"))
    code = Column(f"{HOUSEHOLD}code", _("Household code"), width=18, style=TEXT)
    name = Column(f"{PERSON}name", _("Name"), width=12)
    identity_number = Column(None, _("Identity number"), width=22, style=TEXT)
    sex_shown = Column(None, _("Sex"), width=7)
    birth_date = Column(f"{PERSON}birth_date", _("Birth date"), width=12, style=DAY)
    relation = Column(f"{PERSON}get_relation_display", _("Relation to head"), width=13)
    category = Column("insured_household__get_category_display", _("Category"), width=18)
    basic_insurance = Column("get_basic_insurance_display", _("Basic medical insurance"), width=16)
    cover_from = Column("cover_from", _("Cover from"), width=12, style=DAY)
    cover_to = Column("cover_to", _("Cover to"), width=12, style=DAY)
    agreement = Column("insured_household__agreement__number", _("Agreement"), width=20)
    insurer = Column("insured_household__agreement__insurer__name", _("Insurer"), width=24)

    class Meta:
        model = InsuredPerson
        fields = (
            "county",
            "township",
            "village",
            "code",
            "name",
            "identity_number",
            "sex_shown",
            "birth_date",
            "relation",
            "category",
            "basic_insurance",
            "cover_from",
            "cover_to",
            "agreement",
            "insurer",
        )
        export_order = fields

    def dehydrate_identity_number(self, row: InsuredPerson) -> str:
        return self.identity(row, row.roster_person)

    def dehydrate_sex_shown(self, row: InsuredPerson) -> str:
        return self.sex(row.roster_person)


class ChangesResource(InsuredResource):
    """One insured person who joined or left a row: what changed, and when."""

    change = Column(None, _("Change"), width=10)
    changed_on = Column(None, _("Changed on"), width=12, style=DAY)

    class Meta:
        model = InsuredPerson
        fields = (*InsuredResource._meta.fields, "change", "changed_on")
        export_order = ("change", "changed_on", *InsuredResource._meta.fields)

    def dehydrate_change(self, row: InsuredPerson) -> str:
        return gettext("Joined") if row.withdrawn_at is None else gettext("Left")

    def dehydrate_changed_on(self, row: InsuredPerson) -> datetime.date:
        return timezone.localtime(row.withdrawn_at or row.enrolled_at).date()


class IneligibleResource(PersonResource):
    """One person of the roster who can't be enrolled a row, and why."""

    county = Column("household__county__name", _("County"), width=10)
    township = Column("household__township__name", _("Township"))
    village = Column("household__village__name", _("Village"))
    code = Column("household__code", _("Household code"), width=18, style=TEXT)
    name = Column("name", _("Name"), width=12)
    identity_number = Column(None, _("Identity number"), width=22, style=TEXT)
    sex_shown = Column(None, _("Sex"), width=7)
    birth_date = Column("birth_date", _("Birth date"), width=12, style=DAY)
    category = Column("household__get_category_display", _("Category"), width=18)
    listed_on = Column("household__listed_on", _("Listed on"), width=12, style=DAY)
    why = Column(None, _("Why not"), width=40)

    class Meta:
        model = RosterPerson
        fields = (
            "county",
            "township",
            "village",
            "code",
            "name",
            "identity_number",
            "sex_shown",
            "birth_date",
            "category",
            "listed_on",
            "why",
        )
        export_order = fields

    def dehydrate_identity_number(self, row: RosterPerson) -> str:
        return self.identity(row, row)

    def dehydrate_sex_shown(self, row: RosterPerson) -> str:
        return self.sex(row)

    def dehydrate_why(self, row: Any) -> str:
        return str(Why(row.why).label)


def _of_agreement(rows: QuerySet[InsuredPerson], chosen: Mapping[str, Any]) -> QuerySet[InsuredPerson]:
    agreement = chosen.get("agreement")
    return rows.filter(insured_household__agreement=agreement) if agreement else rows


def _insured_rows(actor: User, chosen: Mapping[str, Any]) -> QuerySet[InsuredPerson]:
    return _of_agreement(insured_list(actor, current_policy_year()), chosen)


def _changed_rows(actor: User, chosen: Mapping[str, Any]) -> QuerySet[InsuredPerson]:
    since = datetime.date.fromisoformat(chosen["since"])
    return _of_agreement(insured_changes(actor, current_policy_year(), since), chosen)


def _ineligible_rows(actor: User, chosen: Mapping[str, Any]) -> QuerySet[RosterPerson]:
    rows = ineligible(actor, current_policy_year())
    return rows.filter(household__county=chosen["county"]) if chosen.get("county") else rows


EXPORTS = (
    ExportKind(
        "insured",
        _("Insured list"),
        _("Every insured person of the policy year, as the insurer of an agreement keeps them."),
        Act.VIEW_INSURED,
        AgreementForm,
        _insured_rows,
        InsuredResource,
    ),
    ExportKind(
        "changes",
        _("Changes of the insured"),
        _("Who joined or left since a day."),
        Act.VIEW_INSURED,
        SinceForm,
        _changed_rows,
        ChangesResource,
    ),
    ExportKind(
        "ineligible",
        _("Who can't be enrolled"),
        _("Persons on the roster who can't be insured for the policy year, each with the reason."),
        Act.VIEW_ROSTER,
        CountyForm,
        _ineligible_rows,
        IneligibleResource,
    ),
)
