"""Enrolling one household as a clerk enters it: found by code or identity number, its members ticked, with what is
known of each (R2, R5, R25). All of it is written together or not at all."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement, InsuredHousehold, InsuredPerson, RosterHousehold, RosterPerson
from enrollment.services.household import insure_household
from enrollment.services.member import locked_member, set_particulars
from enrollment.services.payee import AccountFacts, put_account
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.reveals import check_look_ups
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealing import index_of
from jincheng_insurance.audit.services import record


@dataclass(frozen=True, slots=True)
class MemberEntry:
    """One member to enrol: basic insurance, telephone ("" leaves it as it is), and an account to propose, if any."""

    person_id: int
    basic_insurance: str
    telephone: str = ""
    account: AccountFacts | None = None


class EntryRefused(Refused):
    """A refusal that concerns one member of the household."""

    def __init__(self, refusal: Refused, person_id: int) -> None:
        super().__init__(refusal.message, field=refusal.field, rule=refusal.rule, **refusal.params)
        self.person_id = person_id


@transaction.atomic(durable=True)
def look_up_household(*, identity_number: str, actor: User) -> RosterHousehold | None:
    """The roster household of the person with a checked identity number within the actor's reach, or None. Each look is
    on record; the number itself isn't (R25)."""
    require(actor, Act.ENROL)
    check_look_ups(actor)
    person = (
        RosterPerson.objects.visible_to(actor)
        .filter(id_number_index=index_of(identity_number))
        .select_related("household")
        .first()
    )
    found = person.household if person is not None else None
    record("find_household", actor=actor, on=found, facts={"found": found is not None})
    return found


@transaction.atomic(durable=True)
def enrol_entry(
    *,
    agreement: Agreement,
    household: RosterHousehold,
    cover_from: datetime.date,
    members: Sequence[MemberEntry],
    actor: User,
) -> InsuredHousehold:
    """Enrol a roster household with the members entered, from a day of the policy year on; a child born later is
    covered from birth. Who is left out isn't enrolled and may be added afterwards. Accounts entered wait for somebody
    else's confirmation. `insure_household` says what is refused; EntryRefused names the member it concerns."""
    agreement = Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement.pk)
    insured = insure_household(agreement=agreement, household=household, cover_from=cover_from, actor=actor)
    listed = {person.pk: person for person in household.persons.all()}
    if not members:
        raise Refused(_("Tick at least one member."))
    if len({entry.person_id for entry in members} & listed.keys()) != len(members):
        raise Refused(_("The household's members have changed. Reload the page."), rule="R2")
    for entry in sorted(members, key=lambda each: each.person_id):
        try:
            _enrol_member(insured, listed[entry.person_id], entry, actor)
        except Refused as refusal:
            raise EntryRefused(refusal, entry.person_id) from refusal
    record(
        "enrol_household",
        actor=actor,
        on=insured,
        facts={"cover_from": cover_from, "persons": len(members)},
    )
    return insured


def _enrol_member(insured: InsuredHousehold, listed: RosterPerson, entry: MemberEntry, actor: User) -> None:
    person = locked_member(listed, actor)
    changes = set_particulars(person, entry.basic_insurance, entry.telephone, insured.policy_year)
    InsuredPerson.objects.create(
        insured_household=insured,
        policy_year_id=insured.policy_year_id,
        county_id=insured.county_id,
        roster_person=person,
        basic_insurance=entry.basic_insurance,
        cover_from=min(max(insured.cover_from, person.birth_date), insured.cover_to),
        cover_to=insured.cover_to,
    )
    if changes:
        record("change_member", actor=actor, on=person, county_id=insured.county_id, facts=changes)
    if entry.account is not None:
        put_account(person=person, facts=entry.account, actor=actor)
