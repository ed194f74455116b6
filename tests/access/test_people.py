"""People: made, changed, disabled; their pages, the list of them, and the first two of a new system."""

import datetime
import re
from io import BytesIO, StringIO

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from demo.posts import give_post
from jincheng_insurance.access.grants import propose_grant
from jincheng_insurance.access.locks import unlock
from jincheng_insurance.access.master_data import rename_insurer
from jincheng_insurance.access.models import Grant, User
from jincheng_insurance.access.people import (
    change_person,
    disable_person,
    enable_person,
    issue_password,
    make_first_people,
    make_person,
)
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.access.second_factors import reset_second_factor
from jincheng_insurance.access.sessions import end_sessions_of
from jincheng_insurance.audit.models import AuditRecord
from tests.world import World, make_user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def usernames(client: Client, query: str) -> list[str]:
    return [person.username for person in client.get(f"/people/?{query}").context["page"]]


def test_a_new_person_signs_in_with_the_temporary_password_and_may_do_nothing(world: World) -> None:
    client = signed_in(world.own[Role.ADMINISTRATOR])
    facts = {"username": "wangxin", "name": "王新", "unit": "财政局"}
    answer = client.post("/people/new/", facts)
    password = answer.context["issued"].password
    assert password in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    person = User.objects.get(username="wangxin")
    assert person.check_password(password)
    assert person.must_change_password
    assert not person.active_grants
    assert password not in str(list(AuditRecord.objects.values_list("facts", "reason")))
    assert client.post("/people/new/", facts | {"username": "WangXin"}).status_code == 422


@pytest.mark.parametrize("username", ["", "a b", "a/b", "a" * 61, "13835600001"])
def test_a_user_name_that_is_none_is_sent_back(world: World, username: str) -> None:
    client = signed_in(world.own[Role.ADMINISTRATOR])
    answer = client.post("/people/new/", {"username": username, "name": "王新", "unit": "财政局"})
    assert answer.status_code == 422
    assert not User.objects.filter(username=username).exists()


def test_a_name_holds_no_number_and_a_user_name_is_kept_as_it_is_typed_to_sign_in(world: World) -> None:
    client = signed_in(world.own[Role.ADMINISTRATOR])
    facts = {"username": "ｗａｎｇｘｉｎ", "name": "王新 140524194408101452", "unit": "财政局"}
    answer = client.post("/people/new/", facts)
    assert (answer.status_code, "name" in answer.context["form"].errors) == (422, True)
    client.post("/people/new/", facts | {"name": "王新"})
    assert User.objects.filter(username="wangxin").exists()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"username": "a b"}, "username"),
        ({"username": "ADJUSTER"}, "username"),
        ({"username": "u140524194408101452"}, "username"),
        ({"name": " "}, "name"),
        ({"name": "13835600001"}, "name"),
        ({"unit": "财政局 13835600001"}, "unit"),
    ],
)
def test_what_is_wrong_with_a_new_person_is_said_at_its_field(
    world: World, facts: dict[str, str], field: str
) -> None:
    make_user("adjuster")
    admin = world.own[Role.ADMINISTRATOR]
    good = {"username": "wangxin", "name": "王新", "unit": "财政局"}
    with pytest.raises(Refused) as refused:
        make_person(**(good | facts), actor=admin)
    assert refused.value.field == field
    if field != "username":
        with pytest.raises(Refused) as refused:
            change_person(person=admin, **({"name": "王新", "unit": "财政局"} | facts), actor=admin)
        assert refused.value.field == field


def test_a_new_person_is_kept_with_name_and_unit_and_a_password_to_read_out(world: World) -> None:
    issued = make_person(
        username="wangxin", name=" 王新 ", unit=" 财政局 ", actor=world.own[Role.ADMINISTRATOR]
    )
    person = User.objects.get(username="wangxin")
    assert (person, person.display_name, person.unit) == (issued.person, "王新", "财政局")
    assert re.fullmatch(r"[A-Z][a-z]{3}(-[a-z]{4}){2}-[2-9]{4}", issued.password)
    assert not set(issued.password.lower()) & set("lo01")
    assert person.check_password(issued.password)


def test_the_first_two_are_made_for_posts_that_nobody_holds_who_can_sign_in(world: World) -> None:
    usernames = {Role.ADMINISTRATOR: "guanli", Role.SECURITY_OFFICER: "anquan"}
    with pytest.raises(Refused):
        make_first_people(usernames=usernames)
    keepers = Grant.objects.filter(role=Role.ADMINISTRATOR).values("user")
    User.objects.filter(pk__in=keepers).update(is_active=False)
    (issued,) = make_first_people(usernames=usernames)
    assert (issued.person.username, issued.person.display_name) == ("guanli", Role.ADMINISTRATOR.label)
    assert issued.person.check_password(issued.password)
    assert [grant.role for grant in issued.person.active_grants] == [Role.ADMINISTRATOR]


def test_disabling_signs_out_with_the_next_request_and_enabling_lets_in_again(world: World) -> None:
    officer, admin = world.own[Role.COUNTY_OFFICER], world.own[Role.ADMINISTRATOR]
    client = signed_in(officer)
    assert client.get("/insured/").status_code == 200
    disable_person(person=officer, reason="调离", actor=admin)
    assert reverse("access:login") in client.get("/insured/")["Location"]
    assert not officer.sessions.filter(ended_at=None).exists()
    with pytest.raises(Refused, match="已经停用"):
        disable_person(person=officer, reason="再次", actor=admin)
    with pytest.raises(Refused, match="停用"):
        issue_password(person=officer, actor=admin)
    enable_person(person=officer, reason="返岗", actor=admin)
    assert signed_in(officer).get("/insured/").status_code == 200
    with pytest.raises(Refused, match="没有停用"):
        enable_person(person=officer, reason="再次", actor=admin)


def test_ending_a_post_counts_from_the_next_request(world: World) -> None:
    officer = world.own[Role.COUNTY_OFFICER]
    client = signed_in(officer)
    assert client.get("/insured/").status_code == 200
    Grant.objects.filter(user=officer).update(ended_at=timezone.now())
    assert client.get("/insured/").status_code == 403


def test_an_administrator_neither_disables_nor_resets_themselves(world: World) -> None:
    admin = world.own[Role.ADMINISTRATOR]
    make_user("second-admin", Role.ADMINISTRATOR)
    with pytest.raises(Refused, match="本人"):
        disable_person(person=admin, reason="误操作", actor=admin)
    with pytest.raises(Refused, match="本人"):
        issue_password(person=admin, actor=admin)


def test_nobody_alone_takes_an_account_over(world: World) -> None:
    """Passwords are the administrator's, second factors and sessions the security officer's."""
    officer = world.own[Role.COUNTY_OFFICER]
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(PermissionDenied):
            issue_password(person=officer, actor=world.own[role])
    for role in set(Role) - {Role.SECURITY_OFFICER}:
        with pytest.raises(PermissionDenied):
            reset_second_factor(person=officer, reason="手机丢失", actor=world.own[role])
        with pytest.raises(PermissionDenied):
            unlock(user=officer, actor=world.own[role])
    with pytest.raises(PermissionDenied):
        end_sessions_of(user=officer, actor=world.own[Role.ADMINISTRATOR])


def test_a_correction_is_on_record_with_before_and_after_and_none_without_a_change(world: World) -> None:
    officer, admin = world.own[Role.COUNTY_OFFICER], world.own[Role.ADMINISTRATOR]
    officer = User.objects.get(pk=officer.pk)
    change_person(person=officer, name=officer.display_name, unit="乡村振兴中心", actor=admin)
    change_person(person=officer, name=officer.display_name, unit="乡村振兴中心", actor=admin)
    (row,) = AuditRecord.objects.filter(act="change_person")
    assert row.facts == {"unit": ["", "乡村振兴中心"]}


def test_people_are_found_by_name_post_place_and_state(world: World) -> None:
    client = signed_in(world.own[Role.AUDITOR])
    make_user("gone", active=False)
    waits = make_user("waits")
    propose_grant(
        person=waits,
        role=Role.COUNTY_OFFICER,
        region=world.own.county,
        insurer=None,
        starts_on=timezone.localdate(),
        ends_on=None,
        reason="任职",
        actor=world.own[Role.ADMINISTRATOR],
    )
    county, insurer = world.own.county.pk, world.own.insurer.pk
    assert usernames(client, "q=PAYER") == ["140524-payer", "140581-payer"]
    assert usernames(client, f"county={county}") == ["140524-county_finance", "140524-county_officer"]
    assert usernames(client, f"insurer={insurer}&role=adjuster") == ["140524-adjuster"]
    assert usernames(client, "state=disabled") == ["gone"]
    assert usernames(client, "state=waiting") == ["waits"]
    assert "waits" in usernames(client, "state=without")
    assert usernames(client, "role=nonsense") == []


def test_the_list_of_people_takes_a_few_queries_however_many_there_are(
    world: World, django_assert_max_num_queries: object
) -> None:
    client = signed_in(world.own[Role.AUDITOR])
    for number in range(30):
        make_user(f"many-{number}", Role.COUNTY_OFFICER, region=world.own.county)
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        assert client.get("/people/").status_code == 200


def test_the_workbook_names_every_post_with_who_gave_and_confirmed_it_and_is_on_record(world: World) -> None:
    client = signed_in(world.own[Role.SECURITY_OFFICER])
    answer = client.post("/people/list/?role=adjuster")
    rows = list(load_workbook(BytesIO(answer.content)).active.values)
    assert [(row[0], row[7], row[8]) for row in rows[3:]] == [
        ("140524-adjuster", "admin", "security"),
        ("140581-adjuster", "admin", "security"),
    ]
    assert AuditRecord.objects.get(act="download_list").facts["rows"] == 2


def test_an_auditor_reads_a_person_and_is_offered_nothing_to_change(world: World) -> None:
    page = signed_in(world.own[Role.AUDITOR]).get(f"/people/{world.own[Role.COUNTY_OFFICER].pk}/")
    main = page.content.decode().partition("<main")[2].partition("</main>")[0]
    assert "县级经办人员" in main
    assert "<form" not in main


def test_the_page_of_a_post_tells_the_security_officer_what_it_allows_and_takes_the_decision(
    world: World,
) -> None:
    person = make_user("new")
    grant = Grant.objects.create(
        user=person,
        role=Role.COUNTY_OFFICER,
        region=world.own.county,
        starts_on=timezone.localdate(),
        given_by=world.own[Role.ADMINISTRATOR],
    )
    client = signed_in(world.own[Role.SECURITY_OFFICER])
    assert client.get("/people/").context["waiting"] == 1
    assert str(Act.ENROL.label) in client.get(f"/posts/{grant.pk}/").content.decode()
    assert client.post(f"/posts/{grant.pk}/refuse/", {"reason": ""}).status_code == 422
    client.post(f"/posts/{grant.pk}/confirm/")
    grant.refresh_from_db()
    assert grant.standing == "held"
    assert "已不在待确认状态" in client.post(f"/posts/{grant.pk}/confirm/", follow=True).content.decode()


def test_the_first_two_people_are_made_on_the_console_once(db: None) -> None:
    names = {"administrator": "chief", "security_officer": "guard"}
    out = StringIO()
    call_command("create_first_people", **names, stdout=out)
    chief, guard = User.objects.get(username="chief"), User.objects.get(username="guard")
    assert (chief.roles, guard.roles) == ({Role.ADMINISTRATOR}, {Role.SECURITY_OFFICER})
    password = out.getvalue().splitlines()[0].rpartition(" ")[2]
    assert chief.check_password(password)
    assert chief.must_change_password
    acts = AuditRecord.objects.filter(act="make_first_person")
    assert [(row.actor, row.address, row.object_id) for row in acts.order_by("id")] == [
        (None, None, str(chief.pk)),
        (None, None, str(guard.pk)),
    ]
    with pytest.raises(CommandError):
        call_command("create_first_people", **names, stdout=out)


def test_a_post_that_nobody_holds_any_more_is_made_anew_on_the_console(world: World) -> None:
    Grant.objects.filter(role=Role.SECURITY_OFFICER).update(ended_at=timezone.now())
    out = StringIO()
    call_command("create_first_people", administrator="x", security_officer="guard", stdout=out)
    assert User.objects.get(username="guard").roles == {Role.SECURITY_OFFICER}
    assert not User.objects.filter(username="x").exists()


def test_an_insurer_is_renamed_with_a_reason_and_to_no_other_s_name(world: World) -> None:
    insurer, admin = world.own.insurer, world.own[Role.ADMINISTRATOR]
    with pytest.raises(Refused, match="已有"):
        rename_insurer(insurer=insurer, name=world.foreign.insurer.name, reason="更名", actor=admin)
    rename_insurer(insurer=insurer, name="太行财险", reason="更名批复", actor=admin)
    insurer.refresh_from_db()
    assert insurer.name == "太行财险"
    assert AuditRecord.objects.get(act="rename_insurer").facts == {"insurer": ["保险公司A", "太行财险"]}
    with pytest.raises(PermissionDenied):
        rename_insurer(insurer=insurer, name="他名", reason="更名", actor=world.own[Role.SECURITY_OFFICER])


def test_django_s_admin_is_not_part_of_the_product() -> None:
    """It would bring rights, deletions and a record of its own (decision 15)."""
    assert not apps.is_installed("django.contrib.admin")


def test_a_post_that_begins_later_holds_from_its_day_on(world: World) -> None:
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    grant = give_post(make_user("later"), Role.CITY_FINANCE, starts_on=tomorrow)
    assert (grant.standing, grant.user.active_grants) == ("coming", ())
