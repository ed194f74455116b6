"""What of roster and enrolment stands on the workbench."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.models import HouseholdCount, HouseholdMove, PayeeAccount, RosterHousehold, RosterPerson
from enrollment.selectors import current_policy_year, masked_account
from enrollment.selectors import work as waiting
from enrollment.selectors.changes import Why
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.formats import count
from jincheng_insurance.web.workbench import Figure, Figures, Item, Work


def _place(household: RosterHousehold) -> str:
    parts = (household.county, household.township, household.village)
    return " ".join(str(part) for part in parts if part is not None)


def _household(household: RosterHousehold) -> Item:
    url = reverse("enrollment:enrol_household", args=[household.pk])
    return Item(household.code, url, _place(household), str(household.get_category_display()))


def _member(person: RosterPerson) -> Item:
    url = reverse("roster:household", args=[person.household_id])
    return Item(f"{person.name} {person.household.code}", url, _place(person.household))


def _not_eligible(person: Any) -> Item:
    url = reverse("roster:household", args=[person.household_id])
    return Item(
        f"{person.name} {person.household.code}", url, _place(person.household), str(Why(person.why).label)
    )


def _newborn(person: RosterPerson) -> Item:
    url = reverse("roster:person", args=[person.pk])
    return Item(person.name, url, _place(person.household), since=person.added_on)


def _move(move: HouseholdMove) -> Item:
    note = gettext("from %(county)s") % {"county": move.from_county}
    since = timezone.localdate(move.asked_at)
    return Item(
        move.household.code,
        reverse("enrollment:move", args=[move.pk]),
        str(move.to_county),
        note,
        since=since,
    )


def _account(account: PayeeAccount) -> Item:
    return Item(
        account.person.name,
        reverse("enrollment:account", args=[account.pk]),
        str(account.county),
        f"{account.bank_name} {masked_account(account)}",
        since=timezone.localdate(account.proposed_at),
    )


def _import(upload: Any, address: str) -> Item:
    note = gettext("%(good)s rows to import, %(bad)s rejected") % {
        "good": count(upload.importable),
        "bad": count(upload.rejected),
    }
    if upload.state == upload.State.MAPPING:
        note = str(upload.get_state_display())
    place = str(upload.county) if upload.county is not None else gettext("All counties")
    since = timezone.localdate(upload.uploaded_at)
    return Item(upload.file_name, reverse(address, args=[upload.pk]), place, note, since=since)


def _unlisted(county: Region) -> Item:
    return Item(str(county), reverse("roster:imports"), note=gettext("nobody on the roster yet"))


def _roster_import(upload: Any) -> Item:
    return _import(upload, "roster:import")


def _participation(upload: Any) -> Item:
    return _import(upload, "enrollment:participation_import")


def _insured(actor: User) -> Iterator[Figure]:
    """How many households of the reader's places are insured this year."""
    year = current_policy_year()
    rows: QuerySet[HouseholdCount] = HouseholdCount.objects.visible_to(actor)
    found = rows.filter(agreement__policy_year=year).aggregate(number=Sum("number", default=0))
    yield Figure(
        gettext("Insured households %(year)s") % {"year": year},
        count(found["number"]),
        unit=gettext("households"),
        url=f"{reverse('enrollment:insured')}?year={year}&place=",
    )


ENROL, IMPORT = (Act.ENROL,), (Act.IMPORT_ROSTER,)
STATUS = "enrollment:status"
WORK = (
    Work(
        "rosters-to-import",
        _("Counties without a roster"),
        "upload",
        IMPORT,
        waiting.counties_without_roster,
        _unlisted,
        "roster:imports",
        _("Export it from the monitoring system and upload the workbook; nobody is enrolled before."),
        order=29,
    ),
    Work(
        "roster-imports",
        _("Roster imports to finish"),
        "upload",
        IMPORT,
        waiting.roster_imports_to_finish,
        _roster_import,
        "roster:imports",
        _("Look at the preview, then apply it or cancel it."),
        order=30,
    ),
    Work(
        "participation-imports",
        _("Participation workbooks to finish"),
        "upload",
        IMPORT,
        waiting.participation_to_finish,
        _participation,
        "enrollment:participation",
        order=31,
    ),
    Work(
        "accounts-to-decide",
        _("Payee accounts to confirm"),
        "credit-card",
        (Act.CONFIRM_ACCOUNT,),
        waiting.accounts_to_decide,
        _account,
        "enrollment:accounts",
        _("Proposed by somebody else; never your own."),
        order=32,
    ),
    Work(
        "moves-to-decide",
        _("Households moving to your county"),
        "truck",
        ENROL,
        waiting.moves_to_decide,
        _move,
        "enrollment:moves",
        order=33,
    ),
    Work(
        "numbers-to-complete",
        _("Newborns' identity numbers to complete"),
        "baby",
        ENROL,
        waiting.numbers_to_complete,
        _newborn,
        "roster:persons",
        order=34,
    ),
    Work(
        "households-to-enrol",
        _("Households to enrol"),
        "user-check",
        ENROL,
        waiting.households_to_enrol,
        _household,
        STATUS,
        _("One by one here, or the whole county on the page of enrolment."),
        known=waiting.known_households,
        order=35,
    ),
    Work(
        "members-to-enrol",
        _("Members waiting to be enrolled"),
        "user-plus",
        ENROL,
        waiting.members_to_enrol,
        _member,
        STATUS,
        _("Their household is insured, they aren't."),
        known=waiting.known_members,
        order=36,
    ),
    Work(
        "not-eligible",
        _("On the roster, but not to be enrolled this year"),
        "user-x",
        ENROL,
        waiting.not_eligible,
        _not_eligible,
        STATUS,
        _("To know of; put the roster right where it is wrong."),
        order=95,
    ),
)
FIGURES = (Figures("insured", (Act.VIEW_INSURED,), _insured, order=20),)
