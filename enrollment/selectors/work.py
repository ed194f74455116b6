"""Reading what of roster and enrolment waits for whom."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from enrollment.eligibility import Verdict, waiting_under, with_verdict
from enrollment.models import (
    Agreement,
    HouseholdMove,
    ParticipationImport,
    PayeeAccount,
    RosterHousehold,
    RosterImport,
    RosterPerson,
)
from enrollment.selectors import current_policy_year, household_moves, payee_accounts
from enrollment.selectors.changes import ineligible
from enrollment.selectors.standing import waiting_to_be_enrolled
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.workbench import Known

UNFINISHED = (RosterImport.State.CHECKED, RosterImport.State.MAPPING)


def _agreements(actor: User) -> QuerySet[Agreement]:
    return Agreement.objects.open_to(actor, Act.ENROL).filter(policy_year=current_policy_year())


def households_to_enrol(actor: User) -> QuerySet[RosterHousehold]:
    """Households that may be enrolled now, in the counties where the actor enrols."""
    listed = RosterHousehold.objects.open_to(actor, Act.ENROL)
    listed = listed.filter(county__in=_agreements(actor).values("county"))
    verdicts = with_verdict(listed, current_policy_year().pk).filter(Q(verdict=Verdict.ELIGIBLE))
    return verdicts.select_related("county", "township", "village").order_by("code")


def known_households(actor: User) -> Known:
    """What is kept of them."""
    return waiting_to_be_enrolled(_agreements(actor), "households")


def members_to_enrol(actor: User) -> QuerySet[RosterPerson]:
    """Members of insured households who aren't insured themselves, where the actor enrols."""
    rows = waiting_under(_agreements(actor), current_policy_year().pk)
    return rows.select_related("household__county", "household__township", "household__village")


def known_members(actor: User) -> Known:
    """What is kept of them."""
    return waiting_to_be_enrolled(_agreements(actor), "members")


def not_eligible(actor: User) -> QuerySet[RosterPerson]:
    """Who on the roster of the actor's counties can't be enrolled this year, with `why`."""
    rows = ineligible(actor, current_policy_year())
    return rows.filter(pk__in=RosterPerson.objects.open_to(actor, Act.ENROL).values("pk"))


def numbers_to_complete(actor: User) -> QuerySet[RosterPerson]:
    """Newborns whose identity number is still to come, the longest listed first."""
    rows = RosterPerson.objects.open_to(actor, Act.ENROL).filter(number_pending=True, gone_since=None)
    related = ("household__county", "household__township", "household__village")
    return rows.select_related(*related).order_by("added_on", "id")


def moves_to_decide(actor: User) -> QuerySet[HouseholdMove]:
    """Households that another county asks the actor's to take over; never one's own request."""
    counties = {grant.region_id for grant in actor.grants_for(Act.ENROL)}
    rows = household_moves(actor).filter(state=HouseholdMove.State.ASKED).exclude(asked_by=actor)
    return (rows if None in counties else rows.filter(to_county__in=counties)).order_by("asked_at", "id")


def accounts_to_decide(actor: User) -> QuerySet[PayeeAccount]:
    """Proposed payee accounts that the actor may confirm or refuse: never one's own proposal."""
    mine = PayeeAccount.objects.open_to(actor, Act.CONFIRM_ACCOUNT).filter(state=PayeeAccount.State.PROPOSED)
    return payee_accounts(actor).filter(pk__in=mine.exclude(proposed_by=actor).values("pk")).order_by("id")


def counties_without_roster(actor: User) -> QuerySet[Region]:
    """Counties with an agreement this year, for which the actor imports and which have nobody on the roster yet."""
    year = current_policy_year()
    agreements = Agreement.objects.open_to(actor, Act.IMPORT_ROSTER).filter(policy_year=year)
    listed = RosterHousehold.objects.filter(county=OuterRef("pk"))
    return Region.objects.filter(~Exists(listed), pk__in=agreements.values("county")).order_by("code")


def roster_imports_to_finish(actor: User) -> QuerySet[RosterImport]:
    """Roster imports whose columns are to be named, or that are checked and neither applied nor cancelled."""
    rows = RosterImport.objects.open_to(actor, Act.IMPORT_ROSTER).filter(state__in=UNFINISHED)
    return rows.select_related("county").order_by("id")


def participation_to_finish(actor: User) -> QuerySet[ParticipationImport]:
    """Participation workbooks that are checked and neither taken over nor cancelled."""
    rows = ParticipationImport.objects.open_to(actor, Act.IMPORT_ROSTER).filter(state__in=UNFINISHED)
    return rows.select_related("county").order_by("id")
