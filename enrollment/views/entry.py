"""Pages for entering one household after another by keyboard: find it, tick and fill in, save, and on to the next."""

import datetime
from collections.abc import Sequence

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enrollment.forms import CoverForm, HouseholdSearchForm, MemberForm
from enrollment.models import MONITORED, Agreement, InsuredHousehold, RosterHousehold
from enrollment.selectors import agreements, current_policy_year, masked_identity, roster_households
from enrollment.selectors.finding import code_places
from enrollment.services.entry import EntryRefused, enrol_entry, look_up_household
from enrollment.services.payee import doubtful
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.scheme import identity
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.form_drafts import FormDraft
from jincheng_insurance.web.formats import day


@requires(Act.ENROL)
@require_http_methods(["GET", "HEAD", "POST"])
def find_household(request: HttpRequest) -> HttpResponse:
    """The roster household of a code, or of a member's identity number, to be enrolled."""
    form = HouseholdSearchForm(request.POST or None)
    if form.is_valid():
        with refusals_shown(request, form):
            found = _found(form, actor_of(request))
            if found is not None:
                return redirect("enrollment:enrol_household", pk=found.pk)
        if not form.errors:
            form.add_error("code", _not_found(actor_of(request), form.cleaned_data["code"]))
    return render(
        request, "enrollment/find_household.html", {"form": form}, status=422 if form.errors else 200
    )


def _not_found(actor: User, code: str) -> str:
    places = code_places(actor)
    if places is not None and len(code) not in {places, identity.LENGTH}:
        return _(
            "This has %(typed)d places. A household code on your roster has %(places)d, an identity number"
            " %(number)d: compare it once more."
        ) % {"typed": len(code), "places": places, "number": identity.LENGTH}
    return _(
        "No household with this code, and nobody with this number, stands on your roster."
        " Nobody is insured who isn't listed there."
    )


def _found(form: HouseholdSearchForm, actor: User) -> RosterHousehold | None:
    by_code = roster_households(actor).filter(code=form.cleaned_data["code"]).first()
    if by_code is not None:
        return by_code
    number = form.identity_number()
    return look_up_household(identity_number=number, actor=actor) if number is not None else None


@requires(Act.VIEW_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def enrol_household(request: HttpRequest, pk: int) -> HttpResponse:
    """One household with its members: tick, fill in, enrol, and go to the next one."""
    actor = actor_of(request)
    household = access_row(roster_households(actor), actor, Act.ENROL, pk=pk)
    year = current_policy_year()
    agreement = agreements(actor, year).filter(county=household.county_id).first()
    if agreement is None:
        messages.error(request, _("This county has no agreement for the policy year yet."))
        return redirect("enrollment:status")
    data = request.POST if request.method == "POST" else None
    form = CoverForm(data, initial={"cover_from": _earliest_cover(household, year.year)})
    members = [MemberForm(data, person=person) for person in household.persons.order_by("id")]
    draft = FormDraft(request, "enrollment:enrol_household", pk)
    if (answer := draft.answer(form)) is not None:
        return answer
    if data is None:
        draft.fill(form, *members)
        _focus_first(members)
    # every form is checked, so that all problems show at once
    elif all([form.is_valid(), *(member.is_valid() for member in members)]):
        with refusals_shown(request, form):
            if _enrol(
                request,
                agreement=agreement,
                household=household,
                cover_from=form.cleaned_data["cover_from"],
                members=members,
                actor=actor,
            ):
                draft.drop()
                return redirect("enrollment:find_household")
    covers = list(
        InsuredHousehold.objects.filter(policy_year=year, roster_household=household)
        .select_related("withdrawn_by", "agreement")
        .order_by(F("withdrawn_at").desc(nulls_first=True))
    )
    already = next((cover for cover in covers if cover.withdrawn_at is None), None)
    withdrawn = covers[0] if covers and already is None else None
    context = {
        "household": household,
        "agreement": agreement,
        "already": already,
        "withdrawn": withdrawn,
        "sees_withdrawn": withdrawn is not None and actor.can(Act.VIEW_INSURED, on=withdrawn),
        "form": form,
        "draft": draft,
        "members": members,
        "rows": [(member, masked_identity(member.person)) for member in members],
    }
    wrong = bool(form.errors) or any(member.errors for member in members)
    return render(request, "enrollment/enrol_household.html", context, status=422 if wrong else 200)


def _enrol(
    request: HttpRequest,
    *,
    agreement: Agreement,
    household: RosterHousehold,
    cover_from: datetime.date,
    members: Sequence[MemberForm],
    actor: User,
) -> bool:
    """Enrol the ticked members and say what was done. A refusal about one member is shown at that member's field."""
    ticked = [member for member in members if member.ticked]
    entries = [member.entry() for member in ticked]
    try:
        insured = enrol_entry(
            agreement=agreement,
            household=household,
            cover_from=cover_from,
            members=entries,
            actor=actor,
        )
    except EntryRefused as refusal:
        concerned = next(member for member in ticked if member.person.pk == refusal.person_id)
        _show_at(concerned, refusal)
        return False
    later = sum(member.person.birth_date > insured.cover_from for member in ticked)
    text = _("Household %(code)s: %(enrolled)d of %(listed)d members are insured from %(day)s on.")
    if later:
        text = _(
            "Household %(code)s: %(enrolled)d of %(listed)d members are insured. Cover begins on %(day)s, for"
            " %(later)d of them only later, on the day of birth."
        )
    messages.success(
        request,
        text
        % {
            "code": household.code,
            "enrolled": len(entries),
            "listed": len(members),
            "day": day(insured.cover_from),
            "later": later,
        },
    )
    proposed = [entry.account for entry in entries if entry.account is not None]
    if proposed:
        messages.info(
            request,
            _("%(count)d payee accounts wait for somebody else's confirmation.") % {"count": len(proposed)},
        )
    if any(doubtful(account.number) for account in proposed):
        messages.warning(request, doubtful_text())
    return True


def doubtful_text() -> str:
    """The hint about a number that doesn't look like a card's; it never stops anybody."""
    return _("An account number fails the check digit of bank cards. Compare it with the card or passbook.")


def _show_at(form: MemberForm, refusal: Refused) -> None:
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, str(refusal))


def _focus_first(members: Sequence[MemberForm]) -> None:
    """Typing begins at the first member: the day is filled in already."""
    for member in members[:1]:
        member.fields["basic_insurance"].widget.attrs["autofocus"] = True


def _earliest_cover(household: RosterHousehold, year: int) -> datetime.date:
    first = datetime.date(year, 1, 1)
    if household.category in MONITORED and household.listed_on is not None:
        return max(first, household.listed_on)
    return first
