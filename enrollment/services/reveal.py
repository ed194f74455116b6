"""Numbers of persons, households and accounts in full, for one look on record (R25)."""

import datetime

from django.utils.translation import gettext_lazy as _

from enrollment.models import InsuredPerson, PayeeAccount, RosterHousehold, RosterPerson
from enrollment.selectors import household_telephone_place, identity_place, open_account, telephone_place
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.reveals import Number, record_reveal
from jincheng_insurance.access.sealing import SealError, unseal

Holder = RosterPerson | InsuredPerson | RosterHousehold | PayeeAccount


def reveal_number(*, of: Holder, number: Number, reason: str, actor: User) -> tuple[str, datetime.datetime]:
    """The number in full, and until when it may be shown. The look is on record before the number is opened. Refused
    where none is kept, without a reason, beyond the day's looks, and when the number doesn't open."""
    if not holds_number(of, number):
        raise Refused(_("There is no such number."))
    on = of.roster_person if isinstance(of, InsuredPerson) else of
    place = of.household if isinstance(of, RosterPerson) else of
    until = record_reveal(on=on, place=place, number=number, reason=reason, actor=actor)
    try:
        return _opened(of, number), until
    except SealError as error:
        raise Refused(
            _("The number doesn't open: it was changed outside the product. Tell the administrator.")
        ) from error


def holds_number(of: Holder, number: Number) -> bool:
    """Whether that number of a person, household or account is kept."""
    return _sealed(of, number) is not None


def _sealed(of: Holder, number: Number) -> bytes | memoryview | None:
    if isinstance(of, PayeeAccount):
        return of.account_sealed
    if isinstance(of, RosterHousehold):
        return of.telephone_sealed
    person = of.roster_person if isinstance(of, InsuredPerson) else of
    return person.id_number_sealed if number == Number.IDENTITY else person.telephone_sealed


def _opened(of: Holder, number: Number) -> str:
    if isinstance(of, PayeeAccount):
        return open_account(of)
    sealed = _sealed(of, number)
    assert sealed is not None, "asked for before"
    if isinstance(of, RosterHousehold):
        return unseal(bytes(sealed), household_telephone_place(of.pk))
    person = of.roster_person_id if isinstance(of, InsuredPerson) else of.pk
    place = identity_place if number == Number.IDENTITY else telephone_place
    return unseal(bytes(sealed), place(person))
