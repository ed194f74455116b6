"""One household entered by a clerk: found by code or number, members ticked, everything written together."""

import datetime
import threading
from collections.abc import Iterable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from enrollment.models import InsuredHousehold, InsuredPerson, PayeeAccount, RosterHousehold, RosterPerson
from enrollment.selectors import current_policy_year, identity_place, telephone_place
from enrollment.services.entry import EntryRefused, MemberEntry, enrol_entry
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import unseal
from jincheng_insurance.audit.models import AuditRecord
from tests.world import World, account_facts, add_newborn, list_household, second_officer


def members_of(household: RosterHousehold) -> list[RosterPerson]:
    return list(household.persons.order_by("id"))


def enter(world: World, household: RosterHousehold, members: Iterable[MemberEntry], **changes: object):  # type: ignore[no-untyped-def]
    values = {
        "agreement": world.own.agreement,
        "household": household,
        "cover_from": datetime.date(world.year.year, 1, 1),
        "members": list(members),
        "actor": world.own[Role.COUNTY_OFFICER],
    }
    return enrol_entry(**values | changes)  # type: ignore[arg-type]


def signed_in(world: World) -> Client:
    client = Client()
    client.force_login(world.own[Role.COUNTY_OFFICER])
    return client


def posted(household: RosterHousehold, **changes: str) -> dict[str, str]:
    """The form as the page sends it, all members ticked."""
    data = {"cover_from": f"{current_policy_year().year}-01-01"}
    for member in members_of(household):
        data |= {f"m{member.pk}-enrol": "on", f"m{member.pk}-basic_insurance": "resident"}
    return data | changes


def test_only_the_ticked_are_enrolled_with_what_was_entered(world: World) -> None:
    household = list_household(world.own, persons=3, basic_insurance="unknown")
    head, other, left_out = members_of(household)
    facts = account_facts(head)
    insured = enter(
        world,
        household,
        [
            MemberEntry(head.pk, "employee", "13812345678", facts),
            MemberEntry(other.pk, "resident"),
        ],
    )
    assert set(insured.persons.values_list("roster_person", "basic_insurance")) == {
        (head.pk, "employee"),
        (other.pk, "resident"),
    }
    head.refresh_from_db()
    left_out.refresh_from_db()
    assert unseal(bytes(head.telephone_sealed or b""), telephone_place(head.pk)) == "13812345678"
    assert (head.basic_insurance, left_out.basic_insurance) == ("employee", "unknown")
    account = head.accounts.get()
    assert account.state == PayeeAccount.State.PROPOSED
    record = AuditRecord.objects.get(act="change_member", object_id=str(head.pk))
    assert record.facts == {"basic_insurance": ["unknown", "employee"], "telephone": ["—", "138****5678"]}


def test_one_wrong_member_leaves_nothing_behind(world: World) -> None:
    household = list_household(world.own, persons=2, basic_insurance="unknown")
    head, other = members_of(household)
    wrong = account_facts(other, holder_name="别人")
    with pytest.raises(EntryRefused) as refusal:
        enter(
            world,
            household,
            [MemberEntry(head.pk, "resident", "13812345678"), MemberEntry(other.pk, "resident", "", wrong)],
        )
    assert refusal.value.person_id == other.pk
    assert not InsuredHousehold.objects.filter(roster_household=household).exists()
    assert not InsuredPerson.objects.filter(roster_person__in=(head, other)).exists()
    head.refresh_from_db()
    assert (head.basic_insurance, head.telephone_sealed) == ("unknown", None)
    assert not AuditRecord.objects.filter(act__in=("enrol_household", "change_member")).exists()


def test_cover_before_the_listing_is_refused(world: World) -> None:
    household = list_household(world.own, category="MARGINAL", listed_on=datetime.date(world.year.year, 6, 1))
    entries = [MemberEntry(member.pk, "resident") for member in members_of(household)]
    with pytest.raises(Refused) as refusal:
        enter(world, household, entries, cover_from=datetime.date(world.year.year, 5, 31))
    assert refusal.value.rule == "R2"
    insured = enter(world, household, entries, cover_from=datetime.date(world.year.year, 6, 1))
    assert insured.persons.count() == 2


def test_nobody_and_somebody_elses_member_are_refused(world: World) -> None:
    household, other = list_household(world.own), list_household(world.own)
    with pytest.raises(Refused, match="勾选"):
        enter(world, household, [])
    with pytest.raises(Refused) as refusal:
        enter(world, household, [MemberEntry(members_of(other)[0].pk, "resident")])
    assert refusal.value.rule == "R2"


def test_a_newborn_is_covered_from_birth(world: World) -> None:
    household = list_household(world.own, persons=1)
    child = add_newborn(world.own, household)
    insured = enter(
        world, household, [MemberEntry(member.pk, "resident") for member in members_of(household)]
    )
    assert insured.persons.get(roster_person=child).cover_from == max(insured.cover_from, child.birth_date)
    assert insured.persons.exclude(roster_person=child).get().cover_from == insured.cover_from


def test_the_page_saves_and_leads_to_the_next_search(world: World) -> None:
    household = list_household(world.own, persons=2)
    head, other = members_of(household)
    data = posted(
        household,
        **{
            f"m{head.pk}-telephone": " １３８ １２３４ ５６７８ ",
            f"m{head.pk}-bank_name": "晋城农商银行",
            f"m{head.pk}-number": "６２２８ 4804 0256 4890 018",
        },
    )
    del data[f"m{other.pk}-enrol"]
    client = signed_in(world)
    answer = client.post(reverse("enrollment:enrol_household", args=[household.pk]), data, follow=True)
    assert answer.redirect_chain == [(reverse("enrollment:find_household"), 302)]
    page = answer.content.decode()
    assert f"{household.code} 户：2 名成员中 1 名已参保" in page
    assert "1 个收款账户待他人复核" in page
    assert 'name="code"' in page
    assert "autofocus" in page
    assert InsuredPerson.objects.get(roster_person=head).county_id == world.own.county.pk
    assert not InsuredPerson.objects.filter(roster_person=other).exists()


def test_of_a_member_covered_later_the_page_says_so(world: World) -> None:
    household = list_household(world.own, persons=1)
    child = add_newborn(world.own, household)
    first = datetime.date(world.year.year, 1, 1)
    RosterPerson.objects.filter(pk=child.pk).update(birth_date=first + datetime.timedelta(days=1))
    address = reverse("enrollment:enrol_household", args=[household.pk])
    page = signed_in(world).post(address, posted(household), follow=True).content.decode()
    assert "2 名成员中 2 名已参保，保障自 " in page
    assert "其中 1 名自出生之日起" in page


def test_a_refused_account_is_shown_at_its_field_and_values_are_kept(world: World) -> None:
    household = list_household(world.own, persons=1)
    (head,) = members_of(household)
    data = posted(
        household,
        **{
            f"m{head.pk}-telephone": "13812345678",
            f"m{head.pk}-bank_name": "晋城农商银行",
            f"m{head.pk}-number": "6228480402564890018",
            f"m{head.pk}-holder_name": "别人",
        },
    )
    answer = signed_in(world).post(reverse("enrollment:enrol_household", args=[household.pk]), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id_m{head.pk}-relation">{head.name} 持有人身份：' in page
    assert 'value="13812345678"' in page
    assert not InsuredHousehold.objects.filter(roster_household=household).exists()


def test_of_a_member_left_out_nothing_is_asked(world: World) -> None:
    household = list_household(world.own, persons=2)
    _, other = members_of(household)
    data = posted(household, **{f"m{other.pk}-telephone": "1", f"m{other.pk}-number": "2"})
    client = signed_in(world)
    path = reverse("enrollment:enrol_household", args=[household.pk])
    assert client.post(path, data).status_code == 422
    del data[f"m{other.pk}-enrol"]
    assert client.post(path, data).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [("number", "123"), ("number", "1234567890"), ("bank_name", "银行"), ("telephone", "9")],
)
def test_half_an_account_and_a_bad_telephone_are_problems_of_their_fields(
    world: World, field: str, value: str
) -> None:
    household = list_household(world.own, persons=1)
    (head,) = members_of(household)
    answer = signed_in(world).post(
        reverse("enrollment:enrol_household", args=[household.pk]),
        posted(household, **{f"m{head.pk}-{field}": value}),
    )
    assert answer.status_code == 422
    assert 'href="#id_m' in answer.content.decode()


def test_a_household_is_found_by_code_or_number_and_each_look_by_number_is_on_record(world: World) -> None:
    household = list_household(world.own)
    head = members_of(household)[0]
    number = unseal(bytes(head.id_number_sealed or b""), identity_place(head.pk))
    client = signed_in(world)
    find, target = (
        reverse("enrollment:find_household"),
        reverse("enrollment:enrol_household", args=[household.pk]),
    )
    assert client.post(find, {"code": f" {household.code} "}).headers["Location"] == target
    assert not AuditRecord.objects.filter(act="find_household").exists()
    typed = f"{number[:6]} {number[6:14]} {number[14:]}"
    assert client.post(find, {"code": typed}).headers["Location"] == target
    record = AuditRecord.objects.get(act="find_household")
    assert record.facts == {"found": True}
    assert number not in str(record.__dict__)


def test_a_number_out_of_reach_is_as_unknown_as_one_that_does_not_exist(world: World) -> None:
    foreign = members_of(list_household(world.foreign))[0]
    number = unseal(bytes(foreign.id_number_sealed or b""), identity_place(foreign.pk))
    client = signed_in(world)
    pages = []
    for typed in (number, "11010519491231002X"):
        answer = client.post(reverse("enrollment:find_household"), {"code": typed})
        assert answer.status_code == 422
        pages.append(answer.content.decode().replace(typed, ""))
    assert pages[0].count("名册中没有此编号") == pages[1].count("名册中没有此编号") == 2
    assert [record.facts for record in AuditRecord.objects.filter(act="find_household")] == [
        {"found": False},
        {"found": False},
    ]


def test_a_number_that_cannot_be_right_is_said_to_be_so(world: World) -> None:
    answer = signed_in(world).post(reverse("enrollment:find_household"), {"code": "110105194912310021"})
    assert answer.status_code == 422
    assert "身份证号无效，请与证件逐位核对" in answer.content.decode()
    assert not AuditRecord.objects.filter(act="find_household").exists()


@pytest.mark.parametrize(("cut", "said"), [(1, "户编号为"), (0, "名册中没有此编号")])
def test_a_code_too_short_is_told_how_long_codes_are(world: World, cut: int, said: str) -> None:
    code = list_household(world.own).code
    typed = "9" * (len(code) - cut)
    page = signed_in(world).post(reverse("enrollment:find_household"), {"code": typed}).content.decode()
    assert said in page
    assert (f"您填写了 {len(typed)} 位" in page) == bool(cut)


def test_what_cannot_be_typed_is_refused_in_plain_words(world: World) -> None:
    answer = signed_in(world).post(reverse("enrollment:find_household"), {"code": "T14\x00"})
    assert answer.status_code == 422
    assert "内容含有无法识别的字符，请删除后重新填写。" in answer.content.decode()


def test_an_entry_takes_few_queries(world: World, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    household = list_household(world.own, persons=5)
    client = signed_in(world)
    path = reverse("enrollment:enrol_household", args=[household.pk])
    client.get(path)
    with django_assert_max_num_queries(16, connection=connection):
        assert client.get(path).status_code == 200


def test_two_clerks_who_enter_one_household_at_once_insure_it_once(live_world: World) -> None:
    household = list_household(live_world.own, persons=2)
    entries = [MemberEntry(member.pk, "resident") for member in members_of(household)]
    clerks = [live_world.own[Role.COUNTY_OFFICER], second_officer(live_world.own)]
    together = threading.Barrier(2)
    refused: list[str] = []

    def save(clerk: User) -> None:
        try:
            together.wait()
            enter(live_world, household, entries, actor=clerk)
        except Refused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(clerk,)) for clerk in clerks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert "已参保" in refused[0]
    assert household.insured.get().persons.count() == 2
