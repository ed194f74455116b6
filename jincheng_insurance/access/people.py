"""People: made, changed, disabled and given a temporary password by an administrator. Their second factor is reset by a
security officer (`second_factors`), so that nobody alone takes an account over."""

from dataclasses import dataclass

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.grants import INDISPENSABLE, check_not_the_last, check_reason, locked_person
from jincheng_insurance.access.models import Grant, User, UserSession
from jincheng_insurance.access.passwords import temporary_password
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sessions import end_sessions
from jincheng_insurance.access.tokens import end_tokens
from jincheng_insurance.audit.services import LONG_NUMBER, record


@dataclass(frozen=True, slots=True)
class Issued:
    """A temporary password of somebody, which is never seen again."""

    person: User
    password: str


@transaction.atomic(durable=True)
def make_person(*, username: str, name: str, unit: str, actor: User) -> Issued:
    """Make somebody who can sign in with a temporary password; they may do nothing before they hold a post."""
    require(actor, Act.MANAGE_PEOPLE)
    person = _new(username=username, name=name, unit=unit)
    password = temporary_password(person)
    record(
        "make_person", actor=actor, on=person, facts={"username": person.username, "name": name, "unit": unit}
    )
    return Issued(person, password)


@transaction.atomic(durable=True)
def change_person(*, person: User, name: str, unit: str, actor: User) -> None:
    """Correct somebody's name and unit. The user name stays: the record names people by it."""
    require(actor, Act.MANAGE_PEOPLE)
    person = locked_person(person)
    name, unit = _named(name, unit)
    before = {"name": person.display_name, "unit": person.unit}
    after = {"name": name, "unit": unit}
    changed = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
    if not changed:
        return
    person.display_name, person.unit = name, unit
    person.save(update_fields=["display_name", "unit"])
    record("change_person", actor=actor, on=person, facts=changed)


@transaction.atomic(durable=True)
def disable_person(*, person: User, reason: str, actor: User) -> None:
    """Let somebody no longer sign in: their sessions and tokens end with the next request. Refused for oneself and for
    the last administrator or security officer."""
    require(actor, Act.MANAGE_PEOPLE)
    person = locked_person(person)
    check_reason(reason)
    if person.pk == actor.pk:
        raise Refused(_("You can't disable yourself."))
    if not person.is_active:
        raise Refused(_("This person is disabled already."))
    check_not_the_last(person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    end_sessions(person, why=UserSession.End.DISABLED, actor=actor)
    record("disable_person", actor=actor, on=person, reason=reason)


@transaction.atomic(durable=True)
def enable_person(*, person: User, reason: str, actor: User) -> None:
    """Let somebody sign in again, with the posts that still hold."""
    require(actor, Act.MANAGE_PEOPLE)
    person = locked_person(person)
    check_reason(reason)
    if person.is_active:
        raise Refused(_("This person isn't disabled."))
    person.is_active = True
    person.save(update_fields=["is_active"])
    record("enable_person", actor=actor, on=person, reason=reason)


@transaction.atomic(durable=True)
def issue_password(*, person: User, actor: User) -> Issued:
    """Give somebody a temporary password; their sessions and API tokens end, since somebody else may have made those.
    Not to oneself: one's own is changed by knowing it."""
    require(actor, Act.MANAGE_PEOPLE)
    person = locked_person(person)
    if person.pk == actor.pk:
        raise Refused(_("Change your own password on the page of your account."))
    if not person.is_active:
        raise Refused(_("This person is disabled. Enable them first."))
    password = temporary_password(person)
    end_tokens(person, actor=actor)
    record("issue_password", actor=actor, on=person)
    return Issued(person, password)


@transaction.atomic(durable=True)
def make_first_people(*, usernames: dict[Role, str]) -> list[Issued]:
    """On the console of a new system: the first administrator and the first security officer, who then make and confirm
    all others. Refused where somebody holds either post; a post that nobody holds any more can be made anew so."""
    today = timezone.localdate()
    held = set(
        Grant.objects.in_force(today)
        .filter(user__is_active=True, role__in=INDISPENSABLE)
        .values_list("role", flat=True)
    )
    missing = [role for role in INDISPENSABLE if role not in held]
    if not missing:
        raise Refused(_("There are an administrator and a security officer already; they make all others."))
    issued = []
    for role in missing:
        person = _new(username=usernames[role], name=str(role.label), unit="")
        password = temporary_password(person)
        Grant.objects.create(user=person, role=role, starts_on=today, state=Grant.State.FOUNDING)
        record(
            "make_first_person",
            actor=None,
            on=person,
            facts={"username": person.username, "role": role.value},
        )
        issued.append(Issued(person, password))
    return issued


@transaction.atomic(durable=True)
def note_list(*, rows: int, actor: User) -> None:
    """Record that the list of people and posts was taken away as a workbook."""
    require(actor, Act.VIEW_PEOPLE)
    record("download_list", actor=actor, facts={"list": "people", "format": "excel", "rows": rows})


def _new(*, username: str, name: str, unit: str) -> User:
    username = User.normalize_username(username)  # as it is typed to sign in
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as error:
        raise Refused(
            _("A user name consists of letters, digits and @ . + - _ only."), field="username"
        ) from error
    _check_no_number(username, "username")
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(_("This user name is taken. User names are never given twice."), field="username")
    name, unit = _named(name, unit)
    person = User(username=username, display_name=name, unit=unit)
    person.set_unusable_password()
    person.save(force_insert=True)
    return person


def _named(name: str, unit: str) -> tuple[str, str]:
    if not name.strip():
        raise Refused(_("Enter the name."), field="name")
    _check_no_number(name, "name")
    _check_no_number(unit, "unit")
    return name.strip(), unit.strip()


def _check_no_number(text: str, field: str) -> None:
    """Names stand on pages, in lists and in the record, where no personal number belongs."""
    if LONG_NUMBER.search(text):
        raise Refused(_("No telephone or identity number stands here; choose a name."), field=field)
