"""Personal numbers at rest: what is sealed opens in its own place alone, and no number stands in clear in any table."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from demo.people import SampleHousehold, make_households
from demo.workbooks import write_one_sheet, write_two_sheets
from enrollment.models import RosterHousehold, RosterImport, RosterPerson
from enrollment.selectors import identity_place, masked_identity
from enrollment.services.enrolment import enrol_county
from enrollment.services.roster import apply_import, check_import, request_apply, upload_roster
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import (
    KeyRing,
    Place,
    SealError,
    index_of,
    key_ring,
    masked,
    seal,
    unseal,
)
from tests.world import World, insure_person

NUMBER = "140524198803021234"
PLACE = Place("enrollment_rosterperson", "id_number", 7)
OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32


def test_a_sealed_value_opens_in_its_own_place() -> None:
    assert unseal(seal(NUMBER, PLACE), PLACE) == NUMBER
    assert NUMBER.encode() not in seal(NUMBER, PLACE)


def test_the_same_number_is_sealed_differently_each_time() -> None:
    assert len({seal(NUMBER, PLACE) for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("enrollment_rosterperson", "id_number", 8),
        Place("enrollment_rosterperson", "telephone", 7),
        Place("enrollment_rosterhousehold", "id_number", 7),
    ],
    ids=["another row", "another column", "another table"],
)
def test_a_sealed_value_moved_to_another_place_does_not_open(elsewhere: Place) -> None:
    sealed = seal(NUMBER, PLACE)
    with pytest.raises(SealError) as error:
        unseal(sealed, elsewhere)
    assert NUMBER not in str(error.value)


def test_a_sealed_value_with_any_one_byte_changed_does_not_open() -> None:
    sealed = seal(NUMBER, PLACE)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(SealError):
            unseal(bytes(changed), PLACE)


@pytest.mark.parametrize("length", [0, 1, 13, 14, 20])
def test_a_sealed_value_cut_short_does_not_open(length: int) -> None:
    with pytest.raises(SealError):
        unseal(seal(NUMBER, PLACE)[:length], PLACE)


def test_without_its_key_a_sealed_value_does_not_open() -> None:
    sealed = KeyRing({1: OLD}, INDEX).seal(NUMBER, PLACE)
    with pytest.raises(SealError):
        KeyRing({2: NEW}, INDEX).open(sealed, PLACE)
    with pytest.raises(SealError):
        KeyRing({1: NEW}, INDEX).open(sealed, PLACE)


def test_after_a_change_of_keys_the_new_one_seals_and_the_old_one_still_opens() -> None:
    before = KeyRing({1: OLD}, INDEX).seal(NUMBER, PLACE)
    rotated = KeyRing({1: OLD, 2: NEW}, INDEX)
    after = rotated.seal(NUMBER, PLACE)
    assert rotated.open(before, PLACE) == rotated.open(after, PLACE) == NUMBER
    assert KeyRing({2: NEW}, INDEX).open(after, PLACE) == NUMBER
    with pytest.raises(SealError):
        KeyRing({1: OLD}, INDEX).open(after, PLACE)


@pytest.mark.parametrize(
    ("keys", "index_key"),
    [({}, INDEX), ({1: b"short"}, INDEX), ({0: OLD}, INDEX), ({256: OLD}, INDEX), ({1: OLD}, b"short")],
    ids=["none", "too short", "id below 1", "id above 255", "index key too short"],
)
def test_keys_that_could_not_protect_anything_are_refused(keys: dict[int, bytes], index_key: bytes) -> None:
    with pytest.raises(ImproperlyConfigured):
        KeyRing(keys, index_key)


@pytest.fixture
def _ring_anew() -> Iterator[None]:
    key_ring.cache_clear()
    yield
    key_ring.cache_clear()


@pytest.mark.usefixtures("_ring_anew")
@pytest.mark.parametrize("text", ["", "1:", "1:not base64!", "x:AAAA", "just-a-word"])
def test_unreadable_keys_stop_the_product_without_being_repeated(text: str, settings) -> None:  # type: ignore[no-untyped-def]
    settings.SEAL_KEYS = text
    with pytest.raises(ImproperlyConfigured) as error:
        key_ring()
    assert not text or text not in str(error.value)


def test_equal_numbers_have_equal_indexes_and_others_other_ones() -> None:
    other = NUMBER[:-1] + "5"
    assert index_of(NUMBER) == index_of(NUMBER)
    assert index_of(NUMBER) != index_of(other)
    assert len(index_of(NUMBER)) == 32
    assert KeyRing({1: OLD}, INDEX).index(NUMBER) == KeyRing({2: NEW}, INDEX).index(NUMBER)
    assert KeyRing({1: OLD}, INDEX).index(NUMBER) != KeyRing({1: OLD}, b"j" * 32).index(NUMBER)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (NUMBER, "1405**********1234"),
        ("14052419880302123X", "1405**********123X"),
        ("13800001234", "138****1234"),
        ("1234567890", "********90"),
        ("123456789", "*******89"),
        ("123", "*23"),
        ("12", "12"),
        ("", ""),
    ],
)
def test_a_mask_keeps_the_length_and_shows_the_ends(number: str, shown: str) -> None:
    assert masked(number) == shown


@pytest.mark.django_db
def test_a_number_copied_to_another_persons_row_does_not_open_there(world: World) -> None:
    one, other = (insure_person(world.own).roster_person for _ in range(2))
    RosterPerson.objects.filter(pk=other.pk).update(id_number_sealed=one.id_number_sealed)
    other.refresh_from_db()
    assert masked_identity(one)
    with pytest.raises(SealError):
        masked_identity(other)


def cells_with(text: str) -> list[str]:
    """The tables that hold a text in any column of any row: as text, within JSON, or as bytes."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE strpos(t::text, %s) > 0 OR strpos(t::text, %s) > 0',
                [text, text.encode().hex()],
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def import_roster(world: World, path: Path) -> RosterImport:
    officer = world.own[Role.COUNTY_OFFICER]
    roster_import = upload_roster(data=path.read_bytes(), file_name=path.name, actor=officer)
    check_import(import_id=roster_import.pk)
    request_apply(roster_import=roster_import, actor=officer)
    apply_import(import_id=roster_import.pk)
    roster_import.refresh_from_db()
    assert roster_import.state == RosterImport.State.APPLIED
    return roster_import


def with_telephones(households: list[SampleHousehold]) -> list[SampleHousehold]:
    return [
        dataclasses.replace(
            household,
            persons=tuple(
                dataclasses.replace(person, telephone=f"139{place:04d}{order:04d}")
                for order, person in enumerate(household.persons)
            ),
        )
        for place, household in enumerate(households)
    ]


def mistyped(household: SampleHousehold) -> SampleHousehold:
    """The same with the head's check digit wrong."""
    head, *others = household.persons
    last = "1" if head.id_number[-1] != "1" else "2"
    return dataclasses.replace(
        household, persons=(dataclasses.replace(head, id_number=head.id_number[:-1] + last), *others)
    )


@pytest.mark.django_db
def test_the_search_through_all_tables_finds_what_is_there(world: World) -> None:
    """Otherwise the next test would pass on a search that finds nothing."""
    insure_person(world.own, names=("陵川甲",))
    assert cells_with("陵川甲") == ["enrollment_rosterperson"]
    RosterHousehold.objects.update(telephone_sealed=NUMBER.encode())
    assert cells_with(NUMBER) == ["enrollment_rosterhousehold"]


@pytest.mark.django_db
@pytest.mark.parametrize("write", [write_one_sheet, write_two_sheets])
def test_after_an_import_no_number_stands_in_clear_in_any_column_of_any_table(
    world: World, tmp_path: Path, write
) -> None:  # type: ignore[no-untyped-def]
    households = with_telephones(list(make_households(persons=40, counties=["140524"])))
    wrong, *right = households
    path = tmp_path / "roster.xlsx"
    write(path, [mistyped(wrong), *right])
    roster_import = import_roster(world, path)
    enrol_county(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])

    assert roster_import.rejected >= 1
    persons = [person for household in right for person in household.persons]
    assert RosterPerson.objects.count() >= len(persons)
    for person in persons:
        row = RosterPerson.objects.get(id_number_index=index_of(person.id_number))
        assert unseal(bytes(row.id_number_sealed), identity_place(row.pk)) == person.id_number
    numbers = [person.id_number for household in households for person in household.persons]
    numbers.append(mistyped(wrong).persons[0].id_number)
    telephones = [person.telephone for person in persons] + [household.telephone for household in right]
    assert not {table for number in numbers + telephones for table in cells_with(number)}


@pytest.mark.django_db
def test_the_kept_workbook_is_no_workbook_to_whoever_finds_it(world: World, tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    write_one_sheet(path, make_households(persons=2, counties=["140524"]))
    roster_import = upload_roster(
        data=path.read_bytes(), file_name=path.name, actor=world.own[Role.COUNTY_OFFICER]
    )
    kept = Path(settings.UPLOAD_DIR) / roster_import.stored_as
    assert not kept.read_bytes().startswith(b"PK")
    assert path.read_bytes()[:64] not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
