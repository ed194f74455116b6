"""Moving: within a county its officer says where a household lives now; to another county the present one asks and the
receiving one confirms. The cover of the running year stays under the old agreement until 31 December (R3)."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import HouseholdMove, RosterHousehold
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record

State = HouseholdMove.State


@transaction.atomic(durable=True)
def move_within_county(*, household: RosterHousehold, place: Region, reason: str, actor: User) -> None:
    """Put a household into another township or village of its own county. Refused for a place elsewhere, for where it
    stands already, and while a move to another county is asked for."""
    household = _locked(household.pk)
    require(actor, Act.ENROL, household)
    _check_no_open_move(household)
    before = _place_text(household)
    _put(household, place)
    if _place_text(household) == before:
        raise Refused(_("The household stands there already."), field="place")
    household.save(update_fields=["township", "village"])
    record(
        "move_household",
        actor=actor,
        on=household,
        facts={"before": before, "after": _place_text(household)},
        reason=reason,
    )


@transaction.atomic(durable=True)
def ask_move(*, household: RosterHousehold, to_county: Region, reason: str, actor: User) -> HouseholdMove:
    """Ask another county to take a household over. Refused for one's own county, or while a request is open."""
    household = _locked(household.pk)
    require(actor, Act.ENROL, household)
    if to_county.level != Region.Level.COUNTY or to_county.pk == household.county_id:
        raise Refused(_("Choose another county."), field="to_county")
    _check_no_open_move(household)
    try:
        with transaction.atomic():
            move = HouseholdMove.objects.create(
                household=household,
                from_county_id=household.county_id,
                to_county=to_county,
                reason=reason.strip(),
                asked_by=actor,
            )
    except IntegrityError as error:
        if "move_one_open_per_household" not in str(error):
            raise
        raise Refused(_("A move of this household is asked for already.")) from error
    record(
        "ask_move",
        actor=actor,
        on=move,
        county_id=move.from_county_id,
        facts={"to": to_county.name},
        reason=reason,
    )
    return move


@transaction.atomic(durable=True)
def confirm_move(*, move: HouseholdMove, place: Region, actor: User) -> None:
    """Take a household over into a township or village of the receiving county. Refused to whoever asked for it, for a
    place elsewhere, when it was decided before, and when the household has left the asking county meanwhile."""
    household, move = _locked_move(move)
    _check_decides(move, actor)
    if household.county_id != move.from_county_id:
        raise Refused(_("The roster lists this household in another county by now. Refuse the request."))
    household.county = move.to_county
    _put(household, place)
    household.save(update_fields=["county", "township", "village"])
    _decide(move, State.CONFIRMED, actor)
    record(
        "confirm_move",
        actor=actor,
        on=move,
        county_id=move.to_county_id,
        facts={"before": move.from_county.name, "after": _place_text(household)},
    )


@transaction.atomic(durable=True)
def refuse_move(*, move: HouseholdMove, reason: str, actor: User) -> None:
    """Refuse a household that another county asked to be taken over; says why."""
    _household, move = _locked_move(move)
    _check_decides(move, actor)
    if not reason.strip():
        raise Refused(_("Say why the household isn't taken over."), field="reason")
    _decide(move, State.REFUSED, actor, answer=reason.strip())
    record("refuse_move", actor=actor, on=move, county_id=move.to_county_id, facts={}, reason=reason)


@transaction.atomic(durable=True)
def cancel_move(*, move: HouseholdMove, actor: User) -> None:
    """Take a request back, by the county that asked."""
    _household, move = _locked_move(move)
    require(actor, Act.ENROL, move)
    _check_open(move)
    _decide(move, State.CANCELLED, actor)
    record("cancel_move", actor=actor, on=move, county_id=move.from_county_id, facts={})


def may_receive(actor: User, move: HouseholdMove) -> bool:
    """Whether the actor enrols households in the receiving county."""
    return any(grant.covers(move.to_county_id, None) for grant in actor.grants_for(Act.ENROL))


def _check_decides(move: HouseholdMove, actor: User) -> None:
    if not may_receive(actor, move):
        raise PermissionDenied("the receiving county decides on a move")
    _check_open(move)
    if move.asked_by_id == actor.pk:
        raise Refused(_("Whoever asked for the move can't decide on it: a second person has to."))


def _check_open(move: HouseholdMove) -> None:
    if move.state != State.ASKED:
        raise Refused(_("This request has been decided already: %(state)s."), state=move.get_state_display())


def _check_no_open_move(household: RosterHousehold) -> None:
    if HouseholdMove.objects.filter(household=household, state=State.ASKED).exists():
        raise Refused(_("A move of this household is asked for already."))


def _locked(household_id: int) -> RosterHousehold:
    # Without joins: a row whose county changes while its lock is awaited would drop out of a joined query.
    return RosterHousehold.objects.select_for_update(no_key=True).get(pk=household_id)


def _locked_move(move: HouseholdMove) -> tuple[RosterHousehold, HouseholdMove]:
    household = _locked(move.household_id)
    moves = HouseholdMove.objects.select_for_update(of=("self",)).select_related("from_county", "to_county")
    return household, moves.get(pk=move.pk)


def _put(household: RosterHousehold, place: Region) -> None:
    """Set township and village; the place must lie in the household's county."""
    village = place if place.level == Region.Level.VILLAGE else None
    township = place.parent if village is not None else place
    if (
        township is None
        or township.level != Region.Level.TOWNSHIP
        or township.parent_id != household.county_id
    ):
        raise Refused(_("Choose a township or village of the county."), field="place")
    household.township, household.village = township, village


def _place_text(household: RosterHousehold) -> str:
    parts = (household.county, household.township, household.village)
    return "".join(part.name for part in parts if part is not None)


def _decide(move: HouseholdMove, state: str, actor: User, *, answer: str = "") -> None:
    move.state, move.decided_by, move.decided_at, move.answer = state, actor, timezone.now(), answer
    move.save(update_fields=["state", "decided_by", "decided_at", "answer"])
