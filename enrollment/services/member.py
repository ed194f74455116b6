"""Members of a roster household as the county keeps them: a newborn without number, the number when it comes, telephone
and basic insurance (R2, R5, R25)."""

import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    NEWBORN_WITHIN,
    BasicInsurance,
    InsuredPerson,
    PolicyYear,
    RosterHousehold,
    RosterPerson,
)
from enrollment.selectors import identity_place, masked_identity, masked_telephone, telephone_place
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealing import index_of, seal, unseal
from jincheng_insurance.audit.services import record
from jincheng_insurance.scheme.identity import IdentityError, check_identity_number


@transaction.atomic(durable=True)
def add_member(
    *,
    household: RosterHousehold,
    name: str,
    birth_date: datetime.date,
    sex: str,
    relation: str,
    actor: User,
) -> RosterPerson:
    """List a newborn without an identity number in a roster household; the row says that the county did. Refused for
    anybody older than a newborn, who comes by the roster import (R2), and for a member who stands there already."""
    household = RosterHousehold.objects.select_for_update(no_key=True).get(pk=household.pk)
    require(actor, Act.ENROL, household)
    today = timezone.localdate()
    if birth_date > today:
        raise Refused(_("The date of birth lies in the future."), field="birth_date")
    if birth_date <= today - NEWBORN_WITHIN:
        raise Refused(
            _(
                "Only a child under two may be added without an identity number. Whoever has a number comes with"
                " the next roster import."
            ),
            field="birth_date",
            rule="R2",
        )
    if RosterPerson.objects.filter(household=household, name=name, birth_date=birth_date).exists():
        raise Refused(_("A member of this name and date of birth is listed already."), field="name")
    person = RosterPerson.objects.create(
        household=household,
        name=name,
        birth_date=birth_date,
        sex=sex,
        relation=relation,
        number_pending=True,
        added_by=actor,
        added_on=today,
    )
    record("add_member", actor=actor, on=person, county_id=household.county_id)
    return person


@transaction.atomic(durable=True)
def complete_number(*, person: RosterPerson, id_number: str, actor: User) -> RosterPerson:
    """Give a newborn the identity number that was pending. It must be valid, tell the listed date of birth and sex, and
    stand nowhere else on the roster."""
    person = locked_member(person, actor)
    if not person.number_pending:
        raise Refused(_("This member has an identity number already. Reload the page."), field="id_number")
    try:
        facts = check_identity_number(id_number, today=timezone.localdate())
    except IdentityError:
        raise Refused(_("This is not a valid identity number."), field="id_number") from None
    if facts.birth_date != person.birth_date:
        raise Refused(
            _("The number tells another date of birth than the %(day)s listed."),
            field="id_number",
            day=person.birth_date,
        )
    if facts.sex != person.sex:
        raise Refused(_("The number tells another sex than the one listed."), field="id_number")
    person.id_number_index = index_of(id_number)
    person.id_number_sealed = seal(id_number, identity_place(person.pk))
    person.number_pending = False
    try:
        with transaction.atomic():
            person.save(update_fields=["id_number_index", "id_number_sealed", "number_pending"])
    except IntegrityError as error:
        if "id_number_index" not in str(error):
            raise
        raise Refused(
            _("Somebody on the roster has this number already. Compare it with the certificate."),
            field="id_number",
        ) from error
    record(
        "complete_number",
        actor=actor,
        on=person,
        county_id=person.household.county_id,
        facts={"number": masked_identity(person)},
    )
    return person


@transaction.atomic(durable=True)
def change_member(
    *, person: RosterPerson, basic_insurance: str, telephone: str, policy_year: PolicyYear, actor: User
) -> bool:
    """Change a member's participation in basic insurance, on the roster and in that year's cover, and their telephone
    (normalised; "" leaves it as it is). Says whether anything changed; what did is on record, before and after."""
    person = locked_member(person, actor)
    changes = set_particulars(person, basic_insurance, telephone, policy_year)
    if changes:
        record("change_member", actor=actor, on=person, county_id=person.household.county_id, facts=changes)
    return bool(changes)


def set_particulars(
    person: RosterPerson, basic_insurance: str, telephone: str, policy_year: PolicyYear
) -> dict[str, list[str]]:
    """Write a locked member's particulars within the caller's transaction; answers what changed, by fact, as (before,
    after), the telephone masked."""
    if basic_insurance not in BasicInsurance.values:
        raise Refused(_("Choose the basic medical insurance."), field="basic_insurance")
    changes: dict[str, list[str]] = {}
    covers = InsuredPerson.objects.filter(roster_person=person, policy_year=policy_year, withdrawn_at=None)
    before = covers.values_list("basic_insurance", flat=True).first() or person.basic_insurance
    if basic_insurance != before or basic_insurance != person.basic_insurance:
        changes["basic_insurance"] = [before, basic_insurance]
        person.basic_insurance = basic_insurance
        covers.update(basic_insurance=basic_insurance)
    if telephone:
        sealed, old = person.telephone_sealed, masked_telephone(person)
        person.telephone_sealed = seal(telephone, telephone_place(person.pk))
        if sealed is None or not _same_telephone(person.pk, bytes(sealed), telephone):
            changes["telephone"] = [old or "—", masked_telephone(person)]
    if changes:
        person.save(update_fields=["basic_insurance", "telephone_sealed"])
    return changes


def locked_member(person: RosterPerson, actor: User) -> RosterPerson:
    """The member's row, locked until the transaction ends, if the actor keeps that household."""
    locked = (
        RosterPerson.objects.select_for_update(of=("self",), no_key=True)
        .select_related("household")
        .get(pk=person.pk)
    )
    require(actor, Act.ENROL, locked)
    return locked


def _same_telephone(key: int, sealed: bytes, telephone: str) -> bool:
    return unseal(sealed, telephone_place(key)) == telephone
