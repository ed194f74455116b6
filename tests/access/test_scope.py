"""Row scope fails closed: who holds no grant in force sees no row, and nothing of the other party's people is read in
any page."""

import datetime
import re
from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from django.utils import timezone

from demo.posts import give_post
from enrollment.models import Agreement, InsuredHousehold, RosterHousehold
from jincheng_insurance.access.models import Grant, User
from jincheng_insurance.access.roles import ACTS_OF, COUNTY_ROLES, INSURER_ROLES, Act, Role
from jincheng_insurance.access.scope import ScopedManager, ScopedQuerySet, access_row, place_of
from jincheng_insurance.access.sealing import masked
from jincheng_insurance.audit.models import AuditRecord
from tests.access.looks import canaries, shown_wrongly
from tests.access.table import ANONYMOUS, LINES
from tests.access.town import Side, Town, Undone, loaded, text_of
from tests.world import make_user

SCOPED = [model for model in apps.get_models() if hasattr(model, "scope")]
UNSCOPED = [model for model in apps.get_models() if not hasattr(model, "scope")]
GETS = [line for line in LINES if line.method == "GET"]
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _undone(town: Town) -> Iterator[None]:
    with Undone():
        yield


def nobody(town: Town) -> AnonymousUser:
    return AnonymousUser()


def without_grants(town: Town) -> User:
    return make_user("stranger")


def superuser_without_grants(town: Town) -> User:
    user = make_user("superuser")
    user.is_superuser = user.is_staff = True  # in memory: the database refuses such a row
    return user


def unsaved(town: Town) -> User:
    return User(username="unsaved")


def inactive(town: Town) -> User:
    User.objects.filter(pk=town.world.own[Role.AUDITOR].pk).update(is_active=False)
    return loaded(Role.AUDITOR, town)


def all_roles(town: Town, *roles: Role, **dates: datetime.date) -> User:
    """Somebody with these roles; without any, with all of the city's that go together."""
    user = make_user("all-roles")
    for role in roles or (Role.CITY_OFFICER, Role.CITY_FINANCE):
        give_post(user, role, **dates)
    return user


def expired(town: Town) -> User:
    return all_roles(town, ends_on=timezone.localdate() - DAY)


def not_begun(town: Town) -> User:
    return all_roles(town, starts_on=timezone.localdate() + DAY)


def administrator(town: Town) -> User:
    return loaded(Role.ADMINISTRATOR, town)


OUTSIDERS = [
    nobody,
    without_grants,
    superuser_without_grants,
    unsaved,
    inactive,
    expired,
    not_begun,
    administrator,
]


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
@pytest.mark.parametrize("outsider", OUTSIDERS, ids=lambda outsider: outsider.__name__)
def test_who_holds_no_grant_in_force_for_it_sees_no_row(
    town: Town, model: type[models.Model], outsider: Callable[[Town], User]
) -> None:
    assert model._default_manager.exists(), "the town has a row to hide"
    assert not ScopedQuerySet(model).visible_to(outsider(town)).exists()


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_a_grant_counts_on_its_first_and_on_its_last_day(town: Town, model: type[models.Model]) -> None:
    today = timezone.localdate()
    roles = (Role.AUDITOR,) if model is AuditRecord else ()
    user = all_roles(town, *roles, starts_on=today, ends_on=today)
    assert ScopedQuerySet(model).visible_to(user).count() == model._default_manager.count()


@pytest.mark.parametrize("model", UNSCOPED, ids=lambda model: model.__name__)
def test_a_model_that_declares_no_scope_shows_nothing_even_to_those_who_see_all(
    town: Town, model: type[models.Model]
) -> None:
    for role in Role:
        assert not ScopedQuerySet(model).visible_to(loaded(role, town)).exists()


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_a_scoped_model_is_read_through_a_manager_that_can_be_asked(model: type[models.Model]) -> None:
    assert isinstance(model._default_manager, ScopedManager)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_every_row_shown_lies_in_a_place_that_a_grant_reaches(
    town: Town, model: type[models.Model], role: Role
) -> None:
    user = loaded(role, town)
    party = town.world.own
    shown = set(ScopedQuerySet(model).visible_to(user).values_list("pk", flat=True))
    scope = model.scope  # type: ignore[attr-defined]
    for row in model._default_manager.all():
        county, insurer = place_of(row)
        if role in COUNTY_ROLES:
            second = getattr(row, f"{scope.second_county}_id") if scope.second_county else None
            reached = party.county.pk in {county, second}
        elif role in INSURER_ROLES:
            reached = insurer == party.insurer.pk
        else:
            reached = True
        assert (row.pk in shown) == (reached and scope.view in ACTS_OF[role]), row


def test_a_grant_for_one_insurer_in_one_county_reaches_that_county_alone(town: Town) -> None:
    own, foreign = town.world.own, town.world.foreign
    Agreement.objects.filter(pk=foreign.agreement.pk).update(insurer=own.insurer)
    everywhere = make_user("everywhere", Role.ADJUSTER, insurer=own.insurer)
    here = make_user("here", Role.ADJUSTER, insurer=own.insurer, region=own.county)
    counties = {household.county_id for household in InsuredHousehold.objects.visible_to(here)}
    assert counties == {own.county.pk}
    assert (
        InsuredHousehold.objects.visible_to(everywhere).count()
        > InsuredHousehold.objects.visible_to(here).count()
    )
    foreign_row = InsuredHousehold.objects.filter(county=foreign.county).first()
    assert everywhere.can(Act.HANDLE_CLAIM, on=foreign_row)
    assert not here.can(Act.HANDLE_CLAIM, on=foreign_row)


def test_two_grants_add_up_without_lending_each_other_their_acts(town: Town) -> None:
    own, foreign = town.world.own, town.world.foreign
    user = make_user("two-posts", Role.COUNTY_OFFICER, region=own.county)
    give_post(user, Role.COUNTY_FINANCE, region=foreign.county)
    seen = Agreement.objects.visible_to(user).filter(policy_year=town.world.year)
    assert set(seen) == {own.agreement, foreign.agreement}
    assert {row.county_id for row in RosterHousehold.objects.visible_to(user)} == {own.county.pk}
    assert user.can(Act.ENROL, on=own.agreement)
    assert not user.can(Act.ENROL, on=foreign.agreement)
    with pytest.raises(PermissionDenied):
        access_row(Agreement.objects.all(), user, Act.ENROL, pk=foreign.agreement.pk)


def test_a_row_out_of_scope_answers_as_one_that_does_not_exist(town: Town) -> None:
    officer = loaded(Role.COUNTY_OFFICER, town)
    for pk in (town.foreign.rows["listed"], 10**9):
        with pytest.raises(Http404):
            access_row(RosterHousehold.objects.all(), officer, Act.ENROL, pk=pk)


def test_a_queryset_without_scope_is_never_a_way_to_a_row(town: Town) -> None:
    with pytest.raises(TypeError):
        access_row(Grant.objects.all(), loaded(Role.AUDITOR, town), pk=1)


# Where names, codes and numbers stand; what else is on them is looked at by the trials of the access table.
TELLING = {
    "roster:persons",
    "roster:imports",
    "claims:list",
    "claims:claim",
    "claims:import",
    "premiums:ledger",
    "access:home",
}


def test_the_canaries_tell_the_two_parties_apart(town: Town) -> None:
    assert not canaries(town.own) & canaries(town.foreign)
    assert all(len(number) == 18 for side in (town.own, town.foreign) for number in side.id_numbers)


def test_the_canaries_are_seen_where_they_belong(town: Town) -> None:
    """Otherwise the looks for them would find nothing on empty pages."""
    city = read(town, Role.CITY_OFFICER)
    own = read(town, Role.COUNTY_OFFICER)
    for side, seen in ((town.own, own), (town.own, city), (town.foreign, city)):
        assert all(name in seen for name in side.names)
        assert all(code in seen for code in side.codes)
        assert any(masked(number) in seen for number in side.id_numbers)
    insurer = read(town, Role.ADJUSTER)
    assert all(code in insurer for code in town.own.insurers_codes)
    assert not any(code in city for code in town.own.insurers_codes)


def read(town: Town, visitor: Role) -> str:
    return "".join(
        text_of(town.visit(visitor, line.address, "GET", side, line.row))
        for line in GETS
        if line.address in TELLING
        for side in (town.own, town.foreign)
    )


def test_what_may_not_be_shown_is_found(town: Town) -> None:
    """The looks of the access table: another party's page for somebody of this one, and for a stranger."""
    line = next(line for line in GETS if line.address == "enrollment:household")
    answer = town.visit(Role.CITY_OFFICER, line.address, "GET", town.foreign, line.row)
    assert not shown_wrongly(town, Role.CITY_OFFICER, line.address, answer)
    for visitor in (Role.COUNTY_OFFICER, Role.ADMINISTRATOR, ANONYMOUS):
        assert shown_wrongly(town, visitor, line.address, answer) & canaries(town.foreign)
    answer.content += f"<p>{town.own.id_numbers[0]} Cover</p>".encode()
    assert shown_wrongly(town, Role.CITY_OFFICER, line.address, answer) == {town.own.id_numbers[0], "Cover"}


def test_the_search_for_a_person_does_not_tell_a_foreign_number_from_an_unknown_one(town: Town) -> None:
    answers = []
    for number in (str(town.foreign.posted["claims:find"]["id_number"]), "140524194910011233"):
        side = Side(town.own.party, {}, [], [], [], {"claims:find": {"id_number": number}})
        answer = town.visit(Role.ADJUSTER, "claims:find", "POST", side)
        assert answer.status_code == 422
        assert number not in repr(answer.headers)
        answers.append(answer.content.decode().replace(number, "the number"))
    first, second = (
        re.sub(r'(csrf-token" content=|csrfmiddlewaretoken" value=)"[^"]*"', "", text) for text in answers
    )
    assert first == second
