"""What is done to people, posts and sign-ins is on record: who did it, to whom, where, why, and what changed (R25)."""

import datetime
from typing import Any

import pytest
from django.db.models import Max
from django.test import Client
from django.utils import timezone

from demo.posts import give_post
from jincheng_insurance.access.grants import confirm_grant, end_grant, propose_grant, refuse_grant
from jincheng_insurance.access.locks import unlock
from jincheng_insurance.access.models import Grant, SecondFactor, User, UserSession
from jincheng_insurance.access.passwords import change_password
from jincheng_insurance.access.people import (
    change_person,
    disable_person,
    enable_person,
    issue_password,
    make_first_people,
    make_person,
    note_list,
)
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.second_factors import (
    begin_second_factor,
    check_code,
    remove_second_factor,
    renew_recovery_codes,
    reset_second_factor,
)
from jincheng_insurance.access.sessions import end_sessions_of, sign_out
from jincheng_insurance.access.tokens import make_token
from jincheng_insurance.audit.models import AuditRecord
from tests.access.sign_ins import FAST, with_second_factor
from tests.world import PASSWORD, World, make_user

REASON = "晋扶人〔2026〕3号"


class Record:
    """What came on record since it began, in its order."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.last = AuditRecord.objects.aggregate(pk=Max("pk"))["pk"] or 0

    def said(self) -> list[tuple[Any, ...]]:
        """The act, who, whom it is about, the county, the facts and the reason of each."""
        return [
            (row.act, row.actor, (row.object_type, row.object_id), row.county_id, row.facts, row.reason)
            for row in AuditRecord.objects.filter(pk__gt=self.last).order_by("pk")
        ]


@pytest.fixture
def record(db: None) -> Record:
    return Record()


@pytest.fixture
def admin(world: World) -> User:
    return world.own[Role.ADMINISTRATOR]


@pytest.fixture
def security(world: World) -> User:
    return world.own[Role.SECURITY_OFFICER]


@pytest.fixture
def person(world: World, record: Record, settings: Any) -> User:
    """Somebody with a session, a token and a second factor."""
    settings.PASSWORD_HASHERS = FAST
    person = world.own[Role.ADJUSTER]
    person.set_password(PASSWORD)
    person.save()
    with_second_factor(person)
    make_token(actor=person, name="理赔系统", days=30)
    Client().force_login(person)
    record.begin()
    return person


def line(
    act: str,
    actor: User | None,
    on: User | None,
    *,
    county: int | None = None,
    facts: dict[str, object] | None = None,
    reason: str = "",
) -> tuple[Any, ...]:
    place = ("access.user", str(on.pk)) if on else ("", "")
    return act, actor, place, county, facts or {}, reason


def ended(person: User, why: str, actor: User | None) -> tuple[Any, ...]:
    session = UserSession.objects.get(user=person)
    assert (session.ended_at is not None, session.ended_by) == (True, why)
    return line("end_session", actor, person, facts={"why": why, "session": session.pk})


class TestPeople:
    def test_made_and_changed(self, record: Record, admin: User) -> None:
        record.begin()
        made = make_person(username="wangxin", name="王新", unit="财政局", actor=admin)
        facts = {"username": "wangxin", "name": "王新", "unit": "财政局"}
        change_person(person=made.person, name="王欣", unit="财政局", actor=admin)
        change_person(person=made.person, name="王欣", unit="财政局", actor=admin)
        assert record.said() == [
            line("make_person", admin, made.person, facts=facts),
            line("change_person", admin, made.person, facts={"name": ["王新", "王欣"]}),
        ]
        made.person.refresh_from_db()
        assert (made.person.display_name, made.person.unit) == ("王欣", "财政局")

    def test_disabled_and_enabled(self, record: Record, admin: User, person: User) -> None:
        disable_person(person=person, reason=REASON, actor=admin)
        enable_person(person=person, reason="返岗", actor=admin)
        assert record.said() == [
            ended(person, "disabled", admin),
            line("disable_person", admin, person, reason=REASON),
            line("enable_person", admin, person, reason="返岗"),
        ]

    def test_given_a_temporary_password(self, record: Record, admin: User, person: User) -> None:
        issued = issue_password(person=person, actor=admin)
        token = person.api_tokens.get()
        assert record.said() == [
            ended(person, "password", None),
            ("revoke_token", admin, ("access.apitoken", str(token.pk)), None, {"token": "理赔系统"}, ""),
            line("issue_password", admin, person),
        ]
        assert issued.person == person
        person.refresh_from_db()
        assert person.check_password(issued.password)
        assert (person.must_change_password, token.in_force) == (True, False)

    def test_listed(self, record: Record, admin: User) -> None:
        record.begin()
        note_list(rows=7, actor=admin)
        facts = {"list": "people", "format": "excel", "rows": 7}
        assert record.said() == [line("download_list", admin, None, facts=facts)]

    def test_the_first_two(self, record: Record) -> None:
        usernames = {Role.ADMINISTRATOR: "guanli", Role.SECURITY_OFFICER: "anquan"}
        issued = make_first_people(usernames=usernames)
        assert record.said() == [
            line("make_first_person", None, one.person, facts={"username": name, "role": role.value})
            for one, (role, name) in zip(issued, usernames.items(), strict=True)
        ]


class TestPosts:
    def facts(self, world: World, **more: str) -> dict[str, object]:
        today = timezone.localdate().isoformat()
        return {"role": "county_finance", "starts_on": today, "region": str(world.own.county), **more}

    def propose(self, record: Record, world: World, ends_on: datetime.date | None = None) -> Grant:
        record.begin()
        return propose_grant(
            person=make_user("xinren"),
            role=Role.COUNTY_FINANCE,
            region=world.own.county,
            insurer=None,
            starts_on=timezone.localdate(),
            ends_on=ends_on,
            reason=REASON,
            actor=world.own[Role.ADMINISTRATOR],
        )

    def test_proposed_confirmed_and_ended(
        self, record: Record, world: World, admin: User, security: User
    ) -> None:
        grant = self.propose(record, world)
        confirm_grant(grant=grant, actor=security)
        end_grant(grant=grant, last_day=timezone.localdate(), reason="调离", actor=admin)
        here = {"county": world.own.county.pk}
        last_day = timezone.localdate().isoformat()
        assert record.said() == [
            line("propose_grant", admin, grant.user, **here, facts=self.facts(world), reason=REASON),
            line("confirm_grant", security, grant.user, **here, facts=self.facts(world)),
            line(
                "end_grant",
                admin,
                grant.user,
                **here,
                facts=self.facts(world, last_day=last_day),
                reason="调离",
            ),
        ]

    def test_refused(self, record: Record, world: World, security: User) -> None:
        grant = self.propose(record, world)
        refuse_grant(grant=grant, reason="重复", actor=security)
        facts = self.facts(world)
        about = {"county": world.own.county.pk, "facts": facts, "reason": "重复"}
        assert record.said()[1:] == [line("refuse_grant", security, grant.user, **about)]

    def test_a_post_at_an_insurer_in_one_county(self, record: Record, world: World, admin: User) -> None:
        place = {"region": world.own.county, "insurer": world.own.insurer}
        today = timezone.localdate()
        grant = propose_grant(
            person=make_user("xinren"),
            role=Role.ADJUSTER,
            **place,
            starts_on=today,
            ends_on=today,
            reason=f" {REASON} ",
            actor=admin,
        )
        grant.refresh_from_db()
        assert (grant.role, grant.region, grant.insurer) == (Role.ADJUSTER, *place.values())
        assert (grant.starts_on, grant.ends_on, grant.reason) == (today, today, REASON)
        facts = {"role": "adjuster", **{name: str(where) for name, where in place.items()}}
        facts |= {"starts_on": today.isoformat(), "last_day": today.isoformat()}
        about = {"county": world.own.county.pk, "facts": facts, "reason": f" {REASON} "}
        assert record.said() == [line("propose_grant", admin, grant.user, **about)]

    def test_one_of_a_single_day_holds_on_that_day(
        self, record: Record, world: World, security: User
    ) -> None:
        grant = self.propose(record, world, ends_on=timezone.localdate())
        confirm_grant(grant=grant, actor=security)
        grant.refresh_from_db()
        assert grant.standing == "held"

    def test_an_end_may_be_said_again_for_the_same_day(
        self, record: Record, world: World, admin: User
    ) -> None:
        today = timezone.localdate()
        grant = give_post(make_user("xinren"), Role.AUDITOR, ends_on=today)
        end_grant(grant=grant, last_day=today, reason="调离", actor=admin)
        grant.refresh_from_db()
        assert grant.ends_on == today


class TestSignIn:
    def test_a_password_changed(self, record: Record, person: User) -> None:
        change_password(actor=person, old=PASSWORD, new="Qinhe-River-2027")
        assert record.said() == [line("change_password", person, person)]

    def test_signed_out_by_oneself_and_by_the_security_officer(
        self, record: Record, person: User, security: User
    ) -> None:
        assert end_sessions_of(user=person, actor=security) == 1
        assert record.said() == [ended(person, "ended", security)]
        record.begin()
        sign_out(actor=person)
        assert record.said() == [line("sign_out", person, person)]

    def test_a_lock_opened(self, record: Record, person: User, security: User, world: World) -> None:
        other = world.own[Role.REVIEWER]
        with_second_factor(other)
        SecondFactor.objects.update(failures=3, failed_at=timezone.now())
        record.begin()
        unlock(user=person, actor=security)
        assert record.said() == [line("unlock_sign_in", security, person)]
        left = {
            factor.user: (factor.failures, factor.failed_at is None) for factor in SecondFactor.objects.all()
        }
        assert left == {person: (0, True), other: (3, False)}


class TestSecondFactors:
    def test_recovery_codes_used_and_renewed(self, record: Record, person: User, world: World) -> None:
        _secret, others = with_second_factor(world.own[Role.REVIEWER])
        record.begin()
        codes = renew_recovery_codes(actor=person)
        check_code(user=person, code=codes[0].lower())
        check_code(user=world.own[Role.REVIEWER], code=others[0])
        assert record.said() == [
            line("renew_recovery_codes", person, person),
            line("use_recovery_code", person, person, facts={"left": 9}),
            line("use_recovery_code", world.own[Role.REVIEWER], world.own[Role.REVIEWER], facts={"left": 9}),
        ]

    def test_set_up(self, record: Record, world: World) -> None:
        record.begin()
        officer = world.own[Role.COUNTY_OFFICER]
        with_second_factor(officer)
        assert record.said() == [
            line("begin_second_factor", officer, officer),
            line("confirm_second_factor", officer, officer),
        ]

    def test_removed(self, record: Record, person: User, world: World) -> None:
        with_second_factor(world.own[Role.REVIEWER])
        record.begin()
        remove_second_factor(actor=person)
        remove_second_factor(actor=person)
        assert record.said() == [line("remove_second_factor", person, person)]
        assert [factor.user for factor in SecondFactor.objects.all()] == [world.own[Role.REVIEWER]]

    def test_removed_before_it_was_ever_confirmed(self, record: Record, world: World) -> None:
        officer = world.own[Role.COUNTY_OFFICER]
        begin_second_factor(actor=officer)
        record.begin()
        remove_second_factor(actor=officer)
        assert record.said() == [line("remove_second_factor", officer, officer)]

    def test_reset(self, record: Record, person: User, security: User) -> None:
        reset_second_factor(person=person, reason="手机丢失", actor=security)
        assert record.said() == [
            ended(person, "ended", security),
            line("reset_second_factor", security, person, reason="手机丢失"),
        ]
