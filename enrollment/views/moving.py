"""Moves of households: within a county at once, to another county by request and confirmation."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.enrolment_forms import AskMoveForm, ConfirmMoveForm, MoveForm, RefuseMoveForm
from enrollment.models import HouseholdMove, RosterHousehold
from enrollment.selectors import household_moves, places_of, roster_households
from enrollment.services import moving
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import access_row
from jincheng_insurance.web.answers import refusals_shown
from jincheng_insurance.web.pages import paginate


@requires(Act.VIEW_ROSTER)
@require_GET
def moves(request: HttpRequest) -> HttpResponse:
    """Requests to move between counties, open ones first."""
    actor = actor_of(request)
    shown = household_moves(actor).order_by("decided_at", "-pk")
    page = paginate(request, shown)
    rows = [
        (move, move.state == HouseholdMove.State.ASKED and moving.may_receive(actor, move)) for move in page
    ]
    return render(request, "enrollment/moves.html", {"page": page, "rows": rows})


@requires(Act.VIEW_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def move_household(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a household lives now, within its county."""
    actor = actor_of(request)
    household = access_row(roster_households(actor), actor, Act.ENROL, pk=pk)
    form = MoveForm(request.POST or None, places=places_of(household.county_id))
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request, form):
            moving.move_within_county(household=household, actor=actor, **form.cleaned_data)
            messages.success(request, _("The household has been moved within the county."))
            return redirect("roster:household", pk=household.pk)
    return _move_page(request, household, form, AskMoveForm(household=household))


@requires(Act.VIEW_ROSTER)
@require_POST
def ask_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask another county to take a household over."""
    actor = actor_of(request)
    household = access_row(roster_households(actor), actor, Act.ENROL, pk=pk)
    form = AskMoveForm(request.POST, household=household)
    if form.is_valid():
        with refusals_shown(request, form):
            move = moving.ask_move(household=household, actor=actor, **form.cleaned_data)
            messages.success(request, _("The receiving county has been asked to confirm the move."))
            return redirect("enrollment:move", pk=move.pk)
    return _move_page(request, household, MoveForm(places=places_of(household.county_id)), form)


def _move_page(
    request: HttpRequest, household: RosterHousehold, form: MoveForm, ask_form: AskMoveForm
) -> HttpResponse:
    context = {
        "household": household,
        "form": form,
        "ask_form": ask_form,
        "asked": household.moves.filter(state=HouseholdMove.State.ASKED).first(),
    }
    status = 422 if form.errors or ask_form.errors else 200
    return render(request, "enrollment/move_household.html", context, status=status)


@requires(Act.VIEW_ROSTER)
@require_GET
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: who asked, why, and what may be done."""
    actor = actor_of(request)
    row = access_row(household_moves(actor), actor, pk=pk)
    return _request_page(
        request, actor, row, ConfirmMoveForm(places=places_of(row.to_county_id)), RefuseMoveForm()
    )


@requires(Act.VIEW_ROSTER)
@require_POST
def confirm_move(request: HttpRequest, pk: int) -> HttpResponse:
    """The receiving county takes the household over, into a township or village."""
    actor, row = _for_receiver(request, pk)
    form = ConfirmMoveForm(request.POST, places=places_of(row.to_county_id))
    if form.is_valid():
        with refusals_shown(request, form):
            moving.confirm_move(move=row, actor=actor, **form.cleaned_data)
            messages.success(request, _("The household now stands on your roster."))
            return redirect("enrollment:move", pk=row.pk)
    return _request_page(request, actor, row, form, RefuseMoveForm())


@requires(Act.VIEW_ROSTER)
@require_POST
def refuse_move(request: HttpRequest, pk: int) -> HttpResponse:
    """The receiving county refuses, with a reason."""
    actor, row = _for_receiver(request, pk)
    form = RefuseMoveForm(request.POST)
    if form.is_valid():
        with refusals_shown(request, form):
            moving.refuse_move(move=row, actor=actor, **form.cleaned_data)
            messages.success(request, _("The request has been refused."))
            return redirect("enrollment:move", pk=row.pk)
    return _request_page(request, actor, row, ConfirmMoveForm(places=places_of(row.to_county_id)), form)


@requires(Act.VIEW_ROSTER)
@require_POST
def cancel_move(request: HttpRequest, pk: int) -> HttpResponse:
    """The asking county takes its request back."""
    actor = actor_of(request)
    row = access_row(household_moves(actor), actor, Act.ENROL, pk=pk)
    with refusals_shown(request):
        moving.cancel_move(move=row, actor=actor)
        messages.success(request, _("The request has been taken back."))
    return redirect("enrollment:move", pk=row.pk)


def _for_receiver(request: HttpRequest, pk: int) -> tuple[User, HouseholdMove]:
    """The move, for somebody who enrols in the receiving county; 404 out of reach, 403 for anybody else."""
    actor = actor_of(request)
    row = access_row(household_moves(actor), actor, pk=pk)
    if not moving.may_receive(actor, row):
        raise PermissionDenied("the receiving county decides on a move")
    return actor, row


def _request_page(
    request: HttpRequest, actor: User, row: HouseholdMove, form: ConfirmMoveForm, refuse_form: RefuseMoveForm
) -> HttpResponse:
    asked = row.state == HouseholdMove.State.ASKED
    context = {
        "move": row,
        "form": form,
        "refuse_form": refuse_form,
        "may_decide": asked and moving.may_receive(actor, row),
        "may_cancel": asked and actor.can(Act.ENROL, on=row),
        "own_request": row.asked_by_id == actor.pk,
    }
    status = 422 if form.errors or refuse_form.errors else 200
    return render(request, "enrollment/move.html", context, status=status)
