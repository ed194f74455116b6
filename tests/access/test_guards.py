"""What a post lets somebody do: the grants in force, the acts they carry, and the guards of the views."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.apps.registry import Apps
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory
from django.utils import timezone

from demo.posts import give_post
from enrollment.models import Agreement, HouseholdMove
from jincheng_insurance.access.guards import actor_of, requires
from jincheng_insurance.access.models import ApiToken, Grant, Insurer, Region, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.access.scope import Scope, ScopedQuerySet, access_row, place_of, require
from tests.world import World, insure_person, list_household, make_user

DAY = datetime.timedelta(days=1)


def request_of(user: User | AnonymousUser) -> HttpRequest:
    request = RequestFactory().get("/somewhere/")
    request.user = user
    return request


Page = Callable[..., HttpResponseBase]


@pytest.fixture
def page() -> Page:
    """A page for county officers and adjusters."""

    def shown(request: HttpRequest, pk: int, *, part: str = "") -> HttpResponse:
        """What the page shows."""
        return HttpResponse(f"{actor_of(request)} {pk} {part}")

    return requires(Act.ENROL, Act.HANDLE_CLAIM)(shown)


@pytest.mark.django_db
class TestGuards:
    @pytest.mark.parametrize("role", [Role.COUNTY_OFFICER, Role.ADJUSTER])
    def test_whoever_holds_one_of_the_acts_gets_the_page_as_the_view_made_it(
        self, world: World, page: Page, role: Role
    ) -> None:
        answer = page(request_of(world.own[role]), 7, part="b")
        assert isinstance(answer, HttpResponse)
        assert (answer.status_code, answer.content.decode()) == (200, f"{world.own[role]} 7 b")

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.COUNTY_FINANCE, Role.REVIEWER])
    def test_whoever_holds_none_of_them_is_refused(self, world: World, page: Page, role: Role) -> None:
        with pytest.raises(PermissionDenied, match=r"^enrol is not granted$"):
            page(request_of(world.own[role]), 7)

    def test_a_stranger_is_sent_to_sign_in(self, page: Page) -> None:
        answer = page(request_of(AnonymousUser()), 7)
        assert answer.status_code == 302
        assert answer.headers["Location"].endswith("?next=%2Fsomewhere%2F")

    def test_a_guarded_view_keeps_its_name(self, page: Page) -> None:
        assert (page.__name__, page.__doc__) == ("shown", "What the page shows.")

    def test_a_view_without_its_guard_does_not_take_a_stranger_for_somebody(self) -> None:
        with pytest.raises(TypeError, match=r"^this view is for signed-in users$"):
            actor_of(request_of(AnonymousUser()))


@pytest.mark.django_db
class TestGrants:
    @pytest.mark.parametrize(
        ("starts", "ends", "holds"),
        [
            (0, None, True),
            (0, 0, True),
            (-5, 0, True),
            (-5, 5, True),
            (1, None, False),
            (-5, -1, False),
        ],
    )
    def test_a_grant_is_in_force_from_its_first_to_its_last_day(
        self, world: World, starts: int, ends: int | None, holds: bool
    ) -> None:
        today = timezone.localdate()
        user = make_user("somebody")
        grant = give_post(
            user,
            Role.AUDITOR,
            starts_on=today + starts * DAY,
            ends_on=None if ends is None else today + ends * DAY,
        )
        assert user.active_grants == ((grant,) if holds else ())
        assert user.roles == ({Role.AUDITOR} if holds else set())
        assert user.can(Act.VIEW_AUDIT) is holds
        assert user.grants_for(Act.VIEW_AUDIT) == ([grant] if holds else [])
        assert not user.can(Act.ENROL)
        assert not user.grants_for(Act.ENROL)

    def test_the_posts_of_others_lend_nothing(self, world: World) -> None:
        assert make_user("somebody").active_grants == ()

    def test_grants_are_read_once_for_each_loaded_user(
        self, world: World, django_assert_num_queries: Any
    ) -> None:
        officer = User.objects.get(pk=world.own[Role.COUNTY_OFFICER].pk)
        with django_assert_num_queries(1):
            assert officer.can(Act.ENROL)
            assert officer.active_grants[0].region == world.own.county

    def test_a_user_keeps_of_the_grants_only_those_that_are_their_own(self, world: World) -> None:
        user = make_user("both", Role.ADJUSTER, Role.REVIEWER, insurer=world.own.insurer)
        (foreign,) = world.foreign[Role.ADJUSTER].active_grants
        kept = next(grant for grant in user.active_grants if grant.role == Role.ADJUSTER)
        user.keep_grants([kept, foreign])
        assert user.active_grants == (kept,)
        assert user.can(Act.HANDLE_CLAIM)
        assert not user.can(Act.APPROVE_CLAIM)

    @pytest.mark.parametrize(
        ("region", "insurer", "reached"),
        [
            (None, None, {(1, 1), (1, 2), (2, 1), (2, 2), (None, None)}),
            (1, None, {(1, 1), (1, 2)}),
            (None, 1, {(1, 1), (2, 1)}),
            (1, 1, {(1, 1)}),
        ],
    )
    def test_a_grant_covers_the_rows_of_its_county_and_insurer(
        self, region: int | None, insurer: int | None, reached: set[tuple[int | None, int | None]]
    ) -> None:
        grant = Grant(region_id=region, insurer_id=insurer)
        places = [(1, 1), (1, 2), (2, 1), (2, 2), (None, None)]
        assert {place for place in places if grant.covers(*place)} == reached

    def test_an_act_on_a_row_is_granted_where_the_row_lies(self, world: World) -> None:
        own, foreign = world.own, world.foreign
        for actor in (own[Role.COUNTY_OFFICER], own[Role.ADJUSTER]):
            act = Act.ENROL if actor.can(Act.ENROL) else Act.HANDLE_CLAIM
            assert actor.can(act, on=own.agreement)
            assert not actor.can(act, on=foreign.agreement)
            require(actor, act, own.agreement)
            with pytest.raises(PermissionDenied, match=f"^{act.value} is not granted$"):
                require(actor, act, foreign.agreement)

    def test_a_stranger_is_granted_nothing(self) -> None:
        with pytest.raises(PermissionDenied):
            require(AnonymousUser(), Act.VIEW_SCHEME)

    def test_names_say_who_and_where(self, world: World) -> None:
        own = world.own
        role = Role.ADJUSTER.label
        assert str(own[Role.ADJUSTER].active_grants[0]) == f"{role} · {own.insurer.name}"
        assert str(own[Role.COUNTY_OFFICER].active_grants[0]).endswith(" · 陵川县")
        assert str(own[Role.AUDITOR].active_grants[0]) == str(Role.AUDITOR.label)
        assert (str(User(username="a")), str(User(username="a", display_name="王"))) == ("a", "王")
        assert (str(Region(name="陵川县")), str(Insurer(name="甲"))) == ("陵川县", "甲")
        assert str(ApiToken(name="理赔系统")) == "理赔系统"


@pytest.mark.django_db
class TestRows:
    def test_a_list_shows_what_lies_in_a_post_s_place(self, world: World) -> None:
        own, foreign = world.own, world.foreign
        rows = Agreement.objects.filter(policy_year=world.year)
        everything = {own.agreement, foreign.agreement}
        here = make_user("here", Role.ADJUSTER, insurer=own.insurer, region=own.county)
        elsewhere = make_user("elsewhere", Role.ADJUSTER, insurer=own.insurer, region=foreign.county)
        both = make_user("both")
        for county, role in ((own.county, Role.COUNTY_OFFICER), (foreign.county, Role.COUNTY_FINANCE)):
            give_post(both, role, region=county)
        for actor, seen in (
            (AnonymousUser(), set()),
            (own[Role.ADMINISTRATOR], set()),
            (own[Role.AUDITOR], everything),
            (own[Role.COUNTY_OFFICER], {own.agreement}),
            (foreign[Role.REVIEWER], {foreign.agreement}),
            (here, {own.agreement}),
            (elsewhere, set()),
            (both, everything),
        ):
            assert set(rows.visible_to(actor)) == seen, actor
        assert not ScopedQuerySet(Grant).visible_to(own[Role.AUDITOR]).exists()
        assert set(Agreement.objects.visible_to(own[Role.COUNTY_OFFICER])) == {own.agreement}

    def test_a_move_is_seen_in_both_counties_and_by_no_insurer(self, world: World) -> None:
        own, foreign = world.own, world.foreign
        household = list_household(own)
        move = HouseholdMove.objects.create(
            household=household,
            from_county=own.county,
            to_county=foreign.county,
            reason="迁居",
            asked_by=own[Role.COUNTY_OFFICER],
        )
        third = make_user("third", Role.COUNTY_OFFICER, region=Region.objects.get(code="140502"))
        for actor, seen in (
            (own[Role.COUNTY_OFFICER], {move}),
            (foreign[Role.COUNTY_OFFICER], {move}),
            (own[Role.CITY_OFFICER], {move}),
            (third, set()),
            (own[Role.COUNTY_FINANCE], set()),
            (own[Role.ADJUSTER], set()),
        ):
            assert set(HouseholdMove.objects.visible_to(actor)) == seen, actor

    def test_a_list_is_open_to_an_act_where_the_post_that_carries_it_is(self, world: World) -> None:
        own, foreign = world.own, world.foreign
        rows = Agreement.objects.filter(policy_year=world.year)
        both = make_user("both")
        give_post(both, Role.COUNTY_OFFICER, region=own.county)
        give_post(both, Role.COUNTY_FINANCE, region=foreign.county)
        two_insurers = make_user("two-insurers")
        for party in (own, foreign):
            give_post(two_insurers, Role.ADJUSTER, insurer=party.insurer)
        for actor, act, found in (
            (AnonymousUser(), Act.ENROL, set()),
            (own[Role.COUNTY_OFFICER], Act.ENROL, {own.agreement}),
            (own[Role.COUNTY_OFFICER], Act.HANDLE_CLAIM, set()),
            (own[Role.ADJUSTER], Act.HANDLE_CLAIM, {own.agreement}),
            (both, Act.ENROL, {own.agreement}),
            (two_insurers, Act.HANDLE_CLAIM, {own.agreement, foreign.agreement}),
        ):
            assert set(rows.open_to(actor, act)) == found, (actor, act)
            assert set(Agreement.objects.open_to(actor, act)) == found, (actor, act)
        assert not ScopedQuerySet(Grant).open_to(own[Role.AUDITOR], Act.VIEW_PREMIUM).exists()
        assert set(rows.visible_to(both)) == {own.agreement, foreign.agreement}
        with pytest.raises(PermissionDenied):
            access_row(rows, both, Act.ENROL, pk=foreign.agreement.pk)

    def test_the_second_county_of_a_move_reads_it_and_does_nothing_to_it(self, world: World) -> None:
        own, foreign = world.own, world.foreign
        move = HouseholdMove.objects.create(
            household=list_household(own),
            from_county=own.county,
            to_county=foreign.county,
            reason="迁居",
            asked_by=own[Role.COUNTY_OFFICER],
        )
        opened = [
            set(HouseholdMove.objects.open_to(party[Role.COUNTY_OFFICER], Act.ENROL))
            for party in (own, foreign)
        ]
        assert opened == [{move}, set()]

    def test_what_names_no_insurer_is_shown_to_none(self, world: World) -> None:
        class Ledger(models.Model):  # noqa: DJ008 (never shown)
            scope = Scope(Act.VIEW_PREMIUM, county="id")

            class Meta:
                app_label = "access"
                managed = False
                db_table = "access_region"
                apps = Apps()

        rows = ScopedQuerySet(Ledger)
        assert not rows.visible_to(world.own[Role.REVIEWER]).exists()
        assert [row.pk for row in rows.visible_to(world.own[Role.COUNTY_OFFICER])] == [world.own.county.pk]
        both = make_user("both")
        give_post(both, Role.REVIEWER, insurer=world.own.insurer)
        give_post(both, Role.COUNTY_FINANCE, region=world.own.county)
        assert [row.pk for row in rows.visible_to(both)] == [world.own.county.pk]
        assert place_of(Ledger(pk=7)) == (7, None)

    def test_a_row_is_found_by_what_names_it_and_by_the_act(self, world: World) -> None:
        own, foreign = world.own.agreement, world.foreign.agreement
        officer = world.own[Role.COUNTY_OFFICER]
        rows = Agreement.objects.all()
        assert access_row(rows, officer, pk=own.pk) == own
        assert access_row(rows, officer, Act.ENROL, number=own.number) == own
        with pytest.raises(PermissionDenied):
            access_row(rows, officer, Act.HANDLE_CLAIM, pk=own.pk)
        for hidden in (foreign.pk, 0):
            with pytest.raises(Http404):
                access_row(rows, officer, Act.HANDLE_CLAIM, pk=hidden)
        with pytest.raises(TypeError, match=r"^Grant has no row scope$"):
            access_row(Grant.objects.all(), officer, pk=1)  # type: ignore[type-var]

    def test_a_row_s_place_is_found_however_far_it_lies(self, world: World) -> None:
        person = insure_person(world.own)
        place = (world.own.county.pk, world.own.insurer.pk)
        assert place_of(world.own.agreement) == place
        assert place_of(person) == place
        assert place_of(person.insured_household) == place
        with pytest.raises(TypeError, match=r"^Grant declares no scope$"):
            place_of(Grant())


def test_a_refusal_says_what_is_wrong_with_its_facts() -> None:
    plain = Refused("100 % is too much", field="rate")
    assert (str(plain), plain.field, plain.rule, plain.params) == ("100 % is too much", "rate", "", {})
    filled = Refused("%(most)s at most", rule="R25", most=20)
    assert (str(filled), filled.field, filled.rule, filled.params) == (
        "20 at most",
        None,
        "R25",
        {"most": 20},
    )
    assert filled.args == ("%(most)s at most",)
