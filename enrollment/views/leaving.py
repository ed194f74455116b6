"""Who comes to an insured household, and who leaves it as enrolled by mistake."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enrollment.eligibility import missing_members
from enrollment.enrolment_forms import MembersForm, WithdrawForm
from enrollment.models import InsuredHousehold, InsuredPerson
from enrollment.selectors import masked_identity
from enrollment.services import leaving, members
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown


@requires(Act.VIEW_INSURED)
@require_http_methods(["GET", "HEAD", "POST"])
def enrol_members(request: HttpRequest, pk: int) -> HttpResponse:
    """Members on the roster of an insured household who aren't insured with it: choose whom, and from when."""
    actor = actor_of(request)
    household = access_row(
        InsuredHousehold.objects.select_related("roster_household", "agreement__insurer"),
        actor,
        Act.ENROL,
        pk=pk,
    )
    earliest = members.earliest_cover(household)
    form = MembersForm(
        request.POST or None,
        initial={"cover_from": min(max(timezone.localdate(), earliest), household.cover_to)},
        persons=missing_members(household),
        labels=_member_label,
    )
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            added = members.enrol_members(insured_household=household, actor=actor, **form.cleaned_data)
            messages.success(request, _("%(persons)d members are now insured.") % {"persons": added})
            return redirect("enrollment:household", pk=household.pk)
    context = {"household": household, "form": form, "earliest": earliest}
    return render(request, "enrollment/enrol_members.html", context, status=422 if form.errors else 200)


def _member_label(person: object) -> str:
    """A member as the list of choices names them, the number masked."""
    return f"{person.name} {masked_identity(person)} {person.get_relation_display()}"  # type: ignore[attr-defined, arg-type]


@requires(Act.VIEW_INSURED)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_household(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a household that was enrolled by mistake; says what follows, and asks for the reason. Of one
    withdrawn before, it says when, by whom and why."""
    actor = actor_of(request)
    household = access_row(
        InsuredHousehold.objects.select_related("roster_household", "agreement__insurer", "withdrawn_by"),
        actor,
        Act.ENROL,
        pk=pk,
    )
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            leaving.withdraw_household(insured_household=household, actor=actor, **form.cleaned_data)
            messages.success(request, _("The household has been withdrawn. Its cover is void."))
            return redirect("enrollment:household", pk=household.pk)
    context = {
        "household": household,
        "row": household,
        "persons": household.persons.filter(withdrawn_at=None).count(),
        "form": form,
    }
    return render(request, "enrollment/withdraw.html", context, status=422 if form.errors else 200)


@requires(Act.VIEW_INSURED)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw one member who was enrolled by mistake, in the same way."""
    actor = actor_of(request)
    person = access_row(
        InsuredPerson.objects.select_related(
            "roster_person",
            "insured_household__roster_household",
            "insured_household__agreement__insurer",
            "withdrawn_by",
        ),
        actor,
        Act.ENROL,
        pk=pk,
    )
    household = person.insured_household
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            leaving.withdraw_person(insured_person=person, actor=actor, **form.cleaned_data)
            messages.success(
                request,
                _("%(name)s has been withdrawn. Their cover is void.") % {"name": person.roster_person.name},
            )
            return redirect("enrollment:household", pk=household.pk)
    context = {"household": household, "person": person, "row": person, "persons": 1, "form": form}
    return render(request, "enrollment/withdraw.html", context, status=422 if form.errors else 200)
