"""Reading people: the list, one person with their posts and what happened to them, what waits, and who may do what."""

from collections.abc import Iterator, Sequence

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from jincheng_insurance.access.models import Grant, User
from jincheng_insurance.access.roles import ACTS_OF, Act, Role
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.web import formats

SIGN_INS = ("sign_in", "sign_in_failed", "sign_in_locked", "sign_out", "end_session")
SHOWN = 10


def people(actor: User) -> QuerySet[User]:
    """Everybody, with the posts of today and those that wait for confirmation in `posts`. PermissionDenied without the
    act: people are the whole city's, so nobody sees a part of them."""
    require(actor, Act.VIEW_PEOPLE)
    today = timezone.localdate()
    posts = (Grant.objects.in_force(today) | Grant.objects.waiting()).select_related(
        "region", "insurer", "given_by", "decided_by"
    )
    return User.objects.prefetch_related(Prefetch("grants", posts.order_by("id"), "posts")).order_by(
        "username"
    )


def grants_waiting(actor: User) -> QuerySet[Grant]:
    """The posts that were proposed and wait for a decision, the oldest first."""
    require(actor, Act.VIEW_PEOPLE)
    return (
        Grant.objects.waiting().select_related("user", "region", "insurer", "given_by").order_by("given_at")
    )


def grants(actor: User) -> QuerySet[Grant]:
    """All posts of all people, whatever became of them; the newest first."""
    require(actor, Act.VIEW_PEOPLE)
    return Grant.objects.select_related("user", "region", "insurer", "given_by", "decided_by").order_by("-id")


def sign_ins_of(person: User) -> QuerySet[AuditRecord]:
    """The last signings in and out of somebody, and those that failed."""
    return _records(person).filter(act__in=SIGN_INS)[:SHOWN]


def changes_of(person: User) -> QuerySet[AuditRecord]:
    """What was last done to somebody: made, changed, disabled, given posts."""
    return _records(person).exclude(act__in=SIGN_INS).select_related("actor")[: 2 * SHOWN]


def _records(person: User) -> QuerySet[AuditRecord]:
    """This much of the record belongs to the people's own pages; the rest is the auditor's."""
    return AuditRecord.objects.filter(object_type="access.user", object_id=str(person.pk)).order_by("-id")


def rights() -> list[tuple[Act, list[bool]]]:
    """Each act, and for every role in order whether it includes it."""
    return [(act, [act in ACTS_OF[role] for role in Role]) for act in Act]


def list_columns() -> Sequence[str]:
    return (
        _("User name"),
        _("Name"),
        _("Unit"),
        _("State"),
        _("Post"),
        _("First day"),
        _("Last day"),
        _("Proposed by"),
        _("Confirmed by"),
        _("Last signed in"),
    )


def list_rows(shown: QuerySet[User]) -> Iterator[tuple[str, ...]]:
    """A row for each post that somebody holds or would hold, and one for whoever holds none."""
    for person in shown:
        who = (
            person.username,
            person.display_name,
            person.unit,
            _("active") if person.is_active else _("disabled"),
        )
        signed_in = formats.moment(person.last_login)
        held: list[Grant] = getattr(person, "posts", [])
        for grant in held:
            waits = grant.state == Grant.State.PROPOSED
            decided = (
                _("waiting for confirmation") if waits else str(grant.decided_by or _("made on the console"))
            )
            yield (
                *who,
                str(grant),
                formats.day(grant.starts_on),
                formats.day(grant.ends_on),
                str(grant.given_by or "—"),
                decided,
                signed_in,
            )
        if not held:
            yield (*who, "—", "—", "—", "—", "—", signed_in)
