"""Pages of one member of a roster household: particulars, a pending number, payee accounts; and adding a newborn."""

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.forms import AccountForm, NewMemberForm, NumberForm, ParticularsForm
from enrollment.models import RosterPerson
from enrollment.selectors import (
    current_policy_year,
    masked_account,
    masked_identity,
    masked_telephone,
    payee_accounts,
    roster_households,
)
from enrollment.services.member import add_member as add
from enrollment.services.member import change_member as change
from enrollment.services.member import complete_number as complete
from enrollment.services.payee import doubtful
from enrollment.services.payee import propose_account as propose
from enrollment.views.entry import doubtful_text
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.audit.services import note_view
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.form_drafts import FormDraft


@requires(Act.VIEW_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_member(request: HttpRequest, pk: int) -> HttpResponse:
    """List a newborn whose identity number is still to come; where the household waits to be enrolled, go on there."""
    actor = actor_of(request)
    household = access_row(roster_households(actor), actor, Act.ENROL, pk=pk)
    form = NewMemberForm(request.POST if request.method == "POST" else None)
    draft = FormDraft(request, "roster:add_member", pk)
    draft.fill(form)
    if (answer := draft.answer(form)) is not None:
        return answer
    if form.is_valid():
        with refusals_shown(request, form):
            person = add(household=household, actor=actor, **form.cleaned_data)
            draft.drop()
            messages.success(
                request,
                _("%(name)s now stands on the roster, number to be supplied.") % {"name": person.name},
            )
            insured = household.insured.filter(policy_year=current_policy_year(), withdrawn_at=None).first()
            if insured is not None:  # where the newborn is enrolled with the others
                return redirect("enrollment:household", pk=insured.pk)
            return redirect("enrollment:enrol_household", pk=pk)
    return render(
        request,
        "enrollment/add_member.html",
        {"form": form, "household": household, "draft": draft},
        status=422 if form.errors else 200,
    )


@requires(Act.VIEW_ROSTER)
@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One member: as listed, payee accounts, and for the county the forms to change them."""
    actor = actor_of(request)
    row = access_row(_persons(), actor, pk=pk)
    note_view(actor=actor, on=row, county_id=row.household.county_id)
    return _page(request, row, actor)


@requires(Act.VIEW_ROSTER)
@require_POST
def change_member(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = access_row(_persons(), actor, Act.ENROL, pk=pk)
    form = ParticularsForm(request.POST, person=row)
    if form.is_valid():
        with refusals_shown(request, form):
            year = current_policy_year()
            if change(person=row, policy_year=year, actor=actor, **form.cleaned_data):
                messages.success(request, _("Saved."))
            else:
                messages.info(request, _("Nothing was changed."))
            return redirect("roster:person", pk=pk)
    return _page(request, row, actor, particulars=form)


@requires(Act.VIEW_ROSTER)
@require_POST
def complete_number(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = access_row(_persons(), actor, Act.ENROL, pk=pk)
    form = NumberForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            complete(person=row, id_number=form.cleaned_data["id_number"], actor=actor)
            messages.success(request, _("The identity number is completed."))
            return redirect("roster:person", pk=pk)
    return _page(request, row, actor, number=form)


@requires(Act.VIEW_ROSTER)
@require_POST
def propose_account(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    row = access_row(_persons(), actor, Act.ENROL, pk=pk)
    form = AccountForm(request.POST, person=row)
    facts = form.account() if form.is_valid() else None
    if facts is not None:
        with refusals_shown(request, form):
            propose(person=row, facts=facts, actor=actor)
            messages.success(request, _("The account waits for somebody else's confirmation."))
            if doubtful(facts.number):
                messages.warning(request, doubtful_text())
            return redirect("roster:person", pk=pk)
    return _page(request, row, actor, account=form)


def _persons() -> QuerySet[RosterPerson]:
    return RosterPerson.objects.select_related(
        "household__county", "household__township", "household__village", "added_by", "seen_in"
    )


def _page(request: HttpRequest, row: RosterPerson, actor: User, **sent: forms.Form) -> HttpResponse:
    """The member's page, with a form that was sent and has to be corrected in place of the fresh one."""
    may_edit = actor.can(Act.ENROL, on=row)
    accounts = payee_accounts(actor).filter(person=row).order_by("-id")
    context = {
        "person": row,
        "identity": masked_identity(row),
        "telephone": masked_telephone(row),
        "accounts": [(account, masked_account(account)) for account in accounts],
        "may_edit": may_edit,
        "may_reveal": actor.can(Act.REVEAL_NUMBER, on=row),
        "particulars": sent.get("particulars") or ParticularsForm(person=row),
        "number": sent.get("number") or NumberForm(),
        "account": sent.get("account") or AccountForm(person=row),
        "forms": list(sent.values()),
    }
    return render(request, "enrollment/person.html", context, status=422 if sent else 200)
