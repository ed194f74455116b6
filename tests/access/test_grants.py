"""Posts: proposed by one, confirmed by another, ended and never revived; and what the database itself refuses."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from demo.posts import give_post
from jincheng_insurance.access.grants import confirm_grant, end_grant, propose_grant, refuse_grant
from jincheng_insurance.access.models import Grant, User
from jincheng_insurance.access.people import disable_person
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.audit.models import AuditRecord
from tests.world import World, make_user

DAY = datetime.timedelta(days=1)


def today() -> datetime.date:
    return timezone.localdate()


def administrator(world: World) -> User:
    return world.own[Role.ADMINISTRATOR]


def security(world: World) -> User:
    return world.own[Role.SECURITY_OFFICER]


def proposed(world: World, person: User | None = None, **facts: Any) -> Grant:
    """A county officer's post for somebody new, unless told otherwise."""
    post: dict[str, Any] = {
        "role": Role.COUNTY_OFFICER,
        "region": world.own.county,
        "insurer": None,
        "starts_on": today(),
        "ends_on": None,
        "reason": "任职文件〔2026〕1号",
        "actor": administrator(world),
    }
    return propose_grant(person=person or make_user("new"), **post | facts)


def as_loaded(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_nothing_is_in_force_before_somebody_else_has_confirmed_it(world: World) -> None:
    grant = proposed(world)
    assert not as_loaded(grant.user).can(Act.ENROL)
    confirm_grant(grant=grant, actor=security(world))
    assert as_loaded(grant.user).can(Act.ENROL, on=world.own.agreement)
    acts = AuditRecord.objects.filter(object_type="access.user", object_id=str(grant.user_id)).order_by("id")
    assert [(row.act, row.actor, row.facts["role"]) for row in acts] == [
        ("propose_grant", administrator(world), "county_officer"),
        ("confirm_grant", security(world), "county_officer"),
    ]


def test_a_post_confirmed_after_its_first_day_begins_on_the_day_it_is_confirmed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = proposed(world)
    later = timezone.now() + 3 * DAY
    monkeypatch.setattr(timezone, "now", lambda: later)
    with pytest.raises(DatabaseError, match="at the earliest"), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(
            state="confirmed", decided_by=security(world), decided_at=timezone.now()
        )
    confirm_grant(grant=grant, actor=security(world))
    grant.refresh_from_db()
    assert grant.starts_on == today()
    with pytest.raises(DatabaseError, match="stays what it is"), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(starts_on=today() + DAY)


def test_a_refused_post_never_holds_and_says_why(world: World) -> None:
    grant = proposed(world)
    refuse_grant(grant=grant, reason="文件不符", actor=security(world))
    grant.refresh_from_db()
    assert (grant.standing, grant.refusal) == ("refused", "文件不符")
    assert not as_loaded(grant.user).active_grants
    with pytest.raises(Refused, match="待确认"):
        confirm_grant(grant=grant, actor=security(world))


def test_only_an_administrator_proposes_and_only_a_security_officer_confirms(world: World) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(PermissionDenied):
            proposed(world, world.own.payer, actor=world.own[role])
    grant = proposed(world)
    for role in set(Role) - {Role.SECURITY_OFFICER}:
        with pytest.raises(PermissionDenied):
            confirm_grant(grant=grant, actor=world.own[role])
        with pytest.raises(PermissionDenied):
            refuse_grant(grant=grant, reason="否", actor=world.own[role])


def test_nobody_confirms_a_post_of_their_own_or_one_they_proposed(world: World) -> None:
    second = make_user("second-security", Role.SECURITY_OFFICER)
    grant = Grant.objects.create(
        user=make_user("new"), role=Role.AUDITOR, starts_on=today(), given_by=second, reason="兼任期间提出"
    )
    with pytest.raises(Refused, match="由您提出"):
        confirm_grant(grant=grant, actor=second)
    theirs = Grant.objects.create(
        user=second, role=Role.SECURITY_OFFICER, starts_on=today(), given_by=administrator(world)
    )
    with pytest.raises(Refused, match="您本人"):
        confirm_grant(grant=theirs, actor=second)
    confirm_grant(grant=theirs, actor=security(world))


@pytest.mark.parametrize(
    ("role", "place", "field"),
    [
        (Role.CITY_OFFICER, "region", "region"),
        (Role.AUDITOR, "insurer", "insurer"),
        (Role.COUNTY_FINANCE, "", "region"),
        (Role.COUNTY_OFFICER, "region insurer", "insurer"),
        (Role.ADJUSTER, "region", "insurer"),
        (Role.COUNTY_OFFICER, "city", "region"),
    ],
)
def test_a_place_that_does_not_fit_the_post_is_refused_at_its_field(
    world: World, role: Role, place: str, field: str
) -> None:
    places = {
        "region": {"region": world.own.county},
        "insurer": {"insurer": world.own.insurer},
        "city": {"region": world.own.county.parent},
    }
    where = {"region": None, "insurer": None}
    for name in place.split():
        where |= places[name]
    with pytest.raises(Refused) as refusal:
        proposed(world, role=role, **where)
    assert refusal.value.field == field


def test_days_reason_a_disabled_person_and_the_same_post_twice_are_refused(world: World) -> None:
    person = make_user("new")
    for facts, field in (
        ({"starts_on": today() - DAY}, "starts_on"),
        ({"ends_on": today() - DAY}, "ends_on"),
        ({"reason": " "}, "reason"),
    ):
        with pytest.raises(Refused) as refusal:
            proposed(world, person, **facts)
        assert refusal.value.field == field
    proposed(world, person, ends_on=today() + DAY)
    with pytest.raises(Refused, match="正待确认"):
        proposed(world, person, starts_on=today() + DAY)
    proposed(world, person, starts_on=today() + 2 * DAY)
    with pytest.raises(Refused, match="停用"):
        proposed(world, make_user("gone", active=False))


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (Role.ADMINISTRATOR, Role.SECURITY_OFFICER),
        (Role.AUDITOR, Role.ADMINISTRATOR),
        (Role.SECURITY_OFFICER, Role.CITY_FINANCE),
        (Role.CITY_OFFICER, Role.AUDITOR),
    ],
)
def test_the_three_posts_are_kept_apart_by_the_service_and_by_the_database(
    world: World, held: Role, wanted: Role
) -> None:
    person = make_user("both", held)
    with pytest.raises(Refused, match="不得兼任"):
        proposed(world, person, role=wanted, region=None)
    with pytest.raises(DatabaseError, match="hold no other post"), transaction.atomic():
        give_post(person, wanted)
    Grant.objects.filter(user=person).update(ended_at=timezone.now())
    give_post(person, wanted)


def test_two_proposals_that_clash_are_not_both_confirmed(world: World) -> None:
    person = make_user("both")
    first = proposed(world, person, role=Role.AUDITOR, region=None)
    second = Grant.objects.create(
        user=person, role=Role.CITY_OFFICER, starts_on=today(), given_by=administrator(world)
    )
    with pytest.raises(Refused, match="不得兼任"):
        confirm_grant(grant=second, actor=security(world))
    end_grant(grant=first, last_day=None, reason="撤回", actor=administrator(world))
    confirm_grant(grant=second, actor=security(world))


def test_a_post_ends_at_once_or_after_its_last_day_and_is_never_revived(world: World) -> None:
    officer = world.own[Role.COUNTY_OFFICER]
    (grant,) = officer.active_grants
    end_grant(grant=grant, last_day=today(), reason="调离", actor=administrator(world))
    assert as_loaded(officer).can(Act.ENROL)
    with pytest.raises(Refused) as refusal:
        end_grant(grant=grant, last_day=today() + DAY, reason="延期", actor=administrator(world))
    assert refusal.value.field == "last_day"
    end_grant(grant=grant, last_day=None, reason="即时", actor=administrator(world))
    assert not as_loaded(officer).active_grants
    with pytest.raises(Refused, match="已经终止"):
        end_grant(grant=grant, last_day=None, reason="再次", actor=administrator(world))


def test_the_last_administrator_and_security_officer_stay(world: World) -> None:
    for holder in (administrator(world), security(world)):
        (grant,) = holder.active_grants
        with pytest.raises(Refused, match="没有其他人"):
            end_grant(grant=grant, last_day=None, reason="调离", actor=administrator(world))
    with pytest.raises(Refused, match="没有其他人"):
        disable_person(person=security(world), reason="调离", actor=administrator(world))
    make_user("second-security", Role.SECURITY_OFFICER)
    disable_person(person=security(world), reason="调离", actor=administrator(world))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("user_id = given_by_id", "stays what it is"),
        ("role = 'city_officer', region_id = NULL", "stays what it is"),
        ("starts_on = '2020-01-01'", "stays what it is"),
        ("state = 'proposed', decided_by_id = NULL, decided_at = NULL", "decided once"),
        ("state = 'founding', decided_by_id = NULL", "decided once"),
        ("ends_on = NULL", "never prolonged"),
        ("ends_on = ends_on + 1", "never prolonged"),
    ],
)
def test_sql_past_the_services_changes_no_post(world: World, change: str, said: str) -> None:
    grant = give_post(make_user("new"), Role.COUNTY_OFFICER, region=world.own.county, ends_on=today())
    with pytest.raises(DatabaseError, match=said), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE access_grant SET {change} WHERE id = %s", [grant.pk])
    with pytest.raises(DatabaseError, match="never removed"), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).delete()


@pytest.mark.parametrize("decider", ["given_by_id", "user_id", "NULL"])
def test_sql_past_the_services_confirms_no_post_alone(world: World, decider: str) -> None:
    grant = proposed(world)
    with (
        pytest.raises(IntegrityError, match="grant_decided_by_a_third_person"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"UPDATE access_grant SET state = 'confirmed', decided_at = now(), decided_by_id = {decider} WHERE id = %s",
            [grant.pk],
        )


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SECURITY_OFFICER, Role.CITY_OFFICER])
def test_sql_past_the_services_makes_no_post_without_a_confirmer(world: World, role: Role) -> None:
    with pytest.raises(DatabaseError, match="only the first"), transaction.atomic():
        Grant.objects.create(user=make_user("new"), role=role, starts_on=today(), state=Grant.State.FOUNDING)


@pytest.mark.parametrize("flag", ["is_superuser", "is_staff"])
def test_nobody_is_a_superuser(world: World, flag: str) -> None:
    with pytest.raises(IntegrityError, match="user_is_no_superuser"), transaction.atomic():
        User.objects.filter(pk=administrator(world).pk).update(**{flag: True})
