"""Until when what is locked, and how long what was given or begun holds: to the second."""

import datetime
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone

from jincheng_insurance.access.gate import days_left, to_page, way_back
from jincheng_insurance.access.locks import locked_until, name_mark, opens_at
from jincheng_insurance.access.models import User, UserSession
from jincheng_insurance.access.proofs import check_own_password, is_fresh
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.sessions import End, begin_session, note_seen, over, session_of
from jincheng_insurance.audit.models import AuditRecord
from tests.access.sign_ins import FAST
from tests.clock import Clock
from tests.world import PASSWORD, make_user

HERE, THERE = "10.0.0.1", "10.0.0.2"
LOCK = datetime.timedelta(minutes=30)
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def user(db: None, settings: Any) -> User:
    settings.PASSWORD_HASHERS = FAST
    settings.LOCK_MINUTES, settings.LOCK_FAILURES = 30, 5
    user = make_user("clerk")
    user.set_password(PASSWORD)
    user.save()
    return user


def failed(clock: Clock, name: str, address: str, times: int) -> datetime.datetime:
    """So many failures now; when they were."""
    attempt = AccessAttempt.objects.create(
        username=name_mark(name), ip_address=address, failures_since_start=times
    )
    AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=clock.moment)
    return clock.moment


class TestLocks:
    def test_a_name_is_locked_from_its_fifth_failure_at_one_address(self, user: User, clock: Clock) -> None:
        failed(clock, "clerk", HERE, 4)
        failed(clock, "clerk", THERE, 4)
        failed(clock, "other", HERE, 9)
        assert locked_until(user) is None
        clock.moment += SECOND
        last = failed(clock, "clerk", "10.0.0.3", 5)
        clock.moment += LOCK - SECOND
        assert locked_until(user) == last + LOCK
        clock.moment += 2 * SECOND
        assert locked_until(user) is None

    def test_or_from_its_fiftieth_anywhere_until_the_last_of_them_is_old(
        self, user: User, clock: Clock
    ) -> None:
        for number in range(12):
            failed(clock, "clerk", f"10.0.1.{number}", 4)
        failed(clock, "clerk", "10.0.2.1", 1)
        assert locked_until(user) is None
        clock.moment += SECOND
        last = failed(clock, "clerk", "10.0.2.2", 1)
        assert locked_until(user) == last + LOCK

    def test_a_lock_opens_when_the_last_failure_of_the_name_or_the_address_is_old(
        self, user: User, clock: Clock
    ) -> None:
        first = failed(clock, "clerk", HERE, 5)
        clock.moment += 5 * SECOND
        second = failed(clock, "other", THERE, 5)
        assert opens_at(name="clerk", address="10.0.0.9") == first + LOCK
        assert opens_at(name="nobody", address=HERE) == first + LOCK
        assert opens_at(name="clerk", address=THERE) == second + LOCK
        assert opens_at(name="nobody", address="10.0.0.9") == clock.moment + LOCK

    def test_whoever_is_locked_is_told_until_when_and_where(self, user: User) -> None:
        request = RequestFactory().post("/", REMOTE_ADDR=HERE)
        for _time in range(4):
            with pytest.raises(Refused, match="密码不正确") as refused:
                check_own_password(actor=user, given="wrong", request=request)
            assert refused.value.field == "old"
        for given in ("wrong", PASSWORD):
            with pytest.raises(Refused) as refused:
                check_own_password(actor=user, given=given, request=request)
            assert refused.value.field == "old"
        opens = timezone.localtime(timezone.now() + LOCK)
        times = [f"{opens - datetime.timedelta(minutes=late):%H:%M}" for late in (0, 1)]
        assert refused.value.params["time"] in times
        rows = AuditRecord.objects.filter(act="proof_failed")
        assert [(row.actor, row.object_id) for row in rows] == [(user, str(user.pk))] * 6


class TestSessions:
    @pytest.fixture
    def request_of_browser(self) -> HttpRequest:
        request = RequestFactory().get("/", HTTP_USER_AGENT="x\0" + "y" * 300, REMOTE_ADDR=HERE)
        request.session = SessionStore()
        return request

    @pytest.fixture
    def session(self, user: User, clock: Clock, request_of_browser: HttpRequest) -> UserSession:
        return begin_session(request=request_of_browser, user=user)

    def test_it_notes_from_where_and_with_what(
        self, session: UserSession, request_of_browser: HttpRequest, user: User
    ) -> None:
        assert (session.address, session.agent) == (HERE, "x" + "y" * 198)
        assert session_of(request_of_browser) == session
        request_of_browser.session = SessionStore()
        begin_session(request=request_of_browser, user=user)
        former = AuditRecord.objects.get(act="end_session")
        assert (former.actor, former.facts["why"]) == (user, "elsewhere")

    def test_a_request_without_a_key_has_none(self, session: UserSession) -> None:
        stranger = RequestFactory().get("/")
        stranger.session = SessionStore()
        assert session_of(stranger) is None

    def test_it_ends_after_its_time_and_not_before(
        self, session: UserSession, user: User, clock: Clock, settings: Any
    ) -> None:
        settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS = 30, 12
        begun = clock.moment
        clock.moment = begun + datetime.timedelta(minutes=30)
        assert over(session, user) is None
        clock.moment += SECOND
        assert over(session, user) == End.IDLE
        session.seen_at = clock.moment = begun + datetime.timedelta(hours=12)
        assert over(session, user) is None
        session.seen_at = clock.moment = clock.moment + SECOND
        assert over(session, user) == End.EXPIRED

    def test_what_is_done_is_noted_once_a_minute_and_for_oneself(
        self, session: UserSession, clock: Clock, request_of_browser: HttpRequest
    ) -> None:
        begun = clock.moment
        other = RequestFactory().get("/")
        other.session = SessionStore()
        others = begin_session(request=other, user=make_user("other"))
        clock.moment = begun + datetime.timedelta(seconds=59)
        note_seen(session)
        session.refresh_from_db()
        assert session.seen_at == begun
        clock.moment += SECOND
        note_seen(session)
        session.refresh_from_db()
        others.refresh_from_db()
        assert (session.seen_at, others.seen_at) == (clock.moment, begun)
        UserSession.objects.filter(pk=session.pk).update(ended_at=clock.moment, ended_by=End.ENDED)
        clock.moment += datetime.timedelta(minutes=2)
        note_seen(session)
        session.refresh_from_db()
        assert session.seen_at < clock.moment

    def test_a_proof_is_fresh_for_its_minutes(
        self, session: UserSession, clock: Clock, settings: Any
    ) -> None:
        settings.FRESH_PROOF_MINUTES = 10
        clock.moment += datetime.timedelta(minutes=10)
        assert is_fresh(session)
        clock.moment += SECOND
        assert not is_fresh(session)
        settings.FRESH_PROOF_MINUTES = 0
        assert is_fresh(session)


class TestGate:
    def test_a_password_counts_whole_days_and_never_below_none(self, clock: Clock, settings: Any) -> None:
        settings.PASSWORD_DAYS = 90
        user = User(password_set_at=clock.moment - datetime.timedelta(days=80, hours=1))
        assert days_left(user) == 10
        user.password_set_at = clock.moment - datetime.timedelta(days=95)
        assert days_left(user) == 0
        settings.PASSWORD_DAYS = 0
        assert days_left(user) is None

    @pytest.mark.parametrize(
        ("method", "headers", "back"),
        [
            ("get", {}, "/claims/?page=2"),
            ("head", {}, "/claims/?page=2"),
            ("get", {"HX-Request": "true", "HX-Current-URL": "http://testserver/claims/"}, "/claims/"),
            ("post", {"Referer": "http://testserver/insured/?q=1"}, "/insured/?q=1"),
            ("post", {"Referer": "http://testserver/insured/"}, "/insured/"),
            ("post", {"Referer": "http://evil.example/insured/"}, ""),
            ("post", {}, ""),
        ],
    )
    def test_the_way_back_is_the_page_one_was_on(
        self, method: str, headers: dict[str, str], back: str
    ) -> None:
        request = getattr(RequestFactory(), method)("/claims/?page=2", headers=headers)
        assert way_back(request) == back

    def test_a_fragment_sends_its_page(self) -> None:
        plain = to_page(RequestFactory().get("/"), "access:login", next="/claims/", why="")
        assert (plain.status_code, plain.headers["Location"]) == (302, "/sign-in/?next=%2Fclaims%2F")
        part = to_page(RequestFactory().get("/", headers={"HX-Request": "true"}), "access:login")
        assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/sign-in/")
