"""Forms of the roster and of enrolment."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    BasicInsurance,
    PayeeAccount,
    PolicyYear,
    Relation,
    RosterImport,
    RosterPerson,
)
from enrollment.roster.cleaning import clean_name
from enrollment.roster.texts import FIELD_NAMES
from enrollment.selectors import masked_telephone
from enrollment.services.entry import MemberEntry
from enrollment.services.payee import AccountFacts
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.reveals import SHORTEST_REASON
from jincheng_insurance.scheme import identity
from jincheng_insurance.web.formats import moment
from jincheng_insurance.web.forms import CodeField, DateField, IdentityNumberField, TelephoneField, half_width


class UploadForm(forms.Form):
    """The workbook of a roster import."""

    file = forms.FileField(
        label=_("Workbook"),
        help_text=_(
            "The export of the monitoring system as .xlsx, .xls or .csv, at most 20 MB; any number of sheets."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )


class ColumnsForm(forms.Form):
    """Which field each column of a sheet holds; one choice for each column that has a title."""

    def __init__(
        self, *args: Any, titles: Sequence[str], found: Mapping[int, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("(not needed)")), *FIELD_NAMES.items()]
        for at, title in enumerate(titles):
            if title:
                self.fields[f"column_{at}"] = forms.ChoiceField(
                    label=title, required=False, choices=choices, initial=(found or {}).get(at, "")
                )

    def chosen(self) -> dict[int, str]:
        """The field of each column by its offset, where one was chosen."""
        return {
            int(name.removeprefix("column_")): field for name, field in self.cleaned_data.items() if field
        }


class HouseholdSearchForm(forms.Form):
    """Finds the roster household to enrol. Sent by POST, so that a number stands in no address or log."""

    code = CodeField(
        label=_("Household code or identity number"),
        max_length=64,
        help_text=_("The code as in the monitoring system, or the identity number of any member."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )

    def identity_number(self) -> str | None:
        """The text as an identity number, None when it isn't meant as one; one that can't be right is an error."""
        number = self.cleaned_data["code"].upper().replace("-", "")
        if len(number) != identity.LENGTH or not number[:-1].isdigit():
            return None
        try:
            return str(IdentityNumberField().clean(number))
        except ValidationError as error:
            self.add_error("code", error)
            return None


class CoverForm(forms.Form):
    """From when a household is covered. A plain text field: typing a day is quicker than a calendar."""

    cover_from = DateField(
        label=_("Cover from"),
        help_text=_("Within the policy year; not before the listing date of a monitored household."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class AccountNumberField(forms.CharField):
    """A bank account number of 10 to 32 digits. Spaces, hyphens and full-width digits are taken as meant; no message
    repeats it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(max_length=64, **kwargs)

    def to_python(self, value: Any) -> str:
        return half_width(str(super().to_python(value) or "")).replace("-", "")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not re.fullmatch(r"[0-9]{10,32}", value):
            raise ValidationError(_("An account number has 10 to 32 digits."), code="invalid")


class NameField(forms.CharField):
    """A person's name, cleaned as the roster's are."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(max_length=60, **kwargs)

    def to_python(self, value: Any) -> str:
        return clean_name(super().to_python(value))


class AccountForm(forms.Form):
    """A payee account of one member. The holder is the member unless another name is typed."""

    bank_name = forms.CharField(
        label=_("Bank"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    number = AccountNumberField(label=_("Account number"))
    holder_name = NameField(label=_("Account holder"), required=False)
    relation = forms.ChoiceField(label=_("Holder is"), choices=PayeeAccount.Relation.choices, required=False)
    proof = forms.CharField(
        label=_("Proof, if somebody else"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, person: RosterPerson, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["holder_name"].widget.attrs["placeholder"] = person.name

    def account(self) -> AccountFacts | None:
        """The valid form's account as the service takes it; None when no number was typed."""
        facts = self.cleaned_data
        if not facts["number"]:
            return None
        return AccountFacts(
            holder_name=facts["holder_name"] or self.person.name,
            relation=facts["relation"] or PayeeAccount.Relation.SELF,
            bank_name=facts["bank_name"].strip(),
            number=facts["number"],
            proof=facts["proof"].strip(),
        )


class ParticularsForm(forms.Form):
    """Basic insurance and telephone of one member; a telephone left empty stays as it is."""

    basic_insurance = forms.ChoiceField(label=_("Basic medical insurance"), choices=BasicInsurance.choices)
    telephone = TelephoneField(label=_("Telephone"), required=False)

    def __init__(self, *args: Any, person: RosterPerson, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"basic_insurance": person.basic_insurance})
        super().__init__(*args, **kwargs)
        self.fields["telephone"].widget.attrs["placeholder"] = masked_telephone(person)


class MemberForm(AccountForm):
    """One member of the household being enrolled: ticked or left out, and what is known of them."""

    enrol = forms.BooleanField(label=_("Enrol"), required=False, initial=True)
    basic_insurance = forms.ChoiceField(label=_("Basic insurance"), choices=BasicInsurance.choices)
    telephone = TelephoneField(label=_("Telephone"), required=False)
    field_order = ("enrol", "basic_insurance", "telephone", "bank_name", "number")

    def __init__(self, *args: Any, person: RosterPerson, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"basic_insurance": person.basic_insurance})
        super().__init__(*args, person=person, prefix=f"m{person.pk}", **kwargs)
        self.whose = person.name
        self.fields["bank_name"].required = self.fields["number"].required = False
        self.fields["telephone"].widget.attrs["placeholder"] = masked_telephone(person)

    @property
    def ticked(self) -> bool:
        return self.is_bound and self.add_prefix("enrol") in self.data

    def full_clean(self) -> None:
        """Of a member left out nothing is asked."""
        super().full_clean()
        if self.is_bound and not self.ticked:
            self.errors.clear()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        number, bank = cleaned.get("number"), cleaned.get("bank_name")
        if number and not bank:
            self.add_error("bank_name", _("Enter the bank of this account."))
        if not number and "number" not in self.errors and (bank or cleaned.get("proof")):
            self.add_error("number", _("Enter the account number, or empty the bank."))
        return cleaned

    def entry(self) -> MemberEntry:
        """The valid, ticked form as the service takes it."""
        facts = self.cleaned_data
        return MemberEntry(
            self.person.pk, facts["basic_insurance"], facts["telephone"], account=self.account()
        )


class NewMemberForm(forms.Form):
    """A newborn without an identity number yet. Nothing is chosen beforehand that might be left standing wrongly."""

    CHILDREN = (Relation.SON, Relation.DAUGHTER, Relation.GRANDCHILD, Relation.SIBLING, Relation.OTHER)

    name = NameField(label=_("Name"))
    birth_date = DateField(label=_("Birth date"))
    sex = forms.ChoiceField(
        label=_("Sex"), choices=(("", _("Choose")), ("male", _("Male")), ("female", _("Female")))
    )
    relation = forms.ChoiceField(
        label=_("Relation to head"),
        choices=(("", _("Choose")), *((each.value, each.label) for each in CHILDREN)),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.fields["name"].widget.attrs["autofocus"] = True


class NumberForm(forms.Form):
    """The identity number that was pending."""

    id_number = IdentityNumberField(
        label=_("Identity number"), help_text=_("It must tell the date of birth and the sex listed.")
    )


class RefuseAccountForm(forms.Form):
    """Why a proposed account isn't right."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class UndoForm(forms.Form):
    """Why an applied import is taken back."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("It stands in the record of acts."),
        widget=forms.TextInput(),
    )


class ParticipationForm(UploadForm):
    """The workbook of who is in basic medical insurance, and for which year."""

    policy_year = forms.ModelChoiceField(
        label=_("Policy year"), queryset=PolicyYear.objects.order_by("year"), empty_label=None
    )

    field_order = ("policy_year", "file")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "With the columns identity number (证件号码), name (姓名) and participation (基本医保参保情况: 居民, 职工"
            " or 未参保); .xlsx, at most 20 MB."
        )


class ChangesForm(forms.Form):
    """Which county's roster, and between which two applied imports."""

    county = forms.ModelChoiceField(label=_("County"), queryset=Region.objects.none(), empty_label=None)
    after = forms.ModelChoiceField(
        label=_("After import"),
        queryset=RosterImport.objects.none(),
        required=False,
        empty_label=_("From the start"),
    )
    until = forms.ModelChoiceField(
        label=_("Up to import"), queryset=RosterImport.objects.none(), required=False, empty_label=_("Today")
    )

    def __init__(
        self, *args: Any, counties: QuerySet[Region], imports: QuerySet[RosterImport], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("county", counties), ("after", imports), ("until", imports)):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = rows
                if name != "county":
                    field.label_from_instance = _import_label  # type: ignore[method-assign,assignment]


def _import_label(row: RosterImport) -> str:
    return f"{moment(row.applied_at)} · {row.file_name}"


class RevealForm(forms.Form):
    """What a number in full is needed for."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=SHORTEST_REASON,
        max_length=200,
        help_text=_("For instance: the bank returned the payment, the passbook is compared."),
    )
