"""Forms of people, their posts, and the master data."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import Grant, Insurer, Region, User
from jincheng_insurance.access.roles import Role
from jincheng_insurance.web.forms import DateField, half_width

ALL = _("All")


def reason_field(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}))


def county_field(empty: Any) -> Any:
    counties = Region.objects.filter(level=Region.Level.COUNTY).order_by("code")
    return forms.ModelChoiceField(counties, label=_("County"), required=False, empty_label=empty)


def insurer_field(empty: Any) -> Any:
    return forms.ModelChoiceField(
        Insurer.objects.all(), label=_("Insurer"), required=False, empty_label=empty
    )


class PeopleFilter(forms.Form):
    """What the list of people is narrowed to; every field may be left out."""

    STATES = (
        ("active", _("active")),
        ("disabled", _("disabled")),
        ("waiting", _("with a post to confirm")),
        ("without", _("without a post")),
    )

    q = forms.CharField(label=_("User name, name or unit"), required=False, max_length=60)
    role = forms.ChoiceField(label=_("Post"), required=False, choices=[("", ALL), *Role.choices])
    county = county_field(ALL)
    insurer = insurer_field(ALL)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", ALL), *STATES])

    def narrow(self, people: QuerySet[User]) -> QuerySet[User]:
        """The people asked for: posts are those in force today. A filter that isn't valid finds nobody."""
        if not self.is_bound:
            return people
        if not self.is_valid():
            return people.none()
        wanted = self.cleaned_data
        if q := half_width(wanted["q"]):
            people = people.filter(
                Q(username__icontains=q) | Q(display_name__icontains=q) | Q(unit__icontains=q)
            )
        posts = Grant.objects.in_force(timezone.localdate()).filter(user=OuterRef("pk"))
        place = {
            name: wanted[field]
            for name, field in (("role", "role"), ("region", "county"), ("insurer", "insurer"))
            if wanted[field]
        }
        if place:
            people = people.filter(Exists(posts.filter(**place)))
        waiting = Grant.objects.waiting().filter(user=OuterRef("pk"))
        conditions: dict[str, Any] = {
            "active": Q(is_active=True),
            "disabled": Q(is_active=False),
            "waiting": Exists(waiting),
            "without": ~Exists(posts),
        }
        return people.filter(conditions[wanted["state"]]) if wanted["state"] else people


class PersonForm(forms.Form):
    """Who somebody is."""

    name = forms.CharField(
        label=_("Name"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    unit = forms.CharField(
        label=_("Unit"),
        max_length=80,
        help_text=_("The office or company, and the department."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NewPersonForm(PersonForm):
    """Somebody new."""

    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        help_text=_("To sign in with; it can't be changed later, and goes to nobody else."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )

    field_order = ("username", "name", "unit")


class ReasonForm(forms.Form):
    """Why somebody is disabled or enabled."""

    reason = reason_field(_("Reason"))


class RefusalForm(forms.Form):
    """Why a post is refused."""

    reason = reason_field(_("Why the post is refused"))


class ProposalForm(forms.Form):
    """A post for somebody."""

    role = forms.ChoiceField(label=_("Post"), choices=[("", _("Choose")), *Role.choices])
    region = county_field(_("none, or all of the insurer's"))
    insurer = insurer_field(_("none"))
    starts_on = DateField(label=_("First day"), initial=timezone.localdate)
    ends_on = DateField(
        label=_("Last day"), required=False, help_text=_("Left empty, the post holds until it is ended.")
    )
    reason = reason_field(_("Why, such as the number of the appointment"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].help_text = _(
            "County posts: which county. Posts at an insurer: only if for one county."
        )
        self.fields["insurer"].help_text = _("For adjusters and reviewers only.")

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class EndForm(forms.Form):
    """When a post ends, and why."""

    last_day = DateField(label=_("Last day"), required=False, help_text=_("Left empty, it ends at once."))
    reason = reason_field(_("Reason"))


class InsurerForm(forms.Form):
    """The name of an insurer, as papers and pages show it."""

    name = forms.CharField(label=_("Name of the insurer"), max_length=80)
    reason = reason_field(_("Why, such as the number of the notice"))
